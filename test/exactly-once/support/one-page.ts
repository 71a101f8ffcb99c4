import { expect } from 'vitest'
import { beginMs, type SourceKey, sourceKeys, tiedEvents } from './events.js'
import { coverageOf, entriesOf, flawless, judge, type Page } from './reading.js'
import type { Situation } from './situation.js'

/** Less than a page of every source, so that one request to each shows it whole. */
export const onePageEvents = tiedEvents(30)
/** Ashby is asked by windows of 500 days down to this; so one is all. */
export const onePageSettings = { hiring: { historyFloor: '2026-01-01T00:00:00Z' } }
/** Arguments of the page that holds everything. */
export const everything = { first: 200 }

/** Asserts that a page gives every entry of the sources but one, and names all of that one's as a gap. */
export function expectAllBut(key: SourceKey, page: Page, situation: Situation): void {
  const others = sourceKeys.filter((other) => other !== key)
  expect(judge(entriesOf(page), 'NEWEST_FIRST', situation.entries({ sources: others }))).toEqual(flawless)
  for (const other of others)
    expect(coverageOf(page, other)).toMatchObject({ state: 'COMPLETE', error: null, gap: null })
  const { state, gap } = coverageOf(page, key)
  expect(state).toBe('FAILED')
  expect(Date.parse(gap?.until ?? '')).toBeGreaterThanOrEqual(beginMs)
  expect(page.complete).toBe(false)
}
