import type { SourceFailure } from '../model/failure.js'
import type { EntryCount, EntryEdge, EntryPage, PageRequest, SourceCoverage } from '../reading/page.js'
import type { GatewayBuilder } from './builder.js'
import type { GraphContext } from './context.js'
import type { EntryTypes } from './entry-types.js'
import type { GatewayEnums } from './enums.js'
import { badUserInput, fromInputProblem } from './errors.js'
import type { defineTimeRange } from './explain-types.js'
import { untilEnded } from './operation-end.js'
import type { SourceTypes } from './source-types.js'

/** A page with the request that it answers, for what is only found out when it is asked for. */
interface ConnectionShape extends EntryPage {
  readonly request: PageRequest
}

/** Matching entries that one count by reading counts at most, and what is taken when that is not said. */
const countLimitMax = 10_000
const countLimitDefault = 1_000

/** What `countLimit` says, or the default. Throws BAD_USER_INPUT when it is out of bounds. */
export function readCountLimit(limit: number | null | undefined): number {
  if (typeof limit !== 'number') return countLimitDefault
  if (limit >= 1 && limit <= countLimitMax) return limit
  throw badUserInput(['countLimit'], `\`countLimit\` is ${limit}; it must be from 1 to ${countLimitMax}.`)
}

export const countLimitDescription = `How many matching entries of sources whose totals do not tell are counted at most: 1 to ${countLimitMax}; ${countLimitDefault} when left out. More may be read for it, where the gateway evaluates a part of the filter.`

/** Counts are kept for the operation, so that two fields of one connection cost one. */
const counts = new WeakMap<EntryPage, Map<number, Promise<EntryCount>>>()

/** How many entries the reading of a page has. Throws BAD_USER_INPUT for a limit out of bounds. */
function countEntries(
  page: ConnectionShape,
  given: number | null | undefined,
  { reader, signal, terms }: GraphContext,
): Promise<EntryCount> | EntryCount {
  const countLimit = readCountLimit(given)
  const whole = page.complete && !page.hasNextPage && !page.hasPreviousPage
  if (whole) return { value: page.edges.length, exactness: 'EXACT' }
  const known = counts.get(page) ?? new Map<number, Promise<EntryCount>>()
  counts.set(page, known)
  const { filter, sources, freshness } = page.request
  const { asOfMs } = page
  const counted = known.get(countLimit) ?? untilEnded(signal, count)
  known.set(countLimit, counted)
  return counted

  async function count(): Promise<EntryCount> {
    const result = await reader.count({
      filter,
      ...(sources && { sources }),
      asOfMs,
      limit: countLimit,
      ...(freshness && { freshness }),
      ...terms,
    })
    if (result.kind === 'inputProblem') throw fromInputProblem(result)
    return result.counts[0] ?? { value: 0, exactness: 'UNKNOWN' }
  }
}

/** Defines `AuditEntryConnection` and its parts: Relay's connection with coverage. */
export function defineConnectionTypes(
  builder: GatewayBuilder,
  enums: GatewayEnums,
  sources: SourceTypes,
  entries: EntryTypes,
  TimeRangeType: ReturnType<typeof defineTimeRange>,
) {
  const parts = defineParts(builder, enums, entries)
  const coverage = defineCoverage(builder, enums, sources, TimeRangeType)
  const Connection = builder.objectRef<ConnectionShape>('AuditEntryConnection').implement({
    description:
      'One page of entries over all sources asked, and what it covers. A missing entry is always inside a range that `coverage` names.',
    fields: (t) => ({
      edges: t.expose('edges', {
        type: [parts.Edge],
        description: 'The entries of the page, each with its cursor.',
      }),
      nodes: t.field({
        type: [entries.AuditEntry],
        description: 'The entries of the page without their cursors.',
        resolve: (page) => page.edges.map((edge) => edge.entry),
      }),
      pageInfo: t.field({ type: parts.PageInfo, description: 'How to go on.', resolve: (page) => page }),
      totalCount: t.int({
        nullable: true,
        description:
          'How many entries match in all. Null unless that is known exactly over every source asked. Asks the providers only when it is selected. See `count`.',
        args: { countLimit: t.arg.int({ description: countLimitDescription }) },
        resolve: async (page, args, context) => {
          const count = await countEntries(page, args.countLimit, context)
          return count.exactness === 'EXACT' ? count.value : null
        },
      }),
      count: t.field({
        type: parts.EntryCount,
        description:
          'How many entries match in the whole reading, and how sure that is. Asks the providers only when it is selected: by their totals where these are exact, else by reading.',
        args: { countLimit: t.arg.int({ description: countLimitDescription }) },
        resolve: (page, args, context) => countEntries(page, args.countLimit, context),
      }),
      asOf: t.expose('asOfMs', {
        type: 'DateTime',
        description:
          'The instant at which the reading was pinned. Nothing later is on this page or on the pages after it.',
      }),
      complete: t.exposeBoolean('complete', {
        description:
          'Whether nothing is missing: every source COMPLETE or EXCLUDED, and no gap so far in this reading.',
      }),
      coverage: t.expose('coverage', {
        type: [coverage],
        description:
          'What was searched and what was not: one for every source asked, in the order of the configuration.',
      }),
    }),
  })
  return { Connection, EntryCount: parts.EntryCount, SourceCoverage: coverage }
}

