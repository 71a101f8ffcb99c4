import { afterEach, expect, it } from 'vitest'
import type { SimulatedEvent } from '../../src/simulation/log.js'
import {
  beginMs,
  burstEvents,
  busyDayEvents,
  plainEvents,
  type Selection,
  tiedEvents,
} from './support/events.js'
import { flawless, judge, walk } from './support/reading.js'
import { type Situation, type SituationOptions, type Switches, startSituation } from './support/situation.js'

/** A still world: nothing is written, deleted or published while it is read, and nothing fails. */
interface StillWorld extends SituationOptions {
  readonly name: string
  readonly size: number
  readonly selection?: Selection
}

/** The same switches for all four simulators. */
function everywhere(
  common: NonNullable<Switches['crew'] & Switches['assistants'] & Switches['access'] & Switches['hiring']>,
): Switches {
  return { crew: common, assistants: common, access: common, hiring: common }
}

const plain = plainEvents(115)
const tied = tiedEvents(115)
const burst = burstEvents(20)
/** The instants of two entries that all sources have seen the seconds of: bounds of a filter meet entries exactly. */
const edges = {
  sinceMs: Math.floor((tied.crew[20]?.timeMs ?? 0) / 1_000) * 1_000,
  untilMs: Math.floor((tied.hiring[95]?.timeMs ?? 0) / 1_000) * 1_000,
}
/** The same events, every tenth appended last, as one that was published late. */
function late(events: readonly SimulatedEvent[]): readonly SimulatedEvent[] {
  const isLate = (index: number) => index % 10 === 3
  return [...events.filter((_, index) => !isLate(index)), ...events.filter((_, index) => isLate(index))]
}

const instants = { crew: { dates: 'instant' } }

