import { afterEach, describe, expect, it } from 'vitest'
import { createFaultPlan, type Fault } from '../../src/simulation/faults.js'
import {
  burstEvents,
  type Entry,
  plainEvents,
  type SourceKey,
  sourceKeys,
  tiedEvents,
} from './support/events.js'
import {
  coverageOf,
  entriesOf,
  flawless,
  judge,
  lostInSilence,
  post,
  readPage,
  variablesOf,
  type Walk,
  walk,
} from './support/reading.js'
import { type Situation, startSituation } from './support/situation.js'

const ways = [
  { way: 'newest first, first/after', order: 'NEWEST_FIRST', backward: false },
  { way: 'oldest first, first/after', order: 'OLDEST_FIRST', backward: false },
  { way: 'newest first, last/before', order: 'NEWEST_FIRST', backward: true },
  { way: 'oldest first, last/before', order: 'OLDEST_FIRST', backward: true },
] as const
type Way = (typeof ways)[number]

const plain = plainEvents(115)
const tied = tiedEvents(115)
const burst = burstEvents(20)
/** Without what was read ahead, every page asks every source, so that a fault on a page is felt on that page. */
const dropped = { reading: { readAheadRows: 0 } }

let situation: Situation

afterEach(() => situation.close())

/** Lets every answer of a source fail, or none. */
function breakSource(key: SourceKey, fault: Fault | undefined): void {
  situation.host.account(key).setFaults(fault && createFaultPlan([{ fault }]))
  // The waits that its answers have asked for are over.
  situation.clock.nowMs += 20 * 60_000
}

/** Reads what a source's gaps hold, from the `resumeCursor` of a page. */
function replay(page: Walk['end'], key: string, order: Way['order'], size: number): Promise<Walk> {
  const from = coverageOf(page, key).resumeCursor
  if (from === null) throw new Error(`There is nothing to resume in ${key}.`)
  return walk(situation.url, { order, sources: [key], from, size })
}

function without(entries: readonly Entry[], given: readonly Entry[]): readonly Entry[] {
  const names = new Set(given.map(({ name }) => name))
  return entries.filter(({ name }) => !names.has(name))
}

const faults: Readonly<Record<SourceKey, Fault>> = {
  crew: { kind: 'status', status: 503 },
  assistants: { kind: 'resetBeforeHeaders' },
  access: { kind: 'truncatedJson' },
  hiring: { kind: 'status', status: 429, retryAfter: 1 },
}

describe('a source that fails on pages 2 to 4 and comes back', () => {
  // Every source in both orders forward, and backward in one order or the other.
  const cases = sourceKeys.flatMap((key, row) =>
    ways
      .filter(({ backward }, index) => !backward || index % 2 === row % 2)
      .map((way) => [`${key}, ${way.way}`, { ...way, key }] as const),
  )

  it.each(cases)('%s', async (_, { key, order, backward }) => {
    situation = await startSituation({ events: tied, limits: dropped })
    const expected = situation.entries({ order })
    const reading = await walk(situation.url, {
      order,
      backward,
      size: 45,
      between: (_page, number) => breakSource(key, number >= 1 && number < 4 ? faults[key] : undefined),
    })
    expect(reading.pages.slice(0, 6).map((page) => coverageOf(page, key).state)).toEqual([
      'COMPLETE',
      'FAILED',
      'FAILED',
      'FAILED',
      'COMPLETE',
      'COMPLETE',
    ])
    expect(reading.pages.map(({ complete }) => complete)).toEqual(
      reading.pages.map((_page, index) => index < 1),
    )

    // What is missing is of that source alone and within its gap; reading on from there gives just that, once.
    const missing = without(expected, reading.entries)
    expect(missing.length).toBeGreaterThan(20)
    expect(missing.every(({ sourceKey }) => sourceKey === key)).toBe(true)
    expect(lostInSilence(reading, expected)).toEqual([])
    expect(judge(reading.entries, order, without(expected, missing))).toEqual(flawless)
    const replayed = await replay(reading.end, key, order, 17)
    expect(judge(replayed.entries, order, missing)).toEqual(flawless)
    expect(replayed.end.complete).toBe(true)
  })

  it.each(ways.slice(0, 2))('what was read ahead is given all the same, $order', async ({ order }) => {
    situation = await startSituation({ events: tied })
    const expected = situation.entries({ order })
    const reading = await walk(situation.url, {
      order,
      size: 45,
      between: (_page, number) =>
        breakSource('access', number >= 1 && number < 4 ? faults.access : undefined),
    })
    const missing = without(expected, reading.entries)
    expect(lostInSilence(reading, expected)).toEqual([])
    expect(judge(reading.entries, order, without(expected, missing))).toEqual(flawless)
    if (missing.length > 0) {
      expect(judge((await replay(reading.end, 'access', order, 50)).entries, order, missing)).toEqual(
        flawless,
      )
    } else {
      expect(reading.end.complete).toBe(true)
    }
  })
})