function defineParts(builder: GatewayBuilder, enums: GatewayEnums, entries: EntryTypes) {
  const Edge = builder.objectRef<EntryEdge>('AuditEntryEdge').implement({
    description: 'An entry and where it stands in the reading.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        description:
          'Where the entry stands, for `after` and `before` with the same filter, order and sources. Opaque.',
      }),
      node: t.expose('entry', { type: entries.AuditEntry, description: 'The entry.' }),
    }),
  })
  const PageInfo = builder.objectRef<EntryPage>('PageInfo').implement({
    description: 'How to go on from a page. See Relay’s cursor connections.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', {
        description:
          'Whether more may follow. False: every source was read to its end, or the rest is in the gaps that `coverage` names.',
      }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether more may come before.' }),
      startCursor: t.exposeString('startCursor', {
        nullable: true,
        description: 'Pass it as `before` for the page before this one.',
      }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description:
          'Pass it as `after` for the next page. It may be given without any entries, when a page ended at SCAN_LIMIT.',
      }),
    }),
  })
  const EntryCountType = builder.objectRef<EntryCount>('EntryCount').implement({
    description: 'A number of matching entries and how sure it is.',
    fields: (t) => ({
      value: t.exposeInt('value', { description: 'The number.' }),
      exactness: t.expose('exactness', {
        type: enums.CountExactness,
        description: 'How sure the number is.',
      }),
    }),
  })
  return { Edge, PageInfo, EntryCount: EntryCountType }
}

function defineCoverage(
  builder: GatewayBuilder,
  enums: GatewayEnums,
  sources: SourceTypes,
  TimeRangeType: ReturnType<typeof defineTimeRange>,
) {
  const error = defineUpstreamError(builder, enums)
  return builder.objectRef<SourceCoverage>('SourceCoverage').implement({
    description: 'What one page says about one source.',
    fields: (t) => ({
      source: t.field({
        type: sources.Source,
        description: 'Which source.',
        resolve: ({ sourceKey }, _, context) => sources.find(context, sourceKey),
      }),
      state: t.expose('state', { type: enums.CoverageState, description: 'How far it was searched.' }),
      searchedSince: t.expose('searchedSinceMs', {
        type: 'DateTime',
        nullable: true,
        description:
          'From here (inclusive) until `searchedUntil` every match is in what has been returned so far. Null: nothing was searched.',
      }),
      searchedUntil: t.expose('searchedUntilMs', {
        type: 'DateTime',
        nullable: true,
        description: 'The end (exclusive) of what was searched. Null: nothing was searched.',
      }),
      gap: t.expose('gap', {
        type: TimeRangeType,
        nullable: true,
        description: 'Where matches may be missing from this reading. Null: nowhere.',
      }),
      resumeCursor: t.exposeString('resumeCursor', {
        nullable: true,
        description:
          'Pass it as `after`, with this source alone in `sources`, to read exactly what the gap holds. Null: there is no gap.',
      }),
      requests: t.exposeInt('requests', { description: 'Requests made to the provider for this page.' }),
      scanned: t.exposeInt('scanned', { description: 'Entries that were looked at for this page.' }),
      matched: t.exposeInt('matched', { description: 'Of these, entries that matched the filter.' }),
      error: t.expose('error', {
        type: error,
        nullable: true,
        description: 'The trouble of the source. Null: none.',
      }),
      notices: t.exposeStringList('notices', {
        description:
          'Remarks about this source that a reader of the answer should see. Sentences for people.',
      }),
    }),
  })
}

function defineUpstreamError(builder: GatewayBuilder, enums: GatewayEnums) {
  return builder.objectRef<SourceFailure>('UpstreamError').implement({
    description: 'The trouble of a source: what happened, what can be done, and what the provider said.',
    fields: (t) => ({
      kind: t.expose('kind', {
        type: enums.UpstreamErrorKind,
        description: 'The kind of trouble, over all providers.',
      }),
      message: t.exposeString('message', {
        description: 'What happened, in the gateway’s words. Safe to show.',
      }),
      remedy: t.exposeString('remedy', {
        description:
          'What the reader can do: which right to grant, which setting to check, whether to try again.',
      }),
      retryable: t.exposeBoolean('retryable', {
        description: 'Whether the same request may succeed later without a change.',
      }),
      retryAfter: t.expose('retryAfterMs', {
        type: 'DateTime',
        nullable: true,
        description: 'Another try is useless before this instant. Null: the provider named none.',
      }),
      httpStatus: t.exposeInt('httpStatus', {
        nullable: true,
        description: 'HTTP status of the provider’s answer. Null: there was no answer.',
      }),
      upstreamCode: t.exposeString('upstreamCode', {
        nullable: true,
        description: 'The provider’s own code of the error.',
      }),
      upstreamMessage: t.exposeString('upstreamMessage', {
        nullable: true,
        description: 'What the provider said, at most 500 characters. Foreign text: do not show it as yours.',
      }),
      traceId: t.exposeString('traceId', {
        nullable: true,
        description: 'The id under which the provider can find the call again.',
      }),
      details: t.expose('details', {
        type: 'JSON',
        nullable: true,
        description: 'What else the provider said of the error.',
      }),
    }),
  })
}
