import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../simulation/exchange.js'
import { SimulatedLog } from '../../simulation/log.js'
import { parsed, sampleEvent, sampleEvents, sampleRequest, sampleStartMs } from '../../simulation/sample.js'
import { type AshbySwitches, createAshbySimulator } from './simulator.js'

interface Listing {
  readonly success: boolean
  readonly results: readonly (JsonObject & { readonly id: string })[]
  readonly moreDataAvailable: boolean
  readonly nextCursor?: string
  readonly errorInfo?: { readonly code: string }
}

const hourMs = 3_600_000
const nowMs = sampleStartMs + hourMs
const path = '/auditLog.list'
const headers = { authorization: `Basic ${btoa('sim-key:')}`, 'content-type': 'application/json' }
const wide = { startDate: '2026-10-01T00:00:00Z', endDate: '2026-12-01T00:00:00Z' }

type Events = readonly ReturnType<typeof sampleEvent>[]

function simulatorOf(events: Events = [], switches: Partial<AshbySwitches> = {}) {
  const log = new SimulatedLog()
  log.appendAll(events)
  return createAshbySimulator({ log, switches })
}

function post<Body = Listing>(simulator: ReturnType<typeof simulatorOf>, body: Json, atMs = nowMs) {
  return parsed<Body>(simulator.handle(sampleRequest(path, { headers, body }), atMs))
}

function ids(answer: { body: Listing }) {
  return answer.body.results.map((row) => row.id)
}

describe('an entry', () => {
  it('has the fields of the sheet (sections 4 and 5)', () => {
    const event = sampleEvent({
      id: '3a8f6f0e-52b7-4a0e-9c7a-2b1f5e90d7c4',
      timeMs: Date.UTC(2026, 9, 2, 14, 31, 9, 512),
      action: 'JobStatusChanged',
      actor: { type: 'ApiUser', id: 'c1d2', name: 'HRIS sync' },
      resource: { type: 'job', id: '77ab', name: 'Data Engineer' },
      changes: [
        { field: 'status', before: 'Open', after: 'Closed' },
        { field: 'hiringManager', before: { ref: 'u-1', type: 'app_user' } },
      ],
    })
    expect(post(simulatorOf([event]), wide).body).toEqual({
      success: true,
      results: [
        {
          id: '3a8f6f0e-52b7-4a0e-9c7a-2b1f5e90d7c4',
          createdAt: '2026-10-02T14:31:09.512Z',
          category: 'JobStatusChanged',
          actor: { type: 'ApiUser', id: 'c1d2', name: 'HRIS sync' },
          target: { type: 'job', id: '77ab', name: 'Data Engineer' },
          changedFields: {
            status: ['Open', 'Closed'],
            hiringManager: [{ ref: 'u-1', type: 'app_user' }, null],
          },
        },
      ],
      moreDataAvailable: false,
    })
  })

  it('can lack a change set, an actor id and, by switch, its id', () => {
    const event = sampleEvent({ id: 'a', actor: { type: 'Automation', id: null }, changes: null })
    const row = post(simulatorOf([event], { entryId: 'missing' }), {}).body.results[0]
    expect(row).toMatchObject({ changedFields: null, actor: { id: null, name: null } })
    expect(row).not.toHaveProperty('id')
  })
})

