import type { EntryContent } from './entry.js'
import {
  comparedValues,
  type EntryFilter,
  filterValueOf,
  foldCase,
  type SetFilterField,
  searchHolds,
  setFilterFields,
  type TimeRange,
} from './filter.js'

/**
 * A filter as a formula in negation normal form: `not` is pushed down to the comparisons. The negation of a time range
 * is the two ranges around it. `all` of nothing always holds, `any` of nothing never does.
 */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | ValuesCondition
  | { readonly kind: 'search'; readonly folded: string; readonly negated: boolean }
  | { readonly kind: 'time'; readonly range: TimeRange }

/** The entry's value is one of `values`; negated: it is another one, or none. */
export interface ValuesCondition {
  readonly kind: 'values'
  readonly field: SetFilterField
  readonly values: ReadonlySet<string>
  readonly negated: boolean
}

export const always: Condition = { kind: 'all', of: [] }
export const never: Condition = { kind: 'any', of: [] }

export function isAlways(condition: Condition): boolean {
  return condition.kind === 'all' && condition.of.length === 0
}

export function isNever(condition: Condition): boolean {
  return condition.kind === 'any' && condition.of.length === 0
}

/** The formula of a filter, or of its negation. */
export function conditionOf(filter: EntryFilter, negated = false): Condition {
  const parts: Condition[] = []
  if (filter.occurredAt) parts.push(timeCondition(filter.occurredAt, negated))
  for (const field of setFilterFields) {
    const values = filter[field]
    if (values) parts.push({ kind: 'values', field, values: comparedValues(field, values), negated })
  }
  if (filter.search !== undefined) parts.push({ kind: 'search', folded: foldCase(filter.search), negated })
  if (filter.and) {
    const of = filter.and.map((each) => conditionOf(each, negated))
    parts.push(negated ? { kind: 'any', of } : { kind: 'all', of })
  }
  if (filter.or) {
    const of = filter.or.map((each) => conditionOf(each, negated))
    parts.push(negated ? { kind: 'all', of } : { kind: 'any', of })
  }
  if (filter.not) parts.push(conditionOf(filter.not, !negated))
  return negated ? { kind: 'any', of: parts } : { kind: 'all', of: parts }
}

function timeCondition(range: TimeRange, negated: boolean): Condition {
  if (!negated) return { kind: 'time', range }
  const { sinceMs, untilMs } = range
  if (isEmptyRange(range)) return always
  return {
    kind: 'any',
    of: [
      ...(untilMs === undefined ? [] : [{ kind: 'time' as const, range: { sinceMs: untilMs } }]),
      ...(sinceMs === undefined ? [] : [{ kind: 'time' as const, range: { untilMs: sinceMs } }]),
    ],
  }
}

/** What lies in both ranges. Empty, and ended before it begins, where nothing does. */
export function intersectRanges(a: TimeRange, b: TimeRange): TimeRange {
  const sinceMs = Math.max(a.sinceMs ?? Number.NEGATIVE_INFINITY, b.sinceMs ?? Number.NEGATIVE_INFINITY)
  const untilMs = Math.min(a.untilMs ?? Number.POSITIVE_INFINITY, b.untilMs ?? Number.POSITIVE_INFINITY)
  return {
    ...(sinceMs > Number.NEGATIVE_INFINITY && { sinceMs }),
    ...(untilMs < Number.POSITIVE_INFINITY && { untilMs }),
  }
}

/** Whether nothing lies in a range. */
export function isEmptyRange({ sinceMs, untilMs }: TimeRange): boolean {
  return sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs
}

/** Makes the test of a formula: exact, pure, and made once for many entries. */
export function testOf(condition: Condition): (entry: EntryContent) => boolean {
  switch (condition.kind) {
    case 'all': {
      const tests = condition.of.map(testOf)
      return (entry) => tests.every((test) => test(entry))
    }
    case 'any': {
      const tests = condition.of.map(testOf)
      return (entry) => tests.some((test) => test(entry))
    }
    case 'values': {
      const { values, negated } = condition
      const read = filterValueOf[condition.field]
      return (entry) => {
        const value = read(entry)
        return (value !== null && values.has(value)) !== negated
      }
    }
    case 'search':
      return (entry) => searchHolds(entry, condition.folded) !== condition.negated
    case 'time': {
      const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = condition.range
      return ({ occurredAtMs }) => occurredAtMs >= sinceMs && occurredAtMs < untilMs
    }
  }
}
