import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyEntry, exportSources } from '../../test/support/export-entries.js'
import type { ActionKind, AuditEntry } from '../model/entry.js'
import { ocsfEvent } from './ocsf.js'

const [source] = exportSources
if (!source) throw new Error('no source')

/**
 * What OCSF asks of an event: attributes with `"requirement": "required"`, enums, and `at_least_one` constraints, from
 * github.com/ocsf/ocsf-schema, files events/base_event.json, events/iam/account_change.json,
 * events/iam/entity_management.json, objects/metadata.json, product.json, user.json, actor.json, managed_entity.json,
 * policy.json and network_endpoint.json (seen November 2026; metadata and managed_entity compared with 1.5.0).
 */
const required = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid']
const requiredByClass: Readonly<Record<number, readonly string[]>> = { 3001: ['user'], 3004: ['entity'] }
const activities: Readonly<Record<number, readonly number[]>> = {
  3001: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99],
  3004: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 99],
}
const attributes: Readonly<Record<number, readonly string[]>> = {
  3001: ['user', 'policies'],
  3004: ['entity', 'comment'],
}
const baseAttributes = [
  ...required,
  'activity_name',
  'category_name',
  'class_name',
  'type_name',
  'severity',
  'message',
  'raw_data',
  'unmapped',
  'actor',
  'src_endpoint',
  'http_request',
]
const atLeastOne = {
  user: ['account', 'name', 'uid'],
  entity: ['name', 'uid', 'device', 'group', 'org', 'policy', 'user'],
  policy: ['name', 'type', 'uid'],
  product: ['name', 'uid'],
}

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with an event by the lists above. */
function complaints(event: Fields): readonly string[] {
  const classUid = Number(event['class_uid'])
  const needed = [...required, ...(requiredByClass[classUid] ?? ['a known class'])]
  const known = [...baseAttributes, ...(attributes[classUid] ?? [])]
  const activity = Number(event['activity_id'])
  const metadata = event['metadata'] as Fields
  const { product } = metadata
  return [
    ...needed.filter((name) => event[name] === undefined || event[name] === null).map((name) => `no ${name}`),
    ...Object.keys(event)
      .filter((name) => !known.includes(name))
      .map((name) => `unknown ${name}`),
    ...(activities[classUid]?.includes(activity) ? [] : [`activity ${activity}`]),
    ...(event['type_uid'] === classUid * 100 + activity ? [] : ['type_uid']),
    ...(event['category_uid'] === Math.floor(classUid / 1000) ? [] : ['category_uid']),
    ...(Number.isSafeInteger(event['time']) ? [] : ['time']),
    ...(typeof metadata['version'] === 'string' && typeof product === 'object' ? [] : ['metadata']),
    ...lacking('product', product),
    ...lacking('user', event['user']),
    ...lacking('user', (event['actor'] as Fields | undefined)?.['user']),
    ...lacking('entity', event['entity']),
    ...((event['policies'] as readonly unknown[] | undefined) ?? []).flatMap((policy) =>
      lacking('policy', policy),
    ),
  ]
}

function lacking(kind: keyof typeof atLeastOne, value: unknown): readonly string[] {
  if (value === undefined) return []
  const fields = value as Fields
  return atLeastOne[kind].some((name) => typeof fields[name] === 'string') ? [] : [`${kind} without identity`]
}

const sample = fc.sample(anyEntry, { numRuns: 1, seed: 1 })[0] as AuditEntry
const named = {
  ...sample,
  resource: { type: 'role', id: 'r1', name: 'Admin' },
  counterparty: { type: 'target', id: 'u7', name: 'Zoë' },
}

describe('an OCSF event', () => {
  it('has what the schema requires of its class, and nothing that the class does not know', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(complaints(JSON.parse(JSON.stringify(ocsfEvent(entry, source))))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it.each<[ActionKind, number, number]>([
    ['CREATE', 3004, 1],
    ['READ', 3004, 2],
    ['UPDATE', 3004, 3],
    ['DELETE', 3004, 4],
    ['MOVE', 3004, 5],
    ['ENROLL', 3004, 6],
    ['UNENROLL', 3004, 7],
    ['ENABLE', 3004, 8],
    ['DISABLE', 3004, 9],
    ['ACTIVATE', 3004, 10],
    ['DEACTIVATE', 3004, 11],
    ['SUSPEND', 3004, 12],
    ['RESUME', 3004, 13],
    ['OTHER', 3004, 99],
    ['UNKNOWN', 3004, 0],
    ['ATTACH_POLICY', 3001, 7],
    ['DETACH_POLICY', 3001, 8],
  ])('of %s is of the class %i with the activity %i', (actionKind, classUid, activityId) => {
    expect(ocsfEvent({ ...named, actionKind }, source)).toMatchObject({
      class_uid: classUid,
      activity_id: activityId,
    })
  })

  it('names who got a policy as the user, and the policy', () => {
    expect(ocsfEvent({ ...named, actionKind: 'ATTACH_POLICY' }, source)).toMatchObject({
      user: { uid: 'u7', name: 'Zoë' },
      policies: [{ uid: 'r1', name: 'Admin' }],
    })
  })

  it('takes a policy that nobody can be named for as another activity of an entity', () => {
    const nobody = { ...named, counterparty: null, resource: { type: 'role', id: null, name: null } }
    expect(ocsfEvent({ ...nobody, actionKind: 'ATTACH_POLICY', action: 'granted' }, source)).toMatchObject({
      class_uid: 3004,
      activity_id: 99,
      activity_name: 'granted',
      entity: { name: 'role', type: 'role', type_id: 99 },
    })
  })

  it('keeps what has no attribute, and takes for an address only what is one', () => {
    const origin = { ipAddress: 'unknown', userAgent: 'curl/8', channel: 'api' }
    const event = ocsfEvent({ ...named, origin }, source)
    expect(event).not.toHaveProperty('src_endpoint')
    expect(event.unmapped).toMatchObject({ origin, changes: named.changes, upstreamId: named.upstreamId })
    expect(event).toMatchObject({
      raw_data: JSON.stringify(named.raw),
      http_request: { user_agent: 'curl/8' },
    })
    expect(ocsfEvent({ ...named, origin: { ...origin, ipAddress: '::1' } }, source)).toMatchObject({
      src_endpoint: { ip: '::1' },
    })
  })
})
