import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../model/failure.js'
import type { UpstreamPage, UpstreamResponse } from '../../model/provider.js'
import { readEntry, readPage } from './normalize.js'
import { settings } from './settings.js'

const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'
const source = settings.parse({
  baseUrl: 'https://jitsudo.example.com',
  tenantId,
  credentials: { apiKey: 'key-1' },
})
/** Composed: sheet jitsudo section 4. */
const entry = {
  id: '5b0c7a42-1d7e-4f0f-9a53-0f6a8d1c2e11',
  actor_id: 'auth0|64f1',
  actor_type: 'oidc',
  action: 'request.approved',
  resource_type: 'request',
  resource_id: '0e4d9b7c-7f7b-4d0a-8a1b-6c2f3e5d7a90',
  metadata: { aws_account: '210987654321', duration_seconds: 7200 },
  reasoning: 'On-call rotation, ticket OPS-88',
  created_at: '2026-05-19T06:44:12.318999Z',
}
const answer = (body: string): UpstreamResponse => ({ status: 200, headers: {}, body, receivedAtMs: 0 })
const ok = (body: object): UpstreamResponse => answer(JSON.stringify(body))

function pageOf(response: UpstreamResponse): UpstreamPage {
  const page = readPage(source, response)
  if (isFailure(page)) throw new Error(page.message)
  return page
}
const contentOf = (record: object) => pageOf(ok({ data: [record], has_more: false })).rows[0]?.content()

describe('readPage', () => {
  it('reads rows, the flag and the token', () => {
    const page = pageOf(ok({ data: [entry], has_more: true, next_cursor: 'b3Bh', later: {} }))
    expect(page).toMatchObject({ more: true, upstreamCursor: 'b3Bh' })
    expect(page.rows).toMatchObject([{ id: entry.id, timeMs: Date.UTC(2026, 4, 19, 6, 44, 12, 318) }])
  })

  it.each<[string, object, object]>([
    ['the end', { has_more: false }, { more: false }],
    ['more without token', { has_more: true }, { more: true }],
    ['more with a null token', { has_more: true, next_cursor: null }, { more: true }],
    ['more with an empty token', { has_more: true, next_cursor: '' }, { more: true }],
    ['more with a token of a wrong type', { has_more: true, next_cursor: 7 }, { more: true }],
    ['a token without flag', { next_cursor: 'x' }, { more: true, upstreamCursor: 'x' }],
    ['neither', { has_more: null }, { more: false }],
  ])('reads %s', (_name, parts, expected) => {
    expect(pageOf(ok({ data: [], ...parts }))).toStrictEqual({ rows: [], ...expected })
  })

  it.each([
    [50, 'x', true],
    [49, 'x', false],
    [50, null, false],
  ])(
    'leaves open what is behind a page of %i rows and the token %j that denies more',
    (count, token, full) => {
      const data = Array.from({ length: count }, (_, at) => ({ ...entry, id: `i${at}` }))
      const page = pageOf(ok({ data, has_more: false, next_cursor: token }))
      expect([page.more, page.full ?? false]).toEqual([false, full])
    },
  )

  it.each([
    { error: 'backend unavailable' },
    { errors: [{ message: 'no' }] },
    { code: 'internal', message: 'no' },
  ])('takes no error for the end of a list: %j', (error) => {
    expect(readPage(source, ok({ data: [], has_more: false, ...error }))).toMatchObject({
      failed: true,
      kind: 'INVALID_RESPONSE',
    })
  })

  it.each<[string, object, string]>([
    ['rows missing', { has_more: false }, 'data: expected array'],
    ['rows null', { data: null }, 'data: expected array'],
    ['a flag of a wrong type', { data: [], has_more: 'no' }, 'has_more: expected boolean'],
    ['a row that is no object', { data: [entry, null] }, 'data[1]: expected an object'],
    [
      'a row without id',
      { data: [{ ...entry, id: undefined }] },
      'data[0].id: expected a string that is not empty',
    ],
    ['a row with an empty id', { data: [{ ...entry, id: '' }] }, 'data[0].id: '],
    [
      'a row without time',
      { data: [entry, { ...entry, created_at: null }] },
      'data[1].created_at: expected an RFC',
    ],
    [
      'a time without zone',
      { data: [{ ...entry, created_at: '2026-05-19T06:44:12' }] },
      'data[0].created_at: ',
    ],
    [
      'a time that is no date',
      { data: [{ ...entry, created_at: '2026-02-30T00:00:00Z' }] },
      'data[0].created_at: ',
    ],
  ])('refuses %s', (_name, body, place) => {
    expect(readPage(source, ok(body))).toMatchObject({
      kind: 'INVALID_RESPONSE',
      message: expect.stringContaining(`breaks its documented form at ${place}`),
    })
  })

  it('takes an id that is a number', () => {
    expect(pageOf(ok({ data: [{ ...entry, id: 42 }] })).rows[0]?.id).toBe('42')
  })
})

