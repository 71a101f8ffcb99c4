import { pageSizeMax } from '../page.js'

/** How many entries readings beside each other may still count, together. None waits for what another may find. */
export interface CountBudget {
  /** Entries of a page: a fair share, so that hardly anything is read that is over the limit. */
  readonly pageSize: number
  isSpent(): boolean
  /** How many of the entries that were found still count. */
  spend(found: number): number
}

/** Shares of a budget at most: smaller ones would take more pages than a count may read. */
const sharesMax = 10

/** A budget of `limit` entries that `readings` share. */
export function countBudget(limit: number, readings: number): CountBudget {
  let left = limit
  return {
    pageSize: Math.min(pageSizeMax, Math.ceil(limit / Math.min(readings, sharesMax))),
    isSpent: () => left === 0,
    spend(found) {
      const counted = Math.min(found, left)
      left -= counted
      return counted
    },
  }
}
