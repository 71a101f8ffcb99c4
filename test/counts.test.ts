import { describe, expect, it } from 'vitest'
import { calendarEdges } from '../src/graphql/calendar.js'
import { isFailure, sourceFailure } from '../src/model/failure.js'
import type { EntryFilter } from '../src/model/filter.js'
import { Secret } from '../src/model/secret.js'
import type { CountRequest, EntryCounts } from '../src/reading/page.js'
import { createReader } from '../src/reading/reader.js'
import { SeededRandom } from '../src/simulation/random.js'
import { nowMs, type SimulatedSource, simulatedSource } from './support/simulated-source.js'

const failure = sourceFailure('UNAVAILABLE')
const signal = new AbortController().signal
const instants = { settings: { dates: 'instant' } }
const hourMs = 3_600_000

/** Entries close together, so that some always lie just beside any edge. */
const timesMs = Array.from({ length: 5_000 }, (_, index) => nowMs - 5_000 - index * 700)

async function count(
  sources: readonly SimulatedSource[],
  filter: EntryFilter,
  more: Partial<CountRequest> = {},
): Promise<EntryCounts> {
  const reader = createReader({ sources, secrets: [new Secret('secret')], now: () => nowMs })
  const result = await reader.count({ filter, limit: 1_000, signal, ...more })
  if (result.kind !== 'counts') throw new Error(result.message)
  return result
}

function between(sinceMs: number, untilMs: number): number {
  return timesMs.filter((timeMs) => timeMs >= sinceMs && timeMs < untilMs).length
}

