import { afterEach, expect, it } from 'vitest'
import { burstEvents, extraEvent, tiedEvents } from './support/events.js'
import { flawless, judge, lostInSilence, walk } from './support/reading.js'
import { type Situation, type SituationOptions, startSituation } from './support/situation.js'

/** What a source may answer with when its answers contradict each other. */
type Refusal = 'UNSTABLE' | 'NO_PROGRESS' | 'INVALID_REQUEST'

/** A world in which some sources cannot be told complete by anybody: their ranges are gaps, and nothing else is lost. */
interface ContradictoryWorld extends SituationOptions {
  readonly name: string
  readonly refusals: readonly Refusal[]
  /** Which sources may be refused. */
  readonly sources: readonly string[]
}

const tied = tiedEvents(115)
const burst = burstEvents(20)

const worlds: readonly ContradictoryWorld[] = [
  {
    name: 'a tie of 230 in another order each time, by cursors',
    events: burst,
    sources: ['access', 'hiring'],
    refusals: ['UNSTABLE'],
    switches: {
      access: { ties: 'random', cursorKind: 'positional' },
      hiring: { ties: 'random', cursorKind: 'positional' },
    },
  },
  {
    name: 'a tie of 230 behind a cursor that repeats or is missing',
    events: burst,
    sources: ['access', 'hiring'],
    refusals: ['NO_PROGRESS'],
    switches: { access: { nextCursor: 'repeated' }, hiring: { nextCursor: 'missing' } },
  },
  {
    name: 'a tie of 230 behind the deepest offset',
    events: burst,
    sources: ['crew', 'assistants'],
    refusals: ['INVALID_REQUEST'],
    switches: { crew: { offsetMax: 100 }, assistants: { offsetMax: 100 } },
  },
  {
    name: 'totals that are too low or too high',
    events: tied,
    sources: ['crew', 'assistants'],
    refusals: ['NO_PROGRESS', 'UNSTABLE'],
    switches: { crew: { total: 'tooLow' }, assistants: { total: 'tooHigh' } },
  },
  {
    name: 'cursors that always promise more',
    events: tied,
    sources: ['access', 'hiring'],
    refusals: ['NO_PROGRESS'],
    switches: { access: { moreFlag: 'alwaysTrue' }, hiring: { moreFlag: 'alwaysTrue' } },
  },
  {
    name: 'whole days in which entries are written at every request',
    events: tied,
    sources: [],
    refusals: ['NO_PROGRESS'],
    switches: { crew: { timestamps: 'refused', boundPrecision: 'day' } },
    beforeRequest: (key, { clock, logs }) => {
      if (key === 'crew') logs.crew.append(extraEvent(logs.crew.size, clock.nowMs))
      clock.nowMs += 700
    },
  },
]

const cases = worlds.flatMap((world) =>
  (['NEWEST_FIRST', 'OLDEST_FIRST'] as const).map(
    (order) => [`${world.name}, ${order}`, { world, order }] as const,
  ),
)

let situation: Situation

afterEach(() => situation.close())

it.each(cases)('%s', async (_, { world, order }) => {
  situation = await startSituation(world)
  const expected = situation.entries({ order })
  const reading = await walk(situation.url, { order, size: 300 })
  expect({ ...judge(reading.entries, order, expected), missing: [] }).toEqual(flawless)
  expect(lostInSilence(reading, expected)).toEqual([])
  const given = new Set(reading.entries.map(({ name }) => name))
  const refused = reading.pages.flatMap(({ coverage }) =>
    coverage.flatMap(({ source, error }) => (error ? [{ key: source.key, kind: error.kind }] : [])),
  )
  for (const { key, kind } of refused) {
    expect(world.sources).toContain(key)
    expect(world.refusals).toContain(kind)
  }
  expect(reading.end.complete).toBe(expected.every(({ name }) => given.has(name)) && refused.length === 0)
})
