import type { Actor, AuditEntry } from '../../src/model/entry.js'

/** An entry of which only who acted counts, unless more is given. */
export function entryOf(
  sourceKey: string,
  actor: Partial<Actor>,
  more: Partial<AuditEntry> = {},
): AuditEntry {
  return {
    sourceKey,
    upstreamId: 'x',
    occurredAtMs: 0,
    action: 'updated',
    actionKind: 'UPDATE',
    actor: { id: null, type: 'USER', rawType: null, name: null, email: null, ...actor },
    resource: { type: 'thing', id: null, name: null },
    counterparty: null,
    changes: null,
    reason: null,
    origin: null,
    organizationId: 'org',
    metadata: null,
    raw: null,
    ...more,
  }
}
