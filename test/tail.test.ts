import { describe, expect, it } from 'vitest'
import { type SourceFailure, sourceFailure } from '../src/model/failure.js'
import type { EntryFilter } from '../src/model/filter.js'
import { Secret } from '../src/model/secret.js'
import type { Reader } from '../src/reading/page.js'
import { createReader } from '../src/reading/reader.js'
import { createCursorSeal } from '../src/reading/sealed-cursor.js'
import type { Behaviour, EventScript } from '../src/simulation/history/script.js'
import { createVirtualSource } from '../src/simulation/history/virtual-upstream.js'
import type { Tail, TailEvent } from '../src/tail/event.js'
import { defaultTailLimits, type TailLimits } from '../src/tail/limits.js'
import { createTail } from '../src/tail/tail.js'
import { settled, VirtualTime } from './support/virtual-time.js'

/** The live tail on a virtual clock, over two invented providers. */

const beginMs = Date.UTC(2026, 5, 15, 12, 0, 0)
const secrets = [new Secret('a-secret-of-this-test')]
const behaviour: Behaviour = {
  paging: 'offset',
  order: 'newestFirst',
  stated: true,
  ties: 'byId',
  pageSizeMax: 100,
  pageSizeGiven: 100,
  sinceInclusive: true,
  untilInclusive: false,
  boundStepMs: 1,
  totals: true,
  listMax: null,
  offsetMax: null,
  promisesMore: false,
  forgetsClamp: false,
  deniesMore: 'never',
  cursors: 'keyset',
  cursorsOnce: false,
  cursorLifeMs: null,
  emptyPageEvery: 0,
  windowMaxMs: null,
  filtersActions: false,
  latencyMs: 0,
}

const entryAt = (afterMs: number, index = 0): EventScript => ({
  id: `e${afterMs}-${index}`,
  timeMs: beginMs + afterMs,
  action: 'updated',
  fromMs: beginMs + afterMs,
  untilMs: null,
})

function open(
  options: {
    readonly events?: readonly EventScript[]
    readonly limits?: Partial<TailLimits>
    readonly failing?: () => SourceFailure | null
    readonly behaviour?: Partial<Behaviour>
    /** How long each answer of a source takes. */
    readonly delayMs?: (sourceKey: string) => number
    /** Requests that each source grants in a minute of the clock. */
    readonly granted?: number
    readonly wrap?: (reader: Reader) => Reader
    /** How far the clock of the machine is set back. */
    readonly backMs?: () => number
  } = {},
) {
  const time = new VirtualTime(beginMs)
  const { schedule } = time
  const now = () => time.nowMs - (options.backMs?.() ?? 0)
  const reports: unknown[] = []
  const asked: number[] = []
  const sources = ['crew', 'hiring'].map((key) => {
    const script = { key, behaviour: { ...behaviour, ...options.behaviour }, events: options.events ?? [] }
    const source = createVirtualSource({ ...script, faults: [] }, time)
    let grantedMs: number[] = []
    const fetchPage: typeof source.fetchPage = async (ask, terms) => {
      const minuteMs = time.nowMs - (time.nowMs % 60_000)
      grantedMs = grantedMs.filter((atMs) => atMs >= minuteMs)
      if (grantedMs.length >= (options.granted ?? Number.POSITIVE_INFINITY)) {
        return sourceFailure('RATE_LIMITED', { retryAfterMs: minuteMs + 60_000 })
      }
      grantedMs.push(time.nowMs)
      asked.push(time.nowMs - beginMs)
      const delayMs = options.delayMs?.(key) ?? 0
      if (delayMs > 0) await new Promise<void>((resolve) => schedule(delayMs, resolve))
      return (key === 'crew' && options.failing?.()) || source.fetchPage(ask, terms)
    }
    return { ...source, settleMs: 60_000, fetchPage }
  })
  const read = createReader({ sources, secrets, now })
  const reader = options.wrap?.(read) ?? read
  const report = (error: unknown) => {
    if (!options.wrap) throw error
    reports.push(error)
  }
  const make = (): Tail =>
    createTail({
      reader,
      seal: createCursorSeal(secrets),
      now,
      schedule,
      report,
      ...(options.limits && { limits: options.limits }),
    })
  return { time, asked, reports, make, tail: make() }
}

