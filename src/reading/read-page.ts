import type { EntryKey } from '../model/order.js'
import { coverageOf, type SourceReport } from './coverage.js'
import { entryOf, LazyEdge, LazyPage } from './edge.js'
import {
  advanceLanes,
  countBefore,
  isOpen,
  type Lane,
  leastFrontier,
  runOf,
  type SourceRun,
  stopOf,
} from './lanes.js'
import { type MergedRow, takeMerged } from './merge.js'
import { beginPage, laneKey, lanesOf, type ReadingContext, rememberHints } from './open-lanes.js'
import { openReading, type Reading } from './open-reading.js'
import type {
  EntryEdge,
  EntryPage,
  InputProblem,
  PageRequest,
  ReadableSource,
  ReadingFailed,
} from './page.js'
import type { FilterPlan } from './plan.js'
import type { Position } from './position-cursor.js'
import { type Gap, mergeGaps } from './ranges.js'
import { isSeeming } from './seeming-order.js'
import {
  type Cut,
  compareCuts,
  cutAbove,
  cutAfter,
  cutAtFrontier,
  cutBefore,
  type KeyRange,
  narrowRange,
  progressSpan,
} from './travel.js'

/**
 * One page of the merged connection: design.md section 4.
 *
 * 1. Check the arguments and open the cursors: what is left to read, which way.
 * 2. Walk every source, in parallel, until the page can be filled from rows before the least frontier.
 * 3. Settle what a failure costs: itself, or the page.
 * 4. Merge up to where the page ends, and name what may be missing before that as gaps.
 * 5. Give every entry a cursor, every source a row of coverage, and keep what was fetched and not delivered.
 */
export async function readPage(
  request: PageRequest,
  context: ReadingContext,
): Promise<EntryPage | InputProblem | ReadingFailed> {
  const reading = openReading(request, context.sources, context.bindCursors, context.now())
  if ('kind' in reading) return reading
  const begin = beginPage(reading, context)
  const { plans } = begin
  const runs = reading.sources.map(runOf)

  const stretches: Stretch[] = []
  const rows: MergedRow[] = []
  for (const segment of reading.segments) {
    const lanes = lanesOf(segment, runs, reading, begin, context)
    try {
      await advanceLanes(lanes, reading.count + 1 - rows.length, context.limits, request)
    } finally {
      // Without a page too: disorder that one source has shown while another failed may not show again. And before the next
      // segment, which is not to be placed by an order that this one has shown not to hold.
      for (const run of runs) rememberHints(run, context)
    }
    const stretch = settle(segment, lanes, reading, rows.length)
    if (stretch === 'failed') return readingFailed(runs, request)
    stretches.push(stretch)
    rows.push(...stretch.rows)
    if (stretch.end !== null) break
  }
  return pageOf(reading, plans, runs, stretches, rows, context)
}

/** One segment as far as the page reads it. */
interface Stretch {
  readonly segment: KeyRange
  readonly lanes: readonly Lane[]
  readonly rows: readonly MergedRow[]
  /** Where the page ends within the segment; null when the segment was read to its end. */
  readonly end: Cut | null
  /** Whether more rows are known behind the end; otherwise the budget or a failure ended the page. */
  readonly full: boolean
  /** What may be missing, each from where its source stopped to where the page ends. */
  readonly gaps: readonly Gap[]
  /** The sources whose rows were placed by an order here. */
  readonly placedByOrder: ReadonlySet<SourceRun>
}

/**
 * Decides where the page ends and what a failing source costs it: design.md 4.11.
 * 'failed' when there is no page: a source failed under FAIL, or all that were asked did.
 */
