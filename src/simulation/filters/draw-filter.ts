import type { ActionKind, ActorType } from '../../model/entry.js'
import type { EntryFilter, TimeRange } from '../../model/filter.js'
import type { SeededRandom } from '../random.js'
import { pools } from './pools.js'

const actorTypes: readonly ActorType[] = [
  'USER',
  'API_KEY',
  'AUTOMATION',
  'SYSTEM',
  'PROVIDER_STAFF',
  'CANDIDATE',
  'UNKNOWN',
]
const actionKinds: readonly ActionKind[] = [
  'CREATE',
  'READ',
  'UPDATE',
  'UNENROLL',
  'ATTACH_POLICY',
  'ACTIVATE',
  'DEACTIVATE',
  'OTHER',
  'UNKNOWN',
]
const all = Object.values(pools)
const words = {
  actorIds: [...new Set(all.flatMap((pool) => pool.people.map(({ id }) => id as string))), 'nobody', ''],
  actorEmails: ['ada@corp.example', 'ODYSSEUS@CORP.EXAMPLE', 'ipek@corp.example', 'nobody@corp.example'],
  actions: [...new Set<string>(all.flatMap((pool) => pool.actions)), 'NoSuchThing', ''],
  resourceTypes: [...new Set<string>(all.flatMap((pool) => pool.resourceTypes)), 'no_such_type'],
  resourceIds: [...pools.aitronos.resourceIds, 'nothing'],
  counterpartyIds: [...pools.aitronos.counterpartyIds, 'no one'],
} as const
const searches = ['ada', 'STRASSE', 'straße', 'ß', 'οδυσσευς', 'Σ', 'i', 'corp', 'engine', '', 'nowhere']

/** Draws a filter over entries between `newestMs` and some months before it, nested up to `depth` more levels. */
export function drawFilter(random: SeededRandom, newestMs: number, depth = 2): EntryFilter {
  const filter: { -readonly [Part in keyof EntryFilter]: EntryFilter[Part] } = {}
  const fields = random.pick([0, 1, 1, 1, 2, 2, 3])
  for (let index = 0; index < fields; index += 1) drawField(filter, random, newestMs)
  if (depth > 0 && random.chance(0.45)) {
    const nested = () => drawFilter(random, newestMs, depth - 1)
    const several = () => Array.from({ length: random.pick([0, 1, 2, 2, 2, 3, 4]) }, nested)
    const kind = random.pick(['and', 'or', 'or', 'or', 'not'] as const)
    if (kind === 'not') filter.not = nested()
    else filter[kind] = several()
  }
  return filter
}

function drawField(
  filter: { -readonly [Part in keyof EntryFilter]: EntryFilter[Part] },
  random: SeededRandom,
  newestMs: number,
): void {
  const field = random.pick([
    'occurredAt',
    'actorIds',
    'actorIds',
    'actorTypes',
    'actorEmails',
    'actions',
    'actions',
    'actionKinds',
    'resourceTypes',
    'resourceTypes',
    'resourceIds',
    'resourceIds',
    'counterpartyIds',
    'search',
  ] as const)
  if (field === 'occurredAt') filter.occurredAt = drawRange(random, newestMs)
  else if (field === 'search') filter.search = random.pick(searches)
  else if (field === 'actorTypes') filter.actorTypes = drawSome(random, actorTypes)
  else if (field === 'actionKinds') filter.actionKinds = drawSome(random, actionKinds)
  else filter[field] = drawSome(random, words[field])
}

function drawSome<Value>(random: SeededRandom, values: readonly Value[]): readonly Value[] {
  const count = random.pick([0, 1, 1, 1, 2, 2, 3, 12])
  return Array.from({ length: count }, () => random.pick(values))
}

function drawRange(random: SeededRandom, newestMs: number): TimeRange {
  const instant = () => newestMs - random.integer(0, 60 * 86_400_000)
  const [one, other] = [instant(), instant()]
  return {
    ...(random.chance(0.8) && { sinceMs: Math.min(one, other) }),
    ...(random.chance(0.8) && { untilMs: Math.max(one, other) }),
  }
}
