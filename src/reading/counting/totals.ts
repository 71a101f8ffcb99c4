import type { Capabilities } from '../../model/capabilities.js'
import { isFailure } from '../../model/failure.js'
import type { UpstreamRow } from '../../model/provider.js'
import type { FetchTerms, ReadableSource } from '../page.js'
import { slackFineMs } from '../paging/step.js'
import type { FilterPlan, PlanPart } from '../plan.js'
import type { TallyTerms } from './time-share.js'

/** How many entries lie between each two edges; null: totals prove nothing here, so they have to be read. */
export interface Tally {
  readonly counts: readonly number[] | null
  readonly requests: number
  /** Whether the source has given a page. */
  readonly hasAnswered: boolean
}

/** Rows asked for with a total, so that the few that lie behind the edge can be seen and taken off. */
const rowsAtEdge = 10
/** Requests to one source at a time. */
const atOnce = 4
/** Requests in which one edge has to be found. */
const probesMax = 16
/** Lists that are cut off are so after a round number of rows: a multiple of one, and no less than the other. */
const [listedStep, listedAtLeast] = [500, 1_000]
/** Where bounds are coarse: requests that an edge is expected to take, and edges beyond which entries are read. */
const coarseRequests = 3
const coarseEdgesMax = 100

/** Whether the totals of a source count exactly what is asked: nothing of the filter is left to evaluate here. */
export function canTally(
  { capabilities }: ReadableSource,
  { parts }: FilterPlan,
  edgesMs: readonly number[],
): boolean {
  const { paging, totals, boundSlackMs, filters } = capabilities
  // Everything up to now: nothing lies behind an edge, however coarse the bounds are.
  const isWhole = edgesMs.length === 2 && edgesMs[0] === Number.NEGATIVE_INFINITY
  return (
    totals &&
    // Edges are found by offsets.
    paging === 'offset' &&
    (isFine(boundSlackMs) || isWhole || edgesMs.length <= coarseEdgesMax) &&
    parts.every(({ pushdown, residual, withoutWords }) => {
      const fields = Object.keys(pushdown) as (keyof typeof pushdown)[] // of our own making
      const isSure = residual.length === 0 && withoutWords === null
      return isSure && fields.every((field) => filters[field]?.exact === true)
    })
  )
}

function isFine({ since, until }: Capabilities['boundSlackMs']): boolean {
  return since + until <= slackFineMs
}

/**
 * Counts the entries of one source between edges, by what the provider says that a list holds in all: one request a
 * bucket and part, one more where there are several, to see that the list has not changed meanwhile, one where entries
 * may lie below the first edge, and some where many stand at an edge or the bounds are coarse. `edgesMs` is ascending,
 * UTC milliseconds; its first may be -Infinity. `isNewestFirst`: a page has shown that order. Null, too, where bounds are
 * coarse and reading, up to `limit`, takes fewer requests, and where the time for it is over.
 *
 * A provider's bounds let in more than was asked for. In a list that is newest first the surplus at the upper edge
 * stands at its head, and at the lower edge at its tail, where it is seen and taken off. What contradicts that, or the
 * filter, or another total, makes the tally null.
 */
export async function tally(
  source: ReadableSource,
  plan: FilterPlan,
  edgesMs: readonly number[],
  isNewestFirst: boolean,
  { limit, ...terms }: TallyTerms & { readonly limit: number },
): Promise<Tally> {
  const counter = new Counter(source, isNewestFirst, limit, terms)
  const sums = edgesMs.slice(1).map(() => 0)
  for (const part of plan.parts) {
    const counts = await counter.countPart(part, edgesMs)
    if (counts === null) {
      return { counts: null, requests: counter.requests, hasAnswered: counter.hasAnswered }
    }
    for (const [index, count] of counts.entries()) sums[index] = (sums[index] ?? 0) + count
  }
  return { counts: sums, requests: counter.requests, hasAnswered: counter.hasAnswered }
}

/** A list with an edge in it: `before` rows, all at or behind the edge, then the others of `total`. */
interface Split {
  readonly before: number
  readonly total: number
  /** The whole list, where one page held it. */
  readonly all: readonly UpstreamRow[] | null
}

interface Rows {
  readonly rows: readonly UpstreamRow[]
  readonly total: number
}

class Counter {
  requests = 0
  hasAnswered = false
  #isOrderShown: boolean
  readonly #source: ReadableSource
  readonly #isNewestFirst: boolean
  readonly #readingLimit: number
  readonly #terms: FetchTerms
  readonly #isOver: () => boolean

  constructor(
    source: ReadableSource,
    isNewestFirst: boolean,
    readingLimit: number,
    { isOver, ...terms }: TallyTerms,
  ) {
    this.#source = source
    this.#isNewestFirst = isNewestFirst
    this.#isOrderShown = isNewestFirst || source.capabilities.order === 'newestFirst'
    this.#readingLimit = readingLimit
    this.#terms = terms
    this.#isOver = isOver
  }