describe('the window (section 3)', () => {
  const events = [-30, -23, -1, 0, 23, 25].map((hours) =>
    sampleEvent({ id: `${hours}h`, timeMs: sampleStartMs + hours * hourMs }),
  )
  const later = sampleStartMs + 48 * hourMs
  const iso = (hours: number) => new Date(sampleStartMs + hours * hourMs).toISOString()

  it.each([
    ['no dates: the last 24 hours', {}, sampleStartMs, ['0h', '-1h', '-23h']],
    ['only an end: 24 hours ending there', { endDate: iso(0) }, later, ['0h', '-1h', '-23h']],
    ['only a start: 24 hours from there', { startDate: iso(0) }, later, ['23h', '0h']],
    ['both: that span', { startDate: iso(-40), endDate: iso(-1) }, later, ['-1h', '-23h', '-30h']],
  ])('%s', (_name, body, atMs, expected) => {
    expect(ids(post(simulatorOf(events), body, atMs))).toEqual(expected)
  })

  it.each([
    ['both inclusive', {}, ['0h', '-1h']],
    ['exclusive end', { upperBound: 'exclusive' }, ['-1h']],
    ['exclusive start', { lowerBound: 'exclusive' }, ['0h']],
  ] as const)('has %s bounds by switch', (_name, switches, expected) => {
    const body = { startDate: iso(-1), endDate: iso(0) }
    expect(ids(post(simulatorOf(events, switches), body))).toEqual(expected)
  })

  it.each([
    ['end before start', { startDate: iso(1), endDate: iso(0) }],
    ['a date that does not exist', { startDate: '2026-02-30T00:00:00Z' }],
    ['a number for a date', { endDate: 5 }],
    ['over 18 months', { startDate: '2025-01-01T00:00:00Z', endDate: '2026-07-01T00:00:00.001Z' }],
    ['limit 0', { limit: 0 }],
    ['limit as text', { limit: '5' }],
    ['a list that is none', { actorIds: 'u-1' }],
  ])('refuses %s with 200 and invalid_input', (_name, body) => {
    expect(post<Json>(simulatorOf(), body)).toMatchObject({
      status: 200,
      body: { success: false, errorInfo: { code: 'invalid_input', requestId: expect.any(String) } },
    })
  })

  it('takes dates that its clock has not reached, or refuses them by switch', () => {
    const reached = { startDate: iso(-1), endDate: new Date(nowMs).toISOString() }
    const ahead = { ...reached, endDate: new Date(nowMs + 1).toISOString() }
    expect(post(simulatorOf(), ahead).body.success).toBe(true)
    const strict = simulatorOf([], { futureDates: 'refused' })
    expect(post(strict, reached).body.success).toBe(true)
    expect(post(strict, ahead).body).toMatchObject({ success: false, errorInfo: { code: 'invalid_input' } })
  })

  it('takes 18 months to the day, or counts 540 days by switch', () => {
    const body = { startDate: '2025-01-01T00:00:00Z', endDate: '2026-07-01T00:00:00Z' }
    expect(post(simulatorOf(), body).body.success).toBe(true)
    expect(post(simulatorOf([], { spanMax: '540days' }), body).body.success).toBe(false)
  })
})

describe('filters (section 2)', () => {
  const events = [
    sampleEvent({ id: 'job', action: 'JobStatusChanged', resource: { type: 'job', id: 'j-1' } }),
    sampleEvent({ id: 'widget', action: 'SimWidgetCreated', resource: { type: 'sim_widget', id: 'w-1' } }),
    sampleEvent({
      id: 'policy',
      action: 'SimPolicyUpdated',
      actor: { id: null, type: 'System' },
      resource: { type: 'sim_policy', id: 'p-1' },
    }),
  ]

  it.each([
    [{ targetTypes: ['job'] }, ['job']],
    [{ categories: ['SimPolicyUpdated'] }, ['policy']],
    [{ targetTypes: ['job'], categories: ['SimPolicyUpdated'] }, ['job', 'policy']],
    [{ targetTypes: ['job'], targetIds: ['w-1'] }, []],
    [{ actorIds: ['actor-1'] }, ['job', 'widget']],
    [{ actorIds: [], targetTypes: [], categories: [] }, ['job', 'widget', 'policy']],
  ])('%j', (filter, expected) => {
    expect(ids(post(simulatorOf(events), { ...filter }))).toEqual(expected)
  })

  it.each([
    ['an unknown type', { targetTypes: ['candidate_note'] }],
    ['an unknown category', { categories: ['JobOpened'] }],
    ['a type among the categories', { categories: ['job'] }],
    ['a name of Object.prototype', { targetTypes: ['constructor'] }],
    ['over 100 values', { actorIds: Array.from({ length: 101 }, (_, index) => `u-${index}`) }],
  ])('refuses %s with 400', (_name, body) => {
    expect(post<Json>(simulatorOf(), body)).toMatchObject({
      status: 400,
      body: { errorInfo: { code: 'invalid_input' } },
    })
  })
})

