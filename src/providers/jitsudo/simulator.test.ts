import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../simulation/exchange.js'
import { SimulatedLog } from '../../simulation/log.js'
import { parsed, sampleEvent, sampleEvents, sampleRequest, sampleStartMs } from '../../simulation/sample.js'
import { createJitsudoSimulator, type JitsudoSwitches, simulatedTenantId } from './simulator.js'

interface Listing {
  readonly data: readonly (JsonObject & { readonly id: string })[]
  readonly has_more: boolean
  readonly next_cursor?: string | null
}

const nowMs = sampleStartMs + 86_400_000
const path = '/v1/audit-log'
const headers = { 'x-api-key': 'sim-key', 'x-tenant-id': simulatedTenantId }
const sheetId = '5b0c7a42-1d7e-4f0f-9a53-0f6a8d1c2e11'
const sheetEvent = sampleEvent({
  id: sheetId,
  timeMs: Date.UTC(2026, 4, 19, 6, 44, 12, 318),
  action: 'request.approved',
  actor: { id: 'auth0|64f1', type: 'oidc' },
  resource: { type: 'request', id: '0e4d9b7c-7f7b-4d0a-8a1b-6c2f3e5d7a90' },
  metadata: { aws_account: '210987654321', duration_seconds: 7200 },
  reasoning: 'On-call rotation, ticket OPS-88',
})
const sheetEntry = {
  id: sheetId,
  actor_id: 'auth0|64f1',
  actor_type: 'oidc',
  action: 'request.approved',
  resource_type: 'request',
  resource_id: '0e4d9b7c-7f7b-4d0a-8a1b-6c2f3e5d7a90',
  metadata: { aws_account: '210987654321', duration_seconds: 7200 },
  reasoning: 'On-call rotation, ticket OPS-88',
  created_at: '2026-05-19T06:44:12.318Z',
}

type Events = readonly ReturnType<typeof sampleEvent>[]

function simulatorOf(events: Events = [sheetEvent], switches: Partial<JitsudoSwitches> = {}) {
  const log = new SimulatedLog()
  log.appendAll(events)
  return createJitsudoSimulator({ log, switches })
}

function get<Body = Listing>(
  simulator: ReturnType<typeof simulatorOf>,
  query: Record<string, string> = {},
  asked = path,
  atMs = nowMs,
) {
  return parsed<Body>(simulator.handle(sampleRequest(asked, { query, headers }), atMs))
}

/** Ids of a walk by next_cursor, at most 50 pages. */
function walk(simulator: ReturnType<typeof simulatorOf>, query: Record<string, string>) {
  const ids: string[] = []
  let cursor: string | null | undefined
  for (let page = 0; page < 50; page += 1) {
    const { body } = get(simulator, cursor ? { ...query, cursor } : query)
    ids.push(...body.data.map((row) => row.id))
    cursor = body.next_cursor
    if (!body.has_more) return { ids, pages: page + 1, last: body }
  }
  return { ids, pages: 50, last: undefined }
}

