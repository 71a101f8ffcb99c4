import { isDeadline } from '../model/deadline.js'
import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { Dialect, UpstreamRequest, UpstreamResponse } from '../model/provider.js'
import {
  type Allowance,
  isProviderWide,
  noDeclaredLimits,
  type PauseReason,
  readAllowances,
  readWait,
} from '../model/rate-limit.js'
import type { AnswerNews, Priority } from './allowance.js'
import type { CallEnd } from './breaker.js'
import type { OwnedResponse, UpstreamClient } from './client.js'
import { Latch } from './latch.js'
import type { UpstreamLimits } from './limits.js'
import type { AttemptEnd, UpstreamObserver } from './observer.js'
import type { CredentialPolicies } from './policies.js'
import { isWorthRetrying, retryDelayMs } from './retry.js'
import type { SentAt } from './settled-pages.js'
import type { Flight } from './single-flight.js'
import { type Timing, wait } from './timing.js'

/** Counts the requests and answers of a source: src/model/provider.ts, `answeredAt`. */
export interface Sequence {
  last: number
}

export interface AttemptsOptions {
  readonly sourceKey: string
  readonly providerId: string
  readonly dialect: Dialect
  readonly client: Pick<UpstreamClient, 'send'>
  readonly policies: CredentialPolicies
  readonly limits: UpstreamLimits
  readonly timing: Timing
  readonly sequence: Sequence
  readonly observer: UpstreamObserver | undefined
}

/** How the attempts at one request came out. */
export interface Outcome<Result> extends SentAt {
  readonly result: Result | SourceFailure
  /** Length of the body in UTF-16 code units. */
  readonly bodyLength: number
}

/**
 * Makes the attempts at one request of a source, under all policies. In this order, for each attempt:
 *
 * 1. latch and breakers: what is known to fail is not even queued;
 * 2. admission: waits for the allowance and a place, so that a place is not held while waiting for time to pass;
 * 3. one attempt under the clocks of exchange.ts, and the dialect's reading of it, because a body that breaks its form
 *    is a failure of the attempt;
 * 4. all that the outcome teaches: allowance, limit, breakers, latch, retry budget;
 * 5. whether to try again. Retries are the outermost, so each passes 1 and 2 like a first attempt, and the time spent
 *    between them holds no place.
 *
 * Single flight and kept pages are outside of this (source.ts): a caller they serve costs none of it.
 */
export class Attempts {
  readonly #options: AttemptsOptions
  /** A 403 may be about what is asked for, so it stands for this source and this kind of request only. */
  readonly #latch: Latch
  #toldState: 'closed' | 'open' | 'probing' = 'closed'

