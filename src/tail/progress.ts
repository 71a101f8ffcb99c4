import type { AuditEntry } from '../model/entry.js'
import { compareNewestFirst, compareText, type EntryKey } from '../model/order.js'

/** An entry as it was read, with what is remembered of it once it is delivered. */
export interface TailRow {
  readonly key: EntryKey
  /** 48 bits made of source key, time and id: src/tail/row.ts. */
  readonly print: number
  readonly entry: AuditEntry
}

/**
 * Where a source is done: every entry before it was delivered, or is no match. With `id` null it stands before all
 * entries of `timeMs`, else just behind the entry of that time and id, in the order OLDEST_FIRST.
 */
export interface Floor {
  readonly timeMs: number
  readonly id: string | null
}

/** An entry that was delivered although its source is not done there. */
export interface Mark {
  readonly print: number
  /** Time of the entry; where that is not known yet, a time that it is not later than. */
  timeMs: number
}

/** What is known of one source at a moment. `marks` grows: only the first `count` belong to the moment. */
interface SourceMoment {
  readonly floor: Floor
  readonly marks: readonly Mark[]
  readonly count: number
}

/** All that a subscriber needs to go on without a loss and without a repetition. */
export interface Moment {
  /** The entry latest in the order OLDEST_FIRST of those delivered; null when there is none. */
  readonly high: EntryKey | null
  readonly sources: ReadonlyMap<string, SourceMoment>
}

interface SourceProgress {
  floor: Floor
  marks: Mark[]
  byPrint: Map<number, Mark>
  /** Time of the first entry that was offered and could not be delivered yet; infinite when there is none. */
  waitingFromMs: number
}

type Verdict = 'skip' | 'wait' | { readonly late: boolean }

/**
 * What one subscriber has had: the heart of the promise of the tail, docs/tail.md.
 *
 * For each source it holds a floor and marks. An entry is delivered when it is offered, unless it lies before the floor
 * or has a mark. The floor only moves past a time when a reading that began later than that time plus the lateness of
 * the source has offered everything there: then nothing that keeps within the lateness can appear before it. So any
 * entry may be offered any number of times, by any replica, and is delivered exactly once.
 *
 * Marks are bounded by `marksMax` over all sources. When they are used up, an entry waits until nothing can appear
 * before it any more; it then needs no mark, since the floor moves with it. Pure.
 */
export class Progress {
  readonly #sources: Map<string, SourceProgress>
  readonly #marksMax: number
  #marks = 0
  #high: EntryKey | null

  constructor(from: Moment, marksMax: number) {
    this.#marksMax = marksMax
    this.#high = from.high
    this.#sources = new Map(
      [...from.sources].map(([sourceKey, { floor, marks: all, count }]) => {
        const marks = all.slice(0, count)
        this.#marks += count
        const byPrint = new Map(marks.map((mark) => [mark.print, mark]))
        return [sourceKey, { floor, marks, byPrint, waitingFromMs: Number.POSITIVE_INFINITY }]
      }),
    )
  }

  /** Cheap: it shares what it holds. */
  moment(): Moment {
    const sources = new Map<string, SourceMoment>()
    for (const [sourceKey, { floor, marks }] of this.#sources) {
      sources.set(sourceKey, { floor, marks, count: marks.length })
    }
    return { high: this.#high, sources }
  }

  floorOf(sourceKey: string): Floor {
    return this.#of(sourceKey).floor
  }

  /** The instant before which nothing is missing of any source, as far as their lateness holds. */
  settledUntilMs(): number {
    return Math.min(...[...this.#sources.values()].map(({ floor }) => floor.timeMs))
  }

  /** Whether something was offered that is still to be delivered: it has to be offered again. */
  isWaiting(sourceKey: string): boolean {
    return this.#of(sourceKey).waitingFromMs !== Number.POSITIVE_INFINITY
  }

  /** Begins to offer everything from the floor on once more. */
  offerAgain(sourceKey: string): void {
    this.#of(sourceKey).waitingFromMs = Number.POSITIVE_INFINITY
  }

  /**
   * Takes a matching entry that was read. Entries of one source come in the order OLDEST_FIRST, and everything between
   * the floor and an entry was offered before it. Nothing can appear any more before `settledBeforeMs`.
   * `room`: whether the subscriber can take one.
   */
  offer({ key, print }: TailRow, settledBeforeMs: number, room: boolean): Verdict {
    const source = this.#of(key.sourceKey)
    if (isPassed(key, source.floor)) return 'skip'
    const mark = source.byPrint.get(print)
    if (mark) {
      mark.timeMs = key.timeMs
      return 'skip'
    }
    const movesFloor = key.timeMs < settledBeforeMs && source.waitingFromMs === Number.POSITIVE_INFINITY
    if (!room || (!movesFloor && this.#marks >= this.#marksMax)) {
      source.waitingFromMs = Math.min(source.waitingFromMs, key.timeMs)
      return 'wait'
    }
    if (movesFloor) this.#moveFloor(source, { timeMs: key.timeMs, id: key.id })
    else this.#mark(source, { print, timeMs: key.timeMs })
    const late = this.#high !== null && compareNewestFirst(key, this.#high) > 0
    if (!late) this.#high = key
    return { late }
  }

  /** Everything before `settledBeforeMs` was offered, and nothing can appear there any more. */
  settle(sourceKey: string, settledBeforeMs: number): void {
    const source = this.#of(sourceKey)
    this.#moveFloor(source, { timeMs: Math.min(settledBeforeMs, source.waitingFromMs), id: null })
  }

  /**
   * Takes what was there when the subscription began and is not delivered: the matching entries of a source from
   * `sinceMs` on, in the order OLDEST_FIRST. What is not among them and appears later is new, whatever its time. Of more
   * than `max` only the newest are remembered, and what appears late before these is not delivered.
   */
  begin(sourceKey: string, rows: readonly TailRow[], sinceMs: number, max: number): void {
    const source = this.#of(sourceKey)
    const dropped = rows.at(-max - 1)
    source.floor = { timeMs: dropped ? Math.max(sinceMs, dropped.key.timeMs + 1) : sinceMs, id: null }
    for (const { key, print } of rows) {
      if (!isPassed(key, source.floor) && !source.byPrint.has(print)) {
        this.#mark(source, { print, timeMs: key.timeMs })
      }
    }
  }

  #mark(source: SourceProgress, mark: Mark): void {
    source.marks.push(mark)
    source.byPrint.set(mark.print, mark)
    this.#marks += 1
  }

  #moveFloor(source: SourceProgress, to: Floor): void {
    const { floor, marks } = source
    if (to.timeMs < floor.timeMs || (to.timeMs === floor.timeMs && to.id === null)) return
    source.floor = to
    if (marks.every(({ timeMs }) => timeMs >= to.timeMs)) return
    // A new list: moments share the one before.
    source.marks = marks.filter(({ timeMs }) => timeMs >= to.timeMs)
    source.byPrint = new Map(source.marks.map((mark) => [mark.print, mark]))
    this.#marks -= marks.length - source.marks.length
  }

  #of(sourceKey: string): SourceProgress {
    const source = this.#sources.get(sourceKey)
    if (!source) throw new Error(`No progress is kept for the source ${sourceKey}.`)
    return source
  }
}

function isPassed({ timeMs, id }: EntryKey, floor: Floor): boolean {
  if (timeMs !== floor.timeMs) return timeMs < floor.timeMs
  // OLDEST_FIRST is the exact reverse of NEWEST_FIRST: at one time ids descend.
  return floor.id !== null && compareText(id, floor.id) >= 0
}
