import { entryId } from '../graphql/global-id.js'
import { providerName } from '../graphql/provider-name.js'
import type { AuditEntry } from '../model/entry.js'
import { formatInstant } from '../model/instant.js'
import type { SourceInfo } from '../model/source-info.js'
import { summarize } from '../model/summary.js'

/** What every format knows of a source. */
export type ExportSource = Pick<SourceInfo, 'key' | 'providerId' | 'displayName'>

/** The whole entry, with the names and forms of the GraphQL type `AuditEntry`. Fields always come in this order. */
export function entryJson(entry: AuditEntry, source: ExportSource) {
  const { actor, resource, counterparty, origin } = entry
  return {
    id: entryId(entry),
    source: {
      key: source.key,
      provider: providerName(source.providerId),
      displayName: source.displayName,
    },
    upstreamId: entry.upstreamId,
    occurredAt: formatInstant(entry.occurredAtMs),
    action: entry.action,
    actionKind: entry.actionKind,
    actor: {
      id: actor.id,
      type: actor.type,
      rawType: actor.rawType,
      name: actor.name,
      email: actor.email,
    },
    resource: resourceJson(resource),
    counterparty: counterparty && resourceJson(counterparty),
    changes: entry.changes?.map(({ field, before, after }) => ({ field, before, after })) ?? null,
    reason: entry.reason,
    origin: origin && {
      ipAddress: origin.ipAddress,
      userAgent: origin.userAgent,
      channel: origin.channel,
    },
    organizationId: entry.organizationId,
    summary: summarize(entry),
    metadata: entry.metadata,
    raw: entry.raw,
  }
}

function resourceJson({ type, id, name }: AuditEntry['resource']) {
  return { type, id, name }
}