describe('content', () => {
  it('normalizes a full record', () => {
    expect(contentOf(entry)).toStrictEqual({
      upstreamId: entry.id,
      occurredAtMs: Date.UTC(2026, 4, 19, 6, 44, 12, 318),
      action: 'request.approved',
      actionKind: 'OTHER',
      actor: { id: 'auth0|64f1', type: 'USER', rawType: 'oidc', name: null, email: null },
      resource: { type: 'request', id: entry.resource_id, name: null },
      counterparty: null,
      changes: null,
      reason: 'On-call rotation, ticket OPS-88',
      origin: null,
      organizationId: tenantId,
      metadata: entry.metadata,
      raw: entry,
    })
  })

  it('normalizes a record that has nothing but id and time', () => {
    expect(contentOf({ id: 'x', created_at: entry.created_at })).toMatchObject({
      action: '',
      actionKind: 'UNKNOWN',
      actor: { id: null, type: 'UNKNOWN', rawType: null },
      resource: { type: '', id: null },
      reason: null,
      metadata: null,
    })
  })

  it.each([
    ['api_key', 'API_KEY'],
    ['oidc', 'USER'],
    ['system', 'SYSTEM'],
    ['robot', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
  ])('takes the actor type %s for %s', (actor_type, type) => {
    expect(contentOf({ ...entry, actor_type })?.actor).toMatchObject({ type, rawType: actor_type })
  })

  it.each([
    ['grant.active', 'ACTIVATE'],
    ['grant.revoked', 'DEACTIVATE'],
    ['request.denied', 'OTHER'],
    ['request.invented', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
    ['__proto__', 'UNKNOWN'],
  ])('takes the action %s for %s', (action, actionKind) => {
    expect(contentOf({ ...entry, action })).toMatchObject({ action, actionKind })
  })

  it('is total: any JSON object with an id and a time gives an entry', () => {
    const names = [
      'actor_id',
      'actor_type',
      'action',
      'resource_type',
      'metadata',
      'reasoning',
      '__proto__',
      'then',
    ]
    const record = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.jsonValue())
    fc.assert(
      fc.property(record, (fields) => {
        const text = `{${JSON.stringify(fields).slice(1, -1)}${Object.keys(fields).length > 0 ? ',' : ''}"id":"i","created_at":"2026-01-01T00:00:00Z"}`
        const content = pageOf(answer(`{"data":[${text}],"has_more":false}`)).rows[0]?.content()
        expect(content?.raw).toStrictEqual(JSON.parse(text))
        expect(typeof content?.action).toBe('string')
        expect(typeof content?.resource.type).toBe('string')
      }),
    )
  })
})

describe('readEntry', () => {
  it('reads the bare entry', () => {
    expect(readEntry(source, ok(entry), entry.id.toUpperCase())).toMatchObject({ id: entry.id })
  })

  it('reads an entry that happens to have a code and a message', () => {
    expect(readEntry(source, ok({ ...entry, code: 'c', message: 'm' }))).toMatchObject({ id: entry.id })
  })

  it.each<[string, object, string]>([
    ['another entry', { ...entry, id: '00000000-0000-4000-8000-000000000000' }, 'another entry'],
    ['no id', { ...entry, id: null }, 'at id: '],
    ['no time', { ...entry, created_at: 5 }, 'at created_at: '],
    ['the entry in a wrapper', { data: entry }, 'at id: '],
  ])('refuses %s', (_name, body, text) => {
    expect(readEntry(source, ok(body), entry.id)).toMatchObject({
      kind: 'INVALID_RESPONSE',
      message: expect.stringContaining(text),
    })
  })
})
