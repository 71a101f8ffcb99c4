import type { ActionKind, ActorType, EntryContent } from './entry.js'

/** Half-open: `sinceMs` is in it, `untilMs` is not. Either side may be open. UTC milliseconds. */
export interface TimeRange {
  readonly sinceMs?: number
  readonly untilMs?: number
}

/**
 * What entries are asked for: design.md section 3. Every part that is given must hold; a part left out does not
 * restrict. The meaning is the same for every source, whatever its provider can evaluate.
 *
 * Logic has two values. A list holds when the entry's value is one of its values, exactly and case-sensitively but for
 * `actorEmails`; a value that the entry lacks is in no list, so such an entry is matched by the negation. An empty list
 * holds for no entry. `search` holds when the resource name, the actor name or the actor e-mail is there and contains
 * the text, whatever the case (`foldCase`); the empty text is contained in each. `and` holds when all of its filters
 * do, so always when it is empty; `or` when one of them does, so never when it is empty; `not` when its filter does not.
 */
export interface EntryFilter {
  readonly occurredAt?: TimeRange
  readonly actorIds?: readonly string[]
  readonly actorTypes?: readonly ActorType[]
  readonly actorEmails?: readonly string[]
  readonly actions?: readonly string[]
  readonly actionKinds?: readonly ActionKind[]
  readonly resourceTypes?: readonly string[]
  readonly resourceIds?: readonly string[]
  readonly counterpartyIds?: readonly string[]
  readonly search?: string
  readonly and?: readonly EntryFilter[]
  readonly or?: readonly EntryFilter[]
  readonly not?: EntryFilter
}

/** The fields of the filter that are a list of values. */
export const setFilterFields = [
  'actorIds',
  'actorTypes',
  'actorEmails',
  'actions',
  'actionKinds',
  'resourceTypes',
  'resourceIds',
  'counterpartyIds',
] as const
export type SetFilterField = (typeof setFilterFields)[number]

/** The fields that a provider may evaluate; the others have no counterpart on any wire that is exact. */
export const pushdownFields = [
  'actorIds',
  'actions',
  'resourceTypes',
  'resourceIds',
  'counterpartyIds',
] as const satisfies readonly SetFilterField[]
export type PushdownField = (typeof pushdownFields)[number]

/** The fields that compare something with an entry, in the order in which answers name them. */
export const filterFields = ['occurredAt', ...setFilterFields, 'search'] as const
export type FilterField = (typeof filterFields)[number]

/** The value of an entry that a set field is compared with; null is in no list. E-mails are folded. */
export const filterValueOf: Record<SetFilterField, (entry: EntryContent) => string | null> = {
  actorIds: (entry) => entry.actor.id,
  actorTypes: (entry) => entry.actor.type,
  actorEmails: (entry) => (entry.actor.email === null ? null : foldCase(entry.actor.email)),
  actions: (entry) => entry.action,
  actionKinds: (entry) => entry.actionKind,
  resourceTypes: (entry) => entry.resource.type,
  resourceIds: (entry) => entry.resource.id,
  counterpartyIds: (entry) => entry.counterparty?.id ?? null,
}

/** The values of a list as they are compared: distinct, e-mails folded. */
export function comparedValues(field: SetFilterField, values: readonly string[]): ReadonlySet<string> {
  return new Set(field === 'actorEmails' ? values.map(foldCase) : values)
}

/** Whether one of the texts that `search` looks at contains `folded`, which is folded already. */
export function searchHolds(entry: EntryContent, folded: string): boolean {
  return [entry.resource.name, entry.actor.name, entry.actor.email].some(
    (text) => text !== null && foldCase(text).includes(folded),
  )
}

/**
 * The form in which texts are compared whatever their case: Unicode's default lower case (no locale), and the final
 * sigma as the other one, since which of the two comes depends on what follows. Nothing else is changed: accents count,
 * composed and decomposed letters differ, and so do ß and ss.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ')
}