describe('reading', () => {
  it('lists entries as the sheet has them, without a cursor at the end', () => {
    expect(get(simulatorOf()).body).toEqual({ data: [sheetEntry], has_more: false })
  })

  it('gives one entry bare, and not_found for any other id', () => {
    expect(get<Json>(simulatorOf(), {}, `${path}/${sheetId}`)).toEqual({ status: 200, body: sheetEntry })
    expect(get<Json>(simulatorOf(), {}, `${path}/${simulatedTenantId}`)).toEqual({
      status: 404,
      body: { code: 'not_found', message: expect.any(String) },
    })
  })

  it('leaves reasoning out or null as the event has it', () => {
    const simulator = simulatorOf([sampleEvent({ id: 'a' }), sampleEvent({ id: 'b', reasoning: null })])
    const [first, second] = get(simulator).body.data
    expect(first).not.toHaveProperty('reasoning')
    expect(second).toHaveProperty('reasoning', null)
  })

  it.each([
    ['actor_id', 'auth0|64f1', 1],
    ['resource_type', 'request', 1],
    ['resource_id', '0e4d9b7c-7f7b-4d0a-8a1b-6c2f3e5d7a90', 1],
    ['action', 'request.denied', 0],
    ['from', '2026-05-19T06:44:12.318Z', 1],
    ['from', '2026-05-19T08:44:12.319+02:00', 0],
    ['to', '2026-05-19T06:44:12.317Z', 0],
  ])('filters by %s=%s', (name, value, count) => {
    expect(get(simulatorOf(), { [name]: value }).body.data).toHaveLength(count)
  })

  const newestFirst = [...sampleEvents(133)].reverse().map((event) => event.id)
  it.each([
    [{}],
    [{ cursorKind: 'positional' }],
    [{ cursorUse: 'once' }],
    [{ moreFlag: 'trueUntilEmpty' }],
    [{ nextCursorAtEnd: 'null' }],
    [{ emptyPageEvery: 2 }],
    [{ emptyFirstPages: true }],
    [{ ties: 'byId' }],
  ] as const)('is walked to its end with %j', (switches) => {
    expect(walk(simulatorOf(sampleEvents(133), switches), { limit: '20' }).ids).toEqual(newestFirst)
  })

  it.each(['byId', 'byInsertion', 'reverse'] as const)(
    'walks 130 equal times completely, ties %s',
    (ties) => {
      const { ids } = walk(simulatorOf(sampleEvents(130, 0), { ties }), { limit: '20' })
      expect(new Set(ids).size).toBe(130)
      expect(ids[0]).toBe(ties === 'reverse' ? 'e0129' : 'e0000')
    },
  )

  it('drops or repeats rows of equal times when ties come at random', () => {
    const { ids } = walk(simulatorOf(sampleEvents(130, 0), { ties: 'random' }), { limit: '20' })
    expect(new Set(ids).size).toBeLessThan(130)
  })

  it('holds its place against new rows with keyset cursors and not with positional ones', () => {
    for (const cursorKind of ['keyset', 'positional'] as const) {
      const simulator = simulatorOf(sampleEvents(40), { cursorKind })
      const first = get(simulator, { limit: '20' }).body
      simulator.log.append(sampleEvent({ id: 'new', timeMs: sampleStartMs + 3_600_000 }))
      const second = get(simulator, { limit: '20', cursor: first.next_cursor ?? '' }).body
      const repeated = second.data.filter((row) => first.data.some((seen) => seen.id === row.id))
      expect(repeated).toHaveLength(cursorKind === 'keyset' ? 0 : 1)
    }
  })
})

describe('cursors', () => {
  function firstCursor(simulator: ReturnType<typeof simulatorOf>, query: Record<string, string> = {}) {
    return get(simulator, { ...query, limit: '5' }).body.next_cursor ?? ''
  }

  it('refuses a changed one', () => {
    const simulator = simulatorOf(sampleEvents(20))
    const cursor = firstCursor(simulator)
    for (const bad of ['zzz', cursor.slice(1), `${cursor.slice(0, -4)}AAAA`]) {
      expect(get<Json>(simulator, { cursor: bad })).toMatchObject({
        status: 400,
        body: { code: 'invalid_cursor' },
      })
    }
  })

  it('can expire after one use or after a time', () => {
    const once = simulatorOf(sampleEvents(20), { cursorUse: 'once', cursorErrorStatus: 410 })
    const cursor = firstCursor(once)
    expect(get(once, { cursor }).status).toBe(200)
    expect(get(once, { cursor }).status).toBe(410)
    const short = simulatorOf(sampleEvents(20), { cursorLifetimeMs: 1_000 })
    const shortCursor = firstCursor(short)
    expect(get(short, { cursor: shortCursor }, path, nowMs + 1_000).status).toBe(200)
    expect(get(short, { cursor: shortCursor }, path, nowMs + 1_001).status).toBe(400)
  })

  it.each([
    ['mustMatch', 400, undefined],
    ['held', 200, 15],
    ['fromRequest', 200, 0],
  ] as const)('treats other filters beside a cursor as %s', (cursorFilters, status, rows) => {
    const simulator = simulatorOf(sampleEvents(20), { cursorFilters })
    const answer = get(simulator, { cursor: firstCursor(simulator), action: 'unheard-of' })
    expect(answer.status).toBe(status)
    expect(answer.body.data?.length).toBe(rows)
  })

  it('can be missing or repeat although more is announced', () => {
    const missing = get(simulatorOf(sampleEvents(20), { nextCursor: 'missing' }), { limit: '5' }).body
    expect(missing).toMatchObject({ has_more: true })
    expect(missing).not.toHaveProperty('next_cursor')
    const repeating = simulatorOf(sampleEvents(20), { nextCursor: 'repeated' })
    const cursor = firstCursor(repeating)
    expect(get(repeating, { limit: '5', cursor }).body.next_cursor).toBe(cursor)
  })
})

