import type { ActionKind, ActorType } from '../model/entry.js'
import { type EntryFilter, type SetFilterField, setFilterFields, type TimeRange } from '../model/filter.js'
import type { GatewayBuilder } from './builder.js'
import type { GatewayEnums } from './enums.js'
import { type ArgumentPath, badUserInput } from './errors.js'

/** Values in one list of the filter at most. */
const filterValuesMax = 1_000
/** Values in all lists of the filter together at most. */
const filterValuesTotalMax = 5_000
/** Length of one value or of the search text at most, in UTF-16 code units. */
const filterValueLengthMax = 1_000
/** How deep filters may stand within `and`, `or` and `not`; the outermost counts as 1. */
const filterDepthMax = 10
/** Filters within one filter, itself included, at most. */
const filterCountMax = 100

type Given<Value> = Value | null | undefined

/** Texts, but for the two lists of enum members. */
interface Lists {
  readonly actorIds?: Given<readonly string[]>
  readonly actorTypes?: Given<readonly ActorType[]>
  readonly actorEmails?: Given<readonly string[]>
  readonly actions?: Given<readonly string[]>
  readonly actionKinds?: Given<readonly ActionKind[]>
  readonly resourceTypes?: Given<readonly string[]>
  readonly resourceIds?: Given<readonly string[]>
  readonly counterpartyIds?: Given<readonly string[]>
}

/** `AuditEntryFilter` as GraphQL hands it over: null is the same as left out. */
export interface FilterInput extends Lists {
  readonly occurredAt?: Given<{ readonly since?: Given<number>; readonly until?: Given<number> }>
  readonly search?: Given<string>
  readonly and?: Given<readonly FilterInput[]>
  readonly or?: Given<readonly FilterInput[]>
  readonly not?: Given<FilterInput>
}

/** Defines `AuditEntryFilter` and `DateTimeRange`. */
export function defineFilterInput(builder: GatewayBuilder, enums: GatewayEnums) {
  const bounds = `At most ${filterValuesMax} values of at most ${filterValueLengthMax} characters; an empty list matches nothing.`
  const absent = 'An entry without one is in no list, so it is matched by the negation.'
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
  const Filter = builder.inputRef<FilterInput>('AuditEntryFilter')
  return Filter.implement({
    description:
      'Which entries are asked for. Every field that is given must hold: fields combine with AND. A list matches any of its values, exactly and case-sensitively (but for `actorEmails`). ' +
      'A field that is left out or null does not restrict, so the empty filter matches every entry. The meaning is the same for every source, whatever its provider can evaluate; `explainAuditEntries` tells what it can. ' +
      `Filters may stand ${filterDepthMax} deep within each other, ${filterCountMax} in all, with ${filterValuesTotalMax} values in all.`,
    fields: (t) => ({
      occurredAt: t.field({ type: DateTimeRange, description: 'When it happened.' }),
      actorIds: t.stringList({
        description: `Who acted: compared with \`actor.id\`. ${absent} ${bounds}`,
      }),
      actorTypes: t.field({
        type: [enums.ActorType],
        description:
          'What kind of actor: compared with `actor.type`. `UNKNOWN` is a type of its own. An empty list matches nothing.',
      }),
      actorEmails: t.stringList({
        description: `Who acted: compared with \`actor.email\`, whatever the case (as \`search\`). ${absent} ${bounds}`,
      }),
      actions: t.stringList({
        description: `What was done, in the provider’s word: compared with \`action\`. ${bounds}`,
      }),
      actionKinds: t.field({
        type: [enums.ActionKind],
        description:
          'What was done, as a verb over all providers: compared with `actionKind`. `UNKNOWN` matches the words that are not known to the gateway. An empty list matches nothing.',
      }),
      resourceTypes: t.stringList({
        description: `The kind of object, in the provider’s word: compared with \`resource.type\`. ${bounds}`,
      }),
      resourceIds: t.stringList({
        description: `The object: compared with \`resource.id\`. ${absent} ${bounds}`,
      }),
      counterpartyIds: t.stringList({
        description: `The other party, such as the user who got a role: compared with \`counterparty.id\`. ${absent} ${bounds}`,
      }),
      search: t.string({
        description:
          'A part of the resource’s name, the actor’s name or the actor’s e-mail, whatever the case: texts are compared in Unicode’s default lower case, in no locale, with the two small sigmas alike. Accents count, and ß is not ss. ' +
          `The empty text is a part of every name that there is. At most ${filterValueLengthMax} characters.`,
      }),
      and: t.field({
        type: [Filter],
        description: 'All of these filters hold. An empty list does not restrict.',
      }),
      or: t.field({
        type: [Filter],
        description: 'At least one of these filters holds. An empty list matches nothing.',
      }),
      not: t.field({
        type: Filter,
        description: 'This filter does not hold. The negation of the empty filter matches nothing.',
      }),
    }),
  })
}

