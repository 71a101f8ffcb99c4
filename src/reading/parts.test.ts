import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../model/capabilities.js'
import type { EntryContent } from '../model/entry.js'
import { type SourceFailure, sourceFailure } from '../model/failure.js'
import type { EntryFilter } from '../model/filter.js'
import type { PageAsk, UpstreamRow } from '../model/provider.js'
import { Secret } from '../model/secret.js'
import type { CountRequest, EntryPage, PageRequest, ReadableSource, SourceExplanation } from './page.js'
import { createReader } from './reader.js'

const nowMs = Date.UTC(2026, 5, 1)

const capabilities: Capabilities = {
  paging: 'offset',
  pageSizeMax: 100,
  order: 'newestFirst',
  totals: true,
  boundSlackMs: { since: 0, until: 0 },
  lookup: false,
  filters: { actorIds: { valuesMax: 1 }, actions: { valuesMax: 2, knows: (value) => value === 'known' } },
  unknownValueCode: 'no_such_word',
  exclusive: [],
}

function entry(index: number, parts: Partial<{ actor: string; action: string }> = {}): UpstreamRow {
  const timeMs = nowMs - (index + 1) * 60_000
  const content: EntryContent = {
    upstreamId: `e${index}`,
    occurredAtMs: timeMs,
    action: parts.action ?? 'known',
    actionKind: 'UNKNOWN',
    actor: { id: parts.actor ?? 'a', type: 'USER', rawType: null, name: null, email: null },
    resource: { type: 'thing', id: `r${index}`, name: null },
    counterparty: null,
    changes: null,
    reason: null,
    origin: null,
    organizationId: 'org',
    metadata: null,
    raw: {},
  }
  return { id: content.upstreamId, timeMs, content: () => content }
}

/** A list that filters as it declares; `trouble` may answer a request instead of it. */
function sourceOf(
  rows: readonly UpstreamRow[],
  trouble: (ask: PageAsk, number: number) => SourceFailure | null = () => null,
): ReadableSource & { readonly asks: PageAsk[] } {
  const asks: PageAsk[] = []
  return {
    key: 'log',
    capabilities,
    asks,
    settleMs: 0,
    async fetchPage(ask) {
      asks.push(ask)
      const failure = trouble(ask, asks.length)
      if (failure) return failure
      const { sinceMs = 0, untilMs = Number.POSITIVE_INFINITY, offset = 0, limit, pushdown } = ask
      const list = rows.filter((row) => {
        const { actor, action } = row.content()
        return (
          row.timeMs >= sinceMs &&
          row.timeMs < untilMs &&
          (pushdown.actorIds?.includes(actor.id ?? '') ?? true) &&
          (pushdown.actions?.includes(action) ?? true)
        )
      })
      const page = list.slice(offset, offset + limit)
      return { rows: page, more: offset + page.length < list.length, total: list.length }
    },
  }
}

async function readPage(
  reader: ReturnType<typeof createReader>,
  filter: EntryFilter,
  more: Partial<PageRequest> = {},
): Promise<EntryPage> {
  const page = await reader.readPage({
    filter,
    order: 'NEWEST_FIRST',
    onSourceError: 'PARTIAL',
    signal: new AbortController().signal,
    ...more,
  })
  if (page.kind !== 'page') throw new Error(JSON.stringify(page))
  return page
}

function readerOf(source: ReadableSource, now = () => nowMs) {
  return createReader({ sources: [source], secrets: [new Secret('a secret of a test')], now })
}

async function readAll(source: ReadableSource, filter: EntryFilter, more: Partial<PageRequest> = {}) {
  const reader = readerOf(source)
  const pages: EntryPage[] = []
  let after = more.after
  do {
    pages.push(await readPage(reader, filter, { first: 40, ...more, ...(after !== undefined && { after }) }))
    after = pages.at(-1)?.endCursor ?? undefined
  } while (pages.at(-1)?.hasNextPage)
  return pages
}

function idsOf(pages: readonly EntryPage[]): readonly string[] {
  return pages.flatMap(({ edges }) => edges.map((edge) => edge.entry.upstreamId))
}