const still: readonly StillWorld[] = [
  { name: 'plain data', events: plain, size: 60 },
  { name: 'plain data behind a filter', events: plain, size: 25, selection: { actorIds: ['ada', 'Ada'] } },
  {
    name: 'inclusive bounds that meet entries',
    events: tied,
    size: 45,
    selection: edges,
    settings: instants,
    switches: everywhere({ lowerBound: 'inclusive', upperBound: 'inclusive' }),
  },
  {
    name: 'exclusive bounds that meet entries',
    events: tied,
    size: 45,
    selection: edges,
    settings: instants,
    switches: everywhere({ lowerBound: 'exclusive', upperBound: 'exclusive' }),
  },
  {
    name: 'bounds cut to seconds, one of either kind',
    events: tied,
    size: 45,
    selection: edges,
    settings: instants,
    switches: everywhere({ lowerBound: 'exclusive', upperBound: 'inclusive', boundPrecision: 'second' }),
  },
  {
    name: 'bounds that are ignored',
    events: plain,
    size: 60,
    selection: { sinceMs: beginMs - 9 * 86_400_000, untilMs: beginMs - 6 * 86_400_000 },
    switches: everywhere({ lowerBound: 'ignored', upperBound: 'ignored' }),
  },
  {
    name: 'dates ahead of the clock that are refused',
    events: tied,
    size: 45,
    switches: { hiring: { futureDates: 'refused' } },
  },
  {
    name: 'times in seconds',
    events: plain,
    size: 60,
    settings: instants,
    switches: everywhere({ timePrecision: 'second' }),
  },
  {
    name: 'times in milliseconds',
    events: plain,
    size: 60,
    switches: everywhere({ timePrecision: 'millisecond' }),
  },
  {
    name: 'times in microseconds',
    events: plain,
    size: 60,
    switches: everywhere({ timePrecision: 'microsecond' }),
  },
  {
    name: '30 % ties, each source in an order of its own',
    events: tied,
    size: 35,
    switches: {
      crew: { ties: 'byId' },
      assistants: { ties: 'reverse' },
      access: { ties: 'byInsertion' },
      hiring: { ties: 'random' },
    },
  },
  {
    name: '30 % ties, each source in another order',
    events: tied,
    size: 35,
    switches: {
      crew: { ties: 'random' },
      assistants: { ties: 'byId' },
      access: { ties: 'random' },
      hiring: { ties: 'reverse' },
    },
  },
  { name: 'a tie of 230 in each source', events: burst, size: 130 },
  {
    name: 'a tie of 230 in each source, bounds and ties the other way',
    events: burst,
    size: 130,
    settings: instants,
    switches: everywhere({ lowerBound: 'exclusive', upperBound: 'exclusive', ties: 'reverse' }),
  },
  {
    name: 'a tie of 230 in another order each time, by offsets',
    events: burst,
    size: 300,
    selection: { sources: ['crew', 'assistants'] },
    switches: { crew: { ties: 'random' }, assistants: { ties: 'random' } },
  },
  {
    name: 'page sizes clamped at 25',
    events: tied,
    size: 50,
    switches: everywhere({ pageSizeMax: 25, overMax: 'clamp' }),
  },
  {
    name: 'page sizes capped at 25 in silence, a tie of 230',
    events: burst,
    size: 130,
    switches: everywhere({ pageSizeCap: 25 }),
  },
  {
    name: 'offset pages that say no more when they are clamped',
    events: plain,
    size: 60,
    selection: { sources: ['crew', 'assistants'] },
    switches: {
      crew: { pageSizeCap: 25, moreFlag: 'wrongWhenClamped' },
      assistants: { pageSizeCap: 25, moreFlag: 'wrongWhenClamped' },
    },
  },
  {
    name: 'page sizes refused beyond those that are asked',
    events: plain,
    size: 60,
    settings: { access: { pageSize: 50 } },
    switches: {
      crew: { overMax: 'refuse' },
      assistants: { overMax: 'refuse' },
      access: { overMax: 'refuse', pageSizeMax: 50 },
      hiring: { overMax: 'refuse' },
    },
  },
  {
    name: 'Aitronos by days that are whole',
    events: { ...plain, crew: busyDayEvents(230) },
    size: 80,
    selection: { sources: ['crew', 'hiring'] },
    switches: { crew: { timestamps: 'refused', boundPrecision: 'day', dateOnlyTo: 'wholeDay' } },
  },
  {
    name: 'Aitronos by days that begin at midnight, a tie of 230',
    events: burst,
    size: 130,
    selection: { sources: ['crew', 'hiring'] },
    switches: { crew: { timestamps: 'refused', dateOnlyTo: 'midnight', upperBound: 'exclusive' } },
  },
  {
    name: 'Aitronos by days of the farthest zone, exclusive',
    events: { ...plain, crew: busyDayEvents(120) },
    size: 80,
    selection: {
      sources: ['crew', 'hiring'],
      sinceMs: beginMs - 4 * 86_400_000,
      untilMs: beginMs - 2 * 86_400_000,
    },
    switches: {
      crew: {
        timestamps: 'refused',
        boundPrecision: 'day',
        lowerBound: 'exclusive',
        upperBound: 'exclusive',
        zoneOffsetMinutes: 840,
      },
    },
  },
  {
    name: 'cursors that expire after one use, a tie of 230',
    events: burst,
    size: 130,
    selection: { sources: ['access', 'hiring'] },
    switches: { access: { cursorUse: 'once' }, hiring: { cursorUse: 'once' } },
  },
  {
    name: 'cursors that expire now and then, a tie of 230',
    events: burst,
    size: 130,
    selection: { sources: ['access', 'hiring'] },
    switches: { access: { cursorLifetimeMs: 1_500 }, hiring: { cursorLifetimeMs: 1_500 } },
    beforeRequest: (key, { clock, host }) => {
      clock.nowMs += host.account(key).requestCount % 9 === 8 ? 2_000 : 50
    },
  },
  {
    name: 'first pages that are empty and go on',
    events: tied,
    size: 60,
    selection: { sources: ['access', 'hiring'] },
    switches: { access: { emptyFirstPages: true }, hiring: { emptyFirstPages: true } },
  },
  {
    name: 'positional cursors with empty pages between, a tie of 230',
    events: burst,
    size: 130,
    selection: { sources: ['access', 'hiring'] },
    switches: {
      access: { cursorKind: 'positional', emptyPageEvery: 3, nextCursorAtEnd: 'empty' },
      hiring: { cursorKind: 'positional', emptyPageEvery: 2, nextCursorAtEnd: 'null' },
    },
  },
  {
    name: 'has_more that ends in an empty page',
    events: plain,
    size: 60,
    switches: everywhere({ moreFlag: 'trueUntilEmpty' }),
  },
  {
    name: 'has_more that ends in an empty page, a tie of 230',
    events: burst,
    size: 130,
    switches: everywhere({ moreFlag: 'trueUntilEmpty' }),
  },
  {
    name: 'totals that are missing',
    events: tied,
    size: 45,
    selection: { sources: ['crew', 'assistants'] },
    switches: { crew: { total: 'absent' }, assistants: { total: 'absent' } },
  },
  {
    name: 'offset pages that never say that there are more',
    events: tied,
    size: 45,
    selection: { sources: ['crew', 'assistants'] },
    switches: { crew: { moreFlag: 'alwaysFalse' }, assistants: { moreFlag: 'alwaysFalse' } },
  },
  {
    name: 'lists that are cut off after 150 rows, and count no more',
    events: plainEvents(400),
    size: 200,
    selection: { sources: ['crew', 'assistants'] },
    switches: { crew: { listMax: 150 }, assistants: { listMax: 150 } },
  },
  {
    name: 'lists of whole days that are cut off after 150 rows',
    events: plainEvents(400),
    size: 200,
    selection: { sources: ['crew'] },
    switches: { crew: { timestamps: 'refused', boundPrecision: 'day', listMax: 150 } },
  },
  {
    name: 'offsets over 150 that are refused',
    events: plainEvents(400),
    size: 200,
    selection: { sources: ['crew', 'assistants'] },
    switches: { crew: { offsetMax: 150 }, assistants: { offsetMax: 150 } },
  },
  {
    name: 'cursors that are missing though more is announced',
    events: plain,
    size: 60,
    selection: { sources: ['access', 'hiring'] },
    switches: { access: { nextCursor: 'missing' }, hiring: { nextCursor: 'missing' } },
  },
  { name: 'ascending pages', events: tied, size: 45, switches: everywhere({ order: 'oldestFirst' }) },
  {
    name: 'ascending pages, a tie of 230',
    events: burst,
    size: 130,
    switches: everywhere({ order: 'oldestFirst' }),
  },
  {
    name: 'pages in the order of arrival, late ones included',
    events: { ...plain, access: late(plain.access), crew: late(plain.crew) },
    size: 60,
    selection: { sources: ['crew', 'access'] },
    switches: { crew: { order: 'byArrival' }, access: { order: 'byArrival' } },
  },
  {
    name: 'pages in another order each time',
    events: plain,
    size: 60,
    switches: everywhere({ order: 'shuffled' }),
  },
  { name: 'unsorted pages', events: tied, size: 45, switches: everywhere({ order: 'unsorted' }) },
  {
    name: 'unsorted pages, a tie of 230',
    events: burst,
    size: 130,
    switches: everywhere({ order: 'unsorted' }),
  },
  {
    name: 'fields that no sheet names and the other spelling',
    events: tied,
    size: 45,
    switches: {
      ...everywhere({ extraFields: true }),
      assistants: { extraFields: true, listSpelling: 'snake', listParameters: 'both' },
    },
  },
]

