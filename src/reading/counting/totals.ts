import { isFailure } from '../../model/failure.js'
import type { UpstreamRow } from '../../model/provider.js'
import type { FetchTerms, ReadableSource } from '../page.js'
import type { FilterPlan, PlanPart } from '../plan.js'

/** How many entries lie between each two edges; null: totals prove nothing here, so they have to be read. */
export interface Tally {
  readonly counts: readonly number[] | null
  readonly requests: number
}

/** Slack of a source's bounds beyond which too many rows may lie around an edge, in ms. Whole days are beyond it. */
const slackMaxMs = 60_000
/** Rows asked for with a total, so that the few that lie behind the edge can be seen and taken off. */
const rowsAtEdge = 10
/** Requests to one source at a time. */
const atOnce = 4

/** Whether the totals of a source count exactly what is asked: nothing of the filter is left to evaluate here. */
export function canTally(
  { capabilities }: ReadableSource,
  { parts }: FilterPlan,
  edgesMs: readonly number[],
): boolean {
  const { totals, boundSlackMs, filters } = capabilities
  const isFine = boundSlackMs.since + boundSlackMs.until <= slackMaxMs
  // Everything up to now: nothing lies behind an edge, however coarse the bounds are.
  const isWhole = edgesMs.length === 2 && edgesMs[0] === Number.NEGATIVE_INFINITY
  return (
    totals &&
    (isFine || isWhole) &&
    parts.every(({ pushdown, residual, unproven }) => {
      const fields = Object.keys(pushdown) as (keyof typeof pushdown)[] // of our own making
      return residual.length === 0 && !unproven && fields.every((field) => filters[field]?.exact === true)
    })
  )
}

/**
 * Counts the entries of one source between edges, by what the provider says that a list holds in all: one request a
 * bucket and part, one more where entries may lie below the first edge. `edgesMs` is ascending, UTC milliseconds; its
 * first may be -Infinity. `isNewestFirst`: a page has shown that order.
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
  terms: FetchTerms,
): Promise<Tally> {
  const counter = new Counter(source, isNewestFirst, terms)
  const sums = edgesMs.slice(1).map(() => 0)
  for (const part of plan.parts) {
    const counts = await counter.countPart(part, edgesMs)
    if (counts === null) return { counts: null, requests: counter.requests }
    for (const [index, count] of counts.entries()) sums[index] = (sums[index] ?? 0) + count
  }
  return { counts: sums, requests: counter.requests }
}

/** The head of a list with its total, of which `surplus` rows lie behind the upper edge. */
interface Head {
  readonly rows: readonly UpstreamRow[]
  readonly total: number
  readonly surplus: number
}

class Counter {
  requests = 0
  readonly #source: ReadableSource
  readonly #isNewestFirst: boolean
  readonly #terms: FetchTerms

  constructor(source: ReadableSource, isNewestFirst: boolean, terms: FetchTerms) {
    this.#source = source
    this.#isNewestFirst = isNewestFirst
    this.#terms = terms
  }

  async countPart(part: PlanPart, edgesMs: readonly number[]): Promise<readonly number[] | null> {
    const beginMs = Math.max(
      edgesMs[0] ?? Number.NEGATIVE_INFINITY,
      part.range.sinceMs ?? Number.NEGATIVE_INFINITY,
    )
    const ends = edgesMs.map((edgeMs) => Math.max(beginMs, Math.min(edgeMs, part.range.untilMs ?? edgeMs)))
    const asked = [...new Set(ends)].filter((endMs) => endMs > beginMs)
    const heads = new Map<number, Head>()
    const rowsAsked = edgesMs.length === 2 ? 1 : rowsAtEdge
    for (let at = 0; at < asked.length; at += atOnce) {
      const some = asked.slice(at, at + atOnce)
      // The oldest list is short: with a page of it the surplus at its tail may be seen at once.
      const sizes = some.map((_, index) =>
        at + index === 0 && edgesMs.length > 2 ? this.#pageSize : rowsAsked,
      )
      const answers = await Promise.all(
        some.map((endMs, index) => this.#headOf(part, beginMs, endMs, sizes[index] ?? 1)),
      )
      for (const [index, endMs] of some.entries()) {
        const head = answers[index]
        if (!head) return null
        heads.set(endMs, head)
      }
    }
    const [oldest] = asked
    const below =
      oldest === undefined ? 0 : await this.#surplusBelow(part, beginMs, oldest, heads.get(oldest))
    if (below === null) return null
    const upTo = (endMs: number) => {
      const head = heads.get(endMs)
      return head ? head.total - head.surplus - below : 0
    }
    const counts = ends.slice(1).map((endMs, index) => upTo(endMs) - upTo(ends[index] ?? beginMs))
    return counts.every((count) => count >= 0) ? counts : null
  }

  get #pageSize(): number {
    return this.#source.capabilities.pageSizeMax
  }

  async #headOf(part: PlanPart, beginMs: number, endMs: number, size: number): Promise<Head | null> {
    const limit = this.#isNewestFirst ? Math.min(size, this.#pageSize) : this.#pageSize
    const list = await this.#list(part, beginMs, endMs, 0, limit)
    if (list === null) return null
    const { rows, total } = list
    const surplus = rows.filter(({ timeMs }) => timeMs >= endMs).length
    if (surplus < rows.length || rows.length === total) return { rows, total, surplus }
    return limit < this.#pageSize ? this.#headOf(part, beginMs, endMs, this.#pageSize) : null
  }

  /** How many rows of a list lie before its begin. */
  async #surplusBelow(
    part: PlanPart,
    beginMs: number,
    endMs: number,
    head: Head | undefined,
  ): Promise<number | null> {
    if (beginMs === Number.NEGATIVE_INFINITY || !head) return 0
    const isBefore = ({ timeMs }: UpstreamRow) => timeMs < beginMs
    if (head.rows.length === head.total) return head.rows.filter(isBefore).length
    // Two rows asked at the place of the last: one comes when the total is right.
    const last = await this.#list(part, beginMs, endMs, head.total - 1, 2)
    if (last === null || last.total !== head.total || last.rows.length !== 1) return null
    if (!last.rows.some(isBefore)) return 0
    const offset = Math.max(0, head.total - this.#pageSize)
    const tail = await this.#list(part, beginMs, endMs, offset, this.#pageSize)
    if (tail === null || tail.total !== head.total || tail.rows.length !== head.total - offset) return null
    const below = tail.rows.filter(isBefore).length
    return below < tail.rows.length || offset === 0 ? below : null
  }

  /** Some rows of a list and its total; null when that is not to be had or not to be believed. */
  async #list(
    { pushdown, matches }: PlanPart,
    beginMs: number,
    endMs: number,
    offset: number,
    limit: number,
  ): Promise<{ rows: readonly UpstreamRow[]; total: number } | null> {
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
    if (isFailure(page) || page.total === undefined) return null
    const { rows, total } = page
    const isSorted = rows.every(({ timeMs }, index) => timeMs <= (rows[index - 1]?.timeMs ?? timeMs))
    const isTrue = rows.every((row) => row.timeMs < beginMs || row.timeMs >= endMs || matches(row))
    const fits = offset + rows.length <= total && (rows.length > 0 || total <= offset)
    return isSorted && isTrue && fits ? { rows, total } : null
  }
}
