/** One seeded world that feeds the logs of all four simulated providers with a believable few months. */

import { SimulatedLog } from './log.js'
import { makePeople, type Person } from './people.js'
import { SeededRandom } from './random.js'
import type { Chapter } from './story.js'
import { aitronosChapter } from './world-aitronos.js'
import { ashbyChapter } from './world-ashby.js'
import { freddyChapter } from './world-freddy.js'
import { jitsudoChapter } from './world-jitsudo.js'

export const providerNames = ['aitronos', 'freddy', 'jitsudo', 'ashby'] as const
export type ProviderName = (typeof providerNames)[number]

export interface WorldOptions {
  readonly seed: number
  /** When the story has got to, UTC milliseconds. */
  readonly nowMs: number
  /** Length of the story before `nowMs` in days; 120 when left out. */
  readonly days?: number
  /** Events per day as a multiple of the usual 360 over all sources; 1 when left out. */
  readonly volume?: number
}

export interface World {
  readonly people: readonly Person[]
  readonly logs: Readonly<Record<ProviderName, SimulatedLog>>
  /**
   * Adds what happened up to `nowMs` since the last call: about one event every four seconds over all sources, some
   * of them published late. How the time is cut into calls changes nothing. At most 20,000 events a call.
   */
  growUntil(nowMs: number): void
}

const dayMs = 86_400_000
const hourMs = 3_600_000
const growthMax = 20_000

/** Makes the world. Depends on its options alone; about 43,000 events with the usual length and volume. */
export function createWorld(options: WorldOptions): World {
  const { seed, nowMs, days = 120, volume = 1 } = options
  const random = new SeededRandom(`${seed}/people`)
  const people = makePeople(random)
  const chapters: Readonly<Record<ProviderName, Chapter>> = {
    aitronos: aitronosChapter(random, people),
    freddy: freddyChapter(random),
    jitsudo: jitsudoChapter(),
    ashby: ashbyChapter(random, people),
  }
  const weighted = people.flatMap((person) => Array.from({ length: person.weight }, () => person))
  const logs = {
    aitronos: new SimulatedLog(),
    freddy: new SimulatedLog(),
    jitsudo: new SimulatedLog(),
    ashby: new SimulatedLog(),
  }
  for (const name of providerNames) {
    const history = new History(chapters[name], weighted, new SeededRandom(`${seed}/${name}`))
    logs[name].appendAll(history.events(nowMs, days, volume))
  }
  return { people, logs, growUntil: growthOf(seed, nowMs, chapters, logs, weighted) }
}

/** The past of one account. */
class History {
  readonly #chapter: Chapter
  readonly #people: readonly Person[]
  readonly #random: SeededRandom

  constructor(chapter: Chapter, people: readonly Person[], random: SeededRandom) {
    this.#chapter = chapter
    this.#people = people
    this.#random = random
  }

  *events(nowMs: number, days: number, volume: number) {
    const firstDay = Math.floor(nowMs / dayMs) - days
    // The day that is bulk-worked on with 230 equal times, a full page and more of every provider.
    const bulkDay = firstDay + Math.floor(days / 3)
    for (let day = firstDay; day <= firstDay + days; day += 1) {
      const count = Math.round(this.#chapter.eventsPerDay * volume * (0.8 + 0.4 * this.#random.next()))
      for (let index = 0; index < count; index += 1) {
        const event = this.#event(day * dayMs)
        if (event !== undefined && event.timeMs < nowMs) yield event
      }
      const burst = day === bulkDay ? 230 : this.#random.chance(0.12) ? this.#random.integer(5, 90) : 0
      for (const event of this.#burst(day * dayMs, burst)) if (event.timeMs < nowMs) yield event
    }
  }

  /** One event of a UTC day, or undefined when the person drawn does not work on it. */
  #event(dayStartMs: number) {
    const random = this.#random
    const person = random.pick(this.#people)
    if (random.chance(this.#chapter.backgroundShare)) {
      const timeMs = dayStartMs + random.integer(0, dayMs - 1)
      return this.#chapter.event({ random, person, timeMs }, true)
    }
    const weekday = new Date(dayStartMs).getUTCDay()
    if ((weekday === 0 || weekday === 6) && !random.chance(0.08)) return undefined
    const timeMs = dayStartMs + workingTimeMs(random) - person.zoneOffsetMinutes * 60_000
    return this.#chapter.event({ random, person, timeMs }, false)
  }

  #burst(dayStartMs: number, count: number) {
    if (count === 0) return []
    const random = this.#random
    const person = random.pick(this.#people)
    const timeMs = dayStartMs + random.integer(8 * 3_600, 17 * 3_600) * 1_000
    return this.#chapter.burst({ random, person, timeMs }, count)
  }
}

/** Time of day in local milliseconds: mostly half past eight to six with a dip at noon, now and then an evening. */
function workingTimeMs(random: SeededRandom): number {
  if (random.chance(0.06)) return Math.floor((18 + random.next() * 5) * hourMs)
  const half = random.chance(0.52) ? 8.5 : 13
  return Math.floor((half + ((random.next() + random.next()) / 2) * 4.5) * hourMs)
}

function growthOf(
  seed: number,
  startMs: number,
  chapters: Readonly<Record<ProviderName, Chapter>>,
  logs: Readonly<Record<ProviderName, SimulatedLog>>,
  people: readonly Person[],
): (nowMs: number) => void {
  const random = new SeededRandom(`${seed}/growth`)
  const shares: readonly ProviderName[] = ['freddy', 'freddy', 'freddy', 'aitronos', 'jitsudo', 'ashby']
  let nextMs = startMs + random.integer(1_000, 7_000)
  return (nowMs) => {
    for (let added = 0; nextMs <= nowMs && added < growthMax; added += 1) {
      const name = random.pick(shares)
      const person = random.pick(people)
      const event = chapters[name].event({ random, person, timeMs: nextMs }, random.chance(0.1))
      const lateMs = random.chance(0.03) ? random.integer(5_000, 60_000) : 0
      logs[name].append(lateMs === 0 ? event : { ...event, visibleFromMs: nextMs + lateMs })
      nextMs += random.integer(1_000, 7_000)
    }
  }
}
