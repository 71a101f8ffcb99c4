import { isPastDeadline } from '../../model/deadline.js'
import type { EntryFilter } from '../../model/filter.js'
import { clampInstant } from '../../model/instant.js'
import { requiredTimes, withoutRequiredTimes } from '../../model/required-times.js'
import type { ReadingContext } from '../open-lanes.js'
import { openReading } from '../open-reading.js'
import { type InputProblem, pageSizeMax, type ReadingFailed, type SourceCoverage } from '../page.js'
import { timeSpan } from '../planning/time-slices.js'
import { unreadRow } from '../running-coverage.js'
import { Aggregate, type AggregateAsk } from './aggregate.js'
import { figuresOf, type ReadFigures } from './figures.js'
import { deadlineNotice, readSource, type SourceRead } from './read-source.js'
import type { FigureAsk, OpenReport, ReportRequest, SourceWay } from './shapes.js'
import { type Stoppable, stoppable } from './stoppable.js'
import { countDirectly, planWay, questionOf, type SourceQuestion } from './ways.js'

type Window = ReadFigures['window']

/**
 * Opens a report: checks which sources are asked and fixes its times. The as-of lies `settleMs` back, by default the
 * longest time that an entry of one of the sources may come late, so that what is counted is settled.
 */
export function openReport(request: ReportRequest, context: ReadingContext): OpenReport | InputProblem {
  const { filter, onSourceError, signal } = request
  const asked = {
    filter,
    ...(request.sources && { sources: request.sources }),
    order: 'NEWEST_FIRST',
    onSourceError,
    signal,
  } as const
  const nowMs = context.now()
  const reading = openReading(asked, context.sources, context.bindCursors, nowMs)
  if ('kind' in reading) return reading
  const { sources } = reading
  const settleMs = request.settleMs ?? Math.max(...sources.map((source) => source.settleMs))
  const asOfMs = nowMs - settleMs
  const window = windowOf(filter, asOfMs)
  const previous = previousOf(filter, window)
  return {
    kind: 'open',
    asOfMs,
    window,
    previous,
    explain: (ask) => questions(filter, window, ownAsk(ask)).map(planWay),
    read: async (ask) => {
      const own = await readFigures(filter, window, ownAsk(ask), isNothing)
      if (own.kind !== 'read') return own
      if (!previous || !ask.comparison) return figuresOf(own, null, ask.timelines, own.ways)
      const before = await readBefore(previous, {
        dimensions: ask.comparison,
        timelines: [],
        times: false,
      })
      return before.kind === 'read' ? figuresOf(own, before, ask.timelines, own.ways) : before
    },
  }

  function questions(within: EntryFilter, times: Window, ask: AggregateAsk): readonly SourceQuestion[] {
    return sources.map((source) => questionOf(source, within, times, ask, context))
  }

  /**
   * The window before, as far as the deadline and, under PARTIAL, its sources let it be read: what was counted of the window
   * itself stands.
   */
  async function readBefore(times: Window & { sinceMs: number }, ask: AggregateAsk): Promise<Outcome> {
    const occurredAt = { sinceMs: times.sinceMs, untilMs: times.untilMs }
    const within = { ...withoutRequiredTimes(filter), occurredAt }
    const before = isPastDeadline(signal) ? null : await readFigures(within, times, ask, () => false)
    if (before && (before.kind === 'read' || !isPastDeadline(signal))) return before
    const coverage = sources.map(({ key }) => unreadRow(key, deadlineNotice))
    return {
      kind: 'read',
      window: times,
      aggregate: new Aggregate(ask, context.limits.reportKeysMax),
      coverage,
      cut: new Set(coverage.map(({ sourceKey }) => sourceKey)),
      ways: [],
    }
  }

  /**
   * Counts every source by itself: without reading where that can be, else by reading it. Order between the sources is of
   * no use to a sum, and so none waits for another, or fails because of another. A failure is one of the whole under FAIL,
   * or where every source `isWorthless`.
   */
  async function readFigures(
    within: EntryFilter,
    times: Window,
    ask: AggregateAsk,
    isWorthless: (counted: SourceCount) => boolean,
  ): Promise<Outcome> {
    const aggregate = new Aggregate(ask, context.limits.reportKeysMax)
    const own = stoppable(sources)
    const asked = own.sources.map((source) => questionOf(source, within, times, ask, context))
    const answers = await Promise.all(
      asked.map(async (question) => {
        try {
          return await countSource(question, aggregate, own)
        } catch (error) {
          if (own.isStop(error)) return null
          own.stop()
          throw error
        }
      }),
    )
    const counted: SourceCount[] = []
    for (const answer of answers) {
      if (answer?.kind === 'inputProblem') return answer
      if (answer) counted.push(answer)
    }
    const failures = counted.flatMap(({ row: { sourceKey }, failure }) =>
      failure ? [{ sourceKey, failure }] : [],
    )
    // A report is not gone on with, so there is no cursor.
    if (failures.length > 0 && (onSourceError === 'FAIL' || counted.every(isWorthless)))
      return { kind: 'readingFailed', failures, after: null, before: null }
    return {
      kind: 'read',
      window: times,
      aggregate,
      coverage: counted.map(({ row }) => row),
      cut: new Set(counted.flatMap(({ row, isCut }) => (isCut ? [row.sourceKey] : []))),
      ways: counted.map(({ way }) => way),
    }
  }

  async function countSource(
    question: SourceQuestion,
    aggregate: Aggregate,
    { sources: stoppableSources, stop }: Stoppable,
  ): Promise<SourceCount | InputProblem> {
    const { filter: within, window: times } = question
    const own = { ...context, sources: stoppableSources }
    const { deadlineMs } = request
    const terms = { signal, priority: 'bulk', ...(deadlineMs !== undefined && { deadlineMs }) } as const
    const { way, row, wasted } = await countDirectly(question, aggregate, own, terms)
    if (row)
      return { kind: 'counted', way, row: spentMore(row, wasted), isCut: false, failure: null, hasRead: true }
    const { sourceKey } = way
    const first = Math.max(pageLeast, Math.floor(pageSizeMax / sources.length))
    const asked = { sourceKey, filter: within, window: times, asOfMs, onSourceError, first, terms }
    const read = await readSource(asked, aggregate, own)
    if (read.kind === 'inputProblem') return read
    if (read.failure && onSourceError === 'FAIL') stop()
    return { ...read, kind: 'counted', way, row: spentMore(read.row, wasted) }
  }
}

