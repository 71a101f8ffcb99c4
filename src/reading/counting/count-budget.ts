import { pageSizeMax } from '../page.js'

/** How many entries readings beside each other may still count, together. */
export interface CountBudget {
  /**
   * Takes leave to count so many entries, for one page. 0: the limit is reached. What other readings hold may come back,
   * so that none ends too early: it is waited for.
   */
  take(): Promise<number>
  /** Gives back what was taken, with how many entries it has found. */
  settle(taken: number, found: number): void
}

/** Shares of a budget at most: smaller ones would take more pages than a count may read. */
const sharesMax = 10

/** A budget of `limit` entries that `readings` share: while one hangs, some ten others have a page each to go on with. */
export function countBudget(limit: number, readings: number): CountBudget {
  const share = Math.min(pageSizeMax, Math.ceil(limit / Math.min(readings, sharesMax)))
  let left = limit
  let held = 0
  let waiting: (() => void)[] = []
  return {
    async take() {
      while (left === 0 && held > 0) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
        })
      }
      const taken = Math.min(share, left)
      left -= taken
      if (taken > 0) held += 1
      return taken
    },
    settle(taken, found) {
      left += taken - found
      held -= 1
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
  }
}