function settle(
  segment: KeyRange,
  lanes: readonly Lane[],
  reading: Reading,
  before: number,
): Stretch | 'failed' {
  const { travel, request } = reading
  const failed = [...new Set(lanes.map(({ run }) => run))].filter(({ failure }) => failure !== null)
  if (failed.length > 0 && request.onSourceError === 'FAIL') return 'failed'
  let horizon = leastFrontier(lanes)
  if (failed.length > 0 && !lanes.some(isOpen)) {
    // Nothing but failed sources is left. What they gave before they failed makes a page that the next one goes on
    // from; with nothing given, the sources that are finished end the reading, and the rest of it is a gap.
    const given = Math.min(...failed.map((run) => stopOf(run, lanes)))
    if (before + countBefore(lanes, given) > 0) horizon = given
    else if (lanes.every(({ run }) => run.failure !== null)) return 'failed'
  }
  const wanted = reading.count - before
  const full = countBefore(lanes, horizon) > wanted
  const rows = takeMerged(lanes, wanted, horizon, travel)
  const last = rows.at(-1)
  const end = full
    ? last
      ? goOnFrom(last.key, reading)
      : segmentStart(segment, reading)
    : horizon < Number.POSITIVE_INFINITY
      ? cutWithin(segment, cutAtFrontier(horizon, travel), reading)
      : null
  const gaps = failed.flatMap((run) => gapOf(run, lanes, segment, end, reading) ?? [])
  const placed = lanes.filter(({ walk }) => walk.hints.order.kind !== 'unsorted')
  return { segment, lanes, rows, end, full, gaps, placedByOrder: new Set(placed.map(({ run }) => run)) }
}

/** What a failed source may hold between where it stopped and where the page ends. */
function gapOf(
  run: SourceRun,
  lanes: readonly Lane[],
  segment: KeyRange,
  end: Cut | null,
  { travel }: Reading,
): Gap | null {
  const stoppedAt = stopOf(run, lanes)
  const stop = stoppedAt > progressSpan(segment, travel).start ? cutAtFrontier(stoppedAt, travel) : null
  const range = travel === 'down' ? narrowRange(segment, stop, end) : narrowRange(segment, end, stop)
  return range && { sourceKey: run.source.key, ...range }
}

/** The place just behind an entry, the way the page is read. */
function goOnFrom(key: EntryKey, { travel }: Reading): Cut {
  return travel === 'down' ? cutAfter(key) : cutBefore(key)
}

/**
 * A cut at a time step, no farther back than the segment: that may begin within the step, and another may end there, which
 * would be read again and again.
 */
function cutWithin(segment: KeyRange, cut: Cut, reading: Reading): Cut {
  const start = segmentStart(segment, reading)
  const sign = compareCuts(cut, start)
  return (reading.travel === 'down' ? sign : -sign) < 0 ? start : cut
}

function segmentStart(segment: KeyRange, { travel }: Reading): Cut {
  if (travel === 'down') return segment.top
  return segment.bottom ?? cutAbove(Number.NEGATIVE_INFINITY)
}

function readingFailed(runs: readonly SourceRun[], { after, before }: PageRequest): ReadingFailed {
  return {
    kind: 'readingFailed',
    failures: runs.flatMap(({ source, failure }) => (failure ? [{ sourceKey: source.key, failure }] : [])),
    after: after ?? null,
    before: before ?? null,
  }
}