  constructor(options: AttemptsOptions) {
    this.#options = options
    const { limits, timing, policies } = options
    this.#latch = new Latch(limits.refusedCredentialMs, timing.now)
    if (options.observer) policies.listeners.add(() => this.#tellState())
  }

  /** Rejects with the reason of the flight's signal when that is aborted, and when the dialect throws. */
  async run<Result>(
    request: UpstreamRequest,
    priority: Priority,
    flight: Flight,
    read: (response: UpstreamResponse) => Result | SourceFailure,
  ): Promise<Outcome<Result>> {
    const { limits, timing, policies } = this.#options
    let outcome: Outcome<Result> | null = null
    for (let retry = 0; ; retry += 1) {
      const refusal = this.#refusal()
      if (refusal) return outcome ?? this.#unsent(refusal)
      const latestMs = Math.min(flight.deadlineMs, timing.now() + limits.waitMaxMs)
      const permit = await policies.admission.enter(priority, latestMs, flight.signal)
      if ('untilMs' in permit) return outcome ?? this.#unsent(waitsForLeave(permit.untilMs))
      // Others may have been let out at the same time: of these one is the probe of a breaker.
      const late = this.#refusal()
      if (late) {
        permit.giveBack()
        return outcome ?? this.#unsent(late)
      }
      const attempt = await this.#attempt(request, flight, read, retry, permit.release)
      outcome = attempt.outcome
      const isLast = retry >= limits.retriesMax || !attempt.isRetryable || !policies.provider.budget.allows
      if (isLast) return outcome
      const delayMs = retryDelayMs(limits, timing.random)
      if (Math.max(timing.now() + delayMs, attempt.waitMs ?? 0) > latestFor(flight, timing, limits)) {
        return outcome
      }
      await wait(timing, delayMs, flight.signal)
    }
  }

  /** What is known of the allowance, and until when nothing is sent. */
  get allowance(): Allowance {
    const { policies, timing } = this.#options
    const { allowance, provider, breaker, latch, limit } = policies
    const nowMs = timing.now()
    const known = allowance.strictest(nowMs)
    const pauses: (readonly [PauseReason, number | null | undefined])[] = [
      ['RATE_LIMITED', allowance.pausedUntilMs(nowMs)],
      ['RATE_LIMITED', provider.allowance.pausedUntilMs(nowMs)],
      ['FAILING', breaker.closedFor],
      ['FAILING', provider.breaker.closedFor],
      ['CREDENTIAL_REFUSED', latch.refusal?.untilMs],
      ['CREDENTIAL_REFUSED', this.#latch.refusal?.untilMs],
    ]
    const [longest] = pauses.toSorted(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    const untilMs = longest?.[1] ?? null
    return {
      limit: known?.limit ?? null,
      remaining: known?.remaining ?? null,
      resetMs: known?.resetMs ?? null,
      pausedUntilMs: untilMs,
      pauseReason: untilMs === null ? null : (longest?.[0] ?? null),
      concurrency: limit.value,
    }
  }

  async #attempt<Result>(
    request: UpstreamRequest,
    flight: Flight,
    read: (response: UpstreamResponse) => Result | SourceFailure,
    retry: number,
    release: () => void,
  ): Promise<{ outcome: Outcome<Result>; isRetryable: boolean; waitMs: number | null }> {
    const { sourceKey, providerId, dialect, client, policies, timing, sequence, observer } = this.#options
    const sentAtMs = timing.now()
    const ended = observer?.attempt({ sourceKey, providerId, method: request.method, retry })
    policies.breaker.begin()
    policies.provider.breaker.begin()
    sequence.last += 1
    const sentAt = sequence.last
    flight.sentAt = sentAt
    let answer: OwnedResponse | SourceFailure | undefined
    let result: Result | SourceFailure | undefined
    try {
      answer = await client.send(dialect, request, flight.signal, flight.group)
      result = isFailure(answer) ? answer : read(answer)
    } finally {
      flight.sentAt = null
      sequence.last += 1
      const isWanted = !flight.signal.aborted
      const call = isWanted ? endOfCall(answer, result) : endOfUnwanted(flight.signal)
      policies.breaker.end(call)
      policies.provider.breaker.end(call)
      this.#learn(sentAtMs, isWanted ? answer : undefined, isWanted ? result : undefined)
      release()
      ended?.(endOf(answer, result, isWanted))
    }
    const waitMs =
      isFailure(answer) || answer.status < 400
        ? null
        : readWait(answer.headers, answer.receivedAtMs, dialect.rateLimits ?? noDeclaredLimits)
    const bodyLength = isFailure(answer) ? 0 : answer.body.length
    // The promise that brought it has lived as long as the request, so V8 may keep it, and what it holds, for long.
    if (!isFailure(answer)) answer.body = ''
    return {
      outcome: { result, sentAtMs, sentAt, bodyLength },
      isRetryable: isFailure(result) && isWorthRetrying(answer, waitMs),
      waitMs,
    }
  }

  /** Teaches the policies but the breakers. Without an answer: the attempt says nothing, nobody waits for it any more. */
  #learn(sentAtMs: number, answer: UpstreamResponse | SourceFailure | undefined, result: unknown): void {
    const { policies, timing, sourceKey, observer } = this.#options
    const { provider, allowance, limit } = policies
    const nowMs = timing.now()
    const news = answer === undefined || isFailure(answer) ? null : this.#newsOf(answer, sentAtMs)
    allowance.end(nowMs, news?.credential ?? null)
    provider.allowance.end(nowMs, news?.provider ?? null)
    if (news && news.credential?.told.length !== 0) {
      const known = allowance.strictest(nowMs)
      observer?.allowance(sourceKey, { limit: known?.limit ?? null, remaining: known?.remaining ?? null })
    }
    if (answer === undefined) return
    const isBad = isTrouble(answer, result)
    const isThrottled = !isFailure(answer) && answer.status === 429
    provider.budget.note(!isBad && !isThrottled)
    if (isThrottled || (isFailure(answer) && answer.kind === 'TIMEOUT')) limit.onCongestion(sentAtMs, nowMs)
    else if (!isFailure(answer) && answer.status < 400) limit.onGood()
    if (isFailure(result) && result.httpStatus === 401) this.#shut(policies.latch, result)
    if (isFailure(result) && result.httpStatus === 403) this.#shut(this.#latch, result)
  }

  #newsOf(
    { headers, receivedAtMs, status }: UpstreamResponse,
    sentAtMs: number,
  ): { credential: AnswerNews | null; provider: AnswerNews | null } {
    const declared = this.#options.dialect.rateLimits ?? noDeclaredLimits
    const told = readAllowances(headers, receivedAtMs, declared)
    const asksToWait = status === 429 || status === 503
    const refused = asksToWait
      ? { untilMs: readWait(headers, receivedAtMs, declared), isRateLimit: status === 429 }
      : null
    const granted = { sentAtMs, told: [], refused: null }
    if (status === 429 && isProviderWide(headers, declared)) {
      return { credential: { ...granted, told }, provider: { ...granted, refused } }
    }
    return { credential: { sentAtMs, told, refused }, provider: granted }
  }