/** Takes all events of a subscription as they come. */
function follow(tail: Tail, request: Partial<Parameters<Tail['subscribe']>[0]> = {}) {
  const gone = new AbortController()
  const events = tail.subscribe({ filter: {}, signal: gone.signal, ...request })
  if ('kind' in events) throw new Error(JSON.stringify(events))
  const seen: TailEvent[] = []
  const ended = (async () => {
    for await (const event of events) seen.push(event)
  })()
  return { seen, ended, leave: () => gone.abort() }
}

const idsOf = (seen: readonly TailEvent[]) => seen.flatMap(({ entry }) => entry?.upstreamId ?? [])
const kindsOf = (seen: readonly TailEvent[]) => seen.map(({ kind }) => kind)

describe('the upstreams', () => {
  it('are asked as often for 1,000 subscribers as for one', async () => {
    const events = Array.from({ length: 40 }, (_, index) => entryAt(index * 7_300))
    const counts = []
    for (const subscribers of [1, 1_000]) {
      const { time, asked, tail } = open({ events })
      const all = Array.from({ length: subscribers }, (_, index) =>
        follow(tail, index % 2 === 0 ? {} : { filter: { actions: ['updated'] } }),
      )
      await time.passUntil(beginMs + 300_000)
      for (const { seen } of all) expect(idsOf(seen)).toHaveLength(2 * 40)
      counts.push(asked.length)
      for (const { leave } of all) leave()
    }
    expect(counts[1]).toBe(counts[0])
    expect(counts[0]).toBeGreaterThan(50)
  })

  it('are asked the more seldom, the longer nothing is new, and at once not at all when nobody is there', async () => {
    const { time, asked, tail } = open({ events: [entryAt(200_500)] })
    const { seen, leave } = follow(tail)
    await time.passUntil(beginMs + 260_000)
    const steps = [...new Set(asked)].map((at, index, all) => at - (all[index - 1] ?? at))
    expect(steps.slice(1, 7)).toEqual([3_000, 4_500, 6_750, 10_125, 15_187.5, 22_781.25])
    expect(Math.max(...steps)).toBe(30_000)
    // After an entry the interval is half of what it was.
    expect(steps).toContain(15_000)
    expect(idsOf(seen)).toHaveLength(2)
    leave()
    await settled()
    const before = asked.length
    await time.passUntil(beginMs + 600_000)
    expect([asked.length, time.timers]).toEqual([before, 0])
  })

  it('are not asked before the time that they name', async () => {
    let failure: SourceFailure | null = null
    const { time, asked, tail } = open({ failing: () => failure, limits: { intervalMaxMs: 4_000 } })
    const { seen } = follow(tail, { sources: ['crew'] })
    await time.passUntil(beginMs + 10_000)
    failure = sourceFailure('RATE_LIMITED', { retryAfterMs: beginMs + 100_000 })
    await time.passUntil(beginMs + 14_000)
    const refusedAt = asked.at(-1) ?? 0
    failure = null
    await time.passUntil(beginMs + 120_000)
    expect(asked.filter((at) => at > refusedAt && at < 100_000)).toEqual([])
    expect(asked.at(-1)).toBeGreaterThanOrEqual(100_000)
    expect(seen.flatMap(({ coverage }) => coverage).map(({ state, error }) => [state, error?.kind])).toEqual([
      ['COMPLETE', undefined],
      ['FAILED', 'RATE_LIMITED'],
      ['COMPLETE', undefined],
    ])
  })
})

const statesOf = (seen: readonly TailEvent[]) =>
  seen.map(({ coverage }) => coverage.map(({ sourceKey, state }) => `${sourceKey} ${state}`))

