import type { SourceCoverage } from '../page.js'
import { isSearched, isUnread } from '../running-coverage.js'
import type { Aggregate, TalliedValue } from './aggregate.js'
import type {
  Breakdown,
  NoveltyDimension,
  ReportComparison,
  ReportCount,
  ReportDimension,
  ReportFigures,
  ReportRow,
  ReportTime,
  SourceWay,
  TimelineAsk,
  TimelineBucket,
  WindowFigures,
} from './shapes.js'

/** One window, read. */
export interface ReadFigures {
  readonly window: { readonly sinceMs?: number; readonly untilMs: number }
  readonly aggregate: Aggregate
  readonly coverage: readonly SourceCoverage[]
  /** Keys of the sources that were not read to their end. */
  readonly cut: ReadonlySet<string>
}

/** How far what was counted is all that there is. */
type Reach = 'EXACT' | 'AT_LEAST' | 'UNKNOWN'

type Bounds = Pick<TalliedValue, 'count' | 'slack'>

/** The figures of a report over what was read; `previous` is null where nobody asked for a comparison. */
export function figuresOf(
  read: ReadFigures,
  previous: ReadFigures | null,
  timelines: readonly TimelineAsk[],
  ways: readonly SourceWay[],
): ReportFigures {
  const { aggregate, window } = read
  return {
    kind: 'report',
    ...windowFigures(read),
    first: firstTime(read),
    last: lastTime(read),
    ways,
    breakdown: (dimension, top) => breakdownOf(read, dimension, top),
    timeline: (ask, top) => timelineOf(read, indexOf(ask, timelines), ask, top),
    comparison: previous && comparisonOf(read, previous),
  }

  function firstTime({ aggregate: { firstMs, total } }: ReadFigures): ReportTime {
    return timeOf(total === 0 ? null : firstMs, reachOf(read, window.sinceMs, window.untilMs))
  }

  /** The newest is read first, so it may be known before the rest is. */
  function lastTime({ aggregate: { lastMs } }: ReadFigures): ReportTime {
    return aggregate.total === 0
      ? timeOf(null, reachOf(read, window.sinceMs, window.untilMs))
      : timeOf(lastMs, reachOf(read, lastMs, window.untilMs))
  }
}

function indexOf(ask: TimelineAsk, timelines: readonly TimelineAsk[]): number {
  const index = timelines.indexOf(ask)
  if (index < 0) throw new Error('a timeline that was not asked for')
  return index
}

function timeOf(atMs: number | null, exactness: Reach): ReportTime {
  return { atMs, exactness }
}

function windowFigures(read: ReadFigures): WindowFigures {
  const { window, aggregate, coverage, cut } = read
  return {
    window,
    complete:
      cut.size === 0 &&
      coverage.every(({ state, gap }) => gap === null && (state === 'COMPLETE' || state === 'EXCLUDED')),
    total: countOf({ count: aggregate.total, slack: 0 }, wholeReach(read)),
    coverage,
  }
}

function wholeReach(read: ReadFigures): Reach {
  return reachOf(read, read.window.sinceMs, read.window.untilMs)
}

/** How far a stretch of time was read, of the sources that `rows` are of. */
function reachOf(
  { coverage, cut }: ReadFigures,
  sinceMs = Number.NEGATIVE_INFINITY,
  untilMs: number,
  rows: readonly SourceCoverage[] = coverage,
): Reach {
  if (rows.every((row) => isSearched(row, sinceMs, untilMs, cut.has(row.sourceKey)))) return 'EXACT'
  return rows.every(isUnread) ? 'UNKNOWN' : 'AT_LEAST'
}

function countOf({ count, slack }: Bounds, reach: Reach): ReportCount {
  if (reach !== 'EXACT') return { value: count, exactness: reach, atLeast: count, atMost: null }
  return {
    value: count,
    exactness: slack === 0 ? 'EXACT' : 'ESTIMATE',
    atLeast: count,
    atMost: count + slack,
  }
}

