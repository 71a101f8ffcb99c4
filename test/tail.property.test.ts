import { expect, it } from 'vitest'
import { compareNewestFirst, type EntryKey } from '../src/model/order.js'
import { Secret } from '../src/model/secret.js'
import { createReader } from '../src/reading/reader.js'
import { createCursorSeal } from '../src/reading/sealed-cursor.js'
import { drawScript } from '../src/simulation/history/draw.js'
import type { Behaviour, EventScript, SourceScript } from '../src/simulation/history/script.js'
import { createVirtualSource } from '../src/simulation/history/virtual-upstream.js'
import { SeededRandom } from '../src/simulation/random.js'
import type { Tail, TailEvent } from '../src/tail/event.js'
import { createTail } from '../src/tail/tail.js'
import { VirtualTime } from './support/virtual-time.js'

/**
 * Random histories of a live tail: providers of every dialect that are written to, late and with deletions, and that
 * fail; clients that lose events, are gone for a while and go on at another replica. Judged by what the clients saw.
 */

const histories = Number(process.env['HISTORIES'] ?? 120)
const firstSeed = Number(process.env['SEED'] ?? 1)
const spanMs = 600_000
const secrets = [new Secret('a-secret-of-this-test')]

interface LiveSource extends SourceScript {
  readonly settleMs: number
  /** What an answer takes. */
  readonly delayMs: number
}

/** Dialects, faults and entries of one history. Whoever sorts by no rule is left out: what it hides, nobody can see. */
function drawSources(random: SeededRandom, seed: number, beginMs: number): readonly LiveSource[] {
  return drawScript(seed).sources.map(({ key, behaviour, faults }) => {
    const settleMs = random.pick([0, 10_000, 60_000, 300_000])
    const stepMs = random.pick([1, 1_000])
    const order = behaviour.order === 'oldestFirst' ? 'oldestFirst' : 'newestFirst'
    return {
      key,
      settleMs,
      // Clients come and go while a reading is under way, and readings wait for each other.
      delayMs: random.pick([0, 0, 400, 1_500, 4_500]),
      faults: faults.map((fault) => ({ ...fault, request: fault.request * random.pick([1, 3, 10]) })),
      behaviour: {
        ...behaviour,
        ...readable(behaviour),
        order,
        ties: 'byId',
        cursorLifeMs: null,
        emptyPageEvery: 0,
      },
      events: drawEvents(random, beginMs, settleMs, stepMs),
    }
  })
}

/** What keeps entries back was drawn for others than these: it is left where all of a burst, or of a day, can be read. */
function readable({ boundStepMs, deniesMore, listMax, offsetMax }: Behaviour): Partial<Behaviour> {
  return {
    deniesMore: deniesMore === 'withoutCursor' ? 'withCursor' : deniesMore,
    ...(boundStepMs < 86_400_000 ? { listMax, offsetMax } : { listMax: null, offsetMax: null }),
  }
}

function drawEvents(random: SeededRandom, beginMs: number, settleMs: number, stepMs: number) {
  const count = random.pick([0, random.integer(1, 20), random.integer(20, 150)])
  const bursts = Array.from({ length: 2 }, () => beginMs + random.integer(0, spanMs))
  // Some ids come at several times. Of one id and one time there is one entry.
  const drawn = Array.from({ length: count }, (_, index): EventScript => {
    const happenedMs = random.chance(0.2) ? random.pick(bursts) : beginMs + random.integer(-60_000, spanMs)
    const fromMs = happenedMs + (random.chance(0.3) ? random.integer(0, settleMs) : 0)
    return {
      id: random.chance(0.1) ? `${random.integer(0, 3)}` : `${random.integer(0, 999)}-${index}`,
      timeMs: happenedMs - (happenedMs % stepMs),
      action: random.pick(['created', 'updated', 'rare']),
      fromMs,
      untilMs: random.chance(0.1) ? fromMs + random.integer(1, 200_000) : null,
    }
  })
  return [...new Map(drawn.map((event) => [`${event.timeMs} ${event.id}`, event])).values()]
}

/** What came to one client, over all of its subscriptions. */
interface Chain {
  readonly actions: readonly string[] | null
  beganMs: number
  readonly seen: TailEvent[]
  /** The first event of the subscription that it began with, and when that came. */
  first: TailEvent | null
  firstMs: number
  /** First events of all subscriptions. */
  readonly firsts: TailEvent[]
}

