import { beginOf, type PageView, type Place, type SeenRow, type Step, type Terrain } from './step.js'

/**
 * Closed windows: reading against the provider's order, or where it has none.
 *
 * A window that comes back whole in one page needs no order to be believed. One that overflows a provider which sorts
 * against the way of travel still shows the window's far end, which is kept (`stash`) until the walk gets there, so no
 * request is wasted. Windows are sized from the density seen so far (design.md 4.8).
 */
export interface WindowTask {
  readonly kind: 'window'
  readonly start: number
  readonly end: number
}

/** What the sizing of windows remembers, in milliseconds of progress. */
export interface Stride {
  readonly spanMs: number
  /** Windows in a row that held nothing. */
  readonly empties: number
}

export const firstStride: Stride = { spanMs: 86_400_000, empties: 0 }

/** Rows that a window should hold: well under a page, so that few overflow. */
const fillShare = 0.65

/** Empty windows in a row after which all the rest is asked for: most often it is empty too, and that ends it. */
const emptiesMax = 2
/** The same where the rest is known to hold entries, and only their beginning is looked for. */
const emptiesMaxBeforeKnown = 5

export function windowOfStride(
  start: number,
  endMax: number,
  stride: Stride,
  terrain: Terrain,
  beforeKnown: boolean,
): WindowTask {
  const span = Math.max(tightSpanMs(terrain), Math.ceil(stride.spanMs))
  const patience = beforeKnown ? emptiesMaxBeforeKnown : emptiesMax
  const end = stride.empties === patience ? endMax : Math.min(endMax, start + span)
  return { kind: 'window', start, end }
}

export function placeOfWindow(task: WindowTask): Place {
  return { start: task.start, end: task.end }
}

/** `again` means that the window must be narrower, or filled when it cannot be. */
export function absorbWindow(
  task: WindowTask,
  page: PageView,
  ended: boolean,
  terrain: Terrain,
): Step<WindowTask> {
  if (ended) {
    const rows = page.rows.filter(({ progress }) => progress >= task.start && progress < task.end)
    return { kind: 'claim', rows, to: task.end, next: null }
  }
  const isSorted = terrain.proven || page.rows[0]?.progress !== page.rows.at(-1)?.progress
  const begin = beginOf(page.rows, task.end)
  if (terrain.direction === 'against' && isSorted && begin < task.end) {
    const from = Math.max(begin, task.start)
    const rows = page.rows.filter(({ progress }) => progress >= from && progress < task.end)
    return from > task.start
      ? { kind: 'stash', rows, from, to: task.end }
      : { kind: 'claim', rows, to: task.end, next: null }
  }
  return { kind: 'again', task: null }
}

/** Whether narrowing cannot help: what comes back around the window is as wide as the window itself. */
export function isTight(task: Place, terrain: Terrain): boolean {
  return task.end - task.start <= tightSpanMs(terrain)
}

/** Whether no row lies farther from the window than the slack of its bounds; else the same comes back around any window. */
export function heedsBounds(task: Place, rows: readonly SeenRow[], { slackMs }: Terrain): boolean {
  return rows.every(({ progress }) => progress >= task.start - slackMs && progress < task.end + slackMs)
}

function tightSpanMs(terrain: Terrain): number {
  return 2 * terrain.slackMs + 1
}

/**
 * The next window's size when most rows of a page that was no use are of one time step: up to shortly before that
 * step, or just around it when it is near, where it will be filled. Undefined when no step dominates the page.
 */
export function strideToStep(task: Place, page: PageView, terrain: Terrain): Stride | undefined {
  const counts = new Map<number, number>()
  for (const { progress } of page.rows) counts.set(progress, (counts.get(progress) ?? 0) + 1)
  const [step] = [...counts].find(([, count]) => count * 2 >= page.rows.length) ?? []
  if (step === undefined) return undefined
  const before = step - terrain.slackMs - task.start
  return { spanMs: before > 0 ? before : step + 1 + terrain.slackMs - task.start, empties: 0 }
}

/** The next window's size after one of `rows` rows that came back whole. `capacity`: rows in a page at most. */
export function strideAfterWhole(task: Place, rows: number, capacity: number): Stride | null {
  const span = task.end - task.start
  if (!Number.isFinite(span)) return null
  const target = capacity * fillShare
  const factor = rows === 0 ? 4 : Math.min(4, Math.max(0.25, target / rows))
  return { spanMs: Math.max(1, span * factor), empties: 0 }
}

/**
 * The next window's size after one that overflowed. `rows` is what the page showed of [from, end); what is left is
 * [start, from). Asks for all of it when it should fit, for the half of it when it holds far more.
 */
export function strideAfterOverflow(
  task: WindowTask,
  from: number,
  rows: readonly SeenRow[],
  capacity: number,
): Stride {
  const left = from - task.start
  const seenMs = Math.max(1, (rows.at(-1)?.progress ?? from) - from)
  const expected = (rows.length / seenMs) * left
  const target = capacity * fillShare
  const spanMs =
    expected <= capacity * 0.9 ? left : expected > capacity * 4 ? left / 2 : (left * target) / expected
  return { spanMs: Math.max(1, spanMs), empties: 0 }
}

/** The next window's size after one without order that overflowed: nothing of it can be kept. */
export function strideAfterDisorder(task: Place, page: PageView, capacity: number): Stride {
  const farthest = Math.max(...page.rows.map(({ progress }) => progress))
  const span = Math.min(task.end, farthest + 1) - task.start
  const factor = page.total === undefined ? 0.25 : Math.min(0.5, (capacity * fillShare) / page.total)
  return { spanMs: Math.max(1, span * factor), empties: 0 }
}

/**
 * Where nothing bounds the walk's start: a window without start that ends `jumpMs` before `from`. Jumps grow
 * eightfold, so the beginning of a long history is passed in few requests.
 */
export function windowBefore(from: number, jumpMs: number): WindowTask {
  return { kind: 'window', start: Number.NEGATIVE_INFINITY, end: from - jumpMs }
}

/** The jump after one of `jumpMs` that did not pass the beginning; the first is about the span of eight pages. */
export function nextJump(jumpMs: number, rows: readonly SeenRow[]): number {
  const pageMs = (rows.at(-1)?.progress ?? 0) - (rows[0]?.progress ?? 0)
  return Math.max(jumpMs * 8, 8 * pageMs, 3_600_000)
}
