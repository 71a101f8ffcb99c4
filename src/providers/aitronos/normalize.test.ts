import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../model/failure.js'
import type { JsonObject } from '../../model/json.js'
import type { UpstreamPage, UpstreamResponse } from '../../model/provider.js'
import { readPage, toContent } from './normalize.js'
import { settings } from './settings.js'

const given = settings.parse({ organizationId: 'org_55', credentials: { token: 't' } })

/** Composed: the example of sheet section 4. */
const sample = {
  id: 'aentry_7f31c0',
  entity_type: 'department',
  entity_id: 'dep_204',
  entity_name: 'Field Support',
  action_type: 'reparented',
  actor_id: 'usr_0a9',
  actor_name: 'Mira Kovac',
  actor_email: 'mira@corp.example',
  target_id: null,
  target_name: null,
  previous_value: { parent_id: 'dep_100' },
  new_value: { parent_id: 'dep_150' },
  metadata: null,
  organization_id: 'org_55',
  department_id: 'dep_204',
  created_at: '2026-03-02T08:15:41Z',
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
  it('normalizes the sample of the sheet', () => {
    const page = pageOf({ items: [sample], total: 341, skip: 100, limit: 100, has_more: true })
    expect(page).toMatchObject({ more: true, total: 341, offset: 100 })
    expect(page.rows[0]).toMatchObject({ id: 'aentry_7f31c0', timeMs: Date.UTC(2026, 2, 2, 8, 15, 41) })
    expect(page.rows[0]?.content()).toEqual({
      upstreamId: 'aentry_7f31c0',
      occurredAtMs: Date.UTC(2026, 2, 2, 8, 15, 41),
      action: 'reparented',
      actionKind: 'MOVE',
      actor: {
        id: 'usr_0a9',
        type: 'USER',
        rawType: null,
        name: 'Mira Kovac',
        email: 'mira@corp.example',
      },
      resource: { type: 'department', id: 'dep_204', name: 'Field Support' },
      counterparty: null,
      changes: [{ field: null, before: { parent_id: 'dep_100' }, after: { parent_id: 'dep_150' } }],
      reason: null,
      origin: null,
      organizationId: 'org_55',
      metadata: null,
      raw: sample,
    })
  })

  it.each([
    ['the flag, true', { items: [sample], has_more: true }, true],
    ['the flag, false', { items: [sample], has_more: false, total: 9 }, false],
    ['no flag, rows', { items: [sample] }, true],
    ['no flag, no rows', { items: [] }, false],
    ['a flag of a wrong type', { items: [sample], has_more: 'no' }, true],
  ])('decides whether more follows by %s', (_, body, more) => {
    expect(pageOf(body).more).toBe(more)
  })

  it.each([null, -1, 1.5, '9', 1e300, {}])('has no total for %j', (total) => {
    expect(pageOf({ items: [], total, surprise: 1 })).toEqual({ rows: [], more: false })
  })

  it.each([
    ['no rows', {}, 'items: expected array'],
    ['rows that are null', { items: null }, 'items: expected array'],
    ['a body that is a list', [sample], 'the body: expected object'],
    ['a body that is a text', '"items"', 'the body: expected object'],
    ['a row that is null', { items: [sample, null] }, 'items[1]: expected an object'],
    ['a row that is a list', { items: [[]] }, 'items[0]: expected an object'],
    ['a row without id', { items: [{ ...sample, id: undefined }] }, 'items[0].id'],
    ['a row with an empty id', { items: [{ ...sample, id: '' }] }, 'items[0].id'],
    ['an id with an exponent', { items: [{ ...sample, id: 1e21 }] }, 'items[0].id'],
    ['a row without time', { items: [sample, { id: 'a' }] }, 'items[1].created_at'],
    [
      'a time that is none',
      { items: [{ ...sample, created_at: '2026-02-30T00:00:00Z' }] },
      'items[0].created_at',
    ],
    [
      'a time without zone',
      { items: [{ ...sample, created_at: '2026-02-03T00:00:00' }] },
      'items[0].created_at',
    ],
    [
      'another organization',
      { items: [{ ...sample, organization_id: 'org_1' }] },
      'items[0].organization_id',
    ],
    ['an odd organization', { items: [{ ...sample, organization_id: 55 }] }, 'items[0].organization_id'],
  ])('refuses %s', (_, body, path) => {
    const failure = readPage(answer(body), given)
    expect(failure).toMatchObject({ failed: true, kind: 'INVALID_RESPONSE' })
    expect(isFailure(failure) && failure.message).toContain(path)
    expect(isFailure(failure) && failure.message).not.toContain('org_1')
  })

  it('takes a number for an id and an organization that is not said', () => {
    const [row] = pageOf({ items: [{ ...sample, id: 17, organization_id: null }] }).rows
    expect(row?.id).toBe('17')
    expect(row?.content()).toMatchObject({ upstreamId: '17', organizationId: 'org_55' })
  })
})

describe('toContent', () => {
  it('takes target for the counterparty, never for the resource', () => {
    expect(contentOf({ ...sample, target_id: 'usr_9', target_name: 'Ivo' }).counterparty).toEqual({
      type: 'target',
      id: 'usr_9',
      name: 'Ivo',
    })
  })

  it.each([
    ['both null', null, null, null],
    ['an object', { a: 1 }, null, [{ field: null, before: { a: 1 }, after: null }]],
    ['a text', null, 'open', [{ field: null, before: null, after: 'open' }]],
    ['numbers', 0, 1, [{ field: null, before: 0, after: 1 }]],
    ['lists', [], [1], [{ field: null, before: [], after: [1] }]],
    ['false', false, null, [{ field: null, before: false, after: null }]],
  ])('gives changes for %s', (_, previous_value, new_value, changes) => {
    expect(contentOf({ ...sample, previous_value, new_value }).changes).toEqual(changes)
  })

  it('has an unknown actor when nothing is said of one', () => {
    expect(contentOf({ id: 'x' }).actor).toEqual({
      id: null,
      type: 'UNKNOWN',
      rawType: null,
      name: null,
      email: null,
    })
  })

  it('never throws and keeps the record, whatever it holds', () => {
    const names = [...Object.keys(sample), '__proto__', 'constructor', 'hasOwnProperty', 'toString']
    const member = fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), fc.jsonValue())
    fc.assert(
      fc.property(fc.array(member, { maxLength: 20 }), (members) => {
        const texts = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
        const raw = JSON.parse(`{${texts.join(',')}}`) as JsonObject
        const before = JSON.stringify(raw)
        const content = contentOf(raw)
        expect(content.raw).toBe(raw)
        expect(JSON.stringify(raw)).toBe(before)
        for (const text of [
          content.actor.id,
          content.actor.name,
          content.resource.id,
          content.resource.name,
        ]) {
          expect(text === null || typeof text === 'string').toBe(true)
        }
        expect(typeof content.action).toBe('string')
        expect(typeof content.resource.type).toBe('string')
      }),
    )
  })

  it('is not fooled by keys of the prototype', () => {
    const raw = JSON.parse('{"__proto__":{"actor_id":"usr_evil","metadata":{"a":1}}}') as JsonObject
    expect(contentOf(raw)).toMatchObject({ actor: { id: null }, metadata: null, raw })
    expect(({} as Record<string, unknown>)['actor_id']).toBeUndefined()
  })
})
