import { describe, expect, it } from 'vitest'
import { Secret } from '../src/model/secret.js'
import { countBudget } from '../src/reading/counting/count-budget.js'
import type { CountRequest, ReadableSource } from '../src/reading/page.js'
import { createReader } from '../src/reading/reader.js'
import { nowMs, type SimulatedProvider, simulatedSource } from './support/simulated-source.js'
import { SlowTime } from './support/slow-source.js'

const timesMs = Array.from({ length: 300 }, (_, index) => nowMs - 5_000 - index * 60_000)
const filter = { occurredAt: { sinceMs: nowMs - 86_400_000 } }
const hangs = Number.POSITIVE_INFINITY

/** Counts sources, of which some take time to answer, until the deadline. */
async function count(
  ids: readonly SimulatedProvider[],
  delaysMs: Partial<Record<SimulatedProvider, number>>,
  more: Partial<CountRequest> & { readonly entries?: Partial<Record<SimulatedProvider, number>> } = {},
) {
  const { entries = {}, ...request } = more
  const clock = new SlowTime(nowMs)
  const sources = ids.map((id): ReadableSource => {
    // What is quick answers nothing after the deadline either.
    return clock.slow(simulatedSource(id, timesMs.slice(0, entries[id])), delaysMs[id] ?? 1)
  })
  const reader = createReader({ sources, secrets: [new Secret('secret')], now: clock.time.now })
  const result = await clock.within(9_900, (terms) =>
    reader.count({ filter, limit: 1_000, asOfMs: nowMs, ...request, ...terms }),
  )
  if (result.kind !== 'counts') throw new Error(result.message)
  const states = result.coverage.map(({ sourceKey, state, error }) => [
    sourceKey,
    error ? `${state} ${error.kind}` : state,
  ])
  return { counts: result.counts, states: Object.fromEntries(states), coverage: result.coverage }
}

describe('a source that is slow costs a count only itself', () => {
  it('where its totals hang and the others are read', async () => {
    const { counts, states } = await count(['aitronos', 'freddy', 'jitsudo', 'ashby'], { aitronos: hangs })
    expect(counts).toEqual([{ value: 900, exactness: 'AT_LEAST' }])
    expect(states).toEqual({
      aitronos: 'FAILED TIMEOUT',
      freddy: 'COMPLETE',
      jitsudo: 'COMPLETE',
      ashby: 'COMPLETE',
    })
  })

  it('where it hangs in the reading of another that answers once and is read to its end by that', async () => {
    const { counts, states } = await count(
      ['jitsudo', 'ashby'],
      { jitsudo: hangs },
      { entries: { ashby: 60 } },
    )
    expect(counts).toEqual([{ value: 60, exactness: 'AT_LEAST' }])
    expect(states).toEqual({ jitsudo: 'FAILED TIMEOUT', ashby: 'COMPLETE' })
  })

  it('where it hangs and another that is read, too, has more than a page', async () => {
    const { counts, states } = await count(['jitsudo', 'ashby'], { jitsudo: hangs })
    expect(counts).toEqual([{ value: 300, exactness: 'AT_LEAST' }])
    expect(states).toEqual({ jitsudo: 'FAILED TIMEOUT', ashby: 'COMPLETE' })
  })

  it('where the limit is one entry, which another has', async () => {
    const ids = ['jitsudo', 'ashby'] as const
    const { counts, states } = await count(ids, { jitsudo: hangs }, { limit: 1 })
    expect(counts).toEqual([{ value: 1, exactness: 'AT_LEAST' }])
    expect(states).toMatchObject({ jitsudo: 'FAILED TIMEOUT' })
  })

  it('where its answers take 3.5 s: it is read for a part', async () => {
    const { counts, states } = await count(['freddy', 'ashby'], { freddy: 3_500 })
    expect(counts[0]?.exactness).toBe('AT_LEAST')
    expect(counts[0]?.value).toBeGreaterThanOrEqual(390)
    expect(counts[0]?.value).toBeLessThan(600)
    expect(states).toEqual({ freddy: 'SCAN_LIMIT', ashby: 'COMPLETE' })
  })

  it('where the limit is reached meanwhile: that it hangs is told all the same', async () => {
    const { counts, states } = await count(['freddy', 'ashby'], { freddy: hangs }, { limit: 200 })
    expect(counts).toEqual([{ value: 200, exactness: 'AT_LEAST' }])
    expect(states).toMatchObject({ freddy: 'FAILED TIMEOUT' })
  })

  it.each([
    ['has answered', 9_950, 'SCAN_LIMIT'],
    ['has not answered', hangs, 'FAILED TIMEOUT'],
  ] as const)(
    'one that %s by its totals, of no use, is not more at fault than that',
    async (_, againMs, state) => {
      const clock = new SlowTime(nowMs)
      const quick = simulatedSource('freddy', timesMs, { switches: { total: 'absent' } })
      const slow = clock.slow(quick, againMs)
      let made = 0
      // The first answer comes in time where it comes at all, and proves nothing; the reading has no time left.
      const source: ReadableSource = {
        ...slow,
        fetchPage: (ask, terms) => {
          made += 1
          return made === 1 && againMs !== hangs
            ? clock.slow(quick, 9_899).fetchPage(ask, terms)
            : slow.fetchPage(ask, terms)
        },
      }
      const reader = createReader({ sources: [source], secrets: [new Secret('secret')], now: clock.time.now })
      const result = await clock.within(9_900, (terms) =>
        reader.count({ filter, limit: 1_000, asOfMs: nowMs, ...terms }),
      )
      if (result.kind !== 'counts') throw new Error(result.message)
      const [row] = result.coverage
      expect(row?.error ? `${row.state} ${row.error.kind}` : row?.state).toBe(state)
    },
  )

  it('and a count that begins after the deadline accuses nobody', async () => {
    const clock = new SlowTime(nowMs)
    const sources = (['freddy', 'ashby'] as const).map((id) => clock.slow(simulatedSource(id, timesMs), 1))
    const reader = createReader({ sources, secrets: [new Secret('secret')], now: clock.time.now })
    let late: CountRequest | undefined
    await clock.within(9_900, async (terms) => {
      late = { filter, limit: 1_000, ...terms }
    })
    const result = await reader.count(late as CountRequest)
    if (result.kind !== 'counts') throw new Error(result.message)
    expect(result.counts).toEqual([{ value: 0, exactness: 'UNKNOWN' }])
    expect(result.coverage).toMatchObject([
      { state: 'SCAN_LIMIT', error: null, requests: 0 },
      { state: 'SCAN_LIMIT', error: null, requests: 0 },
    ])
  })
})

