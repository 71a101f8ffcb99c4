import type { AuditEntry, Resource } from '../../model/entry.js'
import type { TimeRange } from '../../model/filter.js'
import type { FetchTerms, InputProblem, PageRequest, ReadingFailed, SourceCoverage } from '../page.js'

/** What the entries of a report can be broken down by. */
export const reportDimensions = [
  'SOURCE',
  'ACTION',
  'ACTION_KIND',
  'ACTOR',
  'ACTOR_TYPE',
  'RESOURCE_TYPE',
  'RESOURCE',
  'ORGANIZATION',
] as const
export type ReportDimension = (typeof reportDimensions)[number]

/** The dimensions of which a report can say what is new. */
export type NoveltyDimension = 'ACTOR' | 'ACTION' | 'RESOURCE'

/** What a report is about. `settleMs`: how long ago its as-of lies; the largest of the sources asked when left out. */
export type ReportRequest = Pick<PageRequest, 'filter' | 'sources' | 'onSourceError' | keyof FetchTerms> & {
  readonly settleMs?: number
}

/** A timeline that is asked for. Edges are UTC milliseconds, ascending; the first and the last are those of the window. */
export interface TimelineAsk {
  readonly edgesMs: readonly number[]
  readonly splitBy: ReportDimension | null
}

/** What one reading is to find out. The total is always known. */
export interface FigureAsk {
  readonly dimensions: ReadonlySet<ReportDimension>
  readonly timelines: readonly TimelineAsk[]
  /** The first and the last time. */
  readonly times: boolean
  /** Of what the window before this one is to tell what is new; null when it need not be read. */
  readonly comparison: ReadonlySet<NoveltyDimension> | null
}

/**
 * A number of a report. EXACT: `value` is it. AT_LEAST: it is `value` or more, and nothing bounds it. ESTIMATE: it lies
 * between `atLeast` and `atMost`. UNKNOWN: nothing could be read. `atMost` is null where nothing bounds the number.
 */
export interface ReportCount {
  readonly value: number
  readonly exactness: 'EXACT' | 'AT_LEAST' | 'ESTIMATE' | 'UNKNOWN'
  readonly atLeast: number
  readonly atMost: number | null
}

/** The time of the first or the last entry; null when there is none. AT_LEAST: there may be one beyond it. */
export interface ReportTime {
  readonly atMs: number | null
  readonly exactness: 'EXACT' | 'AT_LEAST' | 'UNKNOWN'
}

/** One account of a person at one source, and by which e-mail addresses it was joined with the person's others. */
export interface ActorIdentity {
  readonly sourceKey: string
  readonly actor: AuditEntry['actor']
  /** Entries of this identity alone. */
  readonly value: number
  /** Addresses, in lower case, that it has in common with another identity of the same actor. */
  readonly joinedBy: readonly string[]
}

/** What a row of a breakdown stands for. */
export type RowSubject =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'source'; readonly sourceKey: string }
  | { readonly kind: 'actor'; readonly identities: readonly ActorIdentity[] }
  | { readonly kind: 'resource'; readonly sourceKey: string; readonly resource: Resource }

export interface ReportRow {
  /** Tells the rows of one breakdown apart; the same in every report. */
  readonly key: string
  readonly subject: RowSubject
  readonly count: ReportCount
}

/** What is not told by the rows. */
interface ReportRest {
  /** Entries of it. */
  readonly count: ReportCount
  /** Values of it. */
  readonly values: ReportCount
}

export interface Breakdown {
  /** The most frequent first, then by key. */
  readonly rows: readonly ReportRow[]
  readonly rest: ReportRest
  /** How many different values there are. */
  readonly distinct: ReportCount
}

export interface TimelineBucket {
  readonly sinceMs: number
  readonly untilMs: number
  readonly count: ReportCount
  /** One for every row of the split as a whole, in the same order; empty without a split. */
  readonly split: readonly ReportRow[]
  readonly rest: ReportCount
}

/** How the figures of one source are found out. */
export interface SourceWay {
  readonly sourceKey: string
  readonly way: 'TOTALS' | 'BULK' | 'READING' | 'EXCLUDED'
  /** Why so. Sentences for people. */
  readonly reasons: readonly string[]
  /** The windows of time that were, or would be, asked for in bulk, oldest first. */
  readonly windows: readonly TimeRange[]
}

/** What a reading of one window has come to. */
export interface WindowFigures {
  readonly window: TimeRange
  readonly complete: boolean
  readonly total: ReportCount
  readonly coverage: readonly SourceCoverage[]
}

export interface ReportFigures extends WindowFigures {
  readonly kind: 'report'
  readonly first: ReportTime
  readonly last: ReportTime
  readonly ways: readonly SourceWay[]
  /** Of a dimension that was asked for. `top`: 0 or more rows. */
  breakdown(dimension: ReportDimension, top: number): Breakdown
  timeline(ask: TimelineAsk, top: number): readonly TimelineBucket[]
  readonly comparison: ReportComparison | null
}

export interface ReportComparison extends WindowFigures {
  /** What is in the window of the report and was never seen in the one before, with its counts in the report. */
  novelty(dimension: NoveltyDimension, top: number): Breakdown
}

/** A report whose arguments are checked and whose times are fixed. Nothing has been asked yet. */
export interface OpenReport {
  readonly kind: 'open'
  readonly asOfMs: number
  /** What is read: half-open, without a begin where the filter names none. */
  readonly window: TimeRange & { readonly untilMs: number }
  /** The window of the same length directly before; null where the filter requires no begin (`requiredTimes`). */
  readonly previous: TimeRange | null
  /** How the figures would be found out, as far as that is known before anybody is asked. */
  explain(ask: FigureAsk): readonly SourceWay[]
  /** Reads, once. ReadingFailed as a page: a source failed under FAIL, or all did before anything was read. */
  read(ask: FigureAsk): Promise<ReportFigures | ReadingFailed | InputProblem>
}
