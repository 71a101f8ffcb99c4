import type { Capabilities, FilterSupport } from '../../model/capabilities.js'
import { type PushdownField, pushdownFields } from '../../model/filter.js'
import type { Condition } from '../../model/filter-condition.js'
import type { Pushdown } from '../../model/provider.js'
import type { ResidualReason } from '../page.js'
import { both, conjuncts, requiredValues, type Scope } from './simplify.js'

export type Reasons = Map<string, ResidualReason>

/** One request's share of a filter. The shares of one split have no entry in common. */
export interface Share {
  readonly pushdown: Pushdown
  /** What must hold beside the filter itself, so that the entry belongs to this share and no other. */
  readonly guards: readonly Condition[]
  readonly unless: readonly Condition[]
  /** The request names a word that the provider may refuse to know. */
  readonly mayBeRefused: boolean
}

interface SplitContext {
  readonly capabilities: Capabilities
  readonly scope: Scope
  /** Where it is written down why a field is not sent. */
  readonly reasons: Reasons
}

/** Values of one field that one request carries. */
interface Chunk {
  readonly values: readonly string[]
  readonly mayBeRefused: boolean
}

/** Fields that narrow most come first where two cost the same. */
const byNarrowness: readonly PushdownField[] = [
  'resourceIds',
  'actorIds',
  'counterpartyIds',
  'actions',
  'resourceTypes',
]

/**
 * Splits a simplified formula into at most `sharesMax` shares, so that each asks the provider for as little as it can:
 * by the values that every entry must have, or, where that narrows all of them further, by the branches of `any`.
 */
export function splitCondition(
  condition: Condition,
  sharesMax: number,
  context: SplitContext,
): readonly Share[] {
  const plain = splitByValues(condition, sharesMax, context)
  const rest: Condition = { kind: 'all', of: conjuncts(condition).filter((part) => part.kind !== 'any') }
  let best: readonly Share[] | null = null
  for (const part of conjuncts(condition)) {
    if (part.kind !== 'any' || part.of.length > sharesMax) continue
    const shares = splitByBranches(rest, part.of, sharesMax, context)
    const narrower = shares.every((share) => isNarrower(share.pushdown, plain))
    if (narrower && (best === null || shares.length < best.length)) best = shares
  }
  return best ?? plain
}

/** Whether a request asks for something that the requests of a plain split do not all ask for already. */
function isNarrower(pushdown: Pushdown, plain: readonly Share[]): boolean {
  return pushdownFields.some((field) => {
    const values = pushdown[field]
    return (
      values !== undefined &&
      plain.every((share) => (share.pushdown[field]?.length ?? Infinity) > values.length)
    )
  })
}

/** Branch i is asked for without what the branches before it give. */
function splitByBranches(
  rest: Condition,
  branches: readonly Condition[],
  sharesMax: number,
  context: SplitContext,
): readonly Share[] {
  const eachMax = Math.max(1, Math.floor(sharesMax / branches.length))
  return branches.flatMap((branch, index) =>
    splitCondition(both(rest, branch, context.scope), eachMax, context).map((share) => ({
      ...share,
      guards: [branch, ...share.guards],
      unless: [...branches.slice(0, index), ...share.unless],
    })),
  )
}

function splitByValues(
  condition: Condition,
  sharesMax: number,
  { capabilities, reasons }: SplitContext,
): readonly Share[] {
  const candidates = new Map<PushdownField, readonly Chunk[]>()
  const required = requiredValues(condition)
  for (const [field, values] of required) {
    const chunks = chunksOf(field, [...values], capabilities)
    if (typeof chunks === 'string') reasons.set(field, chunks)
    else if (chunks.length > sharesMax) reasons.set(field, 'TOO_MANY_REQUESTS')
    // chunksOf gives chunks for fields that can be pushed down only.
    else candidates.set(field as PushdownField, chunks)
  }
  for (const [first, other] of capabilities.exclusive) {
    if (candidates.has(first) && candidates.delete(other)) reasons.set(other, 'EXCLUSIVE')
  }
  dropLonely(candidates, capabilities, reasons)
  const chosen = new Map<PushdownField, readonly Chunk[]>()
  let shares = 1
  for (const [field, chunks] of cheapestFirst(candidates)) {
    if (shares * chunks.length > sharesMax) reasons.set(field, 'TOO_MANY_REQUESTS')
    else {
      chosen.set(field, chunks)
      shares *= chunks.length
    }
  }
  dropLonely(chosen, capabilities, reasons)
  return product(chosen)
}

/** The lists of values that requests carry, or why none can. */
function chunksOf(
  field: string,
  values: readonly string[],
  { filters }: Capabilities,
): readonly Chunk[] | ResidualReason {
  const support: FilterSupport | undefined = filters[field as PushdownField] // undefined for any other field
  if (support === undefined || support.valuesMax === 0) return 'NO_PARAMETER'
  const { valuesMax, accepts, knows } = support
  if (!values.every((value) => accepts?.(value) ?? true)) return 'VALUE_NOT_SENDABLE'
  return [false, true].flatMap((mayBeRefused) => {
    const own = values.filter((value) => (knows?.(value) ?? true) !== mayBeRefused)
    const chunks: Chunk[] = []
    for (let start = 0; start < own.length; start += valuesMax) {
      chunks.push({ values: own.slice(start, start + valuesMax), mayBeRefused })
    }
    return chunks
  })
}

/** A pushdown without the fields that take words of a closed list; null where it has none. */
export function withoutWords(pushdown: Pushdown, capabilities: Capabilities): Pushdown | null {
  const fields = pushdownFields.filter((field) => pushdown[field] !== undefined)
  const left = new Map(
    fields.flatMap((field) =>
      capabilities.filters[field]?.knows ? [] : [[field, pushdown[field] ?? []] as const],
    ),
  )
  if (left.size === fields.length) return null
  dropLonely(left, capabilities, new Map())
  return Object.fromEntries(left)
}

function dropLonely(
  fields: Map<PushdownField, unknown>,
  { requires = [] }: Capabilities,
  reasons: Reasons,
): void {
  for (const [field, other] of requires) {
    if (!fields.has(other) && fields.delete(field)) reasons.set(field, 'NEEDS_OTHER_FIELD')
  }
}

function cheapestFirst(
  fields: ReadonlyMap<PushdownField, readonly Chunk[]>,
): readonly (readonly [PushdownField, readonly Chunk[]])[] {
  return [...fields].sort(
    ([a, some], [b, others]) =>
      some.length - others.length || byNarrowness.indexOf(a) - byNarrowness.indexOf(b),
  )
}

/** One share for every combination of chunks. A field of several chunks has to be of the share's own. */
function product(fields: ReadonlyMap<PushdownField, readonly Chunk[]>): readonly Share[] {
  let shares: readonly Share[] = [{ pushdown: {}, guards: [], unless: [], mayBeRefused: false }]
  for (const [field, chunks] of fields) {
    shares = shares.flatMap((share) =>
      chunks.map(({ values, mayBeRefused }) => ({
        ...share,
        pushdown: { ...share.pushdown, [field]: values },
        guards:
          chunks.length === 1
            ? share.guards
            : [...share.guards, { kind: 'values' as const, field, values: new Set(values), negated: false }],
        mayBeRefused: share.mayBeRefused || mayBeRefused,
      })),
    )
  }
  return shares
}
