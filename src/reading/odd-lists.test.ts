import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../model/capabilities.js'
import type { EntryContent } from '../model/entry.js'
import { type SourceFailure, sourceFailure } from '../model/failure.js'
import type { TimeRange } from '../model/filter.js'
import type { PageAsk, UpstreamPage, UpstreamRow } from '../model/provider.js'
import { Secret } from '../model/secret.js'
import type { ReadingLimits } from './limits.js'
import type { PageRequest, ReadableSource } from './page.js'
import { createCursorCodecs } from './position-cursor.js'
import { readAll } from './read-all.js'
import { createReader } from './reader.js'
import { cutAbove, cutAfter, type KeyRange } from './travel.js'

/** Lists that a provider may well keep, and answers of theirs that contradict themselves. */

const nowMs = Date.UTC(2026, 5, 1)
const { signal } = new AbortController()
const capabilities: Capabilities = {
  paging: 'offset',
  pageSizeMax: 10,
  order: 'unknown',
  totals: true,
  boundSlackMs: { since: 0, until: 0 },
  lookup: false,
  filters: {},
  exclusive: [],
}

function row(id: string, agoMs: number): UpstreamRow {
  const timeMs = nowMs - agoMs
  const resource = { type: 'thing', id: null, name: null }
  const content = { upstreamId: id, occurredAtMs: timeMs, action: 'done', resource, actor: {} }
  return { id, timeMs, content: () => content as EntryContent }
}

/** `count` rows, one a minute. */
const minutes = (count: number) => Array.from({ length: count }, (_, at) => row(`e${at}`, at * 60_000 + 1))

/** `count` rows of one time. */
const ties = (name: string, count: number, agoMs: number) =>
  Array.from({ length: count }, (_, index) => row(`${name}${index}`, agoMs))

/** As far as a list is within the bounds that it was asked for. */
const within = (rows: readonly UpstreamRow[], { sinceMs = 0, untilMs = nowMs }: PageAsk, slackMs = 0) =>
  rows.filter(({ timeMs }) => timeMs >= sinceMs - slackMs && timeMs < untilMs + slackMs)

const dayMs = 86_400_000

/** As far as a list is within the whole days that bounds name. */
const withinDays = (rows: readonly UpstreamRow[], { sinceMs = 0, untilMs = nowMs }: PageAsk) => {
  const [since, until] = [Math.floor(sinceMs / dayMs), Math.ceil(untilMs / dayMs)]
  return rows.filter(({ timeMs }) => timeMs >= since * dayMs && timeMs < until * dayMs)
}

function pageOf(list: readonly UpstreamRow[], { offset = 0, limit }: PageAsk): UpstreamPage {
  const rows = list.slice(offset, offset + limit)
  return { rows, more: offset + rows.length < list.length, total: list.length }
}

/** The same by offsets or by cursors, with a total or without. */
function pageBy(paging: Capabilities['paging'], totals: boolean, list: readonly UpstreamRow[], ask: PageAsk) {
  const offset = Number(ask.upstreamCursor ?? ask.offset ?? 0)
  const { total, ...page } = pageOf(list, { ...ask, offset })
  return {
    ...page,
    ...(totals && total !== undefined && { total }),
    ...(paging === 'cursor' && page.more && { upstreamCursor: `${offset + page.rows.length}` }),
  }
}

function readerOf(
  answer: (ask: PageAsk, request: number) => UpstreamPage | SourceFailure,
  over: Partial<Capabilities> = {},
  limits: Partial<ReadingLimits> = {},
) {
  let requests = 0
  const source: ReadableSource = {
    key: 'log',
    capabilities: { ...capabilities, ...over },
    settleMs: 0,
    fetchPage: async (ask) => {
      requests += 1
      return answer(ask, requests)
    },
  }
  const secrets = [new Secret('a secret of a test')]
  const reader = createReader({ sources: [source], secrets, now: () => nowMs, limits })
  return { ...reader, requests: () => requests }
}

/** Ids as delivered; undefined once a page says that something may be missing. */
async function idsOf(
  reader: ReturnType<typeof readerOf>,
  order: PageRequest['order'] = 'NEWEST_FIRST',
  after?: string,
) {
  const request = { first: 50, filter: {}, order, onSourceError: 'PARTIAL', ...(after && { after }) } as const
  const ids: string[] = []
  let pages = 0
  for await (const page of readAll(reader, request, () => ({ signal }))) {
    pages += 1
    if (page.kind !== 'page' || page.coverage.some(({ gap }) => gap !== null)) return undefined
    ids.push(...page.edges.map(({ entry }) => entry.upstreamId))
    if (pages > 50) throw new Error('The reading does not end.')
  }
  return ids
}

/** A cursor that replays gaps of the source. */
function resumeCursor(
  { filter, order }: Pick<PageRequest, 'filter' | 'order'>,
  segments: readonly KeyRange[],
) {
  const bind = createCursorCodecs([new Secret('a secret of a test')], 86_400_000)
  return bind({ filter, order, sources: [{ key: 'log' }] }).encode({
    asOfMs: nowMs,
    begunMs: nowMs,
    key: null,
    searched: null,
    delivered: false,
    gaps: [],
    segments,
    orders: [],
  })
}