async function play(seed: number) {
  const random = new SeededRandom(`tail/${seed}`)
  const beginMs = Date.UTC(2026, 5, 15, 12, 30, 17, 250)
  const sources = drawSources(random, seed, beginMs)
  const time = new VirtualTime(beginMs)
  const limits = {
    marksMax: random.pick([4, 12, 1_000]),
    bufferedMax: random.pick([4, 1_000]),
    slowAfterMs: random.pick([3_000, 15_000]),
    reachMs: random.pick([5_000, 120_000, 600_000]),
    windowMax: random.pick([5, 10_000]),
    intervalMaxMs: random.pick([4_000, 30_000]),
  }
  const virtual = sources.map((source) => {
    const invented = createVirtualSource(source, time)
    const { delayMs } = source
    const fetchPage: typeof invented.fetchPage = async (ask) => {
      if (delayMs > 0) await pass(delayMs)
      return invented.fetchPage(ask, { signal: new AbortController().signal })
    }
    return { ...invented, settleMs: source.settleMs, fetchPage }
  })
  const errors: unknown[] = []
  const makeTail = (): Tail => {
    const { now, schedule } = time
    const reader = createReader({ sources: virtual, secrets, now })
    const report = (error: unknown) => errors.push(error)
    return createTail({ reader, seal: createCursorSeal(secrets), now, schedule, report, limits })
  }
  const tails = [makeTail(), makeTail()]
  const chains: Chain[] = []
  const clients = Array.from({ length: random.integer(1, 3) }, async (_, index) => {
    const own = new SeededRandom(`tail/${seed}/${index}`)
    await pass(own.integer(0, 120_000))
    const actions = own.pick([null, ['updated'], ['created', 'rare']])
    const chain: Chain = {
      actions,
      beganMs: time.nowMs,
      seen: [],
      first: null,
      firstMs: 0,
      firsts: [],
    }
    chains.push(chain)
    await runClient(chain, own, pass)
  })

  function pass(delayMs: number): Promise<void> {
    return new Promise((resolve) => time.schedule(delayMs, resolve))
  }

  /** Subscribes, takes events, some slowly, loses some, is gone for a while, and goes on from the last that it kept. */
  async function runClient(chain: Chain, own: SeededRandom, wait: typeof pass): Promise<void> {
    const endMs = beginMs + spanMs + 1_500_000
    for (let after: string | undefined; time.nowMs < endMs; ) {
      if (after === undefined) chain.beganMs = time.nowMs
      const gone = new AbortController()
      const events = own.pick(tails).subscribe({
        filter: chain.actions ? { actions: chain.actions } : {},
        ...(after !== undefined && { after }),
        signal: gone.signal,
      })
      if ('kind' in events) throw new Error(JSON.stringify(events))
      const isCalm = time.nowMs > beginMs + spanMs
      const stay = isCalm ? 1e9 : own.pick([3, 10, 40, 200])
      const lost = own.pick([0, 0, 1, 5])
      const pauseMs = own.pick([0, 0, 0, 700, 8_000])
      const arrived: TailEvent[] = []
      for await (const event of events) {
        if (arrived.length === 0) {
          chain.firsts.push(event)
          if (after === undefined) {
            chain.first = event
            chain.firstMs = time.nowMs
          }
        }
        arrived.push(event)
        if (time.nowMs > endMs) break
        if (arrived.length >= stay) break
        // A slow client must be through before the history is over.
        if (pauseMs > 0 && time.nowMs <= beginMs + spanMs) await wait(pauseMs)
      }
      gone.abort()
      const kept = isCalm ? arrived : arrived.slice(0, Math.max(0, arrived.length - lost))
      chain.seen.push(...kept)
      after = kept.at(-1)?.cursor ?? after
      if (after === undefined) chain.seen.length = 0
      if (time.nowMs < endMs) await wait(own.pick([0, 1_000, 30_000, 400_000]))
    }
  }

  await time.passUntil(beginMs + spanMs + 2_000_000)
  await Promise.all(clients)
  const requests = virtual.map((source) => source.requests())
  return { sources, chains, limits, errors, requests, timers: time.timers }
}