describe('refusals', () => {
  const other = 'aaaaaaaa-0000-4000-8000-000000000000'
  const simulator = createJitsudoSimulator({
    credentials: [{ key: 'sim-key' }, { key: 'foreign', tenantId: other }, { key: 'blind', mayRead: false }],
  })

  it.each([
    ['no credential', { 'x-tenant-id': simulatedTenantId }, 401, 'unauthorized'],
    ['a wrong key', { 'x-api-key': 'x', 'x-tenant-id': simulatedTenantId }, 401, 'unauthorized'],
    ['a wrong JWT', { authorization: 'Bearer x', 'x-tenant-id': simulatedTenantId }, 401, 'unauthorized'],
    ['no tenant', { 'x-api-key': 'sim-key' }, 400, 'invalid_request'],
    ['a tenant that is no UUID', { 'x-api-key': 'sim-key', 'x-tenant-id': 'corp' }, 400, 'invalid_request'],
    ['another tenant', { 'x-api-key': 'sim-key', 'x-tenant-id': other }, 403, 'tenant_mismatch'],
    [
      'a key of another tenant',
      { 'x-api-key': 'foreign', 'x-tenant-id': simulatedTenantId },
      403,
      'tenant_mismatch',
    ],
    [
      'a caller without the right',
      { 'x-api-key': 'blind', 'x-tenant-id': simulatedTenantId },
      403,
      'forbidden',
    ],
  ])('refuses %s, the error being the whole body', (_name, sent, status, code) => {
    const request = sampleRequest(path, { headers: sent as unknown as Record<string, string> })
    const answer = parsed<JsonObject>(simulator.handle(request, nowMs))
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code, message: expect.any(String) })
    expect(answer.body).not.toHaveProperty('error')
  })

  it('takes a JWT in the Bearer slot, and asks nobody for /healthz', () => {
    const bearer = { authorization: 'Bearer sim-key', 'x-tenant-id': simulatedTenantId.toUpperCase() }
    expect(simulator.handle(sampleRequest(path, { headers: bearer }), nowMs).status).toBe(200)
    expect(simulator.handle(sampleRequest('/healthz'), nowMs).status).toBe(200)
  })

  it.each([
    { limit: '0' },
    { limit: 'x' },
    { from: '2026-01-01' },
    { to: '2026-01-01T00:00:00' },
    { from: 'x' },
  ])('refuses %j', (query) => {
    expect(get(simulatorOf(), query as unknown as Record<string, string>).status).toBe(400)
  })

  it('plays a reversed window as empty or refused', () => {
    const query = { from: '2026-06-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }
    expect(get(simulatorOf(), query).body).toEqual({ data: [], has_more: false })
    expect(get(simulatorOf(undefined, { reversedWindow: 'refused' }), query).status).toBe(400)
  })
})
