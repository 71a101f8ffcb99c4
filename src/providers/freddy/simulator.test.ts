import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../simulation/exchange.js'
import { SimulatedLog } from '../../simulation/log.js'
import { parsed, sampleEvent, sampleEvents, sampleRequest, sampleStartMs } from '../../simulation/sample.js'
import { createFreddySimulator, type FreddySwitches } from './simulator.js'

interface Listing {
  readonly auditLogs: readonly (JsonObject & { readonly id: string })[]
  readonly pagination: {
    readonly total: number
    readonly limit: number
    readonly offset: number
    readonly hasMore: boolean
  }
}

const nowMs = sampleStartMs + 86_400_000
const path = '/v1/org_sim/audit-logs'
const headers = { authorization: 'Bearer sim-key' }

const sheetEvent = sampleEvent({
  id: 'log_9qk2',
  timeMs: Date.UTC(2026, 1, 11, 19, 4, 55),
  action: 'updated',
  actor: { id: 'uid_77', name: 'Tomas Lind', email: 'tomas@corp.example' },
  resource: { type: 'rule', id: 'rule_310', name: 'Refund policy' },
  changes: [{ field: 'limits.maxAmount', before: 50, after: null }],
  metadata: { ipAddress: '198.51.100.7', userAgent: 'curl/8.9', source: 'api' },
})

function simulatorOf(events = [sheetEvent] as readonly ReturnType<typeof sampleEvent>[], switches = {}) {
  const log = new SimulatedLog()
  log.appendAll(events)
  return createFreddySimulator({ log, switches: switches as Partial<FreddySwitches> })
}

function get<Body = Listing>(
  simulator: ReturnType<typeof simulatorOf>,
  query: Record<string, string> = {},
  asked = path,
  sent: Record<string, string> = headers,
) {
  return parsed<Body>(simulator.handle(sampleRequest(asked, { query, headers: sent }), nowMs))
}

describe('the list', () => {
  it('has the envelope and the entry of page F1 (sections 3 and 4)', () => {
    expect(get(simulatorOf()).body).toEqual({
      auditLogs: [
        {
          id: 'log_9qk2',
          timestamp: '2026-02-11T19:04:55Z',
          resourceType: 'rule',
          resourceId: 'rule_310',
          resourceName: 'Refund policy',
          action: 'updated',
          userId: 'uid_77',
          userName: 'Tomas Lind',
          userEmail: 'tomas@corp.example',
          changes: [{ field: 'limits.maxAmount', oldValue: 50, newValue: null }],
          metadata: { ipAddress: '198.51.100.7', userAgent: 'curl/8.9', source: 'api' },
        },
      ],
      pagination: { total: 1, limit: 50, offset: 0, hasMore: false },
    })
  })

  it('can be spelled in snake_case as pages F2 and F3', () => {
    expect(get<Json>(simulatorOf(undefined, { listSpelling: 'snake' })).body).toMatchObject({
      audit_logs: [
        {
          resource_type: 'rule',
          user_id: 'uid_77',
          changes: [{ field: 'limits.max_amount', old_value: 50, new_value: null }],
          metadata: { ip_address: '198.51.100.7', user_agent: 'curl/8.9', source: 'api' },
        },
      ],
      pagination: { has_more: false },
    })
  })

  it('leaves out what an event does not have and tells null from missing', () => {
    const bare = sampleEvent({
      id: 'log_1',
      actor: { id: 'uid_1', name: null },
      resource: { type: 'thread', id: 't' },
      changes: [{ field: 'name', after: 'x' }],
    })
    expect(get(simulatorOf([bare])).body.auditLogs[0]).toEqual({
      id: 'log_1',
      timestamp: '2026-11-01T00:00:00Z',
      resourceType: 'thread',
      resourceId: 't',
      action: 'updated',
      userId: 'uid_1',
      userName: null,
      changes: [{ field: 'name', newValue: 'x' }],
    })
  })

  it('is paged to its end by offset and hasMore', () => {
    const simulator = simulatorOf(sampleEvents(120))
    const seen: string[] = []
    let more = true
    while (more) {
      const { body } = get(simulator, { offset: String(seen.length), limit: '50' })
      seen.push(...body.auditLogs.map((row) => row.id))
      more = body.pagination.hasMore
    }
    expect(seen).toEqual([...sampleEvents(120)].reverse().map((event) => event.id))
  })

  const pair = [sheetEvent, sampleEvent({ id: 'other', action: 'restored' })]
  it.each([
    [{ resourceType: 'rule' }, ['log_9qk2']],
    [{ resourceId: 'role-1' }, ['other']],
    [{ action: 'restored' }, ['other']],
    [{ userId: 'uid_77' }, ['log_9qk2']],
    [{ startDate: '2026-10-31T23:59:59Z' }, ['other']],
    [{ endDate: '2026-02-11T19:04:55Z' }, ['log_9qk2']],
    [{ endDate: '2026-02-11T19:04:54Z' }, []],
    [{ resource_type: 'rule' }, ['other', 'log_9qk2']],
  ])('filters by %j', (query, expected) => {
    const { body } = get(simulatorOf(pair), query as unknown as Record<string, string>)
    expect(body.auditLogs.map((row) => row.id)).toEqual(expected)
  })

  it('can refuse or ignore what the sheet leaves open', () => {
    const refusing = simulatorOf(pair, { resourceIdAlone: 'refused', unlistedActions: 'refused' })
    expect(get(refusing, { resourceId: 'role-1' }).status).toBe(400)
    expect(get(refusing, { action: 'restored' }).status).toBe(400)
    const ignoring = simulatorOf(pair, { resourceIdAlone: 'ignored' })
    expect(get(ignoring, { resourceId: 'role-1' }).body.auditLogs).toHaveLength(2)
    expect(get(simulatorOf(pair, { dateOnly: 'refused' }), { startDate: '2026-01-01' }).status).toBe(400)
  })
})

