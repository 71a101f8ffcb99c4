import type { Capabilities } from '../model/capabilities.js'
import type { EntryContent } from '../model/entry.js'
import {
  type EntryFilter,
  type FilterField,
  filterFields,
  type PushdownField,
  pushdownFields,
  type TimeRange,
} from '../model/filter.js'
import { type Condition, conditionOf, isAlways, isNever, testOf } from '../model/filter-condition.js'
import type { Pushdown, UpstreamRow } from '../model/provider.js'
import type { ResidualReason } from './page.js'
import { conjuncts, fieldsOf, requiredValues, type Scope, simplify } from './planning/simplify.js'
import { type Reasons, type Share, splitCondition, withoutWords } from './planning/split.js'
import { timeSlices } from './planning/time-slices.js'

/** What one source is asked, and what is left to evaluate here. */
export interface FilterPlan {
  /** False when no entry can match, so the source need not be asked. Then there are no parts. */
  readonly possible: boolean
  /** Requests of several kinds, whose entries are merged. No entry belongs to two. */
  readonly parts: readonly PlanPart[]
  /** What the gateway evaluates of the filter, with the reason for each field. */
  readonly residual: readonly { readonly field: FilterField; readonly reason: ResidualReason }[]
}

/** What one kind of request asks for. */
export interface PlanPart {
  /** Tells the parts of one plan apart; the same for the same filter and source. */
  readonly key: string
  /** Carried by every request. What comes back is a superset of the part's entries. */
  readonly pushdown: Pushdown
  /** Outside of this no entry belongs to the part. */
  readonly range: TimeRange
  /** Whether an entry within the range matches the filter and belongs to this part: exact, on every row. */
  readonly matches: (row: UpstreamRow) => boolean
  /** Fields that the gateway has to evaluate on what comes back. */
  readonly residual: readonly FilterField[]
  /**
   * What is sent where the provider refuses a word of the pushdown as unknown, which entries may have all the same; null
   * where it has no such word.
   */
  readonly withoutWords: Pushdown | null
}

/** Bounds of a plan. */
export interface PlanLimits {
  /** Parts of one source at most, so requests to it at once. 1 or more. */
  readonly partsPerSource: number
}

/** Ranges of time that one plan, or one share of it, is cut into at most. */
const slicesMax = 16

/** What a part is made of before parts that ask the same are joined. */
interface Draft {
  readonly pushdown: Pushdown
  readonly range: TimeRange
  readonly mayBeRefused: boolean
  readonly condition: Condition
  readonly unless: readonly Condition[]
}

/**
 * Plans a filter for one source: which requests, over which times, and what is evaluated here. Knows capabilities,
 * never who it asks. Pure.
 *
 * 1. The filter as a formula, in which what this source proves (no e-mails, no such actor type) is settled.
 * 2. Its slices of time; outside of them it holds for no entry.
 * 3. In each slice, shares by values and by alternatives, as far as that narrows what the provider sends.
 * 4. Shares that another asks for anyway become part of that one.
 */
export function planFilter(filter: EntryFilter, capabilities: Capabilities, limits: PlanLimits): FilterPlan {
  const { vocabulary } = capabilities
  const whole = conditionOf(filter)
  const reasons: Reasons = new Map()
  const slices = timeSlices(simplify(whole, { vocabulary, range: {} }), slicesMax)
  const drafts = slices.flatMap((range) =>
    draftsOf(
      whole,
      { vocabulary, range },
      capabilities,
      limits,
      reasons,
      Math.floor(slicesMax / slices.length),
    ),
  )
  const parts = joinDrafts(drafts).map((group, index) => partOf(group, index, filter, capabilities))
  const fields = new Set(parts.flatMap((part) => part.residual))
  return {
    possible: parts.length > 0,
    parts,
    residual: filterFields.flatMap((field) =>
      fields.has(field) ? [{ field, reason: reasonOf(field, reasons) }] : [],
    ),
  }
}

function draftsOf(
  whole: Condition,
  scope: Scope,
  capabilities: Capabilities,
  limits: PlanLimits,
  reasons: Reasons,
  cutsMax: number,
): readonly Draft[] {
  const condition = simplify(whole, scope)
  if (isNever(condition)) return []
  const shares = splitCondition(condition, limits.partsPerSource, { capabilities, scope, reasons })
  return shares.flatMap((share) => draftsOfShare(condition, share, scope, cutsMax))
}

