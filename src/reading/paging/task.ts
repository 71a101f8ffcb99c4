import { type PrefixTask, placeOfPrefix } from './prefixes.js'
import { placeOfSlice, type SliceTask } from './slices.js'
import type { Place, Terrain } from './step.js'
import { placeOfWindow, type WindowTask } from './windows.js'

/** What a walk is at: one of the ways of paging, and how far it has come. */
export type Task = SliceTask | PrefixTask | WindowTask

/** What a task asks next. */
export function placeOf(task: Task, terrain: Terrain): Place {
  if (task.kind === 'slices') return placeOfSlice(task, terrain)
  return task.kind === 'prefix' ? placeOfPrefix(task) : placeOfWindow(task)
}

/** Whether a task reads a whole window, however it does: the next one is sized by what it held. */
export function isWhole(task: Task): boolean {
  if (task.kind === 'slices') return task.fill !== null && task.fill.granule === null
  return task.kind === 'window' || (task.follow !== null && task.follow.granule === null)
}

/** Whether a list goes on as one that ends before it did, since it was cut off. */
export function isCut(task: Task, next: Task | null): next is SliceTask {
  const isSlices = task.kind === 'slices' && next?.kind === 'slices' && next.fill === null
  return isSlices && next.start === task.start && next.end < task.end
}