describe('a filter that matches one entry in 10,000', () => {
  const rows = Array.from({ length: 30_000 }, (_, index) => entry(index))
  const filter = { resourceIds: ['r9999', 'r19999', 'r29999'] }

  it('ends a page within its budget and goes on to the end, with every match once', async () => {
    const source = sourceOf(rows)
    const pages = await readAll(source, filter)
    expect(idsOf(pages)).toEqual(['e9999', 'e19999', 'e29999'])
    const coverage = pages.map((page) => page.coverage[0])
    expect(coverage.slice(0, -1).map((row) => row?.state)).toEqual(pages.slice(1).map(() => 'SCAN_LIMIT'))
    expect(coverage.at(-1)?.state).toBe('COMPLETE')
    for (const row of coverage) {
      expect(row?.requests).toBeLessThanOrEqual(60)
      expect(row?.scanned).toBeLessThanOrEqual(5_100)
    }
    expect(coverage.reduce((sum, row) => sum + (row?.matched ?? 0), 0)).toBe(3)
    expect(coverage.reduce((sum, row) => sum + (row?.scanned ?? 0), 0)).toBe(30_000)
    expect(
      pages.every((page) => page.coverage[0]?.notices.some((text) => text.includes('resourceIds'))),
    ).toBe(true)
  })

  it('gives a cursor and hasNextPage with a page that has no entry', async () => {
    const page = await readPage(readerOf(sourceOf(rows)), { resourceIds: ['r29999'] })
    expect(page).toMatchObject({ edges: [], hasNextPage: true, complete: false })
    expect(page.endCursor).not.toBeNull()
  })
})

describe('several values where the provider takes one', () => {
  const rows = Array.from({ length: 600 }, (_, index) =>
    entry(index, { actor: ['a', 'b', 'c', 'd'][index % 4] ?? '' }),
  )
  const wanted = rows.filter((row) => ['a', 'b'].includes(row.content().actor.id ?? '')).map(({ id }) => id)
  const filter = { actorIds: ['a', 'b'] }

  it('are asked for one by one and merged', async () => {
    const source = sourceOf(rows)
    expect(idsOf(await readAll(source, filter))).toEqual(wanted)
    expect(new Set(source.asks.map(({ pushdown }) => pushdown.actorIds?.join()))).toEqual(new Set(['a', 'b']))
  })

  it('are evaluated here when they are more than may be asked for at once', async () => {
    const source = sourceOf(rows)
    const many = { actorIds: ['a', 'b', ...Array.from({ length: 8 }, (_, index) => `x${index}`)] }
    expect(idsOf(await readAll(source, many))).toEqual(wanted)
    expect(source.asks.every(({ pushdown }) => pushdown.actorIds === undefined)).toBe(true)
  })

  it('fail together: what one part knows behind the stop of another is in the gap alone', async () => {
    const down = (ask: PageAsk) =>
      ask.pushdown.actorIds?.[0] === 'b' && (ask.untilMs ?? 0) < nowMs - 100 * 60_000
    const source = sourceOf(rows, (ask) => (down(ask) ? sourceFailure('UNAVAILABLE') : null))
    const other = { ...sourceOf(rows.slice(0, 1)), key: 'other' }
    const reader = createReader({
      sources: [source, other],
      secrets: [new Secret('a secret of a test')],
      now: () => nowMs,
    })
    const pages: EntryPage[] = []
    let after: string | null = null
    do {
      const page: EntryPage = await readPage(reader, filter, { first: 70, ...(after !== null && { after }) })
      pages.push(page)
      after = page.endCursor
    } while (pages.at(-1)?.hasNextPage && pages.length < 9)
    const [row] = pages.at(-1)?.coverage ?? []
    expect(row).toMatchObject({ state: 'FAILED', error: { kind: 'UNAVAILABLE' } })
    const resumeCursor = row?.resumeCursor ?? ''
    const replay = await readAll(sourceOf(rows), filter, { after: resumeCursor, sources: ['log'] })
    const found = pages.flatMap(({ edges }) =>
      edges.flatMap(({ entry: { sourceKey, upstreamId } }) => (sourceKey === 'log' ? [upstreamId] : [])),
    )
    expect([...found, ...idsOf(replay)]).toEqual(wanted)
  })
})

