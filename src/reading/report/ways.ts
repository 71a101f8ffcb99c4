import type { EntryFilter } from '../../model/filter.js'
import { tallyTerms } from '../counting/time-share.js'
import type { ReadingContext } from '../open-lanes.js'
import type { FetchTerms, ReadableSource, SourceCoverage } from '../page.js'
import { type FilterPlan, planFilter } from '../plan.js'
import { countedRow, totalsNotice } from '../running-coverage.js'
import type { Aggregate, AggregateAsk } from './aggregate.js'
import { countByTotals, totalsObstacle } from './by-totals.js'
import { bulkObstacle, countInBulk } from './in-bulk.js'
import type { SourceWay } from './shapes.js'

/** What is to be found out of one source in one window. */
export interface SourceQuestion {
  readonly source: ReadableSource
  readonly filter: EntryFilter
  readonly plan: FilterPlan
  readonly window: { readonly sinceMs?: number; readonly untilMs: number }
  readonly ask: AggregateAsk
}

/** How one source was counted. Without a row it is left to be read. */
export interface Answer {
  readonly way: SourceWay
  readonly row: SourceCoverage | null
  /** Requests of ways that came to nothing. */
  readonly wasted: number
}

/** How a source would be counted, as far as that is known before it is asked. */
export function planWay(question: SourceQuestion): SourceWay {
  const { source, plan } = question
  const way = { sourceKey: source.key, windows: [] }
  if (!plan.possible) {
    return { ...way, way: 'EXCLUDED', reasons: ['The filter can match no entry of this source.'] }
  }
  const byTotals = totalsObstacle(question)
  if (byTotals === null) {
    return {
      ...way,
      way: 'TOTALS',
      reasons: ['By the totals of the provider, where that takes fewer requests.'],
    }
  }
  const inBulk = bulkObstacle(question)
  return inBulk === null
    ? { ...way, way: 'BULK', reasons: [byTotals, 'In bulk, where that takes fewer requests.'] }
    : { ...way, way: 'READING', reasons: source.fetchBulk ? [byTotals, inBulk] : [byTotals] }
}

/**
 * Counts a source without reading its entries, where that is exact and cheaper, and within its share of the time: by
 * totals, else in bulk.
 */
export async function countDirectly(
  question: SourceQuestion,
  aggregate: Aggregate,
  context: ReadingContext,
  given: FetchTerms,
): Promise<Answer> {
  const terms = tallyTerms(given, context.now)
  const planned = planWay(question)
  const { source, window } = question
  const reasons: string[] = []
  let wasted = 0
  if (planned.way === 'TOTALS') {
    const order = context.hints.get(source.key)?.order
    const isNewestFirst = order?.kind === 'newestFirst' && order.proven
    const counted = await countByTotals(question, isNewestFirst, context.limits, terms)
    if ('sums' in counted) {
      aggregate.addSums(counted.sums)
      const row = countedRow(source.key, window, { requests: counted.requests, scanned: 0 }, totalsNotice)
      return { way: { ...planned, reasons: [totalsNotice] }, row, wasted }
    }
    reasons.push(terms.isOver() ? 'The time for counting by totals was over.' : counted.obstacle)
    wasted += counted.requests
  }
  if (planned.way === 'BULK' || (planned.way === 'TOTALS' && bulkObstacle(question) === null)) {
    const counted = await countInBulk(question, context.limits.reportKeysMax, terms)
    if ('aggregate' in counted) {
      aggregate.merge(counted.aggregate)
      const { windows, scanned } = counted
      const row = countedRow(source.key, window, { requests: counted.requests, scanned }, bulkNotice)
      return { way: { ...planned, way: 'BULK', reasons: [...reasons, bulkNotice], windows }, row, wasted }
    }
    reasons.push(counted.obstacle)
    wasted += counted.requests
  }
  if (planned.way === 'EXCLUDED' || planned.way === 'READING') return { way: planned, row: null, wasted }
  return { way: { ...planned, way: 'READING', reasons }, row: null, wasted }
}

const bulkNotice =
  'Counted by what the provider gives in bulk, without ids, after checking that it is what the provider lists.'

export function questionOf(
  source: ReadableSource,
  filter: EntryFilter,
  window: SourceQuestion['window'],
  ask: AggregateAsk,
  { limits }: Pick<ReadingContext, 'limits'>,
): SourceQuestion {
  return { source, filter, window, ask, plan: planFilter(filter, source.capabilities, limits) }
}
