/**
 * Hiring in the simulated organization. Only three words of Ashby's vocabulary are known (job, app_user,
 * JobStatusChanged); the rest are plainly artificial, so that nobody takes them for Ashby's (ashby-vocabulary.json).
 */

import type { Json } from './exchange.js'
import type { SimulatedChange, SimulatedEvent } from './log.js'
import type { Person } from './people.js'
import type { SeededRandom } from './random.js'
import { type Chapter, changedValues, type Moment, makeThings, type Thing } from './story.js'

const jobNames = [
  'Data Engineer',
  'Vertriebsleiter:in',
  'データサイエンティスト',
  'Head of 🐙 Platform',
  'مهندس',
]
const widgetNames = ['Widget A', 'Widget ß', 'Widget 3', 'Widget 4']
const policyNames = ['Retention', 'Interview feedback']

/** When the entry got its change set and its later actor types (sheet ashby section 9 and B7). UTC milliseconds. */
const changedFieldsSinceMs = Date.UTC(2026, 5, 19)
const apiUserSinceMs = Date.UTC(2026, 7, 4)
const systemSinceMs = Date.UTC(2026, 8, 2)

/** The chapter of the provider ashby. */
export function ashbyChapter(random: SeededRandom, people: readonly Person[]): Chapter {
  const things: Readonly<Record<string, readonly Thing[]>> = {
    job: withUuids(random, jobNames),
    app_user: people.map((person) => ({ id: person.ids.ashby, name: person.name })),
    sim_widget: withUuids(random, widgetNames),
    sim_policy: makeThings(random, 'pol_', policyNames),
  }

  function event(moment: Moment, isBackground: boolean): SimulatedEvent {
    const { random, timeMs } = moment
    const [type, category] = drawKind(random)
    const thing = random.pick(things[type] ?? [{ id: random.uuid(), name: 'Unknown' }])
    const hasChanges = timeMs >= changedFieldsSinceMs && !/Created|Deleted/.test(category)
    return {
      id: random.uuid(),
      timeMs,
      action: category,
      actor: isBackground ? machineOf(moment) : personOf(moment),
      resource: {
        type,
        id: random.chance(0.02) ? null : thing.id,
        ...(random.chance(0.95) && { name: thing.name }),
      },
      changes: hasChanges ? changesOf(random, category, people) : null,
    }
  }

  function burst(moment: Moment, count: number): readonly SimulatedEvent[] {
    return Array.from({ length: count }, (_, index) => ({
      id: moment.random.uuid(),
      timeMs: moment.timeMs,
      action: 'SimWidgetCreated',
      actor: asOf(moment.timeMs, { type: 'ApiUser', id: 'svc-hris-sync', name: 'HRIS sync' }),
      resource: { type: 'sim_widget', id: moment.random.uuid(), name: `Imported widget ${index + 1}` },
      changes: null,
    }))
  }

  return { eventsPerDay: 45, backgroundShare: 0.1, event, burst }
}

function drawKind(random: SeededRandom): readonly [type: string, category: string] {
  const draw = random.next()
  if (draw < 0.45) return ['job', 'JobStatusChanged']
  if (draw < 0.6) return ['sim_widget', 'SimWidgetRenamed']
  if (draw < 0.7) return ['sim_widget', 'SimWidgetCreated']
  if (draw < 0.75) return ['sim_widget', 'SimWidgetDeleted']
  if (draw < 0.9) return ['sim_policy', 'SimPolicyUpdated']
  return ['app_user', 'SimAppUserChanged']
}

function changesOf(
  random: SeededRandom,
  category: string,
  people: readonly Person[],
): readonly SimulatedChange[] {
  if (category === 'JobStatusChanged') {
    const manager: Json = { ref: random.pick(people).ids.ashby, type: 'app_user' }
    const status: SimulatedChange = {
      field: 'status',
      before: 'Open',
      after: random.pick(['Closed', 'Draft']),
    }
    return random.chance(0.3) ? [status, { field: 'hiringManager', before: manager, after: null }] : [status]
  }
  if (random.chance(0.05)) return []
  return [{ field: random.pick(['name', 'priority', 'settings']), ...changedValues(random) }]
}

function personOf({ person, random, timeMs }: Moment): SimulatedEvent['actor'] {
  const draw = random.next()
  if (draw < 0.04) return asOf(timeMs, { type: 'Candidate', id: `cand-${random.hex(8)}`, name: null })
  if (draw < 0.06) return asOf(timeMs, { type: 'Support', id: `sup-${random.hex(4)}`, name: 'Ashby Support' })
  return { type: 'User', id: person.ids.ashby, name: person.name }
}

function machineOf({ random, timeMs }: Moment): SimulatedEvent['actor'] {
  switch (random.integer(0, 4)) {
    case 0:
      return { type: 'Automation', id: null, name: 'Nightly hygiene' }
    case 1:
      return asOf(timeMs, { type: 'ApiUser', id: 'svc-hris-sync', name: 'HRIS sync' })
    case 2:
      return asOf(timeMs, { type: 'Operations', id: null, name: null })
    case 3:
      return { type: 'Other', id: null, name: null }
    default:
      return asOf(timeMs, { type: 'System', id: null, name: null })
  }
}

/** The actor as it was reported at a time: types that came later were Other or User before (section 9). */
function asOf(timeMs: number, actor: { type: string; id: string | null; name: string | null }) {
  const isNewest = ['Candidate', 'Operations', 'System'].includes(actor.type)
  if (isNewest && timeMs < systemSinceMs) return { ...actor, type: 'User' }
  if (!isNewest && timeMs < apiUserSinceMs) return { ...actor, type: 'Other' }
  return actor
}

function withUuids(random: SeededRandom, names: readonly string[]): readonly Thing[] {
  return names.map((name) => ({ id: random.uuid(), name }))
}
