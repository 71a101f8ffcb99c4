import { LRUCache } from 'lru-cache'
import { isDeadline } from '../model/deadline.js'
import { type FailureKind, isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { Dialect, UpstreamRequest, UpstreamResponse } from '../model/provider.js'
import {
  type Allowance,
  isProviderWide,
  noDeclaredLimits,
  type PauseReason,
  readAllowances,
  readWait,
} from '../model/rate-limit.js'
import type { AllowanceState, AnswerNews, Priority } from './allowance.js'
import { Breaker, type CallEnd } from './breaker.js'
import type { CancelSignal } from './cancellation.js'
import type { OwnedResponse, UpstreamClient } from './client.js'
import { Latch } from './latch.js'
import type { UpstreamLimits } from './limits.js'
import type { AttemptEnd, UpstreamObserver } from './observer.js'
import type { CredentialPolicies } from './policies.js'
import { isWorthRetrying, retryDelayMs } from './retry.js'
import type { SentAt } from './settled-pages.js'
import type { Flight } from './single-flight.js'
import { type SteadyTiming, wait } from './timing.js'

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
  readonly timing: SteadyTiming
  readonly sequence: Sequence
  readonly observer: UpstreamObserver | undefined
}

/** For how many paths that take a right of their own it is remembered that they were refused. */
const ownLatchesMax = 1_000

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
  /** A 403 may be about what is asked for, so it stands for this source and its list only. */
  readonly #latch: Latch
  /** Of requests that take a right of their own, by path. */
  readonly #ownLatches = new LRUCache<string, Latch>({ max: ownLatchesMax })
  /** Of this source, of its credential and of its provider. */
  readonly #breakers: readonly Breaker[]
  #toldState: 'closed' | 'open' | 'probing' = 'closed'

  constructor(options: AttemptsOptions) {
    this.#options = options
    const { limits, timing, policies } = options
    this.#latch = new Latch(limits.refusedCredentialMs, timing.now)
    const own = new Breaker(limits, timing, () => this.#tellState())
    this.#breakers = [own, policies.breaker, policies.provider.breaker]
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
      const refusal = this.#refusal(request)
      if (refusal) return outcome ?? this.#unsent(refusal)
      const latestMs = latestFor(flight, timing, limits)
      const permit = await policies.admission.enter(priority, latestMs, flight.signal)
      if ('untilMs' in permit) return outcome ?? this.#unsent(this.#waitsForLeave(permit.untilMs))
      // Others may have been let out at the same time: of these one is the probe of a breaker.
      const late = this.#refusal(request)
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
      // Only now: after the last attempt its answer is on the way to the callers, and is not one that is still to be sent.
      flight.sentAt = null
      await wait(timing, delayMs, flight.signal)
    }
  }

  /** What is known of the allowance, and until when nothing is sent. */
  get allowance(): Allowance {
    const { policies, timing } = this.#options
    const { allowance, provider, latch, limit } = policies
    const nowMs = timing.now()
    const known = allowance.strictest(nowMs)
    const pauseOf = (state: AllowanceState) =>
      [state.isPausedByTrouble(nowMs) ? 'FAILING' : 'RATE_LIMITED', state.pausedUntilMs(nowMs)] as const
    const pauses: (readonly [PauseReason, number | null | undefined])[] = [
      pauseOf(allowance),
      pauseOf(provider.allowance),
      ...this.#breakers.map((breaker) => ['FAILING', breaker.closedFor(this.#options.sourceKey)] as const),
      ['CREDENTIAL_REFUSED', latch.refusal?.untilMs],
      ['CREDENTIAL_REFUSED', this.#latch.refusal?.untilMs],
    ]
    const [longest] = pauses.toSorted(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    const untilMs = longest?.[1] ?? null
    const utcOf = (instantMs: number | null) => (instantMs === null ? null : timing.toUtc(instantMs))
    return {
      limit: known?.limit ?? null,
      remaining: known?.remaining ?? null,
      resetMs: utcOf(known?.resetMs ?? null),
      pausedUntilMs: utcOf(untilMs),
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
    const { sourceKey, providerId, dialect, client, timing, sequence, observer } = this.#options
    const sentAtMs = timing.now()
    const sentAtUtcMs = timing.toUtc(sentAtMs)
    const ended = observer?.attempt({ sourceKey, providerId, method: request.method, retry })
    for (const breaker of this.#breakers) breaker.begin()
    sequence.last += 1
    const sentAt = sequence.last
    flight.sentAt = sentAt
    let answer: OwnedResponse | SourceFailure | undefined
    let result: Result | SourceFailure | undefined
    try {
      answer = await client.send(dialect, request, flight.signal, flight.group)
      result = isFailure(answer) ? answer : read(answer)
    } finally {
      sequence.last += 1
      const isWanted = !flight.signal.aborted
      // An answer that has come says what it says, even if it waited for its turn (turns.ts) until nobody wanted it.
      const isHeard = isWanted || (answer !== undefined && !isSilence(answer))
      this.#endCall(isHeard ? endOfCall(answer, result) : endOfUnwanted(flight.signal))
      this.#learn(request, sentAtMs, isHeard ? answer : undefined, isHeard ? result : undefined)
      release()
      ended?.(endOf(answer, result, isWanted))
    }
    const waitMs =
      isFailure(answer) || answer.status < 400
        ? null
        : this.#steadyOf(
            readWait(answer.headers, answer.receivedAtMs, dialect.rateLimits ?? noDeclaredLimits),
            answer,
          )
    const bodyLength = isFailure(answer) ? 0 : answer.body.length
    // The promise that brought it has lived as long as the request, so V8 may keep it, and what it holds, for long.
    if (!isFailure(answer)) answer.body = ''
    return {
      outcome: { result, sentAtMs: sentAtUtcMs, sentAt, bodyLength },
      isRetryable: isFailure(result) && isWorthRetrying(answer, waitMs),
      waitMs,
    }
  }

  #endCall(call: CallEnd): void {
    for (const breaker of this.#breakers) breaker.end(call, this.#options.sourceKey)
  }

  /** Teaches the policies but the breakers. Without an answer: the attempt says nothing, nobody waits for it any more. */
  #learn(
    { ownRight, path }: UpstreamRequest,
    sentAtMs: number,
    answer: UpstreamResponse | SourceFailure | undefined,
    result: unknown,
  ): void {
    const { policies, timing, sourceKey, observer } = this.#options
    const { provider, allowance, limit } = policies
    const nowMs = timing.now()
    const news = answer === undefined || isFailure(answer) ? null : this.#newsOf(answer, result, sentAtMs)
    allowance.end(nowMs, news?.credential ?? null)
    provider.allowance.end(nowMs, news?.provider ?? null)
    if (news && news.credential?.told.length !== 0) {
      const known = allowance.strictest(nowMs)
      observer?.allowance(sourceKey, { limit: known?.limit ?? null, remaining: known?.remaining ?? null })
    }
    if (answer === undefined) return
    const isBad = isTrouble(answer, result)
    const isThrottled = isRateLimit(answer, result)
    provider.budget.note(!isBad && !isThrottled)
    if (isThrottled || isSilence(answer)) limit.onCongestion(sentAtMs, nowMs)
    else if (!isFailure(answer) && answer.status < 400) limit.onGood()
    if (!isFailure(result)) return
    // By the words too: Ashby, for one, refuses with 200.
    if (result.kind === 'UNAUTHENTICATED' || result.httpStatus === 401) this.#shut(policies.latch, result)
    else if (!isThrottled && (result.kind === 'FORBIDDEN' || result.httpStatus === 403)) {
      if (ownRight) this.#shutPath(path, result)
      else this.#shut(this.#latch, result)
    }
  }

  #newsOf(
    answer: UpstreamResponse,
    result: unknown,
    sentAtMs: number,
  ): { credential: AnswerNews | null; provider: AnswerNews | null } {
    const { headers, receivedAtMs } = answer
    const declared = this.#options.dialect.rateLimits ?? noDeclaredLimits
    const told = readAllowances(headers, receivedAtMs, declared).map((allowance) => {
      return { ...allowance, resetMs: this.#steadyOf(allowance.resetMs, answer) }
    })
    const isThrottled = isRateLimit(answer, result)
    const refused =
      isThrottled || isInTrouble(answer, result)
        ? {
            untilMs: this.#steadyOf(readWait(headers, receivedAtMs, declared), answer),
            isRateLimit: isThrottled,
          }
        : null
    const granted = { sentAtMs, told: [], refused: null }
    if (isThrottled && isProviderWide(headers, declared)) {
      return { credential: { ...granted, told }, provider: { ...granted, refused } }
    }
    return { credential: { sentAtMs, told, refused }, provider: granted }
  }

  /** An instant that an answer has told, on the clock of the policies: as long after the answer came. */
  #steadyOf(toldMs: number | null, { receivedAtMs }: UpstreamResponse): number | null {
    const { timing } = this.#options
    return toldMs === null
      ? null
      : Math.min(timing.fromUtc(receivedAtMs), timing.now()) + toldMs - receivedAtMs
  }

  /** Why no request goes out now, if so. */
  #refusal({ ownRight, path }: UpstreamRequest): SourceFailure | null {
    const { policies, timing } = this.#options
    if (this.#toldState !== 'closed') this.#tellState()
    const latch = ownRight ? this.#ownLatches.get(path) : this.#latch
    const latched = policies.latch.refusal ?? latch?.refusal
    if (latched) {
      const { failure, untilMs } = latched
      return {
        ...failure,
        remedy: `${failure.remedy} The gateway asks again at retryAfter.`,
        retryAfterMs: timing.toUtc(untilMs),
      }
    }
    const untilMs = Math.max(
      ...this.#breakers.map((breaker) => breaker.closedFor(this.#options.sourceKey) ?? 0),
    )
    if (untilMs === 0) return null
    return sourceFailure('UNAVAILABLE', {
      message: 'The provider kept failing, so the gateway does not ask it for a while.',
      remedy: 'Ask again at retryAfter, when the gateway tries whether it is well again.',
      retryAfterMs: timing.toUtc(untilMs),
    })
  }

  #waitsForLeave(untilMs: number): SourceFailure {
    const { policies, timing } = this.#options
    const nowMs = timing.now()
    const told = { remedy: 'Ask again at retryAfter.', retryAfterMs: timing.toUtc(untilMs) }
    const isTrouble = [policies.allowance, policies.provider.allowance].some((state) =>
      state.isPausedByTrouble(nowMs),
    )
    if (isTrouble) {
      const message = 'The provider is in trouble and asks to wait, for longer than this request can.'
      return sourceFailure('UNAVAILABLE', { message, ...told })
    }
    const message =
      'The provider limits the rate of requests, and its next leave comes too late for this request.'
    return sourceFailure('RATE_LIMITED', { message, ...told })
  }

  #unsent<Result>(result: SourceFailure): Outcome<Result> {
    const { timing } = this.#options
    return {
      result: { ...result, unsent: true },
      bodyLength: 0,
      sentAtMs: timing.toUtc(timing.now()),
      sentAt: 0,
    }
  }

  #shut(latch: Latch, failure: SourceFailure): void {
    latch.close(failure)
    this.#tellState()
  }

  /** The list, and what other paths give, may well be read. */
  #shutPath(path: string, failure: SourceFailure): void {
    const { limits, timing } = this.#options
    const latch = new Latch(limits.refusedCredentialMs, timing.now)
    latch.close(failure)
    this.#ownLatches.set(path, latch)
  }

  #tellState(): void {
    const { policies, sourceKey, observer } = this.#options
    const states = this.#breakers.map(({ state }) => state)
    const isLatched = (policies.latch.refusal ?? this.#latch.refusal) !== null
    const state =
      isLatched || states.includes('open') ? 'open' : states.includes('probing') ? 'probing' : 'closed'
    if (state === this.#toldState) return
    this.#toldState = state
    observer?.breaker(sourceKey, state)
  }
}

