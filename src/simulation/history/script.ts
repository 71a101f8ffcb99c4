/**
 * A whole history as plain data: what the providers hold and how they behave, and what a client does with the
 * gateway. The same script plays the same way every time, so a failing one can be kept, cut down and replayed.
 */
export interface Script {
  readonly seed: number
  /** The instant at which the client begins, UTC milliseconds. */
  readonly beginMs: number
  readonly sources: readonly SourceScript[]
  readonly client: ClientScript
}

export interface SourceScript {
  readonly key: string
  readonly behaviour: Behaviour
  readonly events: readonly EventScript[]
  /** Requests to this source that fail, by their number from 0, and how. */
  readonly faults: readonly FaultScript[]
}

export interface EventScript {
  readonly id: string
  readonly timeMs: number
  readonly action: string
  /** The entry can be read from this instant on, until `untilMs`. */
  readonly fromMs: number
  readonly untilMs: number | null
}

export interface FaultScript {
  readonly request: number
  readonly kind: 'UNAVAILABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'INVALID_RESPONSE'
}

/** How an invented provider pages, bounds and sorts: the unknowns of the fact sheets, each played both ways. */
export interface Behaviour {
  readonly paging: 'offset' | 'cursor'
  /** 'nearly': newest first by when an entry was taken in, which for a few is later than its time. */
  readonly order: 'newestFirst' | 'oldestFirst' | 'nearly' | 'unsorted'
  /** Whether the provider states newest first. */
  readonly stated: boolean
  readonly ties: 'byId' | 'byIdDescending' | 'random'
  readonly pageSizeMax: number
  /** Rows really given; smaller than what is asked when the provider clamps. */
  readonly pageSizeGiven: number
  readonly sinceInclusive: boolean
  readonly untilInclusive: boolean
  /** Bounds are cut to a multiple of this before they are used. */
  readonly boundStepMs: number
  readonly totals: boolean
  /** Rows that a list holds at most, and counts; null for all. Offset dialects only. */
  readonly listMax: number | null
  /** Deepest offset that is not refused; null for any. */
  readonly offsetMax: number | null
  /** `hasMore` is true on the last page too, and the next page is empty. */
  readonly promisesMore: boolean
  /** `hasMore` is computed from the page size asked, not given. */
  readonly forgetsClamp: boolean
  /**
   * A page of as many rows as were asked for says that it is the last, though others are behind it: with the cursor
   * that leads there, without it, or it never says so falsely.
   */
  readonly deniesMore: 'withCursor' | 'withoutCursor' | 'never'
  readonly cursors: 'keyset' | 'positional'
  readonly cursorsOnce: boolean
  /** How long a cursor is taken after it was given, in milliseconds; null for always. */
  readonly cursorLifeMs: number | null
  /** Every so many pages one is empty, with a cursor that goes on; 0 for never. Cursor dialects only. */
  readonly emptyPageEvery: number
  readonly windowMaxMs: number | null
  readonly filtersActions: boolean
  readonly latencyMs: number
}

export interface ClientScript {
  readonly order: 'NEWEST_FIRST' | 'OLDEST_FIRST'
  readonly backward: boolean
  /** Sizes of pages, used in turn. */
  readonly sizes: readonly number[]
  readonly actions: readonly string[] | null
  readonly sinceMs: number | null
  readonly untilMs: number | null
  readonly onSourceError: 'PARTIAL' | 'FAIL'
  /** Pages before which the gateway is restarted. */
  readonly restarts: readonly number[]
  /** Two gateways behind one address, asked in turn. */
  readonly replicas: boolean
  /** Pages that are asked for twice. */
  readonly repeats: readonly number[]
  /** Pages of which the client keeps the first half and goes on from the cursor in the middle. */
  readonly halves: readonly number[]
  /** Pages after which the client looks back, as many entries as the page had, before it goes on. */
  readonly looksBack: readonly number[]
  /** How long the client takes over a page, in milliseconds. */
  readonly thinkMs: number
  readonly readAhead: boolean
}
