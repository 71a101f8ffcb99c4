import { describe, expect, it } from 'vitest'
import { defaultReadingLimits } from './limits.js'
import { createReadAhead, type KeptReading } from './read-ahead.js'
import type { Walk } from './walk.js'

const rows = 200
/** That of a row. */
const filterLength = 100
const reading: KeptReading = { plans: new Map(), walks: new Map([['crew', { rowsHeld: rows } as Walk]]) }

/** A store with room for `readings` of them, and how many of these cursors it knows. */
function storeFor(readings: number) {
  const clock = { nowMs: 1_000_000 }
  const limits = { ...defaultReadingLimits, readAheadRows: readings * (rows + 1) }
  const store = createReadAhead(limits, () => clock.nowMs)
  /** First pages, evenly spread over so many milliseconds; gives their cursors. */
  const firstPages = (count: number, durationMs: number) =>
    Array.from({ length: count }, (_, index) => {
      clock.nowMs += durationMs / count
      const cursor = `${clock.nowMs} ${index}`
      store.set(cursor, 'down', reading, { wentOnFrom: undefined, filterLength })
      return cursor
    })
  const known = (cursors: readonly string[]) => cursors.filter((cursor) => store.get(cursor, 'down')).length
  return { clock, store, firstPages, known }
}

describe('first pages that come faster than their rows could be kept for ten seconds', () => {
  it('are kept in part, and those that are kept stay for ten seconds', () => {
    const { firstPages, known } = storeFor(100)
    firstPages(200, 1_000)
    const cursors = firstPages(200, 1_000)
    expect(known(cursors)).toBeGreaterThan(7)
    expect(known(cursors)).toBeLessThan(13)
    const kept = known(cursors)
    firstPages(1_600, 8_000)
    expect(known(cursors)).toBe(kept)
  })

  it('do not push out readings that go on, which are all kept', () => {
    const { store, firstPages } = storeFor(100)
    firstPages(400, 2_000)
    let cursor = 'page 1'
    store.set(cursor, 'down', reading, { wentOnFrom: undefined, filterLength })
    for (let page = 2; page < 50; page += 1) {
      const next = `page ${page}`
      store.set(next, 'down', reading, { wentOnFrom: cursor, filterLength })
      firstPages(20, 100)
      expect(store.get(next, 'down'), next).toBeDefined()
      cursor = next
    }
  })

  it('are kept in part from the first moment on, also after quiet', () => {
    const { clock, firstPages, known } = storeFor(100)
    for (let burst = 0; burst < 3; burst += 1) {
      const cursors = firstPages(400, 1_000)
      expect(known(cursors)).toBeGreaterThan(25)
      expect(known(cursors)).toBeLessThan(35)
      clock.nowMs += 2_000
    }
  })

  it('are all kept again when the rush is over', () => {
    const { clock, firstPages, known } = storeFor(100)
    firstPages(400, 2_000)
    clock.nowMs += 10_000
    const cursors = firstPages(20, 1_000)
    expect(known(cursors)).toBe(20)
  })
})

describe('first pages at leisure', () => {
  it.each([
    ['a steady trickle', 90, 9_000],
    ['a burst after quiet', 20, 10],
  ])('are all kept: %s', (_, count, durationMs) => {
    const { firstPages, known } = storeFor(100)
    expect(known(firstPages(count, durationMs))).toBe(count)
  })

  it('are all kept after the clock was set back', () => {
    const { clock, firstPages, known } = storeFor(100)
    firstPages(400, 2_000)
    clock.nowMs -= 3_600_000
    expect(known(firstPages(20, 1_000))).toBe(20)
  })
})

it('readings with large filters are kept by what these weigh', () => {
  const { store } = storeFor(100)
  const filterLength = 20_000
  const cursors = Array.from({ length: 300 }, (_, index) => `page ${index}`)
  for (const cursor of cursors)
    store.set(cursor, 'down', reading, { wentOnFrom: 'page before', filterLength })
  const kept = cursors.filter((cursor) => store.get(cursor, 'down'))
  expect(kept.length).toBeGreaterThan(60)
  expect(kept.length).toBeLessThan(80)
})
