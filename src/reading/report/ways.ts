import type { EntryFilter } from '../../model/filter.js'
import type { ReadingContext } from '../open-lanes.js'
import type { FetchTerms, ReadableSource, SourceCoverage } from '../page.js'
import { type FilterPlan, planFilter } from '../plan.js'
import { countedRow, totalsNotice } from '../running-coverage.js'
import type { Aggregate, AggregateAsk } from './aggregate.js'
import { countByTotals, totalsObstacle } from './by-totals.js'
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
  const obstacle = totalsObstacle(question)
  if (obstacle === null) {
    return {
      ...way,
      way: 'TOTALS',
      reasons: ['By the totals of the provider, where that takes fewer requests.'],
    }
  }
  return { ...way, way: 'READING', reasons: [obstacle] }
}

/** Counts a source without reading its entries, where that is exact and cheaper. */
export async function countDirectly(
  question: SourceQuestion,
  aggregate: Aggregate,
  context: ReadingContext,
  terms: FetchTerms,
): Promise<Answer> {
  const planned = planWay(question)
  if (planned.way !== 'TOTALS') return { way: planned, row: null, wasted: 0 }
  const { source, window } = question
  const order = context.hints.get(source.key)?.order
  const isNewestFirst = order?.kind === 'newestFirst' && order.proven
  const counted = await countByTotals(question, isNewestFirst, context.limits, terms)
  if ('obstacle' in counted) {
    const way: SourceWay = { ...planned, way: 'READING', reasons: [counted.obstacle] }
    return { way, row: null, wasted: counted.requests }
  }
  aggregate.addSums(counted.sums)
  return {
    way: { ...planned, reasons: [totalsNotice] },
    row: countedRow(source.key, window, { requests: counted.requests, scanned: 0 }, totalsNotice),
    wasted: 0,
  }
}

export function questionOf(
  source: ReadableSource,
  filter: EntryFilter,
  window: SourceQuestion['window'],
  ask: AggregateAsk,
  { limits }: Pick<ReadingContext, 'limits'>,
): SourceQuestion {
  return { source, filter, window, ask, plan: planFilter(filter, source.capabilities, limits) }
}