function breakdownOf(read: ReadFigures, dimension: ReportDimension, top: number): Breakdown {
  const values = read.aggregate.valuesOf(dimension)
  const [shown, left] = [values.slice(0, top), values.slice(top)]
  return {
    rows: shown.map((value) => rowOf(read, dimension, value)),
    rest: {
      count: restCount(read, dimension, leftOf(read.aggregate.total, shown), wholeReach(read)),
      values: valuesCount(read, dimension, left),
    },
    distinct: valuesCount(read, dimension, values, true),
  }
}

/**
 * How many of some values there are. Where entries are missing, or values were dropped, there may be more. Actors may be
 * fewer: what is missing may join two that are held, or one of these with one that is not among them.
 */
function valuesCount(
  read: ReadFigures,
  dimension: ReportDimension,
  values: readonly TalliedValue[],
  isAll = false,
): ReportCount {
  const { length } = values
  if (lacksJoins(read, dimension)) {
    // Of all that there are, those that may be joined are one at least.
    const least = Math.min(length, apart(read, values) + (isAll ? 1 : 0))
    if (least < length) return { value: length, exactness: 'ESTIMATE', atLeast: least, atMost: null }
  }
  const reach = wholeReach(read)
  const isShort = reach === 'EXACT' && read.aggregate.droppedMaxOf(dimension) > 0
  return countOf({ count: length, slack: 0 }, isShort ? 'AT_LEAST' : reach)
}

/** Whether actors that are held may be one, by evidence that was not read or is not held any more. */
function lacksJoins(read: ReadFigures, dimension: ReportDimension): boolean {
  if (dimension !== 'ACTOR') return false
  return wholeReach(read) === 'AT_LEAST' || read.aggregate.droppedMaxOf(dimension) > 0
}

/**
 * How many of some actors nothing can be joined with: they name no address, and all entries of theirs were read. An
 * address that was named may stand in a missing entry of somebody who has another one, too.
 */
function apart(read: ReadFigures, values: readonly TalliedValue[]): number {
  if (read.aggregate.droppedMaxOf('ACTOR') > 0) return 0
  const { sinceMs, untilMs } = read.window
  const searched = new Set(
    read.coverage
      .filter((row) => reachOf(read, sinceMs, untilMs, [row]) === 'EXACT')
      .map(({ sourceKey }) => sourceKey),
  )
  return values.filter(
    ({ subject, nodes }) =>
      subject.kind === 'actor' &&
      // The others are addresses.
      nodes.length === subject.identities.length &&
      subject.identities.every(({ sourceKey }) => searched.has(sourceKey)),
  ).length
}

/** Entries that belong to no row. Of actors they may turn out to belong to one. */
function restCount(read: ReadFigures, dimension: ReportDimension, left: Bounds, reach: Reach): ReportCount {
  const count = countOf(left, reach)
  return lacksJoins(read, dimension) && reach !== 'UNKNOWN' && count.value > 0
    ? { ...count, exactness: 'ESTIMATE', atLeast: 0 }
    : count
}

/** Of a source a row tells by itself whether it was read to its end. */
function rowOf(read: ReadFigures, dimension: ReportDimension, value: TalliedValue): ReportRow {
  const { sinceMs, untilMs } = read.window
  const own = read.coverage.filter(({ sourceKey }) => sourceKey === value.key)
  const reach = dimension === 'SOURCE' ? reachOf(read, sinceMs, untilMs, own) : wholeReach(read)
  const slack = Math.min(value.slack, read.aggregate.total - value.count)
  return { key: value.key, subject: value.subject, count: countOf({ count: value.count, slack }, reach) }
}

/** What rows leave of a total. */
function leftOf(total: number, shown: readonly Bounds[]): Bounds {
  const count = shown.reduce((sum, value) => sum + value.count, 0)
  const slack = shown.reduce((sum, value) => sum + value.slack, 0)
  const left = total - count
  return { count: Math.max(0, left - slack), slack: Math.min(left, slack) }
}

