import { sourceFailure } from '../../model/failure.js'
import { overshot } from './slice-search.js'
import type { Slice, SliceTask } from './slices.js'
import {
  edgeOf,
  granuleRowsMax,
  identityOf,
  type SeenRow,
  type Step,
  slicePassesMax,
  type Terrain,
} from './step.js'

/**
 * Collecting the rows of one time step that does not fit into a page, or of the whole list when it has no order.
 *
 * One pass is believed when its distinct rows fill every slot, the total stood still and each slice began with the row
 * that the one before ended with; where no total tells that nothing was deleted meanwhile, when the next gives the same.
 * Where rows of one time change places from request to request, rows of several passes are put together until they fill
 * every slot, and that twice with the same ones.
 */
export interface Fill {
  readonly granule: number | null
  readonly rows: ReadonlyMap<string, SeenRow>
  readonly total: number | undefined
  /** Index of the step's first row, once a slice has shown it in this pass. */
  readonly from: number | null
  /** The last row of the slice before, with its index, in this pass. */
  readonly edge: { readonly index: number; readonly id: string } | null
  /** The rows are of this pass alone, and its slices have fitted together so far. */
  readonly seamless: boolean
  /** The rows that filled every slot once before, by `identityOf`. */
  readonly previous: ReadonlySet<string> | null
  readonly passes: number
}

export function newFill(granule: number | null, total: number | undefined): Fill {
  return {
    granule,
    rows: new Map(),
    total,
    from: null,
    edge: null,
    seamless: true,
    previous: null,
    passes: 0,
  }
}

export const wholeTerrain: Terrain = {
  frontier: 0,
  direction: 'unsorted',
  proven: true,
  slackBeforeMs: 0,
  slackMs: 0,
}

export const fillTerrain: Terrain = { ...wholeTerrain, direction: 'along' }

export function absorbFill(
  task: SliceTask & { fill: Fill },
  slice: Slice,
  terrain: Terrain,
): Step<SliceTask> {
  const { fill } = task
  const { granule } = fill
  if (fill.total !== task.total && fill.from !== null) return repass(task, new Map(), fill.from)
  const firstRow = slice.rows[0]
  if (
    fill.from === null &&
    granule !== null &&
    !slice.reachesStart &&
    (firstRow?.progress ?? granule) >= granule
  ) {
    // The list shrank before the step: find its beginning again.
    return overshot({ ...task, below: -1 }, slice)
  }
  const isElsewhere = slice.rows.every(({ progress }) => progress !== granule)
  // Only an order that was shown tells from rows of other times that the list has none of the step any more.
  if (fill.from === null && granule !== null && isElsewhere && !terrain.proven)
    return { kind: 'again', task: null }
  const rows = new Map(fill.rows)
  for (const row of slice.rows) {
    if (granule === null || row.progress === granule) rows.set(identityOf(row), row)
  }
  if (rows.size > granuleRowsMax) return { kind: 'failed', failure: sourceFailure('TOO_DENSE') }
  const inStep = granule === null ? 0 : slice.rows.findIndex((row) => row.progress >= granule)
  const from = fill.from ?? (inStep < 0 ? null : slice.first + inStep)
  const beyond = granule === null ? -1 : slice.rows.findIndex((row) => row.progress > granule)
  const seamless = fill.seamless && fitsTo(fill.edge, slice)
  if (beyond < 0 && !slice.reachesEnd) {
    const at = slice.first + Math.max(1, slice.rows.length - 1)
    const last = slice.rows.at(-1)
    const edge = last ? { index: slice.first + slice.rows.length - 1, id: last.id } : null
    const stalls = rows.size > fill.rows.size ? 0 : task.stalls
    return {
      kind: 'again',
      task: { ...task, at, stalls, fill: { ...fill, rows, from, edge, seamless, total: task.total } },
    }
  }
  const behind = slice.first + (beyond < 0 ? slice.rows.length : beyond)
  // The list may have ended before the step: its entries were deleted since.
  const begin = from ?? behind
  const size = behind - begin
  if (rows.size !== size) return repass(task, rows.size > size ? new Map() : rows, begin)
  const agreed = fill.previous !== null && [...rows.keys()].every((key) => fill.previous?.has(key))
  // One slice is a snapshot. Between two a row may have gone, and without a total only another pass shows that.
  const isSure = seamless && (fill.edge === null || task.total !== undefined)
  if (isSure || (agreed && fill.previous?.size === size)) return finishFill(task, slice, rows, terrain)
  return repass({ ...task, fill: { ...fill, previous: new Set(rows.keys()) } }, new Map(), begin)
}

/** Whether a slice holds the last row of the slice before at the same index. */
function fitsTo(edge: Fill['edge'], slice: Slice): boolean {
  if (edge === null) return true
  const row = slice.rows[edge.index - slice.first]
  // A slice of one row is followed by the next index, without overlap; then nothing can be said.
  return row !== undefined && row.id === edge.id
}

/** Reads the step once more: ids found so far count on as long as the total stands still. */
export function repass(
  task: SliceTask & { fill: Fill },
  rows: Map<string, SeenRow>,
  from: number,
): Step<SliceTask> {
  const passes = task.fill.passes + 1
  if (passes >= slicePassesMax) {
    return {
      kind: 'failed',
      failure: sourceFailure('UNSTABLE', {
        message: `Entries of one time step came in a different order at each of ${passes} reads, so none could be told complete.`,
      }),
    }
  }
  const seamless = rows.size === 0
  const fill: Fill = { ...task.fill, rows, from: null, edge: null, seamless, total: task.total, passes }
  return { kind: 'again', task: { ...task, at: Math.max(0, from - 1), fill, stalls: 0 } }
}

function finishFill(
  task: SliceTask & { fill: Fill },
  slice: Slice,
  found: ReadonlyMap<string, SeenRow>,
  terrain: Terrain,
): Step<SliceTask> {
  const { granule } = task.fill
  if (granule === null) {
    const inWindow = [...found.values()].filter(
      ({ progress }) => progress >= task.start && progress < task.end,
    )
    return { kind: 'claim', rows: inWindow, to: task.end, next: null }
  }
  const snapshot = (slice.rows[0]?.progress ?? Number.POSITIVE_INFINITY) <= granule
  const last = slice.rows.at(-1)
  const edge = !snapshot
    ? granule + 1
    : slice.reachesEnd
      ? task.end
      : (edgeOf(slice.rows, granule) ?? granule + 1)
  const to = Math.min(Math.max(edge, granule + 1), task.end)
  const beyond = slice.rows.filter(({ progress }) => progress > granule && progress < to)
  const rows = granule < task.end ? [...found.values(), ...beyond] : []
  if (terrain.direction !== 'against' || to === task.end || last === undefined) {
    return { kind: 'claim', rows, to, next: null }
  }
  const inStep = slice.rows.findIndex((row) => row.progress >= to)
  const at = Math.max(0, slice.first + (inStep < 0 ? slice.rows.length : inStep) - 1)
  return { kind: 'claim', rows, to, next: { ...task, at, below: at, above: at + 1, stalls: 0, fill: null } }
}
