import type { Capabilities } from '../model/capabilities.js'
import type { AuditEntry } from '../model/entry.js'
import type { SourceFailure } from '../model/failure.js'
import type { EntryFilter, FilterField, TimeRange } from '../model/filter.js'
import type { JsonObject } from '../model/json.js'
import type { AuditEntryOrder, EntryKey } from '../model/order.js'
import type {
  BulkAsk,
  BulkRow,
  PageAsk,
  UpstreamPage,
  UpstreamRequest,
  UpstreamRow,
} from '../model/provider.js'
import type { Allowance } from '../model/rate-limit.js'
import type { OpenReport, ReportRequest } from './report/shapes.js'

/** How requests of one piece of work are to be treated on their way to a provider. */
export interface FetchTerms {
  readonly signal: AbortSignal
  /** `bulk` work, such as reports and exports, gives way to `interactive`, which is meant when this is left out. */
  readonly priority?: 'interactive' | 'bulk'
  /** `LIVE` asks the provider, whatever is kept of its settled pages. Left out: what is kept may be used. */
  readonly freshness?: 'CACHED' | 'LIVE'
  /** When `signal` will abort as a deadline, UTC milliseconds. Left out: not known, or never. */
  readonly deadlineMs?: number
  /**
   * An answer will do whose request was sent after this moment (`UpstreamPage.answeredAt`; 0: whenever), be it kept or
   * asked for by somebody else. A walk gives its last answer's, so that it never sees an older state of the list than
   * before. Left out: the request has to be made for this call or after it.
   */
  readonly sentAfter?: number
}

/** What bounds one page of a long reading. */
export type PageTerms = Pick<FetchTerms, 'signal' | 'deadlineMs'>

/** One configured account, as the reading layer sees it. Everything that does I/O is behind these functions. */
export interface ReadableSource {
  readonly key: string
  /** Whose log it is, such as provider and organization: cursors are good for no other. Left out: the key tells it. */
  readonly account?: string
  readonly capabilities: Capabilities
  /** How long after its time an entry may still appear, in ms. What is older is settled. */
  readonly settleMs: number
  /** Gives a page or a failure; never throws but for an aborted signal's reason. */
  fetchPage(ask: PageAsk, terms: FetchTerms): Promise<UpstreamPage | SourceFailure>
  /** The request that `fetchPage` would send, without its headers. Left out: `explain` shows none. */
  describe?(ask: PageAsk): Pick<UpstreamRequest, 'method' | 'path' | 'query' | 'body'>
  /** What is known of how often the provider may be asked. Asks nobody. Left out: nothing is. */
  allowance?(): Allowance
  /** Many rows without ids, as `Dialect.bulk` gives them. Present where `capabilities.bulkRowsMax`. */
  fetchBulk?(ask: BulkAsk, terms: FetchTerms): Promise<readonly BulkRow[] | SourceFailure>
  /** One entry by the provider's id, null when there is none. Present where `capabilities.lookup`. */
  fetchEntry?(id: string, terms: FetchTerms): Promise<UpstreamRow | null | SourceFailure>
}

export type SourceErrorPolicy = 'PARTIAL' | 'FAIL'

export type CoverageState = 'COMPLETE' | 'SCAN_LIMIT' | 'FAILED' | 'EXCLUDED'

/** Bounds of `first` and `last`, and what is taken when neither is given. */
export const pageSizeMin = 1
export const pageSizeMax = 500
export const pageSizeDefault = 50

/** Arguments of one page as the caller gave them, but for the types: dates are instants, enums are members. */
export interface PageRequest extends FetchTerms {
  readonly first?: number
  readonly after?: string
  readonly last?: number
  readonly before?: string
  readonly filter: EntryFilter
  /** Keys of the sources asked; all of them when left out. */
  readonly sources?: readonly string[]
  readonly order: AuditEntryOrder
  readonly onSourceError: SourceErrorPolicy
  /** The instant that a first page pins the reading at, UTC milliseconds, not in the future; now when left out. */
  readonly asOfMs?: number
}

/** The arguments of a first page that decide what is asked. */
export type ExplainRequest = Pick<PageRequest, 'first' | 'filter' | 'sources' | 'order'>

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
  /** Of a cursor: what about it is wrong. */
  readonly cursor?: CursorFault
}

/** No secret verifies it, it is bound to something else than what is read, or its time is over. */
export type CursorFault = 'unverified' | 'bound' | 'expired'

