import type { AuditEntry } from '../model/entry.js'
import type { EntryFilter } from '../model/filter.js'
import type { InputProblem, SourceCoverage } from '../reading/page.js'

export type TailEventKind = 'ENTRY' | 'COVERAGE' | 'HEARTBEAT' | 'RESUME'

/** Why a subscription ends although its client is there. */
export type ResumeReason = 'SLOW_CONSUMER' | 'SHUTTING_DOWN'

/** One event of a subscription. */
export interface TailEvent {
  readonly kind: TailEventKind
  /** `after` of a subscription that goes on behind this event. */
  readonly cursor: string
  /** Nothing is missing before this instant, as far as the lateness of the sources holds. UTC milliseconds. */
  readonly settledUntilMs: number
  /** Of ENTRY; null for any other kind. */
  readonly entry: AuditEntry | null
  /** Whether an entry that the order has behind this one was delivered before it. */
  readonly late: boolean
  /** Of COVERAGE: the sources whose state has changed, or all of them in the first event. Empty for any other kind. */
  readonly coverage: readonly SourceCoverage[]
  /** Of RESUME; null for any other kind. */
  readonly reason: ResumeReason | null
}

export interface TailRequest {
  readonly filter: EntryFilter
  /** Keys of the sources; all of them when left out. */
  readonly sources?: readonly string[]
  readonly after?: string
  /** Ends the subscription at once. */
  readonly signal: AbortSignal
}

/** There are as many subscribers as there may be. */
export interface TailFull {
  readonly kind: 'tailFull'
  readonly subscribersMax: number
}

/** The live tail as the edge sees it: docs/tail.md. */
export interface Tail {
  subscribe(request: TailRequest): AsyncIterableIterator<TailEvent> | InputProblem | TailFull
  /** Tells every subscriber to resume, and ends. Resolves when all have taken it, or after `graceMs`. */
  close(graceMs: number): Promise<void>
}
