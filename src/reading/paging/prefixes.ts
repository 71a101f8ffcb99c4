import { sourceFailure } from '../../model/failure.js'
import {
  edgeOf,
  followReadsMax,
  granuleRowsMax,
  identityOf,
  type PageView,
  type Place,
  type SeenRow,
  type Step,
  stallsMax,
  type Terrain,
} from './step.js'
import { heedsBounds, isTight } from './windows.js'

/**
 * Cursor dialects read in the provider's own order: by the first page of ever smaller windows.
 *
 * A first page is a prefix of the sorted window, so it holds everything down to its last row's time step; the next
 * window begins at that step, or at one shortly before it (`edgeOf`). The provider's cursor is followed only where that
 * brings nothing new: a time step that does not fit into a page, or an empty page that promises more (reliability.md
 * section 2, D2).
 */
export interface PrefixTask {
  readonly kind: 'prefix'
  readonly start: number
  readonly end: number
  readonly follow: Follow | null
}

/** How often a cursor of a page that said it was the last is asked for anew before its refusal is believed. */
const unpromisedRefusalsMax = 2

/** Following the provider's cursor through a time step (or a whole window), twice until two reads agree. */
interface Follow {
  /** The time step; null: the whole window, whose rows have no order. */
  readonly granule: number | null
  readonly rows: ReadonlyMap<string, SeenRow>
  /** Identities of rows that came around the window and are known already. */
  readonly known: ReadonlySet<string>
  /** An entry came twice in this read, so another may have been passed over: the read cannot be believed. */
  readonly repeated: boolean
  /** Cursors followed in this read; one that comes again is a fault. */
  readonly trail: readonly string[]
  /** The last of them came with a page that said it was the last: behind it there may be nothing. */
  readonly unpromised: boolean
  /** How often such a cursor was refused: it may have expired, or there was nothing behind it. */
  readonly refused: number
  /** Such a cursor led on, in this read or one before: that a page says it is the last means nothing. */
  readonly lied: boolean
  /** Pages in a row that brought no entry that this read did not have. */
  readonly barren: number
  /** What the read before gave, complete up to its edge; null before the first is finished. */
  readonly previous: { readonly rows: ReadonlyMap<string, SeenRow>; readonly edge: number } | null
  readonly reads: number
}

export function prefixOf(start: number, end: number): PrefixTask {
  return { kind: 'prefix', start, end, follow: null }
}

/** Reads a whole window that has no order, or cannot be made narrower, by following the cursor through it. */
export function followOf(start: number, end: number): PrefixTask {
  return { kind: 'prefix', start, end, follow: newFollow(null) }
}

export function placeOfPrefix(task: PrefixTask): Place {
  const upstreamCursor = task.follow?.trail.at(-1)
  return { start: task.start, end: task.end, ...(upstreamCursor !== undefined && { upstreamCursor }) }
}

export function absorbPrefix(task: PrefixTask, page: PageView, terrain: Terrain): Step<PrefixTask> {
  if (task.follow) return absorbFollow({ ...task, follow: task.follow }, page, terrain)
  const last = page.rows.at(-1)
  // Where a full page says that it is the last, the window behind it tells.
  if (!page.more && !page.full)
    return { kind: 'claim', rows: within(page.rows, terrain.frontier, task.end), to: task.end, next: null }
  const flat = page.rows[0]?.progress === last?.progress
  const begin = Math.max(page.rows[0]?.progress ?? terrain.frontier, terrain.frontier)
  const edge = edgeOf(page.rows, begin)
  if (edge !== null && (terrain.proven || !flat)) {
    const to = Math.min(edge, task.end)
    return { kind: 'claim', rows: within(page.rows, terrain.frontier, to), to, next: null }
  }
  const granule = terrain.proven ? begin : Math.max(last?.progress ?? terrain.frontier, terrain.frontier)
  return absorbFollow({ ...task, follow: newFollow(granule) }, page, terrain)
}

/**
 * The provider refused a cursor that it gave (expired, used up): the read begins again without it. Counts as a read;
 * null when there was none to refuse or it has happened too often.
 */
export function refuseCursor(task: PrefixTask): PrefixTask | null {
  const { follow } = task
  if (!follow || follow.trail.length === 0 || follow.reads + 1 >= followReadsMax) return null
  const { granule, previous, reads } = follow
  const refused = endsByRefusal(task) ? follow.refused + 1 : follow.refused
  if (refused > unpromisedRefusalsMax) return null
  return { ...task, follow: { ...newFollow(granule, follow), previous, refused, reads: reads + 1 } }
}

/** Whether the list may have ended before a cursor that is refused again and again. */
export function endsByRefusal({ follow }: PrefixTask): boolean {
  return follow?.unpromised === true && !follow.lied
}

/** A read that begins; `before` is the one that it repeats. */
function newFollow(granule: number | null, before?: Follow): Follow {
  return {
    granule,
    rows: new Map(),
    known: new Set(),
    repeated: false,
    trail: [],
    unpromised: false,
    refused: before?.refused ?? 0,
    lied: before?.lied ?? false,
    barren: 0,
    previous: null,
    reads: 0,
  }
}

