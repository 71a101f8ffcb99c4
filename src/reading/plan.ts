import type { Capabilities } from '../model/capabilities.js'
import type { EntryContent } from '../model/entry.js'
import { type EntryFilter, filterValueOf, type SetFilterField, setFilterFields } from '../model/filter.js'
import type { Pushdown, UpstreamRow } from '../model/provider.js'

/** What one source is asked, and what is left to evaluate here. */
export interface FilterPlan {
  /** False when no entry can match, so the source need not be asked. */
  readonly possible: boolean
  /** Carried by every request. What comes back is a superset of the matches. */
  readonly pushdown: Pushdown
  /** Fields that the provider does not evaluate for this filter. */
  readonly emulated: readonly SetFilterField[]
  /** The whole filter but for its times, which the range of the reading holds: exact, on every row. */
  readonly matches: (row: UpstreamRow) => boolean
}

/**
 * Splits a filter for one source: a field is pushed down when the provider takes all of its values in one request and
 * does not exclude it beside another that is sent. Everything is evaluated here again, whatever was pushed down.
 */
export function planFilter(filter: EntryFilter, capabilities: Capabilities): FilterPlan {
  const asked = setFilterFields.filter((field) => filter[field] !== undefined)
  const possible = asked.every((field) => filter[field]?.length !== 0)
  const taken = asked.filter((field) => takes(capabilities, field, filter[field] ?? []))
  const excluded = new Set(
    capabilities.exclusive.flatMap(([sent, other]) =>
      taken.includes(sent) && taken.includes(other) ? [other] : [],
    ),
  )
  const sent = taken.filter((field) => !excluded.has(field))
  return {
    possible,
    pushdown: Object.fromEntries(sent.map((field) => [field, distinct(filter[field] ?? [])])),
    emulated: asked.filter((field) => !sent.includes(field)),
    matches: matcherOf(filter, asked),
  }
}

function takes(capabilities: Capabilities, field: SetFilterField, values: readonly string[]): boolean {
  const { valuesMax, accepts } = capabilities.filters[field]
  const wanted = distinct(values)
  return wanted.length <= valuesMax && wanted.every((value) => accepts?.(value) ?? true)
}

function matcherOf(filter: EntryFilter, asked: readonly SetFilterField[]): (row: UpstreamRow) => boolean {
  const tests = asked.map((field) => {
    const values = new Set(filter[field])
    return (content: EntryContent) => {
      const value = filterValueOf[field](content)
      return value !== null && values.has(value)
    }
  })
  if (tests.length === 0) return () => true
  return (row) => {
    const content = row.content()
    return tests.every((test) => test(content))
  }
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
