import { sourceFailure } from '../../model/failure.js'
import { type Doubt, doubtOf, placeOfDoubt, settle } from './slice-doubt.js'
import { absorbFill, type Fill, fillTerrain, newFill, repass, wholeTerrain } from './slice-fill.js'
import { guessOf, overshot, undershot } from './slice-search.js'
import {
  edgeOf,
  type PageView,
  type Place,
  type SeenRow,
  type Step,
  slackFineMs,
  stallsMax,
  type Terrain,
} from './step.js'

/**
 * Offset dialects: reading by contiguous slices of a sorted list.
 *
 * The rule (reliability.md section 2, D1): a page is a snapshot of a contiguous slice. A slice that begins before the
 * frontier's time step, or at the start of the list, and ends behind it holds every row from the frontier to its last
 * row's time step, whatever offset it was asked with. So an offset is only a guess that the answer has to confirm;
 * a wrong one costs a request, never an entry.
 *
 * Indices here count in the order of travel. Against the provider's order they count from the tail of the list, which
 * needs the total that the page itself tells.
 */
export interface SliceTask {
  readonly kind: 'slices'
  readonly start: number
  readonly end: number
  /** Index to ask next; null: not known before a total is (against the provider's order). */
  readonly at: number | null
  readonly total: number | undefined
  /** By how much the total has grown from one page to the next lately: it may grow so again. Halved where it does not. */
  readonly drift: number
  /** Rows that a page holds, as far as seen. */
  readonly capacity: number
  /** Largest index known to lie before the frontier, and smallest known not to. */
  readonly below: number
  readonly above: number
  /** Where the frontier lies among the rows at hand, if they are spread evenly from there on; null when unknown. */
  readonly guess: number | null
  /** How often a guess was followed. */
  readonly guesses: number
  /** Offset that an empty page has shown to be behind the list, whatever `total` says. */
  readonly endOffset: number | undefined
  /** Without a total: what runs to `endOffset`, until a second look behind it shows that the list has not grown. */
  readonly unconfirmed: readonly SeenRow[] | null
  readonly stalls: number
  /** Whether the list holds all that is in its window, or is cut off at a number of rows. */
  readonly listed: 'untested' | 'whole' | 'cut'
  readonly doubt: Doubt | null
  readonly fill: Fill | null
}

/** Starts at the head of a window, or at its tail against the provider's order. `capacity`: rows asked per page. */
export function slicesOf(start: number, end: number, capacity: number, terrain: Terrain): SliceTask {
  return {
    kind: 'slices',
    start,
    end,
    at: terrain.direction === 'against' ? null : 0,
    total: undefined,
    drift: 0,
    capacity,
    below: -1,
    above: Number.POSITIVE_INFINITY,
    guess: null,
    guesses: 0,
    endOffset: undefined,
    unconfirmed: null,
    stalls: 0,
    listed: 'untested',
    doubt: null,
    fill: null,
  }
}

/** Collects a whole window that has no order and cannot be made narrower. */
export function fillOf(start: number, end: number, capacity: number): SliceTask {
  return { ...slicesOf(start, end, capacity, wholeTerrain), fill: newFill(null, undefined) }
}

export function placeOfSlice(task: SliceTask, terrain: Terrain): Place {
  if (task.doubt) return placeOfDoubt(task.doubt)
  return { start: task.start, end: task.end, offset: offsetOf(task, terrain) }
}

function offsetOf(task: SliceTask, terrain: Terrain): number {
  if (terrain.direction !== 'against') return task.at ?? 0
  if (task.at === null || task.total === undefined) return 0
  return Math.max(0, task.total - task.at - task.capacity + Math.min(task.drift, task.capacity - 1))
}

/** What a slice says about itself, in indices of travel. */
export interface Slice {
  readonly rows: readonly SeenRow[]
  readonly first: number
  readonly reachesStart: boolean
  readonly reachesEnd: boolean
  /** The list is known to go on behind its end: it is cut off. */
  readonly isCut: boolean
}

/** Tries to find a place from the tail of a list before its total is taken to be wrong. */
const tailStallsMax = 20

