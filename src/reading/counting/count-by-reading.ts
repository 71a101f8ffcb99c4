import { isPastDeadline } from '../../model/deadline.js'
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

/** What one way of counting has come to: a count for each bucket, and coverage of its sources. */
export interface Counted {
  readonly counts: readonly EntryCount[]
  readonly coverage: readonly SourceCoverage[]
}

/** Sources that are to be counted by reading them, between edges. */
interface ReadingCountRequest extends Omit<CountRequest, 'edgesOf' | 'limit'> {
  readonly sources: readonly string[]
  readonly asOfMs: number
  readonly edgesMs: readonly number[]
  /** Another way of counting them was tried before. */
  readonly wasAsked: boolean
}

/** Counts sources by reading them as one sequence, as far as the budget, a number of pages and the deadline go. */
export async function countByReading(
  request: ReadingCountRequest,
  budget: CountBudget,
  context: ReadingContext,
): Promise<Counted> {
  const { edgesMs, wasAsked, ...pages } = request
  const { sources, signal } = pages
  const asked = { ...pages, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL' } as const
  const values = edgesMs.slice(1).map(() => 0)
  if (isPastDeadline(signal)) {
    // The way before took all the time there was.
    if (wasAsked) return countedAs(sources.map(lateRow), true)
    return unread(deadlineNotice)
  }
  let first = await takeInTime()
  if (first === 0) return unread(isPastDeadline(signal) ? deadlineNotice : limitNotice)
  const reader = {
    readPage: async (page: PageRequest) => {
      let found = 0
      try {
        const result = await readPage({ ...page, first }, context)
        found = result.kind === 'page' ? result.edges.length : 0
        return result
      } finally {
        budget.settle(first, found)
      }
    },
  }
  let coverage: readonly SourceCoverage[] = []
  let [read, hasNext] = [0, true]
  for await (const page of readAll(reader, asked, () => ({ signal }))) {
    if (page.kind === 'readingFailed' && (coverage.length === 0 || !isPastDeadline(signal))) {
      coverage = sources.map((key) => failedRow(key, coverage, page.failures))
    }
    if (page.kind !== 'page') break
    for (const { entry } of page.edges) add(values, edgesMs, entry.occurredAtMs)
    coverage = page.coverage.map((row) => withSpent(row, coverage))
    hasNext = page.hasNextPage
    read += 1
    // A further page could tell nothing but that there is no time left: what answered so far has not failed.
    if (!hasNext || read === pagesMax || isPastDeadline(signal)) break
    first = await takeInTime()
    if (first === 0) break
  }
  if (hasNext && isPastDeadline(signal)) coverage = coverage.map((row) => cutByDeadline(row, deadlineNotice))
  return countedAs(coverage, hasNext)

  /** 0, too, where the deadline comes while others hold what is left. */
  async function takeInTime(): Promise<number> {
    const taken = await budget.take()
    if (taken === 0 || !isPastDeadline(signal)) return taken
    budget.settle(taken, 0)
    return 0
  }

  function unread(notice: string): Counted {
    const rows = sources.map((key) => unreadRow(key, notice))
    return countedAs(rows, true)
  }

  function countedAs(rows: readonly SourceCoverage[], isCut: boolean): Counted {
    const counts = values.map((count, index): EntryCount => {
      const [sinceMs = 0, untilMs = 0] = [edgesMs[index], edgesMs[index + 1]]
      if (rows.every(isUnread)) return { value: count, exactness: 'UNKNOWN' }
      const searched = rows.every((row) => isSearched(row, sinceMs, untilMs, isCut))
      return { value: count, exactness: searched ? 'EXACT' : 'AT_LEAST' }
    })
    return { counts, coverage: rows }
  }
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
