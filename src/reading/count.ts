import type { ReadingContext } from './open-lanes.js'
import { type CountRequest, type EntryCount, type EntryPage, pageSizeMax } from './page.js'
import { readPage } from './read-page.js'

/** Pages that one count may read: a filter that matches little ends pages early, with few entries or none. */
const pagesMax = 40

/**
 * Counts the entries of a reading from its begin, by reading them: nothing else is sure to be exact, since a provider's
 * own total counts what its bounds let in and may not hold still. Stops at `limit`, at a failure, or after 40 pages.
 *
 * EXACT: every source was searched to its end, without a gap. AT_LEAST: there are more, or there may be. UNKNOWN: not
 * one page could be read.
 */
export async function countEntries(request: CountRequest, context: ReadingContext): Promise<EntryCount> {
  const { filter, order, asOfMs, limit, sources, signal } = request
  const asked = context.sources.map(({ key }) => key).filter((key) => sources?.includes(key) ?? true)
  const begin = { key: null, searched: null, delivered: false, gaps: [], segments: null, orders: [] }
  const cursors = context.bindCursors({ filter, order, sourceKeys: asked })
  let after = cursors.encode({ asOfMs, ...begin })
  let value = 0
  for (let pages = 0; pages < pagesMax; pages += 1) {
    // One more than is counted tells whether there are more.
    const first = Math.min(pageSizeMax, limit + 1 - value)
    const page = await readPage(
      { first, after, filter, sources: asked, order, onSourceError: 'PARTIAL', signal },
      context,
    )
    if (page.kind !== 'page') return { value, exactness: pages === 0 ? 'UNKNOWN' : 'AT_LEAST' }
    value += page.edges.length
    if (value > limit) return { value: limit, exactness: 'AT_LEAST' }
    if (isWhole(page)) return { value, exactness: 'EXACT' }
    if (!page.hasNextPage || page.endCursor === null) break
    after = page.endCursor
  }
  return { value, exactness: 'AT_LEAST' }
}

function isWhole({ hasNextPage, complete }: EntryPage): boolean {
  return !hasNextPage && complete
}