type Outcome = CountedFigures | ReadingFailed | InputProblem

interface CountedFigures extends ReadFigures {
  readonly kind: 'read'
  readonly ways: readonly SourceWay[]
}

/** What has come of one source, whichever way it was counted. */
interface SourceCount extends Omit<SourceRead, 'kind'> {
  readonly kind: 'counted'
  readonly way: SourceWay
}

/** Entries of a page, however many sources share what a page may hold: as many as a provider gives at once. */
const pageLeast = 100

function spentMore(row: SourceCoverage, requests: number): SourceCoverage {
  return { ...row, requests: row.requests + requests }
}

/** Whether nothing was found out of a source: it failed before it gave anything, or there was nothing to ask it for. */
function isNothing({ row, failure, hasRead }: SourceCount): boolean {
  return row.state === 'EXCLUDED' || (failure !== null && !hasRead)
}

/** What the window itself has to tell: to know what is new in it, its values, too. */
function ownAsk({ dimensions, timelines, times, comparison }: FigureAsk): AggregateAsk {
  return { dimensions: new Set([...dimensions, ...(comparison ?? [])]), timelines, times }
}

/** The times that a filter and the as-of leave. Where they leave nothing it is empty, and stands where they begin. */
function windowOf(filter: EntryFilter, asOfMs: number): Window {
  const span = timeSpan(filter)
  const { sinceMs, untilMs = asOfMs } = span ?? requiredTimes(filter)
  if (sinceMs === undefined) {
    const endMs = Math.min(untilMs, asOfMs)
    return span === null ? { sinceMs: endMs, untilMs: endMs } : { untilMs: endMs }
  }
  return { sinceMs, untilMs: span === null ? sinceMs : Math.max(sinceMs, Math.min(untilMs, asOfMs)) }
}

/**
 * As long as the window and directly before it; shorter where it would begin before there are instants. Null where the
 * filter requires no begin: times within `or` and `not` hold before the window as well, and would leave nothing there.
 */
function previousOf(
  filter: EntryFilter,
  { sinceMs, untilMs }: Window,
): { sinceMs: number; untilMs: number } | null {
  if (sinceMs === undefined || requiredTimes(filter).sinceMs === undefined) return null
  return { sinceMs: clampInstant(sinceMs - (untilMs - sinceMs)), untilMs: sinceMs }
}
