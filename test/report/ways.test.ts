import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../../src/model/failure.js'
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

function sourceOf(id: 'aitronos' | 'freddy', events: readonly SimulatedEvent[]) {
  const provider = builtInProviders.find((candidate) => candidate.id === id)
  if (!provider) throw new Error(`There is no provider ${id}.`)
  const log = new SimulatedLog()
  log.appendAll(events)
  const create = { aitronos: createAitronosSimulator, freddy: createFreddySimulator }[id]
  const switches = { timePrecision: 'millisecond' } as const
  return connect(id, openDialect(provider, provider.settings.parse(settings[id])), create({ log, switches }))
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
