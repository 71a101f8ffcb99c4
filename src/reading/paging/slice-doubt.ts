import type { SliceTask } from './slices.js'
import { identityOf, type PageView, type Place, type SeenRow, type Terrain } from './step.js'

/**
 * Whether a list ends where there is nothing more, or where the provider stops listing: some do so after a number of
 * rows (10,000 is usual), and count no more than these (deep-offset ceiling: unknown, sheets aitronos section 5 and
 * freddy section 2). Such a list looks like any other. What it leaves out shows in a window of its own, from the row at
 * the end of the list on, which holds less and so is listed farther.
 */
export interface Doubt {
  /** The last request of the list and its answer, which is taken in once the doubt is settled. */
  readonly before: SliceTask
  readonly page: PageView
  /** Which end it is, the way of travel, and the progress of the row there. */
  readonly side: 'start' | 'end'
  readonly edge: number
  /**
   * The window from the row on, or, where that brings back as much as the list, one that lies beyond what bounds let in. It
   * begins or ends at `at`.
   */
  readonly window: 'near' | 'far'
  readonly at: number
  /** Where in the window to look: its first page, then its far end where that page does not hold all. */
  readonly offset: number
  readonly looks: number
  /** The last look found no rows, though some were announced. */
  readonly isEmpty: boolean
}

/** Pages of a window without a total, so without a known end, that are looked through at most. */
const looksMax = 8

/** The doubt that a page at an end of a list leaves; null when what it shows is enough. */
export function doubtOf(
  before: SliceTask,
  page: PageView,
  side: Doubt['side'],
  offset: number,
  terrain: Terrain,
): Doubt | null {
  const row = side === 'start' ? page.rows[0] : page.rows.at(-1)
  // A list that came on one page needs no more.
  if (before.listed !== 'untested' || before.fill !== null || offset === 0 || row === undefined) return null
  const edge = row.progress
  const isPassed = side === 'start' ? edge < terrain.frontier : edge >= before.end
  if (isPassed) return null
  const at = side === 'start' ? Math.min(before.end, edge + 1) : Math.max(before.start, edge)
  const near: Doubt = { before, page, side, edge, window: 'near', at, offset: 0, looks: 0, isEmpty: false }
  // A window that begins and ends there already can be made no narrower.
  const isNarrow = side === 'start' ? at >= before.end : at <= before.start
  return isNarrow ? farOf(near, terrain) : near
}

/** Whether anything lies beyond all that the bounds of the near window may have let in; null where none can be told. */
function farOf(doubt: Doubt, { slackMs, proven }: Terrain): Doubt | null {
  const { before, side, edge } = doubt
  // Of an order that is only assumed, there may as well be rows on the other side.
  if (!proven) return null
  const at = side === 'start' ? edge - slackMs : edge + 1 + slackMs
  const isNone = side === 'start' ? at <= before.start : at >= before.end
  return isNone ? null : { ...doubt, window: 'far', at, offset: 0, looks: 0, isEmpty: false }
}

export function placeOfDoubt({ before, side, at, offset }: Doubt): Place {
  return side === 'start' ? { start: before.start, end: at, offset } : { start: at, end: before.end, offset }
}

/**
 * What a page of the window of a doubt says of the list, or where to look next. `dense`: it is cut off, and cannot be made
 * narrow enough to list what it leaves out.
 */
export function settle(doubt: Doubt, page: PageView, terrain: Terrain): 'whole' | 'cut' | 'dense' | Doubt {
  const { side, edge, offset, looks } = doubt
  const { rows, more, full, total } = page
  const isFar = doubt.window === 'far'
  // Of the time step at the edge, too, the list may have left out some.
  const shown = new Set(doubt.page.rows.map(identityOf))
  const isBeyond = ({ progress }: SeenRow) => (side === 'start' ? progress <= edge : progress >= edge)
  if (rows.some((row) => isBeyond(row) && !shown.has(identityOf(row)))) return isFar ? 'dense' : 'cut'
  // No rows, though some are announced: that says nothing, unless it comes twice.
  const isContradiction = rows.length === 0 && (more || (total ?? 0) > offset)
  if (isContradiction && !doubt.isEmpty) return { ...doubt, isEmpty: true }
  if (isFar || rows.length === 0) return 'whole'
  // Bounds let in rows of the known side, which may fill the first page: the far end is behind them.
  if (total === undefined) {
    const goesOn = more || full
    if (goesOn && looks >= looksMax) return 'cut'
    return goesOn ? { ...doubt, offset: offset + rows.length, looks: looks + 1 } : 'whole'
  }
  if (offset === 0 && total > rows.length) return { ...doubt, offset: total - rows.length }
  const isNarrower = total < (doubt.page.total ?? Number.POSITIVE_INFINITY)
  return (isNarrower ? null : farOf(doubt, terrain)) ?? 'whole'
}
