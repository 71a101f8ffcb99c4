import type { EntryKey } from '../model/order.js'
import { type Lane, stopOf } from './lanes.js'
import type { SeenRow } from './paging/step.js'
import { compareTravel, type Travel } from './travel.js'

/** A row in the merged sequence, with the key that places it. */
export interface MergedRow {
  readonly key: EntryKey
  readonly seen: SeenRow
}

/**
 * Takes up to `count` rows of less progress than `frontier` out of the lanes, in the order of travel. What is known
 * before the frontier is complete, so no later answer can belong between these rows. Of a source that failed only what
 * lies before its own stop is taken.
 */
export function takeMerged(
  lanes: readonly Lane[],
  count: number,
  frontier: number,
  travel: Travel,
): MergedRow[] {
  const taken: MergedRow[] = []
  const heads = lanes.map((lane) => new Head(lane, Math.min(frontier, stopOf(lane.run, lanes))))
  while (taken.length < count) {
    let least: Head | null = null
    for (const head of heads) {
      const { next } = head
      if (next === null) continue
      if (!least?.next || compareTravel(next.key, least.next.key, travel) < 0) least = head
    }
    if (!least?.next) break
    taken.push(least.next)
    least.pass()
  }
  for (const { lane, at } of heads) lane.walk.take(at)
  return taken
}

/** The next row of a lane, with its key, which is compared with those of all other lanes until it is taken. */
class Head {
  readonly lane: Lane
  readonly #rows: readonly SeenRow[]
  readonly #end: number
  at = 0
  next: MergedRow | null

  /** `end`: progress before which rows are taken. */
  constructor(lane: Lane, end: number) {
    this.lane = lane
    this.#rows = lane.walk.rows
    this.#end = end
    this.next = this.#read()
  }

  pass(): void {
    this.at += 1
    this.next = this.#read()
  }

  #read(): MergedRow | null {
    const seen = this.#rows[this.at]
    if (seen === undefined || seen.progress >= this.#end) return null
    return { key: { timeMs: seen.row.timeMs, sourceKey: this.lane.run.source.key, id: seen.id }, seen }
  }
}
