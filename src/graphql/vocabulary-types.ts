import type { FilterSupport } from '../model/capabilities.js'
import type { ActionKind } from '../model/entry.js'
import type { SourceInfo } from '../model/source-info.js'
import type { SeenWord, SeenWords } from '../reading/page.js'
import type { GatewayBuilder } from './builder.js'
import type { GatewayEnums } from './enums.js'

interface VocabularyWord {
  readonly word: string
  readonly actionKind: ActionKind | null
  readonly documented: boolean
  readonly askable: boolean
  readonly seen: SeenWord | null
}

interface Vocabulary {
  readonly actions: readonly VocabularyWord[]
  readonly resourceTypes: readonly VocabularyWord[]
}

/** Defines `SourceVocabulary` and its words. */
export function defineVocabulary(builder: GatewayBuilder, enums: GatewayEnums) {
  const Word = builder.objectRef<VocabularyWord>('VocabularyWord').implement({
    description:
      'A word of the provider, and what this process has seen of it in the entries it delivered or looked at.',
    fields: (t) => ({
      word: t.exposeString('word', { description: 'The provider’s own word, as filters take it.' }),
      actionKind: t.expose('actionKind', {
        type: enums.ActionKind,
        nullable: true,
        description: 'The verb that an action stands for. Null for a resource type.',
      }),
      documented: t.exposeBoolean('documented', {
        description: 'Whether the gateway knows it from the provider’s documentation.',
      }),
      askable: t.exposeBoolean('askable', {
        description: 'Whether the provider can be asked for it, so that a filter for it reads little.',
      }),
      count: t.int({
        description: 'How often it was in entries that this process delivered or looked at. 0: not seen.',
        resolve: ({ seen }) => seen?.count ?? 0,
      }),
      firstSeen: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Time of the oldest of these entries.',
        resolve: ({ seen }) => seen?.oldestMs ?? null,
      }),
      lastSeen: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Time of the newest of these entries.',
        resolve: ({ seen }) => seen?.newestMs ?? null,
      }),
    }),
  })
  return builder.objectRef<Vocabulary>('SourceVocabulary').implement({
    description: 'The words of a source: suggestions for filters. Others may come at any time.',
    fields: (t) => ({
      actions: t.expose('actions', { type: [Word], description: 'Words that `action` may be.' }),
      resourceTypes: t.expose('resourceTypes', {
        type: [Word],
        description: 'Words that `resource.type` may be.',
      }),
      drift: t.field({
        type: [Word],
        description:
          'The words of both kinds that were seen and are not documented: the provider has moved on, or its documentation is not complete.',
        resolve: ({ actions, resourceTypes }) =>
          [...actions, ...resourceTypes].filter(({ documented }) => !documented),
      }),
    }),
  })
}

/** The words of a source: those that are documented, then those that were seen beside them. */
export function vocabularyOf({ capabilities }: SourceInfo, seen: SeenWords): Vocabulary {
  const { filters, vocabulary } = capabilities
  const kinds = vocabulary?.actions
  return {
    actions: join(
      [...(kinds?.keys() ?? [])],
      seen.actions,
      filters.actions,
      (word) => kinds?.get(word) ?? 'UNKNOWN',
    ),
    resourceTypes: join(
      vocabulary?.resourceTypes ?? [],
      seen.resourceTypes,
      filters.resourceTypes,
      () => null,
    ),
  }
}

function join(
  documented: readonly string[],
  seen: readonly SeenWord[],
  support: FilterSupport | undefined,
  kindOf: (word: string) => ActionKind | null,
): readonly VocabularyWord[] {
  const bySeen = new Map(seen.map((each) => [each.word, each]))
  return [...new Set([...documented, ...bySeen.keys()])].map((word) => ({
    word,
    actionKind: kindOf(word),
    documented: documented.includes(word),
    askable: support !== undefined && support.valuesMax > 0 && (support.accepts?.(word) ?? true),
    seen: bySeen.get(word) ?? null,
  }))
}
