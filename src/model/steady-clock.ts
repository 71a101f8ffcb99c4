/**
 * A clock that never goes back, made of one that may be set back: it tells the same, but goes on from where it was when
 * that one is set back. What has to last so long, or may be tried again then and then, is reckoned on it, lest a wait of
 * seconds becomes one of hours. Instants that others state or are told are converted on the way in and out.
 */
export class SteadyClock {
  readonly #utcNow: () => number
  #lastMs = Number.NEGATIVE_INFINITY
  /** By how much it was set back so far. */
  #aheadMs = 0

  /** `utcNow`: UTC milliseconds. */
  constructor(utcNow: () => number) {
    this.#utcNow = utcNow
  }

  /** Milliseconds. */
  readonly now = (): number => this.#read() + this.#aheadMs

  /** The instant of this clock for one in UTC, as far from now. */
  readonly fromUtc = (instantMs: number): number => {
    this.#read()
    return instantMs + this.#aheadMs
  }

  /** The instant in UTC for one of this clock, as far from now. */
  readonly toUtc = (instantMs: number): number => {
    this.#read()
    return instantMs - this.#aheadMs
  }

  #read(): number {
    const nowMs = this.#utcNow()
    this.#aheadMs += Math.max(0, this.#lastMs - nowMs)
    this.#lastMs = nowMs
    return nowMs
  }
}