describe('a source whose parts never make progress', () => {
  it.each([1, 8])('costs what explain says at most, in %i parts', async (parts) => {
    const filter = { actorIds: Array.from({ length: parts }, (_, index) => `a${index}`) }
    let requests = 0
    const reader = readerOf({
      key: 'log',
      capabilities: { ...capabilities, paging: 'cursor', totals: false },
      settleMs: 0,
      async fetchPage() {
        requests += 1
        const row: UpstreamRow = { ...entry(0), id: `e${requests}`, timeMs: nowMs - 1 }
        return { rows: [row], more: true, upstreamCursor: `c${requests}` }
      },
    })
    const told = reader.explain({ filter, order: 'NEWEST_FIRST' })
    expect(told).toMatchObject([{ requestsMin: parts, requestsMax: 400 }])
    const result = await reader.readPage({
      filter,
      order: 'NEWEST_FIRST',
      onSourceError: 'PARTIAL',
      signal: new AbortController().signal,
    })
    expect(result).toMatchObject({ kind: 'readingFailed', failures: [{ failure: { kind: 'TOO_DENSE' } }] })
    expect(requests).toBe(400)
  })
})

describe('a source without order, of which one part looks sorted', () => {
  it('is not believed in that part either', async () => {
    // The newest entry of a comes last in its list; those of b change places from the begin.
    const ofA = Array.from({ length: 150 }, (_, index) => entry(2 * index, { actor: 'a' }))
    const ofB = Array.from({ length: 150 }, (_, index) => entry(2 * index + 1, { actor: 'b' }))
    const [newest, ...others] = ofA
    if (!newest) throw new Error('There is no entry.')
    const swapped = ofB.map((_, index) => ofB[index ^ 1] ?? newest)
    const source = sourceOf([...others, newest, ...swapped])
    const told = { ...source, capabilities: { ...capabilities, order: 'unknown' as const } }
    const pages = await readAll(told, { actorIds: ['a', 'b'] }, { first: 20 })
    const sorted = [...ofA, ...ofB].sort((x, y) => y.timeMs - x.timeMs)
    expect(idsOf(pages)).toEqual(sorted.map(({ id }) => id))
    expect(pages[0]?.coverage[0]?.notices.join()).toContain('no order')
    expect(pages.every(({ complete, hasNextPage }) => complete || hasNextPage)).toBe(true)
    expect(pages.at(-1)).toMatchObject({ complete: true })
  })
})

describe('a source that has shown disorder', () => {
  const sorted = Array.from({ length: 300 }, (_, index) => entry(index))
  const swapped = sorted.map((row, index) => sorted[index ^ 1] ?? row)
  /** A source whose order nobody states and whose list may change. */
  const orderless = (list: () => ReadableSource): ReadableSource => ({
    ...list(),
    capabilities: { ...capabilities, order: 'unknown' },
    fetchPage: (ask, terms) => list().fetchPage(ask, terms),
  })
  const request = {
    filter: {},
    order: 'NEWEST_FIRST',
    first: 40,
    signal: new AbortController().signal,
  } as const

  it('is known to have no order though the page failed, for another source', async () => {
    let list = sourceOf(swapped)
    const log = orderless(() => list)
    const other = {
      ...sourceOf([], (_, number) => (number === 1 ? sourceFailure('UNAVAILABLE') : null)),
      key: 'other',
    }
    const reader = createReader({
      sources: [log, other],
      secrets: [new Secret('a secret of a test')],
      now: () => nowMs,
    })
    expect(await reader.readPage({ ...request, onSourceError: 'FAIL' })).toMatchObject({
      kind: 'readingFailed',
    })
    list = sourceOf(sorted)
    const page = await reader.readPage({ ...request, onSourceError: 'FAIL' })
    if (page.kind !== 'page') throw new Error(JSON.stringify(page))
    expect(page.coverage[0]?.notices.join()).toContain('no order')
  })

  it('leaves a gap in a reading whose cursor still takes it for sorted', async () => {
    const ascending = sourceOf([...sorted].reverse())
    let list = ascending
    const log = orderless(() => list)
    const reader = readerOf(log)
    const first = await readPage(reader, {}, { first: 40 })
    list = sourceOf(swapped)
    await readPage(reader, {}, { first: 40, freshness: 'LIVE' })
    list = ascending
    const next = await readPage(reader, {}, { first: 40, after: first.endCursor ?? '' })
    expect(next.coverage[0]?.gap).not.toBeNull()
  })
})

