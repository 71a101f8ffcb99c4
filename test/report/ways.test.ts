import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../../src/model/failure.js'
import type { EntryFilter } from '../../src/model/filter.js'
import { Secret } from '../../src/model/secret.js'
import { createAitronosSimulator } from '../../src/providers/aitronos/simulator.js'
import { createFreddySimulator } from '../../src/providers/freddy/simulator.js'
import { builtInProviders, openDialect } from '../../src/providers/registry.js'
import type { ReadableSource } from '../../src/reading/page.js'
import { createReader } from '../../src/reading/reader.js'
import type { FigureAsk, ReportFigures } from '../../src/reading/report/shapes.js'
import { type SimulatedEvent, SimulatedLog } from '../../src/simulation/log.js'
import { SeededRandom } from '../../src/simulation/random.js'
import { connect, nowMs } from '../support/simulated-source.js'

const signal = new AbortController().signal
const none: FigureAsk = { dimensions: new Set(), timelines: [], times: false, comparison: null }
const sinceMs = nowMs - 20 * 86_400_000
const filter = { occurredAt: { sinceMs, untilMs: nowMs - 86_400_000 } }
const exact = (value: number) => ({ value, exactness: 'EXACT', atLeast: value, atMost: value })

/** Entries of a log, newest first, drawn from words that the sheets name; `odd` of them have others. */
function eventsOf(count: number, odd = 0): readonly SimulatedEvent[] {
  const random = new SeededRandom(count)
  return Array.from({ length: count }, (_, index) => ({
    id: `e${String(index).padStart(6, '0')}`,
    timeMs: nowMs - 1_000 - index * 300_000,
    action: index < odd ? 'teleported' : random.pick(['created', 'updated', 'deleted', 'assigned']),
    actor: { id: `u${random.integer(1, 9)}`, name: 'Ada', email: 'ada@example.com', type: 'user' },
    resource: { type: random.pick(['user', 'rule', 'role']), id: 'r1', name: 'Atlas' },
  }))
}

const settings = {
  aitronos: { organizationId: 'org_sim', credentials: { token: 'sim-token' }, dates: 'instant' },
  freddy: { organizationId: 'org_sim', credentials: { apiKey: 'sim-key' } },
}

function sourceOf(
  id: 'aitronos' | 'freddy',
  events: readonly SimulatedEvent[],
  more: { readonly settings?: object; readonly switches?: object } = {},
) {
  const provider = builtInProviders.find((candidate) => candidate.id === id)
  if (!provider) throw new Error(`There is no provider ${id}.`)
  const log = new SimulatedLog()
  log.appendAll(events)
  const create = { aitronos: createAitronosSimulator, freddy: createFreddySimulator }[id]
  const switches = { timePrecision: 'millisecond', ...more.switches } as const
  const dialect = openDialect(provider, provider.settings.parse({ ...settings[id], ...more.settings }))
  return connect(id, dialect, create({ log, switches }))
}

function openOf(sources: readonly ReadableSource[]) {
  const secrets = [new Secret('a-secret-of-this-test')]
  const reader = createReader({ sources, secrets, now: () => nowMs })
  const open = reader.openReport({ filter, onSourceError: 'FAIL', signal })
  if (open.kind !== 'open') throw new Error(open.message)
  return open
}

async function figuresOf(sources: readonly ReadableSource[], ask: Partial<FigureAsk>) {
  const figures = await openOf(sources).read({ ...none, ...ask })
  if (figures.kind !== 'report') throw new Error(JSON.stringify(figures))
  return figures
}

function within(events: readonly SimulatedEvent[]): readonly SimulatedEvent[] {
  return events.filter(({ timeMs }) => timeMs >= sinceMs && timeMs < filter.occurredAt.untilMs)
}

function countsOf(figures: ReportFigures, dimension: 'ACTION' | 'ACTION_KIND' | 'RESOURCE_TYPE') {
  return Object.fromEntries(figures.breakdown(dimension, 100).rows.map(({ key, count }) => [key, count]))
}

function tallied(words: readonly string[]) {
  const counts: Record<string, ReturnType<typeof exact>> = {}
  for (const word of words) counts[word] = exact((counts[word]?.value ?? 0) + 1)
  return counts
}

