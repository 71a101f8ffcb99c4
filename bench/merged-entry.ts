import { organizationId, type SourceKey, tenantId } from './rows.js'

/** The twelve fields that every contestant answers for an entry. */
export interface MergedEntry {
  readonly id: string
  readonly source: { readonly key: string }
  readonly occurredAt: string
  readonly action: string
  readonly actionKind: string
  readonly actor: { readonly id: unknown; readonly name: unknown; readonly email: unknown }
  readonly resource: { readonly type: unknown; readonly id: unknown; readonly name: unknown }
  readonly organizationId: string
}

type Row = Readonly<Record<string, unknown>>

const kinds: Readonly<Record<string, string>> = {
  created: 'CREATE',
  updated: 'UPDATE',
  deleted: 'DELETE',
}

/** Where the time of a row stands. */
export function timeOf(key: SourceKey, row: Row): string {
  return String(key === 'assistants' ? row['timestamp'] : row['created_at'])
}

/** A row as an entry, written as somebody would who needs just these fields. */
export function entryOf(key: SourceKey, row: Row): MergedEntry {
  const occurredAt = timeOf(key, row)
  const action = String(key === 'crew' ? row['action_type'] : row['action'])
  const known = {
    id: Buffer.from(JSON.stringify(['e', key, Date.parse(occurredAt), row['id']])).toString('base64url'),
    source: { key },
    occurredAt,
    action,
    actionKind: kinds[action] ?? 'UNKNOWN',
  }
  if (key === 'crew') {
    return {
      ...known,
      actor: { id: row['actor_id'], name: row['actor_name'], email: row['actor_email'] },
      resource: { type: row['entity_type'], id: row['entity_id'], name: row['entity_name'] },
      organizationId,
    }
  }
  if (key === 'assistants') {
    return {
      ...known,
      actor: { id: row['userId'], name: row['userName'], email: row['userEmail'] },
      resource: { type: row['resourceType'], id: row['resourceId'], name: row['resourceName'] },
      organizationId,
    }
  }
  return {
    ...known,
    actor: { id: row['actor_id'], name: null, email: null },
    resource: { type: row['resource_type'], id: row['resource_id'], name: null },
    organizationId: tenantId,
  }
}

/** The list of rows in a page. */
export function rowsOf(key: SourceKey, page: Row): readonly Row[] {
  const rows = page[{ crew: 'items', assistants: 'auditLogs', access: 'data' }[key]]
  return rows as readonly Row[]
}

/** The path of a source's list at the upstream. */
export const listPaths: Readonly<Record<SourceKey, string>> = {
  crew: `/crew/v1/organizations/${organizationId}/audit-log?limit=100`,
  assistants: `/assistants/v1/${organizationId}/audit-logs?limit=100&offset=0`,
  access: '/access/v1/audit-log?limit=100',
}