describe('paging (section 6)', () => {
  it('is walked to its end with the same dates, newest first, over equal times', () => {
    const simulator = simulatorOf([
      ...sampleEvents(150),
      ...sampleEvents(130, 0).map((event) => ({ ...event, id: `tie-${event.id}` })),
    ])
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const { body } = post(simulator, { ...wide, ...(cursor !== undefined && { cursor }) })
      seen.push(...body.results.map((row) => row.id))
      cursor = body.nextCursor
    } while (cursor !== undefined)
    expect(seen).toHaveLength(280)
    expect(new Set(seen).size).toBe(280)
    expect(seen[0]).toBe('e0149')
  })

  it('binds a cursor to its dates and filters', () => {
    const simulator = simulatorOf(sampleEvents(150))
    const cursor = post(simulator, wide).body.nextCursor ?? ''
    const failures = [{ ...wide, endDate: '2026-12-02T00:00:00Z' }, { ...wide, targetTypes: ['job'] }, {}]
    for (const body of failures) {
      expect(post(simulator, { ...body, cursor }).body.errorInfo?.code).toBe('invalid_next_cursor')
    }
    expect(post(simulator, { ...wide, cursor: 'x' }).body.errorInfo?.code).toBe('cursor_invalid')
    simulator.configure({ cursorLifetimeMs: 10 })
    expect(post(simulator, { ...wide, cursor }, nowMs + 11).body.errorInfo?.code).toBe('next_cursor_expired')
    expect(post(simulator, { ...wide, cursor }).body.results).toHaveLength(50)
  })

  it('gives at most 100, clamping or refusing more', () => {
    expect(post(simulatorOf(sampleEvents(150)), { ...wide, limit: 1_000 }).body.results).toHaveLength(100)
    const refusing = simulatorOf([], { overMax: 'refuse' })
    expect(post(refusing, { limit: 101 }).body.success).toBe(false)
  })
})

describe('refusals (section 7)', () => {
  const blind = { authorization: `Basic ${btoa('blind:')}` }
  const simulator = createAshbySimulator({
    credentials: [{ apiKey: 'sim-key' }, { apiKey: 'blind', mayRead: false }],
  })

  it.each([
    ['no key', {}, 401],
    ['a password', { authorization: `Basic ${btoa('sim-key:secret')}` }, 401],
    ['a bearer token', { authorization: 'Bearer sim-key' }, 401],
    ['a wrong key', { authorization: `Basic ${btoa('other:')}` }, 403],
  ])('refuses %s with text for people', (_name, sent, status) => {
    const request = sampleRequest(path, { headers: sent as unknown as Record<string, string>, body: {} })
    const answer = simulator.handle(request, nowMs)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  })

  it('says what a key lacks with 403', () => {
    const answer = simulator.handle(sampleRequest(path, { headers: blind, body: {} }), nowMs)
    expect(parsed<Json>(answer)).toMatchObject({
      status: 403,
      body: { success: false, errorInfo: { code: 'missing_endpoint_permission' } },
    })
  })

  it.each([
    ['documented', 200],
    ['always200', 200],
    ['always4xx', 403],
  ] as const)('sends audit_logs_not_enabled with the status of %s', (failureStatus, status) => {
    const gated = simulatorOf([], { auditLogsEnabled: false, failureStatus, errorsList: true })
    expect(post<Json>(gated, {})).toMatchObject({
      status,
      body: { errors: ['audit_logs_not_enabled'], errorInfo: { code: 'audit_logs_not_enabled' } },
    })
  })

  it('says its version and its request id on every reply, and refuses other versions', () => {
    const answer = simulator.handle(sampleRequest(path, { headers, body: {} }), nowMs)
    expect(answer.headers).toMatchObject({
      'ashby-version': '2026-01-01',
      'ashby-version-status': 'active',
      'x-ashby-request-id': expect.any(String),
    })
    const old = sampleRequest(path, { headers: { ...headers, 'ashby-version': '2020-01-01' }, body: {} })
    expect(simulator.handle(old, nowMs).status).toBe(400)
  })

  it.each(['', '[]', 'null', '{', '"x"'])('survives the body %j', (body) => {
    const answer = simulator.handle({ ...sampleRequest(path, { headers, body: {} }), body }, nowMs)
    expect(parsed<Json>(answer).body).toMatchObject({ success: false })
  })
})
