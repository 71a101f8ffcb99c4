import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarEdges } from '../../src/graphql/calendar.js'
import type { AuditEntry } from '../../src/model/entry.js'
import { type SourceFailure, sourceFailure } from '../../src/model/failure.js'
import type { EntryFilter } from '../../src/model/filter.js'
import { Secret } from '../../src/model/secret.js'
import type { EntryPage, ReadableSource } from '../../src/reading/page.js'
import { readAll } from '../../src/reading/read-all.js'
import { createReader } from '../../src/reading/reader.js'
import {
  type FigureAsk,
  type ReportDimension,
  type ReportFigures,
  type ReportRequest,
  type RowSubject,
  reportDimensions,
} from '../../src/reading/report/shapes.js'
import { accountsNowMs, drawAccounts } from '../../src/simulation/filters/accounts.js'
import { drawFilter } from '../../src/simulation/filters/draw-filter.js'
import { SeededRandom } from '../../src/simulation/random.js'
import { simulatedSource } from '../support/simulated-source.js'
import { everything, groupsBy, matching, namesOf, sizesOf, sourcesOf } from './brute-force.js'

const signal = new AbortController().signal
const dayMs = 86_400_000
const limits = { readAheadRows: 0 }

function readerOf(sources: readonly ReadableSource[], more: object = {}) {
  const secrets = [new Secret('a-secret-of-this-test')]
  return createReader({ sources, secrets, now: () => accountsNowMs, limits: { ...limits, ...more } })
}

async function report(
  sources: readonly ReadableSource[],
  request: Partial<ReportRequest>,
  ask: Partial<FigureAsk> = {},
  more: object = {},
) {
  const open = readerOf(sources, more).openReport({ filter: {}, onSourceError: 'FAIL', signal, ...request })
  if (open.kind !== 'open') throw new Error(open.message)
  const figures = await open.read({
    dimensions: new Set(reportDimensions),
    timelines: [],
    times: true,
    comparison: null,
    ...ask,
  })
  return { open, figures }
}

function read(figures: { kind: string }): ReportFigures {
  if (figures.kind !== 'report') throw new Error(JSON.stringify(figures))
  return figures as ReportFigures
}

const exact = (value: number) => ({ value, exactness: 'EXACT', atLeast: value, atMost: value })

/** What a breakdown has to say of entries. */
function expectBreakdown(
  figures: ReportFigures,
  dimension: ReportDimension,
  entries: readonly AuditEntry[],
  top: number,
) {
  const sizes = sizesOf(groupsBy(dimension, entries))
  const { rows, rest, distinct } = figures.breakdown(dimension, top)
  const shown = sizes.slice(0, top)
  expect(rows.map(({ count }) => count)).toEqual(shown.map(exact))
  expect(distinct).toEqual(exact(sizes.length))
  expect(rest.values).toEqual(exact(sizes.length - shown.length))
  expect(rest.count).toEqual(exact(entries.length - shown.reduce((sum, size) => sum + size, 0)))
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 })

