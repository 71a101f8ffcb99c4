import type { AuditEntry } from '../../src/model/entry.js'
import type { EntryFilter } from '../../src/model/filter.js'
import type { ReportDimension } from '../../src/reading/report/shapes.js'
import { type Account, sourceOf, truthOf } from '../../src/simulation/filters/accounts.js'
import { matchesByHand } from '../../src/simulation/filters/brute-force.js'

/** Every entry of some accounts. Call it before anything else is asked of them: it takes their caps away. */
export function everything(accounts: readonly Account[]): readonly AuditEntry[] {
  return accounts.flatMap((account) =>
    truthOf(account).map((row) => ({ ...row.content(), sourceKey: account.key })),
  )
}

/** What of some entries matches a filter before an as-of. */
export function matching(
  entries: readonly AuditEntry[],
  filter: EntryFilter,
  asOfMs: number,
): readonly AuditEntry[] {
  return entries.filter((entry) => entry.occurredAtMs < asOfMs && matchesByHand(entry, filter))
}

/** Entries by value, each value as a list of entries; shares nothing with what it judges. */
export function groupsBy(
  dimension: ReportDimension,
  entries: readonly AuditEntry[],
): readonly (readonly AuditEntry[])[] {
  if (dimension === 'ACTOR') return actorsOf(entries)
  const groups = new Map<string, AuditEntry[]>()
  for (const entry of entries) {
    const { type, id, name } = entry.resource
    const value = {
      SOURCE: entry.sourceKey,
      ACTION: entry.action,
      ACTION_KIND: entry.actionKind,
      ACTOR_TYPE: entry.actor.type,
      RESOURCE_TYPE: type,
      RESOURCE: `${entry.sourceKey}|${type}|${id === null ? `named ${name}` : `id ${id}`}`,
      ORGANIZATION: entry.organizationId,
    }[dimension]
    groups.set(value, [...(groups.get(value) ?? []), entry])
  }
  return [...groups.values()]
}

/** Groups grow together as long as any two of them have something in common. */
function actorsOf(entries: readonly AuditEntry[]): readonly (readonly AuditEntry[])[] {
  let groups = entries.map((entry) => ({ names: new Set(namesOf(entry)), entries: [entry] }))
  for (let before = -1; before !== groups.length; ) {
    before = groups.length
    const joined: typeof groups = []
    for (const group of groups) {
      const like = joined.find(({ names }) => [...group.names].some((name) => names.has(name)))
      if (!like) joined.push(group)
      else {
        for (const name of group.names) like.names.add(name)
        like.entries.push(...group.entries)
      }
    }
    groups = joined
  }
  return groups.map((group) => group.entries)
}

/** What tells an actor: the id at its source, and a person's e-mail address anywhere. */
export function namesOf({ sourceKey, actor }: AuditEntry): readonly string[] {
  const { id, email, name, type, rawType } = actor
  const mail = email?.toLowerCase()
  const own =
    id !== null
      ? `id ${id}`
      : mail !== undefined
        ? `mail ${mail}`
        : `name ${JSON.stringify([type, rawType, name])}`
  const isPerson = !['API_KEY', 'AUTOMATION', 'SYSTEM'].includes(type)
  return [`${sourceKey} ${own}`, ...(mail !== undefined && isPerson ? [`person ${mail}`] : [])]
}

/** Sizes of groups, the largest first. */
export function sizesOf(groups: readonly (readonly unknown[])[]): readonly number[] {
  return groups.map(({ length }) => length).sort((a, b) => b - a)
}

export function sourcesOf(accounts: readonly Account[]) {
  return accounts.map((account) => sourceOf(account))
}
