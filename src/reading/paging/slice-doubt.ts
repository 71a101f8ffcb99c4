import type { SliceTask } from './slices.js'
import { identityOf, type PageView, type Place, type SeenRow } from './step.js'

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
  /** Where in the window to look: its first page, then its far end where that page does not hold all. */
  readonly offset: number
  readonly looks: number
}

/** Pages of a window without a total, so without a known end, that are looked through at most. */
const looksMax = 8

/** The doubt that a page at an end of a list leaves; null when what it shows is enough. `frontier`: of the terrain. */
export function doubtOf(
  before: SliceTask,
  page: PageView,
  side: Doubt['side'],
  offset: number,
  frontier: number,
): Doubt | null {
  const row = side === 'start' ? page.rows[0] : page.rows.at(-1)
  // A list that came on one page needs no more.
  if (before.listed !== 'untested' || before.fill !== null || offset === 0 || row === undefined) return null
  const edge = row.progress
  const isPassed = side === 'start' ? edge < frontier : edge >= before.end
  // A window that begins and ends there already can be made no narrower.
  const isNarrow = side === 'start' ? edge + 1 >= before.end : edge <= before.start
  return isPassed || isNarrow ? null : { before, page, side, edge, offset: 0, looks: 0 }
}

export function placeOfDoubt({ before, side, edge, offset }: Doubt): Place {
  return side === 'start'
    ? { start: before.start, end: Math.min(before.end, edge + 1), offset }
    : { start: Math.max(before.start, edge), end: before.end, offset }
}

/** What a page of the window of a doubt says of the list, or where in the window to look next. */
export function settle(doubt: Doubt, { rows, more, total }: PageView): 'whole' | 'cut' | Doubt {
  const { side, edge, offset, looks } = doubt
  // Of the time step at the edge, too, the list may have left out some.
  const shown = new Set(doubt.page.rows.map(identityOf))
  const isBeyond = ({ progress }: SeenRow) => (side === 'start' ? progress <= edge : progress >= edge)
  if (rows.some((row) => isBeyond(row) && !shown.has(identityOf(row)))) return 'cut'
  // No rows, though some are announced: that says nothing, so it is asked again.
  if (rows.length === 0 && (more || (total ?? 0) > offset)) return doubt
  // Bounds let in rows of the known side, which may fill the first page: the far end is behind them.
  if (total === undefined) {
    const goesOn = more && looks < looksMax
    return goesOn ? { ...doubt, offset: offset + rows.length, looks: looks + 1 } : 'whole'
  }
  return offset === 0 && total > rows.length ? { ...doubt, offset: total - rows.length } : 'whole'
}