describe('a report', () => {
  it('is what brute force over everything says, on every dimension, and what paging delivers', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new SeededRandom(seed)
        const accounts = drawAccounts(random)
        const all = everything(accounts)
        const filter = drawFilter(random, accountsNowMs - 3 * dayMs)
        const settleMs = random.pick([0, 0, 4 * dayMs, 20 * dayMs])
        const entries = matching(all, filter, accountsNowMs - settleMs)
        const sources = sourcesOf(accounts)
        const { figures } = await report(sources, { filter, settleMs })
        const told = read(figures)
        expect(told.complete).toBe(true)
        expect(told.total).toEqual(exact(entries.length))
        for (const dimension of reportDimensions) {
          expectBreakdown(told, dimension, entries, random.pick([0, 1, 3, 1_000]))
        }
        // What is not asked for may be counted in another way.
        const some = new Set(reportDimensions.filter(() => random.chance(0.2)))
        const { figures: part } = await report(
          sources,
          { filter, settleMs },
          { dimensions: some, times: false },
        )
        expect(read(part).total).toEqual(exact(entries.length))
        for (const dimension of some) expectBreakdown(read(part), dimension, entries, 2)
        const times = entries.map(({ occurredAtMs }) => occurredAtMs)
        const [first, last] = [Math.min(...times), Math.max(...times)]
        expect(told.first).toEqual({ atMs: times.length > 0 ? first : null, exactness: 'EXACT' })
        expect(told.last).toEqual({ atMs: times.length > 0 ? last : null, exactness: 'EXACT' })
        expect(await paged(sources, filter, accountsNowMs - settleMs)).toBe(entries.length)
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('splits a timeline by any dimension, over changes of daylight saving', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new SeededRandom(seed)
        const accounts = drawAccounts(random)
        const all = everything(accounts)
        // Daylight saving begins on 8 March in New York and on 29 March in Zurich, and ends on 5 April in Sydney.
        const sinceMs = Date.UTC(2026, 2, random.integer(1, 30), random.integer(0, 23), random.integer(0, 59))
        const untilMs = random.pick([undefined, sinceMs + random.integer(1, 40) * dayMs + 7])
        const filter = { occurredAt: { sinceMs, ...(untilMs !== undefined && { untilMs }) } }
        const zone = random.pick(['Europe/Zurich', 'America/New_York', 'Australia/Sydney', 'UTC'])
        const unit = random.pick(['DAY', 'WEEK', 'MONTH'] as const)
        const edgesMs = calendarEdges({ sinceMs, untilMs: untilMs ?? accountsNowMs }, unit, zone, 200)
        if (!edgesMs) throw new Error('too many edges')
        const splitBy = random.pick([null, ...reportDimensions])
        const ask = { edgesMs, splitBy }
        const { figures } = await report(
          sourcesOf(accounts),
          { filter },
          { timelines: [ask], dimensions: new Set(), times: random.chance(0.3) },
        )
        const buckets = read(figures).timeline(ask, 3)
        const entries = matching(all, filter, accountsNowMs)
        expect(buckets.map(({ sinceMs }) => sinceMs)).toEqual(edgesMs.slice(0, -1))
        expect(buckets.reduce((sum, { count }) => sum + count.value, 0)).toBe(entries.length)
        for (const bucket of buckets) {
          const inside = ({ occurredAtMs }: AuditEntry) =>
            occurredAtMs >= bucket.sinceMs && occurredAtMs < bucket.untilMs
          expect(bucket.count).toEqual(exact(entries.filter(inside).length))
          const split = bucket.split.reduce((sum, { count }) => sum + count.value, 0)
          expect(split + bucket.rest.value).toBe(splitBy === null ? 0 : bucket.count.value)
        }
        if (splitBy === null) return
        // The cells of a value over all buckets are its row, bucket by bucket as a group of entries has them.
        const groups = groupsBy(splitBy, entries).map((group) => cellsOf(group, edgesMs))
        const shown =
          buckets[0]?.split.map((_, at) => buckets.map(({ split }) => split[at]?.count.value)) ?? []
        for (const cells of shown) expect(groups).toContainEqual(cells)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('says what was never seen in the window before', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new SeededRandom(seed)
        const accounts = drawAccounts(random)
        const all = everything(accounts)
        const sinceMs = accountsNowMs - random.integer(3, 50) * dayMs - random.integer(0, dayMs)
        const lengthMs = random.pick([2, 10, 40]) * dayMs
        const { occurredAt: _, ...rest } = drawFilter(random, accountsNowMs, 0)
        const untilMs = Math.min(sinceMs + lengthMs, accountsNowMs)
        const asked = { sinceMs, untilMs: sinceMs + lengthMs }
        const filter: EntryFilter = random.pick([
          { ...rest, occurredAt: asked },
          { and: [rest, { occurredAt: asked }] },
          {
            occurredAt: { sinceMs: sinceMs - dayMs, untilMs: asked.untilMs },
            and: [{ and: [{ occurredAt: { sinceMs } }, rest] }],
          },
        ])
        const { open, figures } = await report(
          sourcesOf(accounts),
          { filter },
          { dimensions: new Set(), comparison: new Set(['ACTOR', 'ACTION', 'RESOURCE']) },
        )
        const previous = { sinceMs: sinceMs - (untilMs - sinceMs), untilMs: sinceMs }
        expect(open.previous).toEqual(previous)
        const entries = matching(all, filter, accountsNowMs)
        const before = matching(all, { ...rest, occurredAt: previous }, accountsNowMs)
        const { comparison } = read(figures)
        expect(comparison?.total).toEqual(exact(before.length))
        for (const dimension of ['ACTOR', 'ACTION', 'RESOURCE'] as const) {
          const fresh = groupsBy(dimension, entries).filter((group) => !isKnown(dimension, group, before))
          const novelty = comparison?.novelty(dimension, 1_000)
          expect(novelty?.distinct).toEqual(exact(fresh.length))
          expect(novelty?.rows.map(({ count }) => count)).toEqual(sizesOf(fresh).map(exact))
        }
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('is labelled, never too high, where a source fails on the way', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new SeededRandom(seed)
        const accounts = drawAccounts(random)
        const all = everything(accounts)
        const filter = { occurredAt: { sinceMs: accountsNowMs - 120 * dayMs } }
        const entries = matching(all, filter, accountsNowMs)
        const sources = sourcesOf(accounts).map((source) =>
          random.chance(0.4) ? failingAfter(source, random.integer(0, 3)) : source,
        )
        const ask = random.pick([{}, { dimensions: new Set(['SOURCE'] as const), times: false }])
        const { figures } = await report(sources, { filter, onSourceError: 'PARTIAL' }, ask)
        if (figures.kind === 'readingFailed') {
          expect(figures.failures.length).toBeGreaterThan(0)
          return
        }
        const told = read(figures)
        const failed = told.coverage.filter(({ error, gap }) => error !== null || gap !== null)
        expect(told.complete).toBe(failed.length === 0)
        expect(told.total.exactness).toBe(failed.length === 0 ? 'EXACT' : told.total.exactness)
        if (told.total.exactness === 'EXACT') expect(told.total.value).toBe(entries.length)
        else expect(told.total).toMatchObject({ exactness: 'AT_LEAST', atMost: null })
        expect(told.total.value).toBeLessThanOrEqual(entries.length)
        for (const { key, count } of told.breakdown('SOURCE', 10).rows) {
          const truth = entries.filter(({ sourceKey }) => sourceKey === key).length
          expect(count.value).toBeLessThanOrEqual(truth)
          if (count.exactness === 'EXACT') expect(count.value).toBe(truth)
        }
        const strict = await report(sources, { filter, onSourceError: 'FAIL' })
        if (strict.figures.kind === 'report') expect(strict.figures.total).toEqual(exact(entries.length))
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('tells what it has when the deadline comes, under either policy, and how far that goes', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 6 }), async (seed, served) => {
        const random = new SeededRandom(seed)
        const sinceMs = accountsNowMs - 8 * dayMs
        const timesMs = Array.from({ length: 3_000 }, (_, index) => accountsNowMs - 1_000 - index * 90_000)
        const controller = new AbortController()
        let made = 0
        const sources = (['jitsudo', 'ashby'] as const).map((id): ReadableSource => {
          const source = simulatedSource(id, timesMs)
          return {
            ...source,
            fetchPage: async (ask, terms) => {
              made += 1
              if (made <= 10 + served) return source.fetchPage(ask, terms)
              controller.abort(new DOMException('The deadline has come.', 'TimeoutError'))
              return sourceFailure('TIMEOUT')
            },
          }
        })
        const edgesMs = Array.from({ length: 97 }, (_, index) => sinceMs + index * 2 * 3_600_000)
        const ask = { edgesMs, splitBy: null }
        const onSourceError = random.pick(['FAIL', 'PARTIAL'] as const)
        const { figures } = await report(
          sources,
          { filter: { occurredAt: { sinceMs } }, onSourceError, signal: controller.signal },
          { timelines: [ask] },
        )
        const told = read(figures)
        expect(told.complete).toBe(false)
        expect(told.total.exactness).toBe('AT_LEAST')
        expect(told.total.value).toBeGreaterThanOrEqual(500)
        expect(told.first.exactness).toBe('AT_LEAST')
        expect(told.last).toEqual({ atMs: timesMs[0], exactness: 'EXACT' })
        expect(told.coverage.map(({ state }) => state)).toEqual(['SCAN_LIMIT', 'SCAN_LIMIT'])
        const searched = Math.max(...told.coverage.map(({ searchedSinceMs }) => searchedSinceMs ?? 0))
        expect(searched).toBeGreaterThan(sinceMs)
        const buckets = told.timeline(ask, 1)
        expect(buckets.filter(({ count }) => count.exactness === 'EXACT').length).toBeGreaterThan(2)
        for (const { sinceMs, untilMs, count } of buckets) {
          const truth = 2 * timesMs.filter((timeMs) => timeMs >= sinceMs && timeMs < untilMs).length
          expect(count.exactness).toBe(sinceMs >= searched ? 'EXACT' : 'AT_LEAST')
          if (count.exactness === 'EXACT') expect(count.value).toBe(truth)
          else expect(count.value).toBeLessThanOrEqual(truth)
        }
      }),
      { numRuns: 12 },
    )
  }, 60_000)

  it('stands as far as it came under FAIL, where a source then meets the limit of its rate', async () => {
    const timesMs = Array.from({ length: 3_000 }, (_, index) => accountsNowMs - 1_000 - index * 90_000)
    for (const served of [0, 1, 5, 12]) {
      const limited = failingAfter(simulatedSource('ashby', timesMs), served, () =>
        sourceFailure('RATE_LIMITED'),
      )
      const sources = [simulatedSource('aitronos', timesMs), limited]
      const { figures } = await report(sources, { onSourceError: 'FAIL' }, {})
      if (served === 0) {
        expect(figures).toMatchObject({ kind: 'readingFailed' })
        continue
      }
      const told = read(figures)
      expect(told.complete).toBe(false)
      expect(told.total.exactness).toBe('AT_LEAST')
      expect(told.total.value).toBeGreaterThan(100)
      expect(told.last).toEqual({ atMs: timesMs[0], exactness: 'EXACT' })
      expect(told.coverage.map(({ state, error }) => [state, error])).toEqual([
        ['COMPLETE', null],
        ['SCAN_LIMIT', null],
      ])
    }
  })

  it('asks no further page once the deadline has come, though one source has more to give', async () => {
    const timesMs = Array.from({ length: 3_000 }, (_, index) => accountsNowMs - 1_000 - index * 90_000)
    for (let served = 1; served <= 12; served += 1) {
      const controller = new AbortController()
      let refused = 0
      const quick = simulatedSource('aitronos', timesMs)
      const stopping = failingAfter(simulatedSource('ashby', timesMs), served, () => {
        refused += 1
        if (refused > 100) throw new Error('It asks on and on after the deadline.')
        controller.abort(new DOMException('The deadline has come.', 'TimeoutError'))
        return sourceFailure('TIMEOUT')
      })
      const { figures } = await report(
        [quick, stopping],
        { onSourceError: 'PARTIAL', signal: controller.signal },
        {},
        { readAheadRows: 20_000 },
      )
      const told = read(figures)
      expect(told.total).toMatchObject({ exactness: 'AT_LEAST' })
      expect(told.coverage.map(({ state }) => state)).toEqual(['SCAN_LIMIT', 'SCAN_LIMIT'])
    }
  }, 60_000)

  it('bounds every figure truly past the cap on values', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new SeededRandom(seed)
        const accounts = drawAccounts(random)
        const all = everything(accounts)
        const { figures } = await report(
          sourcesOf(accounts),
          {},
          {},
          { reportKeysMax: random.pick([4, 8, 16]) },
        )
        const told = read(figures)
        expect(told.total).toEqual(exact(all.length))
        for (const dimension of ['ACTION', 'RESOURCE', 'RESOURCE_TYPE'] as const) {
          const groups = groupsBy(dimension, all)
          const { rows, rest, distinct } = told.breakdown(dimension, 5)
          for (const { subject, count } of rows) {
            const truth = groups.find(([first]) => first && isSubject(subject, first))?.length ?? 0
            expect(count.atLeast).toBeLessThanOrEqual(truth)
            expect(count.atMost).toBeGreaterThanOrEqual(truth)
            if (count.exactness === 'EXACT') expect(count.value).toBe(truth)
          }
          expect(distinct.value).toBeLessThanOrEqual(groups.length)
          if (distinct.exactness === 'EXACT') expect(distinct.value).toBe(groups.length)
          const least = rows.reduce((sum, { count }) => sum + (count.atMost ?? 0), rest.count.atLeast)
          expect(least).toBeGreaterThanOrEqual(all.length)
        }
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

function isSubject(subject: RowSubject, entry: AuditEntry): boolean {
  if (subject.kind === 'word') return subject.word === entry.action || subject.word === entry.resource.type
  if (subject.kind !== 'resource') return false
  const { type, id, name } = entry.resource
  const like = subject.resource
  return (
    subject.sourceKey === entry.sourceKey &&
    like.type === type &&
    like.id === id &&
    (id !== null || like.name === name)
  )
}

function isKnown(
  dimension: ReportDimension,
  group: readonly AuditEntry[],
  before: readonly AuditEntry[],
): boolean {
  if (dimension !== 'ACTOR') {
    return groupsBy(dimension, [...before, ...group]).length === groupsBy(dimension, before).length
  }
  const names = new Set(before.flatMap(namesOf))
  return group.flatMap(namesOf).some((name) => names.has(name))
}

function cellsOf(group: readonly AuditEntry[], edgesMs: readonly number[]): readonly number[] {
  return edgesMs.slice(1).map((untilMs, at) => {
    const sinceMs = edgesMs[at] ?? untilMs
    return group.filter(({ occurredAtMs }) => occurredAtMs >= sinceMs && occurredAtMs < untilMs).length
  })
}

/** A source that answers so many requests, and then fails. */
function failingAfter(
  source: ReadableSource,
  requests: number,
  fail: () => SourceFailure = () => sourceFailure('UNAVAILABLE'),
): ReadableSource {
  let made = 0
  return {
    ...source,
    fetchPage: async (ask, terms) => {
      made += 1
      return made > requests ? fail() : source.fetchPage(ask, terms)
    },
  }
}

async function paged(
  sources: readonly ReadableSource[],
  filter: EntryFilter,
  asOfMs: number,
): Promise<number> {
  const asked = { first: 7, filter, order: 'NEWEST_FIRST', onSourceError: 'FAIL', asOfMs } as const
  let entries = 0
  for await (const page of readAll(readerOf(sources), asked, () => ({ signal }))) {
    entries += (page as EntryPage).edges.length
  }
  return entries
}