function timelineOf(
  read: ReadFigures,
  index: number,
  { edgesMs, splitBy }: TimelineAsk,
  top: number,
): readonly TimelineBucket[] {
  const { aggregate } = read
  const series = splitBy === null ? [] : aggregate.valuesOf(splitBy).slice(0, top)
  const isPart = wholeReach(read) === 'AT_LEAST'
  return edgesMs.slice(1).map((untilMs, bucket) => {
    const sinceMs = edgesMs[bucket] ?? untilMs
    const total = aggregate.bucketCount(index, bucket)
    const reach = reachOf(read, sinceMs, untilMs)
    // Who acted in this bucket may be known by an entry of another one.
    const splitReach = splitBy === 'ACTOR' && reach === 'EXACT' && isPart ? 'AT_LEAST' : reach
    const cells = series.map((value) => {
      // A cell that was dropped cannot have had more than its bucket.
      const { count, slack } = aggregate.cellCount(index, bucket, value)
      return { count, slack: Math.min(slack, total - count) }
    })
    return {
      sinceMs,
      untilMs,
      count: countOf({ count: total, slack: 0 }, reach),
      split: series.map(({ key, subject }, at) => ({
        key,
        subject,
        count: countOf(cells[at] ?? { count: 0, slack: 0 }, splitReach),
      })),
      rest:
        splitBy === null
          ? countOf({ count: 0, slack: 0 }, reach)
          : restCount(read, splitBy, leftOf(total, cells), splitReach),
    }
  })
}

function comparisonOf(read: ReadFigures, previous: ReadFigures): ReportComparison {
  return {
    ...windowFigures(previous),
    novelty: (dimension, top) => noveltyOf(read, previous, dimension, top),
  }
}

/**
 * What is new. A value of which nobody knows whether it was in the window before is told as new, and their number is
 * then an estimate from above.
 */
function noveltyOf(
  read: ReadFigures,
  previous: ReadFigures,
  dimension: NoveltyDimension,
  top: number,
): Breakdown {
  const droppedMax = read.aggregate.droppedMaxOf(dimension)
  const fresh = read.aggregate
    .valuesOf(dimension)
    .filter((value) => !previous.aggregate.knows(dimension, value))
  const shown = fresh.slice(0, top)
  const isKnownBefore =
    wholeReach(previous) === 'EXACT' &&
    previous.aggregate.droppedMaxOf(dimension) === 0 &&
    reachesBack(previous)
  const reach = wholeReach(read)
  const bounded = reach === 'EXACT' && droppedMax === 0
  const estimate = (count: number): ReportCount => ({
    value: count,
    exactness: 'ESTIMATE',
    atLeast: 0,
    atMost: bounded ? count : null,
  })
  const number = (of: readonly TalliedValue[]) =>
    isKnownBefore ? valuesCount(read, dimension, of) : estimate(of.length)
  const left = fresh.slice(top)
  const rest = {
    count: left.reduce((sum, value) => sum + value.count, 0),
    slack: left.reduce((sum, value) => sum + value.slack, 0),
  }
  return {
    rows: shown.map((value) => rowOf(read, dimension, value)),
    rest: {
      count: isKnownBefore
        ? restCount(read, dimension, rest, droppedMax > 0 ? 'AT_LEAST' : reach)
        : estimate(rest.count),
      values: number(left),
    },
    distinct: number(fresh),
  }
}

/** Whether every source could be searched from the begin of the window on: some tell how far back they can be read. */
function reachesBack({ coverage, window: { sinceMs = Number.NEGATIVE_INFINITY } }: ReadFigures): boolean {
  return coverage.every(
    ({ state, searchedSinceMs }) =>
      state === 'EXCLUDED' || searchedSinceMs === null || searchedSinceMs <= sinceMs,
  )
}