  async countPart(part: PlanPart, edgesMs: readonly number[]): Promise<readonly number[] | null> {
    const beginMs = Math.max(
      edgesMs[0] ?? Number.NEGATIVE_INFINITY,
      part.range.sinceMs ?? Number.NEGATIVE_INFINITY,
    )
    const ends = edgesMs.map((edgeMs) => Math.max(beginMs, Math.min(edgeMs, part.range.untilMs ?? edgeMs)))
    const asked = [...new Set(ends)].filter((endMs) => endMs > beginMs)
    const heads = new Map<number, Split>()
    const newest = asked.at(-1)
    const isDivided = newest !== undefined && asked.length > 1
    if (isDivided) {
      const isCoarse = !isFine(this.#source.capabilities.boundSlackMs)
      const list = { part, beginMs, endMs: newest }
      const head = await this.#splitAt(newest, list, 0, isCoarse ? this.#pageSize : rowsAtEdge)
      const cheaperToRead = Math.min(this.#readingLimit, asked.length * coarseRequests * this.#pageSize)
      if (!head || (isCoarse && head.total <= cheaperToRead)) return null
      heads.set(newest, head)
      asked.pop()
    }
    const rowsAsked = edgesMs.length === 2 ? 1 : rowsAtEdge
    for (let at = 0; at < asked.length; at += atOnce) {
      const some = asked.slice(at, at + atOnce)
      const answers = await Promise.all(
        some.map((endMs, index) => {
          // The oldest list is short: with a page of it the surplus at its tail may be seen at once.
          const isOldest = at + index === 0 && edgesMs.length > 2
          return this.#splitAt(endMs, { part, beginMs, endMs }, 0, isOldest ? this.#pageSize : rowsAsked)
        }),
      )
      for (const [index, endMs] of some.entries()) {
        const head = answers[index]
        if (!head) return null
        heads.set(endMs, head)
      }
    }
    const [oldest] = asked
    if (newest !== undefined) {
      const { total } = heads.get(newest) ?? { total: 0 }
      if (!(await this.#holdsAll({ part, beginMs, endMs: newest }, total))) return null
    }
    const below = oldest === undefined ? 0 : await this.#below({ part, beginMs, endMs: oldest }, heads)
    if (below === null) return null
    // A bucket is the difference of two totals: what appears or goes anywhere between the two would be taken for its own.
    if (isDivided && !(await this.#isStill({ part, beginMs, endMs: newest }, heads))) return null
    const upTo = (endMs: number) => {
      const head = heads.get(endMs)
      return head ? head.total - head.before - below : 0
    }
    const counts = ends.slice(1).map((endMs, index) => upTo(endMs) - upTo(ends[index] ?? beginMs))
    return counts.every((count) => count >= 0) ? counts : null
  }

  get #pageSize(): number {
    return this.#source.capabilities.pageSizeMax
  }

  /**
   * Whether a list holds all that is in its window, as far as can be seen: some providers list, and count, no more than a
   * number of rows. What such a list leaves out is listed in a window that ends before its last row, beyond what bounds let
   * in. Looked for where the total is one to be cut at.
   */
  async #holdsAll(list: List, total: number): Promise<boolean> {
    if (total < listedAtLeast || total % listedStep !== 0) return true
    const tail = await this.#read(list, total - rowsAtEdge, rowsAtEdge)
    const last = tail?.rows.at(-1)
    if (!tail || !last) return false
    // One that is cut off would go on counting the same.
    if (tail.total !== total) return true
    const endMs = last.timeMs - this.#source.capabilities.boundSlackMs.until
    if (endMs <= list.beginMs) return true
    const before = await this.#read({ ...list, endMs }, 0, rowsAtEdge)
    return before?.rows.every(({ timeMs }) => timeMs >= last.timeMs) ?? false
  }

  /** Whether the list that holds all others counts what it did at first. By its tail: a row too many comes if that is too low. */
  async #isStill(list: List, heads: ReadonlyMap<number, Split>): Promise<boolean> {
    const total = heads.get(list.endMs)?.total ?? 0
    const last = await this.#read(list, Math.max(0, total - 1), 2)
    return last !== null && last.total === total
  }

  /** How many rows of a list lie before its begin. */
  async #below(list: List, heads: ReadonlyMap<number, Split>): Promise<number | null> {
    const { beginMs, endMs } = list
    const head = heads.get(endMs)
    if (beginMs === Number.NEGATIVE_INFINITY || !head) return 0
    if (head.all) return head.all.filter(({ timeMs }) => timeMs < beginMs).length
    // One row more than there should be is asked for: it comes when the total is too low.
    const tail = await this.#splitAt(beginMs, list, Math.max(0, head.total - rowsAtEdge + 1), rowsAtEdge)
    return tail && tail.total - tail.before
  }

  /**
   * Finds an edge in a list that is newest first: the page that shows rows on both sides of it says by its offset how
   * many lie before, and by its total how many after, both at one moment. Begins with `limit` rows at `offset` and
   * goes on by guessing from the times seen, and by halves. null: not found, or not to be believed.
   */
  async #splitAt(edgeMs: number, list: List, offset: number, limit: number): Promise<Split | null> {
    let [at, size] = [offset, this.#isNewestFirst ? Math.min(limit, this.#pageSize) : this.#pageSize]
    let bounds: Bounds = { total: -1, low: -1, high: 0, lowMs: null, highMs: null }
    for (let probe = 0; probe < probesMax; probe += 1) {
      const page = await this.#read(list, at, size)
      if (page === null) return null
      const { rows, total } = page
      const behind = rows.filter(({ timeMs }) => timeMs >= edgeMs).length
      const before = at + behind
      const isSeen = (behind > 0 || at === 0) && (behind < rows.length || before === total)
      if (isSeen) {
        const all = rows.length === total ? rows : null
        return all || (await this.#isOrdered(list, page, at)) ? { before, total, all } : null
      }
      const [first, last] = [rows[0], rows.at(-1)]
      if (!first || !last) return null
      if (bounds.total !== total) bounds = { total, low: -1, high: total, lowMs: null, highMs: null }
      bounds =
        behind > 0
          ? { ...bounds, low: before - 1, lowMs: last.timeMs }
          : { ...bounds, high: at, highMs: first.timeMs }
      if (bounds.low >= bounds.high) return null
      size = this.#pageSize
      at = probeAt(bounds, edgeMs, size, probe % 2 === 0)
    }
    return null
  }

  /** Rows of one time say nothing of the order, without which the surplus may be anywhere: then the tail does. */
  async #isOrdered(list: List, { rows, total }: Rows, at: number): Promise<boolean> {
    if (this.#isOrderShown) return true
    const tail = await this.#read(list, Math.max(0, total - this.#pageSize), this.#pageSize)
    const [first, last] = [rows[0], tail?.rows.at(-1)]
    if (!tail || !first || !last || tail.total !== total) return false
    return last.timeMs < first.timeMs || (at === 0 && last.timeMs === first.timeMs)
  }

  /** Some rows of a list and its total; null when that is not to be had or not to be believed. */
  async #read(
    { part: { pushdown, matches }, beginMs, endMs }: List,
    offset: number,
    limit: number,
  ): Promise<Rows | null> {
    if (this.#isOver()) return null
    this.requests += 1
    const page = await this.#source.fetchPage(
      {
        ...(beginMs > Number.NEGATIVE_INFINITY && { sinceMs: beginMs }),
        untilMs: endMs,
        pushdown,
        limit,
        offset,
      },
      this.#terms,
    )
    if (isFailure(page)) {
      if (page.unsent) this.requests -= 1
      return null
    }
    this.hasAnswered = true
    if (page.total === undefined) return null
    const { rows, total } = page
    const isSorted = rows.every(({ timeMs }, index) => timeMs <= (rows[index - 1]?.timeMs ?? timeMs))
    const isTrue = rows.every((row) => row.timeMs < beginMs || row.timeMs >= endMs || matches(row))
    const isWhole = rows.length === Math.min(limit, Math.max(0, total - offset))
    const isContradicted = page.more && offset + rows.length >= total
    this.#isOrderShown ||= isSorted && (rows[0]?.timeMs ?? 0) > (rows.at(-1)?.timeMs ?? 0)
    return isSorted && isTrue && isWhole && !isContradicted ? { rows, total } : null
  }
}

/** What the provider pages over when it is asked for a part between two times. */
interface List {
  readonly part: PlanPart
  readonly beginMs: number
  readonly endMs: number
}

/** What is known of where an edge is: the row at `low` lies at or behind it, the one at `high` before it. */
interface Bounds {
  readonly total: number
  readonly low: number
  readonly high: number
  readonly lowMs: number | null
  readonly highMs: number | null
}

/** The offset of the next page to look for an edge at. It begins at `low` when that page reaches `high`. */
function probeAt({ low, high, lowMs, highMs }: Bounds, edgeMs: number, size: number, guess: boolean): number {
  const from = Math.max(0, low)
  if (high - from < size) return from
  const share = guess && lowMs !== null && highMs !== null ? (lowMs - edgeMs) / (lowMs - highMs) : 0.5
  const middle = from + Math.floor((high - from) * share - size / 2)
  return Math.max(from, Math.min(high - size + 1, middle))
}
