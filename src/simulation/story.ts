/** What the chapters of the world (one per provider) have in common. */

import type { Json } from './exchange.js'
import type { SimulatedEvent } from './log.js'
import type { Person } from './people.js'
import type { SeededRandom } from './random.js'

/** The moment that a chapter turns into an event. Times are UTC milliseconds. */
export interface Moment {
  readonly random: SeededRandom
  readonly person: Person
  readonly timeMs: number
}

/** The story of one provider's account. */
export interface Chapter {
  /** Events per day, on the average of a week. */
  readonly eventsPerDay: number
  /** Share of events that machines cause around the clock, 0 to 1. */
  readonly backgroundShare: number
  /** One event at a moment. `isBackground`: a machine caused it, `moment.person` matters little. */
  event(moment: Moment, isBackground: boolean): SimulatedEvent
  /** `count` events of one bulk action. All times are equal unless the chapter says otherwise. */
  burst(moment: Moment, count: number): readonly SimulatedEvent[]
}

/** An object that events are about. */
export interface Thing {
  readonly id: string
  readonly name: string
}

/** A value before and after a change, of any JSON kind in turn. */
export function changedValues(random: SeededRandom): { before: Json; after: Json } {
  switch (random.integer(0, 6)) {
    case 0:
      return { before: null, after: 'assigned' }
    case 1:
      return { before: 'draft', after: 'Überarbeitet ✅' }
    case 2:
      return { before: random.integer(1, 50), after: random.integer(51, 5_000) / 4 }
    case 3:
      return { before: ['read'], after: ['read', 'write', null] }
    case 4:
      return { before: { limit: 10, tags: [] }, after: { limit: 25, tags: ['a', 'b'], owner: null } }
    case 5:
      return { before: false, after: true }
    default:
      return { before: 'was here', after: null }
  }
}

/** Things named after a list, with opaque ids of a prefix. */
export function makeThings(random: SeededRandom, prefix: string, names: readonly string[]): readonly Thing[] {
  return names.map((name) => ({ id: `${prefix}${random.hex(8)}`, name }))
}
