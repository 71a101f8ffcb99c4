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
  const heads = lanes.map((lane) => ({ lane, at: 0, end: Math.min(frontier, stopOf(lane.run, lanes)) }))
  while (taken.length < count) {
    let least: { key: EntryKey; seen: SeenRow; head: { at: number } } | null = null
    for (const head of heads) {
      const seen = head.lane.walk.rows[head.at]
      if (seen === undefined || seen.progress >= head.end) continue
      const key = { timeMs: seen.row.timeMs, sourceKey: head.lane.run.source.key, id: seen.id }
      if (least === null || compareTravel(key, least.key, travel) < 0) least = { key, seen, head }
    }
    if (least === null) break
    taken.push({ key: least.key, seen: least.seen })
    least.head.at += 1
  }
  for (const { lane, at } of heads) lane.walk.take(at)
  return taken
}