/**
 * The filter of a request. Throws BAD_USER_INPUT with the path of the argument: a list, a value, the nesting or the
 * whole over its limit, a NUL in a value, a range whose end lies before its begin.
 */
export function readFilter(input: Given<FilterInput>, argument = 'filter'): EntryFilter {
  return input ? readAt(input, [argument], { filters: 0, values: 0 }) : {}
}

/** What has been read of one filter so far. */
interface Sums {
  filters: number
  values: number
}

function readAt(input: FilterInput, path: ArgumentPath, sums: Sums, depth = 1): EntryFilter {
  sums.filters += 1
  if (depth > filterDepthMax) {
    throw badUserInput(
      path,
      `Filters stand more than ${filterDepthMax} deep within each other. Nest them less.`,
    )
  }
  if (sums.filters > filterCountMax) {
    throw badUserInput(
      path,
      `The filter holds more than ${filterCountMax} filters. Give fewer, for instance as lists of values.`,
    )
  }
  const nested = (name: 'and' | 'or') =>
    input[name]?.map((each, index) => readAt(each, [...path, name, index], sums, depth + 1))
  const occurredAt = readRange(input, path)
  const lists: { [Field in SetFilterField]?: readonly string[] } = {}
  for (const field of setFilterFields) {
    const values = input[field]
    if (values) lists[field] = checkValues(values, [...path, field], sums)
  }
  const [and, or] = [nested('and'), nested('or')]
  return {
    ...(occurredAt && { occurredAt }),
    // Of enum members where the field is one of them: GraphQL has seen to that.
    ...(lists as Pick<EntryFilter, SetFilterField>),
    ...(typeof input.search === 'string' && { search: checkText(input.search, [...path, 'search']) }),
    ...(and && { and }),
    ...(or && { or }),
    ...(input.not && { not: readAt(input.not, [...path, 'not'], sums, depth + 1) }),
  }
}

function readRange({ occurredAt }: FilterInput, path: ArgumentPath): TimeRange | undefined {
  if (!occurredAt) return undefined
  const { since, until } = occurredAt
  if (typeof since === 'number' && typeof until === 'number' && since > until) {
    throw badUserInput(
      [...path, 'occurredAt'],
      'The range ends before it begins. Give an `until` that is not before `since`.',
    )
  }
  return {
    ...(typeof since === 'number' && { sinceMs: since }),
    ...(typeof until === 'number' && { untilMs: until }),
  }
}

function checkValues(values: readonly string[], path: ArgumentPath, sums: Sums): readonly string[] {
  if (values.length > filterValuesMax) {
    throw badUserInput(
      path,
      `The list has ${values.length} values. Give at most ${filterValuesMax}, or split it into several queries.`,
    )
  }
  sums.values += values.length
  if (sums.values > filterValuesTotalMax) {
    throw badUserInput(
      path,
      `The filter holds more than ${filterValuesTotalMax} values in all. Split it into several queries.`,
    )
  }
  for (const [index, value] of values.entries()) checkText(value, [...path, index])
  return values
}

function checkText(text: string, path: ArgumentPath): string {
  if (text.length > filterValueLengthMax) {
    throw badUserInput(path, `The value has ${text.length} characters. Give at most ${filterValueLengthMax}.`)
  }
  if (text.includes('\0')) {
    throw badUserInput(path, 'The value holds a NUL character. Give text without one.')
  }
  return text
}
