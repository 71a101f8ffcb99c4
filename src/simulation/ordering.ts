/** The order in which a simulated upstream lists its entries, and positions in it. */

import type { LogEntry } from './log.js'
import { hashText } from './random.js'

/**
 * `unsorted` is by a hash of the id, the same on each request; `shuffled` is another one on each request; `byArrival`
 * is last appended first, so that late arrivals stand out of time order.
 */
export type ListOrder = 'newestFirst' | 'oldestFirst' | 'byArrival' | 'unsorted' | 'shuffled'

/** Order among entries of the same microsecond: id ascending, appended first or last, or another on each request. */
export type TieOrder = 'byId' | 'byInsertion' | 'reverse' | 'random'

/** What a keyset cursor keeps of the last entry it has passed. */
export interface KeysetPosition {
  readonly id: string
  readonly timeUs: number
  readonly sequence: number
}

interface Sortable extends KeysetPosition {}

/** The selection of one request in listing order. Only the tie groups that a slice touches are sorted. */
export class OrderedView {
  readonly #entries: readonly LogEntry[]
  readonly #byTime: boolean
  readonly #newestFirst: boolean
  readonly #compare: (a: Sortable, b: Sortable) => number

  /** `entries` oldest first; `requestSeed` differs between requests where the order may. */
  constructor(entries: readonly LogEntry[], order: ListOrder, ties: TieOrder, requestSeed: number) {
    this.#byTime = order === 'newestFirst' || order === 'oldestFirst'
    this.#newestFirst = order === 'newestFirst'
    this.#compare = comparatorOf(order, ties, requestSeed)
    this.#entries = this.#byTime
      ? entries
      : entries
          .map((entry) => ({ entry, key: keyOf(entry) }))
          .sort((a, b) => this.#compare(a.key, b.key))
          .map(({ entry }) => entry)
  }

  get length(): number {
    return this.#entries.length
  }

  /** Entries `from` to `from + count - 1` of the list; fewer at its end. */
  slice(from: number, count: number): readonly LogEntry[] {
    if (!this.#byTime) return this.#entries.slice(from, from + count)
    let start = Math.min(from, this.length)
    let end = Math.min(from + count, this.length)
    if (start >= end) return []
    while (start > 0 && this.#at(start - 1)?.timeUs === this.#at(start)?.timeUs) start -= 1
    while (end < this.length && this.#at(end)?.timeUs === this.#at(end - 1)?.timeUs) end += 1
    const touched: LogEntry[] = []
    for (let index = start; index < end; index += 1) {
      const entry = this.#at(index)
      if (entry !== undefined) touched.push(entry)
    }
    touched.sort((a, b) => this.#compare(keyOf(a), keyOf(b)))
    return touched.slice(from - start, from - start + count)
  }

  /** Index of the first entry that comes after a position, whether or not the position's entry still exists. */
  indexAfter(position: KeysetPosition): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#comesBefore(middle, position)) low = middle + 1
      else high = middle
    }
    if (!this.#byTime) return low
    // `low` is the first of the position's tie group; the group itself is only sorted by slice.
    let passed = 0
    for (let index = low; this.#at(index)?.timeUs === position.timeUs; index += 1) {
      const entry = this.#at(index)
      if (entry !== undefined && this.#compare(keyOf(entry), position) <= 0) passed += 1
    }
    return low + passed
  }

  #comesBefore(index: number, position: KeysetPosition): boolean {
    const entry = this.#at(index)
    if (entry === undefined) return false
    if (!this.#byTime) return this.#compare(keyOf(entry), position) <= 0
    return this.#newestFirst ? entry.timeUs > position.timeUs : entry.timeUs < position.timeUs
  }

  #at(index: number): LogEntry | undefined {
    return this.#newestFirst ? this.#entries[this.length - 1 - index] : this.#entries[index]
  }
}

/** The position of an entry, for a keyset cursor. */
export function keyOf(entry: LogEntry): KeysetPosition {
  return { id: entry.event.id, timeUs: entry.timeUs, sequence: entry.sequence }
}

function comparatorOf(
  order: ListOrder,
  ties: TieOrder,
  requestSeed: number,
): (a: Sortable, b: Sortable) => number {
  const tie = tieComparatorOf(ties, requestSeed)
  switch (order) {
    case 'newestFirst':
      return (a, b) => b.timeUs - a.timeUs || tie(a, b)
    case 'oldestFirst':
      return (a, b) => a.timeUs - b.timeUs || tie(a, b)
    case 'byArrival':
      return (a, b) => b.sequence - a.sequence
    case 'unsorted':
      return byHash(0)
    case 'shuffled':
      return byHash(requestSeed)
  }
}

function tieComparatorOf(ties: TieOrder, requestSeed: number): (a: Sortable, b: Sortable) => number {
  switch (ties) {
    case 'byId':
      return byId
    case 'byInsertion':
      return (a, b) => a.sequence - b.sequence
    case 'reverse':
      return (a, b) => b.sequence - a.sequence
    case 'random':
      return byHash(requestSeed)
  }
}

function byHash(salt: number): (a: Sortable, b: Sortable) => number {
  return (a, b) => hashText(a.id, salt) - hashText(b.id, salt) || byId(a, b)
}

function byId(a: Sortable, b: Sortable): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