describe.each([
  ['aitronos', instants],
  ['freddy', {}],
] as const)('counts by the totals of %s', (id, options) => {
  it('takes one request of a row, whatever the number', async () => {
    const source = simulatedSource(id, timesMs.slice(1), options)
    const { counts, coverage } = await count([source], {})
    expect(counts).toEqual([{ value: 4_999, exactness: 'EXACT' }])
    expect(coverage).toMatchObject([{ sourceKey: id, state: 'COMPLETE', requests: 1, scanned: 0 }])
    expect(source.requests()).toBe(1)
  })

  it('does so too where the provider bounds time by days', async () => {
    const source = simulatedSource(id, timesMs.slice(1))
    expect((await count([source], {})).counts).toEqual([{ value: 4_999, exactness: 'EXACT' }])
    expect(source.requests()).toBe(1)
  })

  it('looks behind the last row where the number is one that lists are cut off at', async () => {
    const source = simulatedSource(id, timesMs, options)
    expect((await count([source], {})).counts).toEqual([{ value: 5_000, exactness: 'EXACT' }])
    expect(source.requests()).toBe(3)
  })

  it('reads a list that is cut off', async () => {
    const source = simulatedSource(id, timesMs, { ...options, switches: { listMax: 2_000 } })
    const { counts } = await count([source], {}, { limit: 10_000 })
    expect(counts).toEqual([{ value: 5_000, exactness: 'EXACT' }])
  })

  it.each([2, 3])('reads where the look behind the last row fails, at request %d', async (failing) => {
    const source = simulatedSource(id, timesMs, { ...options, switches: { listMax: 2_000 } })
    let requests = 0
    const fetchPage: SimulatedSource['fetchPage'] = async (ask, terms) => {
      requests += 1
      return requests === failing ? failure : source.fetchPage(ask, terms)
    }
    const { counts } = await count([{ ...source, fetchPage }], {}, { limit: 10_000 })
    expect(counts).toEqual([{ value: 5_000, exactness: 'EXACT' }])
  })

  it('does not believe a total that ends with a page which says that there is more', async () => {
    const source = simulatedSource(id, timesMs, options)
    const fetchPage: SimulatedSource['fetchPage'] = async (ask, terms) => {
      const page = await source.fetchPage(ask, terms)
      if (isFailure(page) || !page.more) return page
      return { ...page, total: (ask.offset ?? 0) + page.rows.length }
    }
    const { counts } = await count([{ ...source, fetchPage }], {}, { limit: 10_000 })
    expect(counts).toEqual([{ value: 5_000, exactness: 'EXACT' }])
  })

  it('is exact of more times than are asked for one by one', async () => {
    const minuteMs = 60_000
    const sparse = Array.from({ length: 2_000 }, (_, index) => nowMs - minuteMs * (index + 1))
    const ranges = Array.from({ length: 20 }, (_, index) => {
      const sinceMs = nowMs - (100 + 50 * index) * minuteMs - minuteMs / 2
      return { sinceMs, untilMs: sinceMs + 20 * minuteMs }
    })
    const reader = createReader({
      sources: [simulatedSource(id, sparse, options)],
      secrets: [new Secret('secret')],
      now: () => nowMs,
    })
    // A page shows the order, after which a row of each list is enough to count by.
    await reader.readPage({ filter: {}, order: 'NEWEST_FIRST', onSourceError: 'FAIL', signal })
    const filter = { or: ranges.map((occurredAt) => ({ occurredAt })) }
    const counts = await reader.count({ filter, limit: 1_000, signal })
    expect(counts).toMatchObject({ counts: [{ value: 400, exactness: 'EXACT' }] })
  })

  it('is exact at any edge, in at most four requests', async () => {
    const random = new SeededRandom(id)
    for (let round = 0; round < 60; round += 1) {
      const sinceMs = nowMs - random.integer(3, 3_400) * 1_000 - random.integer(0, 999)
      const untilMs = sinceMs + random.pick([1, 500, 5_000, 60_000, 2 * hourMs])
      const switches = {
        lowerBound: random.pick(['inclusive', 'exclusive'] as const),
        upperBound: random.pick(['inclusive', 'exclusive'] as const),
        boundPrecision: random.pick(['millisecond', 'second'] as const),
      }
      const source = simulatedSource(id, timesMs, { ...options, switches })
      const { counts } = await count([source], { occurredAt: { sinceMs, untilMs } })
      expect(counts, JSON.stringify({ sinceMs, untilMs, switches })).toEqual([
        { value: between(sinceMs, Math.min(untilMs, nowMs)), exactness: 'EXACT' },
      ])
      expect(source.requests()).toBeLessThanOrEqual(4)
    }
  })

  it.each([
    ['old entries go', timesMs, timesMs.slice(0, -30)],
    ['old entries come late', timesMs.slice(0, -30), timesMs],
  ])('has every bucket right when %s meanwhile', async (_, before, after) => {
    const [early, late] = [before, after].map((times) => simulatedSource(id, times, options))
    if (!early || !late) throw new Error('There is no source.')
    let requests = 0
    const fetchPage: SimulatedSource['fetchPage'] = (ask, terms) => {
      requests += 1
      return (requests <= 6 ? early : late).fetchPage(ask, terms)
    }
    const sinceMs = Math.min(...timesMs) - 1
    const edges = Array.from({ length: 13 }, (_, index) => sinceMs + index * 300_000)
    const { counts } = await count(
      [{ ...early, fetchPage }],
      { occurredAt: { sinceMs } },
      {
        edgesOf: () => edges,
        limit: 10_000,
      },
    )
    const truth = edges.slice(2).map((untilMs, index) => between(edges[index + 1] ?? 0, untilMs))
    expect(counts.slice(1)).toEqual(truth.map((value) => ({ value, exactness: 'EXACT' })))
  })

  it.each(['tooLow', 'tooHigh'] as const)(
    'has every bucket right where a total is %s and the oldest are empty',
    async (total) => {
      const source = simulatedSource(id, timesMs.slice(0, 700), { ...options, switches: { total } })
      const sinceMs = nowMs - 2 * 86_400_000
      const edges = [sinceMs, sinceMs + 43_200_000, nowMs - hourMs, nowMs]
      const { counts } = await count([source], { occurredAt: { sinceMs } }, { edgesOf: () => edges })
      expect(counts.map(({ value }) => value)).toEqual([0, 0, 700])
    },
  )

  it('makes a histogram without reading, at about one request a bucket', async () => {
    const source = simulatedSource(id, timesMs, options)
    const sinceMs = nowMs - 50 * 60_000
    const edgesOf = () => Array.from({ length: 51 }, (_, index) => sinceMs + index * 60_000)
    const { counts, edgesMs, coverage } = await count([source], { occurredAt: { sinceMs } }, { edgesOf })
    expect(counts).toEqual(
      edgesMs.slice(1).map((untilMs, index) => ({
        value: between(edgesMs[index] ?? 0, untilMs),
        exactness: 'EXACT',
      })),
    )
    expect(coverage).toMatchObject([{ scanned: 0 }])
    expect(source.requests()).toBeLessThanOrEqual(51)
  })

  it('makes it past many entries of one time at every edge', async () => {
    const edges = Array.from({ length: 9 }, (_, index) => nowMs - (9 - index) * 86_400_000)
    const tied = edges.flatMap((edgeMs) => Array.from({ length: 230 }, () => edgeMs))
    const all = [...tied, ...timesMs]
    const edgesOf = () => [...edges, nowMs]
    const filter = { occurredAt: { sinceMs: edges[0] ?? 0 } }
    for (const upperBound of ['inclusive', 'exclusive'] as const) {
      const source = simulatedSource(id, all, { ...options, switches: { upperBound } })
      const { counts, coverage } = await count([source], filter, { edgesOf })
      expect(counts.map(({ value }) => value)).toEqual([...Array.from({ length: 8 }, () => 230), 5_230])
      expect(counts.every(({ exactness }) => exactness === 'EXACT')).toBe(true)
      expect(coverage).toMatchObject([{ scanned: 0 }])
      expect(source.requests()).toBeLessThanOrEqual(9 * 5)
    }
  })

  it.each(['tooLow', 'tooHigh', 'absent'] as const)('reads where the total is %s', async (total) => {
    const source = simulatedSource(id, timesMs.slice(0, 400), { ...options, switches: { total } })
    const { counts, coverage } = await count([source], { occurredAt: { sinceMs: nowMs - 200_000 } })
    expect(counts).toEqual([{ value: between(nowMs - 200_000, nowMs), exactness: 'EXACT' }])
    expect(coverage[0]?.scanned).toBeGreaterThan(0)
  })

  it('reads where a filter is left to the gateway', async () => {
    const source = simulatedSource(id, timesMs.slice(0, 300), options)
    const { counts, coverage } = await count([source], { search: 'ada' })
    expect(counts).toEqual([{ value: 300, exactness: 'EXACT' }])
    expect(coverage[0]?.scanned).toBe(300)
  })
})