/** The last instant at which a further attempt is of use. */
function latestFor({ deadlineMs }: Flight, timing: SteadyTiming, { waitMaxMs }: UpstreamLimits): number {
  return Number.isFinite(deadlineMs) ? timing.fromUtc(deadlineMs) : timing.now() + waitMaxMs
}

function endOfCall(answer: UpstreamResponse | SourceFailure | undefined, result: unknown): CallEnd {
  if (answer === undefined) return 'UNWANTED'
  if (isSilence(answer)) return 'TIMED_OUT'
  return isTrouble(answer, result) ? 'BAD' : 'GOOD'
}

function endOfUnwanted({ reason }: CancelSignal): CallEnd {
  return isDeadline(reason) ? 'CUT_OFF' : 'UNWANTED'
}

function isSilence(answer: UpstreamResponse | SourceFailure): boolean {
  return isFailure(answer) && answer.kind === 'TIMEOUT'
}

const troubleKinds: ReadonlySet<FailureKind> = new Set(['INVALID_RESPONSE', 'UNAVAILABLE'])

/** What says that the provider is in trouble: the network, a time-out, 5xx in status or words, no answer of its kind. */
function isTrouble(answer: UpstreamResponse | SourceFailure, result: unknown): boolean {
  if (isFailure(answer)) return true
  return answer.status >= 500 || (isFailure(result) && troubleKinds.has(result.kind))
}

/** What a wait is believed of (RFC 9110 section 10.2.3 names 503): whatever else says that the provider cannot answer now. */
function isInTrouble({ status }: UpstreamResponse, result: unknown): boolean {
  return status >= 500 || (isFailure(result) && result.kind === 'UNAVAILABLE')
}

function isRateLimit(answer: UpstreamResponse | SourceFailure, result: unknown): boolean {
  if (isFailure(answer)) return false
  return answer.status === 429 || (isFailure(result) && result.kind === 'RATE_LIMITED')
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