const forward = [
  { way: 'newest first, first/after', order: 'NEWEST_FIRST', backward: false },
  { way: 'oldest first, first/after', order: 'OLDEST_FIRST', backward: false },
] as const
const backward = [
  { way: 'newest first, last/before', order: 'NEWEST_FIRST', backward: true },
  { way: 'oldest first, last/before', order: 'OLDEST_FIRST', backward: true },
] as const

/**
 * Every world is read forward in both orders, one of them without what was read ahead, and backward in one order or
 * the other.
 */
const cases = still.flatMap((world, row) =>
  [...forward, ...backward.filter((_, index) => index === row % 2)].map((direction, column) => {
    const keepsReadAhead = (row + column) % 2 === 0
    const title = `${world.name}: ${direction.way}, read-ahead ${keepsReadAhead ? 'kept' : 'dropped'}`
    return [title, { ...direction, world, keepsReadAhead }] as const
  }),
)

let situation: Situation

afterEach(() => situation.close())

it.each(cases)('%s', async (_, { world, order, backward, keepsReadAhead }) => {
  const { size, selection } = world
  situation = await startSituation({
    ...world,
    ...(!keepsReadAhead && { limits: { reading: { readAheadRows: 0 } } }),
  })
  const asked = { ...selection, order }
  const reading = await walk(situation.url, { ...asked, backward, size })
  expect(judge(reading.entries, order, situation.entries(asked))).toEqual(flawless)
  expect(reading.end.complete).toBe(true)
})
