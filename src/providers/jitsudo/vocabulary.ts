import type { ActionKind, ActorType } from '../../model/entry.js'

/** The provider's closed list of actor types: sheet jitsudo section 8 (J2). */
export const actorTypeOfWord: ReadonlyMap<string, ActorType> = new Map([
  ['api_key', 'API_KEY'],
  ['oidc', 'USER'],
  ['system', 'SYSTEM'],
])

/**
 * The words nearest to a published list of actions: the notification events (sheet jitsudo section 8, J7). That the
 * audit log uses them is unknown, so this is a reading aid and never a gate. OCSF has no activity for the steps of an
 * approval, so those are OTHER. A grant that becomes active or ends is the access being activated or deactivated.
 */
export const actionKindOfWord: ReadonlyMap<string, ActionKind> = new Map([
  ['request.pending', 'OTHER'],
  ['request.approved', 'OTHER'],
  ['request.denied', 'OTHER'],
  ['request.expired', 'OTHER'],
  ['request.break_glass', 'OTHER'],
  ['grant.active', 'ACTIVATE'],
  ['grant.expiring_soon', 'OTHER'],
  ['grant.expired', 'DEACTIVATE'],
  ['grant.revoked', 'DEACTIVATE'],
])

/** Types of what access requests are made for (J8), and nouns of the API. Use as `resource_type` is unknown. */
export const knownResourceTypes = [
  'aws_account',
  'aws_permission_set',
  'aws_s3_bucket',
  'aws_rds_instance',
  'aws_ec2_instance',
  'aws_organizational_unit',
  'tenant',
  'api_key',
  'policy_rule',
  'request',
  'grant',
  'message',
  'notification_channel',
  'oidc_config',
] as const
