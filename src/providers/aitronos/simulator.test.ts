import { describe, expect, it } from 'vitest'
import type { Json } from '../../simulation/exchange.js'
import { SimulatedLog } from '../../simulation/log.js'
import { parsed, sampleEvent, sampleEvents, sampleRequest, sampleStartMs } from '../../simulation/sample.js'
import { type AitronosSwitches, createAitronosSimulator } from './simulator.js'

interface Listing {
  readonly items: readonly { readonly id: string; readonly [field: string]: Json }[]
  readonly total?: number
  readonly skip: number
  readonly limit: number
  readonly has_more: boolean
}

const nowMs = sampleStartMs + 86_400_000 * 10
const path = '/v1/organizations/org_sim/audit-log'
const headers = { authorization: 'Bearer sim-token' }

function simulatorOf(events = sampleEvents(10), switches: Partial<AitronosSwitches> = {}) {
  const log = new SimulatedLog()
  log.appendAll(events)
  return createAitronosSimulator({ log, switches })
}

function list(simulator: ReturnType<typeof simulatorOf>, query: Record<string, string> = {}) {
  return parsed<Listing>(simulator.handle(sampleRequest(path, { query, headers }), nowMs))
}

function ids(listing: { body: Listing }) {
  return listing.body.items.map((item) => item.id)
}

describe('the list', () => {
  it('has the envelope and the fields of the sheet (sections 3 and 4)', () => {
    const event = sampleEvent({
      id: 'aentry_7f31c0',
      action: 'reparented',
      resource: { type: 'department', id: 'dep_204', name: 'Field Support' },
      values: { before: { parent_id: 'dep_100' }, after: { parent_id: 'dep_150' } },
      departmentId: 'dep_204',
      timeMs: Date.UTC(2026, 2, 2, 8, 15, 41, 250),
    })
    expect(list(simulatorOf([event])).body).toEqual({
      items: [
        {
          id: 'aentry_7f31c0',
          entity_type: 'department',
          entity_id: 'dep_204',
          entity_name: 'Field Support',
          action_type: 'reparented',
          actor_id: 'actor-1',
          actor_name: 'Mira Kovač',
          actor_email: 'mira@corp.example',
          target_id: null,
          target_name: null,
          previous_value: { parent_id: 'dep_100' },
          new_value: { parent_id: 'dep_150' },
          metadata: null,
          organization_id: 'org_sim',
          department_id: 'dep_204',
          created_at: '2026-03-02T08:15:41Z',
        },
      ],
      total: 1,
      skip: 0,
      limit: 50,
      has_more: false,
    })
  })

  it.each([null, 'text', 3, true, [1, null], { a: { b: [] } }])('passes the value %j through', (value) => {
    const event = sampleEvent({ id: 'e', values: { before: value, after: value } })
    expect(list(simulatorOf([event])).body.items[0]).toMatchObject({
      previous_value: value,
      new_value: value,
    })
  })

  it('is paged to its end by skip and has_more, newest first', () => {
    const simulator = simulatorOf(sampleEvents(257))
    const seen: string[] = []
    let more = true
    while (more) {
      const page = list(simulator, { skip: String(seen.length), limit: '100' })
      seen.push(...ids(page))
      more = page.body.has_more
    }
    expect(seen).toEqual([...sampleEvents(257)].reverse().map((event) => event.id))
  })

  it.each([
    ['entity_type', 'user', ['b']],
    ['action_type', 'deleted', ['a']],
    ['actor_id', 'usr_2', ['b']],
    ['target_id', 'usr_9', ['a']],
    ['department_id', 'dep_1', ['b']],
    ['search_term', 'KOVAČ', ['c', 'a']],
    ['search_term', 'zoë@', ['b']],
    ['search_term', 'usr_9', []],
  ])('filters by %s=%s', (name, value, expected) => {
    const simulator = simulatorOf([
      sampleEvent({ id: 'a', action: 'deleted', counterparty: { id: 'usr_9', name: 'Zoë' } }),
      sampleEvent({
        id: 'b',
        timeMs: sampleStartMs + 1,
        actor: { id: 'usr_2', name: 'Zoë', email: 'zoë@corp.example' },
        resource: { type: 'user', id: 'usr_1', name: 'x' },
        departmentId: 'dep_1',
      }),
      sampleEvent({ id: 'c', timeMs: sampleStartMs + 2 }),
    ])
    expect(ids(list(simulator, { [name]: value }))).toEqual(expected)
  })
})