/** A share may hold in a shorter time than the slice, as a branch that names one does. */
function draftsOfShare(condition: Condition, share: Share, scope: Scope, cutsMax: number): readonly Draft[] {
  const own = simplify({ kind: 'all', of: [condition, ...share.guards] }, scope)
  return timeSlices(own, cutsMax).flatMap((slice) => {
    const within = { ...scope, range: { ...scope.range, ...slice } }
    const narrowed = simplify(own, within)
    if (isNever(narrowed)) return []
    const { pushdown, mayBeRefused, unless } = share
    return [{ pushdown, mayBeRefused, range: within.range, condition: narrowed, unless }]
  })
}

/** Drafts that are read together: the first of a group asks for all that the others do. */
function joinDrafts(drafts: readonly Draft[]): readonly (readonly [Draft, ...Draft[]])[] {
  const groups: [Draft, ...Draft[]][] = []
  const widestFirst = [...drafts].sort(
    (a, b) => Number(a.mayBeRefused) - Number(b.mayBeRefused) || width(a) - width(b),
  )
  for (const draft of widestFirst) {
    const group = groups.find(([first]) => !first.mayBeRefused && covers(first, draft))
    if (group) group.push(draft)
    else groups.push([draft])
  }
  return groups
}

function width({ pushdown }: Draft): number {
  return Object.keys(pushdown).length
}

function covers(wide: Draft, narrow: Draft): boolean {
  const inRange =
    (wide.range.sinceMs ?? Number.NEGATIVE_INFINITY) <= (narrow.range.sinceMs ?? Number.NEGATIVE_INFINITY) &&
    (wide.range.untilMs ?? Number.POSITIVE_INFINITY) >= (narrow.range.untilMs ?? Number.POSITIVE_INFINITY)
  return (
    inRange &&
    pushdownFields.every((field) => {
      const values = wide.pushdown[field]
      return (
        values === undefined || (narrow.pushdown[field]?.every((value) => values.includes(value)) ?? false)
      )
    })
  )
}

function partOf(
  group: readonly [Draft, ...Draft[]],
  index: number,
  filter: EntryFilter,
  capabilities: Capabilities,
): PlanPart {
  const [{ pushdown, range }] = group
  const residual = new Set(group.flatMap((draft) => residualOf(draft, pushdown)))
  // The filter's own word for what the plan turned into actions.
  if (residual.has('actions') && filter.actions === undefined && mentions(filter, 'actionKinds')) {
    residual.delete('actions')
    residual.add('actionKinds')
  }
  return {
    key: `${index} ${JSON.stringify([pushdown, range.sinceMs, range.untilMs])}`,
    pushdown,
    range,
    matches: matcherOf(group),
    residual: filterFields.filter((field) => residual.has(field)),
    withoutWords: withoutWords(pushdown, capabilities),
  }
}

/** Fields of a draft's formula that its request and its range do not settle. */
function residualOf({ condition, unless }: Draft, pushdown: Pushdown): readonly FilterField[] {
  const required = requiredValues(condition)
  const isSent = (field: string) => {
    const sent = pushdown[field as PushdownField] // undefined for any other field
    return sent?.every((value) => required.get(field as PushdownField)?.has(value))
  }
  const left = conjuncts(condition).filter(
    (part) => part.kind !== 'values' || part.negated || !isSent(part.field),
  )
  return [...left, ...unless].flatMap((part) => [...fieldsOf(part)])
}

function matcherOf(group: readonly Draft[]): (row: UpstreamRow) => boolean {
  const tests = group.map(({ condition, unless, range }) => {
    if (isAlways(condition) && unless.length === 0 && group.length === 1) return null
    const holds = testOf({ kind: 'all', of: [{ kind: 'time', range }, condition] })
    const taken = testOf({ kind: 'any', of: unless })
    return (entry: EntryContent) => holds(entry) && !taken(entry)
  })
  if (tests.includes(null)) return () => true
  return (row) => {
    const entry = row.content()
    return tests.some((test) => test?.(entry))
  }
}

function reasonOf(field: FilterField, reasons: Reasons): ResidualReason {
  const known = reasons.get(field) ?? (field === 'actionKinds' ? reasons.get('actions') : undefined)
  if (known) return known
  // Times that are left in a formula are those of slices that became one.
  if (field === 'occurredAt') return 'TOO_MANY_REQUESTS'
  const canBeSent = (pushdownFields as readonly string[]).includes(field) || field === 'actionKinds'
  return canBeSent ? 'NOT_REQUIRED' : 'NO_PARAMETER'
}

function mentions(filter: EntryFilter, field: FilterField): boolean {
  const nested = [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not ? [filter.not] : [])]
  return filter[field] !== undefined || nested.some((each) => mentions(each, field))
}