  /** Why no request goes out now, if so. */
  #refusal(): SourceFailure | null {
    const { policies } = this.#options
    if (this.#toldState !== 'closed') this.#tellState()
    const latched = policies.latch.refusal ?? this.#latch.refusal
    if (latched) {
      const { failure, untilMs } = latched
      return {
        ...failure,
        remedy: `${failure.remedy} The gateway sends the credential again at retryAfter.`,
        retryAfterMs: untilMs,
      }
    }
    const untilMs = Math.max(policies.breaker.closedFor ?? 0, policies.provider.breaker.closedFor ?? 0)
    if (untilMs === 0) return null
    return sourceFailure('UNAVAILABLE', {
      message: 'The provider kept failing, so the gateway does not ask it for a while.',
      remedy: 'Ask again at retryAfter, when the gateway tries whether it is well again.',
      retryAfterMs: untilMs,
    })
  }

  #unsent<Result>(result: SourceFailure): Outcome<Result> {
    return { result, bodyLength: 0, sentAtMs: this.#options.timing.now(), sentAt: 0 }
  }

  #shut(latch: Latch, failure: SourceFailure): void {
    latch.close(failure)
    this.#tellState()
  }

  #tellState(): void {
    const { policies, sourceKey, observer } = this.#options
    const states = [policies.breaker.state, policies.provider.breaker.state]
    const isLatched = (policies.latch.refusal ?? this.#latch.refusal) !== null
    const state =
      isLatched || states.includes('open') ? 'open' : states.includes('probing') ? 'probing' : 'closed'
    if (state === this.#toldState) return
    this.#toldState = state
    observer?.breaker(sourceKey, state)
  }
}

function latestFor(flight: Flight, timing: Timing, { waitMaxMs }: UpstreamLimits): number {
  return Math.min(flight.deadlineMs, timing.now() + waitMaxMs)
}

function endOfCall(answer: UpstreamResponse | SourceFailure | undefined, result: unknown): CallEnd {
  if (answer === undefined) return 'UNWANTED'
  if (isFailure(answer) && answer.kind === 'TIMEOUT') return 'TIMED_OUT'
  return isTrouble(answer, result) ? 'BAD' : 'GOOD'
}

function endOfUnwanted({ reason }: AbortSignal): CallEnd {
  return isDeadline(reason) ? 'CUT_OFF' : 'UNWANTED'
}

/** What says that the provider is in trouble: the network, a time-out, 5xx, and what is no answer of its kind. */
function isTrouble(answer: UpstreamResponse | SourceFailure, result: unknown): boolean {
  if (isFailure(answer)) return true
  return answer.status >= 500 || (isFailure(result) && result.kind === 'INVALID_RESPONSE')
}

function waitsForLeave(untilMs: number): SourceFailure {
  return sourceFailure('RATE_LIMITED', {
    message: 'The provider limits the rate of requests, and its next leave comes too late for this request.',
    remedy: 'Ask again at retryAfter.',
    retryAfterMs: untilMs,
  })
}

function endOf(
  answer: UpstreamResponse | SourceFailure | undefined,
  result: unknown,
  isWanted: boolean,
): AttemptEnd {
  const httpStatus = answer === undefined ? null : isFailure(answer) ? answer.httpStatus : answer.status
  if (!isWanted) return { outcome: 'CANCELLED', httpStatus }
  return { outcome: isFailure(result) ? result.kind : 'OK', httpStatus }
}
