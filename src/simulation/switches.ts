/** The unknowns of the fact sheets as switches: what every simulated upstream can be told to do either way. */

import type { ListOrder, TieOrder } from './ordering.js'
import type { BoundSwitches, Precision } from './time.js'

/** Switches that all four simulators have. Rows per page are whole numbers of 1 or more. */
export interface CommonSwitches extends BoundSwitches {
  readonly order: ListOrder
  readonly ties: TieOrder
  /** Digits of the times shown; the order uses the hidden ones too. */
  readonly timePrecision: Exclude<Precision, 'day'>
  readonly pageSizeDefault: number
  readonly pageSizeMax: number
  /** What a `limit` over the maximum gives. */
  readonly overMax: 'clamp' | 'refuse'
  /** Rows that the server gives at most, without saying so. */
  readonly pageSizeCap: number
  /**
   * `trueUntilEmpty` says more on the last page and ends with an empty one; `wrongWhenClamped` says more only when
   * as many rows came as were asked for; the last two always lie.
   */
  readonly moreFlag: 'exact' | 'trueUntilEmpty' | 'wrongWhenClamped' | 'alwaysTrue' | 'alwaysFalse'
  /** Adds fields that no sheet names to the envelope and to every entry. */
  readonly extraFields: boolean
  /** Seed of what is random per request. */
  readonly seed: number
}

/** Switches of the offset dialects. */
export interface OffsetSwitches extends CommonSwitches {
  readonly total: 'exact' | 'absent' | 'tooLow' | 'tooHigh'
  /** Deepest offset that is served; beyond it the request is refused. */
  readonly offsetMax: number
  /** Rows of a list that are listed and counted at most; those behind them show in narrower lists only. */
  readonly listMax: number
}

/** Switches of the cursor dialects. */
export interface CursorSwitches extends CommonSwitches {
  /** `keyset` goes on after the last entry sent, `positional` after as many rows as were sent. */
  readonly cursorKind: 'keyset' | 'positional'
  /** `once`: a cursor that was used is expired. */
  readonly cursorUse: 'many' | 'once'
  /** Milliseconds after which a cursor is expired. */
  readonly cursorLifetimeMs: number
  /** Filters and dates beside a cursor: must be those of its first page, are replaced by those, or count anew. */
  readonly cursorFilters: 'mustMatch' | 'held' | 'fromRequest'
  /** The token field: as it should be, missing although more is announced, or the same one again and again. */
  readonly nextCursor: 'right' | 'missing' | 'repeated'
  readonly nextCursorAtEnd: 'absent' | 'null' | 'empty'
  /** Every so many pages asked for with a cursor, one is empty but goes on. 0 is never. */
  readonly emptyPageEvery: number
  /** A page asked for without a cursor is empty but goes on, as where a server scans a bounded stretch a request. */
  readonly emptyFirstPages: boolean
}

const commonDefaults: CommonSwitches = {
  lowerBound: 'inclusive',
  upperBound: 'inclusive',
  boundPrecision: 'millisecond',
  zoneOffsetMinutes: 0,
  order: 'newestFirst',
  ties: 'byInsertion',
  timePrecision: 'second',
  pageSizeDefault: 50,
  pageSizeMax: 100,
  overMax: 'clamp',
  pageSizeCap: Number.POSITIVE_INFINITY,
  moreFlag: 'exact',
  extraFields: false,
  seed: 1,
}

export const offsetDefaults: OffsetSwitches = {
  ...commonDefaults,
  total: 'exact',
  offsetMax: Number.POSITIVE_INFINITY,
  listMax: Number.POSITIVE_INFINITY,
}

export const cursorDefaults: CursorSwitches = {
  ...commonDefaults,
  cursorKind: 'keyset',
  cursorUse: 'many',
  cursorLifetimeMs: Number.POSITIVE_INFINITY,
  cursorFilters: 'fromRequest',
  nextCursor: 'right',
  nextCursorAtEnd: 'absent',
  emptyPageEvery: 0,
  emptyFirstPages: false,
}
