import type { EntryFilter } from '../../model/filter.js'
import type { ReadingContext } from '../open-lanes.js'
import { openReading } from '../open-reading.js'
import type { InputProblem, ReadingFailed } from '../page.js'
import { timeSpan } from '../planning/time-slices.js'
import { Aggregate, type AggregateAsk } from './aggregate.js'
import { figuresOf, type ReadFigures } from './figures.js'
import { readWindow } from './read-window.js'
import type { FigureAsk, OpenReport, ReportFigures, ReportRequest, SourceWay } from './shapes.js'

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
  const settleMs = request.settleMs ?? Math.max(...reading.sources.map((source) => source.settleMs))
  const asOfMs = nowMs - settleMs
  const sources = reading.sources.map(({ key }) => key)
  const window = windowOf(filter, asOfMs)
  const previous = previousOf(filter, asOfMs)
  return {
    kind: 'open',
    asOfMs,
    window,
    previous,
    explain: () => waysOf(sources),
    read: async (ask) => {
      const own = await readFigures(filter, window, ownAsk(ask))
      if (own.kind !== 'read') return own
      if (!previous || !ask.comparison) return figures(own, null, ask)
      const occurredAt = { sinceMs: previous.sinceMs, untilMs: previous.untilMs }
      const before = await readFigures({ ...filter, occurredAt }, previous, {
        dimensions: ask.comparison,
        timelines: [],
      })
      return before.kind === 'read' ? figures(own, before, ask) : before
    },
  }

  function figures(own: ReadFigures, before: ReadFigures | null, ask: FigureAsk): ReportFigures {
    return figuresOf(own, before, ask.timelines, waysOf(sources))
  }

  async function readFigures(
    within: EntryFilter,
    times: Window,
    ask: AggregateAsk,
  ): Promise<({ readonly kind: 'read' } & ReadFigures) | ReadingFailed | InputProblem> {
    const aggregate = new Aggregate(ask, context.limits.reportKeysMax)
    const read = await readWindow({ ...request, filter: within, sources, asOfMs }, aggregate, context)
    return read.kind === 'read' ? { ...read, window: times, aggregate } : read
  }
}

/** What the window itself has to tell: to know what is new in it, its values, too. */
function ownAsk({ dimensions, timelines, comparison }: FigureAsk): AggregateAsk {
  return { dimensions: new Set([...dimensions, ...(comparison ?? [])]), timelines }
}

/** The times that a filter and the as-of leave; an empty window ends where it begins. */
function windowOf(filter: EntryFilter, asOfMs: number): Window {
  const span = timeSpan(filter)
  if (span === null) return { sinceMs: asOfMs, untilMs: asOfMs }
  const { sinceMs, untilMs = asOfMs } = span
  if (sinceMs === undefined) return { untilMs: Math.min(untilMs, asOfMs) }
  return { sinceMs, untilMs: Math.max(sinceMs, Math.min(untilMs, asOfMs)) }
}

/** As long as the range that the filter names, as far as the as-of leaves it, and directly before it. */
function previousOf(
  { occurredAt }: EntryFilter,
  asOfMs: number,
): { sinceMs: number; untilMs: number } | null {
  const { sinceMs, untilMs = asOfMs } = occurredAt ?? {}
  if (sinceMs === undefined) return null
  const lengthMs = Math.max(0, Math.min(untilMs, asOfMs) - sinceMs)
  return { sinceMs: sinceMs - lengthMs, untilMs: sinceMs }
}

function waysOf(sources: readonly string[]): readonly SourceWay[] {
  return sources.map((sourceKey) => ({ sourceKey, way: 'READING', reasons: [], windows: [] }))
}
