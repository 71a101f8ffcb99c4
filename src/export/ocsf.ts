import { isIP } from 'node:net'
import { entryId } from '../graphql/global-id.js'
import type { ActionKind, Actor, ActorType, AuditEntry, Resource } from '../model/entry.js'
import { summarize } from '../model/summary.js'
import type { ExportSource } from './entry-json.js'

/**
 * OCSF events (https://schema.ocsf.io/1.5.0): Entity Management (3004), and Account Change (3001) for a policy that was
 * given to or taken from somebody, which are the two activities that only that class has. Only attributes that 1.5.0
 * knows are used; what has no place among them is in `unmapped`.
 */
const ocsfVersion = '1.5.0'

/** Category "Identity & Access Management". */
const categoryUid = 3
/** Audit entries carry no severity: 1 is Informational. */
const severityUid = 1

interface Activity {
  readonly id: number
  readonly name: string
}

const entityManagement = { uid: 3004, name: 'Entity Management' }
const accountChange = { uid: 3001, name: 'Account Change' }

/** `activity_id` of Entity Management; 99 (Other) for a word without an activity, 0 (Unknown) for an unknown word. */
const entityActivities: Readonly<Record<ActionKind, Activity>> = {
  UNKNOWN: { id: 0, name: 'Unknown' },
  CREATE: { id: 1, name: 'Create' },
  READ: { id: 2, name: 'Read' },
  UPDATE: { id: 3, name: 'Update' },
  DELETE: { id: 4, name: 'Delete' },
  MOVE: { id: 5, name: 'Move' },
  ENROLL: { id: 6, name: 'Enroll' },
  UNENROLL: { id: 7, name: 'Unenroll' },
  ENABLE: { id: 8, name: 'Enable' },
  DISABLE: { id: 9, name: 'Disable' },
  ACTIVATE: { id: 10, name: 'Activate' },
  DEACTIVATE: { id: 11, name: 'Deactivate' },
  SUSPEND: { id: 12, name: 'Suspend' },
  RESUME: { id: 13, name: 'Resume' },
  OTHER: { id: 99, name: 'Other' },
  // Given to nobody that can be named: Account Change requires a user.
  ATTACH_POLICY: { id: 99, name: 'Other' },
  DETACH_POLICY: { id: 99, name: 'Other' },
}

/** The activities of Account Change that Entity Management lacks. */
const accountActivities: { readonly [Kind in ActionKind]?: Activity } = {
  ATTACH_POLICY: { id: 7, name: 'Attach Policy' },
  DETACH_POLICY: { id: 8, name: 'Detach Policy' },
}

/** `user.type_id`: 1 User, 3 System, 0 Unknown, 99 Other with the word in `type`. */
const userTypes: Readonly<Record<ActorType, number>> = {
  USER: 1,
  SYSTEM: 3,
  UNKNOWN: 0,
  API_KEY: 99,
  AUTOMATION: 99,
  PROVIDER_STAFF: 99,
  CANDIDATE: 99,
}

/** One entry as an OCSF event. Attributes without a value are left out. */
export function ocsfEvent(entry: AuditEntry, source: ExportSource) {
  const user = accountUser(entry)
  const accountActivity = user && accountActivities[entry.actionKind]
  const ocsfClass = accountActivity ? accountChange : entityManagement
  const activity = accountActivity ?? entityActivities[entry.actionKind]
  return {
    activity_id: activity.id,
    // "Other": the name is the source's own, as the dictionary says of activity_id 99.
    activity_name: activity.id === 99 ? entry.action || activity.name : activity.name,
    category_uid: categoryUid,
    category_name: 'Identity & Access Management',
    class_uid: ocsfClass.uid,
    class_name: ocsfClass.name,
    type_uid: ocsfClass.uid * 100 + activity.id,
    type_name: `${ocsfClass.name}: ${activity.name}`,
    time: entry.occurredAtMs,
    severity_id: severityUid,
    severity: 'Informational',
    message: summarize(entry),
    metadata: {
      version: ocsfVersion,
      product: { name: source.providerId, vendor_name: source.providerId },
      uid: entryId(entry),
      event_code: entry.action,
      log_name: source.key,
      log_provider: 'auditgraph',
      tenant_uid: entry.organizationId,
    },
    ...actorPart(entry.actor),
    ...originPart(entry),
    ...(accountActivity ? { user, ...policiesPart(entry) } : entityPart(entry)),
    raw_data: JSON.stringify(entry.raw),
    unmapped: unmappedPart(entry),
  }
}

function actorPart(actor: Actor) {
  const name = actor.name ?? actor.email
  if (actor.id === null && name === null) return {}
  const user = {
    ...named(actor.id, name),
    ...(actor.email !== null && { email_addr: actor.email }),
    type_id: userTypes[actor.type],
    type: actor.rawType ?? actor.type,
  }
  return { actor: { user } }
}

function originPart({ origin }: AuditEntry) {
  const ipAddress = origin?.ipAddress ?? ''
  const userAgent = origin?.userAgent ?? null
  return {
    ...(isIP(ipAddress) > 0 && { src_endpoint: { ip: ipAddress } }),
    ...(userAgent !== null && { http_request: { user_agent: userAgent } }),
  }
}

/** Who got or lost a policy: the other party where there is one, else the object itself. */
function accountUser({ counterparty, resource }: AuditEntry) {
  const party = counterparty ?? resource
  if (party.id === null && party.name === null) return null
  return { ...named(party.id, party.name), type_id: 0, type: party.type }
}

function policiesPart({ counterparty, resource }: AuditEntry) {
  const isPolicy = counterparty !== null && (resource.id !== null || resource.name !== null)
  return isPolicy ? { policies: [named(resource.id, resource.name)] } : {}
}

function entityPart({ resource, reason }: AuditEntry) {
  return { entity: entityOf(resource), ...(reason !== null && { comment: reason }) }
}

/** At least a name or a uid is required: the type stands in where the provider gives neither. */
function entityOf({ id, name, type }: Resource) {
  const identity = id === null && name === null ? { name: type || 'unknown' } : named(id, name)
  // 99 is Other: the word is the provider's, and what it means is not claimed.
  return { ...identity, type_id: 99, type }
}

function named(uid: string | null, name: string | null) {
  return { ...(uid !== null && { uid }), ...(name !== null && { name }) }
}

/** What of the entry has no attribute, under the names of the GraphQL type. The provider's record is `raw_data`. */
function unmappedPart(entry: AuditEntry) {
  const { upstreamId, actionKind, resource, counterparty, changes, reason, origin, metadata } = entry
  return { upstreamId, actionKind, resource, counterparty, changes, reason, origin, metadata }
}