describe('a histogram by a provider that bounds time by days', () => {
  /** Forty days of one entry each 100 seconds, some of them bursts. */
  const days = Array.from({ length: 34_560 }, (_, index) => nowMs - 1 - index * 100_000 + (index % 7) * 9_000)
  const edges = Array.from({ length: 41 }, (_, index) => nowMs - (40 - index) * 86_400_000)

  it('finds each edge in a few requests and reads nothing', async () => {
    for (const switches of [
      { zoneOffsetMinutes: 0 },
      { zoneOffsetMinutes: -12 * 60 },
      { zoneOffsetMinutes: 14 * 60 },
    ]) {
      const source = simulatedSource('aitronos', days, { switches })
      const filter = { occurredAt: { sinceMs: edges[0] ?? 0 } }
      const { counts, coverage } = await count([source], filter, { edgesOf: () => edges })
      expect(counts).toEqual(
        edges.slice(1).map((untilMs, index) => ({
          value: days.filter((timeMs) => timeMs >= (edges[index] ?? 0) && timeMs < untilMs).length,
          exactness: 'EXACT',
        })),
      )
      expect(coverage).toMatchObject([{ scanned: 0 }])
      expect(source.requests()).toBeLessThanOrEqual(40 * 4)
    }
  })

  it('reads where that is cheaper', async () => {
    const source = simulatedSource('aitronos', days.slice(0, 900))
    const filter = { occurredAt: { sinceMs: edges[20] ?? 0 } }
    const { counts, coverage } = await count([source], filter, { edgesOf: () => edges.slice(20) })
    expect(counts.reduce((sum, { value }) => sum + value, 0)).toBe(900)
    expect(coverage).toMatchObject([{ scanned: 900 }])
  })
})