describe('refusals', () => {
  const allowed = { key: 'sim-token' }
  const simulator = createAitronosSimulator({
    credentials: [allowed, { key: 'ak_blind', mayRead: false }, { key: 'old', isExpired: true }],
  })

  it.each([
    ['no credential', {}, path, 401, 'AUTHENTICATION_REQUIRED'],
    ['a wrong token', { authorization: 'Bearer nope' }, path, 401, 'TOKEN_INVALID'],
    ['a wrong key', { 'x-api-key': 'nope' }, path, 401, 'INVALID_API_KEY'],
    ['an expired token', { authorization: 'Bearer old' }, path, 401, 'TOKEN_EXPIRED'],
    ['a caller without the capability', { 'x-api-key': 'ak_blind' }, path, 403, 'INSUFFICIENT_PERMISSIONS'],
    ['another organization', headers, '/v1/organizations/org_x/audit-log', 403, 'ORGANIZATION_ACCESS_DENIED'],
    ['another path', headers, '/v1/organizations/org_sim/audit-logs', 404, 'NOT_FOUND'],
    ['a broken path', headers, '/v1/organizations/%zz/audit-log', 404, 'NOT_FOUND'],
  ])('refuses %s', (_name, sent, asked, status, code) => {
    const answer = parsed<Json>(simulator.handle(sampleRequest(asked, { headers: sent }), nowMs))
    expect(answer).toMatchObject({ status, body: { success: false, error: { code, status } } })
  })

  it('names the capability that is missing, as the sheet shows (section 6)', () => {
    const request = sampleRequest(path, { headers: { 'x-api-key': 'ak_blind' } })
    expect(parsed<Json>(simulator.handle(request, nowMs)).body).toEqual({
      success: false,
      error: {
        code: 'INSUFFICIENT_PERMISSIONS',
        message: expect.any(String),
        system_message: expect.any(String),
        type: 'client_error',
        status: 403,
        details: { required_capability: 'view_audit_log' },
        trace_id: expect.any(String),
        timestamp: expect.stringMatching(/Z$/),
      },
    })
  })

  it.each([
    ['skip', '-1'],
    ['skip', 'x'],
    ['limit', '0'],
    ['limit', '1.5'],
    ['from_date', '2026-02-30'],
    ['to_date', 'yesterday'],
  ])('refuses %s=%s', (name, value) => {
    const answer = list(simulatorOf(), { [name]: value })
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'VALIDATION_ERROR' } } })
  })

  it('can send its errors with status 200', () => {
    const soft = simulatorOf([], { errorTransport: 'softFailure' })
    const answer = parsed<Json>(soft.handle(sampleRequest(path), nowMs))
    expect(answer).toMatchObject({ status: 200, body: { success: false, error: { status: 401 } } })
  })
})

