/** A wait up to this long is taken for the time until one more request is granted; a longer one for the rest of a window. */
const grantMaxMs = 5_000
/** Requests granted before a wait from which on it tells a rate; fewer can hardly have used an allowance up. */
const grantedMin = 8
/** The least that a header in whole seconds can ask to wait: so much is believed after few requests too. */
const waitMinMs = 1_000
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
/** How long it is remembered how many requests were granted, and the spans that they are counted in. */
const grantedKeptMs = 600_000
const grantedSpanMs = 1_000
/** A provider that lets requests burst is taken to let no more of them than it grants in this time. */
const burstMs = 90_000
/** How much slower than the pace that was refused requests go on, when it had been found by easing. */
const probeMargin = 1.25
/** How long a pace that was refused so is not tried again. */
const probedKeptMs = 900_000

/**
 * The rate at which a provider that tells nothing but "wait so long" may be asked: learned from the first 429.
 *
 * - A short wait says when one more request is granted, so one a wait is a rate that the provider can sustain; and so is
 *   what it has granted over the last minutes, less what may have been a burst. The faster of the two is taken. A long
 *   wait is the rest of a window, of which half of what was granted lately is taken. This is learned: its interval
 *   shrinks by a tenth a minute, and is forgotten when nobody had to wait for it for five minutes.
 * - A 429 after the interval has shrunk shows where the limit is: a quarter slower than that requests go on, or as before
 *   it shrank, and no faster for a quarter of an hour. One before shows that what was granted over minutes was a burst,
 *   and what is granted from one refusal to the next.
 * - A further 429 doubles the interval, if requests were granted since the last. What that puts on top of what was
 *   learned is a guess, and so is what a wait after few requests means, but for its first second: guesses are given up
 *   within half a minute, so that a provider which is well again is asked as before. Where the next 429 shows that the
 *   guess was right, it is learned.
 * - Refusals in a row say how long to wait, each of them, and nothing about a rate.
 *
 * Bulk work gets half.
 */
export class Pace {
  #learnedMs = 0
  /** The same before it was eased. */
  #uneasedMs = 0
  /** What was learned comes from a wait after few requests. */
  #isGuess = false
  #surchargeMs = 0
  #surchargedAtMs = 0
  /** The instants that the next requests are one interval behind. */
  #last = { interactive: Number.NEGATIVE_INFINITY, bulk: Number.NEGATIVE_INFINITY }
  #refusedAtMs = Number.NEGATIVE_INFINITY
  /** The longest of the short waits that were told lately: a shorter one is what was left of such. */
  #longest = { waitMs: 0, untilMs: 0 }
  #isGrantedSince = true
  #easedAtMs = 0
  #heldAtMs = 0
  #learnedAtMs = 0
  /** The interval that easing does not go below until then. */
  #probed = { intervalMs: 0, untilMs: 0 }
  #granted: { readonly startMs: number; count: number }[] = []

