import type { TimeRange } from '../model/filter.js'
import { type AuditEntryOrder, compareNewestFirst, compareText, type EntryKey } from '../model/order.js'

/**
 * Which way a page is read through time: `down` from newer to older, `up` from older to newer.
 *
 * Below this file, time is measured as progress along the way: `progress = -time` downwards, `progress = time`
 * upwards, in milliseconds. So a walk always goes from small progress to large, and one algorithm serves both ways.
 */
export type Travel = 'down' | 'up'

/** `first` follows the order of the connection, `last` goes against it. */
export function travelOf(order: AuditEntryOrder, backward: boolean): Travel {
  return (order === 'NEWEST_FIRST') === backward ? 'up' : 'down'
}

export function progressOf(timeMs: number, travel: Travel): number {
  return travel === 'down' ? -timeMs : timeMs
}

/** The half-open time window that holds exactly the progress from `start` (inclusive) to `end` (exclusive). */
export function windowOf(start: number, end: number, travel: Travel): { sinceMs?: number; untilMs?: number } {
  const since = travel === 'down' ? -end + 1 : start
  const until = travel === 'down' ? -start + 1 : end
  return {
    ...(since > Number.NEGATIVE_INFINITY && { sinceMs: since }),
    ...(until < Number.POSITIVE_INFINITY && { untilMs: until }),
  }
}

/**
 * A place between two entries of the total order: just before the key, or just after it. A cut at the key
 * (time, '', '') stands before every entry of that time and after every newer one, since no source key is empty.
 */
export interface Cut extends EntryKey {
  readonly after: boolean
}

/** Stands between the entries newer than `timeMs` and those of `timeMs` and older. */
export function cutAbove(timeMs: number): Cut {
  return { timeMs, sourceKey: '', id: '', after: false }
}

export function cutAfter(key: EntryKey): Cut {
  return { timeMs: key.timeMs, sourceKey: key.sourceKey, id: key.id, after: true }
}

export function cutBefore(key: EntryKey): Cut {
  return { timeMs: key.timeMs, sourceKey: key.sourceKey, id: key.id, after: false }
}

/** Whether an entry comes before a cut in the order NEWEST_FIRST. */
function isAboveCut(key: EntryKey, cut: Cut): boolean {
  const sign = compareNewestFirst(key, cut)
  return sign < 0 || (sign === 0 && cut.after)
}

/** Compares cuts in the order NEWEST_FIRST. */
export function compareCuts(a: Cut, b: Cut): number {
  return compareNewestFirst(a, b) || Number(a.after) - Number(b.after)
}

/** The cut at which everything of less progress than `frontier` has been passed. */
export function cutAtFrontier(frontier: number, travel: Travel): Cut {
  return cutAbove(travel === 'down' ? -frontier : frontier - 1)
}

/** Entries between two cuts of the order NEWEST_FIRST; `bottom` null is without end. */
export interface KeyRange {
  readonly top: Cut
  readonly bottom: Cut | null
}

/** The entries of a range of time that lie before `asOfMs` (exclusive); null when there can be none. */
export function rangeOf({ sinceMs, untilMs: endMs }: TimeRange, asOfMs: number): KeyRange | null {
  const untilMs = Math.min(endMs ?? asOfMs, asOfMs)
  if (sinceMs !== undefined && sinceMs >= untilMs) return null
  return { top: cutAbove(untilMs - 1), bottom: sinceMs === undefined ? null : cutAbove(sinceMs - 1) }
}

/** The part of a range between two further cuts, either of which may be left out; null when nothing is left. */
export function narrowRange(range: KeyRange, top: Cut | null, bottom: Cut | null): KeyRange | null {
  const newTop = top !== null && compareCuts(top, range.top) > 0 ? top : range.top
  const newBottom =
    bottom !== null && (range.bottom === null || compareCuts(bottom, range.bottom) < 0)
      ? bottom
      : range.bottom
  if (newBottom !== null && compareCuts(newTop, newBottom) >= 0) return null
  return { top: newTop, bottom: newBottom }
}

export function isInRange(key: EntryKey, range: KeyRange): boolean {
  return !isAboveCut(key, range.top) && (range.bottom === null || isAboveCut(key, range.bottom))
}

/** The progress that a range spans: from the first granule it touches (inclusive) to behind the last (exclusive). */
export function progressSpan(range: KeyRange, travel: Travel): { start: number; end: number } {
  const newest = range.top.timeMs
  const oldest =
    range.bottom === null
      ? Number.NEGATIVE_INFINITY
      : isBoundary(range.bottom)
        ? range.bottom.timeMs + 1
        : range.bottom.timeMs
  return travel === 'down' ? { start: -newest, end: -oldest + 1 } : { start: oldest, end: newest + 1 }
}

/** Compares entries in the order of travel. */
export function compareTravel(a: EntryKey, b: EntryKey, travel: Travel): number {
  return travel === 'down' ? compareNewestFirst(a, b) : compareNewestFirst(b, a)
}

/** Compares ids of one source and one time in the order of travel. */
export function compareIds(a: string, b: string, travel: Travel): number {
  return travel === 'down' ? compareText(a, b) : compareText(b, a)
}

function isBoundary(cut: Cut): boolean {
  return cut.sourceKey === '' && cut.id === '' && !cut.after
}
