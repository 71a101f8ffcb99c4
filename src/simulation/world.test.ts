import { describe, expect, it } from 'vitest'
import type { SimulatedEvent } from './log.js'
import { createWorld, type ProviderName, providerNames, type World } from './world.js'

const nowMs = Date.UTC(2026, 10, 21, 12)
const small = { seed: 7, nowMs, days: 12 }

function contentOf(world: World, atMs = nowMs): Record<ProviderName, readonly SimulatedEvent[]> {
  const { logs } = world
  return {
    aitronos: logs.aitronos.visible(atMs),
    freddy: logs.freddy.visible(atMs),
    jitsudo: logs.jitsudo.visible(atMs),
    ashby: logs.ashby.visible(atMs),
  }
}

describe('createWorld', () => {
  it('depends on its seed and its time alone', () => {
    expect(contentOf(createWorld(small))).toEqual(contentOf(createWorld(small)))
    expect(contentOf(createWorld({ ...small, seed: 8 }))).not.toEqual(contentOf(createWorld(small)))
  })

  it('fills every log with thousands of entries that end now', () => {
    const world = createWorld({ seed: 1, nowMs })
    const sizes = providerNames.map((name) => world.logs[name].size)
    expect(Math.min(...sizes)).toBeGreaterThan(3_000)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(30_000)
    for (const name of providerNames) {
      const events = world.logs[name].visible(nowMs)
      expect(events.length).toBe(world.logs[name].size)
      expect(nowMs - (events.at(-1)?.timeMs ?? 0)).toBeLessThan(86_400_000 * 2)
      expect(nowMs - (events[0]?.timeMs ?? nowMs)).toBeGreaterThan(86_400_000 * 100)
    }
  })

  it.each(providerNames)('gives %s a bulk action of 230 equal times', (name) => {
    const perTime = new Map<number, number>()
    for (const { timeMs } of createWorld(small).logs[name].visible(nowMs)) {
      perTime.set(timeMs, (perTime.get(timeMs) ?? 0) + 1)
    }
    expect(Math.max(...perTime.values())).toBeGreaterThanOrEqual(230)
  })

  it('has the same forty people everywhere, under another id each', () => {
    const { people } = createWorld(small)
    expect(people).toHaveLength(40)
    for (const { ids } of people) {
      expect(ids.aitronos).toMatch(/^usr_/)
      expect(ids.freddy).toMatch(/^uid_/)
      expect(ids.jitsudo).toMatch(/^auth0\|/)
      expect(ids.ashby).toMatch(/^[0-9a-f]{8}-/)
    }
    expect(people.map((person) => person.name)).toEqual(expect.arrayContaining(['Mira Kovač', '山田 花子']))
  })

  it('uses for Ashby only known words and plainly artificial ones', () => {
    for (const event of createWorld(small).logs.ashby.visible(nowMs)) {
      expect(event.action).toMatch(/^(JobStatusChanged|Sim[A-Z]\w+)$/)
      expect(event.resource.type).toMatch(/^(job|app_user|sim_\w+)$/)
    }
  })

  it('holds before-and-after values of every JSON kind', () => {
    const kinds = new Set<string>()
    for (const event of createWorld(small).logs.aitronos.visible(nowMs)) {
      for (const value of [event.values?.before, event.values?.after]) {
        kinds.add(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
      }
    }
    expect([...kinds]).toEqual(
      expect.arrayContaining(['null', 'array', 'object', 'string', 'number', 'boolean']),
    )
  })
})

describe('growUntil', () => {
  const hourMs = 3_600_000

  it('adds the same, however the time is cut into calls', () => {
    const once = createWorld(small)
    once.growUntil(nowMs + hourMs)
    const often = createWorld(small)
    for (let minute = 1; minute <= 60; minute += 1) often.growUntil(nowMs + minute * 60_000)
    expect(contentOf(often, nowMs + hourMs)).toEqual(contentOf(once, nowMs + hourMs))
  })

  it('adds about one event every four seconds, some of them published late', () => {
    const world = createWorld(small)
    const before = providerNames.reduce((sum, name) => sum + world.logs[name].size, 0)
    world.growUntil(nowMs + hourMs)
    const after = providerNames.reduce((sum, name) => sum + world.logs[name].size, 0)
    expect(after - before).toBeGreaterThan(700)
    expect(after - before).toBeLessThan(1_100)
    const late = world.logs.freddy
      .visible(nowMs + 2 * hourMs)
      .filter((event) => event.visibleFromMs !== undefined && event.visibleFromMs > event.timeMs)
    expect(late.length).toBeGreaterThan(0)
  })

  it('does nothing when no time has passed, and is bounded when much has', () => {
    const world = createWorld(small)
    const size = world.logs.freddy.size
    world.growUntil(nowMs)
    expect(world.logs.freddy.size).toBe(size)
    world.growUntil(nowMs + 365 * 24 * hourMs)
    expect(world.logs.freddy.size - size).toBeLessThanOrEqual(20_000)
  })
})