const sorted = (ids: readonly string[] | undefined) => [...(ids ?? [])].sort()
const idsIn = (rows: readonly UpstreamRow[]) => rows.map(({ id }) => id).sort()

describe('an empty page that says there is no more, though its total counts more', () => {
  const descending = Array.from({ length: 36 }, (_, index) =>
    row(`e${index}`, Math.floor(index / 12) * 1_000 + 1),
  )
  // 7 and 36 have no divisor in common.
  const unsorted = descending.map((_, index) => descending[(index * 7) % 36] as UpstreamRow)

  it.each([
    ['newest first', descending],
    ['oldest first', [...descending].reverse()],
    ['unsorted', unsorted],
  ])('ends no list when it comes once, %s', async (_, list) => {
    for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
      for (let emptyAt = 1; emptyAt < 16; emptyAt += 1) {
        const reader = readerOf((ask, request) => {
          const page = pageOf(within(list, ask), ask)
          return request === emptyAt ? { ...page, rows: [], more: false } : page
        })
        expect(sorted(await idsOf(reader, order)), `${order}, empty at request ${emptyAt}`).toEqual(
          idsIn(list),
        )
      }
    }
  })
})

it('a time step is not given up for rows of another time, while nothing has shown the order', async () => {
  // Oldest first. Three older entries are published after the first request: each page is of one time.
  const stable = ties('tie', 4, 1_000)
  const reader = readerOf(
    (ask, request) =>
      pageOf(within(request === 1 ? stable : [...ties('late', 3, 5_000), ...stable], ask), ask),
    { pageSizeMax: 2 },
  )
  const ids = await idsOf(reader)
  if (ids) expect(ids.filter((id) => id.startsWith('tie')).sort()).toEqual(idsIn(stable))
})

it('places from the tail are not counted by a total that pages go beyond', async () => {
  const list = ties('e', 9, 1_000)
  for (const total of [4, 5, 6, 7, 8]) {
    for (let short = 0; short < 64; short += 1) {
      // Which of the requests, in turn, are answered with one row only.
      const reader = readerOf(
        (ask, request) => {
          const limit = (short >> (request % 6)) & 1 ? 1 : ask.limit
          const page = pageOf(within(list, ask), { ...ask, limit })
          return { ...page, total: Math.min(page.total ?? 0, total) }
        },
        { pageSizeMax: 3, order: 'newestFirst' },
      )
      const ids = await idsOf(reader, 'OLDEST_FIRST')
      if (ids) expect(sorted(ids), `total ${total}, short ${short}`).toEqual(idsIn(list))
    }
  }
})

it('a page of one row, once, holds up no reading from the tail', async () => {
  const list = ties('e', 54, 1_000)
  for (let shortAt = 1; shortAt < 16; shortAt += 1) {
    const reader = readerOf(
      (ask, request) => pageOf(within(list, ask), request === shortAt ? { ...ask, limit: 1 } : ask),
      { order: 'newestFirst' },
    )
    expect(sorted(await idsOf(reader, 'OLDEST_FIRST')), `short at request ${shortAt}`).toEqual(idsIn(list))
  }
})

it.each(['offset', 'cursor'] as const)(
  'a list without order whose bounds are ignored is read to its end, by %s',
  async (paging) => {
    const list = Array.from({ length: 36 }, (_, index) => row(`e${index}`, ((index * 7) % 36) * 60_000 + 1))
    const reader = readerOf((ask) => pageBy(paging, false, list, ask), {
      paging,
      totals: false,
      boundSlackMs: { since: 1_000, until: 1_000 },
    })
    expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  },
)

it.each([
  ['offset', true],
  ['offset', false],
  ['cursor', false],
] as const)(
  'pages that come newest first, each shown oldest first, are no ascending list: %s, totals %s',
  async (paging, totals) => {
    const list = Array.from({ length: 36 }, (_, index) => row(`e${index}`, index * 60_000 + 1))
    for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
      const reader = readerOf(
        (ask) => {
          const page = pageBy(paging, totals, within(list, ask), ask)
          return { ...page, rows: [...page.rows].reverse() }
        },
        { paging, totals },
      )
      expect(sorted(await idsOf(reader, order)), order).toEqual(idsIn(list))
    }
  },
)

it.each(['cursor', 'offset'] as const)(
  'a second page that is refused once proves no ascending list, by %s',
  async (paging) => {
    const list = minutes(36)
    for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
      let refused = 0
      const reader = readerOf(
        (ask) => {
          if ((ask.upstreamCursor !== undefined || (ask.offset ?? 0) > 0) && refused++ === 0) {
            return sourceFailure('INVALID_REQUEST')
          }
          const page = pageBy(paging, false, within(list, ask), ask)
          return { ...page, rows: [...page.rows].reverse() }
        },
        { paging, totals: false },
      )
      expect(sorted(await idsOf(reader, order)), order).toEqual(idsIn(list))
    }
  },
)