describe('the first event', () => {
  const both = ['crew COMPLETE', 'hiring COMPLETE']

  it('waits for a slow source, and whatever is added behind it is delivered', async () => {
    const lateAt = (fromMs: number) => ({ ...entryAt(-5_000, fromMs), fromMs: beginMs + fromMs })
    const events = [entryAt(-6_000), lateAt(1_000), lateAt(4_000), lateAt(7_000), entryAt(8_000)]
    const { time, tail } = open({
      events,
      delayMs: (key) => (key === 'hiring' && time.nowMs < beginMs + 9_000 ? 5_000 : 0),
    })
    const { seen } = follow(tail)
    while (seen.length === 0 && time.nowMs < beginMs + 60_000) await time.passUntil(time.nowMs + 500)
    const added = events.filter(({ fromMs }) => fromMs > time.nowMs)
    expect(statesOf(seen)).toEqual([both])
    await time.passUntil(beginMs + 100_000)
    for (const { id } of added) expect(idsOf(seen).filter((each) => each === id)).toHaveLength(2)
    expect(kindsOf(seen).filter((kind) => kind === 'COVERAGE')).toHaveLength(1)
  })

  it('has the sources, too, that nobody had asked for before', async () => {
    const { time, tail } = open({
      events: [entryAt(70_000)],
      delayMs: (key) => (key === 'hiring' ? 1_000 : 0),
    })
    follow(tail, { sources: ['crew'] })
    await time.passUntil(beginMs + 20_000)
    const { seen } = follow(tail)
    await time.passUntil(beginMs + 100_000)
    expect(statesOf(seen)[0]).toEqual(both)
    expect(idsOf(seen)).toEqual(['e70000-0', 'e70000-0'])
  })

  it('goes by what is known now of a source that nobody had asked for lately', async () => {
    let failure: SourceFailure | null = null
    const { time, tail } = open({ failing: () => failure })
    follow(tail, { sources: ['hiring'] })
    const { seen: before, leave } = follow(tail)
    await time.passUntil(beginMs + 20_000)
    leave()
    failure = sourceFailure('UNAVAILABLE')
    await time.passUntil(beginMs + 60_000)
    const { seen } = follow(tail, { after: before.at(-1)?.cursor ?? '' })
    await time.passUntil(beginMs + 90_000)
    expect(statesOf(seen)[0]).toEqual(['crew FAILED', 'hiring COMPLETE'])
  })

  it('does not wait for a source that sits out', async () => {
    const failure = sourceFailure('RATE_LIMITED', { retryAfterMs: beginMs + 600_000 })
    const { time, tail } = open({ events: [entryAt(70_000)], failing: () => failure })
    const first = follow(tail)
    await time.passUntil(beginMs + 20_000)
    first.leave()
    await settled()
    const { seen } = follow(tail)
    await time.passUntil(beginMs + 25_000)
    expect(statesOf(seen)[0]).toEqual(['crew FAILED', 'hiring COMPLETE'])
    await time.passUntil(beginMs + 100_000)
    expect(idsOf(seen)).toEqual(['e70000-0'])
  })
})

