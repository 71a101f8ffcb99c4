import type { EntryContent } from '../../model/entry.js'
import type { EntryFilter } from '../../model/filter.js'

/**
 * Whether an entry matches, by design.md section 3 word for word. Shares nothing with the planner and its evaluator,
 * which it judges.
 */
export function matchesByHand(entry: EntryContent, filter: EntryFilter): boolean {
  const { occurredAt, search } = filter
  const { actor, resource, counterparty } = entry
  if (occurredAt?.sinceMs !== undefined && entry.occurredAtMs < occurredAt.sinceMs) return false
  if (occurredAt?.untilMs !== undefined && entry.occurredAtMs >= occurredAt.untilMs) return false
  if (!isIn(filter.actorIds, actor.id)) return false
  if (!isIn(filter.actorTypes, actor.type)) return false
  if (!isIn(filter.actorEmails?.map(lower), actor.email === null ? null : lower(actor.email))) return false
  if (!isIn(filter.actions, entry.action)) return false
  if (!isIn(filter.actionKinds, entry.actionKind)) return false
  if (!isIn(filter.resourceTypes, resource.type)) return false
  if (!isIn(filter.resourceIds, resource.id)) return false
  if (!isIn(filter.counterpartyIds, counterparty === null ? null : counterparty.id)) return false
  if (search !== undefined) {
    const names = [resource.name, actor.name, actor.email].filter((name) => name !== null)
    if (!names.some((name) => lower(name).indexOf(lower(search)) >= 0)) return false
  }
  for (const each of filter.and ?? []) if (!matchesByHand(entry, each)) return false
  if (filter.or && !filter.or.some((each) => matchesByHand(entry, each))) return false
  return !(filter.not && matchesByHand(entry, filter.not))
}

function isIn(values: readonly string[] | undefined, value: string | null): boolean {
  if (values === undefined) return true
  return value !== null && values.some((each) => each === value)
}

/** Lower case letter by letter, so that a sigma is the same wherever it stands. */
function lower(text: string): string {
  return [...text].map((letter) => (letter === 'ς' ? 'σ' : letter.toLowerCase())).join('')
}
