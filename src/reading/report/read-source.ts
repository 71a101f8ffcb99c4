import { isPastDeadline } from '../../model/deadline.js'
import type { SourceFailure } from '../../model/failure.js'
import type { EntryFilter, TimeRange } from '../../model/filter.js'
import type { ReadingContext } from '../open-lanes.js'
import type {
  InputProblem,
  PageRequest,
  PageTerms,
  ReadingFailed,
  SourceCoverage,
  SourceErrorPolicy,
} from '../page.js'
import { beginning } from '../position-cursor.js'
import { readAll } from '../read-all.js'
import { readPage } from '../read-page.js'
import { cutByDeadline, failedRow, limitedRow, withSpent } from '../running-coverage.js'
import type { Aggregate } from './aggregate.js'

/** One source of a report that is to be read to its end, within its window. */
export interface SourceRequest {
  readonly sourceKey: string
  readonly filter: EntryFilter
  readonly window: TimeRange & { readonly untilMs: number }
  readonly asOfMs: number
  readonly onSourceError: SourceErrorPolicy
  /** Entries of a page. */
  readonly first: number
  /** Of all its pages together. */
  readonly terms: PageTerms
}

/** How far a source was read. */
export interface SourceRead {
  readonly kind: 'read'
  readonly row: SourceCoverage
  /** More would have followed: the deadline came, or the source failed on the way. */
  readonly isCut: boolean
  /** Why the source has failed; null where it has not. */
  readonly failure: SourceFailure | null
  /** Whether it has given a page. */
  readonly hasRead: boolean
}

export const deadlineNotice =
  'The deadline of the request came before the report had read this source to its end.'
const rateNotice =
  'The provider limits the rate of requests, so the report ended before this source was read to its end.'

/**
 * Reads one source into an aggregate, page by page, newest first.
 *
 * A deadline (a signal aborted by a TimeoutError) after something was read cuts it, under either policy: what was read
 * stands, and coverage says how far it goes. So does under FAIL a rate whose next leave comes too late. Else a failure
 * ends it, under PARTIAL when the source fails again where it was to go on. Aborted otherwise, it throws the signal's
 * reason.
 */
export async function readSource(
  request: SourceRequest,
  aggregate: Pick<Aggregate, 'add'>,
  context: ReadingContext,
): Promise<SourceRead | InputProblem> {
  const { sourceKey, filter, asOfMs, first, terms, onSourceError } = request
  const { signal } = terms
  // A page under PARTIAL gives what came before a failure.
  const asked = {
    filter,
    sources: [sourceKey],
    asOfMs,
    first,
    order: 'NEWEST_FIRST',
    onSourceError: 'PARTIAL',
    priority: 'bulk',
  } as const
  const reader = { readPage: (page: PageRequest) => readPage(page, context) }
  let row: SourceCoverage | null = null
  for await (const page of readAll(reader, asked, () => terms)) {
    // More gaps than a reading may carry: nothing of it is known for whole.
    if (page.kind === 'inputProblem')
      return row ? cut({ ...row, ...restOf(null, row, request, context) }) : page
    if (page.kind === 'readingFailed') return endedBy(page, row, request, context)
    for (const { entry } of page.edges) aggregate.add(entry)
    const own = page.coverage[0]
    if (!own) throw new Error('A page of one source has no coverage.')
    // What it failed with before is past, now that it has gone on from there.
    row = { ...withSpent(own, row ? [row] : []), error: own.error }
    if (!page.hasNextPage) return { kind: 'read', row, isCut: false, failure: null, hasRead: true }
    if (own.error !== null && onSourceError === 'FAIL') {
      const failures = [{ sourceKey, failure: own.error }]
      return endedBy({ kind: 'readingFailed', failures, after: null, before: null }, row, request, context)
    }
    // A further page could stand where this one ended, and never go on.
    if (isPastDeadline(signal)) return cut(lateRow(page.endCursor, row, request, context))
    signal.throwIfAborted()
  }
  throw new Error('A reading has no last page.')
}

/** What stands of a source whose reading a failure has ended. */
function endedBy(
  failed: ReadingFailed,
  row: SourceCoverage | null,
  request: SourceRequest,
  context: ReadingContext,
): SourceRead {
  const { sourceKey, onSourceError } = request
  const failure = failed.failures[0]?.failure
  if (!failure) throw new Error('A reading has failed without a failure.')
  const isLate = failure.kind === 'TIMEOUT' && isPastDeadline(request.terms.signal)
  if (row && isLate) return cut(lateRow(failed.after, row, request, context))
  if (row && onSourceError === 'FAIL' && failure.kind === 'RATE_LIMITED') {
    return cut(limitedRow(row, rateNotice))
  }
  return {
    kind: 'read',
    row: {
      ...failedRow(sourceKey, row ? [row] : [], failed.failures),
      ...restOf(failed.after, row, request, context),
    },
    isCut: true,
    failure,
    hasRead: row !== null,
  }
}

/** What stands when the deadline has come: of a source that had failed before, with the rest. */
function lateRow(
  after: string | null,
  row: SourceCoverage,
  request: SourceRequest,
  context: ReadingContext,
): SourceCoverage {
  const late = cutByDeadline(row, deadlineNotice)
  return late.state === 'FAILED' ? { ...late, ...restOf(after, row, request, context) } : late
}

/**
 * Where matches are missing behind a failure, with a cursor that reads them: the one that the reading was to go on with.
 * Where they are missing before it, too, since the source has shown that it has no order, it is the whole window.
 */
function restOf(
  after: string | null,
  row: SourceCoverage | null,
  { sourceKey, filter, window: { sinceMs, untilMs }, asOfMs }: SourceRequest,
  { sources, bindCursors, now }: ReadingContext,
): Pick<SourceCoverage, 'gap' | 'resumeCursor'> {
  const goesOn = after !== null && row?.gap === null
  const gap = {
    ...(sinceMs !== undefined && { sinceMs }),
    untilMs: (goesOn ? row.searchedSinceMs : null) ?? untilMs,
  }
  const begin = beginning({ asOfMs, begunMs: now() }, null)
  const own = sources.filter(({ key }) => key === sourceKey)
  const cursors = bindCursors({ filter, order: 'NEWEST_FIRST', sources: own })
  return { gap, resumeCursor: goesOn ? after : cursors.encode(begin) }
}

function cut(row: SourceCoverage): SourceRead {
  return { kind: 'read', row, isCut: true, failure: null, hasRead: true }
}