describe('a subscriber', () => {
  it('gets heartbeats whose cursors go on', async () => {
    const { time, tail, make } = open({ events: [entryAt(100_000)] })
    const { seen, leave } = follow(tail)
    await time.passUntil(beginMs + 61_000)
    expect(kindsOf(seen)).toEqual(['COVERAGE', 'HEARTBEAT', 'HEARTBEAT', 'HEARTBEAT'])
    expect(seen.at(-1)?.settledUntilMs).toBeGreaterThan(seen.at(1)?.settledUntilMs ?? 0)
    leave()
    await time.passUntil(beginMs + 1_000_000)
    const later = follow(make(), { after: seen.at(-1)?.cursor ?? '' })
    await time.passUntil(beginMs + 1_010_000)
    expect(idsOf(later.seen)).toEqual(['e100000-0', 'e100000-0'])
  })

  it('misses nothing of a source that failed for long when it subscribed', async () => {
    let failure: SourceFailure | null = sourceFailure('UNAVAILABLE')
    const { time, tail } = open({ events: [entryAt(-1_000), entryAt(5_000)], failing: () => failure })
    const { seen } = follow(tail, { sources: ['crew'] })
    await time.passUntil(beginMs + 200_000)
    failure = null
    await time.passUntil(beginMs + 300_000)
    expect(idsOf(seen)).toEqual(['e5000-0'])
  })

  it('that takes nothing is told to resume behind what waits for it, and gets the rest then', async () => {
    const events = Array.from({ length: 100 }, (_, index) => entryAt(5_000, index))
    const { time, tail } = open({ events, limits: { bufferedMax: 20 } })
    const stuck = tail.subscribe({ filter: {}, sources: ['crew'], signal: new AbortController().signal })
    if ('kind' in stuck) throw new Error(stuck.kind)
    await time.passUntil(beginMs + defaultTailLimits.slowAfterMs + 60_000)
    const seen: TailEvent[] = []
    for await (const event of stuck) seen.push(event)
    expect(kindsOf(seen)).toEqual(['COVERAGE', ...Array(19).fill('ENTRY'), 'RESUME'])
    expect(seen.at(-1)?.reason).toBe('SLOW_CONSUMER')
    const { seen: rest } = follow(tail, { sources: ['crew'], after: seen.at(-1)?.cursor ?? '' })
    await time.passUntil(beginMs + 200_000)
    const ids = [...idsOf(seen), ...idsOf(rest)]
    expect([ids.length, new Set(ids).size]).toEqual([100, 100])
  })

  it('that digests more at once than its buffer holds is not taken for slow', async () => {
    const events = Array.from({ length: 100 }, (_, index) => entryAt(5_000, index))
    const { time, tail } = open({ events, limits: { bufferedMax: 20 } })
    const { seen } = follow(tail, { sources: ['crew'] })
    await time.passUntil(beginMs + 60_000)
    expect(new Set(idsOf(seen)).size).toBe(100)
    expect(kindsOf(seen)).not.toContain('RESUME')
  })

  it('has a cursor of bounded length, whatever comes at once', async () => {
    const events = Array.from({ length: 400 }, (_, index) => entryAt(5_000 + index, index))
    const { time, tail } = open({ events, limits: { marksMax: 100 } })
    const { seen } = follow(tail)
    await time.passUntil(beginMs + 20_000)
    expect(idsOf(seen)).toHaveLength(100)
    await time.passUntil(beginMs + 120_000)
    expect(new Set(seen.map(({ entry }) => `${entry?.sourceKey}/${entry?.upstreamId}`)).size - 1).toBe(800)
    expect(Math.max(...seen.map(({ cursor }) => cursor.length))).toBeLessThan(100 * 8 * 1.5 + 400)
  })

  it('that takes nothing has one event waiting of a source that comes and goes, with its last state', async () => {
    let failure: SourceFailure | null = null
    const parts = open({ events: [entryAt(5_000)], failing: () => failure, limits: { intervalMaxMs: 2_000 } })
    const stuck = parts.tail.subscribe({ filter: {}, signal: new AbortController().signal })
    if ('kind' in stuck) throw new Error(stuck.kind)
    for (let minute = 1; minute <= 59; minute += 1) {
      await parts.time.passUntil(beginMs + minute * 60_000)
      failure = failure ? null : sourceFailure('UNAVAILABLE')
    }
    await parts.time.passUntil(beginMs + 3_600_000)
    void parts.tail.close(1_000)
    const seen: TailEvent[] = []
    for await (const event of stuck) seen.push(event)
    expect(kindsOf(seen)).toEqual(['COVERAGE', 'ENTRY', 'ENTRY', 'COVERAGE', 'RESUME'])
    expect(statesOf(seen)).toEqual([['crew COMPLETE', 'hiring COMPLETE'], [], [], ['crew FAILED'], []])
  })

  it('goes on when the clock is set back, and has every entry once', async () => {
    for (const [backMs, retryAfterMs] of [
      [30_000, null],
      [3_600_000, null],
      [3_600_000, beginMs + 130_000],
    ] as const) {
      let isBack = false
      let failure: SourceFailure | null = null
      const events = [10_000, 95_000, 119_000, 121_000, 150_000, 300_000].map((at) => entryAt(at))
      const parts = open({ events, backMs: () => (isBack ? backMs : 0), failing: () => failure })
      const { seen } = follow(parts.tail, { sources: ['crew'] })
      await parts.time.passUntil(beginMs + 105_000)
      if (retryAfterMs) failure = sourceFailure('RATE_LIMITED', { retryAfterMs })
      await parts.time.passUntil(beginMs + 120_000)
      isBack = true
      failure = null
      const before = parts.asked.length
      await parts.time.passUntil(beginMs + 600_000)
      expect(parts.asked.length - before).toBeGreaterThan(10)
      expect(Math.min(...parts.asked.slice(before))).toBeLessThan(200_000)
      await parts.time.passUntil(beginMs + 600_000 + backMs)
      expect(idsOf(seen)).toEqual(events.map(({ id }) => id))
    }
  })

  it('has every entry once when it goes on while the clock is set back', async () => {
    let isBack = false
    const events = [95_000, 110_000, 119_000, 150_000].map((at) => entryAt(at))
    // One that the provider publishes late lies before what was delivered.
    const lateOne = { ...entryAt(100_000, 1), fromMs: beginMs + 140_000 }
    const parts = open({ events: [...events, lateOne], backMs: () => (isBack ? 600_000 : 0) })
    const { seen, leave } = follow(parts.tail, { sources: ['crew'] })
    await parts.time.passUntil(beginMs + 125_000)
    leave()
    isBack = true
    const later = follow(parts.tail, { sources: ['crew'], after: seen.at(-1)?.cursor ?? '' })
    await parts.time.passUntil(beginMs + 400_000)
    isBack = false
    await parts.time.passUntil(beginMs + 600_000)
    expect([...idsOf(seen), ...idsOf(later.seen)].toSorted()).toEqual(
      [...events, lateOne].map(({ id }) => id).toSorted(),
    )
  })

  it('and all others lose nothing when one entry breaks what nobody expects to break', async () => {
    let breaks = 0
    const wrap = (reader: Reader): Reader => ({
      ...reader,
      async readPage(request) {
        const page = await reader.readPage(request)
        if (page.kind !== 'page') return page
        const edges = page.edges.map(({ cursor, entry }) => ({
          cursor,
          entry: {
            ...entry,
            get action(): string {
              if (entry.upstreamId !== 'e5000-0' || breaks > 0) return entry.action
              breaks += 1
              throw new Error('broken')
            },
          },
        }))
        return { ...page, edges }
      },
    })
    const { time, tail, reports } = open({ events: [entryAt(5_000), entryAt(20_000)], wrap })
    const all = [{}, { filter: { actions: ['updated'] } }, {}].map((request) => {
      return follow(tail, { sources: ['crew'], ...request })
    })
    await time.passUntil(beginMs + 120_000)
    expect(reports).toHaveLength(1)
    for (const { seen } of all) expect(idsOf(seen)).toEqual(['e5000-0', 'e20000-0'])
  })

  it('is told to resume when the tail ends, and those that come later too', async () => {
    const { time, tail } = open()
    const { seen, ended } = follow(tail)
    await time.passUntil(beginMs + 1_000)
    await tail.close(1_000)
    await ended
    expect(seen.at(-1)).toMatchObject({ kind: 'RESUME', reason: 'SHUTTING_DOWN' })
    const late = follow(tail)
    await late.ended
    expect(kindsOf(late.seen)).toEqual(['RESUME'])
    expect(time.timers).toBe(0)
  })

  it('is one of so many', async () => {
    const { tail } = open({ limits: { subscribersMax: 1 } })
    const first = follow(tail)
    const request = { filter: {}, signal: new AbortController().signal }
    expect(tail.subscribe(request)).toEqual({ kind: 'tailFull', subscribersMax: 1 })
    first.leave()
    await first.ended
    expect(tail.subscribe(request)).not.toHaveProperty('kind')
  })
})

