import type { Capabilities } from '../../model/capabilities.js'
import type { SourceFailure } from '../../model/failure.js'
import type { UpstreamPage, UpstreamRow } from '../../model/provider.js'

/** A row as a walk sees it: `progress` grows along the way (travel.ts), whichever way that is. */
export interface SeenRow {
  readonly progress: number
  readonly id: string
  readonly row: UpstreamRow
}

/** Whether two rows are one that came twice. By time, too: a provider may give one id to rows of several times. */
export function isSame(a: SeenRow, b: SeenRow | undefined): boolean {
  return a.progress === b?.progress && a.id === b.id
}

/** The same text for rows that are one. */
export function identityOf({ progress, id }: SeenRow): string {
  return `${progress} ${id}`
}

/** One page that came back, its rows in the order of travel (or as sent, when the source has no order). */
export interface PageView {
  readonly rows: readonly SeenRow[]
  readonly more: boolean
  /**
   * As many rows as were asked for, or as the provider may give at once, and no total: others may be behind them, whatever
   * it says (reliability.md, F14).
   */
  readonly full: boolean
  readonly total: number | undefined
  readonly upstreamCursor: string | undefined
}

/** What a paging step may know of the walk it serves. */
export interface Terrain {
  /** Everything of less progress is known; rows below it are re-reads. */
  readonly frontier: number
  /** Whether the provider sends rows in the order of travel (`along`), against it, or in none. */
  readonly direction: 'along' | 'against' | 'unsorted'
  /** Whether a page has shown that order yet, or the provider states it. */
  readonly proven: boolean
  /** By how much rows may lie before the window that was asked for, in ms of progress. */
  readonly slackBeforeMs: number
  /** By how much rows may lie around it, both sides together, in ms. */
  readonly slackMs: number
}

/** A place in a window, by the provider's own paging. */
export interface PagePlace {
  readonly offset?: number
  readonly upstreamCursor?: string
}

/** What to ask next: a window of progress, start inclusive, end exclusive, and a place in it. */
export interface Place extends PagePlace {
  readonly start: number
  readonly end: number
}

/**
 * Rows at the end of a page that come again with the next, so that one which is out of order there is seen to be. None of
 * the few that the end of a list has, or a provider that gives hardly any at a time.
 */
function overlapOf(rows: readonly SeenRow[]): number {
  return Math.min(2, Math.floor(rows.length / 10))
}

/**
 * Where a page that goes on behind its last row ends, exclusive.
 *
 * A list by insertion holds an entry that was written late between newer ones. Were it the last of a page, whose order it
 * does not break, all that is newer than it would be passed over; so the page counts up to shortly before its end, and
 * the next one begins there. Null where that leaves nothing behind `from`: such a page is mostly one time step.
 */
export function edgeOf(rows: readonly SeenRow[], from: number): number | null {
  const before = rows.at(-1 - overlapOf(rows))
  return before && before.progress > from ? before.progress : null
}

/** The same of a page that goes on before its first row, against the way of travel: where it begins, up to `end`. */
export function beginOf(rows: readonly SeenRow[], end: number): number {
  const behind = rows[overlapOf(rows)]
  return behind ? Math.min(behind.progress + 1, end) : end
}

/** `PageView.full`, of a page that was asked for with this limit. */
export function isFull({ rows, total, full = false }: UpstreamPage | PageView, limit: number): boolean {
  return full || (total === undefined && rows.length >= limit)
}

/** Whether a page without an offset or a cursor, of `limit` rows at most, holds all that was asked for. */
export function cameWhole(page: UpstreamPage | PageView, limit: number): boolean {
  return !page.more && !isFull(page, limit) && page.rows.length >= (page.total ?? 0)
}

/** Where the page behind one that was asked for at `place` is; null where none is promised, or no cursor leads there. */
export function placeBehind(
  { rows, more, upstreamCursor }: UpstreamPage,
  { offset = 0 }: PagePlace,
  { paging }: Pick<Capabilities, 'paging'>,
): PagePlace | null {
  if (!more) return null
  if (paging === 'offset') return rows.length === 0 ? null : { offset: offset + rows.length }
  return upstreamCursor === undefined ? null : { upstreamCursor }
}

/** Rows of an interval that lies ahead of the frontier and is known already. */
export interface Stash {
  readonly from: number
  readonly to: number
  readonly rows: readonly SeenRow[]
}

/**
 * What a page has shown.
 * - `claim`: every row from the frontier to `to` (exclusive) is in `rows`; `next` goes on without a fresh window.
 * - `stash`: every row from `from` to `to` is in `rows`, though what lies before `from` is not known yet.
 * - `again`: nothing yet; go on with `task`, or choose anew when it is null.
 * - `failed`: the source cannot be read on.
 */
export type Step<Task> =
  | {
      readonly kind: 'claim'
      readonly rows: readonly SeenRow[]
      readonly to: number
      readonly next: Task | null
    }
  | ({ readonly kind: 'stash' } & Stash)
  | { readonly kind: 'again'; readonly task: Task | null }
  | { readonly kind: 'failed'; readonly failure: SourceFailure }

/** Slack of a source's bounds, both sides, within which few rows are expected, in ms. Whole days are beyond it. */
export const slackFineMs = 60_000

/** Rows of one time step at most; more is TOO_DENSE. */
export const granuleRowsMax = 10_000

/** How often a time step that does not fit into a page is read by cursors until two reads agree. */
export const followReadsMax = 10

/** How often it is read by slices until its ids fill every slot: more, since ids of several passes add up. */
export const slicePassesMax = 24

/** How many pages in a row may bring no progress. */
export const stallsMax = 48
