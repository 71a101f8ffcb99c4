import { isDeadline } from '../../model/deadline.js'
import type { EntryFilter } from '../../model/filter.js'
import type { ReadingContext } from '../open-lanes.js'
import {
  type FetchTerms,
  type InputProblem,
  type PageRequest,
  pageSizeMax,
  type ReadingFailed,
  type SourceCoverage,
  type SourceErrorPolicy,
} from '../page.js'
import { readAll } from '../read-all.js'
import { readPage } from '../read-page.js'
import { failedRow, withSpent } from '../running-coverage.js'
import type { Aggregate } from './aggregate.js'

/** One window of some sources that is to be read to its end. */
export interface WindowRequest extends FetchTerms {
  readonly filter: EntryFilter
  readonly sources: readonly string[]
  readonly asOfMs: number
  readonly onSourceError: SourceErrorPolicy
}

/** How far a window was read. */
export interface WindowRead {
  readonly kind: 'read'
  readonly coverage: readonly SourceCoverage[]
  /** More would have followed: the deadline came, or everything failed on the way. */
  readonly hasNext: boolean
}

const deadlineNotice = 'The deadline of the request came before the report had read this source to its end.'
const rateNotice =
  'A provider limits the rate of requests, so the report ended before this source was read to its end.'

/**
 * Reads a window into an aggregate, page by page, newest first.
 *
 * A deadline (a signal aborted by a TimeoutError) after the first page, or on the way to it, ends it early, under either
 * policy: what was read stands, and coverage says how far it goes. So does under FAIL a rate whose next leave comes too late.
 * Aborted otherwise, it throws the signal's reason.
 * ReadingFailed: a source failed under FAIL, or nothing was read at all.
 */
export async function readWindow(
  request: WindowRequest,
  aggregate: Pick<Aggregate, 'add'>,
  context: ReadingContext,
): Promise<WindowRead | ReadingFailed | InputProblem> {
  const { signal } = request
  const asked = { ...request, first: pageSizeMax, order: 'NEWEST_FIRST', priority: 'bulk' } as const
  const reader = { readPage: (page: PageRequest) => readPage(page, context) }
  let coverage: readonly SourceCoverage[] = []
  let hasNext = true
  for await (const page of readAll(reader, asked, () => ({ signal }))) {
    if (page.kind === 'page') {
      for (const { entry } of page.edges) aggregate.add(entry)
      coverage = page.coverage.map((row) => withSpent(row, coverage))
      hasNext = page.hasNextPage
      // A further page could stand where this one ended, and never go on: its sources are asked no more.
      if (isTimeout(signal)) break
      signal.throwIfAborted()
      continue
    }
    const isPartial = request.onSourceError === 'PARTIAL'
    const isHeldUp = !isPartial && isLimitedByRate(page)
    const isEnded = page.kind === 'inputProblem' || isTimeout(signal) || isPartial || isHeldUp
    if (coverage.length === 0 || !isEnded) return withoutCursors(page)
    if (isHeldUp) coverage = coverage.map((row) => cutShort(row, rateNotice))
    else if (page.kind === 'readingFailed') {
      coverage = request.sources.map((key) => failedRow(key, coverage, page.failures))
    }
  }
  return {
    kind: 'read',
    coverage: hasNext && isTimeout(signal) ? coverage.map((row) => cutShort(row, deadlineNotice)) : coverage,
    hasNext,
  }
}

/** A report is not gone on with: its cursors are nobody's. */
function withoutCursors(page: ReadingFailed | InputProblem): ReadingFailed | InputProblem {
  return page.kind === 'readingFailed' ? { ...page, after: null, before: null } : page
}

function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && isDeadline(reason)
}

function isLimitedByRate(page: ReadingFailed | InputProblem): boolean {
  return (
    page.kind === 'readingFailed' && page.failures.every(({ failure }) => failure.kind === 'RATE_LIMITED')
  )
}

function cutShort(row: SourceCoverage, notice: string): SourceCoverage {
  if (row.state === 'EXCLUDED') return row
  return { ...row, state: 'SCAN_LIMIT', notices: [...new Set([...row.notices, notice])] }
}
