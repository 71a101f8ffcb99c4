import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../model/failure.js'
import type { JsonObject } from '../../model/json.js'
import type { UpstreamPage, UpstreamResponse } from '../../model/provider.js'
import { readPage, toContent } from './normalize.js'
import { settings } from './settings.js'

const given = settings.parse({ organizationId: 'org_55', credentials: { apiKey: 'k' } })

/** Composed: the example of sheet section 4. */
const camel = {
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
  metadata: { ipAddress: '198.51.100.7', userAgent: 'curl/8.9', source: 'web_ui' },
}

/** The same entry in the other spelling. */
const snake = {
  id: 'log_9qk2',
  timestamp: '2026-02-11T19:04:55Z',
  resource_type: 'rule',
  resource_id: 'rule_310',
  resource_name: 'Refund policy',
  action: 'updated',
  user_id: 'uid_77',
  user_name: 'Tomas Lind',
  user_email: 'tomas@corp.example',
  changes: [{ field: 'limits.maxAmount', old_value: 50, new_value: null }],
  metadata: { ip_address: '198.51.100.7', user_agent: 'curl/8.9', source: 'web_ui' },
}

function answer(body: unknown): UpstreamResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    receivedAtMs: 0,
  }
}

function pageOf(body: unknown): UpstreamPage {
  const page = readPage(answer(body), given)
  if (isFailure(page)) throw new Error(page.message)
  return page
}

function contentOf(row: JsonObject) {
  return toContent(row, { id: 'x', timeMs: 0 }, 'org_55')
}

describe('readPage', () => {
  it.each([
    ['camelCase', { auditLogs: [camel], pagination: { total: 83, limit: 1, offset: 82, hasMore: false } }],
    ['snake_case', { audit_logs: [snake], pagination: { total: 83, limit: 1, offset: 82, has_more: false } }],
    ['mixed', { auditLogs: null, audit_logs: [snake], total: 83, has_more: false }],
  ])('normalizes the sample of the sheet in %s', (_, body) => {
    const page = pageOf(body)
    expect(page).toMatchObject({ more: false, total: 83 })
    const { raw, metadata, ...content } = page.rows[0]?.content() ?? {}
    expect(content).toEqual({
      upstreamId: 'log_9qk2',
      occurredAtMs: Date.UTC(2026, 1, 11, 19, 4, 55),
      action: 'updated',
      actionKind: 'UPDATE',
      actor: {
        id: 'uid_77',
        type: 'USER',
        rawType: 'web_ui',
        name: 'Tomas Lind',
        email: 'tomas@corp.example',
      },
      resource: { type: 'rule', id: 'rule_310', name: 'Refund policy' },
      counterparty: null,
      changes: [{ field: 'limits.maxAmount', before: 50, after: null }],
      reason: null,
      origin: { ipAddress: '198.51.100.7', userAgent: 'curl/8.9', channel: 'web_ui' },
      organizationId: 'org_55',
    })
    expect([camel, snake]).toContainEqual(raw)
    expect([camel.metadata, snake.metadata]).toContainEqual(metadata)
  })

  it.each([
    ['the flag, true', { auditLogs: [], pagination: { hasMore: true } }, true],
    ['the flag, false', { auditLogs: [camel], pagination: { has_more: false } }, false],
    ['no pagination, rows', { auditLogs: [camel] }, true],
    ['no pagination, no rows', { auditLogs: [] }, false],
    ['a flag of a wrong type', { auditLogs: [camel], pagination: { hasMore: 'no' } }, true],
  ])('decides whether more follows by %s', (_, body, more) => {
    expect(pageOf(body).more).toBe(more)
  })

  it.each([null, -1, 1.5, '9', 1e300, {}])('has no total for %j', (total) => {
    expect(pageOf({ auditLogs: [], pagination: { total } })).toEqual({ rows: [], more: false })
  })

  it.each([
    ['no rows', {}, 'auditLogs: expected array'],
    ['rows that are an object', { audit_logs: {} }, 'auditLogs: expected array'],
    ['a body that is a list', [camel], 'the body: expected object'],
    ['a row that is null', { auditLogs: [camel, null] }, 'auditLogs[1]: expected an object'],
    ['a row that is a list', { auditLogs: [[]] }, 'auditLogs[0]: expected an object'],
    ['a row with an empty id', { auditLogs: [{ ...camel, id: '' }] }, 'auditLogs[0].id'],
    ['an id that is an object', { auditLogs: [{ ...camel, id: {} }] }, 'auditLogs[0].id'],
    ['a row without time', { auditLogs: [camel, { id: 'a' }] }, 'auditLogs[1].timestamp'],
    ['a time that is none', { auditLogs: [{ ...camel, timestamp: 'today' }] }, 'auditLogs[0].timestamp'],
  ])('refuses %s', (_, body, path) => {
    const failure = readPage(answer(body), given)
    expect(failure).toMatchObject({ failed: true, kind: 'INVALID_RESPONSE' })
    expect(isFailure(failure) && failure.message).toContain(path)
  })
})