/** No page: a source failed under FAIL, or every source failed. */
export interface ReadingFailed {
  readonly kind: 'readingFailed'
  readonly failures: readonly { readonly sourceKey: string; readonly failure: SourceFailure }[]
  /** The cursors to retry with: those that the request came with. */
  readonly after: string | null
  readonly before: string | null
}

/** Why a field of the filter is evaluated by the gateway, although it restricts what is asked for. */
export type ResidualReason =
  /** The provider has no parameter for it, or none that is known to give all that is asked for. */
  | 'NO_PARAMETER'
  /** A value may change its meaning on the way, or the provider is not known to take it. */
  | 'VALUE_NOT_SENDABLE'
  /** Its values would take more requests at once than the gateway allows itself. */
  | 'TOO_MANY_REQUESTS'
  /** The provider would combine it with a field that is sent in another way than the filter does. */
  | 'EXCLUSIVE'
  /** The provider takes it only together with another field, which cannot be sent. */
  | 'NEEDS_OTHER_FIELD'
  /** It is negated, or one of alternatives that cannot be asked for one by one. */
  | 'NOT_REQUIRED'

/** A provider's word as the entries that this process has delivered or looked at used it. */
export interface SeenWord {
  readonly word: string
  /** How often it came; the same entry counts each time. */
  readonly count: number
  /** Times of the oldest and the newest of these entries, UTC milliseconds. */
  readonly oldestMs: number
  readonly newestMs: number
}

export interface SeenWords {
  readonly actions: readonly SeenWord[]
  readonly resourceTypes: readonly SeenWord[]
}

/** A number of matching entries, and how sure it is. */
export interface EntryCount {
  readonly value: number
  readonly exactness: 'EXACT' | 'AT_LEAST' | 'UNKNOWN'
}

/** What is counted: the entries that match, by reading at most `limit` where totals do not do. */
export type CountRequest = Pick<PageRequest, 'filter' | 'sources' | 'asOfMs' | keyof FetchTerms> & {
  /**
   * Gives the edges of the buckets for the times that the filter and the as-of leave: from `sinceMs` to `untilMs`,
   * ascending, UTC milliseconds. One bucket for all when left out.
   */
  readonly edgesOf?: (times: { readonly sinceMs: number; readonly untilMs: number }) => readonly number[]
  /** 0 or more; 0 reads nothing. */
  readonly limit: number
}

export interface EntryCounts {
  readonly kind: 'counts'
  readonly asOfMs: number
  readonly edgesMs: readonly number[]
  /** One for each bucket, so one between each two edges. */
  readonly counts: readonly EntryCount[]
  /** One for every source asked, in configuration order. */
  readonly coverage: readonly SourceCoverage[]
}

/** What a first page would ask of one source. */
export interface SourceExplanation {
  readonly sourceKey: string
  /** Nothing of the source can match, so it is not asked. */
  readonly excluded: boolean
  /** What the page would start the source with, all at once. */
  readonly requests: readonly PlannedRequest[]
  /** Times that the reading may ask for, newest first. */
  readonly windows: readonly TimeRange[]
  /** What the gateway evaluates of the filter, and why. */
  readonly residual: readonly { readonly field: FilterField; readonly reason: ResidualReason }[]
  /** What the gateway does in place of the provider, in sentences. */
  readonly emulated: readonly string[]
  /** Bounds of `SourceCoverage.requests` for the page. */
  readonly requestsMin: number
  readonly requestsMax: number
}

/** A request without credentials. */
export interface PlannedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Parameters of the query, or fields of the body. */
  readonly parameters: JsonObject
}

/** The reading layer as the edge sees it. */
export interface Reader {
  /** In configuration order. */
  readonly sources: readonly ReadableSource[]
  readPage(request: PageRequest): Promise<EntryPage | InputProblem | ReadingFailed>
  /** The words of one source that this process has seen. Asks nobody. */
  seenWords(sourceKey: string): SeenWords
  /** How many entries match, by totals where they are exact, else by reading. */
  count(request: CountRequest): Promise<EntryCounts | InputProblem>
  /** Figures over all that matches: what is found out is told with each reading. Asks nobody yet. */
  openReport(request: ReportRequest): OpenReport | InputProblem
  /** What a first page would ask. Sends nothing. */
  explain(request: ExplainRequest): readonly SourceExplanation[] | InputProblem
  /** One entry by its key: null only when its time step was read to its end and it was not there. */
  readEntry(key: EntryKey, terms: FetchTerms): Promise<AuditEntry | null | SourceFailure>
}
