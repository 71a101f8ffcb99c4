import { comparedValues, type EntryFilter, foldCase, type SetFilterField } from './filter.js'
import type { JsonValue } from './json.js'
import { compareText } from './order.js'

/** The first four fields that there were: their place in the form is fixed, so that old cursors stay readable. */
const firstFields = ['actorIds', 'actions', 'resourceTypes', 'resourceIds'] as const
const laterFields = ['actorTypes', 'actorEmails', 'actionKinds', 'counterpartyIds'] as const

/**
 * A form that is the same for filters that differ only in the order or repetition of values, of the filters of `and`
 * and `or`, or in case where it does not count. What a cursor is bound to is a digest of it, so it must never change
 * for a filter that could be written before.
 */
export function canonicalFilter(filter: EntryFilter): JsonValue {
  const { sinceMs = null, untilMs = null } = filter.occurredAt ?? {}
  const first = firstFields.map((field) => [field, sortedValues(filter, field)])
  const later = laterPart(filter)
  return [sinceMs, untilMs, first, ...(later.length > 0 ? [later] : [])]
}

/** What came to the filter later; empty when none of it is used. */
function laterPart(filter: EntryFilter): readonly JsonValue[] {
  const lists = laterFields.flatMap((field) =>
    filter[field] === undefined ? [] : [[field, sortedValues(filter, field)]],
  )
  const search = filter.search === undefined ? [] : [['search', foldCase(filter.search)]]
  const nested = (['and', 'or'] as const).flatMap((name) => {
    const filters = filter[name]
    if (filters === undefined) return []
    const byText = new Map(filters.map(canonicalFilter).map((form) => [JSON.stringify(form), form]))
    const sorted = [...byText].sort(([a], [b]) => compareText(a, b))
    return [[name, sorted.map(([, form]) => form)]]
  })
  const not = filter.not === undefined ? [] : [['not', canonicalFilter(filter.not)]]
  return [...lists, ...search, ...nested, ...not]
}

function sortedValues(filter: EntryFilter, field: SetFilterField): readonly string[] | null {
  const values = filter[field]
  return values === undefined ? null : [...comparedValues(field, values)].sort(compareText)
}