describe('a subscriber that was gone for long', () => {
  const awayMs = 2 * 86_400_000
  /** Where it stands behind a first subscription, and what time it is then. */
  async function leaveFor({ time, tail }: ReturnType<typeof open>, filter: EntryFilter): Promise<string> {
    const { seen, leave, ended } = follow(tail, { filter })
    await time.passUntil(beginMs + 20_000)
    leave()
    await ended
    await time.passUntil(beginMs + awayMs)
    return seen.at(-1)?.cursor ?? ''
  }

  it.each([
    ['offset', 'newestFirst'],
    ['offset', 'oldestFirst'],
    ['cursor', 'newestFirst'],
    ['cursor', 'oldestFirst'],
  ] as const)(
    'gets through a stretch with few matches within the limit of its provider: %s, %s',
    async (paging, order) => {
      const events = Array.from({ length: 3_000 }, (_, index): EventScript => {
        const event = entryAt(60_000 + Math.floor(((awayMs - 120_000) * index) / 3_000), index)
        return index % 1_400 === 1_399 ? { ...event, action: 'rare' } : event
      })
      const parts = open({
        events,
        granted: 20,
        behaviour: { paging, order, pageSizeMax: 20, pageSizeGiven: 20 },
      })
      const filter = { actions: ['rare'] }
      const after = await leaveFor(parts, filter)
      const before = parts.asked.length
      const { seen } = follow(parts.tail, { filter, after })
      await parts.time.passUntil(beginMs + awayMs + 3_600_000)
      expect(seen.filter(({ late }) => late)).toEqual([])
      expect([idsOf(seen).length, new Set(idsOf(seen)).size]).toEqual([4, 2])
      expect(seen.at(-1)?.settledUntilMs).toBeGreaterThan(beginMs + awayMs + 3_400_000)
      expect(parts.asked.length - before).toBeLessThan(800)
    },
  )

  it('is told what it may lack behind its place where a source shows late that it has no order', async () => {
    const gap = { sinceMs: beginMs + 10_000, untilMs: beginMs + awayMs }
    let bulk = 0
    const wrap = (reader: Reader): Reader => ({
      ...reader,
      async readPage(request) {
        const page = await reader.readPage(request)
        if (request.priority !== 'bulk' || page.kind !== 'page') return page
        bulk += 1
        if (bulk !== 3) return page
        const coverage = page.coverage.map((row) => (row.sourceKey === 'crew' ? { ...row, gap } : row))
        return { ...page, coverage }
      },
    })
    const events = Array.from({ length: 400 }, (_, index) => entryAt(60_000 + index * 300_000, index))
    const parts = open({ events, wrap, limits: { bufferedMax: 100 } })
    const after = await leaveFor(parts, {})
    const { seen } = follow(parts.tail, { after })
    await parts.time.passUntil(beginMs + awayMs + 600_000)
    const told = seen.flatMap(({ coverage }) => coverage.filter((row) => row.gap !== null))
    expect(told).toMatchObject([{ sourceKey: 'crew', resumeCursor: null }])
    expect(told[0]?.gap?.sinceMs).toBe(gap.sinceMs)
    // As far as it was read up by then: two pages of 50 entries of two sources.
    expect(told[0]?.gap?.untilMs).toBe(beginMs + 60_000 + 49 * 300_000)
    const ids = seen.flatMap(({ entry }) => (entry ? [`${entry.sourceKey}/${entry.upstreamId}`] : []))
    expect([ids.length, new Set(ids).size]).toEqual([800, 800])
  })

  it('has its place in the line for itself alone: whoever left it meanwhile is not read up', async () => {
    let bulk = 0
    const answers: (() => void)[] = []
    const wrap = (reader: Reader): Reader => ({
      ...reader,
      async readPage(request) {
        if (request.priority === 'bulk') {
          bulk += 1
          await new Promise<void>((resolve) => answers.push(resolve))
        }
        return reader.readPage(request)
      },
    })
    const parts = open({ events: [entryAt(100_000)], wrap })
    const after = await leaveFor(parts, {})
    const { catchingUpMax } = defaultTailLimits
    const gone = Array.from({ length: 50 }, () => follow(parts.tail, { after }))
    const { seen } = follow(parts.tail, { after })
    await parts.time.passUntil(beginMs + awayMs + 1)
    expect(bulk).toBe(catchingUpMax)
    for (const { leave } of gone) leave()
    for (let turn = 0; turn < 100; turn += 1) {
      await settled()
      for (const answer of answers.splice(0)) answer()
    }
    await parts.time.passUntil(beginMs + awayMs + 10_000)
    expect(bulk).toBe(catchingUpMax + 1)
    expect(idsOf(seen)).toHaveLength(2)
  })

  it.each([
    [40_000, ['RESUME']],
    [10_000, []],
  ])('is told to resume when it takes one event in %i ms, if that is too long', async (everyMs, ends) => {
    const events = Array.from({ length: 200 }, (_, index) => entryAt(60_000 + index * 50))
    const parts = open({ events, limits: { bufferedMax: 20 } })
    const after = await leaveFor(parts, {})
    const slow = parts.tail.subscribe({ filter: {}, after, signal: new AbortController().signal })
    if ('kind' in slow) throw new Error(slow.kind)
    const seen: TailEvent[] = []
    let isOver = false
    for (let taken = 1; taken <= 40 && !isOver; taken += 1) {
      await parts.time.passUntil(beginMs + awayMs + taken * everyMs)
      const { value, done = false } = await slow.next()
      if (value) seen.push(value)
      isOver = done
    }
    expect(kindsOf(seen).filter((kind) => kind === 'RESUME')).toEqual(ends)
    const { seen: rest } = follow(parts.tail, { after: seen.at(-1)?.cursor ?? '' })
    await parts.time.passUntil(beginMs + awayMs + 40 * 40_000 + 60_000)
    const ids = [...seen, ...rest].flatMap(({ entry }) => entry && `${entry.sourceKey}/${entry.upstreamId}`)
    const given = ids.filter((id) => id !== null)
    expect([given.length, new Set(given).size]).toEqual([400, 400])
  })

  it('is read no further when it leaves while its client takes nothing', async () => {
    let bulk = 0
    const wrap = (reader: Reader): Reader => ({
      ...reader,
      readPage(request) {
        if (request.priority === 'bulk') bulk += 1
        return reader.readPage(request)
      },
    })
    const events = Array.from({ length: 2_000 }, (_, index) => entryAt(60_000 + index * 50))
    const parts = open({ events, wrap, limits: { bufferedMax: 100 } })
    const after = await leaveFor(parts, {})
    const gone = new AbortController()
    parts.tail.subscribe({ filter: {}, after, signal: gone.signal })
    await parts.time.passUntil(beginMs + awayMs + 10_000)
    const before = bulk
    gone.abort()
    await parts.time.passUntil(beginMs + awayMs + 120_000)
    expect([bulk - before, parts.time.timers]).toEqual([0, 0])
  })
})

