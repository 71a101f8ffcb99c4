import type { EntryFilter } from '../../model/filter.js'
import { clampInstant } from '../../model/instant.js'
import type { ReadingContext } from '../open-lanes.js'
import { openReading } from '../open-reading.js'
import type { InputProblem, ReadingFailed } from '../page.js'
import { timeSpan } from '../planning/time-slices.js'
import { Aggregate, type AggregateAsk } from './aggregate.js'
import { figuresOf, type ReadFigures } from './figures.js'
import { readWindow, type WindowRead } from './read-window.js'
import type { FigureAsk, OpenReport, ReportRequest, SourceWay } from './shapes.js'
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
  const previous = previousOf(filter, asOfMs)
  return {
    kind: 'open',
    asOfMs,
    window,
    previous,
    explain: (ask) => questions(filter, window, ownAsk(ask)).map(planWay),
    read: async (ask) => {
      const own = await readFigures(filter, window, ownAsk(ask))
      if (own.kind !== 'read') return own
      if (!previous || !ask.comparison) return figuresOf(own, null, ask.timelines, own.ways)
      const occurredAt = { sinceMs: previous.sinceMs, untilMs: previous.untilMs }
      const before = await readFigures({ ...filter, occurredAt }, previous, {
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

  /** Counts what can be counted without reading, and reads the rest as one sequence. */
  async function readFigures(
    within: EntryFilter,
    times: Window,
    ask: AggregateAsk,
  ): Promise<CountedFigures | ReadingFailed | InputProblem> {
    const aggregate = new Aggregate(ask, context.limits.reportKeysMax)
    const terms = { signal, priority: 'bulk' } as const
    const answers = await Promise.all(
      questions(within, times, ask).map((question) => countDirectly(question, aggregate, context, terms)),
    )
    const left = answers.flatMap(({ way, row }) => (row === null ? [way.sourceKey] : []))
    const asked = { ...request, ...terms, filter: within, sources: left, asOfMs }
    const read = left.length > 0 ? await readWindow(asked, aggregate, context) : nothingLeft
    if (read.kind !== 'read') return read
    return {
      kind: 'read',
      window: times,
      aggregate,
      hasNext: read.hasNext,
      ways: answers.map(({ way }) => way),
      coverage: answers.flatMap(({ way, row, wasted }) => {
        const own = row ?? read.coverage.find(({ sourceKey }) => sourceKey === way.sourceKey)
        return own ? [{ ...own, requests: own.requests + wasted }] : []
      }),
    }
  }
}

interface CountedFigures extends ReadFigures {
  readonly kind: 'read'
  readonly ways: readonly SourceWay[]
}

const nothingLeft: WindowRead = { kind: 'read', coverage: [], hasNext: false }

/** What the window itself has to tell: to know what is new in it, its values, too. */
function ownAsk({ dimensions, timelines, times, comparison }: FigureAsk): AggregateAsk {
  return { dimensions: new Set([...dimensions, ...(comparison ?? [])]), timelines, times }
}

/** The times that a filter and the as-of leave; an empty window ends where it begins. */
function windowOf(filter: EntryFilter, asOfMs: number): Window {
  const span = timeSpan(filter)
  if (span === null) return { sinceMs: asOfMs, untilMs: asOfMs }
  const { sinceMs, untilMs = asOfMs } = span
  if (sinceMs === undefined) return { untilMs: Math.min(untilMs, asOfMs) }
  return { sinceMs, untilMs: Math.max(sinceMs, Math.min(untilMs, asOfMs)) }
}

/**
 * As long as the range that the filter names, as far as the as-of leaves it, and directly before it; shorter where it would
 * begin before there are instants.
 */
function previousOf(
  { occurredAt }: EntryFilter,
  asOfMs: number,
): { sinceMs: number; untilMs: number } | null {
  const { sinceMs, untilMs = asOfMs } = occurredAt ?? {}
  if (sinceMs === undefined) return null
  const lengthMs = Math.max(0, Math.min(untilMs, asOfMs) - sinceMs)
  return { sinceMs: clampInstant(sinceMs - lengthMs), untilMs: sinceMs }
}