it.each([
  ['offset', 'newestFirst', 36],
  ['offset', 'unknown', 36],
  ['cursor', 'newestFirst', 36],
  ['cursor', 'unknown', 7],
] as const)(
  'rows of one id and several times are several entries: %s, order %s, %i rows',
  async (paging, order, count) => {
    const list = Array.from({ length: count }, (_, at) => row(`e${at - (at % 3)}`, at * 60_000 + 1))
    // 5 has no divisor in common with either count.
    const kept = order === 'unknown' ? list.map((_, at) => list[(at * 5) % count] as UpstreamRow) : list
    const totals = paging === 'offset'
    for (const direction of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
      const reader = readerOf((ask) => pageBy(paging, totals, within(kept, ask), ask), {
        paging,
        order,
        totals,
      })
      expect(sorted(await idsOf(reader, direction)), direction).toEqual(idsIn(list))
    }
  },
)

// 7 and 40 have no divisor in common.
describe.each([
  ['newest first', (index: number) => index],
  ['oldest first', (index: number) => 39 - index],
  ['unsorted', (index: number) => (index * 7) % 40],
])('a full page that says it is the last and is not, %s', (_, placeOf) => {
  // Of a time step that is larger than a page only offsets or a cursor can tell.
  it.each([
    ['offset', false, 3],
    ['offset', false, 25],
    ['cursor', false, 3],
    ['cursor', true, 3],
    ['cursor', true, 25],
  ] as const)(
    'ends no list: %s, a cursor behind it: %s, %i of one time',
    async (paging, givesCursor, count) => {
      const descending = Array.from({ length: 40 }, (_, index) =>
        row(`e${index}`, Math.floor(index / count) * 60_000 + 1),
      )
      const list = descending.map((_, index) => descending[placeOf(index)] as UpstreamRow)
      for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
        // Each of the first requests alone, and all of them.
        for (let lieAt = 1; lieAt <= 13; lieAt += 1) {
          const reader = readerOf(
            (ask, request) => {
              const offset = Number(ask.upstreamCursor ?? ask.offset ?? 0)
              const { rows, more } = pageOf(within(list, ask), { ...ask, offset })
              const lies = rows.length === 10 && (lieAt === request || lieAt === 13)
              const hasCursor = paging === 'cursor' && (lies ? givesCursor : more)
              return {
                rows,
                more: more && !lies,
                ...(hasCursor && { upstreamCursor: `${offset + rows.length}` }),
              }
            },
            { paging, totals: false },
          )
          const ids = await idsOf(reader, order)
          expect(sorted(ids), `${order}, lie at request ${lieAt}`).toEqual(idsIn(list))
        }
      }
    },
  )
})

it('a full page that says it is the last, without a cursor, ends the time step at most that it shows', async () => {
  const around = [3_000, 1_000_000].map((agoMs) =>
    Array.from({ length: 12 }, (_, at) => row(`e${agoMs + at}`, agoMs + at)),
  )
  for (const count of [10, 15]) {
    const list = [...(around[0] ?? []), ...ties('tie', count, 9_000), ...(around[1] ?? [])]
    const reader = readerOf(
      (ask) => {
        const offset = Number(ask.upstreamCursor ?? 0)
        const { rows, more } = pageOf(within(list, ask), { ...ask, offset })
        // Of a step that does not fit into a page, the first page is believed, so that one may tell where it goes on.
        const lies = rows.length === 10 && (count === 10 || offset > 0)
        return {
          rows,
          more: more && !lies,
          ...(more && !lies && { upstreamCursor: `${offset + rows.length}` }),
        }
      },
      { paging: 'cursor', order: 'newestFirst', totals: false },
    )
    expect(sorted(await idsOf(reader)), `${count} of one time`).toEqual(idsIn(list))
  }
})

it('a full page that says it is the last, without a cursor, ends no time step that begins at its end', async () => {
  const list = [...ties('tie', 9, 1_000), ...ties('old', 2, 9_000)]
  const reader = readerOf(
    (ask) => {
      const { rows, more } = pageOf(within(list, ask), ask)
      return { rows, more: more && rows.length < 10 }
    },
    { paging: 'cursor', totals: false },
  )
  expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
})

it('an order that two pages have shown is known to a process that goes on from the cursor', async () => {
  // Oldest first, and no offset leads beyond the time step.
  const list = [...minutes(25), ...ties('tie', 15, 25 * 60_000), ...minutes(41).slice(26)].reverse()
  const answer = (ask: PageAsk) =>
    (ask.offset ?? 0) > 15 ? sourceFailure('INVALID_REQUEST') : pageOf(within(list, ask), ask)
  const terms = { filter: {}, order: 'OLDEST_FIRST', onSourceError: 'FAIL', signal } as const
  const page = await readerOf(answer).readPage({ ...terms, first: 16 })
  if (page.kind !== 'page' || page.endCursor === null) throw new Error(page.kind)
  const behind = await idsOf(readerOf(answer), terms.order, page.endCursor)
  const before = page.edges.map(({ entry }) => entry.upstreamId)
  expect(sorted([...before, ...(behind ?? ['a gap'])])).toEqual(idsIn(list))
})

