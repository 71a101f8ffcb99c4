import type { SourceInfo } from '../model/source-info.js'
import type { FetchTerms, Reader, ReadingFailed, SourceCoverage } from '../reading/page.js'
import type { Tail } from '../tail/event.js'
import { createNodeLoader, type NodeLoader } from './node-loader.js'

/** How one source fared in one field of the operation: for the access log, never an entry's content. */
export interface SourceOutcome {
  readonly sourceKey: string
  /** A coverage state, followed by the kind of failure where there is one. */
  readonly outcome: string
}

/** What resolvers get. Made anew for each operation, so nothing loaded is shared between two of them. */
export interface GraphContext {
  readonly reader: Reader
  readonly tail: Tail
  readonly sources: SourceDirectory
  /** Aborts when the client is gone, and for nothing else: subscriptions have no deadline. */
  readonly clientGone: AbortSignal
  /** Aborts when the client is gone, the deadline has come or the server is stopping. */
  readonly signal: AbortSignal
  /** `signal`, and when it aborts as a deadline: what requests of the operation are made with. */
  readonly terms: Pick<FetchTerms, 'signal' | 'deadlineMs'>
  readonly nodes: NodeLoader
  readonly noteOutcomes: (outcomes: readonly SourceOutcome[]) => void
}

/** What a reading that failed as a whole says of the sources that it failed for, for the access log. */
export function outcomesOfFailed({ failures }: ReadingFailed): readonly SourceOutcome[] {
  return failures.map(({ sourceKey, failure }) => ({ sourceKey, outcome: `FAILED ${failure.kind}` }))
}

/** What coverage says of each source, for the access log. */
export function outcomesOf(coverage: readonly SourceCoverage[]): readonly SourceOutcome[] {
  return coverage.map(({ sourceKey, state, error }) => ({
    sourceKey,
    outcome: error ? `${state} ${error.kind}` : state,
  }))
}

/** The configured sources by key, in configuration order. */
export type SourceDirectory = ReadonlyMap<string, SourceInfo>

/** Makes the context of one operation. */
export function createGraphContext(parts: {
  readonly reader: Reader
  readonly tail: Tail
  readonly sources: SourceDirectory
  readonly clientGone: AbortSignal
  readonly signal: AbortSignal
  /** UTC milliseconds; left out: none is known. */
  readonly deadlineMs?: number
  readonly noteOutcomes?: (outcomes: readonly SourceOutcome[]) => void
}): GraphContext {
  const { reader, sources, signal, deadlineMs } = parts
  const terms = { signal, ...(deadlineMs !== undefined && { deadlineMs }) }
  return {
    reader,
    tail: parts.tail,
    clientGone: parts.clientGone,
    sources,
    signal,
    terms,
    nodes: createNodeLoader({ reader, sources, terms }),
    noteOutcomes: parts.noteOutcomes ?? (() => {}),
  }
}
