/**
 * Just-in-time access of the simulated organization. JITSudo publishes no list of actions or resource types for its
 * log: the words here are its notification events and the types of its access requests (sheet jitsudo section 8).
 */

import type { JsonObject } from './exchange.js'
import type { SimulatedEvent } from './log.js'
import type { SeededRandom } from './random.js'
import type { Chapter, Moment } from './story.js'

const requestActions = ['request.pending', 'request.approved', 'request.denied', 'grant.active']
const reasons = [
  'On-call rotation, ticket OPS-88',
  'Störung in der Abrechnung – INC-2041',
  '本番障害の調査',
  'break glass: database is down 🔥',
]
const awsTypes = [
  'aws_account',
  'aws_permission_set',
  'aws_s3_bucket',
  'aws_rds_instance',
  'aws_ec2_instance',
  'aws_organizational_unit',
]

/** The chapter of the provider jitsudo. Its bursts spread over a few milliseconds in half of the cases. */
export function jitsudoChapter(): Chapter {
  function event(moment: Moment, isBackground: boolean): SimulatedEvent {
    const { random, timeMs } = moment
    if (isBackground) return expiry(moment, timeMs)
    const isPolicyWork = random.chance(0.12)
    const action = isPolicyWork ? 'policy_rule.updated' : drawAction(random)
    const resource = isPolicyWork
      ? { type: 'policy_rule', id: random.uuid() }
      : action.startsWith('grant.')
        ? { type: 'grant', id: random.uuid() }
        : random.chance(0.5)
          ? { type: 'request', id: random.uuid() }
          : awsResource(random)
    return {
      id: random.uuid(),
      timeMs,
      micros: random.integer(0, 999),
      action,
      actor: random.chance(0.15)
        ? { id: `key_${moment.person.ids.aitronos.slice(4)}`, type: 'api_key' }
        : { id: moment.person.ids.jitsudo, type: 'oidc' },
      resource,
      metadata: metadataOf(random),
      ...reasoningOf(random),
    }
  }

  function burst(moment: Moment, count: number): readonly SimulatedEvent[] {
    const isSpread = count !== 230 && moment.random.chance(0.5)
    return Array.from({ length: count }, (_, index) =>
      expiry(moment, moment.timeMs + (isSpread ? Math.floor(index / 4) : 0)),
    )
  }

  return { eventsPerDay: 65, backgroundShare: 0.25, event, burst }
}

/** Background workers expire and revoke grants every 30 seconds (sheet section 8). */
function expiry({ random }: Moment, timeMs: number): SimulatedEvent {
  return {
    id: random.uuid(),
    timeMs,
    action: random.chance(0.8) ? 'grant.expired' : 'grant.revoked',
    actor: { id: 'grant-expiry-worker', type: 'system' },
    resource: { type: 'grant', id: random.uuid() },
    metadata: {},
  }
}

function drawAction(random: SeededRandom): string {
  return random.chance(0.03) ? 'request.break_glass' : random.pick(requestActions)
}

function awsResource(random: SeededRandom): { type: string; id: string } {
  const type = random.pick(awsTypes)
  const account = `2109876543${random.integer(10, 29)}`
  const ids: Readonly<Record<string, string>> = {
    aws_account: account,
    aws_permission_set: `arn:aws:sso:::permissionSet/ssoins-7223/ps-${random.hex(8)}`,
    aws_s3_bucket: `corp-logs-${random.integer(1, 9)}`,
    aws_rds_instance: `arn:aws:rds:eu-central-1:${account}:db:billing-${random.integer(1, 4)}`,
    aws_ec2_instance: `i-${random.hex(17)}`,
    aws_organizational_unit: `ou-${random.hex(4)}-${random.hex(8)}`,
  }
  return { type, id: ids[type] ?? account }
}

/** The keys are not known; any value of any kind may stand here (sheet section 4). */
function metadataOf(random: SeededRandom): JsonObject {
  if (random.chance(0.15)) return {}
  return {
    aws_account: '210987654321',
    duration_seconds: random.integer(1, 8) * 900,
    approval_mode: random.pick(['auto', 'require', 'break_glass']),
    ...(random.chance(0.2) && { approvers: ['auth0|64f1', null], policy: { id: 'p-7', matched: true } }),
  }
}

function reasoningOf(random: SeededRandom): { reasoning?: string | null } {
  const draw = random.next()
  if (draw < 0.35) return {}
  return { reasoning: draw < 0.5 ? null : random.pick(reasons) }
}