describe('a word that the provider may not know', () => {
  const refuse = (ask: PageAsk) =>
    ask.pushdown.actions?.includes('unknown')
      ? sourceFailure('INVALID_REQUEST', { upstreamCode: 'no_such_word' })
      : null

  it('is not blamed for a refusal that says something else', async () => {
    const source = sourceOf([entry(1)], () =>
      sourceFailure('INVALID_REQUEST', { upstreamCode: 'maintenance' }),
    )
    const reader = readerOf(source)
    const filter = { actions: ['unknown'] }
    const request = {
      filter,
      order: 'NEWEST_FIRST',
      onSourceError: 'PARTIAL',
      signal: new AbortController().signal,
    } as const
    for (const _ of [1, 2]) {
      expect(await reader.readPage(request)).toMatchObject({
        kind: 'readingFailed',
        failures: [{ failure: { kind: 'INVALID_REQUEST', upstreamCode: 'maintenance' } }],
      })
    }
  })

  it('is compared by the gateway once the provider has refused it, with a notice', async () => {
    const rows = [entry(1, { action: 'unknown' }), entry(2), entry(3, { action: 'unknown' })]
    const page = await readPage(readerOf(sourceOf(rows, refuse)), { actions: ['unknown'] })
    expect(idsOf([page])).toEqual(['e1', 'e3'])
    expect(page).toMatchObject({ complete: true, hasNextPage: false })
    expect(page.coverage[0]).toMatchObject({ state: 'COMPLETE', requests: 2, scanned: 3, error: null })
    expect(page.coverage[0]?.notices.join()).toContain('refuses actions ["unknown"] as not known to it')
  })

  it('does not take the entries of another branch with it', async () => {
    const rows = Array.from({ length: 40 }, (_, at) =>
      entry(at, { actor: at % 3 ? 'a' : 'u1', action: at % 2 ? 'unknown' : 'known' }),
    )
    const filter = { or: [{ actions: ['unknown'] }, { actorIds: ['u1'] }] }
    const all = rows.filter(({ content }) => content().action === 'unknown' || content().actor.id === 'u1')
    const pages = await readAll(sourceOf(rows, refuse), filter)
    expect(idsOf(pages)).toEqual(all.map(({ id }) => id))
    expect(pages.at(-1)?.complete).toBe(true)
  })

  it('is not the reason of a refusal that comes without it, too', async () => {
    const source = sourceOf([entry(1)], () =>
      sourceFailure('INVALID_REQUEST', { upstreamCode: 'no_such_word' }),
    )
    const reader = readerOf(source)
    for (const _ of [1, 2]) {
      await expect(readPage(reader, { actions: ['unknown'] })).rejects.toThrow('INVALID_REQUEST')
    }
    // So the words are sent again.
    expect(source.asks.map(({ pushdown }) => pushdown.actions)).toEqual([
      ['unknown'],
      undefined,
      ['unknown'],
      undefined,
    ])
  })

  it('is read so, too, where it was believed to be known', async () => {
    const refuseKnown = (ask: PageAsk) =>
      ask.pushdown.actions ? sourceFailure('INVALID_REQUEST', { upstreamCode: 'no_such_word' }) : null
    const page = await readPage(readerOf(sourceOf([entry(1)], refuseKnown)), { actions: ['known'] })
    expect(idsOf([page])).toEqual(['e1'])
  })

  it('is not asked for again by the next pages, until an hour has passed', async () => {
    let timeMs = nowMs
    const source = sourceOf([entry(1)], refuse)
    const reader = readerOf(source, () => timeMs)
    const filter = { actions: ['unknown'] }
    const refused = () => source.asks.filter((ask) => refuse(ask) !== null)
    const first = (await readPage(reader, filter)).coverage[0]
    expect(refused()).toHaveLength(1)
    for (const minutes of [1, 59]) {
      timeMs = nowMs + minutes * 60_000
      const page = await readPage(reader, filter)
      expect(page).toMatchObject({ edges: [], complete: true, hasNextPage: false })
      expect(page.coverage[0]).toMatchObject({ state: 'COMPLETE', requests: 1, notices: first?.notices })
      const [told] = reader.explain({ filter, order: 'NEWEST_FIRST' }) as readonly SourceExplanation[]
      expect(told).toMatchObject({ excluded: false, requestsMin: 1 })
      expect(told?.residual).toEqual([{ field: 'actions', reason: 'VALUE_NOT_SENDABLE' }])
      expect(told?.emulated).toEqual(expect.arrayContaining([...(first?.notices ?? [])]))
    }
    expect(refused()).toHaveLength(1)
    timeMs = nowMs + 61 * 60_000
    await readPage(reader, filter)
    expect(refused()).toHaveLength(2)
  })

  it('is asked for at once by a page that is to be LIVE, and by all that follow once it is known', async () => {
    let hasLearned = false
    const late = entry(1, { action: 'unknown' })
    const source = sourceOf([late], (ask) => (hasLearned ? null : refuse(ask)))
    const reader = readerOf(source)
    const filter = { actions: ['unknown'] }
    const asked = () => source.asks.at(-1)?.pushdown
    for (const [learned, freshness, pushdown] of [
      [false, undefined, {}],
      [true, undefined, {}],
      [true, 'LIVE', filter],
      [true, undefined, filter],
    ] as const) {
      hasLearned = learned
      expect(idsOf([await readPage(reader, filter, freshness && { freshness })])).toEqual([late.id])
      expect(asked()).toEqual(pushdown)
    }
  })

  it('stays refused where a page that is to be LIVE was not answered', async () => {
    let isLate = false
    const source = sourceOf([], (ask) => (isLate ? sourceFailure('TIMEOUT') : refuse(ask)))
    const reader = readerOf(source)
    const filter = { actions: ['unknown'] }
    await readPage(reader, filter)
    isLate = true
    const begun = source.asks.length
    await expect(readPage(reader, filter, { freshness: 'LIVE' })).rejects.toThrow('TIMEOUT')
    expect(source.asks.length).toBeGreaterThan(begun)
    isLate = false
    const asked = source.asks.length
    await readPage(reader, filter)
    expect(source.asks.slice(asked).map(({ pushdown }) => pushdown)).toEqual([{}])
  })

  it('is refused once in a reading of many pages, beside words that are read on', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => entry(index))
    const source = sourceOf(rows, refuse)
    const pages = await readAll(source, { actions: ['known', 'unknown'] })
    expect(idsOf(pages)).toEqual(rows.map(({ id }) => id))
    expect(source.asks.filter((ask) => refuse(ask) !== null)).toHaveLength(1)
    expect(pages.every((page) => page.coverage[0]?.notices.join().includes('unknown'))).toBe(true)
  })

  it('costs only itself beside words that it knows', async () => {
    const source = sourceOf([entry(1), entry(2, { action: 'other' })], refuse)
    const page = await readPage(readerOf(source), { actions: ['known', 'unknown'] })
    expect(idsOf([page])).toEqual(['e1'])
    expect(page.coverage[0]?.state).toBe('COMPLETE')
  })

  it('is asked for like any other when the provider takes it', async () => {
    const source = sourceOf([entry(1), entry(2, { action: 'other' })])
    const page = await readPage(readerOf(source), { actions: ['other'] })
    expect(idsOf([page])).toEqual(['e2'])
    expect(page.coverage[0]).toMatchObject({ state: 'COMPLETE', scanned: 1, matched: 1 })
  })
})

