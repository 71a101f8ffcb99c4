import type { AllowanceTold } from '../model/rate-limit.js'
import { Pace } from './pace.js'

export type Priority = 'interactive' | 'bulk'

/** The longest wait after a 429 that does not say how long, in ms; the first is doubled by each that follows. */
const untoldWaitMaxMs = 20_000
/** How long an allowance that is used up is waited for when it does not say when it is renewed. */
const untoldResetMs = 1_000

interface Window extends AllowanceTold {
  readonly resetMs: number
  readonly toldAtMs: number
  /** Its reset has come, and no answer has told since what is granted. */
  readonly unsure: boolean
}

/** What one answer says of the allowance. */
export interface AnswerNews {
  readonly sentAtMs: number
  readonly told: readonly AllowanceTold[]
  /** Set for an answer that asks to wait: until when, or null where it does not say. */
  readonly refused: { readonly untilMs: number | null; readonly isRateLimit: boolean } | null
}

/**
 * How often one credential, or one provider, may be asked: what its answers have told, the strictest of all.
 *
 * - A wait that was asked for is a pause for everybody.
 * - Of an allowance that is told, no more requests are under way than remain. When its reset has come, one request
 *   finds out what is granted now. Bulk work leaves half of it.
 * - Where only refusals tell anything, requests are spread at the pace that they have taught.
 */
export class AllowanceState {
  #windows = new Map<string, Window>()
  readonly #pace = new Pace()
  readonly #untoldWaitMs: number
  #pausedUntilMs = 0
  #isPausedByTrouble = false
  #refusals = 0
  #underWay = 0

  /** `untoldWaitMs`: how long the first 429 is waited for that does not say. */
  constructor(untoldWaitMs: number) {
    this.#untoldWaitMs = untoldWaitMs
  }

  /**
   * The instant from which the request may go out that has `ahead` others before it; infinite: once one that is under
   * way has ended.
   */
  startsAtMs(nowMs: number, priority: Priority, ahead: number): number {
    let startMs = Math.max(nowMs, this.#pausedUntilMs, this.#pace.startsAtMs(nowMs, priority, ahead))
    for (const window of this.#currentWindows(nowMs)) {
      const kept = priority === 'bulk' && !window.unsure ? Math.floor((window.limit ?? 0) / 2) : 0
      const left = window.remaining - kept - ahead
      if (left > this.#underWay) continue
      startMs = Math.max(startMs, left > 0 ? Number.POSITIVE_INFINITY : window.resetMs)
    }
    return startMs
  }

  /** Until when nothing at all goes out; null when something may. */
  pausedUntilMs(nowMs: number): number | null {
    const startMs = this.startsAtMs(nowMs, 'interactive', 0)
    return startMs > nowMs && Number.isFinite(startMs) ? startMs : null
  }

  /** Whether nothing goes out because the provider is in trouble and asked to wait, not because of a rate. */
  isPausedByTrouble(nowMs: number): boolean {
    return this.#isPausedByTrouble && nowMs < this.#pausedUntilMs
  }

  begin(nowMs: number, priority: Priority): void {
    this.#underWay += 1
    this.#pace.begin(nowMs, priority)
  }

  /** A request that was let out is not sent after all. */
  undo(): void {
    this.#underWay -= 1
  }

  /** A request has ended; null: without an answer, so it counts as one less of what remains. */
  end(nowMs: number, news: AnswerNews | null): void {
    this.#underWay -= 1
    if (news === null || news.told.length === 0) {
      for (const [family, window] of this.#windows) {
        this.#windows.set(family, { ...window, remaining: Math.max(0, window.remaining - 1) })
      }
    }
    if (news !== null) this.learn(nowMs, news)
  }

  learn(nowMs: number, { sentAtMs, told, refused }: AnswerNews): void {
    for (const allowance of told) this.#learnWindow(nowMs, sentAtMs, allowance)
    if (refused === null) {
      this.#forgetSilent(sentAtMs, told)
      this.#refusals = 0
      this.#pace.onGranted(sentAtMs)
      return
    }
    const untoldMs = Math.min(untoldWaitMaxMs, this.#untoldWaitMs * 2 ** this.#refusals)
    const untilMs = refused.untilMs ?? (refused.isRateLimit ? nowMs + untoldMs : nowMs)
    if (untilMs >= this.#pausedUntilMs) {
      this.#pausedUntilMs = untilMs
      this.#isPausedByTrouble = !refused.isRateLimit
    }
    if (!refused.isRateLimit) return
    if (refused.untilMs === null) this.#refusals = Math.min(10, this.#refusals + 1)
    // An allowance that is told and used up explains the refusal exactly; any other limit is one that is not told.
    if (!told.some(({ remaining }) => remaining === 0)) this.#pace.onRefused(sentAtMs, nowMs, untilMs - nowMs)
  }

  /** The allowance of which the least remains. */
  strictest(nowMs: number): Pick<AllowanceTold, 'limit' | 'remaining' | 'resetMs'> | null {
    const windows = [...this.#windows.values()].filter(({ resetMs, unsure }) => nowMs < resetMs && !unsure)
    return windows.toSorted((a, b) => a.remaining - b.remaining)[0] ?? null
  }

  #learnWindow(nowMs: number, sentAtMs: number, told: AllowanceTold): void {
    const before = this.#windows.get(told.family)
    const isSilent = told.resetMs === null || told.resetMs <= nowMs
    const resetMs = isSilent ? nowMs + untoldResetMs : (told.resetMs ?? nowMs)
    // Answers to requests that were under way together may come in another order than they were counted in.
    const together = before !== undefined && sentAtMs <= before.toldAtMs && nowMs < before.resetMs
    const remaining = together ? Math.min(before.remaining, told.remaining) : told.remaining
    this.#windows.set(told.family, { ...told, remaining, resetMs, toldAtMs: nowMs, unsure: false })
  }

  /** What a provider tells with its refusals alone holds until its reset; a later answer that does not name it ends it. */
  #forgetSilent(sentAtMs: number, told: readonly AllowanceTold[]): void {
    for (const [family, { unsure, toldAtMs, resetMs }] of this.#windows) {
      const isOver = sentAtMs >= (unsure ? toldAtMs : resetMs)
      if (isOver && !told.some((allowance) => allowance.family === family)) this.#windows.delete(family)
    }
  }

  #currentWindows(nowMs: number): Iterable<Window> {
    for (const [family, window] of this.#windows) {
      if (nowMs < window.resetMs) continue
      const renewed = {
        ...window,
        remaining: 1,
        resetMs: nowMs + untoldResetMs,
        toldAtMs: nowMs,
        unsure: true,
      }
      this.#windows.set(family, renewed)
    }
    return this.#windows.values()
  }
}
