/** Good answers after which one more request may be under way. */
const goodForMore = 50

/**
 * How many requests of one credential may be under way at once: grows by one after 50 good answers, halves on 429 and
 * time-outs. Those of requests that were sent until the last halving are of the same congestion and halve nothing.
 */
export class AdaptiveLimit {
  readonly #max: number
  #limit: number
  #good = 0
  #halvedAtMs = Number.NEGATIVE_INFINITY

  constructor(start: number, max: number) {
    this.#max = max
    this.#limit = Math.min(start, max)
  }

  get value(): number {
    return this.#limit
  }

  onGood(): void {
    this.#good += 1
    if (this.#good < goodForMore) return
    this.#good = 0
    this.#limit = Math.min(this.#max, this.#limit + 1)
  }

  onCongestion(sentAtMs: number, nowMs: number): void {
    if (sentAtMs <= this.#halvedAtMs) return
    this.#halvedAtMs = nowMs
    this.#good = 0
    this.#limit = Math.max(1, Math.floor(this.#limit / 2))
  }
}
