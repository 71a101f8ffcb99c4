import type { EntryVocabulary } from '../../model/capabilities.js'
import type { TallyTerms } from '../counting/time-share.js'
import { canTally, tally } from '../counting/totals.js'
import type { ReadableSource } from '../page.js'
import { type FilterPlan, type PlanLimits, planFilter } from '../plan.js'
import type { Sums } from './aggregate.js'
import type { ReportDimension } from './shapes.js'
import type { SourceQuestion } from './ways.js'

/** Words that are counted at a time. */
const atOnce = 4

/** Dimensions whose words a provider can be asked for one by one, by the field that asks. */
const countableFields = {
  ACTION: 'actions',
  ACTION_KIND: 'actions',
  RESOURCE_TYPE: 'resourceTypes',
} as const satisfies Partial<Record<ReportDimension, string>>
type CountableField = (typeof countableFields)[keyof typeof countableFields]

/** Why the totals of a source cannot tell what is asked; null when they may. */
export function totalsObstacle({ source, plan, ask, window }: SourceQuestion): string | null {
  const { totals, vocabulary, filters } = source.capabilities
  if (!totals) return 'The provider gives no totals.'
  if (ask.times) return 'Totals do not tell the first and the last time.'
  if (!canTally(source, plan, [window.sinceMs ?? Number.NEGATIVE_INFINITY, window.untilMs])) {
    return 'The provider’s totals count more than what is asked for: it evaluates the filter or the times in part.'
  }
  for (const dimension of ask.dimensions) {
    if (dimension === 'SOURCE') continue
    const field = fieldOf(dimension)
    if (!field || !vocabulary || filters[field]?.exact !== true) {
      return `Totals do not tell ${dimension} of this provider.`
    }
  }
  const isSplit = ask.timelines.some(({ splitBy }) => splitBy !== null && splitBy !== 'SOURCE')
  return isSplit ? 'Totals do not tell the split of a timeline.' : null
}

/** What totals have told, or why they could not. */
export type Counted =
  | { readonly sums: Sums; readonly requests: number }
  | { readonly obstacle: string; readonly requests: number }

/**
 * Counts one source by its totals: one request or a few for the whole, one for every known word and for every bucket,
 * where that is cheaper than reading. That the known words are all of them is not taken for granted: their counts have
 * to make up the whole.
 */
export async function countByTotals(
  question: SourceQuestion,
  isNewestFirst: boolean,
  limits: PlanLimits,
  terms: TallyTerms,
): Promise<Counted> {
  const { source, plan, ask, window, filter } = question
  const { pageSizeMax, vocabulary } = source.capabilities
  let requests = 0
  const count = async (counted: FilterPlan, edgesMs: readonly number[]) => {
    const result = await tally(source, counted, edgesMs, isNewestFirst, {
      ...terms,
      limit: Number.POSITIVE_INFINITY,
    })
    requests += result.requests
    return result.counts
  }
  const edgesMs = [window.sinceMs ?? Number.NEGATIVE_INFINITY, window.untilMs]
  const [total] = (await count(plan, edgesMs)) ?? []
  if (total === undefined) return { obstacle: 'The provider’s total proved nothing.', requests }
  const fields = new Set([...ask.dimensions].flatMap((dimension) => fieldOf(dimension) ?? []))
  const wordsOf = (field: CountableField) => askableWords(field, source, vocabulary)
  // A word takes as many requests as the whole did.
  const needed =
    [...fields].reduce((sum, field) => sum + requests * wordsOf(field).length, 0) +
    ask.timelines.reduce((sum, timeline) => sum + timeline.edgesMs.length, 0)
  const forReading = Math.ceil(total / pageSizeMax)
  if (needed > forReading) {
    return { obstacle: `Totals would take ${needed} requests, reading about ${forReading}.`, requests }
  }
  const byField = new Map<CountableField, ReadonlyMap<string, number>>()
  for (const field of fields) {
    const counts = await countWords(wordsOf(field), total, async (word) => {
      const only = planFilter({ and: [filter, { [field]: [word] }] }, source.capabilities, limits)
      return only.possible ? (await count(only, edgesMs))?.[0] : 0
    })
    if (!counts) return { obstacle: `The known ${field} do not make up the whole.`, requests }
    byField.set(field, counts)
  }
  const buckets: (readonly number[])[] = []
  for (const timeline of ask.timelines) {
    const counts = await count(plan, timeline.edgesMs)
    if (!counts || sumOf(counts) !== total) {
      return { obstacle: 'The provider’s totals contradict each other.', requests }
    }
    buckets.push(counts)
  }
  const words = new Map([...ask.dimensions].map((each) => [each, wordsBy(each, byField, vocabulary)]))
  return { sums: { sourceKey: source.key, total, words, buckets }, requests }
}

/** The count of each word; null when one is not to be had, or they do not make up the total. */
async function countWords(
  words: readonly string[],
  total: number,
  count: (word: string) => Promise<number | undefined>,
): Promise<ReadonlyMap<string, number> | null> {
  const counts = new Map<string, number>()
  let left = total
  for (let at = 0; at < words.length && left > 0; at += atOnce) {
    const some = words.slice(at, at + atOnce)
    const answers = await Promise.all(some.map(count))
    for (const [index, word] of some.entries()) {
      const answer = answers[index]
      if (answer === undefined) return null
      counts.set(word, answer)
      left -= answer
    }
  }
  return left === 0 ? counts : null
}

function fieldOf(dimension: ReportDimension): CountableField | undefined {
  return dimension in countableFields
    ? countableFields[dimension as keyof typeof countableFields] // just seen to be one
    : undefined
}

function askableWords(
  field: CountableField,
  { capabilities }: ReadableSource,
  vocabulary: EntryVocabulary | undefined,
): readonly string[] {
  const words = field === 'actions' ? vocabulary?.actions.keys() : vocabulary?.resourceTypes
  return [...(words ?? [])].filter((word) => capabilities.filters[field]?.accepts?.(word) ?? true)
}

function wordsBy(
  dimension: ReportDimension,
  byField: ReadonlyMap<CountableField, ReadonlyMap<string, number>>,
  vocabulary: EntryVocabulary | undefined,
): ReadonlyMap<string, number> {
  const field = fieldOf(dimension)
  const counts = (field && byField.get(field)) ?? new Map<string, number>()
  if (dimension !== 'ACTION_KIND') return counts
  const kinds = new Map<string, number>()
  for (const [word, count] of counts) {
    const kind = vocabulary?.actions.get(word) ?? 'UNKNOWN'
    kinds.set(kind, (kinds.get(kind) ?? 0) + count)
  }
  return kinds
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