describe('a cursor', () => {
  it.each([
    ['of another filter', { filter: { actions: ['created'] } }, 'with another filter'],
    ['of other sources', { sources: ['crew'] }, 'to other sources'],
    ['that was changed', { after: 'AAAA' }, 'is not a cursor that this gateway issued'],
  ] as const)('%s is refused', async (_, change, words) => {
    const { time, tail } = open()
    const { seen } = follow(tail)
    await time.passUntil(beginMs + 1_000)
    const { signal } = new AbortController()
    const after = seen[0]?.cursor ?? ''
    expect(tail.subscribe({ filter: {}, signal, after, ...change })).toMatchObject({
      kind: 'inputProblem',
      path: ['after'],
      message: expect.stringContaining(words),
    })
  })

  it('is refused when it has expired, and when it is one of a list', async () => {
    const { time, tail } = open()
    const { seen, leave } = follow(tail)
    await time.passUntil(beginMs + 1_000)
    leave()
    const subscribe = (after: string) =>
      tail.subscribe({ filter: {}, after, signal: new AbortController().signal })
    const listed = createCursorSeal(secrets).seal({ v: 1, o: 'N', f: '', s: '' })
    expect(subscribe(listed)).toMatchObject({ message: expect.stringContaining('comes from a list') })
    await time.passUntil(beginMs + 31 * 86_400_000)
    expect(subscribe(seen[0]?.cursor ?? '')).toMatchObject({
      message: expect.stringContaining('has expired'),
    })
  })
})
