import type { Timing } from './timing.js'

export interface BreakerLimits {
  /** Calls within the window before it may open, and the span of the window. */
  readonly breakerCalls: number
  readonly breakerWindowMs: number
  /** How long it stays open at first, and at most: the time doubles with every probe that fails. */
  readonly breakerPauseMs: number
  readonly breakerPauseMaxMs: number
}

export type BreakerState = 'closed' | 'open' | 'probing'

/** Parts that the window is counted in. */
const sliceCount = 12

/**
 * A circuit breaker: opens when at least half of the calls of the last minute failed, 20 or more; after a time that
 * varies by a tenth lets one probe through, which closes it or opens it for twice as long. Reading makes requests of
 * many sources at once: one that is down should cost nothing.
 */
export class Breaker {
  readonly #limits: BreakerLimits
  readonly #timing: Timing
  readonly #onChange: () => void
  state: BreakerState = 'closed'
  #slices: { readonly startMs: number; calls: number; bad: number }[] = []
  #pauseMs: number
  #openUntilMs = 0

  constructor(limits: BreakerLimits, timing: Timing, onChange: () => void) {
    this.#limits = limits
    this.#timing = timing
    this.#onChange = onChange
    this.#pauseMs = limits.breakerPauseMs
  }

  /** The instant before which no request may go out; null: one may. */
  get closedFor(): number | null {
    const nowMs = this.#timing.now()
    if (this.state === 'closed') return null
    if (this.state === 'open') return nowMs < this.#openUntilMs ? this.#openUntilMs : null
    return nowMs + this.#limits.breakerPauseMs
  }

  /** A request goes out. While the breaker is open and its time has come, that is the probe. */
  begin(): void {
    if (this.state === 'open') this.#turn('probing')
  }

  /** A request has ended. `null`: it says nothing, because its caller gave it up. */
  end(good: boolean | null): void {
    if (this.state === 'probing') {
      if (good === true) this.#close()
      else if (good === null) this.#turn('open')
      else this.#open(this.#pauseMs * 2)
      return
    }
    if (good === null || this.state === 'open') return
    const { calls, bad } = this.#count(good)
    if (calls >= this.#limits.breakerCalls && bad * 2 >= calls) this.#open(this.#pauseMs)
  }

  #count(good: boolean): { calls: number; bad: number } {
    const nowMs = this.#timing.now()
    const spanMs = this.#limits.breakerWindowMs / sliceCount
    const startMs = Math.floor(nowMs / spanMs) * spanMs
    if (this.#slices.at(-1)?.startMs !== startMs) {
      this.#slices = this.#slices.filter((slice) => slice.startMs > nowMs - this.#limits.breakerWindowMs)
      this.#slices.push({ startMs, calls: 0, bad: 0 })
    }
    const sum = { calls: 0, bad: 0 }
    for (const slice of this.#slices) {
      if (slice.startMs === startMs) {
        slice.calls += 1
        if (!good) slice.bad += 1
      }
      sum.calls += slice.calls
      sum.bad += slice.bad
    }
    return sum
  }

  #open(pauseMs: number): void {
    this.#pauseMs = Math.min(this.#limits.breakerPauseMaxMs, pauseMs)
    const { now, random } = this.#timing
    this.#openUntilMs = now() + Math.round(this.#pauseMs * (0.9 + 0.2 * random()))
    this.#turn('open')
  }

  #close(): void {
    this.#slices = []
    this.#pauseMs = this.#limits.breakerPauseMs
    this.#turn('closed')
  }

  #turn(state: BreakerState): void {
    this.state = state
    this.#onChange()
  }
}
