/** The crew of the simulated organization: users, departments, roles. Words from other-vocabularies.json. */

import type { SimulatedEvent } from './log.js'
import type { Person } from './people.js'
import type { SeededRandom } from './random.js'
import { type Chapter, changedValues, type Moment, makeThings, type Thing } from './story.js'

const departmentNames = [
  'Field Support',
  'Käyttäjätuki',
  '人事部',
  'R&D "Skunkworks"',
  '=SUM(A1:A9) Finance',
  'Legal, Risk & Compliance',
  'קשרי לקוחות',
]
const roleNames = ['Admin', 'Auditor 🔍', 'Billing viewer', 'Éditeur', 'Member', '<b>Operator</b>']
const knowledgeNames = ['Handbook 2026', 'Produkthandbuch', 'FAQ 🤖', 'Policies\nand procedures']

/** Chance of each kind of event; shares of one. */
const kinds: readonly (readonly [type: string, actions: readonly string[], share: number])[] = [
  ['user', ['invited', 'created', 'updated', 'deactivated', 'reactivated', 'removed'], 0.22],
  ['department', ['created', 'updated', 'reparented', 'deleted'], 0.1],
  ['role', ['created', 'updated', 'deleted'], 0.08],
  ['role_assignment', ['assigned', 'unassigned'], 0.24],
  ['department_membership', ['membership_added', 'membership_removed'], 0.16],
  ['permission', ['updated', 'assigned', 'unassigned'], 0.08],
  ['knowledge_slice', ['created', 'updated', 'deleted'], 0.04],
  ['vector_store', ['created', 'updated', 'deleted'], 0.04],
  ['knowledge_grant', ['assigned', 'unassigned'], 0.03],
  // The list of actions is open (sheet aitronos section 8): one word that is not on it.
  ['knowledge_composite', ['created', 'sim_recomputed'], 0.01],
]

/** The chapter of the provider aitronos. */
export function aitronosChapter(random: SeededRandom, people: readonly Person[]): Chapter {
  const departments = makeThings(random, 'dep_', departmentNames)
  const roles = makeThings(random, 'role_', roleNames)
  const knowledge = makeThings(random, 'kn_', knowledgeNames)

  function entityOf(type: string, moment: Moment): Thing {
    if (type === 'user') return asThing(moment.random.pick(people))
    if (type.startsWith('department')) return moment.random.pick(departments)
    // An assignment's entity is the role itself (sheet section 8, trap).
    if (type.startsWith('role') || type === 'permission') return moment.random.pick(roles)
    return moment.random.pick(knowledge)
  }

  function event(moment: Moment, isBackground: boolean): SimulatedEvent {
    const { random } = moment
    const [type, actions] = drawKind(random)
    const entity = entityOf(type, moment)
    const hasTarget = /assignment|membership|grant|permission/.test(type)
    const target = hasTarget ? asThing(random.pick(people)) : { id: null, name: null }
    return {
      id: `aentry_${random.hex(14)}`,
      timeMs: moment.timeMs,
      action: random.pick(actions),
      // System actors are not described; all three fields may be null (section 4).
      actor: isBackground ? { id: null, name: null, email: null } : actorOf(moment.person),
      resource: { type, id: entity.id, name: random.chance(0.05) ? null : entity.name },
      counterparty: target,
      departmentId: random.chance(0.4) ? random.pick(departments).id : null,
      ...(random.chance(0.6) && { values: changedValues(random) }),
      metadata: random.chance(0.3) ? { batch: null, channel: 'admin_console', attempt: 1 } : null,
    }
  }

  function burst(moment: Moment, count: number): readonly SimulatedEvent[] {
    const role = moment.random.pick(roles)
    return Array.from({ length: count }, (_, index) => ({
      id: `aentry_${moment.random.hex(14)}`,
      timeMs: moment.timeMs,
      action: 'assigned',
      actor: actorOf(moment.person),
      resource: { type: 'role_assignment', id: role.id, name: role.name },
      counterparty: asThing(people[index % people.length] ?? moment.person),
      departmentId: null,
      values: { before: null, after: role.name },
      metadata: { bulk: true, row: index + 1 },
    }))
  }

  return { eventsPerDay: 60, backgroundShare: 0.03, event, burst }
}

function drawKind(random: SeededRandom): readonly [type: string, actions: readonly string[]] {
  let left = random.next()
  for (const [type, actions, share] of kinds) {
    left -= share
    if (left < 0) return [type, actions]
  }
  return ['user', ['updated']]
}

function actorOf(person: Person): SimulatedEvent['actor'] {
  return { id: person.ids.aitronos, name: person.name, email: person.email }
}

function asThing(person: Person): Thing {
  return { id: person.ids.aitronos, name: person.name }
}