describe('the history shortcuts', () => {
  it.each([
    ['assistants', 'assistant'],
    ['threads', 'thread'],
    ['vector-stores', 'vector_store'],
    ['rules', 'rule'],
    ['mcp-configurations', 'mcp_configuration'],
  ])('/v1/%s/{id}/history fixes type and id', (segment, type) => {
    const simulator = simulatorOf([
      sampleEvent({ id: 'own', resource: { type, id: 'x1' } }),
      sampleEvent({ id: 'sibling', resource: { type, id: 'x2' } }),
      sampleEvent({ id: 'namesake', resource: { type: 'user', id: 'x1' } }),
    ])
    const { body } = get<Json>(simulator, { user_id: 'actor-1' }, `/v1/${segment}/x1/history`)
    expect(body).toMatchObject({
      audit_logs: [{ id: 'own', resource_type: type }],
      pagination: { has_more: false },
    })
  })

  it('does not exist for users and organizations', () => {
    expect(get(simulatorOf(), {}, '/v1/users/u/history').status).toBe(404)
    expect(get(simulatorOf(), {}, '/v1/organizations/u/history').status).toBe(404)
  })
})

describe('refusals', () => {
  it.each([
    ['bearer-key', { authorization: 'Bearer sim-key' }],
    ['x-api-key', { 'x-api-key': 'sim-key' }],
    ['api-key', { 'api-key': 'sim-key' }],
  ])('takes the key only where the style %s has it', (auth, sent) => {
    for (const style of ['bearer-key', 'x-api-key', 'api-key']) {
      const { status } = get(simulatorOf([], { auth: style }), {}, path, sent as Record<string, string>)
      expect(status).toBe(style === auth ? 200 : 401)
    }
  })

  it.each([
    ['F1', 'missing_authentication'],
    ['F4', 'AUTHENTICATION_REQUIRED'],
  ])('in the envelope of %s', (errorStyle, code) => {
    const { status, body } = get<Json>(simulatorOf([], { errorStyle }), {}, path, {})
    expect(status).toBe(401)
    expect(body).toEqual(
      errorStyle === 'F1'
        ? { error: { message: expect.any(String), type: 'authentication_error', code } }
        : { success: false, error: expect.objectContaining({ code, status: 401, details: {} }) },
    )
  })

  it('names what page F1 names for 403 and 404', () => {
    const blind = createFreddySimulator({ credentials: [{ key: 'sim-key', mayRead: false }] })
    expect(get<Json>(blind)).toMatchObject({
      status: 403,
      body: { error: { type: 'permission_error', code: 'insufficient_permissions' } },
    })
    expect(get<Json>(simulatorOf(), {}, '/v1/org_other/audit-logs')).toMatchObject({
      status: 404,
      body: { error: { type: 'not_found_error', code: 'organization_not_found' } },
    })
  })

  it.each([
    { offset: '-1' },
    { limit: '0' },
    { limit: 'ten' },
    { startDate: 'soon' },
    { endDate: '2026-13-01' },
  ])('refuses %j', (query) => {
    expect(get(simulatorOf(), query as unknown as Record<string, string>).status).toBe(400)
  })
})