  /** The instant from which the request may go out that has `ahead` others before it. */
  startsAtMs(nowMs: number, priority: 'interactive' | 'bulk', ahead: number): number {
    const intervalMs = this.#intervalMs(nowMs)
    if (intervalMs === 0) return nowMs
    const stepMs = intervalMs * (priority === 'bulk' ? 2 : 1)
    // A clock may be set back.
    const lastMs = Math.min(nowMs, this.#last[priority])
    const startMs = Math.max(nowMs, Math.ceil(lastMs + stepMs)) + ahead * stepMs
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
    const startMs = Math.floor(sentAtMs / grantedSpanMs) * grantedSpanMs
    const last = this.#granted.at(-1)
    if (last && last.startMs >= startMs) {
      last.count += 1
      return
    }
    this.#granted.push({ startMs, count: 1 })
    if (this.#granted.length > grantedKeptMs / grantedSpanMs) this.#granted.shift()
  }

  /** A 429 that asks to wait `waitMs`. One of a request that was sent before the last is no news. */
  onRefused(sentAtMs: number, nowMs: number, waitMs: number): void {
    if (sentAtMs <= this.#refusedAtMs) return
    if (this.#isGrantedSince) this.#learn(nowMs, Math.max(waitMinMs, waitMs))
    this.#isGrantedSince = false
    this.#refusedAtMs = nowMs
    this.#heldAtMs = nowMs
  }

  #learn(nowMs: number, spanMs: number): void {
    const beforeMs = this.#intervalMs(nowMs)
    const granted = this.#grantedSince(nowMs - spanMs)
    const isShort = spanMs <= grantMaxMs
    const taughtMs = isShort
      ? this.#longestMs(nowMs, spanMs)
      : Math.min(intervalMaxMs, spanMs / Math.max(1, Math.floor(granted / 2)))
    const isFirst = beforeMs === 0
    // What is left of a guess alone has not been eased, and shows no limit.
    const isEased = this.#learnedMs > 0 && !this.#isGuess && nowMs - this.#learnedAtMs >= easeEveryMs
    if (!isFirst && isEased) {
      this.#learnedMs = Math.min(Math.max(taughtMs, this.#uneasedMs), this.#learnedMs * probeMargin)
      this.#probed = { intervalMs: this.#learnedMs, untilMs: nowMs + probedKeptMs }
    } else if (isShort) {
      this.#isGuess = isFirst && this.#grantedSince(nowMs - grantedKeptMs) < grantedMin
      const shownMs = isFirst ? Math.min(taughtMs, this.#shownMs(nowMs)) : this.#metMs(nowMs, taughtMs)
      this.#learnedMs = this.#isGuess ? waitMinMs : shownMs
    } else if (granted >= grantedMin) {
      this.#isGuess = false
      this.#learnedMs = taughtMs
    }
    this.#uneasedMs = this.#learnedMs
    this.#learnedAtMs = nowMs
    this.#surchargeMs = Math.min(intervalMaxMs, Math.max(taughtMs, 2 * beforeMs)) - this.#learnedMs
    this.#surchargedAtMs = nowMs
    this.#easedAtMs = nowMs
  }

  #longestMs(nowMs: number, waitMs: number): number {
    if (waitMs >= this.#longest.waitMs || nowMs >= this.#longest.untilMs) {
      this.#longest = { waitMs, untilMs: nowMs + grantedKeptMs }
    }
    return this.#longest.waitMs
  }

  /**
   * The interval at which requests were granted between the last refusal and this one: nothing was left at either. What
   * is waited for is less than one interval, so the longest wait that was told may be too little: where enough were
   * granted to tell, up to twice as much is believed.
   */
  #metMs(nowMs: number, toldMs: number): number {
    const granted = this.#grantedSince(this.#refusedAtMs)
    const metMs = Math.max(0, nowMs - this.#refusedAtMs) / Math.max(1, granted)
    return Math.min(metMs, granted < grantedMin ? toldMs : 2 * toldMs)
  }

  #grantedSince(instantMs: number): number {
    return this.#granted.reduce((sum, { startMs, count }) => sum + (startMs > instantMs ? count : 0), 0)
  }

  /** The interval at which requests have been granted all the time, were some of them a burst: over the best of all spans. */
  #shownMs(nowMs: number): number {
    let granted = 0
    let bestMs = Number.POSITIVE_INFINITY
    for (const { startMs, count } of this.#granted.toReversed()) {
      // A clock may be set back.
      const spanMs = Math.max(0, nowMs - startMs)
      if (spanMs > grantedKeptMs) break
      granted += count
      bestMs = Math.min(bestMs, (spanMs + burstMs) / granted)
    }
    return bestMs
  }

  /** 0: there is none. */
  #intervalMs(nowMs: number): number {
    if (nowMs - this.#heldAtMs >= forgetAfterMs) this.#learnedMs = 0
    while (this.#learnedMs > 0 && nowMs - this.#easedAtMs >= easeEveryMs) {
      this.#easedAtMs += easeEveryMs
      const leastMs = nowMs < this.#probed.untilMs ? this.#probed.intervalMs : 0
      this.#learnedMs = Math.max(Math.min(this.#learnedMs, leastMs), this.#learnedMs * easeFactor)
    }
    const passedMs = Math.max(0, nowMs - this.#surchargedAtMs)
    const surchargeMs = this.#surchargeMs * 0.5 ** (passedMs / surchargeHalvesMs)
    const intervalMs = this.#learnedMs + surchargeMs
    return intervalMs < intervalMinMs ? 0 : intervalMs
  }
}
