import { isPastDeadline } from '../../model/deadline.js'
import type { AuditEntry } from '../../model/entry.js'
import { sourceFailure } from '../../model/failure.js'
import type { ReadingContext } from '../open-lanes.js'
import type { CountRequest, EntryCount, PageRequest, SourceCoverage } from '../page.js'
import { readAll } from '../read-all.js'
import { readPage } from '../read-page.js'
import { cutByDeadline, failedRow, isSearched, isUnread, unreadRow, withSpent } from '../running-coverage.js'
import type { CountBudget } from './count-budget.js'

/** Pages that one count may read: a filter that matches little ends pages early, with few entries or none. */
const pagesMax = 40

const deadlineNotice = 'The deadline of the request came before this source was counted to its end.'
const limitNotice = 'The limit of the count was reached before this source was read.'

/** What counting a source has come to: a count for each bucket, and its coverage. */
export interface Counted {
  readonly counts: readonly EntryCount[]
  readonly row: SourceCoverage
}

/** A source that is to be counted by reading it, between edges. */
interface ReadingCountRequest extends Omit<CountRequest, 'edgesOf' | 'limit' | 'sources'> {
  readonly source: string
  readonly asOfMs: number
  readonly edgesMs: readonly number[]
  /** What came of another way of counting it: one that has answered has not failed for want of another answer in time. */
  readonly before: 'unasked' | 'silent' | 'answered'
}

/** Counts a source by reading it, newest first, as far as the budget, a number of pages and the deadline go. */
export async function countByReading(
  request: ReadingCountRequest,
  budget: CountBudget,
  context: ReadingContext,
): Promise<Counted> {
  const { source, edgesMs, before, ...pages } = request
  const { signal } = pages
  const values = edgesMs.slice(1).map(() => 0)
  if (isPastDeadline(signal)) {
    // The way before took all the time there was.
    return countedAs(before === 'silent' ? lateRow(source) : unreadRow(source, deadlineNotice), true)
  }
  if (budget.isSpent()) return countedAs(unreadRow(source, limitNotice), true)
  const asked = {
    ...pages,
    sources: [source],
    first: budget.pageSize,
    order: 'NEWEST_FIRST',
    onSourceError: 'PARTIAL',
  } as const
  const reader = { readPage: (page: PageRequest) => readPage(page, context) }
  let row: SourceCoverage | null = null
  let [read, hasNext] = [0, true]
  for await (const page of readAll(reader, asked, () => ({ signal }))) {
    if (page.kind === 'readingFailed') {
      const isLate = isPastDeadline(signal)
      if (!isLate || (row === null && before !== 'answered')) {
        row = failedRow(source, row ? [row] : [], page.failures)
      }
      row ??= unreadRow(source, deadlineNotice)
    }
    if (page.kind !== 'page') break
    const counted = budget.spend(page.edges.length)
    for (const { entry } of page.edges.slice(0, counted)) add(values, edgesMs, entry.occurredAtMs)
    const own = page.coverage[0]
    if (!own) throw new Error('A page of one source has no coverage.')
    const uncounted = page.edges[counted]?.entry
    row = withSpent(uncounted ? countedBefore(own, uncounted) : own, row ? [row] : [])
    hasNext = page.hasNextPage || uncounted !== undefined
    read += 1
    // A further page could tell nothing but that there is no time left: what answered so far has not failed.
    if (!hasNext || budget.isSpent() || read === pagesMax || isPastDeadline(signal)) break
  }
  if (row === null) throw new Error('A count has been refused what its reading was asked with.')
  return countedAs(hasNext && isPastDeadline(signal) ? cutByDeadline(row, deadlineNotice) : row, hasNext)

  function countedAs(coverage: SourceCoverage, isCut: boolean): Counted {
    const counts = values.map((count, index): EntryCount => {
      const [sinceMs = 0, untilMs = 0] = [edgesMs[index], edgesMs[index + 1]]
      if (isUnread(coverage)) return { value: count, exactness: 'UNKNOWN' }
      const searched = isSearched(coverage, sinceMs, untilMs, isCut)
      return { value: count, exactness: searched ? 'EXACT' : 'AT_LEAST' }
    })
    return { counts, row: coverage }
  }
}

/** The row of a page, newest first, whose entries from one on were over the limit: it counts as searched up to that. */
function countedBefore(row: SourceCoverage, { occurredAtMs }: AuditEntry): SourceCoverage {
  return { ...row, searchedSinceMs: occurredAtMs + 1 }
}

function lateRow(sourceKey: string): SourceCoverage {
  return failedRow(sourceKey, [], [{ sourceKey, failure: sourceFailure('TIMEOUT') }])
}

/** Adds an entry to its bucket. */
function add(values: number[], edgesMs: readonly number[], timeMs: number): void {
  const behind = edgesMs.findIndex((edgeMs) => timeMs < edgeMs)
  const bucket = (behind < 0 ? edgesMs.length : behind) - 1
  values[bucket] = (values[bucket] ?? 0) + 1
}
