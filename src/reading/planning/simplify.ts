import type { Capabilities, EntryVocabulary } from '../../model/capabilities.js'
import type { FilterField, SetFilterField, TimeRange } from '../../model/filter.js'
import {
  always,
  type Condition,
  intersectRanges,
  isAlways,
  isEmptyRange,
  isNever,
  never,
  type ValuesCondition,
} from '../../model/filter-condition.js'

/** Where a formula is to hold: entries of one source within a range of time. */
export interface Scope {
  readonly vocabulary: Capabilities['vocabulary']
  readonly range: TimeRange
}

/**
 * A formula that holds for the same entries of a scope and is easier to plan: contradictions and certainties are
 * gone, kinds of action are the words they stand for, ranges of time are within the scope's, and values of one field
 * stand together. What is left of `any` can each hold as far as this can tell. Pure.
 */
export function simplify(condition: Condition, scope: Scope): Condition {
  switch (condition.kind) {
    case 'all':
      return conjunction(
        condition.of.map((part) => simplify(part, scope)),
        scope,
      )
    case 'any':
      return disjunction(condition.of.map((part) => simplify(part, scope)))
    case 'values':
      return simplifyValues(condition, scope.vocabulary)
    case 'search':
      if (scope.vocabulary?.absent.includes('search')) return condition.negated ? always : never
      return condition
    case 'time':
      return simplifyTime(condition.range, scope.range)
  }
}

/** Both hold, simplified: what a branch of `any` comes to beside the rest. Both are simplified already. */
export function both(a: Condition, b: Condition, scope: Scope): Condition {
  return conjunction([a, b], scope)
}

/** The parts that must all hold. */
export function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === 'all' ? condition.of : [condition]
}

function simplifyValues(condition: ValuesCondition, vocabulary: EntryVocabulary | undefined): Condition {
  const { field, values, negated } = condition
  if (values.size === 0) return negated ? always : never
  if (!vocabulary) return condition
  if (isAbsent(field, vocabulary)) return negated ? always : never
  if (field === 'actionKinds') return kindsAsWords(values, negated, vocabulary)
  if (field !== 'actorTypes') return condition
  const possible = vocabulary.actorTypes.filter((type) => values.has(type))
  if (possible.length === 0) return negated ? always : never
  if (possible.length === vocabulary.actorTypes.length) return negated ? never : always
  return condition
}

function isAbsent(field: SetFilterField, { absent }: EntryVocabulary): boolean {
  return (field === 'actorEmails' || field === 'counterpartyIds') && absent.includes(field)
}

/** An action that is not in the table is of the kind UNKNOWN, so either the words asked for are known or the others. */
function kindsAsWords(kinds: ReadonlySet<string>, negated: boolean, { actions }: EntryVocabulary): Condition {
  const words = (wanted: boolean) =>
    new Set([...actions].flatMap(([word, kind]) => (kinds.has(kind) === wanted ? [word] : [])))
  const positive = kinds.has('UNKNOWN')
    ? { kind: 'values' as const, field: 'actions' as const, values: words(false), negated: !negated }
    : { kind: 'values' as const, field: 'actions' as const, values: words(true), negated }
  if (positive.values.size > 0) return positive
  return positive.negated ? always : never
}

function simplifyTime(range: TimeRange, within: TimeRange): Condition {
  const cut = intersectRanges(range, within)
  if (isEmptyRange(cut)) return never
  return cut.sinceMs === within.sinceMs && cut.untilMs === within.untilMs
    ? always
    : { kind: 'time', range: cut }
}

/**
 * Parts are simplified. Joins the values of each field and the ranges, then drops branches that contradict them, and
 * alternatives of which one is certain beside them.
 */
function conjunction(given: readonly Condition[], scope: Scope): Condition {
  if (given.length < 2) return given[0] ?? always
  const parts = given.flatMap((part) => conjuncts(part))
  if (parts.some(isNever)) return never
  const plain = joinPlain(
    parts.filter((part) => part.kind !== 'any'),
    scope,
  )
  if (isNever(plain)) return never
  const alternatives: Condition[] = []
  const implied: Condition[] = []
  for (const part of parts) {
    if (part.kind !== 'any') continue
    if (part.of.some((branch) => implies(plain, branch))) continue
    const left = disjunction(
      part.of.filter(
        (branch) => !isNever(joinPlain([...conjuncts(plain), ...conjuncts(branch).filter(isPlain)], scope)),
      ),
    )
    if (left.kind === 'any') alternatives.push(left)
    else implied.push(left)
    if (isNever(left)) return never
  }
  // A single branch that is left must hold: what it says may settle others.
  if (implied.length > 0) return conjunction([plain, ...implied, ...alternatives], scope)
  const all = [...conjuncts(plain), ...alternatives]
  const [only] = all
  return all.length === 1 && only ? only : { kind: 'all', of: all }
}

