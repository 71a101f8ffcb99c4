import { isPastDeadline } from '../../model/deadline.js'
import { plansOf, type ReadingContext } from '../open-lanes.js'
import { openReading } from '../open-reading.js'
import type { CountRequest, EntryCount, EntryCounts, InputProblem, ReadableSource } from '../page.js'
import { timeSpan } from '../planning/time-slices.js'
import { countedRow, totalsNotice } from '../running-coverage.js'
import { countBudget } from './count-budget.js'
import { type Counted, countByReading } from './count-by-reading.js'
import { tallyTerms } from './time-share.js'
import { canTally, tally } from './totals.js'

/**
 * Counts matching entries between edges. Sources that give totals are counted by these, where nothing of the filter is
 * left to evaluate here; the others are read, newest first, until `limit` entries match. Each is read by itself, so that
 * none waits for another: a sum needs no order.
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
  const { asOfMs, sources } = reading
  const edgesMs = edgesWithin(request, asOfMs)
  const plans = plansOf(reading, context.limits)
  const isLate = isPastDeadline(request.signal)
  const countable = sources.flatMap((source) => {
    const plan = plans.get(source.key)
    return !isLate && plan?.possible && canTally(source, plan, edgesMs) ? [{ source, plan }] : []
  })
  const others = sources.filter((source) => !countable.some((each) => each.source === source))
  const budget = countBudget(request.limit, sources.length)
  const read = ({ key }: ReadableSource, before: 'unasked' | 'silent' | 'answered') =>
    countByReading({ ...request, source: key, asOfMs, edgesMs, before }, budget, context)
  const parts = await Promise.all([
    ...others.map((source) => read(source, 'unasked')),
    ...countable.map(async ({ source, plan }) => {
      const order = context.hints.get(source.key)?.order
      const isNewestFirst = order?.kind === 'newestFirst' && order.proven
      const terms = { ...request, ...tallyTerms(request, context.now) }
      const { counts, requests, hasAnswered } = await tally(source, plan, edgesMs, isNewestFirst, terms)
      if (counts) return countedByTotals(source, counts, requests, edgesMs)
      const { row, ...result } = await read(source, hasAnswered ? 'answered' : 'silent')
      return { ...result, row: { ...row, requests: row.requests + requests } }
    }),
  ])
  const rows = new Map(parts.map(({ row }) => [row.sourceKey, row]))
  return {
    kind: 'counts',
    asOfMs,
    edgesMs,
    counts: edgesMs.slice(1).map((_, index) => sumOf(parts.flatMap(({ counts }) => counts[index] ?? []))),
    coverage: sources.flatMap(({ key }) => rows.get(key) ?? []),
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
  return { counts: counts.map((value) => ({ value, exactness: 'EXACT' })), row }
}

/** The sum of counts, as sure as the least of them. */
function sumOf(counts: readonly EntryCount[]): EntryCount {
  const value = counts.reduce((sum, count) => sum + count.value, 0)
  const is = (exactness: EntryCount['exactness']) => (count: EntryCount) => count.exactness === exactness
  if (counts.every(is('EXACT'))) return { value, exactness: 'EXACT' }
  return { value, exactness: counts.every(is('UNKNOWN')) ? 'UNKNOWN' : 'AT_LEAST' }
}
