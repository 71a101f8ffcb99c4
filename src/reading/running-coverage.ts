import type { TimeRange } from '../model/filter.js'
import type { ReadingFailed, SourceCoverage } from './page.js'

/** What coverage tells of a source that was counted by totals. */
export const totalsNotice = 'Counted by the totals that the provider gives, without reading the entries.'

/** Whether every match of a source between two instants has been read, when more pages follow or none. */
export function isSearched(row: SourceCoverage, sinceMs: number, untilMs: number, hasNext: boolean): boolean {
  const { state, gap, searchedSinceMs, searchedUntilMs } = row
  if (state === 'EXCLUDED' || sinceMs === untilMs) return true
  if (gap && (gap.sinceMs ?? sinceMs) < untilMs && (gap.untilMs ?? untilMs) > sinceMs) return false
  if (!hasNext) return true
  return searchedUntilMs !== null && searchedSinceMs !== null && searchedSinceMs <= sinceMs
}

/** A row with what the pages before it cost. */
export function withSpent(row: SourceCoverage, before: readonly SourceCoverage[]): SourceCoverage {
  const spent = before.find(({ sourceKey }) => sourceKey === row.sourceKey)
  if (!spent) return row
  return {
    ...row,
    requests: row.requests + spent.requests,
    scanned: row.scanned + spent.scanned,
    matched: row.matched + spent.matched,
    error: row.error ?? spent.error,
    notices: [...new Set([...spent.notices, ...row.notices])],
  }
}

/** The row of a source when no page could be read any more, because all that were asked failed. */
export function failedRow(
  sourceKey: string,
  before: readonly SourceCoverage[],
  failures: ReadingFailed['failures'],
): SourceCoverage {
  const row = before.find((each) => each.sourceKey === sourceKey) ?? emptyRow(sourceKey)
  const failure = failures.find((each) => each.sourceKey === sourceKey)?.failure
  return failure ? { ...row, state: 'FAILED', error: failure } : row
}

/** The row of a source that was not asked. */
export function unreadRow(sourceKey: string, notice: string): SourceCoverage {
  return { ...emptyRow(sourceKey), state: 'SCAN_LIMIT', notices: [notice] }
}

function emptyRow(sourceKey: string): SourceCoverage {
  return {
    sourceKey,
    state: 'COMPLETE',
    searchedSinceMs: null,
    searchedUntilMs: null,
    gap: null,
    resumeCursor: null,
    requests: 0,
    scanned: 0,
    matched: 0,
    error: null,
    notices: [],
  }
}

/** Whether nothing at all is known of a source. */
export function isUnread({ state, searchedUntilMs, matched }: SourceCoverage): boolean {
  return searchedUntilMs === null && matched === 0 && (state === 'FAILED' || state === 'SCAN_LIMIT')
}

/**
 * The row of a source that the deadline cut short. One that has answered so far has not failed for want of another answer
 * in time; one that has never answered has.
 */
export function cutByDeadline(row: SourceCoverage, notice: string): SourceCoverage {
  const { state, scanned, error } = row
  const isLate = error?.kind === 'TIMEOUT'
  if (state === 'EXCLUDED' || (state === 'FAILED' && (scanned === 0 || !isLate))) return row
  return { ...limitedRow(row, notice), error: isLate ? null : error }
}

/** The row of a source that has not failed, and was not read to its end. */
export function limitedRow(row: SourceCoverage, notice: string): SourceCoverage {
  return { ...row, state: 'SCAN_LIMIT', error: null, notices: [...new Set([...row.notices, notice])] }
}

/** The row of a source that was counted as a whole in some other way than page by page. */
export function countedRow(
  sourceKey: string,
  { sinceMs = Number.NEGATIVE_INFINITY, untilMs }: TimeRange,
  cost: Pick<SourceCoverage, 'requests' | 'scanned'>,
  notice: string,
): SourceCoverage {
  return {
    ...emptyRow(sourceKey),
    searchedSinceMs: Number.isFinite(sinceMs) ? sinceMs : null,
    searchedUntilMs: untilMs ?? null,
    notices: [notice],
    ...cost,
  }
}
