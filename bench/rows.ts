/** Rows of three invented sources, in the forms that their providers send, and the pages that they make. */

export const sourceKeys = ['crew', 'assistants', 'access'] as const
export type SourceKey = (typeof sourceKeys)[number]
export type Text = 'ascii' | 'unicode'

export const rowsPerPage = 100
export const organizationId = 'org_bench'
export const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'

/** Time between two rows of one source. The sources take turns, a third of it apart. */
export const stepMs = 3_000

/** Time of row `index` of a source, 0 the newest. */
export function rowTimeMs(key: SourceKey, index: number, newestMs: number): number {
  return newestMs - index * stepMs - sourceKeys.indexOf(key) * (stepMs / sourceKeys.length)
}

const names: Readonly<Record<Text, readonly string[]>> = {
  ascii: ['Anna Winter', 'Ben Archer', 'Carla Stone', 'David Field', 'Emma Brook'],
  unicode: ['Zoë Müller', 'Łukasz Żak', '渡辺 さくら', 'Åsa Öberg', 'Никита Орлов'],
}
const notes: Readonly<Record<Text, string>> = {
  ascii: 'Access for the on-call week, approved by the owner of the service.',
  unicode: 'Zugriff für die Bereitschaftswoche – durch die Eigentümerin gewährt ✓ 承認済み',
}

/** One row as its provider writes it. */
export function wireRow(key: SourceKey, index: number, newestMs: number, text: Text): object {
  const at = new Date(rowTimeMs(key, index, newestMs)).toISOString()
  const who = index % names.ascii.length
  const name = names[text][who] ?? ''
  const email = `${(names.ascii[who] ?? '').toLowerCase().replace(' ', '.')}@example.com`
  if (key === 'crew') {
    return {
      id: `evt_${index}`,
      entity_type: 'role_assignment',
      entity_id: `role_${index % 17}`,
      entity_name: `${name} / billing`,
      action_type: index % 3 === 0 ? 'deleted' : 'created',
      actor_id: `usr_${who}`,
      actor_name: name,
      actor_email: email,
      target_id: `usr_${(index + 1) % 5}`,
      target_name: name,
      previous_value: null,
      new_value: { role: 'billing_admin', note: notes[text] },
      metadata: { request_id: `req_${index}` },
      organization_id: organizationId,
      department_id: null,
      created_at: at,
    }
  }
  if (key === 'assistants') {
    return {
      id: `log_${index}`,
      timestamp: at,
      action: index % 3 === 0 ? 'updated' : 'created',
      userId: `usr_${who}`,
      userName: name,
      userEmail: email,
      resourceType: 'assistant',
      resourceId: `ast_${index % 23}`,
      resourceName: notes[text].slice(0, 24),
      changes: [{ field: 'instructions', oldValue: null, newValue: notes[text] }],
      metadata: { source: 'web', ipAddress: '192.0.2.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' },
    }
  }
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    tenant_id: tenantId,
    action: 'elevation.granted',
    actor_id: email,
    actor_type: 'user',
    resource_type: 'elevation_request',
    resource_id: `req-${index}`,
    reasoning: notes[text],
    metadata: { role: 'roles/editor', minutes: 60, approver: name },
    created_at: at,
  }
}

/** A page of a source around rows that are made already. */
export function wirePage(
  key: SourceKey,
  rows: readonly object[],
  more: { readonly more: boolean; readonly total: number; readonly cursor: string },
): string {
  if (key === 'crew') return JSON.stringify({ items: rows, total: more.total, has_more: more.more })
  if (key === 'assistants') {
    const pagination = { total: more.total, limit: rowsPerPage, offset: 0, hasMore: more.more }
    return JSON.stringify({ auditLogs: rows, pagination })
  }
  return JSON.stringify({
    data: rows,
    has_more: more.more,
    next_cursor: more.more ? more.cursor : null,
  })
}