/** Whether a branch holds wherever the comparisons of `plain` do. */
function implies(plain: Condition, branch: Condition): boolean {
  return conjuncts(branch).every((wanted) => conjuncts(plain).some((part) => entails(part, wanted)))
}

function entails(part: Condition, wanted: Condition): boolean {
  if (part.kind === 'search') {
    return wanted.kind === 'search' && wanted.folded === part.folded && wanted.negated === part.negated
  }
  if (part.kind === 'time') {
    if (wanted.kind !== 'time') return false
    const { sinceMs, untilMs } = intersectRanges(part.range, wanted.range)
    return sinceMs === part.range.sinceMs && untilMs === part.range.untilMs
  }
  if (part.kind !== 'values' || wanted.kind !== 'values' || part.field !== wanted.field) return false
  if (part.negated) return wanted.negated && [...wanted.values].every((value) => part.values.has(value))
  return [...part.values].every((value) => wanted.values.has(value) !== wanted.negated)
}

function isPlain(part: Condition): boolean {
  return part.kind !== 'any' && part.kind !== 'all'
}

/** Comparisons that must all hold, without `any`. */
function joinPlain(parts: readonly Condition[], scope: Scope): Condition {
  let range: TimeRange = scope.range
  const allowed = new Map<SetFilterField, ReadonlySet<string>>()
  const refused = new Map<SetFilterField, ReadonlySet<string>>()
  const searches = new Map<string, Condition>()
  for (const part of parts) {
    if (part.kind === 'time') range = intersectRanges(range, part.range)
    else if (part.kind === 'search') searches.set(`${part.negated} ${part.folded}`, part)
    else if (part.kind === 'values' && part.negated) {
      refused.set(part.field, new Set([...(refused.get(part.field) ?? []), ...part.values]))
    } else if (part.kind === 'values') {
      const before = allowed.get(part.field)
      allowed.set(
        part.field,
        before ? new Set([...part.values].filter((value) => before.has(value))) : part.values,
      )
    }
  }
  const time = simplifyTime(range, scope.range)
  if (isNever(time)) return never
  const of: Condition[] = isAlways(time) ? [] : [time]
  for (const [field, values] of allowed) {
    const not = refused.get(field)
    const left = not ? new Set([...values].filter((value) => !not.has(value))) : values
    if (left.size === 0) return never
    of.push({ kind: 'values', field, values: left, negated: false })
  }
  for (const [field, values] of refused) {
    if (!allowed.has(field)) of.push({ kind: 'values', field, values, negated: true })
  }
  of.push(...searches.values())
  if (searches.size > 1) {
    const negated = [...searches.values()].some((part) => contradicts(part, searches))
    if (negated) return never
  }
  return { kind: 'all', of }
}

function contradicts(part: Condition, searches: ReadonlyMap<string, Condition>): boolean {
  return part.kind === 'search' && searches.has(`${!part.negated} ${part.folded}`)
}

/** Parts are simplified. Values of one field that are alternatives are one list. */
function disjunction(given: readonly Condition[]): Condition {
  const parts = given.flatMap((part) => (part.kind === 'any' ? part.of : [part]))
  if (parts.some(isAlways)) return always
  const lists = new Map<SetFilterField, ReadonlySet<string>>()
  const others: Condition[] = []
  for (const part of parts) {
    if (part.kind === 'values' && !part.negated)
      lists.set(part.field, new Set([...(lists.get(part.field) ?? []), ...part.values]))
    else others.push(part)
  }
  const of: Condition[] = [...lists].map(([field, values]) => ({
    kind: 'values',
    field,
    values,
    negated: false,
  }))
  of.push(...others)
  const [only] = of
  return of.length === 1 && only ? only : { kind: 'any', of }
}

/** The values that an entry must have one of, field by field, among the comparisons that must all hold. */
export function requiredValues(condition: Condition): ReadonlyMap<SetFilterField, ReadonlySet<string>> {
  const required = new Map<SetFilterField, ReadonlySet<string>>()
  for (const part of conjuncts(condition)) {
    if (part.kind === 'values' && !part.negated) required.set(part.field, part.values)
  }
  return required
}

/** Fields that a formula compares. */
export function fieldsOf(condition: Condition): ReadonlySet<FilterField> {
  if (condition.kind === 'all' || condition.kind === 'any') {
    return new Set(condition.of.flatMap((part) => [...fieldsOf(part)]))
  }
  if (condition.kind === 'values') return new Set([condition.field])
  return new Set([condition.kind === 'time' ? 'occurredAt' : condition.kind])
}