describe('full pages that say they are the last, and are not', () => {
  const byCursor = { paging: 'cursor', totals: false } as const

  it('end no window without order that is read behind an empty page', async () => {
    const list = Array.from({ length: 25 }, (_, at) => row(`e${at}`, ((at * 7) % 25) * 60_000 + 1))
    const reader = readerOf((ask) => {
      if (ask.upstreamCursor === undefined) return { rows: [], more: true, upstreamCursor: '0' }
      const { rows, more } = pageOf(within(list, ask), ask)
      return { rows, more: more && rows.length < 10 }
    }, byCursor)
    expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  })

  /** Cursors lead on from every page, and none but an empty one promises more. */
  const denying = (list: readonly UpstreamRow[], ask: PageAsk): UpstreamPage => ({
    ...pageBy('cursor', false, list, ask),
    more: false,
  })

  it('are gone on from where they hold only what is known, which came around the window', async () => {
    const list = [...ties('new', 24, 9_000), ...ties('tie', 12, 10_000), ...ties('old', 5, 900_000)]
    const reader = readerOf((ask) => denying(within(list, ask, 2_000), ask), {
      ...byCursor,
      order: 'newestFirst',
      boundSlackMs: { since: 2_000, until: 2_000 },
    })
    expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  })

  it('are gone on from although their cursor expired once or twice', async () => {
    const list = [...ties('tie', 20, 1_000), ...ties('old', 5, 9_000)]
    for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
      for (const times of [1, 2]) {
        let refused = 0
        const reader = readerOf((ask) => {
          if (ask.upstreamCursor === undefined || refused === times) return denying(within(list, ask), ask)
          refused += 1
          return sourceFailure('INVALID_REQUEST')
        }, byCursor)
        expect(sorted(await idsOf(reader, order)), `${order}, ${times} times`).toEqual(idsIn(list))
      }
    }
  })

  it('end no time step whose entries change places so that the page behind repeats them', async () => {
    const list = ties('tie', 11, 1_000)
    const reader = readerOf((ask, request) => {
      // In the first read of the time step the last page shows again what the first one showed.
      const places = request < 4 && ask.upstreamCursor !== undefined ? [...list].reverse() : list
      return denying(within(places, ask), ask)
    }, byCursor)
    expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  })

  it('end no time step that moved up a place, for one that was deleted, before the page behind came', async () => {
    const list = ties('tie', 12, 1_000)
    let gone = 0
    const reader = readerOf((ask) => {
      if (ask.upstreamCursor !== undefined) gone = 2
      return denying(within(list.slice(gone), ask), ask)
    }, byCursor)
    expect(sorted(await idsOf(reader))).toEqual(idsIn(list.slice(2)))
  })
})

