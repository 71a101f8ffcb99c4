import { afterEach, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/simulation/random.js'
import {
  beginMs,
  burstEvents,
  dayMs,
  type Entry,
  extraEvent,
  plainEvents,
  type SourceKey,
  sourceKeys,
  tiedEvents,
} from './support/events.js'
import { entriesOf, flawless, judge, type Page, walk } from './support/reading.js'
import { type Situation, type SituationOptions, startSituation } from './support/situation.js'

const ways = [
  { way: 'newest first, first/after', order: 'NEWEST_FIRST', backward: false },
  { way: 'oldest first, first/after', order: 'OLDEST_FIRST', backward: false },
  { way: 'newest first, last/before', order: 'NEWEST_FIRST', backward: true },
  { way: 'oldest first, last/before', order: 'OLDEST_FIRST', backward: true },
] as const

/** Every way of reading, with what was read ahead and without. */
const cases = ways.flatMap((way) =>
  [true, false].map((keepsReadAhead) => {
    const title = `${way.way}, read-ahead ${keepsReadAhead ? 'kept' : 'dropped'}`
    return [title, { ...way, keepsReadAhead }] as const
  }),
)

const plain = plainEvents(115)
const tied = tiedEvents(115)
const burst = burstEvents(20)

let situation: Situation

afterEach(() => situation.close())

function start(options: SituationOptions & { readonly keepsReadAhead: boolean }): Promise<Situation> {
  const { keepsReadAhead, ...rest } = options
  return startSituation({ ...rest, ...(!keepsReadAhead && { limits: { reading: { readAheadRows: 0 } } }) })
}

/** Takes an entry out of its source's log. */
function remove(entry: Entry | undefined): void {
  // Entries are named by the keys of the logs.
  if (entry) situation.logs[entry.sourceKey as SourceKey].remove(entry.id)
}

function staysOf(atBegin: readonly Entry[], atEnd: readonly Entry[]): readonly Entry[] {
  const names = new Set(atEnd.map(({ name }) => name))
  return atBegin.filter(({ name }) => names.has(name))
}

describe('entries that are written while the reader pages', () => {
  it.each(cases)('%s', async (_, { order, backward, keepsReadAhead }) => {
    let written = 0
    situation = await start({
      events: tied,
      keepsReadAhead,
      switches: { access: { cursorKind: 'positional' }, hiring: { cursorKind: 'positional' } },
      // Every source writes an entry, and time passes, whenever any source is asked.
      beforeRequest: (_key, { clock, logs }) => {
        written += 1
        for (const key of sourceKeys) logs[key].append(extraEvent(written, clock.nowMs))
        clock.nowMs += 700
      },
    })
    const expected = situation.entries({ order })
    const reading = await walk(situation.url, { order, backward, size: 60 })
    expect(written).toBeGreaterThan(8)
    expect(judge(reading.entries, order, expected)).toEqual(flawless)
    expect(reading.end.complete).toBe(true)
  })

  it('of the second that the reading is pinned in come once or not at all', async () => {
    situation = await start({ events: tied, keepsReadAhead: false })
    situation.clock.nowMs = beginMs + 500
    const expected = situation.entries()
    const { entries, asOfMs } = await walk(situation.url, {
      size: 60,
      between: (_page, number) => {
        situation.clock.nowMs += 10
        for (const key of sourceKeys) situation.logs[key].append(extraEvent(number, situation.clock.nowMs))
      },
    })
    expect(judge(entries, 'NEWEST_FIRST', expected, situation.entriesAsOf(asOfMs))).toEqual(flawless)
  })
})

describe('entries that are deleted while the reader pages', () => {
  /** What is deleted after a page: in which world, and which of the entries given and of those still to come. */
  const deletions = [
    {
      where: 'in the part already read',
      row: 0,
      events: plain,
      size: 60,
      pick: (given: readonly Entry[]) => given.filter((_, index) => index % 4 === 1),
    },
    {
      where: 'at the page edge',
      row: 1,
      events: tied,
      size: 47,
      pick: (given: readonly Entry[], coming: readonly Entry[]) => [
        ...given.slice(-2),
        ...coming.slice(0, 2),
      ],
    },
    {
      where: 'in a tie of 230',
      row: 2,
      events: burst,
      size: 130,
      pick: (given: readonly Entry[], coming: readonly Entry[]) => [
        ...given.filter((_, index) => index % 13 === 5),
        ...given.slice(-1),
        ...coming.slice(0, 200).filter((_, index) => index % 29 === 7),
      ],
    },
  ]

  describe.each(deletions)('$where', ({ row, events, size, pick }) => {
    // Every way once, half of them with what was read ahead; which half changes from row to row.
    const chosen = cases.filter((_, index) => (index + (index >> 1) + row) % 2 === 0)

    it.each(chosen)('%s', async (_, { order, backward, keepsReadAhead }) => {
      situation = await start({ events, keepsReadAhead })
      const atBegin = situation.entries({ order })
      const inReadingOrder = backward ? atBegin.toReversed() : atBegin
      let deleted = 0
      const reading = await walk(situation.url, {
        order,
        backward,
        size,
        between: (page) => {
          const given = backward ? entriesOf(page).toReversed() : entriesOf(page)
          const place = inReadingOrder.findIndex(({ name }) => name === given.at(-1)?.name)
          const picked = pick(given, inReadingOrder.slice(place + 1))
          deleted += picked.length
          for (const entry of picked) remove(entry)
        },
      })
      expect(deleted).toBeGreaterThan(10)
      const stable = staysOf(atBegin, situation.entries({ order }))
      expect(judge(reading.entries, order, stable, atBegin)).toEqual(flawless)
      expect(reading.end.complete).toBe(true)
    })
  })
})

describe('late arrivals', () => {
  it.each(cases)('%s', async (_, { order, backward, keepsReadAhead }) => {
    situation = await start({ events: plainEvents(200), keepsReadAhead })
    const atBegin = situation.entries({ order })
    const readsDown = (order === 'NEWEST_FIRST') !== backward
    const newestMs = beginMs - 60_000
    const oldestMs = beginMs - 22 * dayMs
    const reading = await walk(situation.url, {
      order,
      backward,
      size: 70,
      between: (_page, number) => {
        if (number !== 1) return
        situation.clock.nowMs += 5_000
        const { nowMs } = situation.clock
        for (const key of sourceKeys) {
          situation.logs[key].append(extraEvent(1, newestMs, nowMs))
          situation.logs[key].append(extraEvent(2, oldestMs, nowMs))
        }
      },
    })
    // Those beyond the reader's place come when it gets there, unless their range was read ahead; those behind it are
    // not in this reading.
    const comingMs = readsDown ? oldestMs : newestMs
    const late = situation
      .entriesAsOf(reading.asOfMs, { order })
      .filter(({ name }) => !atBegin.some((entry) => entry.name === name))
    expect(late).toHaveLength(8)
    const coming = new Set(late.filter(({ timeMs }) => timeMs === comingMs).map(({ name }) => name))
    const begun = new Set(atBegin.map(({ name }) => name))
    const possible = situation
      .entriesAsOf(reading.asOfMs, { order })
      .filter(({ name }) => begun.has(name) || coming.has(name))
    const expected = keepsReadAhead ? atBegin : possible
    expect(judge(reading.entries, order, expected, possible)).toEqual(flawless)
  })
})

describe('all of it at once, by chance, over two gateways that are restarted', () => {
  it.each(
    [1, 2, 3, 4, 5, 6].map((seed) => [seed, ways[seed % ways.length] as (typeof ways)[number]] as const),
  )('seed %i', async (seed, { order, backward }) => {
    const random = new SeededRandom(`churn/${seed}`)
    let written = 0
    const bound = () => random.pick(['inclusive', 'exclusive'] as const)
    const common = () => ({
      lowerBound: bound(),
      upperBound: bound(),
      ties: random.pick(['byId', 'byInsertion', 'reverse'] as const),
      pageSizeCap: random.pick([25, 60, 100]),
      moreFlag: random.pick(['exact', 'trueUntilEmpty'] as const),
    })
    const cursors = () => ({
      ...common(),
      cursorKind: random.pick(['keyset', 'positional'] as const),
      cursorUse: random.pick(['once', 'many'] as const),
    })
    const dayBounds = random.chance(0.5)
    situation = await startSituation({
      events: tied,
      ...(!dayBounds && { settings: { crew: { dates: 'instant' } } }),
      switches: {
        crew: { ...common(), ...(dayBounds && { timestamps: 'refused', boundPrecision: 'day' }) },
        assistants: common(),
        access: cursors(),
        hiring: cursors(),
      },
      beforeRequest: (key, { clock, logs }) => {
        clock.nowMs += random.integer(0, 900)
        written += 1
        if (random.chance(0.4)) logs[key].append(extraEvent(written, clock.nowMs))
        const events = logs[key].visible(clock.nowMs)
        const like = random.pick(events)
        if (random.chance(0.2)) logs[key].append(extraEvent(written + 50_000, like.timeMs, clock.nowMs))
        if (random.chance(0.3)) logs[key].remove(random.pick(events).id)
      },
    })
    const atBegin = situation.entries({ order })
    const seen: Entry[] = [...atBegin]
    let urls = [situation.url, await situation.startGateway()]
    const reading = await walk(situation.url, {
      order,
      backward,
      size: random.integer(20, 70),
      urlOf: async (number) => {
        if (number > 1 && random.chance(0.3))
          urls = [await situation.restart(), await situation.startGateway()]
        return urls[number % 2] as string
      },
      between: (page: Page) => {
        seen.push(...situation.entriesAsOf(Date.parse(page.asOf), { order }))
      },
    })
    seen.push(...situation.entriesAsOf(reading.asOfMs, { order }))
    const stable = staysOf(atBegin, situation.entries({ order }))
    expect(judge(reading.entries, order, stable, seen)).toEqual(flawless)
    expect(reading.end.complete).toBe(true)
  })
})
