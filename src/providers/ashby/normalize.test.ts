import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../model/failure.js'
import type { UpstreamPage, UpstreamResponse } from '../../model/provider.js'
import { readPage } from './normalize.js'
import { settings } from './settings.js'

const source = settings.parse({ credentials: { apiKey: 'key-1' }, organizationId: 'acme' })
/** Composed: sheet ashby section 5; `id`, `createdAt`, `target.id` and `target.name` are inferred names. */
const entry = {
  id: '3a8f6f0e-52b7-4a0e-9c7a-2b1f5e90d7c4',
  createdAt: '2026-10-02T14:31:09.512Z',
  category: 'JobStatusChanged',
  actor: { type: 'ApiUser', id: 'c1d2', name: 'HRIS sync' },
  target: { type: 'job', id: '77ab', name: 'Data Engineer' },
  changedFields: { status: ['Open', 'Closed'], hiringManager: [{ ref: 'u-1', type: 'app_user' }, null] },
}
const timeMs = Date.UTC(2026, 9, 2, 14, 31, 9, 512)
const answer = (body: string, headers: Record<string, string> = {}): UpstreamResponse => ({
  status: 200,
  headers,
  body,
  receivedAtMs: 0,
})
const ok = (body: object, headers?: Record<string, string>) =>
  answer(JSON.stringify({ success: true, moreDataAvailable: false, ...body }), headers)

function pageOf(response: UpstreamResponse): UpstreamPage {
  const page = readPage(source, response)
  if (isFailure(page)) throw new Error(page.message)
  return page
}
const contentOf = (record: object) => pageOf(ok({ results: [record] })).rows[0]?.content()

describe('readPage', () => {
  it('reads rows, the flag and the token', () => {
    const page = pageOf(ok({ results: [entry], moreDataAvailable: true, nextCursor: 'o', syncToken: 's' }))
    expect(page).toMatchObject({ more: true, upstreamCursor: 'o', rows: [{ id: entry.id, timeMs }] })
    expect(page.notices).toBeUndefined()
  })

  it.each<[string, object, object]>([
    ['the end', { success: true, moreDataAvailable: false }, { more: false }],
    ['no success flag', { moreDataAvailable: false }, { more: false }],
    ['a null success flag', { success: null, moreDataAvailable: false }, { more: false }],
    ['more without token', { success: true, moreDataAvailable: true }, { more: true }],
    ['more with an empty token', { success: true, moreDataAvailable: true, nextCursor: '' }, { more: true }],
    ['more with a token of a wrong type', { moreDataAvailable: true, nextCursor: {} }, { more: true }],
    ['a token without flag', { success: true, nextCursor: 'x' }, { more: true, upstreamCursor: 'x' }],
    ['neither', { success: true, moreDataAvailable: null, nextCursor: null }, { more: false }],
    ['warnings', { success: true, warnings: ['w', 7, null] }, { more: false, notices: ['w'] }],
    ['warnings of a wrong type', { success: true, warnings: 'w' }, { more: false }],
  ])('reads %s', (_name, parts, expected) => {
    expect(pageOf(answer(JSON.stringify({ results: [], ...parts })))).toStrictEqual({ rows: [], ...expected })
  })

  it('lets success decide, not the status', () => {
    expect(pageOf({ ...ok({ results: [entry] }), status: 400 }).rows).toHaveLength(1)
  })

  it.each<[string, object, string]>([
    ['rows missing', {}, 'results: expected array'],
    [
      'a flag of a wrong type',
      { results: [], moreDataAvailable: 'no' },
      'moreDataAvailable: expected boolean',
    ],
    ['success of a wrong type', { results: [], success: 'false' }, 'success: expected boolean'],
    ['a row that is no object', { results: [entry, []] }, 'results[1]: expected an object'],
    [
      'a row without time',
      { results: [{ ...entry, createdAt: null }] },
      'results[0].createdAt: expected an RFC',
    ],
    [
      'a time without zone',
      { results: [{ ...entry, createdAt: '2026-10-02T14:31:09' }] },
      'results[0].createdAt: ',
    ],
  ])('refuses %s', (_name, body, place) => {
    expect(readPage(source, ok(body))).toMatchObject({
      kind: 'INVALID_RESPONSE',
      message: expect.stringContaining(`breaks its documented form at ${place}`),
    })
  })

  it('says when the version of the API is about to end', () => {
    expect(pageOf(ok({ results: [] }, { 'ashby-version-status': 'deprecated' })).notices).toMatchObject([
      expect.stringContaining('apiVersion'),
    ])
  })

  it.each(['occurredAt', 'timestamp', 'date'])('finds the time in %s', (name) => {
    const { createdAt, ...rest } = entry
    expect(pageOf(ok({ results: [{ ...rest, [name]: createdAt }] })).rows[0]?.timeMs).toBe(timeMs)
  })
})

