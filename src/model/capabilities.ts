import type { ActionKind, ActorType } from './entry.js'
import type { PushdownField } from './filter.js'

/** How a provider takes one filter field. */
export interface FilterSupport {
  /** How many values one request may carry for this field; 0 when the field cannot be asked for. */
  readonly valuesMax: number
  /** Whether this value may be sent. Left out: every value may. What may not be sent is evaluated by the gateway. */
  readonly accepts?: (value: string) => boolean
  /** Whether what comes back matches exactly, so that a total of it counts. Left out: more may come. */
  readonly exact?: boolean
  /**
   * Set where the provider takes values of a closed list only and refuses a request that names another: whether a
   * value is known to be in it. Those that are not are asked for in requests of their own. What the provider refuses with
   * `unknownValueCode` is asked for without the field, since entries may have a value before its list does.
   */
  readonly knows?: (value: string) => boolean
}

/** What the entries of a provider can hold, as far as its adapter proves it. Words it does not list may come. */
export interface EntryVocabulary {
  /** Every `action` that is given another kind than UNKNOWN, with that kind. */
  readonly actions: ReadonlyMap<string, ActionKind>
  /** Known resource types: suggestions. */
  readonly resourceTypes: readonly string[]
  /** The actor types that an entry can have. */
  readonly actorTypes: readonly ActorType[]
  /** Parts of a filter for which every entry lacks a value. */
  readonly absent: readonly ('actorEmails' | 'counterpartyIds' | 'search')[]
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
  /** Rows that the provider gives at most in one answer without ids. Left out: it gives none. */
  readonly bulkRowsMax?: number
  /** A field that is left out cannot be asked for. What comes back for one may be more than the exact matches. */
  readonly filters: { readonly [Field in PushdownField]?: FilterSupport }
  /**
   * The `upstreamCode` with which the provider refuses a value that it does not know, where `knows` is set for a field.
   * No other refusal says anything of the value.
   */
  readonly unknownValueCode?: string
  /** Pairs of fields that one request cannot carry together; the first of a pair is sent, the other evaluated here. */
  readonly exclusive: readonly (readonly [PushdownField, PushdownField])[]
  /** Pairs of fields of which a request carries the first only beside the second. Left out: none. */
  readonly requires?: readonly (readonly [PushdownField, PushdownField])[]
  /** Left out: nothing is known, so anything may come. */
  readonly vocabulary?: EntryVocabulary
}
