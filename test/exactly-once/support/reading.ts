import { expect } from 'vitest'
import type { CoverageState, UpstreamErrorKind } from '../../generated/graphql.js'
import { comesBefore, type Entry, entryOf, type Selection } from './events.js'

/** One row of coverage, as far as these suites look at it. */
interface CoverageRow {
  readonly source: { readonly key: string }
  readonly state: CoverageState
  readonly gap: { readonly since: string | null; readonly until: string | null } | null
  readonly resumeCursor: string | null
  readonly requests: number
  readonly error: {
    readonly kind: UpstreamErrorKind
    readonly message: string
    readonly remedy: string
    readonly retryable: boolean
    readonly retryAfter: string | null
    readonly httpStatus: number | null
    readonly upstreamCode: string | null
    readonly upstreamMessage: string | null
    readonly traceId: string | null
  } | null
}

export interface Page {
  readonly edges: readonly {
    readonly cursor: string
    readonly node: {
      readonly source: { readonly key: string }
      readonly upstreamId: string
      readonly occurredAt: string
    }
  }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
  readonly asOf: string
  readonly complete: boolean
  readonly coverage: readonly CoverageRow[]
}

interface Answer {
  readonly data?: { readonly auditEntries: Page } | null
  readonly errors?: readonly {
    readonly message: string
    readonly extensions: Readonly<Record<string, unknown>>
  }[]
}

const query = `query Page(
  $first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter, $sources: [String!],
  $order: AuditEntryOrder! = NEWEST_FIRST, $onSourceError: SourceErrorPolicy! = PARTIAL
) {
  auditEntries(
    first: $first, after: $after, last: $last, before: $before, filter: $filter, sources: $sources,
    order: $order, onSourceError: $onSourceError
  ) {
    edges { cursor node { source { key } upstreamId occurredAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    asOf
    complete
    coverage {
      source { key }
      state
      gap { since until }
      resumeCursor
      requests
      error { kind message remedy retryable retryAfter httpStatus upstreamCode upstreamMessage traceId }
    }
  }
}`

/** Sends the query over HTTP and gives the answer as it came. */
export async function post(url: string, variables: Readonly<Record<string, unknown>>): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  // The fields are those of the query above.
  return (await response.json()) as Answer
}

/** Variables that ask for what brute force selects. */
export function variablesOf({
  order,
  sources,
  sinceMs,
  untilMs,
  actorIds,
}: Selection): Record<string, unknown> {
  return {
    order,
    sources,
    filter: {
      ...(actorIds && { actorIds }),
      ...((sinceMs ?? untilMs) !== undefined && {
        occurredAt: {
          ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
          ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
        },
      }),
    },
  }
}

/** One page. Throws what came in its place. */
export async function readPage(url: string, variables: Readonly<Record<string, unknown>>): Promise<Page> {
  const { data, errors } = await post(url, variables)
  if (errors || !data) throw new Error(JSON.stringify(errors))
  return data.auditEntries
}

export function entriesOf(page: Page): readonly Entry[] {
  return page.edges.map(({ node }) => entryOf(node.source.key, node.upstreamId, Date.parse(node.occurredAt)))
}

/** The row of coverage of a source. */
export function coverageOf(page: Page, key: string): CoverageRow {
  const row = page.coverage.find(({ source }) => source.key === key)
  if (!row) throw new Error(`No coverage of ${key}.`)
  return row
}

export interface WalkOptions extends Selection {
  /** Entries a page. */
  readonly size: number
  /** `last` and `before` in place of `first` and `after`. */
  readonly backward?: boolean
  /** Cursor to begin at; left out at the end of the connection that the walk begins with. */
  readonly from?: string
  /** Whom to ask for page `number`, from 1, when it is not one gateway alone. */
  readonly urlOf?: (number: number) => string | Promise<string>
  /** What happens after page `number` and before the next one. */
  readonly between?: (page: Page, number: number) => void | Promise<void>
}

export interface Walk {
  readonly pages: readonly Page[]
  /** What the pages gave, in the order of the connection. */
  readonly entries: readonly Entry[]
  readonly asOfMs: number
  /** The last page. */
  readonly end: Page
}

