import type { Capabilities } from '../model/capabilities.js'
import type { SourceFailure } from '../model/failure.js'
import type { PageAsk, Pushdown, UpstreamPage, UpstreamRow } from '../model/provider.js'
import { directionOf, type NativeOrder, observeOrder } from './native-order.js'
import { absorbPrefix, endsByRefusal, followOf, prefixOf, refuseCursor, withRead } from './paging/prefixes.js'
import { beforeRefused } from './paging/slice-search.js'
import { absorbSlice, fillOf, slicesOf } from './paging/slices.js'
import {
  cameWhole,
  isFull,
  isSame,
  type PagePlace,
  type PageView,
  type Place,
  type SeenRow,
  type Stash,
  type Step,
  type Terrain,
} from './paging/step.js'
import { isCut, isWhole, placeOf, type Task } from './paging/task.js'
import {
  absorbWindow,
  firstStride,
  heedsBounds,
  isTight,
  nextJump,
  type Stride,
  strideAfterDisorder,
  strideAfterOverflow,
  strideAfterWhole,
  strideToStep,
  windowBefore,
  windowOfStride,
} from './paging/windows.js'
import { judgeSeeming, type Seeming, seemingOf } from './seeming-order.js'
import {
  compareIds,
  isInRange,
  type KeyRange,
  progressOf,
  progressSpan,
  type Travel,
  windowOf,
} from './travel.js'

/** What is asked of one source, and how to tell whether a row is what was asked for. */
export interface WalkPlan {
  readonly sourceKey: string
  readonly capabilities: Capabilities
  readonly travel: Travel
  readonly range: KeyRange
  readonly pushdown: Pushdown
  readonly matches: (row: UpstreamRow) => boolean
}

/** What one process has learned of a source and may start from next time. Only ever an assumption. */
export interface SourceHints {
  readonly order: NativeOrder
  readonly stride?: Stride
}

/**
 * One source as a state that is advanced page by page: design.md 4.2 to 4.8.
 *
 * Everything of less progress than `frontier` is known; `rows` are the matches among it that were not delivered yet,
 * in the order of travel. `nextAsk` says what to ask, `absorb` takes the answer. No I/O, no clock.
 */
export class Walk {
  readonly plan: WalkPlan
  readonly #start: number
  readonly #end: number
  #frontier: number
  #rows: SeenRow[] = []
  #stashes: readonly Stash[] = []
  #task: Task | null = null
  #order: NativeOrder
  #stride: Stride
  /** The last stride that followed from density, and not from a search or a dense time step. */
  #densityStride: Stride
  #jumpMs = 0
  /** The most rows that a page has held: a provider may give fewer than are asked. */
  #pageRows = 0
  #totalsMissing = false
  /** Where lists that are cut off had to end, so that they hold all from the frontier on. */
  #listEnds: readonly number[] = []
  #seeming: Seeming | null = null
  /** The latest answer that it has taken in: `UpstreamPage.answeredAt`. */
  answeredAt = 0
  /** Rows looked at that were not known before, and matches among them. */
  scanned = 0
  matched = 0

  constructor(plan: WalkPlan, hints: SourceHints | undefined) {
    this.plan = plan
    const { start, end } = progressSpan(plan.range, plan.travel)
    this.#start = start
    this.#end = end
    this.#frontier = start
    const order = hints?.order ?? { kind: 'newestFirst' }
    const isStated = plan.capabilities.order === 'newestFirst'
    this.#order = { ...order, proven: isStated || order.kind === 'unsorted' }
    this.#stride = hints?.stride ?? firstStride
    this.#densityStride = this.#stride
  }

  /** The first progress of the walk's range. */
  get startsAt(): number {
    return this.#start
  }

  get frontier(): number {
    return this.#frontier
  }

  /** Whether all of the range is known. */
  get finished(): boolean {
    return this.#frontier >= this.#end
  }

  /** Matches that are known and not taken, in the order of travel. */
  get rows(): readonly SeenRow[] {
    return this.#rows
  }

  /** Rows in memory, those ahead of the frontier included. */
  get rowsHeld(): number {
    return this.#stashes.reduce((count, stash) => count + stash.rows.length, this.#rows.length)
  }