function pageOf(
  reading: Reading,
  plans: ReadonlyMap<string, FilterPlan>,
  runs: readonly SourceRun[],
  stretches: readonly Stretch[],
  rows: readonly MergedRow[],
  context: ReadingContext,
): EntryPage | InputProblem {
  const { backward } = reading
  const last = stretches.at(-1)
  const newGaps = [...stretches.flatMap(({ gaps }) => gaps), ...brokenGaps(runs, stretches, reading)]
  const gaps = mergeGaps(reading.gaps, newGaps)
  if (gaps.length > context.limits.gapsMax) return tooManyGaps(reading, context.limits.gapsMax)

  const more = last !== undefined && last.end !== null
  const searched = more && !last.full && last.end ? { travel: reading.travel, cut: last.end } : null
  const positionAt = positionsOf(reading, gaps, newGaps, runs)
  const lastRow = rows.at(-1)
  const parts = {
    entry: ({ key, seen }: MergedRow) => context.seenWords.note(entryOf(seen.row, key.sourceKey)),
    cursor: (row: MergedRow) =>
      reading.cursors.encode(positionAt(row.key, row === lastRow ? searched : null)),
  }
  const edges = rows.map((row): EntryEdge => new LazyEdge(parts, row))
  const lastRead =
    edges.at(-1)?.cursor ?? (searched ? reading.cursors.encode(positionAt(null, searched)) : null)
  const shown = shownEdges(edges, reading)
  if (more && lastRead !== null) keep(reading, plans, runs, lastRead, context)
  const reports = runs.map((run) => reportOf(run, reading, plans, last ?? null, gaps))
  const coverage = reports.map((report) => coverageOf(report, reading))
  return new LazyPage({
    edges: shown,
    ...neighbours(reading, more, edges.length),
    startCursor: backward ? lastRead : null,
    endCursor: shown.at(-1)?.cursor ?? (backward ? null : lastRead),
    asOfMs: reading.asOfMs,
    complete:
      gaps.length === 0 && coverage.every(({ state }) => state === 'COMPLETE' || state === 'EXCLUDED'),
    coverage,
  })
}

/** The edges in the order of the connection. Given both, `last` takes from what `first` left (Relay, EdgesToReturn). */
function shownEdges(read: readonly EntryEdge[], { request, backward }: Reading): readonly EntryEdge[] {
  if (backward) return [...read].reverse()
  return request.first !== undefined && request.last !== undefined ? read.slice(-request.last) : read
}

/** `hasNextPage` and `hasPreviousPage` by the Relay cursor connections specification, section 5.1 (PageInfo fields). */
function neighbours(
  { request, backward, after, before }: Reading,
  more: boolean,
  read: number,
): { hasNextPage: boolean; hasPreviousPage: boolean } {
  if (backward) return { hasPreviousPage: more, hasNextPage: before?.delivered ?? false }
  const hasPreviousPage = request.last !== undefined ? read > request.last : (after?.delivered ?? false)
  return { hasNextPage: more, hasPreviousPage }
}

/** Positions of this page's cursors. A gap of this page is carried only as far as the position has passed it. */
function positionsOf(
  reading: Reading,
  gaps: readonly Gap[],
  newGaps: readonly Gap[],
  runs: readonly SourceRun[],
) {
  const orders = ordersOf(reading, runs)
  const { asOfMs, begunMs, after, before } = reading
  const delivered = after?.delivered ?? before?.delivered ?? false
  const segments = after?.segments ?? before?.segments ?? null
  return (key: EntryKey | null, searched: Position['searched']): Position => {
    const at = searched?.cut ?? (key && goOnFrom(key, reading))
    const passed =
      newGaps.length === 0 || at === null ? gaps : mergeGaps(reading.gaps, passedPart(newGaps, at, reading))
    return {
      asOfMs,
      begunMs,
      key,
      searched,
      delivered: delivered || key !== null,
      gaps: passed,
      segments,
      orders,
    }
  }
}

function passedPart(gaps: readonly Gap[], at: Cut, { travel }: Reading): readonly Gap[] {
  return gaps.flatMap((gap) => {
    const range = travel === 'down' ? narrowRange(gap, null, at) : narrowRange(gap, at, null)
    return range ? [{ sourceKey: gap.sourceKey, ...range }] : []
  })
}

/**
 * Earlier pages, and earlier segments of this one, placed the rows of a source by an order. Once it is known to have none,
 * they may lack some of its entries: design.md 4.6. A cursor that names the source as unsorted comes from a page that has
 * told so already.
 */
