import { isFailure, type SourceFailure } from '../model/failure.js'
import type { UpstreamResponse } from '../model/provider.js'
import type { UpstreamLimits } from './limits.js'

/**
 * Whether an attempt that ended so may be made again: reliability.md section 5.
 *
 * Yes for a connection that was refused, reset or cut, a host that was not found, and 502, 503 and 504; for 429 only
 * when the answer says when (`waitMs`). Every request is a read, so its method does not matter. Never for what a
 * second try cannot change: other statuses, a body that breaks its form, a certificate; nor for a time-out, which has
 * used up its time.
 */
export function isWorthRetrying(answer: UpstreamResponse | SourceFailure, waitMs: number | null): boolean {
  if (isFailure(answer)) return answer.kind === 'UNREACHABLE' && answer.retryable
  if (answer.status === 429) return waitMs !== null
  return answer.status === 502 || answer.status === 503 || answer.status === 504
}

/** How long to wait before the next attempt, in ms: anything between two bounds, so that callers spread. */
export function retryDelayMs(
  { retryDelayMinMs, retryDelayMaxMs }: Pick<UpstreamLimits, 'retryDelayMinMs' | 'retryDelayMaxMs'>,
  random: () => number,
): number {
  return Math.round(retryDelayMinMs + random() * (retryDelayMaxMs - retryDelayMinMs))
}

/** How much a success gives back of what a failure takes. */
const regain = 0.1

/**
 * What bounds the retries of one provider: a bucket of tokens, of which every failed attempt takes one and every good
 * one gives back a tenth. At half and below there are no retries, so a provider that is down gets hardly more requests
 * than one that is well.
 */
export class RetryBudget {
  readonly #tokensMax: number
  #tokens: number

  constructor(tokensMax: number) {
    this.#tokensMax = tokensMax
    this.#tokens = tokensMax
  }

  get allows(): boolean {
    return this.#tokens > this.#tokensMax / 2
  }

  note(good: boolean): void {
    this.#tokens = good ? Math.min(this.#tokensMax, this.#tokens + regain) : Math.max(0, this.#tokens - 1)
  }
}
