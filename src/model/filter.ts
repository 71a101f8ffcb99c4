import type { EntryContent } from './entry.js'

/** Half-open: `sinceMs` is in it, `untilMs` is not. Either side may be open. UTC milliseconds. */
export interface TimeRange {
  readonly sinceMs?: number
  readonly untilMs?: number
}

/**
 * What entries are asked for. Fields combine with AND; a list matches any of its values, exactly and case-sensitively;
 * an empty list matches nothing; a field left out does not restrict. The meaning is the same for every source.
 */
export interface EntryFilter {
  readonly occurredAt?: TimeRange
  readonly actorIds?: readonly string[]
  readonly actions?: readonly string[]
  readonly resourceTypes?: readonly string[]
  readonly resourceIds?: readonly string[]
}

/** The fields of the filter that are a set of values. */
export const setFilterFields = ['actorIds', 'actions', 'resourceTypes', 'resourceIds'] as const
export type SetFilterField = (typeof setFilterFields)[number]

/** The value of an entry that a set field is compared with; null matches no list. */
export const filterValueOf: Record<SetFilterField, (entry: EntryContent) => string | null> = {
  actorIds: (entry) => entry.actor.id,
  actions: (entry) => entry.action,
  resourceTypes: (entry) => entry.resource.type,
  resourceIds: (entry) => entry.resource.id,
}