describe('the limit of a count', () => {
  // Totals that are too low prove nothing, so these are read beside the others.
  const unproven = { switches: { total: 'tooLow' } }

  it.each([40, 300, 899, 900, 901])('of %i holds over readings beside each other', async (limit) => {
    const sources = [
      simulatedSource('aitronos', timesMs, unproven),
      simulatedSource('freddy', timesMs, unproven),
      simulatedSource('jitsudo', timesMs),
    ]
    const reader = createReader({ sources, secrets: [new Secret('secret')], now: () => nowMs })
    const { signal } = new AbortController()
    const result = await reader.count({ filter, limit, signal })
    if (result.kind !== 'counts') throw new Error(result.message)
    const [{ value = 0, exactness } = {}] = result.counts
    expect(value).toBe(Math.min(limit, 900))
    if (limit > 900) expect(exactness).toBe('EXACT')
    if (limit < 900) expect(exactness).toBe('AT_LEAST')
    expect(result.coverage.map(({ sourceKey }) => sourceKey)).toEqual(['aitronos', 'freddy', 'jitsudo'])
  })

  it('leaves buckets exact that were counted before it was reached', async () => {
    // A page of each holds five entries, one a minute: the fifth of one of them is over the limit.
    const sources = [simulatedSource('jitsudo', timesMs), simulatedSource('ashby', timesMs)]
    const reader = createReader({ sources, secrets: [new Secret('secret')], now: () => nowMs })
    const { signal } = new AbortController()
    const edgesOf = () => Array.from({ length: 11 }, (_, index) => nowMs - (10 - index) * 60_000)
    const result = await reader.count({ filter, limit: 9, signal, asOfMs: nowMs, edgesOf })
    if (result.kind !== 'counts') throw new Error(result.message)
    const exact = { value: 2, exactness: 'EXACT' }
    const rest = [...Array(5).fill({ value: 0, exactness: 'AT_LEAST' }), { value: 1, exactness: 'AT_LEAST' }]
    expect(result.counts).toEqual([...rest, exact, exact, exact, exact])
  })

  it('is shared fairly, and kept to', () => {
    const budget = countBudget(10, 4)
    expect(budget.pageSize).toBe(3)
    expect([budget.spend(3), budget.spend(0), budget.spend(3), budget.isSpent()]).toEqual([3, 0, 3, false])
    expect([budget.spend(5), budget.isSpent()]).toEqual([4, true])
    expect(countBudget(1, 4).pageSize).toBe(1)
    expect(countBudget(10_000, 2).pageSize).toBe(500)
    // Smaller shares would take more pages than a count may read.
    expect(countBudget(1_000, 100).pageSize).toBe(100)
  })
})
