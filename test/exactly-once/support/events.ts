import type { SimulatedEvent, SimulatedLog } from '../../../src/simulation/log.js'
import { SeededRandom } from '../../../src/simulation/random.js'
import { sampleEvent } from '../../../src/simulation/sample.js'

/** The sources of these suites, one per provider, in configuration order: Aitronos, Freddy, JITSudo and Ashby. */
export const sourceKeys = ['crew', 'assistants', 'access', 'hiring'] as const
export type SourceKey = (typeof sourceKeys)[number]
export type PerSource<Value> = Readonly<Record<SourceKey, Value>>

/** Makes a value for every source. */
export function perSource<Value>(make: (key: SourceKey) => Value): PerSource<Value> {
  return {
    crew: make('crew'),
    assistants: make('assistants'),
    access: make('access'),
    hiring: make('hiring'),
  }
}

/** When the tests' clocks begin, UTC milliseconds: a Friday before noon. */
export const beginMs = Date.UTC(2026, 10, 20, 11)

export const dayMs = 86_400_000

/** Beginnings of ids whose order by code unit is not that of any locale. */
const idHeads = ['a', 'B', '_', 'Z', 'ä', '10', '9', 'e\u0301'] as const

const actorIds = ['ada', 'bob', 'Ada'] as const

/** An event of a source. The ids of two sources may be the same; within one they differ by `number`. */
function eventAt(number: number, timeMs: number, micros = 0): SimulatedEvent {
  const head = idHeads[(number * 5) % idHeads.length]
  const actorId = actorIds[number % actorIds.length] as string
  return sampleEvent({
    id: `${head}${number}`,
    timeMs,
    micros,
    actor: { id: actorId, name: actorId, email: `${actorId}@corp.example` },
  })
}

/** The same numbers on each call for the same source and count. */
function randomOf(key: SourceKey, count: number): SeededRandom {
  return new SeededRandom(`${key}/${count}`)
}

/** `count` events over some three weeks until shortly before the clocks begin, no two of one source in the same minute. */
export function plainEvents(count: number): PerSource<readonly SimulatedEvent[]> {
  return perSource((key) => {
    const random = randomOf(key, count)
    const stepMs = Math.floor((21 * dayMs) / count)
    return Array.from({ length: count }, (_, index) =>
      eventAt(
        index,
        beginMs - (count - index) * stepMs + random.integer(0, stepMs - 60_000),
        random.integer(0, 999),
      ),
    )
  })
}

/** Whole seconds on one grid for all sources; three in ten events share the second of the one before. */
export function tiedEvents(count: number): PerSource<readonly SimulatedEvent[]> {
  return perSource((key) => {
    const random = randomOf(key, count)
    let timeMs = beginMs - count * 8_000
    return Array.from({ length: count }, (_, index) => {
      if (!random.chance(0.3)) timeMs += random.integer(1, 10) * 1_000
      return eventAt(index, timeMs)
    })
  })
}

/** A tie of 230 in each source, all at the same instant, with `around` plain events before it and as many after. */
export function burstEvents(around: number): PerSource<readonly SimulatedEvent[]> {
  const burstMs = beginMs - 5 * 3_600_000
  return perSource((key) => {
    const random = randomOf(key, around)
    const lone = (first: number, beginsMs: number) =>
      Array.from({ length: around }, (_, index) =>
        eventAt(first + index, beginsMs + index * 60_000 + random.integer(0, 50_000)),
      )
    return [
      ...lone(0, burstMs - around * 60_000),
      ...Array.from({ length: 230 }, (_, index) => eventAt(around + index, burstMs)),
      ...lone(around + 230, burstMs + 60_000),
    ]
  })
}

/** Busy days: `count` events on each of two days in UTC, at most one each second, and two of a quiet day between. */
export function busyDayEvents(count: number): readonly SimulatedEvent[] {
  const random = new SeededRandom(count)
  const firstDayMs = Math.floor(beginMs / dayMs) * dayMs - 4 * dayMs
  const times = [0, 2].flatMap((day) =>
    Array.from(
      { length: count },
      (_, index) => firstDayMs + day * dayMs + index * 150_000 + random.integer(0, 149) * 1_000,
    ),
  )
  times.push(firstDayMs + 1.2 * dayMs, firstDayMs + 1.7 * dayMs)
  return times.sort((a, b) => a - b).map((timeMs, index) => eventAt(index, timeMs))
}

/** One more event of a source, with an id that nothing else has. */
export function extraEvent(number: number, timeMs: number, visibleFromMs = timeMs): SimulatedEvent {
  return { ...eventAt(100_000 + number, timeMs), visibleFromMs }
}

/** What a test asks of a reading, as brute force understands it. */
export interface Selection {
  readonly order?: 'NEWEST_FIRST' | 'OLDEST_FIRST'
  readonly sources?: readonly string[]
  /** Of the time that a provider shows, UTC milliseconds: since is inclusive, until exclusive. */
  readonly sinceMs?: number
  readonly untilMs?: number
  readonly actorIds?: readonly string[]
}

/** An entry as the tests tell it apart, from a log or from an answer: source, id and time. */
export interface Entry {
  readonly name: string
  readonly sourceKey: string
  readonly id: string
  readonly timeMs: number
}

export function entryOf(sourceKey: string, id: string, timeMs: number): Entry {
  return { name: `${sourceKey}/${id}@${new Date(timeMs).toISOString()}`, sourceKey, id, timeMs }
}

/**
 * What a reading pinned at `asOfMs` has to give of what can be read at `nowMs`: every log scanned, filtered and sorted
 * by hand. `stepMs`: the step of the times that a source shows.
 */
export function bruteForce(
  logs: PerSource<SimulatedLog>,
  stepMs: PerSource<number>,
  selection: Selection,
  asOfMs: number,
  nowMs = asOfMs,
): readonly Entry[] {
  const { order = 'NEWEST_FIRST', sources = sourceKeys, actorIds: wanted } = selection
  const entries = sourceKeys
    .filter((key) => sources.includes(key))
    .flatMap((key) =>
      logs[key]
        .visible(nowMs)
        .filter(({ actor }) => wanted === undefined || wanted.some((id) => id === actor.id))
        .map(({ id, timeMs }) => entryOf(key, id, Math.floor(timeMs / stepMs[key]) * stepMs[key])),
    )
    .filter(({ timeMs }) => timeMs < asOfMs && timeMs < (selection.untilMs ?? asOfMs))
    .filter(({ timeMs }) => timeMs >= (selection.sinceMs ?? timeMs))
    .sort((a, b) => (comesBefore(a, b) ? -1 : 1))
  return order === 'NEWEST_FIRST' ? entries : entries.reverse()
}

/** The total order, newest first: time descending, then source key and id ascending by code unit. */
export function comesBefore(a: Entry, b: Entry): boolean {
  if (a.timeMs !== b.timeMs) return a.timeMs > b.timeMs
  if (a.sourceKey !== b.sourceKey) return a.sourceKey < b.sourceKey
  return a.id < b.id
}