describe('switches', () => {
  const noon = Date.UTC(2026, 10, 2, 12)
  const days = [
    sampleEvent({ id: 'mon', timeMs: noon - 86_400_000 }),
    sampleEvent({ id: 'midnight', timeMs: noon - 43_200_000 }),
    sampleEvent({ id: 'tue', timeMs: noon }),
    sampleEvent({ id: 'wed', timeMs: noon + 86_400_000 }),
  ]

  it.each([
    [{}, ['tue', 'midnight']],
    [{ dateOnlyTo: 'midnight' }, ['midnight']],
    [{ dateOnlyTo: 'midnight', upperBound: 'exclusive' }, []],
    [{ lowerBound: 'exclusive' }, ['tue']],
    [{ boundPrecision: 'day' }, ['tue', 'midnight']],
    [{ boundPrecision: 'day', upperBound: 'exclusive' }, []],
    [{ upperBound: 'ignored' }, ['wed', 'tue', 'midnight']],
    [{ zoneOffsetMinutes: 60 }, ['tue', 'midnight']],
    [{ zoneOffsetMinutes: 13 * 60 }, ['midnight', 'mon']],
  ] as const)('reads one day with %j', (switches, expected) => {
    const day = { from_date: '2026-11-02', to_date: '2026-11-02' }
    expect(ids(list(simulatorOf(days, switches), day))).toEqual(expected)
  })

  it.each([
    ['accepted', 200, 1],
    ['cutToDate', 200, 2],
    ['refused', 422, undefined],
  ] as const)('full timestamps can be %s', (timestamps, status, count) => {
    const window = { from_date: '2026-11-02T11:00:00Z', to_date: '2026-11-02T13:00:00+00:00' }
    const answer = list(simulatorOf(days, { timestamps }), window)
    expect(answer.status).toBe(status)
    expect(answer.body.items?.length).toBe(count)
  })

  it('lets entity_type=role match the family or not', () => {
    const events = [sampleEvent({ id: 'a', resource: { type: 'role_assignment', id: 'r' } })]
    expect(ids(list(simulatorOf(events), { entity_type: 'role' }))).toEqual([])
    const loose = simulatorOf(events, { typeFamilies: true })
    expect(ids(list(loose, { entity_type: 'role' }))).toEqual(['a'])
  })

  it('clamps or refuses a page that is too large, and can cap in silence', () => {
    const many = sampleEvents(150)
    expect(list(simulatorOf(many), { limit: '500' }).body).toMatchObject({ limit: 100, has_more: true })
    expect(list(simulatorOf(many, { overMax: 'refuse' }), { limit: '500' }).status).toBe(422)
    expect(ids(list(simulatorOf(many, { pageSizeCap: 25 }), { limit: '100' }))).toHaveLength(25)
  })

  it.each([
    ['exact', [true, true, false]],
    ['trueUntilEmpty', [true, true, true, false]],
    ['wrongWhenClamped', [false]],
    ['alwaysFalse', [false]],
  ] as const)('has_more can be %s', (moreFlag, expected) => {
    const simulator = simulatorOf(sampleEvents(75), { moreFlag, pageSizeCap: 30 })
    const flags: boolean[] = []
    let skip = 0
    do {
      const { body } = list(simulator, { skip: String(skip), limit: '40' })
      flags.push(body.has_more)
      skip += body.items.length
    } while (flags.at(-1) === true)
    expect(flags).toEqual(expected)
  })

  it.each([
    ['exact', 10],
    ['absent', undefined],
    ['tooLow', 7],
    ['tooHigh', 17],
  ] as const)('total can be %s', (total, expected) => {
    expect(list(simulatorOf(sampleEvents(10), { total })).body.total).toBe(expected)
  })

  it.each([
    ['second', '2026-11-01T00:00:00Z'],
    ['millisecond', '2026-11-01T00:00:00.007Z'],
    ['microsecond', '2026-11-01T00:00:00.007089Z'],
  ] as const)('shows times to the %s', (timePrecision, expected) => {
    const event = sampleEvent({ id: 'a', timeMs: sampleStartMs + 7, micros: 89 })
    const { body } = list(simulatorOf([event], { timePrecision }))
    expect(body.items[0]?.['created_at']).toBe(expected)
  })

  it('adds fields that no sheet names, and lays the extras of an event over its record', () => {
    const event = sampleEvent({ id: 'a', wireExtras: { entity_type: 7, sim_more: [] } })
    const { body } = list(simulatorOf([event], { extraFields: true }))
    expect(body).toHaveProperty('sim_schema_revision')
    expect(body.items[0]).toMatchObject({ entity_type: 7, sim_more: [], sim_extra: {} })
  })

  it('can be turned while it runs', () => {
    const simulator = simulatorOf()
    simulator.configure({ order: 'oldestFirst' })
    expect(ids(list(simulator))[0]).toBe('e0000')
  })
})

describe('the log', () => {
  it('shows late arrivals when their time has come, and not what was removed', () => {
    const simulator = simulatorOf([
      sampleEvent({ id: 'late', visibleFromMs: nowMs + 1 }),
      sampleEvent({ id: 'gone' }),
      sampleEvent({ id: 'kept' }),
    ])
    expect(simulator.log.remove('gone')).toBe(true)
    expect(ids(list(simulator))).toEqual(['kept'])
    const later = simulator.handle(sampleRequest(path, { headers }), nowMs + 1)
    expect(parsed<Listing>(later).body.total).toBe(2)
  })
})
