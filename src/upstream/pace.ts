/** A wait up to this long is taken for the time until one more request is granted; a longer one for the rest of a window. */
const grantMaxMs = 5_000
/** Requests granted before a long wait from which on it tells a rate; fewer can hardly have used a window up. */
const grantedMin = 8
/** The longest interval between two requests. */
const intervalMaxMs = 60_000
/** How the learned interval shrinks with time, and after how long without anybody who had to wait it is forgotten. */
const easeEveryMs = 60_000
const easeFactor = 0.9
const forgetAfterMs = 300_000
/** What was put on top of the learned interval halves in this time: from its longest it takes 30 s to be below a second. */
const surchargeHalvesMs = 5_000
/** An interval below this is none. */
const intervalMinMs = 10
/** Good answers whose instants are kept. */
const sentKept = 256

/**
 * The rate at which a provider that tells nothing but "wait so long" may be asked: learned from the first 429.
 *
 * - A short wait says when one more request is granted, so one a wait is a rate that the provider can sustain. A long
 *   one is the rest of a window, of which half of what was granted lately is taken. This is learned: it shrinks by a
 *   tenth a minute, and is forgotten when nobody had to wait for it for five minutes.
 * - A further 429 doubles the interval, if requests were granted since the last. What that puts on top of what was
 *   learned is a guess, and so is what a long wait after few requests means: guesses are given up within half a minute,
 *   so that a provider which is well again is asked as before.
 * - Refusals in a row say how long to wait, each of them, and nothing about a rate.
 *
 * Bulk work gets half.
 */
export class Pace {
  #learnedMs = 0
  #surchargeMs = 0
  #surchargedAtMs = 0
  /** The instants that the next requests are one interval behind. */
  #last = { interactive: Number.NEGATIVE_INFINITY, bulk: Number.NEGATIVE_INFINITY }
  #refusedAtMs = Number.NEGATIVE_INFINITY
  #isGrantedSince = true
  #easedAtMs = 0
  #heldAtMs = 0
  #sent: number[] = []

  /** The instant from which the request may go out that has `ahead` others before it. */
  startsAtMs(nowMs: number, priority: 'interactive' | 'bulk', ahead: number): number {
    const intervalMs = this.#intervalMs(nowMs)
    if (intervalMs === 0) return nowMs
    const stepMs = intervalMs * (priority === 'bulk' ? 2 : 1)
    const startMs = Math.max(nowMs, Math.ceil(this.#last[priority] + stepMs)) + ahead * stepMs
    if (startMs > nowMs) this.#heldAtMs = nowMs
    return startMs
  }

  begin(nowMs: number, priority: 'interactive' | 'bulk'): void {
    this.#last.interactive = nowMs
    if (priority === 'bulk') this.#last.bulk = nowMs
  }

  /** An answer that was no 429. */
  onGranted(sentAtMs: number): void {
    if (sentAtMs > this.#refusedAtMs) this.#isGrantedSince = true
    this.#sent.push(sentAtMs)
    if (this.#sent.length > sentKept) this.#sent.shift()
  }

  /** A 429 that asks to wait `waitMs`. One of a request that was sent before the last is no news. */
  onRefused(sentAtMs: number, nowMs: number, waitMs: number): void {
    if (sentAtMs <= this.#refusedAtMs) return
    if (this.#isGrantedSince) this.#learn(nowMs, Math.max(1_000, waitMs))
    this.#isGrantedSince = false
    this.#refusedAtMs = nowMs
    this.#heldAtMs = nowMs
  }

  #learn(nowMs: number, spanMs: number): void {
    const beforeMs = this.#intervalMs(nowMs)
    const granted = this.#sent.filter((instantMs) => instantMs > nowMs - spanMs).length
    const isShort = spanMs <= grantMaxMs
    const taughtMs = isShort ? spanMs : Math.min(intervalMaxMs, spanMs / Math.max(1, Math.floor(granted / 2)))
    if (isShort || granted >= grantedMin) this.#learnedMs = taughtMs
    this.#surchargeMs = Math.min(intervalMaxMs, Math.max(taughtMs, 2 * beforeMs)) - this.#learnedMs
    this.#surchargedAtMs = nowMs
    this.#easedAtMs = nowMs
  }

  /** 0: there is none. */
  #intervalMs(nowMs: number): number {
    if (nowMs - this.#heldAtMs >= forgetAfterMs) this.#learnedMs = 0
    while (this.#learnedMs > 0 && nowMs - this.#easedAtMs >= easeEveryMs) {
      this.#easedAtMs += easeEveryMs
      this.#learnedMs *= easeFactor
    }
    const surchargeMs = this.#surchargeMs * 0.5 ** ((nowMs - this.#surchargedAtMs) / surchargeHalvesMs)
    const intervalMs = this.#learnedMs + surchargeMs
    return intervalMs < intervalMinMs ? 0 : intervalMs
  }
}
