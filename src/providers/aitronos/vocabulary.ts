import type { ActionKind } from '../../model/entry.js'

/**
 * `action_type` -> kind. Words: sheet section 8, stated as incomplete. The kinds are our reading of them:
 * `removed` is taken for the end of a membership, since the list has `deleted` beside it; an invitation is not yet
 * an enrolment, and OCSF has no activity for it; what is assigned are roles, OCSF's policies.
 */
export const actionKinds: ReadonlyMap<string, ActionKind> = new Map<string, ActionKind>([
  ['created', 'CREATE'],
  ['updated', 'UPDATE'],
  ['deleted', 'DELETE'],
  ['invited', 'OTHER'],
  ['deactivated', 'DEACTIVATE'],
  ['reactivated', 'ACTIVATE'],
  ['removed', 'UNENROLL'],
  ['assigned', 'ATTACH_POLICY'],
  ['unassigned', 'DETACH_POLICY'],
  ['reparented', 'MOVE'],
  ['membership_added', 'ENROLL'],
  ['membership_removed', 'UNENROLL'],
])

/** The resource types that the provider's page names (sheet section 8). Unlisted words pass through. */
export const resourceTypes: readonly string[] = [
  'user',
  'department',
  'role',
  'role_assignment',
  'department_membership',
  'permission',
  'knowledge_slice',
  'vector_store',
  'knowledge_grant',
  'knowledge_composite',
]

/** The kind of an `action_type`; UNKNOWN for a word that is not listed. Exact and case-sensitive. */
export function actionKindOf(action: string): ActionKind {
  return actionKinds.get(action) ?? 'UNKNOWN'
}
