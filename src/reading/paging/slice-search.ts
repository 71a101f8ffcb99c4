import type { SliceTask } from './slices.js'
import type { SeenRow, Step, Terrain } from './step.js'

/** Looking for the slice of a sorted list that holds the frontier, by guesses and halves. */

/** A slice that did not hold the frontier, by the index of its first row in the order of travel. */
interface FoundSlice {
  readonly rows: readonly SeenRow[]
  readonly first: number
}

/** By how much of a page a guess stays before what it looks for, so that the slice holds it and what follows. */
const guessMargin = 0.15
const guessesMax = 2

/** The slice lies behind the frontier. What was known to lie before it and contradicts that is forgotten. */
export function overshot(task: SliceTask, slice: FoundSlice): Step<SliceTask> {
  return search({ ...task, above: slice.first, below: task.below < slice.first ? task.below : -1 })
}

/** The slice lies before the frontier. */
export function undershot(task: SliceTask, slice: FoundSlice): Step<SliceTask> {
  const below = slice.first + slice.rows.length - 1
  // A slice of one row cannot be overlapped and passed at once.
  if (slice.rows.length === 1) return { kind: 'again', task: { ...task, at: below + 1, below } }
  return search({ ...task, below, above: task.above > below ? task.above : Number.POSITIVE_INFINITY })
}

/** Looks for the slice that holds the frontier, between two indices on either side of it. */
function search(task: SliceTask): Step<SliceTask> {
  const above = Math.min(task.above, task.total ?? Number.POSITIVE_INFINITY)
  const { below } = task
  const known = { ...task, fill: null }
  if (above - below <= task.capacity || above === 0) {
    return { kind: 'again', task: { ...known, at: Math.max(0, below) } }
  }
  // Nothing bounds the list: go on in steps that double.
  if (above === Number.POSITIVE_INFINITY) {
    const stride = task.capacity * 2 ** Math.min(task.stalls, 20)
    return { kind: 'again', task: { ...known, at: below + stride } }
  }
  const { guess } = task
  if (guess !== null && task.guesses < guessesMax && guess > below && guess < above) {
    return { kind: 'again', task: { ...known, at: Math.max(0, guess), guesses: task.guesses + 1 } }
  }
  // The slice at the middle tells on which side of it the frontier lies, or holds it.
  const middle = Math.floor((below + above - task.capacity) / 2)
  return { kind: 'again', task: { ...known, at: Math.max(below, middle, 0) } }
}

/** The offset was refused, as too deep: the frontier is looked for before it. Null when nothing is left there. */
export function beforeRefused(task: SliceTask): SliceTask | null {
  const { at, below, above, capacity } = task
  const before = Math.max(0, below, Math.floor((below + (at ?? 0) - capacity) / 2))
  return at === null || before >= at ? null : { ...task, at: before, above: Math.min(above, at) }
}

/** The index at which the frontier would lie if the rows went on as densely as those of a slice. */
export function guessOf(rows: readonly SeenRow[], offset: number, terrain: Terrain): number | null {
  const first = rows[0]
  const last = rows.at(-1)
  if (first === undefined || last === undefined || terrain.direction !== 'along') return null
  const span = last.progress - first.progress
  if (span <= 0) return null
  const index = offset + ((terrain.frontier - first.progress) / span) * (rows.length - 1)
  return Math.floor(index - rows.length * guessMargin)
}
