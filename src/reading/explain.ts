import type { PushdownField, TimeRange } from '../model/filter.js'
import { dayMs } from '../model/instant.js'
import type { JsonObject, JsonValue } from '../model/json.js'
import type { PageAsk } from '../model/provider.js'
import { isExcluded, refusalsOf, refusedFields } from './coverage.js'
import { isOpen, type Lane, runOf, type SourceRun, startingLanes } from './lanes.js'
import type { ReadingLimits } from './limits.js'
import { beginPage, lanesOf, type ReadingContext } from './open-lanes.js'
import { openReading, type Reading } from './open-reading.js'
import type {
  ExplainRequest,
  InputProblem,
  PlannedRequest,
  ReadableSource,
  SourceExplanation,
} from './page.js'
import type { FilterPlan } from './plan.js'
import type { KeyRange } from './travel.js'

/** A request that is never sent needs no signal that anybody could abort. */
const neverAborted = new AbortController().signal

/**
 * What a first page would ask of each source, in configuration order. Sends nothing and remembers nothing: it opens
 * the reading as a page does and stops there.
 */
export function explain(
  request: ExplainRequest,
  context: ReadingContext,
): readonly SourceExplanation[] | InputProblem {
  const reading = openReading(
    { ...request, onSourceError: 'PARTIAL', signal: neverAborted },
    context.sources,
    context.bindCursors,
    context.now(),
  )
  if ('kind' in reading) return reading
  const begin = beginPage(reading, context)
  const runs = reading.sources.map(runOf)
  const [segment] = reading.segments
  const lanes = segment ? lanesOf(segment, runs, reading, begin, context) : []
  const starting = new Set(startingLanes(lanes.filter(isOpen)))
  return runs.map((run) => {
    const plan = begin.plans.get(run.source.key)
    if (!plan) throw new Error(`No plan for the source ${run.source.key}.`)
    return explainSource(run, plan, starting, reading, context.limits)
  })
}

function explainSource(
  run: SourceRun,
  plan: FilterPlan,
  starting: ReadonlySet<Lane>,
  reading: Reading,
  limits: ReadingLimits,
): SourceExplanation {
  const first = startingLanes(run.lanes.filter(isOpen))
  return {
    sourceKey: run.source.key,
    excluded: isExcluded({ plan, run }, reading),
    requests: first.flatMap(({ walk }) => planned(run.source, walk.nextAsk())),
    windows: windowsOf(run.lanes),
    residual: residualOf(plan, run),
    emulated: [
      ...(run.lanes.length === 0 ? [] : emulatedOf(run.source, plan, run.lanes, reading)),
      ...refusalsOf(run),
    ],
    requestsMin: first.filter((lane) => starting.has(lane)).length,
    requestsMax: requestsMax(run.lanes, limits),
  }
}

/** What the gateway evaluates, words that the provider has refused lately included. */
function residualOf({ residual }: FilterPlan, { lanes }: SourceRun): SourceExplanation['residual'] {
  const refused = new Set(lanes.flatMap(refusedFields))
  for (const { field } of residual) refused.delete(field as PushdownField) // any other is in no set of these
  return [...residual, ...[...refused].map((field) => ({ field, reason: 'VALUE_NOT_SENDABLE' as const }))]
}

function planned({ describe }: ReadableSource, ask: PageAsk | null): readonly PlannedRequest[] {
  if (!describe || ask === null) return []
  const { method, path, query, body } = describe(ask)
  // Of our own making: an adapter writes an object as the body.
  const fields = body === undefined ? {} : (JSON.parse(body) as JsonObject)
  const parameters: Record<string, JsonValue> = { ...Object.fromEntries(query), ...fields }
  return [{ method, path, parameters }]
}

/**
 * The most requests of one page (lanes.ts): its budget, or what a source may spend where a lane that begins the page
 * has made no progress yet, which the budget never denies it. Each request is sent under one of these two bounds.
 */
function requestsMax(lanes: readonly Lane[], limits: ReadingLimits): number {
  const left = lanes.filter(({ walk }) => !walk.finished)
  if (left.length === 0) return 0
  const { requestsPerPage, requestsWithoutProgress } = limits
  const isObliged = left.some(({ walk, obligedTo }) => walk.startsAt <= obligedTo)
  return isObliged ? Math.max(requestsPerPage, requestsWithoutProgress) : requestsPerPage
}

function windowsOf(lanes: readonly Lane[]): readonly TimeRange[] {
  const windows = new Map(lanes.map(({ walk }) => [JSON.stringify(walk.plan.range), walk.plan.range]))
  return [...windows.values()].sort((a, b) => b.top.timeMs - a.top.timeMs).map(timesOf)
}

/** Ranges of a first page end between two instants, never within one. */
function timesOf({ top, bottom }: KeyRange): TimeRange {
  return { ...(bottom && { sinceMs: bottom.timeMs + 1 }), untilMs: top.timeMs + 1 }
}

function emulatedOf(
  { capabilities }: ReadableSource,
  { residual }: FilterPlan,
  asked: readonly Lane[],
  { travel }: Reading,
): readonly string[] {
  const { boundSlackMs, window, order } = capabilities
  const sentences: string[] = []
  if (residual.length > 0) {
    const fields = residual.map(({ field }) => field).join(', ')
    sentences.push(`The gateway evaluates ${fields} on what the provider sends.`)
  }
  if (asked.length > 1) sentences.push(`The gateway merges ${asked.length} requests that share no entry.`)
  if (Math.max(boundSlackMs.since, boundSlackMs.until) >= dayMs) {
    sentences.push('The provider bounds time by whole days; the gateway cuts to the instant.')
  }
  if (window) {
    sentences.push(
      `The provider reads at most ${Math.floor(window.spanMaxMs / dayMs)} days in one request; longer times are read one after another.`,
    )
  }
  if (order === 'unknown') sentences.push('The provider states no order; the gateway checks every page.')
  if (travel === 'up') sentences.push('The provider lists the newest first; the gateway reads upward.')
  return sentences
}