describe('a provider that lists no more than 30 rows', () => {
  const rows = minutes(100)

  it.each(['NEWEST_FIRST', 'OLDEST_FIRST'] as const)(
    'and counts no more is read whole, %s',
    async (order) => {
      const reader = readerOf((ask) => pageOf(within(rows, ask, 5_000).slice(0, 30), ask), {
        boundSlackMs: { since: 5_000, until: 5_000 },
      })
      expect(sorted(await idsOf(reader, order))).toEqual(idsIn(rows))
    },
  )

  it('and says of every full page that it is the last is read whole', async () => {
    // Bounds bring back more than a page of what is known.
    const slackMs = 15 * 60_000
    const reader = readerOf(
      (ask) => {
        const { total: _, ...page } = pageOf(within(rows, ask, slackMs).slice(0, 50), ask)
        return { ...page, more: page.more && page.rows.length < ask.limit }
      },
      { totals: false, order: 'newestFirst', boundSlackMs: { since: slackMs, until: slackMs } },
    )
    expect(sorted(await idsOf(reader))).toEqual(idsIn(rows))
  })

  it('may grow beyond them while it is read', async () => {
    for (let length = 12; length <= 29; length += 1) {
      for (const pace of [1, 2, 4, 9]) {
        const fresh = Array.from({ length: 60 }, (_, at) => row(`new${at}`, at + 1))
        const old = minutes(length + 1).slice(1)
        const reader = readerOf(
          (ask, request) => {
            const list = [...fresh.slice(Math.max(0, 60 - pace * request)), ...old]
            return pageOf(within(list, ask, 1_000).slice(0, 30), ask)
          },
          { boundSlackMs: { since: 1_000, until: 1_000 } },
        )
        const ids = await idsOf(reader, 'OLDEST_FIRST')
        const isOld = (id: string) => !id.startsWith('new')
        expect(sorted(ids).filter(isOld), `${length} rows, ${pace} more a request`).toEqual(idsIn(old))
      }
    }
  })

  it('may do so within a time step', async () => {
    const list = [...rows.slice(0, 25), ...ties('tie', 8, 1_600_000), ...rows.slice(30)]
    const reader = readerOf((ask) => pageOf(within(list, ask).slice(0, 30), ask))
    expect(sorted(await idsOf(reader, 'OLDEST_FIRST'))).toEqual(idsIn(list))
  })

  it.each(['NEWEST_FIRST', 'OLDEST_FIRST'] as const)(
    'where bounds bring back much that is known, %s',
    async (order) => {
      // As with bounds of whole days: each window brings back 12 rows on either side.
      const slackMs = 12 * 60_000
      const reader = readerOf((ask) => pageOf(within(rows, ask, slackMs).slice(0, 30), ask), {
        boundSlackMs: { since: slackMs, until: slackMs },
      })
      expect(sorted(await idsOf(reader, order))).toEqual(idsIn(rows))
    },
  )

  it.each(['NEWEST_FIRST', 'OLDEST_FIRST'] as const)(
    'and refuses to go deeper is read whole, %s',
    async (order) => {
      const reader = readerOf(
        (ask) =>
          (ask.offset ?? 0) > 20 ? sourceFailure('INVALID_REQUEST') : pageOf(within(rows, ask, 5_000), ask),
        { boundSlackMs: { since: 5_000, until: 5_000 } },
      )
      expect(sorted(await idsOf(reader, order))).toEqual(idsIn(rows))
    },
  )

  it('and no total is read whole where bounds bring back more pages than are looked through', async () => {
    const list = minutes(600)
    const slackMs = 100 * 60_000
    const reader = readerOf((ask) => pageBy('offset', false, within(list, ask, slackMs).slice(0, 300), ask), {
      totals: false,
      boundSlackMs: { since: slackMs, until: slackMs },
    })
    expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  })

  it('does not begin where that ends within more entries of one time', async () => {
    const list = [...minutes(10), ...ties('tie', 40, 5_000_000), ...ties('old', 5, 50_000_000)]
    const reader = readerOf((ask) => pageOf(within(list, ask).slice(0, 30), ask))
    const ids = await idsOf(reader, 'OLDEST_FIRST')
    expect(ids?.slice(0, 5)).toEqual(['old4', 'old3', 'old2', 'old1', 'old0'])
  })

  it.each(['NEWEST_FIRST', 'OLDEST_FIRST'] as const)(
    'is not believed where a whole day holds more, %s',
    async (order) => {
      const busy = Array.from({ length: 40 }, (_, at) => row(`busy${at}`, 10 * dayMs + at * 60_000 + 1))
      const old = Array.from({ length: 20 }, (_, at) => row(`old${at}`, (20 + at) * dayMs + 1))
      const list = [...minutes(5), ...busy, ...old]
      const reader = readerOf((ask) => pageOf(withinDays(list, ask).slice(0, 30), ask), {
        boundSlackMs: { since: dayMs, until: dayMs },
      })
      expect(await idsOf(reader, order)).toBeUndefined()
    },
  )

  it.each([
    [2_000, { requestsPerPage: 10, readAheadRows: 0 }],
    [6_000, {}],
  ])('is read upward in few requests, %i rows', async (length, limits) => {
    const list = minutes(length)
    const reader = readerOf(
      (ask) => pageOf(within(list, ask, 5_000).slice(0, 30), ask),
      { boundSlackMs: { since: 5_000, until: 5_000 } },
      limits,
    )
    const request = {
      first: 50,
      filter: {},
      order: 'OLDEST_FIRST',
      onSourceError: 'PARTIAL',
      signal,
    } as const
    expect(await reader.readPage(request)).toMatchObject({ kind: 'page' })
    expect(reader.requests()).toBeLessThan(50)
  })

  it('costs a list that holds all one request', async () => {
    const list = rows.slice(0, 25)
    const reader = readerOf((ask) => pageOf(within(list, ask), ask))
    expect(sorted(await idsOf(reader, 'OLDEST_FIRST'))).toEqual(idsIn(list))
    // The length of the list, its tail, what is before that, and three pages more.
    expect(reader.requests()).toBe(6)
  })
})

describe('the window behind the end of a list', () => {
  it('that is empty and promises more is asked for twice', async () => {
    const list = minutes(25)
    const slackMs = 12 * 60_000
    const reader = readerOf(
      (ask, request) => {
        // The oldest is deleted before the fourth request.
        const left = request >= 4 ? list.slice(0, 24) : list
        return { ...pageBy('offset', false, within(left, ask, slackMs), ask), more: true }
      },
      { totals: false, boundSlackMs: { since: slackMs, until: slackMs } },
    )
    expect((await idsOf(reader))?.length).toBeGreaterThanOrEqual(24)
    expect(reader.requests()).toBeLessThan(30)
  })

  it('may count one too many', async () => {
    const list = minutes(25)
    const reader = readerOf((ask) => {
      const listed = within(list, ask)
      return { ...pageOf(listed, ask), total: listed.length + (listed.length === 1 ? 1 : 0) }
    })
    expect(sorted(await idsOf(reader, 'OLDEST_FIRST'))).toEqual(idsIn(list))
  })
})

it('an offset that was guessed too deep and is refused bounds the search for the next', async () => {
  const perDay = 100
  // Two bursts a day. A day and its neighbours are 300 entries; offsets up to 900 are served.
  const list = Array.from({ length: 12 * perDay }, (_, at) => {
    const [day, place] = [Math.floor(at / perDay), at % perDay]
    const inDay = place < perDay / 2 ? place * 1_000 : dayMs - (perDay - place) * 1_000
    return row(`e${at}`, day * dayMs + inDay + 1)
  })
  const reader = readerOf(
    (ask) =>
      (ask.offset ?? 0) > 900 ? sourceFailure('INVALID_REQUEST') : pageOf(withinDays(list, ask), ask),
    { boundSlackMs: { since: dayMs, until: dayMs } },
    { requestsPerPage: 10, readAheadRows: 0 },
  )
  expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
})

