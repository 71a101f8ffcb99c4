import type { ActionKind, ActorType } from '../../model/entry.js'

/** `action` -> kind. Words: sheet section 8. OCSF has no activity for the last three. */
export const actionKinds: ReadonlyMap<string, ActionKind> = new Map<string, ActionKind>([
  ['created', 'CREATE'],
  ['updated', 'UPDATE'],
  ['deleted', 'DELETE'],
  ['accessed', 'READ'],
  ['shared', 'OTHER'],
  ['archived', 'OTHER'],
  ['restored', 'OTHER'],
])

/** `metadata.source` -> actor type, for the words that settle it. `api` does not: see `actorTypeOf`. */
const actorTypes: ReadonlyMap<string, ActorType> = new Map<string, ActorType>([
  ['web_ui', 'USER'],
  ['system', 'SYSTEM'],
  ['automation', 'AUTOMATION'],
])

/** What the list's `action` parameter names (sheet section 8); whether it takes `restored` is unknown. */
export const actionsOfListFilter: readonly string[] = [
  'created',
  'updated',
  'deleted',
  'accessed',
  'shared',
  'archived',
]

/** What the `action` parameter of a history shortcut names (sheet section 2). */
export const actionsOfHistoryFilter: readonly string[] = ['created', 'updated', 'deleted']

/** The resource types that the provider's pages name (sheet section 8). Unlisted words pass through. */
export const resourceTypes: readonly string[] = [
  'assistant',
  'thread',
  'vector_store',
  'rule',
  'mcp_configuration',
  'user',
  'organization',
]

/** The kind of an `action`; UNKNOWN for a word that is not listed. Exact and case-sensitive. */
export function actionKindOf(action: string): ActionKind {
  return actionKinds.get(action) ?? 'UNKNOWN'
}

/**
 * Who acted, from `metadata.source` and the presence of `metadata.api_key_id`: the wire has no actor type (sheet
 * section 4, inferred).
 *
 * `api` without a key id is UNKNOWN: it may be a user's token, or a key whose id the list's camelCase form does not
 * show. So is a missing or unlisted source, unless a key id tells that a key was used.
 */
export function actorTypeOf(channel: string | null, hasApiKeyId: boolean): ActorType {
  const settled = channel === null ? undefined : actorTypes.get(channel)
  return settled ?? (hasApiKeyId ? 'API_KEY' : 'UNKNOWN')
}