describe('totals', () => {
  const events = eventsOf(6_000)

  it('give the total, the sources and a timeline without reading', async () => {
    const sources = [sourceOf('freddy', events), sourceOf('aitronos', events)]
    const edgesMs = Array.from({ length: 20 }, (_, day) => sinceMs + day * 86_400_000)
    const timeline = { edgesMs, splitBy: 'SOURCE' } as const
    const figures = await figuresOf(sources, { dimensions: new Set(['SOURCE']), timelines: [timeline] })
    expect(figures.ways.map(({ way }) => way)).toEqual(['TOTALS', 'TOTALS'])
    expect(figures.total).toEqual(exact(2 * within(events).length))
    expect(figures.complete).toBe(true)
    for (const { sinceMs: fromMs, untilMs, count, split } of figures.timeline(timeline, 5)) {
      const inside = events.filter(({ timeMs }) => timeMs >= fromMs && timeMs < untilMs).length
      expect(count).toEqual(exact(2 * inside))
      expect(split.map((row) => row.count)).toEqual([exact(inside), exact(inside)])
    }
    for (const source of sources) expect(source.requests()).toBeLessThan(30)
  })

  it('give words where these make up the whole and cost less than reading', async () => {
    const source = sourceOf('freddy', events)
    const figures = await figuresOf([source], {
      dimensions: new Set(['ACTION', 'ACTION_KIND', 'RESOURCE_TYPE']),
    })
    // The log has words that the provider's filter does not take.
    expect(figures.ways[0]).toMatchObject({
      way: 'READING',
      reasons: ['The known actions do not make up the whole.'],
    })
    const known = events.map((event) => ({
      ...event,
      action: event.action === 'assigned' ? 'created' : event.action,
      resource: { ...event.resource, type: 'rule' },
    }))
    const closed = sourceOf('freddy', known)
    const counted = await figuresOf([closed], {
      dimensions: new Set(['ACTION', 'ACTION_KIND', 'RESOURCE_TYPE']),
    })
    expect(counted.ways[0]).toMatchObject({ way: 'TOTALS' })
    expect(closed.requests()).toBeLessThan(source.requests() / 2)
    expect(countsOf(counted, 'ACTION')).toEqual(tallied(within(known).map(({ action }) => action)))
    expect(countsOf(counted, 'RESOURCE_TYPE')).toEqual(
      tallied(within(known).map(({ resource }) => resource.type)),
    )
    const kinds = { created: 'CREATE', updated: 'UPDATE', deleted: 'DELETE' }
    expect(countsOf(counted, 'ACTION_KIND')).toEqual(
      tallied(within(known).map(({ action }) => kinds[action as keyof typeof kinds])),
    )
    expect(countsOf(figures, 'ACTION')).toEqual(tallied(within(events).map(({ action }) => action)))
  })

  it('are not used where reading costs less, or for what they do not tell', async () => {
    const few = sourceOf('freddy', events.slice(0, 400))
    expect((await figuresOf([few], { dimensions: new Set(['ACTION']) })).ways[0]?.way).toBe('READING')
    const ways = (ask: Partial<FigureAsk>) => openOf([few]).explain({ ...none, ...ask })
    expect(ways({})).toMatchObject([{ way: 'TOTALS' }])
    expect(ways({ times: true })).toMatchObject([{ way: 'READING' }])
    expect(ways({ dimensions: new Set(['ACTOR']) })).toMatchObject([
      { way: 'READING', reasons: ['Totals do not tell ACTOR of this provider.'] },
    ])
  })

  it('that fail leave the source to reading, whose failure is the report’s', async () => {
    const source = { ...sourceOf('freddy', events), fetchPage: async () => sourceFailure('UNAVAILABLE') }
    const figures = await openOf([source]).read(none)
    expect(figures).toMatchObject({
      kind: 'readingFailed',
      failures: [{ sourceKey: 'freddy', failure: { kind: 'UNAVAILABLE' } }],
    })
  })
})