/** Advances by one page. `again` with a null task: the total, without which this way does not work, is missing or wrong. */
export function absorbSlice(before: SliceTask, page: PageView, terrain: Terrain): Step<SliceTask> {
  if (before.stalls >= stallsMax) return { kind: 'failed', failure: sourceFailure('NO_PROGRESS') }
  if (before.doubt) return absorbDoubt(before, before.doubt, page, terrain)
  const offset = offsetOf(before, terrain)
  const count = page.rows.length
  const against = terrain.direction === 'against'
  const behind = offset + count
  // Places from the tail of a total that a page goes beyond would not be those that other pages were given.
  const isWrong = page.total === undefined || (count > 0 && behind > page.total)
  const useless = isWrong || (before.stalls >= tailStallsMax && before.fill === null)
  if (against && useless) return { kind: 'again', task: null }
  const endOffset = endOffsetAfter(before, page, offset)
  const atListEnd =
    count === 0 ||
    (endOffset !== undefined && behind >= endOffset) ||
    (!page.more && (page.total === undefined ? !page.full : behind >= page.total))
  const task: SliceTask = {
    ...before,
    total: page.total,
    drift: Math.max(Math.floor(before.drift / 2), (page.total ?? 0) - (before.total ?? page.total ?? 0)),
    endOffset,
    unconfirmed: null,
    // Of this page alone: by the next the list may have grown, and be cut off.
    listed: 'untested',
    guess: guessOf(page.rows, offset, terrain),
    capacity: atListEnd || behind >= (page.total ?? behind + 1) ? Math.max(before.capacity, count) : count,
    stalls: before.stalls + 1,
  }
  if (before.unconfirmed !== null) return confirmEnd(before.unconfirmed, task, count)
  // An empty page that its own words contradict ends the list when it comes twice: without a total some providers always
  // promise more, and a total may count too many.
  const contradicts = page.total === undefined ? page.more : !page.more && page.total > offset
  if (count === 0 && contradicts && before.endOffset !== offset) return { kind: 'again', task }
  if (count === 0 && offset === 0) return emptyList(task, page)
  if (count === 0 && page.more && (page.total ?? 0) > offset) return contradiction(task, page)
  const length = Math.max(behind, endOffset ?? page.total ?? behind)
  const slice: Slice = {
    rows: page.rows,
    first: against ? length - behind : offset,
    reachesStart: against ? atListEnd : offset === 0,
    reachesEnd: against ? offset === 0 : atListEnd && before.listed !== 'cut',
    isCut: before.listed === 'cut',
  }
  if (against && !atListEnd && behind >= (page.total ?? 0)) {
    // More rows are announced than the total counts: look behind it.
    return { kind: 'again', task: { ...task, total: behind + task.capacity, at: 0 } }
  }
  if (before.at === null && !slice.reachesStart) {
    // The first page against the order only tells how long the list is; the start is at its tail.
    return { kind: 'again', task: { ...task, at: 0, above: slice.first } }
  }
  if (against && count === 0) return { kind: 'again', task: { ...task, total: offset, at: 0 } }
  const doubt = atListEnd && doubtOf(before, page, against ? 'start' : 'end', offset, terrain)
  if (doubt) return { kind: 'again', task: { ...task, doubt } }
  const step = task.fill
    ? absorbFill({ ...task, fill: task.fill }, slice, terrain)
    : place(task, slice, terrain)
  const believesTheEnd = page.total === undefined && count > 0 && behind === endOffset
  if (!believesTheEnd || step.kind !== 'claim' || step.to < task.end) return step
  return { kind: 'again', task: { ...task, at: endOffset, unconfirmed: step.rows } }
}

/** Settles whether a list holds all; then the page at its end is taken in. */
function absorbDoubt(before: SliceTask, doubt: Doubt, page: PageView, terrain: Terrain): Step<SliceTask> {
  const listed = settle(doubt, page, terrain)
  if (typeof listed === 'object') {
    return { kind: 'again', task: { ...before, doubt: listed, stalls: before.stalls + 1 } }
  }
  if (listed === 'dense') {
    const message = `The provider lists no more than ${doubt.page.total ?? 'some'} entries, and the narrowest window holds more.`
    return { kind: 'failed', failure: sourceFailure('TOO_DENSE', { message }) }
  }
  if (listed === 'cut' && doubt.side === 'start') {
    // What is before the tail is listed farther in a window that ends there; fine bounds do without the tail.
    const { start, end } = placeOfDoubt(doubt)
    const isFine = terrain.slackMs <= slackFineMs
    return { kind: 'again', task: isFine ? null : slicesOf(start, end, before.capacity, terrain) }
  }
  return absorbSlice({ ...doubt.before, listed }, doubt.page, terrain)
}

/** Where an empty page has shown the list to end, as long as nothing speaks against it. */
function endOffsetAfter(before: SliceTask, page: PageView, offset: number): number | undefined {
  const { endOffset } = before
  if (page.rows.length === 0) return offset
  if (page.total !== before.total) return undefined
  const grown = endOffset !== undefined && offset + page.rows.length > endOffset
  return grown ? undefined : endOffset
}

