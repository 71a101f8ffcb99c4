import { plansOf, type ReadingContext } from '../open-lanes.js'
import { openReading } from '../open-reading.js'
import {
  type CountRequest,
  type EntryCount,
  type EntryCounts,
  type InputProblem,
  type PageRequest,
  pageSizeMax,
  type ReadableSource,
  type SourceCoverage,
} from '../page.js'
import { timeSpan } from '../planning/time-slices.js'
import { readAll } from '../read-all.js'
import { readPage } from '../read-page.js'
import { countedRow, failedRow, isSearched, totalsNotice, withSpent } from '../running-coverage.js'
import { canTally, tally } from './totals.js'

/** Pages that one count may read: a filter that matches little ends pages early, with few entries or none. */
const pagesMax = 40

/** What one way of counting has come to: a count for each bucket, and coverage of its sources. */
interface Counted {
  readonly counts: readonly EntryCount[]
  readonly coverage: readonly SourceCoverage[]
}

/**
 * Counts matching entries between edges. Sources that give totals are counted by these, where nothing of the filter is
 * left to evaluate here; the others are read, newest first, until `limit` entries match.
 *
 * EXACT: counted or searched to the end, without a gap. AT_LEAST: there are more, or there may be. UNKNOWN: nothing
 * could be read.
 */
export async function countEntries(
  request: CountRequest,
  context: ReadingContext,
): Promise<EntryCounts | InputProblem> {
  const asked = { ...request, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL' } as const
  const reading = openReading(asked, context.sources, context.bindCursors, context.now())
  if ('kind' in reading) return reading
  const { asOfMs } = reading
  const edgesMs = edgesWithin(request, asOfMs)
  const plans = plansOf(reading, context.limits)
  const left: ReadableSource[] = []
  const tallied: Counted[] = []
  // Requests of tallies that came to nothing.
  const wasted = new Map<string, number>()
  await Promise.all(
    reading.sources.map(async (source) => {
      const plan = plans.get(source.key)
      if (!plan?.possible || !canTally(source, plan, edgesMs)) {
        left.push(source)
        return
      }
      const order = context.hints.get(source.key)?.order
      const isNewestFirst = order?.kind === 'newestFirst' && order.proven
      const { counts, requests } = await tally(source, plan, edgesMs, isNewestFirst, request)
      if (counts === null) {
        wasted.set(source.key, requests)
        left.push(source)
      } else tallied.push(countedByTotals(source, counts, requests, edgesMs))
    }),
  )
  const read = left.length > 0 ? [await countByReading(request, left, edgesMs, asOfMs, context)] : []
  const parts = [...tallied, ...read]
  const rows = new Map(parts.flatMap(({ coverage }) => coverage.map((row) => [row.sourceKey, row] as const)))
  return {
    kind: 'counts',
    asOfMs,
    edgesMs,
    counts: edgesMs.slice(1).map((_, index) => sumOf(parts.flatMap(({ counts }) => counts[index] ?? []))),
    coverage: reading.sources.flatMap(({ key }) => {
      const row = rows.get(key)
      return row ? [{ ...row, requests: row.requests + (wasted.get(key) ?? 0) }] : []
    }),
  }
}

function edgesWithin({ edgesOf, filter }: CountRequest, asOfMs: number): readonly number[] {
  const span = timeSpan(filter)
  const sinceMs = span?.sinceMs ?? Number.NEGATIVE_INFINITY
  const untilMs = span === null ? sinceMs : Math.max(sinceMs, Math.min(span.untilMs ?? asOfMs, asOfMs))
  return edgesOf?.({ sinceMs, untilMs }) ?? [sinceMs, untilMs]
}

function countedByTotals(
  { key }: ReadableSource,
  counts: readonly number[],
  requests: number,
  edgesMs: readonly number[],
): Counted {
  const range = { sinceMs: edgesMs[0] ?? Number.NEGATIVE_INFINITY, untilMs: edgesMs.at(-1) ?? 0 }
  const row = countedRow(key, range, { requests, scanned: 0 }, totalsNotice)
  return { counts: counts.map((value) => ({ value, exactness: 'EXACT' })), coverage: [row] }
}

async function countByReading(
  request: CountRequest,
  sources: readonly ReadableSource[],
  edgesMs: readonly number[],
  asOfMs: number,
  context: ReadingContext,
): Promise<Counted> {
  const keys = context.sources
    .map(({ key }) => key)
    .filter((key) => sources.some((source) => source.key === key))
  const values = edgesMs.slice(1).map(() => 0)
  let coverage: readonly SourceCoverage[] = []
  let [value, pages, hasNext] = [0, 0, true]
  const { limit } = request
  if (limit > 0) {
    const asked = {
      ...request,
      asOfMs,
      sources: keys,
      order: 'NEWEST_FIRST',
      onSourceError: 'PARTIAL',
    } as const
    const reader = {
      readPage: (page: PageRequest) =>
        readPage({ ...page, first: Math.min(pageSizeMax, limit - value) }, context),
    }
    for await (const page of readAll(reader, asked, () => ({ signal: request.signal }))) {
      if (page.kind === 'readingFailed') coverage = keys.map((key) => failedRow(key, coverage, page.failures))
      if (page.kind !== 'page') break
      for (const { entry } of page.edges) add(values, edgesMs, entry.occurredAtMs)
      value += page.edges.length
      coverage = page.coverage.map((row) => withSpent(row, coverage))
      hasNext = page.hasNextPage
      pages += 1
      if (pages === pagesMax || value >= limit) break
    }
  }
  const counts = values.map((count, index): EntryCount => {
    const [sinceMs = 0, untilMs = 0] = [edgesMs[index], edgesMs[index + 1]]
    if (coverage.every(({ state, searchedUntilMs }) => state === 'FAILED' && searchedUntilMs === null))
      return { value: count, exactness: 'UNKNOWN' }
    const searched = coverage.every((row) => isSearched(row, sinceMs, untilMs, hasNext))
    return { value: count, exactness: searched ? 'EXACT' : 'AT_LEAST' }
  })
  return { counts, coverage }
}

/** Adds an entry to its bucket. */
function add(values: number[], edgesMs: readonly number[], timeMs: number): void {
  const behind = edgesMs.findIndex((edgeMs) => timeMs < edgeMs)
  const bucket = (behind < 0 ? edgesMs.length : behind) - 1
  values[bucket] = (values[bucket] ?? 0) + 1
}

/** The sum of counts, as sure as the least of them. */
function sumOf(counts: readonly EntryCount[]): EntryCount {
  const value = counts.reduce((sum, count) => sum + count.value, 0)
  const is = (exactness: EntryCount['exactness']) => (count: EntryCount) => count.exactness === exactness
  if (counts.every(is('EXACT'))) return { value, exactness: 'EXACT' }
  return { value, exactness: counts.every(is('UNKNOWN')) ? 'UNKNOWN' : 'AT_LEAST' }
}
