import type { Capabilities } from '../../model/capabilities.js'
import type { EntryFilter } from '../../model/filter.js'
import { type AuditEntryOrder, compareNewestFirst, type EntryKey } from '../../model/order.js'
import { Secret } from '../../model/secret.js'
import type { ReadableSource, SourceCoverage, SourceExplanation } from '../../reading/page.js'
import { createReader } from '../../reading/reader.js'
import { SeededRandom } from '../random.js'
import { type Account, accountsNowMs, drawAccounts, sourceOf, truthOf } from './accounts.js'
import { matchesByHand } from './brute-force.js'
import { drawFilter } from './draw-filter.js'

/** A filter that was read differently in one of the three ways. */
interface BrokenFilter {
  /** Of the world; the filter is drawn from it and `index`. */
  readonly seed: number
  readonly index: number
  readonly filter: EntryFilter
  readonly complaints: readonly string[]
}

export interface FilterReport {
  readonly cases: number
  readonly matches: number
  /** Requests with the plan's pushdown, and without any. */
  readonly requestsPlanned: number
  readonly requestsPlain: number
  /** Cases in which the plan cut a source into several parts or left it out. */
  readonly split: number
  readonly broken: readonly BrokenFilter[]
}

/** Filters that are tried on one world. */
const filtersPerWorld = 40
const secrets = [new Secret('a secret of the simulation')]
const neverAborted = new AbortController().signal

/** What one reading of a filter gave. */
interface Transcript {
  readonly keys: readonly EntryKey[]
  readonly requests: number
  readonly coverage: readonly (readonly SourceCoverage[])[]
  /** What the first page was said to ask. */
  readonly explained: readonly SourceExplanation[]
}

/**
 * Reads `cases` random filters over random worlds of all providers three ways: with the plan, without any pushdown,
 * and by comparing every entry by hand. Stops after `brokenMax` differences. `onProgress` is called after each world.
 */
export async function runFilters(options: {
  readonly seed: number
  readonly cases: number
  readonly brokenMax: number
  readonly onProgress?: (done: number) => void
}): Promise<FilterReport> {
  const sums = { cases: 0, matches: 0, requestsPlanned: 0, requestsPlain: 0, split: 0 }
  const broken: BrokenFilter[] = []
  for (let seed = options.seed; sums.cases < options.cases && broken.length < options.brokenMax; seed += 1) {
    const world = openWorld(seed)
    for (let index = 0; index < filtersPerWorld && sums.cases < options.cases; index += 1) {
      const { filter, planned, plain, complaints } = await tryFilter(world, index)
      sums.cases += 1
      sums.matches += planned.keys.length
      sums.requestsPlanned += planned.requests
      sums.requestsPlain += plain.requests
      const first = planned.coverage[0] ?? []
      if (first.some(({ state, requests }) => state === 'EXCLUDED' || requests > 1)) sums.split += 1
      if (complaints.length > 0) broken.push({ seed, index, filter, complaints })
    }
    options.onProgress?.(sums.cases)
  }
  return { ...sums, broken }
}

interface World {
  readonly seed: number
  readonly planned: readonly ReadableSource[]
  readonly plain: readonly ReadableSource[]
  readonly truth: readonly { readonly key: EntryKey; readonly matches: (filter: EntryFilter) => boolean }[]
}

function openWorld(seed: number): World {
  const accounts = drawAccounts(new SeededRandom(`${seed}/world`))
  // The truth is told by accounts of the same seed, which it makes honest.
  const told = drawAccounts(new SeededRandom(`${seed}/world`))
  return {
    seed,
    planned: accounts.map((account) => sourceOf(account)),
    plain: accounts.map((account) => sourceOf(account, withoutPushdown(account))),
    truth: told.flatMap((account) =>
      truthOf(account).map((row) => {
        const entry = row.content()
        return {
          key: { timeMs: row.timeMs, sourceKey: account.key, id: row.id },
          matches: (filter) => matchesByHand(entry, filter),
        }
      }),
    ),
  }
}

/** Counts what was read, as a whole and by random buckets: an exact count is the truth, another is no more than it. */
async function judgeCounts(
  sources: readonly ReadableSource[],
  filter: EntryFilter,
  keys: readonly string[],
  truth: readonly EntryKey[],
  random: SeededRandom,
): Promise<readonly string[]> {
  const cuts = Array.from({ length: random.integer(0, 4) }, () =>
    truth.length === 0 ? 0 : random.pick(truth).timeMs,
  )
  const edgesOf = ({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }) => {
    const within = cuts.filter((cutMs) => cutMs > sinceMs && cutMs < untilMs)
    return [sinceMs, ...[...new Set(within)].sort((a, b) => a - b), untilMs]
  }
  const reader = createReader({ sources, secrets, now: () => accountsNowMs })
  const limit = random.pick([1, 20, 1_000])
  const result = await reader.count({ filter, sources: keys, edgesOf, limit, signal: neverAborted })
  if (result.kind !== 'counts') return [`counting was refused: ${result.message}`]
  const { edgesMs } = result
  const complaints = result.counts.flatMap(({ value, exactness }, index) => {
    const [sinceMs = 0, untilMs = 0] = [edgesMs[index], edgesMs[index + 1]]
    const real = truth.filter(({ timeMs }) => timeMs >= sinceMs && timeMs < untilMs).length
    const isTrue = exactness === 'EXACT' ? value === real : exactness === 'AT_LEAST' && value <= real
    return isTrue ? [] : [`bucket ${index} counts ${value} ${exactness}, and ${real} are there`]
  })
  if (limit > truth.length && result.counts.some(({ exactness }) => exactness !== 'EXACT'))
    complaints.push('a count within its limit is not exact')
  return complaints
}