it('a time step that fills its pages is read in few requests, whatever else its bounds bring back', async () => {
  const list = ties('tie', 30, 5_000)
  const reader = readerOf((ask) => pageBy('cursor', false, within(list, ask, 1_000), ask), {
    paging: 'cursor',
    totals: false,
    boundSlackMs: { since: 1_000, until: 1_000 },
  })
  expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  expect(reader.requests()).toBeLessThan(40)
})

it('a full last page of one time, far behind an empty one that promised it, is no reason to go on by milliseconds', async () => {
  const list = ties('tie', 10, 9_000_000)
  const reader = readerOf(
    (ask) => {
      if (ask.upstreamCursor === undefined) return { rows: [], more: true, upstreamCursor: '0' }
      return pageBy('cursor', false, within(list, ask), ask)
    },
    { paging: 'cursor', totals: false },
  )
  expect(sorted(await idsOf(reader))).toEqual(idsIn(list))
  expect(reader.requests()).toBeLessThan(40)
})

it.each(['leads to itself', 'is refused', 'leads to nothing'])(
  'a full last page may have a cursor that %s',
  async (kind) => {
    for (const list of [
      ties('tie', 10, 1_000),
      ties('tie', 20, 1_000),
      [...ties('tie', 20, 1_000), ...ties('old', 5, 9_000)],
    ]) {
      for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
        const reader = readerOf(
          (ask) => {
            const all = within(list, ask)
            const end = { more: false, upstreamCursor: 'end' }
            if (ask.upstreamCursor !== 'end') {
              const page = pageBy('cursor', false, all, ask)
              return page.more ? page : { ...page, ...end }
            }
            if (kind === 'is refused') return sourceFailure('INVALID_REQUEST')
            return { rows: kind === 'leads to itself' ? all.slice(-10) : [], ...end }
          },
          { paging: 'cursor', totals: false },
        )
        expect(sorted(await idsOf(reader, order)), order).toEqual(idsIn(list))
      }
    }
  },
)

describe('disorder that shows in one of the ranges that a page replays', () => {
  // The first page of such a range hides that it has no order: its sixth row stands last.
  const hidden = (name: string, agoMs: number) =>
    [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 5].map((at) => row(`${name}${at}`, agoMs + at * 60_000))
  const open = (name: string, agoMs: number) =>
    [3, 1, 4, 0, 5, 2].map((at) => row(`${name}${at}`, agoMs + at * 60_000))
  const request = { filter: {}, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL', signal } as const

  async function replay(newer: readonly UpstreamRow[], older: readonly UpstreamRow[]) {
    const reader = readerOf((ask) => pageOf(within([...newer, ...older], ask), ask))
    const range = (fromAgoMs: number, toAgoMs: number) => ({
      top: cutAbove(nowMs - fromAgoMs),
      bottom: cutAbove(nowMs - toAgoMs),
    })
    const after = resumeCursor(request, [range(0, 3_600_000), range(7_000_000, 10_000_000)])
    const pageAfter = async (cursor: string) => {
      const page = await reader.readPage({ ...request, sources: ['log'], first: 50, after: cursor })
      if (page.kind !== 'page') throw new Error(page.kind)
      const ids = page.edges.map(({ entry }) => entry.upstreamId).sort()
      return { ids, complete: page.complete, resumeCursor: page.coverage[0]?.resumeCursor ?? '' }
    }
    return { page: await pageAfter(after), pageAfter }
  }

  it('makes a gap of those before it, where rows were placed by an order', async () => {
    const [newer, older] = [hidden('new', 1_000), open('old', 7_200_000)]
    const { page, pageAfter } = await replay(newer, older)
    expect(page.ids).toEqual(idsIn([...newer, ...older].filter(({ id }) => id !== 'new5')))
    expect(page.complete).toBe(false)
    const again = await pageAfter(page.resumeCursor)
    expect(again.ids).toContain('new5')
    expect(again.complete).toBe(true)
  })

  it('is known in those behind it', async () => {
    const [newer, older] = [open('new', 1_000), hidden('old', 7_200_000)]
    const { page } = await replay(newer, older)
    expect(page.ids).toEqual(idsIn([...newer, ...older]))
    expect(page.complete).toBe(true)
  })
})

it('of several gaps those are replayed that the rate of the provider permits, under FAIL too', async () => {
  const list = [...ties('newer', 3, 1_000), ...ties('older', 3, 9_000)]
  let left = 0
  const reader = readerOf((ask) => {
    left -= 1
    return left < 0 ? sourceFailure('RATE_LIMITED') : pageOf(within(list, ask), ask)
  })
  const request = { filter: {}, order: 'NEWEST_FIRST', onSourceError: 'FAIL', signal } as const
  let after: string | null = resumeCursor(
    request,
    [0, 5_000].map((agoMs) => ({ top: cutAbove(nowMs - agoMs), bottom: cutAbove(nowMs - agoMs - 5_000) })),
  )
  const ids: string[] = []
  for (let pages = 0; after !== null && pages < 2; pages += 1) {
    left = 1
    const page = await reader.readPage({ ...request, sources: ['log'], first: 50, after })
    if (page.kind !== 'page') throw new Error(page.kind)
    expect(page.edges).toHaveLength(3)
    expect(page.hasNextPage).toBe(pages === 0)
    ids.push(...page.edges.map(({ entry }) => entry.upstreamId))
    after = page.endCursor
  }
  expect(ids.sort()).toEqual(idsIn(list))
})

it('two ranges of a replay that lie in one time step are read once each, however little a page may ask', async () => {
  const list = [...ties('tie', 60, 1_000), ...ties('old', 5, 9_000)]
  const place = (id: string) => ({ timeMs: nowMs - 1_000, sourceKey: 'log', id })
  const segments: readonly KeyRange[] = [
    { top: cutAbove(nowMs - 1), bottom: cutAfter(place('tie2')) },
    { top: cutAfter(place('tie5')), bottom: null },
  ]
  const replayed = list.filter(({ id }) => id <= 'tie2' || id > 'tie5')
  for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'] as const) {
    const limits = { requestsPerPage: 10, readAheadRows: 0 }
    const reader = readerOf(
      (ask) => pageBy('cursor', false, within(list, ask), ask),
      { paging: 'cursor', totals: false, order: 'newestFirst' },
      limits,
    )
    const after = resumeCursor({ filter: {}, order }, segments)
    expect(sorted(await idsOf(reader, order, after)), order).toEqual(idsIn(replayed))
  }
})

