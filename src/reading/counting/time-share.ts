import type { FetchTerms } from '../page.js'

/**
 * Which part of the time until the deadline may go into counting a source without reading it. What is left then is for
 * reading it: a provider whose answers are slow gives some hundred entries in that time, and no total that is proven.
 */
const shareOfTime = 1 / 3

/** What a count without reading is asked with: it begins no further request when `isOver`. */
export interface TallyTerms extends FetchTerms {
  readonly isOver: () => boolean
}

/** Terms of a count that begins now. Without a known deadline it is never over. */
export function tallyTerms(terms: FetchTerms, now: () => number): TallyTerms {
  const begunMs = now()
  const untilMs = begunMs + ((terms.deadlineMs ?? Number.POSITIVE_INFINITY) - begunMs) * shareOfTime
  return { ...terms, isOver: () => now() >= untilMs }
}
