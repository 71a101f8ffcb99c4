import type { TimeRange } from '../model/filter.js'
import { type PlannedRequest, pageSizeDefault, pageSizeMax, type SourceExplanation } from '../reading/page.js'
import type { GatewayBuilder } from './builder.js'
import type { GatewayEnums } from './enums.js'
import { fromInputProblem } from './errors.js'
import { type defineFilterInput, readFilter } from './filter-input.js'
import type { SourceTypes } from './source-types.js'

interface Parts {
  readonly enums: GatewayEnums
  readonly sources: SourceTypes
  readonly Filter: ReturnType<typeof defineFilterInput>
  readonly TimeRangeType: ReturnType<typeof defineTimeRange>
}

/** Defines `Query.explainAuditEntries` and what it gives. */
export function defineExplain(builder: GatewayBuilder, parts: Parts): void {
  const SourcePlan = defineSourcePlan(builder, parts)
  builder.queryField('explainAuditEntries', (t) =>
    t.field({
      type: [SourcePlan],
      description:
        'What the first page of `auditEntries` with the same arguments would ask of each source, in the order of the configuration. No request is made.',
      args: {
        first: t.arg.int({
          description: `How many entries the page would have at most: 1 to ${pageSizeMax}; ${pageSizeDefault} when left out.`,
        }),
        filter: t.arg({ type: parts.Filter, description: 'Which entries. Left out: all.' }),
        sources: t.arg.stringList({
          description: 'Keys of the sources. Left out or null: all of them.',
        }),
        order: t.arg({
          type: parts.enums.AuditEntryOrder,
          required: true,
          defaultValue: 'NEWEST_FIRST',
          description: 'The order of the entries.',
        }),
      },
      resolve: (_, { first, filter, sources: keys, order }, { reader }) => {
        const plans = reader.explain({
          ...(typeof first === 'number' && { first }),
          filter: readFilter(filter),
          ...(keys && { sources: keys }),
          order,
        })
        if ('kind' in plans) throw fromInputProblem(plans)
        return plans
      },
    }),
  )
}

/** Defines `TimeRange`. */
export function defineTimeRange(builder: GatewayBuilder) {
  return builder.objectRef<TimeRange>('TimeRange').implement({
    description: 'A range of time. Half-open: `since` is in it, `until` is not.',
    fields: (t) => ({
      since: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Its begin. Null: from the first entry on.',
        resolve: ({ sinceMs }) => sinceMs ?? null,
      }),
      until: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Its end. Null: no end.',
        resolve: ({ untilMs }) => untilMs ?? null,
      }),
    }),
  })
}

function defineSourcePlan(builder: GatewayBuilder, { enums, sources, TimeRangeType }: Parts) {
  const Request = builder.objectRef<PlannedRequest>('PlannedRequest').implement({
    description: 'A request to a provider, without credentials.',
    fields: (t) => ({
      method: t.exposeString('method', { description: 'HTTP method.' }),
      path: t.exposeString('path', { description: 'Path below the base URL of the source.' }),
      parameters: t.expose('parameters', {
        type: 'JSON',
        description: 'Parameters of the query, or fields of the body, by their names.',
      }),
    }),
  })
  const Residual = builder.objectRef<SourceExplanation['residual'][number]>('ResidualField').implement({
    description: 'A field of the filter that the gateway evaluates itself, on what the provider sends.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'Name of the field in AuditEntryFilter.' }),
      reason: t.expose('reason', { type: enums.ResidualReason, description: 'Why.' }),
    }),
  })
  return builder.objectRef<SourceExplanation>('SourcePlan').implement({
    description: 'What one page would ask of one source.',
    fields: (t) => ({
      source: t.field({
        type: sources.Source,
        description: 'Which source.',
        resolve: ({ sourceKey }, _, context) => sources.find(context, sourceKey),
      }),
      excluded: t.exposeBoolean('excluded', {
        description: 'Whether nothing of the source can match, so that it is not asked.',
      }),
      requests: t.expose('requests', {
        type: [Request],
        description:
          'The requests that the page would start the source with, all at once. A source whose times begin farther on than others’ may not be needed for the page: then `requestsMin` is 0.',
      }),
      windows: t.expose('windows', {
        type: [TimeRangeType],
        description: 'The times that the reading may ask for, newest first. They may overlap.',
      }),
      residual: t.expose('residual', {
        type: [Residual],
        description: 'What the gateway evaluates of the filter. Times are always checked here as well.',
      }),
      emulated: t.exposeStringList('emulated', {
        description: 'What the gateway does in place of the provider. Sentences for people.',
      }),
      requestsMin: t.exposeInt('requestsMin', {
        description: 'So many requests the page makes at least, when it is not cut short.',
      }),
      requestsMax: t.exposeInt('requestsMax', {
        description:
          '`SourceCoverage.requests` of the page is never more. Reached only where very many entries share one instant: most pages take little more than `requestsMin`.',
      }),
    }),
  })
}