function withoutPushdown({ dialect }: Account): Capabilities {
  const { vocabulary: _, requires: __, ...capabilities } = dialect.capabilities
  return { ...capabilities, filters: {}, exclusive: [] }
}

async function tryFilter(world: World, index: number) {
  const random = new SeededRandom(`${world.seed}/filter/${index}`)
  const filter = drawFilter(random, accountsNowMs)
  const order = random.pick(['NEWEST_FIRST', 'NEWEST_FIRST', 'OLDEST_FIRST'] as const)
  const first = random.pick([3, 20, 100, 500, 500])
  const sources = world.planned.filter(() => random.chance(0.7)).map(({ key }) => key)
  const keys = sources.length > 0 ? sources : [random.pick(world.planned).key]
  const planned = await readAll(world.planned, { filter, order, first, keys })
  const plain = await readAll(world.plain, { filter, order, first: 500, keys })
  const truth = world.truth
    .filter(({ key, matches }) => keys.includes(key.sourceKey) && matches(filter))
    .map(({ key }) => key)
    .sort((a, b) => compareNewestFirst(a, b) * (order === 'NEWEST_FIRST' ? 1 : -1))
  const complaints = [
    ...compare('with the plan', planned.keys, truth),
    ...compare('without pushdown', plain.keys, truth),
    ...judgeCoverage(planned),
    ...judgeCoverage(plain),
    ...judgeExplanation(planned),
    ...judgeExplanation(plain),
    ...(await judgeCounts(world.planned, filter, keys, truth, random)),
  ]
  return { filter, planned, plain, complaints }
}

async function readAll(
  sources: readonly ReadableSource[],
  {
    filter,
    order,
    first,
    keys,
  }: {
    readonly filter: EntryFilter
    readonly order: AuditEntryOrder
    readonly first: number
    readonly keys: readonly string[]
  },
): Promise<Transcript> {
  const reader = createReader({ sources, secrets, now: () => accountsNowMs })
  const found: EntryKey[] = []
  const coverage: (readonly SourceCoverage[])[] = []
  const explained = reader.explain({ first, filter, sources: keys, order })
  if ('kind' in explained) throw new Error(explained.message)
  let requests = 0
  let after: string | undefined
  for (let pages = 0; pages < 500; pages += 1) {
    const page = await reader.readPage({
      first,
      ...(after !== undefined && { after }),
      filter,
      sources: keys,
      order,
      onSourceError: 'PARTIAL',
      signal: neverAborted,
    })
    if (page.kind !== 'page') throw new Error(`A page could not be read: ${JSON.stringify(page)}`)
    coverage.push(page.coverage)
    for (const row of page.coverage) requests += row.requests
    for (const { entry } of page.edges) {
      found.push({ timeMs: entry.occurredAtMs, sourceKey: entry.sourceKey, id: entry.upstreamId })
    }
    if (!page.hasNextPage || page.endCursor === null) break
    after = page.endCursor
  }
  return { keys: found, requests, coverage, explained }
}

function compare(what: string, keys: readonly EntryKey[], truth: readonly EntryKey[]): readonly string[] {
  const names = keys.map(nameOf)
  const wanted = truth.map(nameOf)
  if (names.join() === wanted.join()) return []
  const missing = wanted.filter((name) => !names.includes(name))
  const added = names.filter((name) => !wanted.includes(name))
  return [`${what}: ${names.length} of ${wanted.length}; missing ${missing.join()}; too many ${added.join()}`]
}

function nameOf({ timeMs, sourceKey, id }: EntryKey): string {
  return `${sourceKey}/${timeMs}/${id}`
}

/** Nothing failed, and what was counted can be. */
function judgeCoverage({ coverage, keys }: Transcript): readonly string[] {
  const rows = coverage.flat()
  const complaints: string[] = []
  for (const { sourceKey, state, matched, scanned, error, gap } of rows) {
    if (error || gap) complaints.push(`${sourceKey} failed: ${JSON.stringify(error)}`)
    if (matched > scanned) complaints.push(`${sourceKey} matched ${matched} of ${scanned}`)
    if (state === 'EXCLUDED' && keys.some((key) => key.sourceKey === sourceKey)) {
      complaints.push(`${sourceKey} was excluded and gave entries`)
    }
  }
  const matched = rows.reduce((sum, row) => sum + row.matched, 0)
  if (matched < keys.length) complaints.push(`${matched} matched, ${keys.length} were given`)
  if (coverage.length === 1 && matched !== keys.length) {
    complaints.push(`${matched} matched in a reading of one page of ${keys.length}`)
  }
  return complaints
}

/** The first page keeps within what was said before it. */
function judgeExplanation({ coverage, explained }: Transcript): readonly string[] {
  const rows = coverage[0] ?? []
  return explained.flatMap((plan, index) => {
    const { state, requests, sourceKey } = rows[index] ?? { state: 'FAILED', requests: -1, sourceKey: '' }
    const kept =
      sourceKey === plan.sourceKey &&
      requests >= plan.requestsMin &&
      requests <= plan.requestsMax &&
      (plan.requestsMin === 0 || plan.requests.length === plan.requestsMin) &&
      (!plan.excluded || state === 'EXCLUDED')
    return kept ? [] : [`${sourceKey} made ${requests} requests, explained as ${JSON.stringify(plan)}`]
  })
}
