import { LRUCache } from 'lru-cache'
import type { AuditEntry } from '../model/entry.js'
import { isFailure, type SourceFailure } from '../model/failure.js'
import type { EntryKey } from '../model/order.js'
import type { Secret } from '../model/secret.js'
import { countEntries } from './counting/count.js'
import { entryOf } from './edge.js'
import { explain } from './explain.js'
import { addLane, advanceLanes, runOf } from './lanes.js'
import { defaultReadingLimits, type ReadingLimits } from './limits.js'
import { hintKey, type ReadingContext } from './open-lanes.js'
import type { FetchTerms, ReadableSource, Reader } from './page.js'
import { createCursorCodecs } from './position-cursor.js'
import { createReadAhead } from './read-ahead.js'
import { readPage } from './read-page.js'
import { createRefusals } from './refusals.js'
import { openReport } from './report/open-report.js'
import { SeenWordsLog } from './seen-words.js'
import { cutAbove } from './travel.js'
import { Walk } from './walk.js'

export interface ReaderOptions {
  /** In configuration order; keys are unique and not empty. */
  readonly sources: readonly ReadableSource[]
  /** For the authentication of cursors: the first signs, all verify. Not empty. */
  readonly secrets: readonly Secret[]
  /** UTC milliseconds. */
  readonly now: () => number
  readonly limits?: Partial<ReadingLimits>
}

/** Kinds of request whose density is remembered at most. */
const hintsMax = 2_000

/** Makes the reading layer over sources. It keeps nothing that an answer depends on: see read-ahead.ts. */
export function createReader(options: ReaderOptions): Reader {
  const limits = { ...defaultReadingLimits, ...options.limits }
  const context: ReadingContext = {
    sources: options.sources,
    bindCursors: createCursorCodecs(options.secrets, limits.cursorLifetimeMs),
    readAhead: createReadAhead(limits, options.now),
    limits,
    seenWords: new SeenWordsLog(),
    // Bounded by size, not by `max`, for which the library sets memory aside at once.
    hints: new LRUCache({ maxSize: hintsMax, sizeCalculation: () => 1 }),
    refusals: createRefusals(options.now),
    now: options.now,
  }
  return {
    sources: options.sources,
    readPage: (request) => readPage(request, context),
    seenWords: (sourceKey) => context.seenWords.of(sourceKey),
    count: (request) => countEntries(request, context),
    openReport: (request) => openReport(request, context),
    explain: (request) => explain(request, context),
    readEntry: (key, terms) => readEntry(key, terms, context),
  }
}

/**
 * One entry by its key: design.md 4.12. By the provider's own lookup where there is one, else by reading the entry's
 * time step to its end, and null only when that was done. A lookup knows the id alone: when it gives an entry of another
 * time, or none, as for an id of a form that it does not take, there may be one in the time step all the same.
 */
async function readEntry(
  key: EntryKey,
  terms: FetchTerms,
  context: ReadingContext,
): Promise<AuditEntry | null | SourceFailure> {
  const source = context.sources.find((candidate) => candidate.key === key.sourceKey)
  if (!source) throw new Error(`There is no source ${key.sourceKey} to read an entry of.`)
  if (source.fetchEntry) {
    const row = await source.fetchEntry(key.id, terms)
    if (isFailure(row) && row.kind !== 'NOT_FOUND') return row
    if (row && !isFailure(row) && row.id === key.id && row.timeMs === key.timeMs)
      return entryOf(row, key.sourceKey)
  }
  const plan = {
    sourceKey: key.sourceKey,
    capabilities: source.capabilities,
    travel: 'down' as const,
    range: { top: cutAbove(key.timeMs), bottom: cutAbove(key.timeMs - 1) },
    pushdown: {},
    matches: (row: { readonly id: string }) => row.id === key.id,
  }
  const run = runOf(source)
  const part = { key: '', pushdown: {}, range: {}, matches: plan.matches, residual: [], withoutWords: null }
  const walk = new Walk(plan, context.hints.get(hintKey(source.key, {})))
  const lane = addLane(run, part, walk, walk.startsAt)
  const limits = { ...context.limits, scannedPerPage: Number.POSITIVE_INFINITY }
  // Whether an entry is there is asked of the provider, not of what was kept.
  await advanceLanes([lane], 1, limits, { ...terms, freshness: 'LIVE' })
  const found = lane.walk.rows[0]
  if (found) return entryOf(found.row, key.sourceKey)
  return run.failure
}