describe('a filter that nothing can match', () => {
  it.each<[string, EntryFilter]>([
    ['an empty list', { actorIds: [] }],
    ['an empty or', { or: [] }],
    ['the negation of the empty filter', { not: {} }],
    ['a contradiction', { actions: ['x'], not: { actions: ['x', 'y'] } }],
    ['equal bounds', { occurredAt: { sinceMs: 5, untilMs: 5 } }],
    [
      'times that exclude each other',
      { and: [{ occurredAt: { untilMs: 5 } }, { occurredAt: { sinceMs: 9 } }] },
    ],
  ])('does not ask for %s', async (_, filter) => {
    const source = sourceOf([entry(1)])
    const page = await readPage(readerOf(source), filter)
    expect(page).toMatchObject({ edges: [], complete: true, hasNextPage: false })
    expect(page.coverage[0]).toMatchObject({ state: 'EXCLUDED', requests: 0 })
    expect(source.asks).toEqual([])
  })
})

describe('times within and, or and not', () => {
  it('are the only times that are read', async () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => entry(index))
    const source = sourceOf(rows)
    const hours = (from: number, until: number) => ({
      occurredAt: { sinceMs: nowMs - from * 3_600_000, untilMs: nowMs - until * 3_600_000 },
    })
    const filter = { or: [hours(2, 1), { and: [hours(12, 9), { not: hours(11, 10) }] }] }
    const found = idsOf(await readAll(source, filter))
    expect(found).toHaveLength(180)
    for (const { sinceMs, untilMs } of source.asks) {
      const spans = [
        [2, 1],
        [12, 11],
        [10, 9],
      ].map(([from = 0, until = 0]) => [nowMs - from * 3_600_000, nowMs - until * 3_600_000])
      expect(
        spans.some(([since = 0, until = 0]) => (sinceMs ?? 0) >= since && (untilMs ?? 0) <= until + 1),
      ).toBe(true)
    }
  })
})