describe('the CSV export', () => {
  const events = eventsOf(6_000, 3)
  const ask = {
    dimensions: new Set(['ACTION', 'ACTION_KIND', 'RESOURCE_TYPE', 'ORGANIZATION'] as const),
    times: true,
    timelines: [
      { edgesMs: [sinceMs, sinceMs + 86_400_000, filter.occurredAt.untilMs], splitBy: 'ACTION' as const },
    ],
  }
  const days = { settings: { dates: 'day' } }

  function expectTruth(figures: ReportFigures, all = events) {
    const inside = within(all)
    expect(figures.complete).toBe(true)
    expect(figures.total).toEqual(exact(inside.length))
    expect(countsOf(figures, 'ACTION')).toEqual(tallied(inside.map(({ action }) => action)))
    expect(countsOf(figures, 'RESOURCE_TYPE')).toEqual(tallied(inside.map(({ resource }) => resource.type)))
    expect(figures.first).toEqual({ atMs: inside.at(-1)?.timeMs, exactness: 'EXACT' })
    expect(figures.last).toEqual({ atMs: inside[0]?.timeMs, exactness: 'EXACT' })
    const [first] = figures.timeline(ask.timelines[0] as (typeof ask.timelines)[number], 50)
    expect(first?.split.reduce((sum, { count }) => sum + count.value, 0)).toBe(
      inside.filter(({ timeMs }) => timeMs < sinceMs + 86_400_000).length,
    )
  }

  it.each([
    ['whole days', days],
    ['instants', {}],
    ['line feeds and a mark', { switches: { exportLineEnd: '\n', exportByteOrderMark: true } }],
    ['escaped formulas', { switches: { exportEscapesFormulas: true } }],
    ['exclusive bounds', { switches: { lowerBound: 'exclusive', upperBound: 'exclusive' } }],
    ['a zone far from UTC', { ...days, switches: { zoneOffsetMinutes: 840, boundPrecision: 'day' } }],
    ['rows in no order', { switches: { order: 'oldestFirst' } }],
  ] as const)('counts in a few requests: %s', async (_, more) => {
    const source = sourceOf('aitronos', events, more)
    const figures = await figuresOf([source], ask)
    expect(figures.ways[0]).toMatchObject({ way: 'BULK' })
    expect(source.requests()).toBeLessThan(12)
    expectTruth(figures)
    const windows = figures.ways[0]?.windows ?? []
    expect(windows[0]?.sinceMs).toBe(sinceMs)
    expect(windows.at(-1)?.untilMs).toBe(filter.occurredAt.untilMs)
    for (const [index, { untilMs }] of windows.entries()) {
      if (index + 1 < windows.length) expect(windows[index + 1]?.sinceMs).toBe(untilMs)
    }
  })

  it('is cut into windows until none is at the cap', async () => {
    // Most of it within an hour, so that equal windows do not do.
    const dense = [
      ...events,
      ...Array.from({ length: 24_000 }, (_, index) => ({
        ...(events[0] as SimulatedEvent),
        id: `d${index}`,
        timeMs: nowMs - 5 * 86_400_000 - index * 150,
      })),
    ].sort((a, b) => b.timeMs - a.timeMs)
    for (const exportKeeps of ['newest', 'oldest'] as const) {
      const source = sourceOf('aitronos', dense, { switches: { exportKeeps } })
      const figures = await figuresOf([source], ask)
      expect(figures.ways[0]?.way).toBe('BULK')
      expect(figures.ways[0]?.windows.length).toBeGreaterThan(6)
      expect(source.requests()).toBeLessThan(60)
      expectTruth(figures, dense)
    }
  })

  it.each([
    ['times without a zone', { switches: { exportTimes: 'withoutZone', zoneOffsetMinutes: 60 } }],
    ['times of another zone told as UTC', { switches: { exportTimes: 'shifted', zoneOffsetMinutes: 60 } }],
    ['a cap lower than documented', { switches: { exportRowsMax: 900 } }],
    ['no totals to check against', { switches: { total: 'absent' } }],
    ['wrong totals', { switches: { total: 'tooHigh' } }],
  ] as const)('gives way to reading where it proves nothing: %s', async (_, more) => {
    const source = sourceOf('aitronos', events, more)
    const figures = await figuresOf([source], ask)
    expect(figures.ways[0]?.way).toBe('READING')
    expect(figures.ways[0]?.reasons).not.toHaveLength(0)
    expectTruth(figures)
  })

  it('gives way to reading where it may have a label in place of a word', async () => {
    // The newest hundred, which are compared, have no such word.
    const rare = events.map((event, at) => (at === 1_500 ? { ...event, action: 'of no list' } : event))
    const source = sourceOf('aitronos', rare, days)
    const figures = await figuresOf([source], ask)
    expect(figures.ways[0]).toMatchObject({
      way: 'READING',
      reasons: ['What came in bulk says "of no list", which is in no entry that was read to compare.'],
    })
    expectTruth(figures, rare)
  })

  it('is not asked for where ids are needed, or when it is turned off', () => {
    const wayOf = (source: ReadableSource, more: Partial<FigureAsk>, wanted: EntryFilter = filter) => {
      const secrets = [new Secret('a-secret-of-this-test')]
      const reader = createReader({ sources: [source], secrets, now: () => nowMs })
      const open = reader.openReport({ filter: wanted, onSourceError: 'FAIL', signal })
      return open.kind === 'open' ? open.explain({ ...none, ...more })[0] : undefined
    }
    const source = sourceOf('aitronos', events, days)
    expect(wayOf(source, { times: true })?.way).toBe('BULK')
    expect(wayOf(source, { dimensions: new Set(['ACTOR']) })).toMatchObject({
      way: 'READING',
      reasons: [expect.any(String), 'Rows in bulk do not tell ACTOR.'],
    })
    expect(wayOf(source, {}, { ...filter, resourceIds: ['r1'] })).toMatchObject({
      reasons: [expect.any(String), 'Rows in bulk do not tell what resourceIds compares.'],
    })
    const off = sourceOf('aitronos', events, { settings: { dates: 'day', csvExport: false } })
    expect(off.fetchBulk).toBeUndefined()
    expect(wayOf(off, { times: true })?.way).toBe('READING')
  })
})