describe('entries without id', () => {
  const { id: _id, ...nameless } = entry
  const idsOf = (...records: object[]) => pageOf(ok({ results: records })).rows.map((row) => row.id)

  it('get one that is stable and the same in content', () => {
    const [id] = idsOf(nameless)
    expect(id).toMatch(/^derived-[0-9a-f]{32}$/)
    expect(idsOf({ ...nameless, id: null, later: 1 })).toEqual([id])
    expect(contentOf(nameless)?.upstreamId).toBe(id)
  })

  it.each<[string, object]>([
    ['time', { createdAt: '2026-10-02T14:31:09.512001Z' }],
    ['actor', { actor: { ...entry.actor, id: 'x' } }],
    ['category', { category: 'X' }],
    ['target', { target: { ...entry.target, id: 'x' } }],
    ['changed fields', { changedFields: null }],
  ])('differ by %s', (_name, change) => {
    const [a, b] = idsOf(nameless, { ...nameless, ...change })
    expect(a).not.toBe(b)
  })

  it('are named in a notice, and so are those that nothing tells apart', () => {
    expect(pageOf(ok({ results: [entry, nameless] })).notices).toHaveLength(1)
    const { rows, notices } = pageOf(ok({ results: [nameless, nameless] }))
    expect(rows[0]?.id).toBe(rows[1]?.id)
    expect(notices).toContainEqual(expect.stringContaining('alike in every part'))
  })
})

describe('content', () => {
  it('normalizes a full record', () => {
    expect(contentOf(entry)).toStrictEqual({
      upstreamId: entry.id,
      occurredAtMs: timeMs,
      action: 'JobStatusChanged',
      actionKind: 'UPDATE',
      actor: { id: 'c1d2', type: 'API_KEY', rawType: 'ApiUser', name: 'HRIS sync', email: null },
      resource: { type: 'job', id: '77ab', name: 'Data Engineer' },
      counterparty: null,
      changes: [
        { field: 'status', before: 'Open', after: 'Closed' },
        { field: 'hiringManager', before: { ref: 'u-1', type: 'app_user' }, after: null },
      ],
      reason: null,
      origin: null,
      organizationId: 'acme',
      metadata: null,
      raw: entry,
    })
  })

  it('normalizes a record that has nothing but id and time', () => {
    expect(contentOf({ id: 'x', createdAt: entry.createdAt })).toMatchObject({
      action: '',
      actionKind: 'UNKNOWN',
      actor: { id: null, type: 'UNKNOWN', rawType: null, name: null },
      resource: { type: '', id: null, name: null },
      changes: null,
    })
  })

  it.each([
    ['User', 'USER'],
    ['Automation', 'AUTOMATION'],
    ['ApiUser', 'API_KEY'],
    ['Support', 'PROVIDER_STAFF'],
    ['Operations', 'PROVIDER_STAFF'],
    ['System', 'SYSTEM'],
    ['Other', 'UNKNOWN'],
    ['Robot', 'UNKNOWN'],
    ['toString', 'UNKNOWN'],
  ])('takes the actor type %s for %s', (rawType, type) => {
    const actor = contentOf({ ...entry, actor: { type: rawType, id: null, name: 'N' } })?.actor
    expect(actor).toEqual({ id: null, type, rawType, name: 'N', email: null })
  })

  it('withholds the name of a candidate', () => {
    expect(contentOf({ ...entry, actor: { type: 'Candidate', id: 'c', name: 'N' } })?.actor).toMatchObject({
      type: 'CANDIDATE',
      id: 'c',
      name: null,
    })
  })

  it.each(['JobDeleted', 'constructor', '__proto__'])('does not guess a kind for %s', (category) => {
    expect(contentOf({ ...entry, category })).toMatchObject({ action: category, actionKind: 'UNKNOWN' })
  })

  it.each<[string, string, unknown]>([
    ['null', 'null', null],
    ['an empty map', '{}', null],
    ['a wrong type', '[["a",1]]', null],
    ['a pair', '{"f":[1,{"x":[]}]}', [{ field: 'f', before: 1, after: { x: [] } }]],
    ['nulls', '{"f":[null,null]}', [{ field: 'f', before: null, after: null }]],
    ['a single value', '{"f":"v"}', [{ field: 'f', before: null, after: 'v' }]],
    ['a short list', '{"f":["v"]}', [{ field: 'f', before: null, after: ['v'] }]],
    ['a long list', '{"f":[1,2,3]}', [{ field: 'f', before: null, after: [1, 2, 3] }]],
    ['a key named __proto__', '{"__proto__":[1,2]}', [{ field: '__proto__', before: 1, after: 2 }]],
  ])('reads changed fields that are %s', (_name, changedFields, expected) => {
    const text = `{"success":true,"results":[{"id":"i","createdAt":"2026-01-01T00:00:00Z","changedFields":${changedFields}}]}`
    expect(pageOf(answer(text)).rows[0]?.content().changes).toStrictEqual(expected)
  })

  it('is total: any JSON object with a time gives an entry', () => {
    const names = ['id', 'category', 'actor', 'target', 'changedFields', '__proto__', 'then']
    const inner = fc.dictionary(fc.constantFrom('type', 'id', 'name', '__proto__'), fc.jsonValue())
    const value = fc.oneof(fc.jsonValue(), inner)
    const record = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value)
    fc.assert(
      fc.property(record, (fields) => {
        const inside = JSON.stringify(fields).slice(1, -1)
        const text = `{${inside === '' ? '' : `${inside},`}"createdAt":"2026-01-01T00:00:00Z"}`
        const [row] = pageOf(answer(`{"success":true,"results":[${text}]}`)).rows
        const content = row?.content()
        expect(row?.id).not.toBe('')
        expect(content?.raw).toStrictEqual(JSON.parse(text))
        expect(typeof content?.action).toBe('string')
        expect(typeof content?.resource.type).toBe('string')
      }),
    )
  })
})
