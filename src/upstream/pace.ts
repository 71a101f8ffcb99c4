/** A wait up to this long is taken for the time until one more request is granted; a longer one for the rest of a window. */
const grantMaxMs = 5_000
/** The longest interval between two requests. */
const intervalMaxMs = 60_000
/** How the interval shrinks with time, and after how long without anybody who had to wait it is forgotten. */
const easeEveryMs = 60_000
const easeFactor = 0.9
const forgetAfterMs = 300_000
/** Good answers whose instants are kept. */
const sentKept = 256

/**
 * The rate at which a provider that tells nothing but "wait so long" may be asked: learned from the first 429.
 *
 * A short wait says when one more request is granted, so one a wait is a rate that the provider can sustain. A long one
 * is the rest of a window, of which half of what was granted lately is taken. A further 429 doubles the interval; it
 * shrinks by a tenth a minute, and is forgotten when nobody had to wait for it for five minutes. Bulk work gets half.
 */
export class Pace {
  #intervalMs: number | null = null
  #next = { interactive: 0, bulk: 0 }
  #learnedAtMs = 0
  #easedAtMs = 0
  #heldAtMs = 0
  #sent: number[] = []

  /** The instant from which the request may go out that has `ahead` others before it. */
  startsAtMs(nowMs: number, priority: 'interactive' | 'bulk', ahead: number): number {
    this.#ease(nowMs)
    if (this.#intervalMs === null) return nowMs
    const stepMs = this.#intervalMs * (priority === 'bulk' ? 2 : 1)
    const startMs = Math.max(nowMs, this.#next[priority]) + ahead * stepMs
    if (startMs > nowMs) this.#heldAtMs = nowMs
    return startMs
  }

  begin(nowMs: number, priority: 'interactive' | 'bulk'): void {
    if (this.#intervalMs === null) return
    this.#next.interactive = Math.max(nowMs, this.#next.interactive) + this.#intervalMs
    if (priority === 'bulk') this.#next.bulk = Math.max(nowMs, this.#next.bulk) + 2 * this.#intervalMs
  }

  /** An answer that was no 429. */
  onGranted(sentAtMs: number): void {
    this.#sent.push(sentAtMs)
    if (this.#sent.length > sentKept) this.#sent.shift()
  }

  /** A 429 that asks to wait `waitMs`. One of a request that was sent before the pace was learned is no news. */
  onRefused(sentAtMs: number, nowMs: number, waitMs: number): void {
    if (this.#intervalMs !== null && sentAtMs <= this.#learnedAtMs) return
    const span = Math.max(1_000, waitMs)
    const granted = this.#sent.filter((instantMs) => instantMs > nowMs - span).length
    const learnedMs = span <= grantMaxMs ? span : span / Math.max(1, Math.floor(granted / 2))
    this.#intervalMs = Math.min(intervalMaxMs, Math.max(learnedMs, 2 * (this.#intervalMs ?? 0)))
    this.#next = { interactive: nowMs + waitMs, bulk: nowMs + waitMs }
    this.#learnedAtMs = nowMs
    this.#easedAtMs = nowMs
    this.#heldAtMs = nowMs
  }

  #ease(nowMs: number): void {
    if (this.#intervalMs === null) return
    if (nowMs - this.#heldAtMs >= forgetAfterMs) {
      this.#intervalMs = null
      return
    }
    while (nowMs - this.#easedAtMs >= easeEveryMs) {
      this.#easedAtMs += easeEveryMs
      this.#intervalMs *= easeFactor
    }
  }
}
