import { type EntryFilter, type SetFilterField, setFilterFields, type TimeRange } from '../model/filter.js'
import type { GatewayBuilder } from './builder.js'
import { badUserInput } from './errors.js'

/** Values in one list of the filter at most. */
const filterValuesMax = 1_000
/** Length of one value at most, in UTF-16 code units. */
const filterValueLengthMax = 1_000

type Given<Value> = Value | null | undefined

/** `AuditEntryFilter` as GraphQL hands it over: null is the same as left out. */
export type FilterInput = {
  readonly occurredAt?: Given<{ readonly since?: Given<number>; readonly until?: Given<number> }>
} & { readonly [Field in SetFilterField]?: Given<readonly string[]> }

/** Defines `AuditEntryFilter` and `DateTimeRange`. */
export function defineFilterInput(builder: GatewayBuilder) {
  const bounds = `At most ${filterValuesMax} values of at most ${filterValueLengthMax} characters; an empty list matches nothing.`
  const DateTimeRange = builder.inputType('DateTimeRange', {
    description: 'A range of time. Half-open: `since` is in it, `until` is not. Equal bounds match nothing.',
    fields: (t) => ({
      since: t.field({
        type: 'DateTime',
        description: 'Its begin, inclusive. Left out: from the first entry on.',
      }),
      until: t.field({
        type: 'DateTime',
        description: 'Its end, exclusive. Left out: up to the as-of of the reading.',
      }),
    }),
  })
  return builder.inputType('AuditEntryFilter', {
    description:
      'Which entries are asked for. Fields combine with AND; a list matches any of its values, exactly and case-sensitively. ' +
      'A field that is left out or null does not restrict. The meaning is the same for every source.',
    fields: (t) => ({
      occurredAt: t.field({ type: DateTimeRange, description: 'When it happened.' }),
      actorIds: t.stringList({ description: `Who acted: compared with \`actor.id\`. ${bounds}` }),
      actions: t.stringList({
        description: `What was done, in the provider’s word: compared with \`action\`. ${bounds}`,
      }),
      resourceTypes: t.stringList({
        description: `The kind of object, in the provider’s word: compared with \`resource.type\`. ${bounds}`,
      }),
      resourceIds: t.stringList({ description: `The object: compared with \`resource.id\`. ${bounds}` }),
    }),
  })
}

/**
 * The filter of a request. Throws BAD_USER_INPUT with the path of the argument: a list or a value over its limit, a
 * NUL in a value, a range whose end lies before its begin.
 */
export function readFilter(input: Given<FilterInput>, argument = 'filter'): EntryFilter {
  if (!input) return {}
  const occurredAt = readRange(input, argument)
  const lists: { [Field in SetFilterField]?: readonly string[] } = {}
  for (const field of setFilterFields) {
    const values = input[field]
    if (values) lists[field] = checkValues(values, [argument, field])
  }
  return { ...(occurredAt && { occurredAt }), ...lists }
}

function readRange({ occurredAt }: FilterInput, argument: string): TimeRange | undefined {
  if (!occurredAt) return undefined
  const { since, until } = occurredAt
  if (typeof since === 'number' && typeof until === 'number' && since > until) {
    throw badUserInput(
      [argument, 'occurredAt'],
      'The range ends before it begins. Give an `until` that is not before `since`.',
    )
  }
  return {
    ...(typeof since === 'number' && { sinceMs: since }),
    ...(typeof until === 'number' && { untilMs: until }),
  }
}

function checkValues(values: readonly string[], path: readonly string[]): readonly string[] {
  if (values.length > filterValuesMax) {
    throw badUserInput(
      path,
      `The list has ${values.length} values. Give at most ${filterValuesMax}, or split it into several queries.`,
    )
  }
  for (const [index, value] of values.entries()) {
    if (value.length > filterValueLengthMax) {
      throw badUserInput(
        [...path, index],
        `The value has ${value.length} characters. Give at most ${filterValueLengthMax}.`,
      )
    }
    if (value.includes('\0')) {
      throw badUserInput([...path, index], 'The value holds a NUL character. Give text without one.')
    }
  }
  return values
}
