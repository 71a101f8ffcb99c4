import type { Capabilities } from '../model/capabilities.js'
import type { AuditEntry } from '../model/entry.js'
import type { SourceFailure } from '../model/failure.js'
import type { EntryFilter, TimeRange } from '../model/filter.js'
import type { AuditEntryOrder, EntryKey } from '../model/order.js'
import type { PageAsk, UpstreamPage, UpstreamRow } from '../model/provider.js'

/** One configured account, as the reading layer sees it. Everything that does I/O is behind these functions. */
export interface ReadableSource {
  readonly key: string
  readonly capabilities: Capabilities
  /** Gives a page or a failure; never throws but for an aborted signal's reason. */
  fetchPage(ask: PageAsk, signal: AbortSignal): Promise<UpstreamPage | SourceFailure>
  /** One entry by the provider's id, null when there is none. Present where `capabilities.lookup`. */
  fetchEntry?(id: string, signal: AbortSignal): Promise<UpstreamRow | null | SourceFailure>
}

export type SourceErrorPolicy = 'PARTIAL' | 'FAIL'

export type CoverageState = 'COMPLETE' | 'SCAN_LIMIT' | 'FAILED' | 'EXCLUDED'

/** Bounds of `first` and `last`, and what is taken when neither is given. */
export const pageSizeMin = 1
export const pageSizeMax = 500
export const pageSizeDefault = 50

/** Arguments of one page as the caller gave them, but for the types: dates are instants, enums are members. */
export interface PageRequest {
  readonly first?: number
  readonly after?: string
  readonly last?: number
  readonly before?: string
  readonly filter: EntryFilter
  /** Keys of the sources asked; all of them when left out. */
  readonly sources?: readonly string[]
  readonly order: AuditEntryOrder
  readonly onSourceError: SourceErrorPolicy
  readonly signal: AbortSignal
}

export interface EntryEdge {
  readonly cursor: string
  readonly entry: AuditEntry
}

/** What one page says about one source: design.md section 3, `SourceCoverage`. */
export interface SourceCoverage {
  readonly sourceKey: string
  readonly state: CoverageState
  /** Between these two every match is in what has been returned so far. Half-open; null when nothing was searched. */
  readonly searchedSinceMs: number | null
  readonly searchedUntilMs: number | null
  /** Where matches may be missing from this reading: the hull of the ranges that `resumeCursor` replays. */
  readonly gap: TimeRange | null
  readonly resumeCursor: string | null
  /** Requests made for this page, rows looked at, rows that matched. */
  readonly requests: number
  readonly scanned: number
  readonly matched: number
  readonly error: SourceFailure | null
  readonly notices: readonly string[]
}

export interface EntryPage {
  readonly kind: 'page'
  readonly edges: readonly EntryEdge[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
  readonly asOfMs: number
  /** Every source COMPLETE or EXCLUDED, and no gap so far in this reading. */
  readonly complete: boolean
  /** One for every source asked, in configuration order. */
  readonly coverage: readonly SourceCoverage[]
}

/** A caller's mistake: what was wrong with which argument, and what would be right. One full sentence or two. */
export interface InputProblem {
  readonly kind: 'inputProblem'
  /** Path of the argument, such as ['filter', 'occurredAt', 'until']. */
  readonly path: readonly string[]
  readonly message: string
}

/** No page: a source failed under FAIL, or every source failed. */
export interface ReadingFailed {
  readonly kind: 'readingFailed'
  readonly failures: readonly { readonly sourceKey: string; readonly failure: SourceFailure }[]
  /** The cursors to retry with: those that the request came with. */
  readonly after: string | null
  readonly before: string | null
}

/** The reading layer as the edge sees it. */
export interface Reader {
  /** In configuration order. */
  readonly sources: readonly ReadableSource[]
  readPage(request: PageRequest): Promise<EntryPage | InputProblem | ReadingFailed>
  /** One entry by its key: null only when its time step was read to its end and it was not there. */
  readEntry(key: EntryKey, signal: AbortSignal): Promise<AuditEntry | null | SourceFailure>
}