it('a gap without a beginning is replayed upward once, where the source shows no order', async () => {
  const list = [3, 1, 4, 0, 5, 2].map((at) => row(`e${at}`, 1_000 + at * 60_000))
  const reader = readerOf((ask) => pageOf(within(list, ask), ask))
  const request = { filter: {}, order: 'OLDEST_FIRST', onSourceError: 'PARTIAL', signal } as const
  const after = resumeCursor(request, [{ top: cutAbove(nowMs), bottom: null }])
  const page = await reader.readPage({ ...request, sources: ['log'], first: 50, after })
  expect(page).toMatchObject({ kind: 'page', complete: true, coverage: [{ gap: null }] })
})

describe('a count by totals', () => {
  const count = async (reader: ReturnType<typeof readerOf>, edgesMs: readonly number[]) => {
    const counted = await reader.count({ filter: {}, signal, limit: 1_000, edgesOf: () => edgesMs })
    if (counted.kind !== 'counts') throw new Error(counted.kind)
    return counted.counts
  }

  it('is not taken where the surplus of an ascending list stands behind a page of one time', async () => {
    const list = [...ties('old', 30, 5_000), ...ties('new', 7, 1_000)]
    const reader = readerOf((ask) => pageOf(within(list, ask, 1_000), ask), {
      boundSlackMs: { since: 1_000, until: 1_000 },
    })
    expect(await count(reader, [Number.NEGATIVE_INFINITY, nowMs - 1_500])).toEqual([
      { value: 30, exactness: 'EXACT' },
    ])
  })

  it.each([1, 7])('is not taken of a list that is cut off, %i of one time', async (perStep) => {
    for (const [length, listMax] of [
      [2_100, 1_000],
      [1_500, Number.POSITIVE_INFINITY],
    ] as const) {
      const list = Array.from({ length }, (_, at) => row(`e${at}`, Math.floor(at / perStep) * 60_000 + 1))
      const reader = readerOf((ask) => pageOf(within(list, ask).slice(0, listMax), ask), { pageSizeMax: 100 })
      const [all] = await count(reader, [Number.NEGATIVE_INFINITY, nowMs])
      const isCut = listMax < length
      expect(all).toEqual({ value: isCut ? 1_000 : length, exactness: isCut ? 'AT_LEAST' : 'EXACT' })
    }
  })

  it('is not taken of a list that is cut off where one day holds more', async () => {
    const busy = Array.from({ length: 1_200 }, (_, at) => row(`e${at}`, 5 * dayMs + at * 60_000 + 1))
    const list = [
      ...busy,
      ...Array.from({ length: 300 }, (_, at) => row(`old${at}`, 9 * dayMs + at * 60_000)),
    ]
    const reader = readerOf((ask) => pageOf(withinDays(list, ask).slice(0, 1_000), ask), {
      pageSizeMax: 100,
      boundSlackMs: { since: dayMs, until: dayMs },
    })
    const [all] = await count(reader, [Number.NEGATIVE_INFINITY, nowMs])
    expect(all?.exactness).not.toBe('EXACT')
  })

  it.each<[string, (ask: PageAsk) => UpstreamPage | SourceFailure]>([
    [
      'pages are smaller than asked',
      (ask) => pageOf(within(minutes(1_000), ask), { ...ask, limit: Math.min(ask.limit, 50) }),
    ],
    [
      'deep offsets are refused',
      (ask) =>
        (ask.offset ?? 0) > 500 ? sourceFailure('INVALID_REQUEST') : pageOf(within(minutes(1_000), ask), ask),
    ],
    [
      'the oldest are of one time',
      (ask) => pageOf(within([...minutes(850), ...ties('tie', 150, 900 * 60_000)], ask), ask),
    ],
  ])('is taken of a round number although %s', async (_, answer) => {
    const reader = readerOf(answer, { pageSizeMax: 100 })
    expect(await count(reader, [Number.NEGATIVE_INFINITY, nowMs])).toEqual([
      { value: 1_000, exactness: 'EXACT' },
    ])
  })

  it('is taken of a round number whose last entries lie before the times asked for', async () => {
    const list = Array.from({ length: 1_200 }, (_, at) => row(`e${at}`, at * 1_000 + 1))
    const reader = readerOf(
      (ask) => {
        const { sinceMs = 0, untilMs = nowMs } = ask
        return sinceMs > untilMs ? sourceFailure('INVALID_REQUEST') : pageOf(within(list, ask, 2_000), ask)
      },
      { pageSizeMax: 100, boundSlackMs: { since: 2_000, until: 2_000 } },
    )
    // 998 within, two more around them.
    const counted = await reader.count({
      filter: {},
      signal,
      limit: 100,
      edgesOf: () => [nowMs - 998_000, nowMs],
    })
    expect(counted).toMatchObject({ counts: [{ value: 998, exactness: 'EXACT' }] })
  })

  it('is not taken of a list that knows no offsets', async () => {
    const list = [
      ...ties('edge', 5, 1_000),
      ...Array.from({ length: 20 }, (_, at) => row(`e${at}`, 2_000 + at)),
    ]
    const reader = readerOf(
      (ask) => {
        return pageBy('cursor', true, within(list, ask, 1_000), ask)
      },
      { paging: 'cursor', order: 'newestFirst', boundSlackMs: { since: 1_000, until: 1_000 } },
    )
    await reader.readPage({ first: 5, filter: {}, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL', signal })
    expect(await count(reader, [Number.NEGATIVE_INFINITY, nowMs - 1_000])).toEqual([
      { value: 20, exactness: 'EXACT' },
    ])
  })
})

describe('a list by insertion, with an entry that was written late', () => {
  const paging = fc.constantFrom<Capabilities['paging']>('offset', 'cursor')
  const order = fc.constantFrom<PageRequest['order']>('NEWEST_FIRST', 'OLDEST_FIRST')
  const lists = fc.record({
    length: fc.integer({ min: 12, max: 150 }),
    stepMs: fc.constantFrom(60_000, 60_000, 100, 1),
    /** So many of one time, from a place on. */
    ties: fc.oneof(fc.constant(0), fc.nat(150)),
    tiesAt: fc.nat(149),
    place: fc.nat(299),
    /** Another beside it. */
    isTwo: fc.boolean(),
    lateMs: fc.integer({ min: 3, max: 12_000_000 }),
  })
  const habits = fc.record({
    pageRows: fc.integer({ min: 10, max: 60 }),
    totals: fc.boolean(),
    paging,
    order,
    slackMs: fc.constantFrom(0, 2_000),
  })

  it('is delivered whole, or with a gap that holds what is not, wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(lists, habits, async (parts, { pageRows, totals, paging, order, slackMs }) => {
        const { length, stepMs, ties, tiesAt, place, isTwo, lateMs } = parts
        // By offsets it may stay hidden beside many entries of about one time (docs/promise.md, W11).
        fc.pre(paging === 'cursor' || (ties === 0 && stepMs >= 100))
        // Two at once are seen to be late by longer pages only.
        const late = isTwo && pageRows >= 20 ? [place, place + 1] : [place]
        const size = length + ties
        const agoOf = (at: number) => 1 + stepMs * (at < tiesAt ? at : Math.max(tiesAt, at - ties))
        const list = Array.from({ length: size }, (_, at) =>
          row(`e${at}`, agoOf(at) + (late.some((one) => one % size === at) ? lateMs : 0)),
        )
        const reader = readerOf((ask) => pageBy(paging, totals, within(list, ask, slackMs), ask), {
          paging,
          totals,
          pageSizeMax: pageRows,
          boundSlackMs: { since: slackMs, until: slackMs },
        })
        const request = { first: 50, filter: {}, order, onSourceError: 'PARTIAL' } as const
        const ids: string[] = []
        let gap: TimeRange | null = null
        for await (const page of readAll(reader, request, () => ({ signal }))) {
          if (page.kind !== 'page') throw new Error(page.kind)
          ids.push(...page.edges.map(({ entry }) => entry.upstreamId))
          gap = page.coverage[0]?.gap ?? null
        }
        const lost = list.filter(({ id }) => !ids.includes(id))
        const { sinceMs = 0, untilMs = nowMs } = gap ?? { untilMs: 0 }
        expect(lost.filter(({ timeMs }) => timeMs < sinceMs || timeMs >= untilMs)).toEqual([])
        expect(new Set(ids).size).toBe(ids.length)
      }),
      {
        numRuns: 300,
        examples: [
          // Behind a page that rises by the late entry comes one of a single time, and what is older behind that.
          [
            { length: 12, stepMs: 60_000, ties: 19, tiesAt: 0, place: 0, isTwo: false, lateMs: 3 },
            { pageRows: 10, totals: false, paging: 'cursor', order: 'NEWEST_FIRST', slackMs: 0 },
          ],
        ],
      },
    )
  }, 60_000)
})
