import type { SetFilterField } from './filter.js'

/** How a provider takes one filter field. */
export interface FilterSupport {
  /** How many values one request may carry for this field; 0 when the field cannot be asked for. */
  readonly valuesMax: number
  /** Whether this value may be sent. Left out: every value may. What may not be sent is evaluated by the gateway. */
  readonly accepts?: (value: string) => boolean
}

/** What a provider declares about itself. Data: shared code asks this and never who it talks to. */
export interface Capabilities {
  /** How a page after the first is named: by an offset in rows, or by the provider's opaque cursor. */
  readonly paging: 'offset' | 'cursor'
  /** Rows in one page at most. */
  readonly pageSizeMax: number
  /** The order of rows that the provider states; 'unknown' is taken for newest first until a page shows otherwise. */
  readonly order: 'newestFirst' | 'unknown'
  /** Whether a page says how many rows match in all. A hint, never relied on alone. */
  readonly totals: boolean
  /**
   * By how much the rows that come back may exceed the window that was asked for, on each side, in milliseconds.
   * Bounds are sent wide enough for every meaning that the provider may give them (inclusive or exclusive, cut to
   * its step, in any zone where it is whole days).
   */
  readonly boundSlackMs: { readonly since: number; readonly until: number }
  /** Set when a request must carry both bounds: the longest span of one request and how far back to read, in ms. */
  readonly window?: { readonly spanMaxMs: number; readonly floorMs: number }
  /** Whether the provider gives one entry by its id. */
  readonly lookup: boolean
  readonly filters: Record<SetFilterField, FilterSupport>
  /** Pairs of fields that one request cannot carry together; the first of a pair is sent, the other evaluated here. */
  readonly exclusive: readonly (readonly [SetFilterField, SetFilterField])[]
}
