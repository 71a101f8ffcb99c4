import type { Timing } from './timing.js'

export interface BreakerLimits {
  /** Calls within the window before it may open, and the span of the window. */
  readonly breakerCalls: number
  readonly breakerWindowMs: number
  /** How long it stays open at first, and at most: the time doubles with every probe that fails. */
  readonly breakerPauseMs: number
  readonly breakerPauseMaxMs: number
  /** Calls in a row without an answer that open it, once calls have waited for one for `headersMs` together. */
  readonly breakerUnanswered: number
  readonly headersMs: number
}

/**
 * How a call ended: well; badly; without an answer, in the time that a provider has (TIMED_OUT, which is bad too) or in the
 * time that its caller had (CUT_OFF); or unwanted, because its caller has gone.
 */
export type CallEnd = 'GOOD' | 'BAD' | 'TIMED_OUT' | 'CUT_OFF' | 'UNWANTED'

export type BreakerState = 'closed' | 'open' | 'probing'

/** How long others may probe first, as a share of the pause: alone, a source that is well again is asked within 30 s. */
const othersFirst = 0.1

/** Parts that the window is counted in. */
const sliceCount = 12

interface Count {
  calls: number
  bad: number
}

/**
 * A circuit breaker: opens when at least half of the calls of the last minute failed, 20 or more, or when a provider is
 * silent; after a time that varies by a tenth lets one probe through, which closes it or opens it for twice as long.
 * Reading makes requests of many sources at once: one that is down should cost nothing.
 *
 * Silence is told by itself because a provider that hangs ends few calls: each holds one of a handful of places for
 * seconds, so that they stay few beside the good ones of the last minute, while all operations wait for it until their
 * deadlines and fill the gateway.
 *
 * Where several sources share a breaker, it opens when the calls of each of them fail, of two at least: one that is
 * refused by its own fault, such as an organization whose log is broken, must not cost the others, even while nobody asks
 * these. And whose probe failed last lets the others probe first, since one that stays broken would speak for all.
 */
export class Breaker {
  readonly #limits: BreakerLimits
  readonly #timing: Timing
  readonly #onChange: () => void
  /** Several sources share it: one alone never opens it, since it has a breaker of its own. */
  readonly #isShared: boolean
  state: BreakerState = 'closed'
  #slices: { readonly startMs: number; readonly counts: Map<string, Count> }[] = []
  #pauseMs: number
  #openUntilMs = 0
  #underWay = 0
  /** Since the last answer: calls that ended without one, and the time in which calls waited for one. */
  #unanswered = 0
  #unansweredBy = new Set<string>()
  /** Whose probe failed last: it lets the others of a shared breaker try first. */
  #probedBy: string | null = null
  #silentMs = 0
  #countedAtMs = 0

  constructor(limits: BreakerLimits, timing: Timing, onChange: () => void, isShared = false) {
    this.#limits = limits
    this.#timing = timing
    this.#onChange = onChange
    this.#isShared = isShared
    this.#pauseMs = limits.breakerPauseMs
  }

  /** The instant before which no request of a source may go out; null: one may. */
  closedFor(sourceKey: string): number | null {
    if (this.state === 'closed') return null
    const nowMs = this.#timing.now()
    if (this.state === 'open') {
      const isLast = this.#isShared && sourceKey === this.#probedBy
      const untilMs = this.#openUntilMs + (isLast ? this.#pauseMs * othersFirst : 0)
      return nowMs < untilMs ? untilMs : null
    }
    return nowMs + this.#limits.breakerPauseMs
  }

  /** A request goes out. While the breaker is open and its time has come, that is the probe. */
  begin(): void {
    this.#countSilence()
    this.#underWay += 1
    if (this.state === 'open') this.#turn('probing')
  }

  /** A request of a source has ended. */
  end(call: CallEnd, sourceKey: string): void {
    this.#countSilence()
    this.#underWay -= 1
    const isUnanswered = call === 'TIMED_OUT' || call === 'CUT_OFF'
    if (isUnanswered) {
      this.#unanswered += 1
      this.#unansweredBy.add(sourceKey)
    } else if (call !== 'UNWANTED') this.#hear()
    if (this.state === 'probing') {
      const isCutShort = call === 'UNWANTED' || (call === 'CUT_OFF' && !this.#isSilent)
      if (call === 'GOOD') this.#close()
      else if (isCutShort) this.#turn('open')
      else {
        this.#probedBy = sourceKey
        this.#open(this.#pauseMs * 2)
      }
      return
    }
    if (this.state === 'open') return
    if ((isUnanswered && this.#isSilent) || this.#isFailing(call, sourceKey)) this.#open(this.#pauseMs)
  }

  get #isSilent(): boolean {
    const { breakerUnanswered, headersMs } = this.#limits
    const isOfOne = this.#isShared && this.#unansweredBy.size < 2
    return !isOfOne && this.#unanswered >= breakerUnanswered && this.#silentMs >= headersMs
  }

  #countSilence(): void {
    const nowMs = this.#timing.now()
    if (this.#underWay > 0) this.#silentMs += nowMs - this.#countedAtMs
    this.#countedAtMs = nowMs
  }

  #hear(): void {
    this.#unanswered = 0
    this.#unansweredBy.clear()
    this.#silentMs = 0
  }

  #isFailing(call: CallEnd, sourceKey: string): boolean {
    if (call === 'CUT_OFF' || call === 'UNWANTED') return false
    this.#count(call === 'GOOD', sourceKey)
    if (call === 'GOOD') return false
    const sums = this.#sums()
    if (this.#isShared && sums.length < 2) return false
    const calls = sums.reduce((sum, count) => sum + count.calls, 0)
    return calls >= this.#limits.breakerCalls && sums.every((count) => count.bad * 2 >= count.calls)
  }

  #count(good: boolean, sourceKey: string): void {
    const nowMs = this.#timing.now()
    const spanMs = this.#limits.breakerWindowMs / sliceCount
    const startMs = Math.floor(nowMs / spanMs) * spanMs
    let slice = this.#slices.at(-1)
    if (slice?.startMs !== startMs) {
      slice = { startMs, counts: new Map() }
      this.#slices = this.#slices.filter((before) => before.startMs > nowMs - this.#limits.breakerWindowMs)
      this.#slices.push(slice)
    }
    const count = countOf(slice.counts, sourceKey)
    count.calls += 1
    if (!good) count.bad += 1
  }

  /** What each source has had in the window. */
  #sums(): readonly Readonly<Count>[] {
    const sums = new Map<string, Count>()
    for (const { counts } of this.#slices) {
      for (const [sourceKey, { calls, bad }] of counts) {
        const sum = countOf(sums, sourceKey)
        sum.calls += calls
        sum.bad += bad
      }
    }
    return [...sums.values()]
  }

  #open(pauseMs: number): void {
    this.#pauseMs = Math.min(this.#limits.breakerPauseMaxMs, pauseMs)
    const { now, random } = this.#timing
    this.#openUntilMs = now() + Math.round(this.#pauseMs * (0.9 + 0.2 * random()))
    this.#turn('open')
  }

  #close(): void {
    this.#slices = []
    this.#probedBy = null
    this.#pauseMs = this.#limits.breakerPauseMs
    this.#turn('closed')
  }

  #turn(state: BreakerState): void {
    this.state = state
    this.#onChange()
  }
}

/** The count of a source, which begins at none. */
function countOf(counts: Map<string, Count>, sourceKey: string): Count {
  const known = counts.get(sourceKey)
  if (known) return known
  const count = { calls: 0, bad: 0 }
  counts.set(sourceKey, count)
  return count
}