it('notes the words of rows that a filter dropped, too', async () => {
  const rows = Array.from({ length: 9 }, (_, index) => entry(index, { actor: index === 0 ? 'a' : 'b' }))
  const reader = readerOf(sourceOf(rows))
  const page = await readPage(reader, { not: { actorIds: ['b'] } })
  expect(page.edges.map((edge) => edge.entry.actor.id)).toEqual(['a'])
  expect(reader.seenWords('log').actions.reduce((sum, { count }) => sum + count, 0)).toBe(9)
})

describe('a count by reading', () => {
  const rows = Array.from({ length: 300 }, (_, index) => entry(index, { actor: index % 3 === 0 ? 'a' : 'b' }))
  const signal = new AbortController().signal
  const request = {
    filter: { actorIds: ['a'] },
    asOfMs: nowMs,
    limit: 500,
    signal,
  } as const

  async function countOf(source: ReadableSource, asked: CountRequest) {
    const reader = readerOf({ ...source, capabilities: { ...capabilities, totals: false } })
    const answer = await reader.count(asked)
    return 'counts' in answer ? answer.counts[0] : answer
  }

  it.each([
    [500, { value: 100, exactness: 'EXACT' }],
    [100, { value: 100, exactness: 'EXACT' }],
    [99, { value: 99, exactness: 'AT_LEAST' }],
    [1, { value: 1, exactness: 'AT_LEAST' }],
  ])('up to %i of 100', async (limit, expected) => {
    expect(await countOf(sourceOf(rows), { ...request, limit })).toEqual(expected)
  })

  it('is of the reading as it was pinned', async () => {
    const asOfMs = nowMs - 150 * 60_000
    expect(await countOf(sourceOf(rows), { ...request, asOfMs })).toEqual({
      value: 50,
      exactness: 'EXACT',
    })
  })

  it('is never exact where a source failed, and unknown where nothing could be read', async () => {
    const broken = sourceOf(rows, (_, number) => (number > 2 ? sourceFailure('UNAVAILABLE') : null))
    const whole = { ...request, filter: { not: { actorIds: ['a'] } } }
    expect(await countOf(broken, whole)).toMatchObject({ exactness: 'AT_LEAST' })
    const dead = sourceOf(rows, () => sourceFailure('UNAVAILABLE'))
    expect(await countOf(dead, request)).toEqual({ value: 0, exactness: 'UNKNOWN' })
  })
})