/** Between the empty page and the slice that ended there the list may have grown: its last row would be behind it. */
function confirmEnd(rows: readonly SeenRow[], task: SliceTask, count: number): Step<SliceTask> {
  if (count === 0) return { kind: 'claim', rows, to: task.end, next: null }
  const anew = { ...task, endOffset: undefined, above: Number.POSITIVE_INFINITY }
  return task.fill
    ? repass({ ...anew, fill: task.fill }, new Map(), task.fill.from ?? 0)
    : { kind: 'again', task: { ...anew, at: Math.max(0, task.below) } }
}

function emptyList(task: SliceTask, page: PageView): Step<SliceTask> {
  // A whole window that is filled has no order, so it goes on being filled.
  const fill = task.fill?.granule === null ? task.fill : null
  if ((page.total ?? 0) > 0) return contradiction({ ...task, fill }, page)
  return { kind: 'claim', rows: [], to: task.end, next: null }
}

/** An empty page that says that there is more: it is asked for again, and never taken for the end of the list. */
function contradiction(task: SliceTask, { total }: PageView): Step<SliceTask> {
  return task.stalls < 3
    ? { kind: 'again', task: { ...task, endOffset: undefined } }
    : {
        kind: 'failed',
        failure: sourceFailure('UNSTABLE', {
          message: `The provider counts ${total} matching entries but sends none of them.`,
        }),
      }
}

function place(task: SliceTask, slice: Slice, terrain: Terrain): Step<SliceTask> {
  const { frontier } = terrain
  const first = slice.rows[0]
  const last = slice.rows.at(-1)
  if (first === undefined || last === undefined || (!slice.reachesStart && first.progress >= frontier)) {
    return overshot(task, slice)
  }
  if (slice.reachesEnd) {
    return { kind: 'claim', rows: fromFrontier(slice.rows, frontier, task.end), to: task.end, next: null }
  }
  if (last.progress < frontier) return undershot(task, slice)
  const unproven = !terrain.proven && first.progress === last.progress
  if (last.progress === frontier || unproven) return beginFill(task, slice, last.progress, terrain)
  return claimTo(task, slice, terrain)
}

/** The slice runs from the frontier to its last time step, which may go on behind it, or to one shortly before it. */
function claimTo(task: SliceTask, slice: Slice, terrain: Terrain): Step<SliceTask> {
  const [first, last] = [slice.rows[0], slice.rows.at(-1)]
  if (!first || !last) throw new Error('A slice without rows is claimed.')
  const edge = edgeOf(slice.rows, Math.max(first.progress, terrain.frontier)) ?? last.progress
  const to = Math.min(edge, task.end)
  const rows = fromFrontier(slice.rows, terrain.frontier, to)
  const inStep = slice.rows.findIndex((row) => row.progress === edge)
  const reread = slice.rows.filter(
    (row) => row.progress < edge && row.progress >= edge - terrain.slackBeforeMs,
  ).length
  // A fresh window is the plainest way on. Where its slack would bring back much of what is known, as with bounds
  // of whole days, the next slice is asked for by its place; it begins one row before the unfinished time step.
  const showsSlack = slice.reachesStart || (slice.rows[0]?.progress ?? edge) < edge - terrain.slackBeforeMs
  const fresh = terrain.direction === 'along' && ((reread <= 2 && showsSlack) || slice.isCut)
  const at = Math.max(0, slice.first + inStep - 1)
  const next = { ...task, at, below: at, above: at + 1, stalls: 0 }
  return { kind: 'claim', rows, to, next: fresh || to === task.end ? null : next }
}

/**
 * Begins to fill a time step, in a window of its own: what is written or deleted elsewhere then moves nothing in it.
 * Where the window cannot be made narrower, or nothing has shown yet that the list leads up to the step, the slice at
 * hand is the first.
 */
function beginFill(task: SliceTask, slice: Slice, granule: number, terrain: Terrain): Step<SliceTask> {
  if (terrain.proven && (task.start < granule || task.end > granule + 1)) {
    // Without a fill: bounds of whole days bring rows before the step, which a search passes in fewer requests.
    const own = slicesOf(granule, granule + 1, task.capacity, terrain)
    return { kind: 'again', task: { ...own, stalls: task.stalls } }
  }
  const inStep = slice.rows.findIndex((row) => row.progress === granule)
  const at = Math.max(0, slice.first + inStep - 1)
  const fill = newFill(granule, task.total)
  // The slice at hand counts as the first of the pass when it cannot begin closer to the step.
  if (at === slice.first) return absorbFill({ ...task, fill }, slice, fillTerrain)
  return { kind: 'again', task: { ...task, at, fill } }
}

function fromFrontier(rows: readonly SeenRow[], frontier: number, to: number): readonly SeenRow[] {
  return rows.filter(({ progress }) => progress >= frontier && progress < to)
}