function keyOf({ entry }: TailEvent): EntryKey | null {
  return entry && { timeMs: entry.occurredAtMs, sourceKey: entry.sourceKey, id: entry.upstreamId }
}

const nameOf = ({ sourceKey, id, timeMs }: EntryKey) => `${sourceKey}/${id} at ${timeMs}`

/** Whether it takes so long to read that a client may not be read up when all is over. */
function isSlow({ behaviour, events, delayMs }: LiveSource): boolean {
  return (events.length / (behaviour.pageSizeGiven - 1)) * delayMs > 30_000
}

/** Complaints about what one client saw; empty when the promise was kept. */
function judge(
  sources: readonly LiveSource[],
  { actions, beganMs, seen, first, firstMs, firsts }: Chain,
  marksMax: number,
): readonly string[] {
  const complaints: string[] = []
  for (const { kind, coverage } of firsts) {
    const isWhole = kind === 'COVERAGE' && coverage.length === sources.length
    if (!isWhole && kind !== 'RESUME')
      complaints.push(`A first event is ${kind} of ${coverage.length} sources`)
  }
  const had = new Map<string, number>()
  let high: EntryKey | null = null
  for (const event of seen) {
    const key = keyOf(event)
    if (!key) continue
    had.set(nameOf(key), (had.get(nameOf(key)) ?? 0) + 1)
    const isLate = high !== null && compareNewestFirst(key, high) > 0
    if (isLate !== event.late) complaints.push(`${nameOf(key)} is ${event.late ? '' : 'not '}flagged late`)
    if (!isLate) high = key
  }
  for (const [name, times] of had) if (times > 1) complaints.push(`${name} came ${times} times`)
  const isMatch = ({ action }: EventScript) => actions === null || actions.includes(action)
  for (const source of sources) {
    const wasWell = first?.coverage.some(
      ({ sourceKey, state }) => sourceKey === source.key && state !== 'FAILED',
    )
    const before = source.events.filter((event) => isMatch(event) && event.timeMs < beganMs)
    const remembersAll = before.length <= Math.floor(marksMax / 2 / sources.length)
    for (const event of source.events) {
      const { id, timeMs, fromMs, untilMs } = event
      const name = nameOf({ sourceKey: source.key, id, timeMs })
      const matches = isMatch(event)
      // A subscription may begin where others had been read to: an interval and the time of a reading before.
      const isOld = timeMs < beganMs && fromMs <= beganMs - 31_000 - 80 * source.delayMs
      if (had.has(name) && (!matches || isOld)) complaints.push(`${name} should not have come`)
      const isDue = !sources.some(isSlow) || timeMs < (seen.at(-1)?.settledUntilMs ?? 0)
      const isAdded = timeMs >= beganMs || (wasWell && remembersAll && fromMs > firstMs)
      if (matches && isDue && isAdded && untilMs === null && !had.has(name))
        complaints.push(`${name} is missing`)
    }
  }
  return complaints
}

it(`gives every entry once over ${histories} histories from seed ${firstSeed}`, {
  timeout: 300_000,
}, async () => {
  const sums = { events: 0, entries: 0, late: 0, resumed: 0, requests: 0, failing: 0 }
  for (let seed = firstSeed; seed < firstSeed + histories; seed += 1) {
    const { sources, chains, limits, errors, requests, timers } = await play(seed)
    expect(errors, `seed ${seed}`).toEqual([])
    for (const chain of chains) {
      expect(judge(sources, chain, limits.marksMax), `seed ${seed}`).toEqual([])
      sums.events += chain.seen.length
      sums.entries += chain.seen.filter(({ kind }) => kind === 'ENTRY').length
      sums.late += chain.seen.filter(({ late }) => late).length
      sums.resumed += chain.seen.filter(({ kind }) => kind === 'RESUME').length
      sums.failing += chain.seen.filter(({ coverage }) =>
        coverage.some(({ state }) => state === 'FAILED'),
      ).length
    }
    sums.requests += requests.reduce((sum, each) => sum + each, 0)
    // Nobody is left, so nothing is read any more.
    expect(timers, `seed ${seed}`).toBe(0)
  }
  // Enough of everything that makes it hard.
  expect(Math.min(sums.entries, sums.late, sums.failing), JSON.stringify(sums)).toBeGreaterThan(histories / 2)
})
