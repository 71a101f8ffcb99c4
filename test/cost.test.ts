import { describe, expect, it } from 'vitest'
import { Secret } from '../src/model/secret.js'
import type { EntryPage, PageRequest } from '../src/reading/page.js'
import { createReader } from '../src/reading/reader.js'
import { SeededRandom } from '../src/simulation/random.js'
import {
  nowMs,
  type SimulatedProvider,
  type SimulatedSource,
  simulatedProviders,
  simulatedSource,
} from './support/simulated-source.js'

const dayMs = 86_400_000

/** `count` times spread evenly over `days` before now, newest first. */
function evenly(count: number, days: number): number[] {
  const stepMs = (days * dayMs) / count
  return Array.from({ length: count }, (_, index) => Math.floor(nowMs - 2_000 - index * stepMs))
}

/** Times as people leave them: quiet nights and weekends, and every few days a burst of a few minutes. */
function inBursts(count: number, days: number): number[] {
  const random = new SeededRandom('cost')
  const times: number[] = []
  while (times.length < count) {
    const day = Math.floor((nowMs - random.integer(1, days) * dayMs) / dayMs) * dayMs
    const burst = random.chance(0.2) ? random.integer(20, 80) : 1
    const at = day + 8 * 3_600_000 + random.integer(0, 9 * 3_600_000)
    for (let index = 0; index < burst && times.length < count; index += 1)
      times.push(at + random.integer(0, 180_000))
  }
  return times
}

const filter = {}
const signal = new AbortController().signal

function readerOf(sources: readonly SimulatedSource[], limits: { readAheadRows?: number } = {}) {
  return createReader({ sources, secrets: [new Secret('secret')], now: () => nowMs, limits })
}

async function pageOf(
  reader: ReturnType<typeof readerOf>,
  request: Partial<PageRequest>,
): Promise<EntryPage> {
  const page = await reader.readPage({
    filter,
    order: 'NEWEST_FIRST',
    onSourceError: 'FAIL',
    signal,
    ...request,
  })
  if (page.kind !== 'page') throw new Error(JSON.stringify(page))
  return page
}

async function readToTheEnd(reader: ReturnType<typeof readerOf>, request: Partial<PageRequest>) {
  let [entries, pages] = [0, 0]
  for (let after: string | undefined; ; ) {
    const page: EntryPage = await pageOf(reader, { ...request, ...(after !== undefined && { after }) })
    entries += page.edges.length
    pages += 1
    if (!page.hasNextPage) return { entries, pages }
    after = page.endCursor ?? undefined
  }
}

describe('what reading costs, in upstream requests', () => {
  it('the newest 50 of four sources: four', async () => {
    const sources = simulatedProviders.map((id) => simulatedSource(id, evenly(2_000, 90)))
    const page = await pageOf(readerOf(sources), { first: 50 })
    expect(page.edges).toHaveLength(50)
    expect(sources.map((source) => source.requests())).toEqual([1, 1, 1, 1])
  })

  it.each([7, 50, 230, 500])(
    'all of them forward, %i at a time: ceil(N / 98) + 2 for each source',
    async (first) => {
      const counts: Record<SimulatedProvider, number> = {
        aitronos: 2_500,
        freddy: 1_300,
        jitsudo: 700,
        ashby: 3_100,
      }
      const sources = simulatedProviders.map((id) => simulatedSource(id, evenly(counts[id], 90)))
      const { entries } = await readToTheEnd(readerOf(sources), { first })
      expect(entries).toBe(7_600)
      for (const source of sources) {
        const count = counts[source.key as SimulatedProvider] // its key is its provider
        expect.soft(source.requests(), source.key).toBeLessThanOrEqual(Math.ceil(count / 98) + 2)
      }
    },
  )

  it.each([20, 50, 100])(
    'the same with read-ahead dropped, %i at a time: 1.1 for each page and source',
    async (first) => {
      const sources = simulatedProviders.map((id) => simulatedSource(id, evenly(1_500, 90)))
      const { entries, pages } = await readToTheEnd(readerOf(sources, { readAheadRows: 0 }), { first })
      expect(entries).toBe(6_000)
      for (const source of sources)
        expect.soft(source.requests() / pages, source.key).toBeLessThanOrEqual(1.1)
    },
  )

  it('to re-enter anywhere in a day of 5,000 entries whose bounds are days: 2 + log2(50)', async () => {
    const day = Date.UTC(2026, 5, 10)
    const times = Array.from({ length: 5_000 }, (_, index) => day + index * 17_000)
    const source = simulatedSource('aitronos', times, {
      settings: { dates: 'day' },
      switches: { boundPrecision: 'day' },
    })
    const reader = readerOf([source], { readAheadRows: 0 })
    const costs: number[] = []
    for (let after: string | undefined; ; ) {
      const before = source.requests()
      const page = await pageOf(reader, { first: 90, ...(after !== undefined && { after }) })
      costs.push(source.requests() - before)
      if (!page.hasNextPage) break
      after = page.endCursor ?? undefined
    }
    expect(costs.length).toBeGreaterThan(55)
    expect(Math.max(...costs)).toBeLessThanOrEqual(Math.floor(2 + Math.log2(50)))
  })

  it.each(['aitronos', 'freddy'] as const)(
    'the oldest 50 of 100,000 entries of %s, which gives totals: 4',
    async (id) => {
      const source = simulatedSource(id, evenly(100_000, 300))
      const page = await pageOf(readerOf([source]), { last: 50 })
      expect(page.edges).toHaveLength(50)
      expect(source.requests()).toBeLessThanOrEqual(4)
    },
  )

  it.each(['jitsudo', 'ashby'] as const)(
    'the oldest 50 of 100,000 entries of %s, which gives none: 2 log2(days) + 6',
    async (id) => {
      const days = 300
      const floor = new Date(nowMs - days * dayMs - 5_000).toISOString()
      const source = simulatedSource(
        id,
        evenly(100_000, days),
        id === 'ashby' ? { settings: { historyFloor: floor } } : {},
      )
      const page = await pageOf(readerOf([source]), { last: 50 })
      expect(page.edges).toHaveLength(50)
      expect(source.requests()).toBeLessThanOrEqual(Math.floor(2 * Math.log2(days) + 6))
    },
  )

  it.each([
    ['evenly spread', evenly(6_000, 120), 2.5],
    ['bursty', inBursts(6_000, 120), 4],
  ] as const)('everything oldest first, %s: a bounded number for 100 entries', async (_, times, most) => {
    for (const id of simulatedProviders) {
      const source = simulatedSource(id, times)
      const { entries } = await readToTheEnd(readerOf([source]), { first: 100, order: 'OLDEST_FIRST' })
      expect.soft(entries, id).toBe(6_000)
      expect.soft((source.requests() * 100) / entries, id).toBeLessThanOrEqual(most)
    }
  })
})
