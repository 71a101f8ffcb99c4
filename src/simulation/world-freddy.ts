/** The assistants of the simulated organization; reads are logged too, so this is the busiest account. */

import type { JsonObject } from './exchange.js'
import type { SimulatedChange, SimulatedEvent } from './log.js'
import type { SeededRandom } from './random.js'
import { type Chapter, changedValues, type Moment, makeThings } from './story.js'

const things: Readonly<Record<string, readonly string[]>> = {
  assistant: ['🚀 Launch helper', 'Rechnungsprüfer', '採用アシスタント', 'مساعد المبيعات', 'Ops bot'],
  thread: ['Refund for order 1042', 'Onboarding Zoë', 'Quarterly planning', '無題のスレッド', 'Untitled'],
  vector_store: ['contracts-2026', 'Support articles', 'Архив'],
  rule: ['Refund policy', 'سياسة الاسترداد', 'No PII in answers', 'Ton: höflich'],
  mcp_configuration: ['GitHub (read only)', 'Warehouse', 'Kalender'],
  user: ['Mira Kovač', '山田 花子', 'Sam Lee'],
  organization: ['Corp Example'],
}
const prefixes: Readonly<Record<string, string>> = {
  assistant: 'asst_',
  thread: 'thread_',
  vector_store: 'vs_',
  rule: 'rule_',
  mcp_configuration: 'mcp_',
  user: 'uid_',
  organization: 'org_',
}
const types = ['thread', 'thread', 'thread', 'assistant', 'assistant', 'vector_store', 'rule']
const rareTypes = ['mcp_configuration', 'user', 'organization']
const actions = ['accessed', 'accessed', 'accessed', 'accessed', 'updated', 'updated', 'updated', 'created']
const rareActions = ['deleted', 'shared', 'archived', 'restored']
const fields = ['name', 'limits.maxAmount', 'tools.webSearch', 'instructions', 'sharing.isPublic', 'ownerIds']

/** The chapter of the provider freddy. */
export function freddyChapter(random: SeededRandom): Chapter {
  const pools = new Map(
    Object.entries(things).map(([type, names]) => [
      type,
      makeThings(random, prefixes[type] ?? 'obj_', names),
    ]),
  )

  function event(moment: Moment, isBackground: boolean): SimulatedEvent {
    const { random } = moment
    const type = random.chance(0.08) ? random.pick(rareTypes) : random.pick(types)
    const thing = random.pick(pools.get(type) ?? [{ id: `obj_${random.hex(6)}`, name: 'Unknown' }])
    const action = random.chance(0.12) ? random.pick(rareActions) : random.pick(actions)
    const changes = changesOf(random, action)
    return {
      id: `log_${random.hex(14)}`,
      timeMs: moment.timeMs,
      action,
      actor: actorOf(moment, isBackground),
      resource: { type, id: thing.id, ...(random.chance(0.96) && { name: thing.name }) },
      ...(changes !== undefined && { changes }),
      ...(random.chance(0.97) && { metadata: metadataOf(moment, isBackground) }),
    }
  }

  function burst(moment: Moment, count: number): readonly SimulatedEvent[] {
    return Array.from({ length: count }, (_, index) => ({
      id: `log_${moment.random.hex(14)}`,
      timeMs: moment.timeMs,
      action: 'archived',
      actor: { id: moment.person.ids.freddy, name: moment.person.name, email: moment.person.email },
      resource: { type: 'thread', id: `thread_${moment.random.hex(8)}`, name: `Stale thread ${index + 1}` },
      changes: [{ field: 'isArchived', before: false, after: true }],
      metadata: { source: 'automation' },
    }))
  }

  return { eventsPerDay: 190, backgroundShare: 0.12, event, burst }
}

/** The acting user is required (sheet freddy section 4); machines have an id only. */
function actorOf({ person, random }: Moment, isBackground: boolean): SimulatedEvent['actor'] {
  if (isBackground) return { id: 'uid_system' }
  const id = person.ids.freddy
  const draw = random.next()
  if (draw < 0.02) return { id }
  if (draw < 0.04) return { id, name: null, email: null }
  return { id, name: person.name, email: person.email }
}

/** Section 4: empty for created and deleted; for others empty, absent, or of any JSON kind. */
function changesOf(random: SeededRandom, action: string): readonly SimulatedChange[] | undefined {
  if (action === 'created' || action === 'deleted') return []
  if (action !== 'updated') return random.chance(0.5) ? [] : undefined
  return Array.from({ length: random.integer(1, 3) }, () => {
    const field = random.pick(fields)
    const values = changedValues(random)
    // One side in ten is missing: not told apart from null by the docs.
    return random.chance(0.1) ? { field, after: values.after } : { field, ...values }
  })
}

function metadataOf({ person, random }: Moment, isBackground: boolean): JsonObject {
  if (isBackground) return { source: random.chance(0.7) ? 'automation' : 'system' }
  if (random.chance(0.2)) {
    return { ipAddress: person.ipAddress, userAgent: 'curl/8.9', source: 'api', apiKeyId: 'ak_sim_nightly' }
  }
  return {
    ipAddress: person.ipAddress,
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Firefox/128.0',
    source: 'web_ui',
    ...(random.chance(0.1) && { sessionId: `sess_${random.hex(6)}` }),
  }
}
