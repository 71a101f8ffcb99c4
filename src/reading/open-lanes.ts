import type { Pushdown, UpstreamRow } from '../model/provider.js'
import { storeKey } from '../model/store-key.js'
import { entryOf } from './edge.js'
import { addLane, type Lane, type SourceRun } from './lanes.js'
import type { ReadingLimits } from './limits.js'
import type { Reading } from './open-reading.js'
import type { ReadableSource } from './page.js'
import { type FilterPlan, type PlanPart, planFilter } from './plan.js'
import type { BindCursors } from './position-cursor.js'
import type { KeptReading, ReadAhead } from './read-ahead.js'
import type { Refusals } from './refusals.js'
import type { SeenWordsLog } from './seen-words.js'
import { cutAbove, type KeyRange, narrowRange, progressSpan } from './travel.js'
import { type SourceHints, Walk } from './walk.js'

/** What pages are read with. */
export interface ReadingContext {
  readonly sources: readonly ReadableSource[]
  readonly bindCursors: BindCursors
  readonly readAhead: ReadAhead
  readonly limits: ReadingLimits
  /** What was learned of a source's order and density. Lost without harm. */
  readonly hints: {
    get(key: string): SourceHints | undefined
    set(key: string, hints: SourceHints): unknown
  }
  readonly refusals: Refusals
  readonly seenWords: SeenWordsLog
  readonly now: () => number
}

/** The plan of every source asked, by its key. */
export function plansOf(
  { request, sources }: Reading,
  limits: ReadingLimits,
): ReadonlyMap<string, FilterPlan> {
  return new Map(
    sources.map(({ key, capabilities }) => [key, planFilter(request.filter, capabilities, limits)]),
  )
}

/** What a process learns of requests of one kind is kept under this. */
export function hintKey(sourceKey: string, pushdown: Pushdown): string {
  return storeKey(`${sourceKey} ${JSON.stringify(pushdown)}`)
}

/**
 * The lanes of one segment: one for every part of every source's plan that has entries there. They go on from what
 * the page before kept, else from what this process has learned of such requests. Words that the provider has refused
 * lately are not sent again.
 */
export function lanesOf(
  segment: KeyRange,
  runs: readonly SourceRun[],
  reading: Reading,
  { plans, walks }: KeptReading,
  context: ReadingContext,
): readonly Lane[] {
  const { travel } = reading
  // Having passed one segment is progress enough for a page.
  const isFirst = segment === reading.segments[0]
  const obligedTo = isFirst ? progressSpan(segment, travel).start : Number.NEGATIVE_INFINITY
  return runs.flatMap((run) => {
    const { key: sourceKey, capabilities } = run.source
    return (plans.get(sourceKey)?.parts ?? []).flatMap((part) => {
      const range = rangeOfPart(segment, part, capabilities.window?.floorMs)
      if (range === null) return []
      const held = walks.get(laneKey(sourceKey, part))
      const withoutWords = held ? heldWithoutWords(held, part) : lately(sourceKey, part, reading, context)
      const pushdown = withoutWords ?? part.pushdown
      const matches = matcherOf(part, sourceKey, context)
      const walkPlan = { sourceKey, capabilities, travel, range, pushdown, matches }
      const hints = hintsOf(sourceKey, pushdown, reading, context)
      // What was placed by an order is worth nothing once another page has shown that there is none.
      const isVoid = hints?.order.kind === 'unsorted' && held?.hints.order.kind !== 'unsorted'
      const walk = held && !isVoid ? held.fork(walkPlan) : new Walk(walkPlan, hints)
      const lane = addLane(run, part, walk, obligedTo)
      if (withoutWords) lane.refused = 'lately'
      return [lane]
    })
  })
}

/** What is sent for a part whose words the provider has refused lately; null where it has not, or shall be asked again. */
function lately(
  sourceKey: string,
  { pushdown, withoutWords }: PlanPart,
  { request }: Reading,
  { refusals }: ReadingContext,
): Pushdown | null {
  const isKnown = request.freshness !== 'LIVE' && refusals.has(hintKey(sourceKey, pushdown))
  return isKnown ? withoutWords : null
}

/** The same for a walk of the page before, which goes on as it was read. */
function heldWithoutWords({ plan }: Walk, { withoutWords }: PlanPart): Pushdown | null {
  return plan.pushdown === withoutWords ? withoutWords : null
}

