import type { Capabilities } from '../model/capabilities.js'
import { type FilterField, filterFields, type PushdownField } from '../model/filter.js'
import { dayMs } from '../model/instant.js'
import type { SourceInfo } from '../model/source-info.js'
import { defineAllowance } from './allowance-types.js'
import type { GatewayBuilder } from './builder.js'
import type { GraphContext } from './context.js'
import { defineProviderEnum, type FilterEvaluation, type GatewayEnums } from './enums.js'
import { encodeSourceId } from './global-id.js'
import { isEntry, type NodeValue } from './node-loader.js'
import { defineVocabulary, vocabularyOf } from './vocabulary-types.js'

export type SourceTypes = ReturnType<typeof defineSourceTypes>

interface FilterCapability {
  readonly field: FilterField
  readonly evaluatedBy: FilterEvaluation
  readonly valuesMax: number
}

/** Defines `Node`, `Provider`, `Source` and `SourceCapabilities`. */
export function defineSourceTypes(
  builder: GatewayBuilder,
  enums: GatewayEnums,
  providerIds: readonly string[],
) {
  const Provider = defineProviderEnum(builder, providerIds)
  const SourceCapabilities = defineCapabilities(builder, enums)
  const Vocabulary = defineVocabulary(builder, enums)
  const Allowance = defineAllowance(builder, enums)
  const Node = builder.interfaceRef<NodeValue>('Node').implement({
    description: 'An object that has a global id. See Relay’s object identification.',
    resolveType: (value) => (isEntry(value) ? 'AuditEntry' : 'Source'),
    fields: (t) => ({
      // Each type that implements Node says how its id is made.
      id: t.id({
        description: 'Global id: unique over all types. Opaque: do not take it apart.',
        resolve: unmade,
      }),
    }),
  })
  const Source = builder.objectRef<SourceInfo>('Source').implement({
    description: 'One configured account of a provider. Two organizations at one provider are two sources.',
    interfaces: [Node],
    fields: (t) => ({
      id: t.id({
        description: 'Global id, for `node` and for client caches. Opaque: do not take it apart.',
        resolve: (source) => encodeSourceId(source.key),
      }),
      key: t.exposeString('key', {
        description:
          'The name of the source in the configuration. This is what the argument `sources` takes.',
      }),
      provider: t.expose('providerId', { type: Provider, description: 'Whose API it is.' }),
      displayName: t.exposeString('displayName', { description: 'Name for people.' }),
      organizationId: t.exposeString('organizationId', {
        description: 'The organization at the provider that the source reads.',
      }),
      capabilities: t.expose('capabilities', {
        type: SourceCapabilities,
        description: 'What the provider can do by itself. It changes the cost of a query, never its meaning.',
      }),
      vocabulary: t.field({
        type: Vocabulary,
        description: 'The provider’s words, as documented and as seen. Asks nobody.',
        resolve: (source, _, { reader }) => vocabularyOf(source, reader.seenWords(source.key)),
      }),
      allowance: t.field({
        type: Allowance,
        nullable: true,
        description:
          'How often the provider may be asked, as far as it has told. Asks nobody. Null: the gateway does not know of any.',
        resolve: ({ key }, _, { reader }) =>
          reader.sources.find((source) => source.key === key)?.allowance?.() ?? null,
      }),
    }),
  })
  return { Node, Source, find: findSource }
}

/** The source of a key that came from the reading layer. Throws when there is none: a bug, not a caller's mistake. */
function findSource(context: GraphContext, key: string): SourceInfo {
  const source = context.sources.get(key)
  if (!source) throw new Error(`the reading layer named a source that is not configured: ${key}`)
  return source
}

function unmade(): string {
  throw new Error('a type that implements Node has no id of its own')
}

function defineCapabilities(builder: GatewayBuilder, enums: GatewayEnums) {
  const FilterCapabilityType = builder.objectRef<FilterCapability>('FilterCapability').implement({
    description: 'Who evaluates one field of AuditEntryFilter for a source.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'Name of the field in AuditEntryFilter.' }),
      evaluatedBy: t.expose('evaluatedBy', {
        type: enums.FilterEvaluation,
        description: 'Who evaluates it. The result is the same.',
      }),
      valuesMax: t.exposeInt('valuesMax', {
        description:
          'How many values the provider takes in one request; 0 when it takes none. Longer lists are asked for in several requests, or evaluated by the gateway.',
      }),
    }),
  })
  return builder.objectRef<Capabilities>('SourceCapabilities').implement({
    description: 'What a provider can do by itself.',
    fields: (t) => ({
      paging: t.field({
        type: enums.SourcePaging,
        description: 'How the provider names its pages.',
        resolve: ({ paging }) => (paging === 'offset' ? 'OFFSET' : 'CURSOR'),
      }),
      pageSizeMax: t.exposeInt('pageSizeMax', {
        description:
          'Entries in one page of the provider at most. Longer pages here take several requests there.',
      }),
      totals: t.exposeBoolean('totals', {
        description: 'Whether the provider says how many entries match in all.',
      }),
      lookupById: t.exposeBoolean('lookup', {
        description:
          'Whether the provider gives one entry by its id. Where not, `node` searches the instant of the entry.',
      }),
      statesOrder: t.boolean({
        description:
          'Whether the provider states that its pages are newest first. Every page is checked all the same.',
        resolve: ({ order }) => order === 'newestFirst',
      }),
      wholeDayBounds: t.boolean({
        description:
          'Whether time bounds may be taken as whole days by the provider. The gateway cuts to the instant; short ranges then fetch more.',
        resolve: ({ boundSlackMs }) => Math.max(boundSlackMs.since, boundSlackMs.until) >= dayMs,
      }),
      windowDaysMax: t.int({
        nullable: true,
        description:
          'The longest range of time in one request to the provider, in days. Longer ranges take several. Null: no limit.',
        resolve: ({ window }) => (window ? Math.floor(window.spanMaxMs / dayMs) : null),
      }),
      filters: t.field({
        type: [FilterCapabilityType],
        description:
          'Who evaluates which field of the filter. Time bounds are always sent, and always checked here.',
        resolve: (capabilities) =>
          filterFields
            .filter((field) => field !== 'occurredAt')
            .map((field) => filterCapability(field, capabilities)),
      }),
    }),
  })
}

/** Kinds of action are asked for as the words that they stand for. */
function filterCapability(field: FilterField, { filters, vocabulary }: Capabilities): FilterCapability {
  const asked = field === 'actionKinds' && vocabulary ? 'actions' : field
  const support = filters[asked as PushdownField] // undefined for any other field
  if (!support || support.valuesMax === 0) return { field, evaluatedBy: 'GATEWAY', valuesMax: 0 }
  const partly = support.accepts !== undefined || support.knows !== undefined || asked !== field
  return { field, evaluatedBy: partly ? 'PARTLY_PROVIDER' : 'PROVIDER', valuesMax: support.valuesMax }
}