function absorbFollow(
  task: PrefixTask & { follow: Follow },
  page: PageView,
  terrain: Terrain,
): Step<PrefixTask> {
  const { granule } = task.follow
  const rows = new Map(task.follow.rows)
  const known = new Set(task.follow.known)
  let { repeated } = task.follow
  for (const row of page.rows) {
    const identity = identityOf(row)
    // Not by the step: a first page of one time says nothing of the order, so rows before the step may still come.
    if (granule !== null && row.progress < terrain.frontier) {
      known.add(identity)
      continue
    }
    repeated ||= rows.has(identity)
    rows.set(identity, row)
  }
  const barren = rows.size > task.follow.rows.size ? 0 : task.follow.barren + 1
  const isNew = barren === 0 || known.size > task.follow.known.size
  const lied = task.follow.lied || (task.follow.unpromised && isNew)
  const follow = { ...task.follow, rows, known, repeated, barren, lied }
  if (rows.size > granuleRowsMax) return { kind: 'failed', failure: sourceFailure('TOO_DENSE') }
  const token = page.upstreamCursor
  const comesAgain = token !== undefined && follow.trail.includes(token)
  // A page that is not full and brings nothing new may be the end of a list whose ties change places: it is no loop.
  const leadsNowhere = page.rows.length === 0 || (!isNew && (page.full || comesAgain))
  // The page before was the last, as it said: the read ended there.
  if (follow.unpromised && leadsNowhere && !page.more)
    return endOfFull({ ...task, follow: task.follow }, terrain)
  // A row behind the step ends it only in a list that is known to lead that way.
  const edge = granule === null ? null : edgeOf(page.rows, granule)
  if (edge !== null && terrain.proven && (page.more || page.full)) {
    return finishRead({ ...task, follow }, Math.min(edge, task.end), terrain)
  }
  if (!promisesMore(page) || (comesAgain && !page.more)) {
    return page.full
      ? endOfFull({ ...task, follow }, terrain)
      : finishRead({ ...task, follow }, task.end, terrain)
  }
  if (token === undefined) {
    return noProgress('The provider announces more entries but gives no cursor to read them with.')
  }
  if (comesAgain) return noProgress('The provider gives the same cursor again and again.')
  if (barren >= stallsMax)
    return noProgress('The provider announces more entries, page after page without any.')
  const trail = [...follow.trail, token]
  return { kind: 'again', task: { ...task, follow: { ...follow, trail, unpromised: !page.more } } }
}

/**
 * Ends a read that a full page ended. It goes up to the last time step that it saw, which may go on behind the page and is
 * asked for, with what follows, by a window of its own; the step that fills the page is believed. A whole window is asked
 * for again, narrower, where that can tell. Where nothing came all rows lie before the window, and would come around any
 * other too.
 */
function endOfFull(task: PrefixTask & { follow: Follow }, terrain: Terrain): Step<PrefixTask> {
  const { granule } = task.follow
  const rows = [...task.follow.rows.values()]
  if (granule === null && heedsBounds(task, rows, terrain) && !isTight(task, terrain)) {
    return { kind: 'again', task: null }
  }
  if (granule === null || rows.length === 0) return finishRead(task, task.end, terrain)
  const last = Math.max(...rows.map(({ progress }) => progress))
  return finishRead(task, Math.min(last > granule ? last : granule + 1, task.end), terrain)
}

/** A page with what the read that it belongs to has shown before. */
export function withRead({ follow }: PrefixTask, page: PageView): PageView {
  return { ...page, rows: [...(follow?.rows.values() ?? []), ...page.rows] }
}

function noProgress(message: string): Step<PrefixTask> {
  return { kind: 'failed', failure: sourceFailure('NO_PROGRESS', { message }) }
}

/** A cursor behind a full page promises more, whatever the page says. */
function promisesMore({ more, full, upstreamCursor }: PageView): boolean {
  return more || (full && upstreamCursor !== undefined)
}

/** A read, complete up to its edge, is believed as far as the one before gave the same, or when one page held all of it. */
function finishRead(
  task: PrefixTask & { follow: Follow },
  readTo: number,
  terrain: Terrain,
): Step<PrefixTask> {
  const { rows, previous, repeated, trail } = task.follow
  const read = { rows, edge: readTo }
  const edge = Math.min(read.edge, previous?.edge ?? read.edge)
  const believed = trail.length === 0 || (!repeated && previous !== null && agree(previous.rows, rows, edge))
  if (believed) {
    return { kind: 'claim', rows: within([...rows.values()], terrain.frontier, edge), to: edge, next: null }
  }
  const reads = task.follow.reads + 1
  if (reads >= followReadsMax) return { kind: 'failed', failure: sourceFailure('UNSTABLE') }
  const follow = { ...newFollow(task.follow.granule, task.follow), previous: repeated ? null : read, reads }
  return { kind: 'again', task: { ...task, follow } }
}

/** Whether two reads gave the same entries of less progress than `edge`. */
function agree(a: ReadonlyMap<string, SeenRow>, b: ReadonlyMap<string, SeenRow>, edge: number): boolean {
  const before = (rows: ReadonlyMap<string, SeenRow>) =>
    [...rows.values()].filter(({ progress }) => progress < edge)
  const [left, right] = [before(a), before(b)]
  return left.length === right.length && left.every((row) => b.has(identityOf(row)))
}

function within(rows: readonly SeenRow[], from: number, to: number): readonly SeenRow[] {
  return rows.filter(({ progress }) => progress >= from && progress < to)
}
