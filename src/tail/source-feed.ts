import type { SourceFailure } from '../model/failure.js'
import { sourceFailure } from '../model/failure.js'
import type { EntryKey } from '../model/order.js'
import type { PageTerms, ReadableSource, Reader } from '../reading/page.js'
import { pageSizeMax } from '../reading/page.js'
import { readAll } from '../reading/read-all.js'
import { clockSlackMs, type TailLimits } from './limits.js'
import type { TailRow } from './progress.js'
import { rowOf } from './row.js'

/** One reading of one source, for all subscribers. */
export interface FeedReading {
  readonly sourceKey: string
  /** It gives everything from here (inclusive) to where it was pinned. */
  readonly sinceMs: number
  /** Where it was pinned: nothing of this time or later is in it. */
  readonly untilMs: number
  /** Nothing can appear any more before this, as far as the lateness of the source holds. */
  readonly settledBeforeMs: number
  /** Number of the first batch that has a part of it; null when there is none yet. */
  begunAt: number | null
  /** Whether it was given up because everybody had left: nothing of it may be handed to whoever comes next. */
  isVoid: boolean
}

/** How late an entry of a source may appear, as the tail reckons. */
function overlapOf({ settleMs }: Pick<ReadableSource, 'settleMs'>): number {
  return settleMs + clockSlackMs
}

/** Tells the entries of one source apart. */
function nameOf({ timeMs, id }: EntryKey): string {
  return `${timeMs} ${id}`
}

/** What the tail knows of one source: how it fares, when it is asked next, and what the last reading gave. */
export class SourceFeed {
  readonly source: ReadableSource
  readonly overlapMs: number
  readonly #limits: TailLimits
  /** The reading under way. */
  reading: FeedReading | null = null
  /** The last reading that was whole. */
  last: FeedReading | null = null
  /** Why the last try failed; null when it did not, or when there was none. */
  failure: SourceFailure | null = null
  /** Of the last try. */
  requests = 0
  scanned = 0
  /** Not asked before this. Milliseconds of a clock that is never set back, as are all instants that are handed in. */
  dueAtMs = Number.NEGATIVE_INFINITY
  /** Entries that were handed out and may come again, by time and id; null when they are too many to be kept. */
  #known: Map<string, TailRow> | null = new Map()
  #spacingMs: number

  constructor(source: ReadableSource, limits: TailLimits) {
    this.source = source
    this.overlapMs = overlapOf(source)
    this.#limits = limits
    this.#spacingMs = limits.intervalMinMs
  }

  /** Whether it is known how it fares. */
  get isKnown(): boolean {
    return this.last !== null || this.failure !== null
  }

  /** What a subscriber can be given at once, up to where `last` was pinned; null when it has to wait for a reading. */
  window(): { readonly last: FeedReading; readonly rows: readonly TailRow[] } | null {
    if (!this.last || !this.#known || this.failure) return null
    const { settledBeforeMs } = this.last
    return {
      last: this.last,
      rows: [...this.#known.values()].filter(({ key }) => key.timeMs >= settledBeforeMs),
    }
  }

  begin(sinceMs: number, untilMs: number): FeedReading {
    this.reading = {
      sourceKey: this.source.key,
      sinceMs,
      untilMs,
      settledBeforeMs: untilMs - this.overlapMs,
      begunAt: null,
      isVoid: false,
    }
    this.requests = 0
    this.scanned = 0
    return this.reading
  }

  /** Whether a row is new to subscribers that had everything so far. */
  isNew({ key }: TailRow): boolean {
    return !this.#known?.has(nameOf(key))
  }

  /** Remembers what was handed out. */
  note(rows: readonly TailRow[]): void {
    for (const row of rows) this.#known?.set(nameOf(row.key), row)
    if (this.#known && this.#known.size > this.#limits.windowMax) this.#known = null
  }

  /** The reading under way is whole. `rows`: those that are not settled, so that later readings give them again. */
  succeed(rows: readonly TailRow[], nowMs: number): void {
    const { reading } = this
    if (!reading) return
    this.#known = new Map()
    this.note(rows)
    this.last = reading
    this.#end(null)
    // The pace that a limit of the provider has forced is given up slowly.
    this.#spacingMs = Math.max(this.#limits.intervalMinMs, this.#spacingMs * 0.9)
    this.dueAtMs = this.#spacingMs > this.#limits.intervalMinMs ? nowMs + this.#spacingMs : nowMs
  }

  /** The reading under way failed. What cannot mend itself is tried as seldom as may be, nothing before `retryAtMs`. */
  fail(failure: SourceFailure, nowMs: number, retryAtMs: number): void {
    this.#end(failure)
    const { intervalMaxMs } = this.#limits
    this.#spacingMs = failure.retryable ? Math.min(intervalMaxMs, this.#spacingMs * 2) : intervalMaxMs
    this.dueAtMs = Math.max(nowMs + this.#spacingMs, retryAtMs)
  }

  /** Somebody else has found the source failing. The next reading shows whether it is. */
  suspect(failure: SourceFailure): void {
    if (!this.reading) this.#end(failure)
  }

  /** Begins anew but for the pace, and for why the last try failed. A reading under way is nobody's any more. */
  forget(): void {
    if (this.reading) this.reading.isVoid = true
    this.reading = null
    this.last = null
    this.#known = new Map()
  }

  /** Somebody wants it whom nobody wanted before: what is known of it is too old, but for a failure that it sits out. */
  beginAnew(nowMs: number): void {
    if (this.dueAtMs <= nowMs) this.failure = null
    this.forget()
  }

  #end(failure: SourceFailure | null): void {
    this.reading = null
    this.failure = failure
  }
}

/**
 * Reads a source from `sinceMs` on, oldest first, and gives its rows page by page. Returns why it could not be read to
 * the end; null when it was. A page that leaves a gap is a failure, whatever it gave.
 */
export async function* readFeed(
  reader: Reader,
  feed: SourceFeed,
  { sinceMs, untilMs }: FeedReading,
  termsOf: () => PageTerms,
): AsyncGenerator<readonly TailRow[], SourceFailure | null, void> {
  const request = {
    first: pageSizeMax,
    filter: { occurredAt: { sinceMs } },
    sources: [feed.source.key],
    order: 'OLDEST_FIRST',
    onSourceError: 'FAIL',
    asOfMs: untilMs,
    freshness: 'LIVE',
  } as const
  for await (const page of readAll(reader, request, termsOf)) {
    if (page.kind === 'readingFailed') return page.failures[0]?.failure ?? sourceFailure('UNAVAILABLE')
    if (page.kind === 'inputProblem') throw new Error(page.message)
    for (const { requests, scanned } of page.coverage) {
      feed.requests += requests
      feed.scanned += scanned
    }
    if (page.coverage.some(({ gap }) => gap !== null)) return sourceFailure('UNSTABLE')
    yield page.edges.map(({ entry }) => rowOf(entry))
  }
  return null
}