  get hints(): SourceHints {
    return { order: this.#order, stride: { ...this.#densityStride, empties: 0 } }
  }

  /** Takes the first `count` rows away: they are being delivered. */
  take(count: number): void {
    this.#rows = this.#rows.slice(count)
  }

  /** Whether nothing has been asked for it yet. */
  get untouched(): boolean {
    return this.#task === null && this.#frontier === this.#start && this.#stashes.length === 0
  }

  /** A copy that goes on under the plan of a later page, whose range begins within what is known here. */
  fork(plan: WalkPlan): Walk {
    const copy = new Walk(plan, this.hints)
    copy.#frontier = this.#frontier
    copy.#rows = this.#rows
    copy.#stashes = this.#stashes
    copy.#task = this.#task
    copy.#order = this.#order
    copy.#stride = this.#stride
    copy.#densityStride = this.#densityStride
    copy.#jumpMs = this.#jumpMs
    copy.#pageRows = this.#pageRows
    copy.#totalsMissing = this.#totalsMissing
    copy.#listEnds = this.#listEnds
    copy.answeredAt = this.answeredAt
    return copy
  }

  /** What to ask next; null when the walk is finished. Asking twice gives the same. */
  nextAsk(): PageAsk | null {
    if (this.finished) return null
    this.#task ??= this.#chooseTask()
    const place = placeOf(this.#task, this.#taskTerrain(this.#task))
    const { capabilities, pushdown, travel } = this.plan
    const { offset, upstreamCursor }: PagePlace = this.#seeming?.behind ?? place
    return {
      ...windowOf(place.start, place.end, travel),
      pushdown,
      limit: capabilities.pageSizeMax,
      ...(offset !== undefined && { offset }),
      ...(upstreamCursor !== undefined && { upstreamCursor }),
    }
  }

  /** Takes the answer to the last ask. A failure is of the source and leaves what is known untouched. */
  absorb(page: UpstreamPage): SourceFailure | null {
    this.answeredAt = Math.max(this.answeredAt, page.answeredAt ?? 0)
    const task = this.#task
    if (task === null) return null
    if (this.#seeming) return this.#absorbSeeming(this.#seeming, page)
    const { order, changed, broken } = observeOrder(this.#order, page.rows)
    const at = placeOf(task, this.#taskTerrain(task))
    this.#seeming = seemingOf(order, page, at, this.plan.capabilities)
    if (this.#seeming) return null
    this.#order = order
    // A window that came in one page needs no order to be believed, be it the page that shows another.
    const holds = task.kind === 'window' && cameWhole(page, this.plan.capabilities.pageSizeMax)
    if (changed && (broken || !holds)) {
      this.#task = null
      if (broken) this.#startOver()
      return null
    }
    this.#pageRows = Math.max(this.#pageRows, page.rows.length)
    const view = this.#viewOf(page)
    const step = this.#stepOf(task, view)
    if (step.kind === 'failed') return step.failure
    if (step.kind === 'claim') this.#claim(task, step.rows, step.to, step.next)
    else if (step.kind === 'stash') this.#keep(task, step, page.more)
    else this.#task = step.task ?? this.#narrower(task, view)
    if (step.kind === 'again' && isCut(task, step.task)) this.#listEnds = [...this.#listEnds, step.task.end]
    return null
  }

  #absorbSeeming(seeming: Seeming, next: UpstreamPage): SourceFailure | null {
    const verdict = judgeSeeming(seeming, next, this.plan.capabilities)
    this.#seeming = typeof verdict === 'object' ? verdict : null
    if (this.#seeming || (verdict === 'unsorted' && this.#disbelieve())) return null
    this.#order = { ...this.#order, acrossPages: true }
    return this.absorb(seeming.page)
  }

  /** No order is believed any more: none is shown. What was claimed so far came in whole windows, which need none. */
  #disbelieve(): true {
    this.#seeming = null
    this.#order = { kind: 'unsorted', proven: true }
    this.#task = null
    return true
  }

  /** The provider refused the cursor or the offset that the last ask carried. False when it can be read no other way. */
  refusePlace(): boolean {
    if (this.#seeming) return this.#disbelieve()
    const refused = this.#task
    if (refused?.kind === 'slices') {
      if (refused.fill) return false
      // From the tail it is the total that leads so deep; from the head a list that began long before the frontier, or a guess.
      const isByTotal = this.#terrain().direction === 'against'
      this.#totalsMissing ||= isByTotal
      const isOld = isByTotal || refused.start < this.#frontier
      const task = isOld || refused.doubt ? null : beforeRefused(refused)
      if (isOld || task) this.#task = task
      return isOld || task !== null
    }
    if (refused?.kind !== 'prefix') return false
    const task = refuseCursor(refused)
    if (!task) return endsByRefusal(refused) && this.absorb({ rows: [], more: false }) === null
    this.#task = task
    return true
  }

  /**
   * The source is known to send in no order. What was placed by one is read again; an answer that is still on its way
   * is dropped. False when the walk knew.
   */
  forgetOrder(): boolean {
    if (this.#order.kind === 'unsorted') return false
    this.#disbelieve()
    this.#startOver()
    return true
  }

  #terrain(): Terrain {
    const { capabilities, travel } = this.plan
    const { since, until } = capabilities.boundSlackMs
    return {
      frontier: this.#frontier,
      direction: directionOf(this.#order, travel),
      proven: this.#order.proven,
      slackBeforeMs: travel === 'down' ? until : since,
      slackMs: since + until,
    }
  }

  #chooseTask(): Task {
    const { capabilities } = this.plan
    const terrain = this.#terrain()
    const spanEnd = capabilities.window
      ? this.#frontier + capabilities.window.spanMaxMs
      : Number.POSITIVE_INFINITY
    const end = Math.min(this.#end, this.#stashes.at(-1)?.from ?? this.#end, spanEnd)
    if (
      capabilities.paging === 'offset' &&
      terrain.direction !== 'unsorted' &&
      !(terrain.direction === 'against' && this.#totalsMissing)
    ) {
      const listEnds = this.#listEnds.filter((listEnd) => listEnd > this.#frontier)
      return slicesOf(this.#frontier, Math.min(end, ...listEnds), capabilities.pageSizeMax, terrain)
    }
    if (capabilities.paging === 'cursor' && terrain.direction === 'along')
      return prefixOf(this.#frontier, end)
    if (this.#frontier === Number.NEGATIVE_INFINITY) return windowBefore(end, this.#jumpMs)
    return windowOfStride(this.#frontier, end, this.#stride, terrain, this.#stashes.length > 0)
  }

  #stepOf(task: Task, view: PageView): Step<Task> {
    const terrain = this.#taskTerrain(task)
    if (task.kind === 'slices') return absorbSlice(task, view, terrain)
    if (task.kind === 'prefix') return absorbPrefix(task, view, terrain)
    const ended = cameWhole(view, this.plan.capabilities.pageSizeMax)
    const whole = ended || ((view.more || view.full) && view.rows.length >= this.#pageRows)
    return whole ? absorbWindow(task, view, ended, terrain) : { kind: 'again', task: null }
  }

  /** A window that is filled is read as it is sent, from its head, whatever its order. */
  #taskTerrain(task: Task): Terrain {
    const terrain = this.#terrain()
    const fillsWhole = task.kind === 'slices' && task.fill !== null && task.fill.granule === null
    return fillsWhole ? { ...terrain, direction: 'unsorted' } : terrain
  }

  #viewOf(page: UpstreamPage): PageView {
    const { travel, capabilities } = this.plan
    const rows = page.rows.map((row) => ({ progress: progressOf(row.timeMs, travel), id: row.id, row }))
    const task = this.#task
    if (task && this.#taskTerrain(task).direction === 'against') rows.reverse()
    const { more, total, upstreamCursor } = page
    return { rows, more, full: isFull(page, capabilities.pageSizeMax), total, upstreamCursor }
  }

  #claim(task: Task, rows: readonly SeenRow[], to: number, next: Task | null): void {
    this.#hold(rows)
    this.#frontier = to
    this.#task = next
    if (next === null && isWhole(task)) this.#resize(task, rows.length)
    let stash = this.#stashes.at(-1)
    while (stash && stash.from <= this.#frontier) {
      const known = this.#frontier
      this.#hold(stash.rows.filter(({ progress }) => progress >= known))
      this.#frontier = Math.max(this.#frontier, stash.to)
      this.#stashes = this.#stashes.slice(0, -1)
      this.#task = null
      stash = this.#stashes.at(-1)
    }
  }

  /** Sizes the next window after one that came back whole. */
  #resize(task: Place, rows: number): void {
    const resized = strideAfterWhole(task, rows, this.plan.capabilities.pageSizeMax)
    const ahead = (this.#stashes.at(-1)?.from ?? this.#end) - this.#frontier
    const empties = rows === 0 && resized !== null ? this.#stride.empties + 1 : 0
    // What overflowed lies between here and what is known ahead of the frontier: its beginning is looked for by halves.
    const halves = resized === null || (rows === 0 && this.#stashes.length > 0)
    const half = Number.isFinite(ahead) ? ahead / 2 : firstStride.spanMs
    this.#stride = { spanMs: halves ? half : resized.spanMs, empties }
    if (!halves) this.#densityStride = this.#stride
  }

  #keep(task: Task, stash: Stash, more: boolean): void {
    this.#stashes = [...this.#stashes, stash]
    this.#task = null
    // Where nothing more is promised the rest is asked for at once.
    if (task.kind !== 'window' || !more) return
    if (task.start === Number.NEGATIVE_INFINITY) this.#jumpMs = nextJump(this.#jumpMs, stash.rows)
    else this.#stride = strideAfterOverflow(task, stash.from, stash.rows, this.plan.capabilities.pageSizeMax)
  }

  /** The task that follows when a page was no use: a narrower window, or one that is read to its end. */
  #narrower(task: Task, page: PageView): Task | null {
    const { capabilities } = this.plan
    if (task.kind === 'slices') {
      this.#totalsMissing = true
      return null
    }
    // Before an empty page that promises more there is nothing to jump by: it is read to its end.
    const terrain = this.#terrain()
    const view = task.kind === 'prefix' ? withRead(task, page) : page
    const isHeeded = heedsBounds(task, view.rows, terrain)
    if (task.start === Number.NEGATIVE_INFINITY && view.rows.length > 0 && isHeeded) {
      this.#jumpMs = nextJump(this.#jumpMs, view.rows)
      return windowBefore(task.end, this.#jumpMs)
    }
    // A page that is not full (or empty) and still promises more, or a list of a few pages, is read to its end.
    const few = !this.#totalsMissing && (view.total ?? Number.POSITIVE_INFINITY) <= 4 * this.#pageRows
    if (view.rows.length < Math.max(1, this.#pageRows) || few || !isHeeded || isTight(task, terrain)) {
      return capabilities.paging === 'offset'
        ? fillOf(task.start, task.end, capabilities.pageSizeMax)
        : followOf(task.start, task.end)
    }
    this.#stride =
      strideToStep(task, view, terrain) ?? strideAfterDisorder(task, view, capabilities.pageSizeMax)
    return null
  }

  /** Adds rows that are newly known: those in the range are counted, those that match are kept. */
  #hold(rows: readonly SeenRow[]): void {
    const { range, sourceKey, travel, matches } = this.plan
    const known = rows.filter(({ row, id }) => isInRange({ timeMs: row.timeMs, sourceKey, id }, range))
    known.sort((a, b) => a.progress - b.progress || compareIds(a.id, b.id, travel))
    const fresh: SeenRow[] = []
    for (const [place, seen] of known.entries()) {
      if (isSame(seen, known[place - 1])) continue
      this.scanned += 1
      if (!matches(seen.row)) continue
      this.matched += 1
      fresh.push(seen)
    }
    this.#rows = this.#rows.length === 0 ? fresh : [...this.#rows, ...fresh]
  }

  #startOver(): void {
    this.#frontier = this.#start
    this.#rows = []
    this.#stashes = []
  }
}