describe('several gaps', () => {
  it.each(ways)('of two sources, apart and touching, $way', async ({ order, backward }) => {
    situation = await startSituation({ events: plain, limits: dropped })
    const expected = situation.entries({ order })
    const reading = await walk(situation.url, {
      order,
      backward,
      size: 45,
      between: (_page, number) => {
        breakSource('crew', number === 1 || number === 4 || number === 5 ? faults.crew : undefined)
        breakSource('hiring', number === 2 || number === 4 ? faults.hiring : undefined)
      },
    })
    const missing = without(expected, reading.entries)
    expect(judge(reading.entries, order, without(expected, missing))).toEqual(flawless)
    expect(new Set(missing.map(({ sourceKey }) => sourceKey))).toEqual(new Set(['crew', 'hiring']))
    for (const key of ['crew', 'hiring']) {
      const replayed = await replay(reading.end, key, order, 11)
      const ofSource = missing.filter(({ sourceKey }) => sourceKey === key)
      expect(judge(replayed.entries, order, ofSource)).toEqual(flawless)
    }
  })

  it.each(ways.slice(0, 2))('one within the replay of another, $order', async ({ order }) => {
    situation = await startSituation({ events: plain, limits: dropped })
    const expected = situation.entries({ order })
    const reading = await walk(situation.url, {
      order,
      size: 60,
      between: (_page, number) => breakSource('access', number < 5 ? faults.access : undefined),
    })
    const missing = without(expected, reading.entries)
    // The source fails again while its gap is read: with no other source there is no page, and the cursor still holds.
    const from = coverageOf(reading.end, 'access').resumeCursor
    const asked = { ...variablesOf({ order, sources: ['access'] }), first: 10 }
    const first = await readPage(situation.url, { ...asked, after: from })
    breakSource('access', faults.access)
    const refused = await post(situation.url, { ...asked, after: first.pageInfo.endCursor })
    expect(refused.errors?.map(({ extensions }) => [extensions['code'], extensions['after']])).toEqual([
      ['UPSTREAM_FAILED', first.pageInfo.endCursor],
    ])
    breakSource('access', undefined)
    const cursor = first.pageInfo.endCursor ?? ''
    const rest = await walk(situation.url, { order, sources: ['access'], from: cursor, size: 10 })
    expect(judge([...entriesOf(first), ...rest.entries], order, missing)).toEqual(flawless)
  })

  it('from the first page to the last: the whole of a source is replayed', async () => {
    situation = await startSituation({ events: tied })
    breakSource('assistants', { kind: 'htmlOk' })
    const reading = await walk(situation.url, { size: 100 })
    const expected = situation.entries({ sources: ['crew', 'access', 'hiring'] })
    expect(judge(reading.entries, 'NEWEST_FIRST', expected)).toEqual(flawless)
    breakSource('assistants', undefined)
    const replayed = await replay(reading.end, 'assistants', 'NEWEST_FIRST', 40)
    expect(judge(replayed.entries, 'NEWEST_FIRST', situation.entries({ sources: ['assistants'] }))).toEqual(
      flawless,
    )
  })
})

describe('a reading that goes from gateway to gateway', () => {
  const relays = [
    {
      relay: 'two with the same secret in turns, a tie of 230 in each source',
      events: burst,
      size: 200,
      urlOf: async (number: number, other: string) => (number % 2 === 0 ? other : situation.url),
    },
    {
      relay: 'restarted before every page',
      events: tied,
      size: 60,
      urlOf: async (number: number) => (number === 1 ? situation.url : situation.restart()),
    },
  ]
  const cases = relays.flatMap((relay) =>
    ways.map((way) => [`${relay.relay}, ${way.way}`, { ...way, ...relay }] as const),
  )

  it.each(cases)('%s', async (_, { events, size, urlOf, order, backward }) => {
    situation = await startSituation({ events })
    const other = await situation.startGateway()
    const reading = await walk(situation.url, {
      order,
      backward,
      size,
      urlOf: (number) => urlOf(number, other),
    })
    expect(judge(reading.entries, order, situation.entries({ order }))).toEqual(flawless)
    expect(reading.end.complete).toBe(true)
  })

  it('carries its gaps along, and any gateway replays them', async () => {
    situation = await startSituation({ events: tied })
    const expected = situation.entries()
    const reading = await walk(situation.url, {
      size: 45,
      urlOf: (number) => (number === 1 ? situation.url : situation.restart()),
      between: (_page, number) => breakSource('crew', number === 2 ? faults.crew : undefined),
    })
    const missing = without(expected, reading.entries)
    expect(missing.length).toBeGreaterThan(5)
    const from = coverageOf(reading.end, 'crew').resumeCursor ?? ''
    const replayed = await walk(await situation.restart(), { sources: ['crew'], from, size: 5 })
    expect(judge(replayed.entries, 'NEWEST_FIRST', missing)).toEqual(flawless)
  })
})

it.each(ways)('a cursor that is used twice gives the same page, $way', async ({ order, backward }) => {
  situation = await startSituation({ events: tied })
  const other = await situation.startGateway()
  const reading = await walk(situation.url, { order, backward, size: 45 })
  const cursors = reading.pages.map(({ pageInfo }) => (backward ? pageInfo.startCursor : pageInfo.endCursor))
  for (const [index, page] of reading.pages.slice(1).entries()) {
    const cursor = cursors[index]
    const asked = { order, ...(backward ? { last: 45, before: cursor } : { first: 45, after: cursor }) }
    for (const url of [situation.url, other]) expect((await readPage(url, asked)).edges).toEqual(page.edges)
  }
})