const pagesMax = 400

/** Pages through a reading until its end. Checks of every page what holds whatever the sources do. */
export async function walk(url: string, options: WalkOptions): Promise<Walk> {
  const { size, backward = false, urlOf, between } = options
  const variables = variablesOf(options)
  const pages: Page[] = []
  let cursor = options.from
  for (let number = 1; ; number += 1) {
    if (number > pagesMax) throw new Error(`The reading has no end within ${pagesMax} pages.`)
    const page = await readPage((await urlOf?.(number)) ?? url, {
      ...variables,
      ...(backward ? { last: size, before: cursor } : { first: size, after: cursor }),
    })
    expect(page.edges.length).toBeLessThanOrEqual(size)
    expect(page.asOf).toBe((pages[0] ?? page).asOf)
    const { startCursor, endCursor, hasNextPage, hasPreviousPage } = page.pageInfo
    const [first, last] = [page.edges.at(0), page.edges.at(-1)]
    if (first && last) expect([startCursor, endCursor]).toEqual([first.cursor, last.cursor])
    pages.push(page)
    if (!(backward ? hasPreviousPage : hasNextPage)) break
    const next = backward ? startCursor : endCursor
    if (next === null || next === cursor) throw new Error(`Page ${number} promises more and leads nowhere.`)
    cursor = next
    await between?.(page, number)
  }
  const inOrder = backward ? pages.toReversed() : pages
  return {
    pages,
    entries: inOrder.flatMap(entriesOf),
    asOfMs: Date.parse((pages[0] as Page).asOf),
    end: pages.at(-1) as Page,
  }
}

/** What is wrong with a reading; every part is empty when nothing is. At most five names a part. */
export interface Verdict {
  readonly missing: readonly string[]
  readonly surplus: readonly string[]
  readonly repeated: readonly string[]
  /** Entries that come where the order has them before the one given before them. */
  readonly misplaced: readonly string[]
}

export const flawless: Verdict = { missing: [], surplus: [], repeated: [], misplaced: [] }

/**
 * Judges what a reading gave: all of `stable`, nothing but `possible`, nothing twice, in the order asked for. Without
 * `possible` it has to be exactly what is stable.
 */
export function judge(
  actual: readonly Entry[],
  order: Selection['order'],
  stable: readonly Entry[],
  possible = stable,
): Verdict {
  const names = actual.map(({ name }) => name)
  const given = new Set(names)
  const allowed = new Set(possible.map(({ name }) => name))
  const follows = (a: Entry, b: Entry) => (order === 'OLDEST_FIRST' ? comesBefore(b, a) : comesBefore(a, b))
  const verdict = {
    missing: stable.map(({ name }) => name).filter((name) => !given.has(name)),
    surplus: [...given].filter((name) => !allowed.has(name)),
    repeated: names.filter((name, index) => names.indexOf(name) < index),
    misplaced: names.filter((_, index) => {
      const [before, entry] = [actual[index - 1], actual[index]]
      return before !== undefined && entry !== undefined && !follows(before, entry)
    }),
  }
  const shorten = (found: readonly string[]) => found.slice(0, 5)
  return {
    missing: shorten(verdict.missing),
    surplus: shorten(verdict.surplus),
    repeated: shorten(verdict.repeated),
    misplaced: shorten(verdict.misplaced),
  }
}

/** Names of entries that a reading should have given and has neither given nor named a gap around. */
export function lostInSilence({ entries, end }: Walk, expected: readonly Entry[]): readonly string[] {
  const given = new Set(entries.map(({ name }) => name))
  const gaps = new Map(end.coverage.map(({ source, gap }) => [source.key, gap]))
  return expected
    .filter(({ name, sourceKey, timeMs }) => {
      const gap = gaps.get(sourceKey)
      return !given.has(name) && !(gap && isWithin(timeMs, gap))
    })
    .map(({ name }) => name)
}

/** Whether a time lies in a half-open range; a bound that is null is none. */
function isWithin(timeMs: number, { since, until }: NonNullable<CoverageRow['gap']>): boolean {
  return (since === null || timeMs >= Date.parse(since)) && (until === null || timeMs < Date.parse(until))
}