function brokenGaps(
  runs: readonly SourceRun[],
  stretches: readonly Stretch[],
  reading: Reading,
): readonly Gap[] {
  const known = new Set(reading.orders.flatMap(([key, kind]) => (kind === 'unsorted' ? [key] : [])))
  const before = passedRanges(reading)
  return runs
    .filter(({ source, lanes }) => {
      return !known.has(source.key) && lanes.some(({ walk }) => walk.hints.order.kind === 'unsorted')
    })
    .flatMap((run) => {
      const placed = stretches.filter(({ placedByOrder }) => placedByOrder.has(run))
      const ranges = [...before, ...placed.map(({ segment }) => segment)]
      return ranges.map((range) => ({ sourceKey: run.source.key, ...range }))
    })
}

/** What earlier pages of the reading have passed. */
function passedRanges({ span, segments, travel, after, before }: Reading): readonly KeyRange[] {
  const from = segments[0]
  if (!span || !from || (!after && !before)) return []
  // Read upward without a lower bound, the reading begins here.
  if (travel === 'up' && from.bottom === null) return []
  return (after?.segments ?? before?.segments ?? [span]).flatMap((range) => {
    const passed =
      travel === 'down' ? narrowRange(range, null, from.top) : narrowRange(range, from.bottom, null)
    return passed ?? []
  })
}

function ordersOf(reading: Reading, runs: readonly SourceRun[]): Position['orders'] {
  const orders = new Map(reading.orders)
  for (const { source, lanes } of runs) {
    const seen = lanes.map(({ walk }) => walk.hints.order)
    const other = seen.find((order) => order.kind !== 'newestFirst' && order.proven && !isSeeming(order))
    if (other) orders.set(source.key, other.kind)
    else if (seen.some(({ kind }) => kind === 'newestFirst')) orders.delete(source.key)
  }
  return [...orders]
}

function keep(
  reading: Reading,
  plans: ReadonlyMap<string, FilterPlan>,
  runs: readonly SourceRun[],
  cursor: string,
  context: ReadingContext,
): void {
  const { request, backward } = reading
  // The walks of a page between two cursors end at the other one, and the next page may be asked for without it.
  const isBounded = (backward ? request.after : request.before) !== undefined
  if (reading.segments.length !== 1 || isBounded) return
  const walks = runs
    .filter(({ failure }) => failure === null)
    .flatMap(({ source, lanes }) => lanes.map(({ part, walk }) => [laneKey(source.key, part), walk] as const))
  const kept = { plans, walks: new Map(walks) }
  const wentOnFrom = backward ? request.before : request.after
  const filterLength = JSON.stringify(request.filter).length
  context.readAhead.set(cursor, reading.travel, kept, { wentOnFrom, filterLength })
}

function reportOf(
  run: SourceRun,
  reading: Reading,
  plans: ReadonlyMap<string, FilterPlan>,
  last: Stretch | null,
  gaps: readonly Gap[],
): SourceReport {
  const { source, lanes } = run
  const plan = plans.get(source.key)
  if (!plan) throw new Error(`No plan for the source ${source.key}.`)
  return {
    run,
    plan,
    searched: plan.possible ? searchedRange(source, reading, last?.end ?? null) : null,
    gaps: gaps.filter((gap) => gap.sourceKey === source.key),
    limited: lanes.some((lane) => lane.limited && isOpen(lane)) && last?.full === false,
  }
}

/** What was searched up to the page's end: of the whole reading when it goes forward, else of this page. */
function searchedRange(source: ReadableSource, reading: Reading, end: Cut | null): KeyRange | null {
  const { travel, backward, span, segments } = reading
  const part = backward ? segments[0] : span
  if (!part) return null
  const floorMs = source.capabilities.window?.floorMs
  const floored = floorMs === undefined ? part : narrowRange(part, null, cutAbove(floorMs - 1))
  if (!floored || end === null) return floored
  return travel === 'down' ? narrowRange(floored, null, end) : narrowRange(floored, end, null)
}

function tooManyGaps(reading: Reading, gapsMax: number): InputProblem {
  return {
    kind: 'inputProblem',
    path: [reading.backward ? 'before' : 'after'],
    message: `This reading has more than ${gapsMax} gaps, because sources failed again and again. Begin a new reading, or read each source's resumeCursor.`,
  }
}