describe('toContent', () => {
  it.each([
    ['missing', 'updated', undefined, null],
    ['null', 'updated', null, null],
    ['a text', 'updated', 'all', null],
    ['empty, updated', 'updated', [], []],
    ['empty, accessed', 'accessed', [], []],
    ['empty, created', 'created', [], null],
    ['empty, deleted', 'deleted', [], null],
    ['nothing readable', 'updated', ['x', null, []], null],
    [
      'either spelling',
      'updated',
      [
        { field: 'tools.webSearch', oldValue: false, newValue: [1] },
        { field: 'tools.web_search', old_value: {}, new_value: 0 },
      ],
      [
        { field: 'tools.webSearch', before: false, after: [1] },
        { field: 'tools.web_search', before: {}, after: 0 },
      ],
    ],
    [
      'no sides',
      'updated',
      [{ field: 'a' }, {}],
      [
        { field: 'a', before: null, after: null },
        { field: null, before: null, after: null },
      ],
    ],
  ])('gives changes when they are %s', (_, action, changes, expected) => {
    // Through text, as from the wire: a missing field is missing.
    const row = JSON.parse(JSON.stringify({ ...camel, action, changes })) as JsonObject
    expect(contentOf(row).changes).toEqual(expected)
  })

  it.each([
    ['a key', { source: 'api', api_key_id: 'key_1' }, { type: 'API_KEY', rawType: 'api' }],
    ['a key in camelCase', { source: 'api', apiKeyId: 'key_1' }, { type: 'API_KEY', rawType: 'api' }],
    ['api alone', { source: 'api' }, { type: 'UNKNOWN', rawType: 'api' }],
    ['no source', {}, { type: 'UNKNOWN', rawType: null }],
    ['metadata of a wrong type', 'web_ui', { type: 'UNKNOWN', rawType: null }],
  ])('derives the actor type from %s', (_, metadata, actor) => {
    expect(contentOf({ ...camel, metadata })).toMatchObject({ actor, metadata })
  })

  it.each([
    ['nothing', {}, null],
    ['null', { source: null, ipAddress: 7 }, null],
    ['the source alone', { source: 'system' }, { ipAddress: null, userAgent: null, channel: 'system' }],
  ])('gives the origin for %s', (_, metadata, origin) => {
    expect(contentOf({ ...camel, metadata }).origin).toEqual(origin)
  })

  it('never throws and keeps the record, whatever it holds', () => {
    const names = [...Object.keys(camel), ...Object.keys(snake), '__proto__', 'constructor', 'hasOwnProperty']
    const inner = [...Object.keys(camel.metadata), 'api_key_id', 'field', 'oldValue', '__proto__']
    const objectOf = (keys: string[], value: fc.Arbitrary<string>) =>
      fc
        .array(fc.tuple(fc.oneof(fc.constantFrom(...keys), fc.string()), value), { maxLength: 15 })
        .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`)
    const anyText = fc.jsonValue().map((value) => JSON.stringify(value))
    const innerText = objectOf(inner, anyText)
    const listText = fc.array(fc.oneof(innerText, anyText)).map((texts) => `[${texts.join(',')}]`)
    fc.assert(
      fc.property(objectOf(names, fc.oneof(anyText, innerText, listText)), (text) => {
        const raw = JSON.parse(text) as JsonObject
        const before = JSON.stringify(raw)
        const content = contentOf(raw)
        expect(content.raw).toBe(raw)
        expect(JSON.stringify(raw)).toBe(before)
        expect(typeof content.action).toBe('string')
        expect(typeof content.resource.type).toBe('string')
        expect(content.changes === null || Array.isArray(content.changes)).toBe(true)
      }),
    )
  })

  it('is not fooled by keys of the prototype', () => {
    const raw = JSON.parse(
      '{"metadata":{"__proto__":{"source":"web_ui"}},"__proto__":{"userId":"u"}}',
    ) as JsonObject
    expect(contentOf(raw)).toMatchObject({ actor: { id: null, type: 'UNKNOWN' }, origin: null })
    expect(({} as Record<string, unknown>)['userId']).toBeUndefined()
  })
})
