/** Few values of each kind, so that drawn filters hit drawn entries; some of them in no provider's documentation. */

const people = [
  { id: 'u1', name: 'Ada Straße', email: 'Ada@Corp.example' },
  { id: 'u2', name: 'ΟΔΥΣΣΕΥΣ', email: 'odysseus@corp.example' },
  { id: 'u3', name: 'İpek', email: 'IPEK@corp.example' },
  { id: 'a,b', name: null, email: null },
  { id: 'u 5', name: 'Grace', email: 'grace@corp.example' },
] as const

const names = ['Data Engineer', 'ada', 'Widget ß', 'ὈΔΥΣΣΕΎΣ', 'STRASSE', 'x'] as const
const ids = ['r1', 'r2', 'r3', 'r,4', 'r 5'] as const
const counterpartyIds = ['c1', 'c2', 'c,3'] as const

/** What the events of each simulated account are drawn from. */
export const pools = {
  aitronos: {
    people,
    names,
    resourceIds: ids,
    counterpartyIds,
    actions: ['created', 'updated', 'removed', 'assigned', 'teleported'],
    resourceTypes: ['role', 'role_assignment', 'user', 'gadget'],
    actorTypes: ['user'],
  },
  freddy: {
    people,
    names,
    resourceIds: ids,
    counterpartyIds,
    actions: ['created', 'updated', 'accessed', 'restored', 'teleported'],
    resourceTypes: ['assistant', 'rule', 'user', 'gadget'],
    actorTypes: ['user'],
  },
  jitsudo: {
    people,
    names,
    resourceIds: ids,
    counterpartyIds,
    actions: ['request.approved', 'grant.active', 'grant.revoked', 'created'],
    resourceTypes: ['request', 'grant', 'aws_account'],
    actorTypes: ['oidc', 'api_key', 'system', 'robot'],
  },
  ashby: {
    people,
    names,
    resourceIds: ids,
    counterpartyIds,
    actions: ['JobStatusChanged', 'SimWidgetCreated', 'SimWidgetRenamed', 'SimPolicyUpdated'],
    resourceTypes: ['job', 'sim_widget', 'sim_policy', 'app_user'],
    actorTypes: ['User', 'ApiUser', 'Support', 'Candidate', 'System', 'Visitor'],
  },
} as const
