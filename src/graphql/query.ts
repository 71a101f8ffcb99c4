import {
  type EntryPage,
  pageSizeDefault,
  pageSizeMax,
  pageSizeMin,
  type ReadingFailed,
} from '../reading/page.js'
import type { GatewayBuilder } from './builder.js'
import { defineConnectionTypes } from './connection-types.js'
import { type GraphContext, outcomesOf, outcomesOfFailed } from './context.js'
import { defineCounts } from './count-types.js'
import type { EntryTypes } from './entry-types.js'
import { freshnessArgument, type GatewayEnums } from './enums.js'
import { badUserInput, fromInputProblem, quote, upstreamFailed } from './errors.js'
import { defineExplain, defineTimeRange } from './explain-types.js'
import { defineFilterInput, readFilter } from './filter-input.js'
import { decodeGlobalId } from './global-id.js'
import { untilEnded } from './operation-end.js'
import { defineReport } from './report-types.js'
import type { SourceTypes } from './source-types.js'
import { defineSubscription } from './subscription.js'

/** Ids in one `nodes` at most. */
const nodeIdsMax = 100

/** Defines `Query`. */
export function defineQuery(
  builder: GatewayBuilder,
  enums: GatewayEnums,
  sources: SourceTypes,
  entries: EntryTypes,
): void {
  builder.queryType({ description: 'Everything that can be asked. The gateway only reads.' })
  defineAuditEntries(builder, enums, sources, entries)
  defineNodeFields(builder, sources)
  defineSourceFields(builder, sources)
}

function defineAuditEntries(
  builder: GatewayBuilder,
  enums: GatewayEnums,
  sources: SourceTypes,
  entries: EntryTypes,
): void {
  const TimeRangeType = defineTimeRange(builder)
  const connection = defineConnectionTypes(builder, enums, sources, entries, TimeRangeType)
  const Filter = defineFilterInput(builder, enums)
  defineExplain(builder, { enums, sources, Filter, TimeRangeType })
  defineCounts(builder, enums, Filter, connection)
  defineReport(builder, { enums, sources, entries, connection, Filter, TimeRangeType })
  defineSubscription(builder, { Filter, entries, connection })
  const size = `${pageSizeMin} to ${pageSizeMax}; ${pageSizeDefault} when neither \`first\` nor \`last\` is given.`
  builder.queryField('auditEntries', (t) =>
    t.field({
      type: connection.Connection,
      description: 'The entries of all sources as one ordered sequence, page by page.',
      args: {
        first: t.arg.int({
          description: `How many entries at most, from the begin or after \`after\`: ${size}`,
        }),
        after: t.arg.string({
          description: 'Go on after this cursor: an `endCursor`, the cursor of an edge, or a `resumeCursor`.',
        }),
        last: t.arg.int({
          description: `How many entries at most, from the end or before \`before\`: ${size}`,
        }),
        before: t.arg.string({
          description: 'Go back before this cursor: a `startCursor` or the cursor of an edge.',
        }),
        filter: t.arg({ type: Filter, description: 'Which entries. Left out: all.' }),
        sources: t.arg.stringList({
          description: 'Keys of the sources to read. Left out or null: all of them. See `Query.sources`.',
        }),
        order: t.arg({
          type: enums.AuditEntryOrder,
          required: true,
          defaultValue: 'NEWEST_FIRST',
          description: 'The order of the entries.',
        }),
        onSourceError: t.arg({
          type: enums.SourceErrorPolicy,
          required: true,
          defaultValue: 'PARTIAL',
          description: 'What a failing source does to the answer.',
        }),
        freshness: t.arg(freshnessArgument(enums)),
      },
      resolve: async (_, { first, after, last, before, filter, sources: keys, ...rest }, context) => {
        const request = {
          ...(typeof first === 'number' && { first }),
          ...(typeof after === 'string' && { after }),
          ...(typeof last === 'number' && { last }),
          ...(typeof before === 'string' && { before }),
          filter: readFilter(filter),
          ...(keys && { sources: keys }),
          ...rest,
          ...context.terms,
        }
        const page = await untilEnded(context.signal, () => context.reader.readPage(request))
        if (page.kind === 'inputProblem') throw fromInputProblem(page)
        noteOutcomes(page, context)
        if (page.kind === 'readingFailed') throw upstreamFailed(page)
        // Not copied: that would seal cursors that nobody asks for.
        return Object.assign(page, { request })
      },
    }),
  )
}

function noteOutcomes(page: EntryPage | ReadingFailed, context: GraphContext): void {
  context.noteOutcomes(page.kind === 'page' ? outcomesOf(page.coverage) : outcomesOfFailed(page))
}

function defineNodeFields(builder: GatewayBuilder, { Node }: SourceTypes): void {
  builder.queryField('node', (t) =>
    t.field({
      type: Node,
      nullable: true,
      description:
        'One object by its global id. Null only when it was looked for and is not there; trouble of its source is an error with the code UPSTREAM_FAILED.',
      args: {
        id: t.arg.id({
          required: true,
          description: 'A global id, as the field `id` of an object gives it.',
        }),
      },
      resolve: (_, { id }, context) => context.nodes.load(checkId(id, ['id'], context)),
    }),
  )
  builder.queryField('nodes', (t) =>
    t.field({
      type: [Node],
      nullable: { list: false, items: true },
      description:
        'Objects by their global ids, in the order asked. Each stands for itself: one that fails is null, with an error at its place, and the others are given.',
      args: {
        ids: t.arg.idList({
          required: true,
          description: `Global ids, at most ${nodeIdsMax}. The same id may come twice.`,
        }),
      },
      resolve: (_, { ids }, context) => {
        if (ids.length > nodeIdsMax) {
          throw badUserInput(
            ['ids'],
            `The list has ${ids.length} ids. Give at most ${nodeIdsMax}, or ask in several queries.`,
          )
        }
        return ids.map(async (id, index) => context.nodes.load(checkId(id, ['ids', index], context)))
      },
    }),
  )
}

function checkId(
  id: string,
  argument: readonly (string | number)[],
  { sources }: Pick<GraphContext, 'sources'>,
): string {
  const decoded = decodeGlobalId(id)
  if (!decoded) {
    throw badUserInput(
      argument,
      `${quote(id)} is not a global id of this gateway. Give the \`id\` of an object unchanged; an \`upstreamId\` or a cursor is not one.`,
    )
  }
  // Null would say that it was looked for.
  if (decoded.kind === 'entry' && !sources.has(decoded.key.sourceKey)) {
    const keys = [...sources.keys()].join(', ')
    throw badUserInput(
      argument,
      `${quote(id)} is the id of an entry of the source ${quote(decoded.key.sourceKey)}, which is not configured here. The sources are: ${keys}.`,
    )
  }
  return id
}

function defineSourceFields(builder: GatewayBuilder, { Source }: SourceTypes): void {
  builder.queryField('source', (t) =>
    t.field({
      type: Source,
      nullable: true,
      description: 'The source with this key. Null: none is configured.',
      args: { key: t.arg.string({ required: true, description: 'Key of the source in the configuration.' }) },
      resolve: (_, { key }, context) => context.sources.get(key) ?? null,
    }),
  )
  builder.queryField('sources', (t) =>
    t.field({
      type: [Source],
      description: 'All configured sources, in the order of the configuration.',
      resolve: (_, __, context) => [...context.sources.values()],
    }),
  )
}
