import type { JsonValue } from './json.js'

/**
 * What was done, as one verb over all providers.
 *
 * The members are the activities of OCSF's Entity Management (3004) and Account Change (3001) classes, so that
 * an export to OCSF is a plain map. `OTHER` is a word that we know and that OCSF has no activity for; `UNKNOWN`
 * is a word not known to us. The provider's own word always stands beside it, in `action`.
 */
export type ActionKind =
  | 'CREATE'
  | 'READ'
  | 'UPDATE'
  | 'DELETE'
  | 'MOVE'
  | 'ENROLL'
  | 'UNENROLL'
  | 'ENABLE'
  | 'DISABLE'
  | 'ACTIVATE'
  | 'DEACTIVATE'
  | 'SUSPEND'
  | 'RESUME'
  | 'ATTACH_POLICY'
  | 'DETACH_POLICY'
  | 'OTHER'
  | 'UNKNOWN'

/** Who acted. `UNKNOWN` is a type that the provider does not give, or a word not known to us. */
export type ActorType =
  | 'USER'
  | 'API_KEY'
  | 'AUTOMATION'
  | 'SYSTEM'
  | 'PROVIDER_STAFF'
  | 'CANDIDATE'
  | 'UNKNOWN'

export interface Actor {
  readonly id: string | null
  readonly type: ActorType
  /** The provider's word for the type; null where the wire has none. */
  readonly rawType: string | null
  readonly name: string | null
  readonly email: string | null
}

export interface Resource {
  readonly type: string
  readonly id: string | null
  readonly name: string | null
}

export interface FieldChange {
  /** Path of the changed field in the provider's spelling; null where the wire names none. */
  readonly field: string | null
  readonly before: JsonValue
  readonly after: JsonValue
}

export interface Origin {
  readonly ipAddress: string | null
  readonly userAgent: string | null
  readonly channel: string | null
}

/** What a provider's adapter makes of one wire record: an entry before it is known from which source it came. */
export interface EntryContent {
  /** The provider's id of the record, or one derived from it where the provider's sheet says so. */
  readonly upstreamId: string
  /** UTC, milliseconds since the Unix epoch; finer digits are cut off. The provider's text is in `raw`. */
  readonly occurredAtMs: number
  /** The provider's own word, unchanged. */
  readonly action: string
  readonly actionKind: ActionKind
  readonly actor: Actor
  /** The object that changed. */
  readonly resource: Resource
  /** The other party of the action, such as the user who got a role. */
  readonly counterparty: Resource | null
  /** null: the provider gives no change detail. Empty list: it says that nothing changed. */
  readonly changes: readonly FieldChange[] | null
  readonly reason: string | null
  readonly origin: Origin | null
  readonly organizationId: string
  readonly metadata: JsonValue | null
  /** The wire record, untouched. */
  readonly raw: JsonValue
}

/** One normalized entry of one source. */
export interface AuditEntry extends EntryContent {
  readonly sourceKey: string
}
