import { canonicalFilter } from '../model/canonical-filter.js'
import type {
  FigureAsk,
  NoveltyDimension,
  OpenReport,
  ReportDimension,
  ReportFigures,
  ReportRequest,
  TimelineAsk,
} from '../reading/report/shapes.js'
import { type GraphContext, outcomesOf } from './context.js'
import { fromInputProblem, upstreamFailed } from './errors.js'
import { untilEnded } from './operation-end.js'

/** What one field of a report needs. */
export type FieldNeed = Partial<{
  readonly dimension: ReportDimension
  readonly timeline: TimelineAsk
  readonly times: true
  readonly comparison: true
  /** Beside `comparison`. */
  readonly novelty: NoveltyDimension
}>

interface Batch {
  readonly dimensions: Set<ReportDimension>
  readonly timelines: TimelineAsk[]
  times: boolean
  comparison: Set<NoveltyDimension> | null
  readonly figures: Promise<ReportFigures>
}

/**
 * One report of an operation. Its fields say what they need while the executor goes over them, and then one reading
 * finds out all of that: as a data loader does, by starting when the executor has nothing more to call.
 */
export class ReportSession {
  readonly open: OpenReport
  readonly #context: GraphContext
  #batch: Batch | null = null

  constructor(open: OpenReport, context: GraphContext) {
    this.open = open
    this.#context = context
  }

  /** The figures of a reading that finds out at least what is needed. Throws as `auditEntries` does. */
  find({ dimension, timeline, times, comparison, novelty }: FieldNeed): Promise<ReportFigures> {
    const batch = this.#batch ?? this.#begin()
    if (dimension) batch.dimensions.add(dimension)
    if (timeline) batch.timelines.push(timeline)
    if (times) batch.times = true
    if (comparison) batch.comparison ??= new Set()
    if (novelty) batch.comparison?.add(novelty)
    return batch.figures
  }

  #begin(): Batch {
    const batch: Batch = {
      dimensions: new Set(),
      timelines: [],
      times: false,
      comparison: null,
      figures: Promise.resolve().then(() => {
        this.#batch = null
        return this.#read(batch)
      }),
    }
    this.#batch = batch
    return batch
  }

  async #read(ask: FigureAsk): Promise<ReportFigures> {
    const { signal, noteOutcomes } = this.#context
    const figures = await untilEnded(signal, () => this.open.read(ask))
    if (figures.kind === 'inputProblem') throw fromInputProblem(figures)
    if (figures.kind === 'readingFailed') {
      noteOutcomes(
        figures.failures.map(({ sourceKey, failure }) => ({ sourceKey, outcome: `FAILED ${failure.kind}` })),
      )
      throw upstreamFailed(figures)
    }
    noteOutcomes(outcomesOf(figures.coverage))
    return figures
  }
}

const sessions = new WeakMap<GraphContext, Map<string, ReportSession>>()

/** The report of these arguments: the same for every field of the operation that has them. Throws BAD_USER_INPUT. */
export function reportSession(request: Omit<ReportRequest, 'signal'>, context: GraphContext): ReportSession {
  const known = sessions.get(context) ?? new Map<string, ReportSession>()
  sessions.set(context, known)
  const { filter, sources = null, settleMs = null, onSourceError } = request
  const key = JSON.stringify([canonicalFilter(filter), sources, settleMs, onSourceError])
  const session = known.get(key) ?? openSession(request, context)
  known.set(key, session)
  return session
}

function openSession(request: Omit<ReportRequest, 'signal'>, context: GraphContext): ReportSession {
  const open = context.reader.openReport({ ...request, ...context.terms })
  if (open.kind === 'inputProblem') throw fromInputProblem(open)
  return new ReportSession(open, context)
}
