import type { AuditEntry } from './entry.js'

/**
 * The total order of entries: design.md section 4.
 *
 * Newest first: time descending, then source key and upstream id ascending by code unit. Oldest first is the exact
 * reverse. Comparison is by UTF-16 code unit, never by locale.
 */

export type AuditEntryOrder = 'NEWEST_FIRST' | 'OLDEST_FIRST'

/** The key of an entry. No two entries have the same. */
export interface EntryKey {
  /** UTC milliseconds since the Unix epoch. */
  readonly timeMs: number
  readonly sourceKey: string
  readonly id: string
}

/** The key of an entry: its place in the order. */
export function keyOf(entry: AuditEntry): EntryKey {
  return { timeMs: entry.occurredAtMs, sourceKey: entry.sourceKey, id: entry.upstreamId }
}

/** Compares in the order NEWEST_FIRST: negative when `a` comes before `b`. */
export function compareNewestFirst(a: EntryKey, b: EntryKey): number {
  return b.timeMs - a.timeMs || compareText(a.sourceKey, b.sourceKey) || compareText(a.id, b.id)
}

/** Compares by UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