describe('counts by reading', () => {
  it('says how far it is sure when its limit ends it', async () => {
    const source = simulatedSource('jitsudo', timesMs)
    const edgesOf = () => [nowMs - hourMs, nowMs - 600_000, nowMs - 60_000, nowMs]
    const filter = { occurredAt: { sinceMs: nowMs - hourMs } }
    const { counts } = await count([source], filter, { edgesOf, limit: 500 })
    expect(counts.map(({ exactness }) => exactness)).toEqual(['AT_LEAST', 'AT_LEAST', 'EXACT'])
    expect(counts[2]?.value).toBe(between(nowMs - 60_000, nowMs))
    expect(counts.reduce((sum, { value }) => sum + value, 0)).toBe(500)
  })

  it('adds what totals and what reading gave', async () => {
    const sources = [simulatedSource('freddy', timesMs), simulatedSource('ashby', timesMs.slice(0, 120))]
    const { counts, coverage } = await count(sources, {})
    expect(counts).toEqual([{ value: 5_120, exactness: 'EXACT' }])
    expect(coverage.map(({ sourceKey, scanned }) => [sourceKey, scanned])).toEqual([
      ['freddy', 0],
      ['ashby', 120],
    ])
  })

  it('is UNKNOWN for a source of which nothing could be read, and at least the rest beside others', async () => {
    const source = simulatedSource('jitsudo', timesMs)
    const failing = { ...source, fetchPage: async () => failure }
    expect((await count([failing], {})).counts).toEqual([{ value: 0, exactness: 'UNKNOWN' }])
    const { counts, coverage } = await count([failing, simulatedSource('ashby', timesMs.slice(0, 7))], {})
    expect(counts).toEqual([{ value: 7, exactness: 'AT_LEAST' }])
    expect(coverage[0]).toMatchObject({ state: 'FAILED', error: { kind: 'UNAVAILABLE' } })
  })
})

describe('the calendar', () => {
  const edges = (since: string, until: string, unit: 'HOUR' | 'DAY' | 'WEEK' | 'MONTH', zone: string) =>
    calendarEdges({ sinceMs: Date.parse(since), untilMs: Date.parse(until) }, unit, zone, 100)?.map(
      (edgeMs) => new Date(edgeMs).toISOString().slice(0, 16),
    )

  it('makes days as long as daylight saving does', () => {
    expect(edges('2026-03-27T23:00Z', '2026-03-30T22:00Z', 'DAY', 'Europe/Zurich')).toEqual([
      '2026-03-27T23:00',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
      '2026-03-30T22:00',
    ])
    expect(edges('2026-10-24T22:00Z', '2026-10-25T23:00Z', 'DAY', 'Europe/Zurich')).toHaveLength(2)
    expect(edges('2026-10-24T22:00Z', '2026-10-25T23:00Z', 'HOUR', 'Europe/Zurich')).toHaveLength(26)
  })

  it('begins weeks on Monday and cuts the first and the last bucket', () => {
    expect(edges('2026-11-19T10:30Z', '2026-12-03T00:00Z', 'WEEK', 'UTC')).toEqual([
      '2026-11-19T10:30',
      '2026-11-23T00:00',
      '2026-11-30T00:00',
      '2026-12-03T00:00',
    ])
    expect(edges('2026-01-31T00:00Z', '2026-04-15T00:00Z', 'MONTH', 'Asia/Kathmandu')).toEqual([
      '2026-01-31T00:00',
      '2026-01-31T18:15',
      '2026-02-28T18:15',
      '2026-03-31T18:15',
      '2026-04-15T00:00',
    ])
  })

  it('has no bucket in an empty range, and gives up past its bound', () => {
    expect(edges('2026-01-02T00:00Z', '2026-01-02T00:00Z', 'DAY', 'UTC')).toHaveLength(1)
    expect(edges('2020-01-01T00:00Z', '2026-01-02T00:00Z', 'DAY', 'UTC')).toBeUndefined()
  })
})
