/** Bounds of the reading layer. Those that a configuration may set are in src/config/schema.ts. */
export interface ReadingLimits {
  /** Upstream requests that one page may cost one source before it ends early with SCAN_LIMIT. */
  readonly requestsPerPage: number
  /** Rows that one page may look at per source before it ends early with SCAN_LIMIT. */
  readonly scannedPerPage: number
  /** Upstream requests of one page after which a source is given up when a part of it has made no progress. */
  readonly requestsWithoutProgress: number
  /** Requests of different kinds that one filter may be split into for one source; 1 splits nothing. */
  readonly partsPerSource: number
  /** Gaps that a reading may carry; past them a page is an error. */
  readonly gapsMax: number
  /** How long after its reading began a cursor is accepted. */
  readonly cursorLifetimeMs: number
  /** Read-ahead (read-ahead.ts): how many rows are kept in all, and for how long. 0 rows keeps nothing. */
  readonly readAheadRows: number
  readonly readAheadMs: number
  /** Different values of one dimension that a report counts exactly, and about how many of them it holds. */
  readonly reportKeysMax: number
}

export const defaultReadingLimits: ReadingLimits = {
  requestsPerPage: 60,
  scannedPerPage: 5_000,
  requestsWithoutProgress: 400,
  partsPerSource: 8,
  gapsMax: 32,
  cursorLifetimeMs: 30 * 86_400_000,
  readAheadRows: 20_000,
  readAheadMs: 120_000,
  reportKeysMax: 100_000,
}