/** Made apart: a closure of the function above would hold the walks of the page before, and so of all before that. */
function matcherOf(part: PlanPart, sourceKey: string, context: ReadingContext) {
  return (row: UpstreamRow) => part.matches(row) || noteDropped(row, sourceKey, context)
}

/** The words of what is delivered are noted when it is; those of other rows that were looked at, here. */
function noteDropped(row: UpstreamRow, sourceKey: string, { seenWords }: ReadingContext): false {
  seenWords.note(entryOf(row, sourceKey))
  return false
}

/** Names a lane of a reading: the same from page to page. */
export function laneKey(sourceKey: string, part: PlanPart): string {
  return `${sourceKey} ${part.key}`
}

/**
 * Why no entry of the source can lie in the times of a reading, as a sentence; null where one can. What a source is
 * configured to have begun with is taken for its beginning.
 */
export function outOfTime(
  { capabilities }: ReadableSource,
  { parts }: FilterPlan,
  { span }: Pick<Reading, 'span'>,
): string | null {
  if (span === null)
    return 'The times of the filter begin after this reading was pinned, so it was not asked.'
  const floorMs = capabilities.window?.floorMs
  if (floorMs === undefined || parts.some((part) => rangeOfPart(span, part, floorMs) !== null)) return null
  const floor = new Date(floorMs).toISOString()
  return `The source is read from ${floor} on and the filter names earlier times only, so it was not asked.`
}

function rangeOfPart(segment: KeyRange, { range }: PlanPart, floorMs: number | undefined): KeyRange | null {
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs } = range
  const leastMs = Math.max(sinceMs, floorMs ?? Number.NEGATIVE_INFINITY)
  const top = untilMs === undefined ? null : cutAbove(untilMs - 1)
  const bottom = leastMs === Number.NEGATIVE_INFINITY ? null : cutAbove(leastMs - 1)
  return narrowRange(segment, top, bottom)
}

/**
 * What a page begins with: what the page before kept, else new plans and no walk. A cursor is bound to the filter and the
 * sources, so the plans of that page are those of this one.
 */
export function beginPage(reading: Reading, context: ReadingContext): KeptReading {
  const { request, segments, backward, travel } = reading
  const [goesOn, bounds] = backward ? [request.before, request.after] : [request.after, request.before]
  const plain = goesOn !== undefined && bounds === undefined && segments.length === 1
  const kept = plain ? context.readAhead.get(goesOn, travel) : undefined
  return kept ?? { plans: plansOf(reading, context.limits), walks: new Map() }
}

/** Keeps what a page has learned of a source. */
export function rememberHints(
  { source, lanes, failure }: SourceRun,
  { hints, refusals }: ReadingContext,
): void {
  for (const { part, walk, refused, requests } of lanes) {
    hints.set(hintKey(source.key, walk.plan.pushdown), walk.hints)
    // What is refused by memory must not renew it.
    if (refused === 'lately' || requests === 0) continue
    const key = hintKey(source.key, part.pushdown)
    // Where the source has failed without the words, too, they may not have been the reason.
    if (failure !== null) continue
    if (refused === 'now') refusals.add(key)
    else refusals.remove(key)
  }
  const seen = lanes.map(({ walk }) => walk.hints)
  const least = seen.find(({ order }) => order.kind === 'unsorted') ?? seen.find(({ order }) => order.proven)
  // A page that was under way when disorder showed elsewhere must not make it forgotten.
  if (least && hints.get(source.key)?.order.kind !== 'unsorted') hints.set(source.key, { order: least.order })
}

function hintsOf(
  sourceKey: string,
  pushdown: Pushdown,
  reading: Reading,
  { hints }: ReadingContext,
): SourceHints | undefined {
  const ofPart = hints.get(hintKey(sourceKey, pushdown))
  // The order is the provider's, whatever is asked; the density is of what is asked.
  const order = hints.get(sourceKey)?.order ?? ofPart?.order
  const known = order && { ...ofPart, order }
  const kind = reading.orders.find(([key]) => key === sourceKey)?.[1]
  // What the cursor's page took for an order is worth nothing once another page has shown that there is none.
  if (kind === undefined || known?.order.kind === 'unsorted') return known
  return { ...known, order: { kind, proven: kind === 'unsorted', acrossPages: kind === 'oldestFirst' } }
}
