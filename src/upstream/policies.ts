import { createHash } from 'node:crypto'
import type { Dialect } from '../model/provider.js'
import { Admission } from './admission.js'
import { AllowanceState } from './allowance.js'
import { Breaker } from './breaker.js'
import { AdaptiveLimit } from './concurrency.js'
import { Latch } from './latch.js'
import type { UpstreamLimits } from './limits.js'
import { RetryBudget } from './retry.js'
import type { Timing } from './timing.js'

/** What all sources of a provider at one address share. */
export interface ProviderPolicies {
  readonly allowance: AllowanceState
  readonly breaker: Breaker
  readonly budget: RetryBudget
}

/** What all sources of one credential share. */
export interface CredentialPolicies {
  readonly provider: ProviderPolicies
  readonly allowance: AllowanceState
  readonly limit: AdaptiveLimit
  readonly admission: Admission
  readonly breaker: Breaker
  readonly latch: Latch
  /** Called when a breaker of the credential or its provider changes. */
  readonly listeners: Set<() => void>
}

/** What a 429 is waited for that does not say how long: of one credential, and of a whole provider. */
const untoldWaitMs = { credential: 1_000, provider: 10_000 }

/** The state of the policies, by provider and by credential. */
export class Policies {
  readonly #limits: UpstreamLimits
  readonly #timing: Timing
  readonly #providers = new Map<string, ProviderPolicies & { readonly listeners: Set<() => void> }>()
  readonly #credentials = new Map<string, CredentialPolicies>()

  constructor(limits: UpstreamLimits, timing: Timing) {
    this.#limits = limits
    this.#timing = timing
  }

  /** Sources with the same credential at the same address get the same. Of the credential only a digest is kept. */
  of(
    providerId: string,
    { baseUrl, authorization }: Pick<Dialect, 'baseUrl' | 'authorization'>,
  ): CredentialPolicies {
    const providerKey = `${providerId} ${new URL(baseUrl).origin}`
    const digest = createHash('sha256').update(JSON.stringify(authorization())).digest('base64')
    const key = `${providerKey} ${digest}`
    const known = this.#credentials.get(key)
    if (known) return known
    const provider = this.#provider(providerKey)
    const { concurrencyStart, concurrencyMax, refusedCredentialMs } = this.#limits
    const allowance = new AllowanceState(untoldWaitMs.credential)
    const limit = new AdaptiveLimit(concurrencyStart, concurrencyMax)
    const { breaker, listeners } = this.#breaker()
    provider.listeners.add(() => {
      for (const listener of listeners) listener()
    })
    const made: CredentialPolicies = {
      provider,
      allowance,
      limit,
      admission: new Admission([allowance, provider.allowance], limit, this.#timing),
      breaker,
      latch: new Latch(refusedCredentialMs, this.#timing.now),
      listeners,
    }
    this.#credentials.set(key, made)
    return made
  }

  #provider(key: string) {
    const known = this.#providers.get(key)
    if (known) return known
    const { breaker, listeners } = this.#breaker()
    const made = {
      allowance: new AllowanceState(untoldWaitMs.provider),
      breaker,
      budget: new RetryBudget(this.#limits.retryBudget),
      listeners,
    }
    this.#providers.set(key, made)
    return made
  }

  #breaker() {
    const listeners = new Set<() => void>()
    const breaker = new Breaker(
      this.#limits,
      this.#timing,
      () => {
        for (const listener of listeners) listener()
      },
      true,
    )
    return { breaker, listeners }
  }
}
