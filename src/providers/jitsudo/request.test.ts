import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantMaxMs, instantMinMs, parseInstant } from '../../model/instant.js'
import type { PageAsk } from '../../model/provider.js'
import { capabilitiesOf } from './capabilities.js'
import { authorization, entryRequest, pageRequest } from './request.js'
import { settings } from './settings.js'

const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'
const base = { baseUrl: 'https://jitsudo.example.com', tenantId }
const source = settings.parse({ ...base, credentials: { apiKey: 'key-1' } })
const ask = (parts: Partial<PageAsk>): PageAsk => ({ pushdown: {}, limit: 100, ...parts })
const sent = (parts: Partial<PageAsk>) => Object.fromEntries(pageRequest(source, ask(parts)).query)

describe('pageRequest', () => {
  it('asks for the list with the tenant and without credentials', () => {
    expect(pageRequest(source, ask({}))).toEqual({
      method: 'GET',
      path: '/v1/audit-log',
      query: [
        ['from', '1970-01-01T00:00:00.000Z'],
        ['limit', '100'],
      ],
      headers: { Accept: 'application/json', 'X-Tenant-ID': tenantId },
    })
  })

  it.each<[string, Partial<PageAsk>, Record<string, string>]>([
    [
      'every filter',
      {
        pushdown: {
          actorIds: ['auth0|1'],
          actions: ['a&b=c'],
          resourceTypes: ['grant'],
          resourceIds: ['r/1'],
        },
      },
      { actor_id: 'auth0|1', action: 'a&b=c', resource_type: 'grant', resource_id: 'r/1' },
    ],
    [
      'filters and bounds with a cursor',
      { pushdown: { actions: ['x'] }, sinceMs: 0, upstreamCursor: 'o=' },
      {
        action: 'x',
        from: '1969-12-31T23:59:59.000Z',
        cursor: 'o=',
      },
    ],
    [
      'bounds to whole seconds, and one further',
      { sinceMs: 10_001, untilMs: 20_001 },
      {
        from: '1970-01-01T00:00:09.000Z',
        to: '1970-01-01T00:00:22.000Z',
      },
    ],
    ['one bound alone', { untilMs: 20_000 }, { to: '1970-01-01T00:00:21.000Z' }],
    ['no filter for two values', { pushdown: { actions: ['a', 'b'] } }, {}],
    ['no filter for no value', { pushdown: { actions: [] } }, {}],
    ['no filter for an empty value', { pushdown: { actions: [''] } }, {}],
    ['no filter for what may be read as a list', { pushdown: { actions: ['a,b'] } }, {}],
    ['no filter for what may be trimmed', { pushdown: { actions: [' a'] } }, {}],
    ['no filter for half a surrogate pair', { pushdown: { actorIds: ['\ud800'] } }, {}],
  ])('sends %s', (_name, parts, expected) => {
    expect(sent(parts)).toEqual({ limit: '100', from: '1970-01-01T00:00:00.000Z', ...expected })
  })

  it.each([
    [0, '1'],
    [1, '1'],
    [500, '100'],
  ])('sends the limit %i as %s', (limit, expected) => {
    expect(sent({ limit })['limit']).toBe(expected)
  })

  it('sends no lower bound of its own behind the upper one', () => {
    expect(sent({ untilMs: 0 })).toEqual({ limit: '100', to: '1970-01-01T00:00:01.000Z' })
  })

  it('leaves out a bound outside the years 0001 to 9999', () => {
    expect(sent({ sinceMs: instantMinMs + 999, untilMs: instantMaxMs - 998 })).toEqual({ limit: '100' })
    expect(sent({ sinceMs: instantMinMs + 1_000, untilMs: instantMaxMs - 1_999 })).toEqual({
      limit: '100',
      from: '0001-01-01T00:00:00.000Z',
      to: '9999-12-31T23:59:59.000Z',
    })
  })

  it('widens every other bound by at least a second and by no more than is declared', () => {
    const { boundSlackMs } = capabilitiesOf(source)
    const instant = fc.integer({ min: instantMinMs + 2_000, max: instantMaxMs - 2_000 })
    fc.assert(
      fc.property(instant, instant, (sinceMs, untilMs) => {
        const { from = '', to = '' } = sent({ sinceMs, untilMs })
        const fromMs = parseInstant(from) ?? Number.NaN
        const toMs = parseInstant(to) ?? Number.NaN
        expect(sinceMs - fromMs).toBeGreaterThanOrEqual(1_000)
        expect(sinceMs - fromMs).toBeLessThanOrEqual(boundSlackMs.since)
        expect(toMs - untilMs).toBeGreaterThanOrEqual(1_000)
        expect(toMs + 999 - untilMs).toBeLessThanOrEqual(boundSlackMs.until)
      }),
      { examples: [[instantMinMs + 2_000, instantMaxMs - 2_000]] },
    )
  })
})

describe('entryRequest', () => {
  it('asks for one entry', () => {
    const id = '5B0C7A42-1d7e-4f0f-9a53-0f6a8d1c2e11'
    expect(entryRequest(source, id)).toEqual({
      ownRight: true,
      method: 'GET',
      path: `/v1/audit-log/${id}`,
      query: [],
      headers: { Accept: 'application/json', 'X-Tenant-ID': tenantId },
    })
  })

  it.each(['', '7', '../tenants', '5b0c7a42-1d7e-4f0f-9a53-0f6a8d1c2e11/x'])(
    'has no request for the id "%s"',
    (id) => {
      expect(entryRequest(source, id)).toBeUndefined()
    },
  )
})

describe('authorization', () => {
  it.each([
    [{ apiKey: 'key-1' }, { 'X-API-Key': 'key-1' }],
    [{ token: 'a.b.c' }, { Authorization: 'Bearer a.b.c' }],
  ])('sends %o', (credentials, expected) => {
    expect(authorization(settings.parse({ ...base, credentials }))).toEqual(expected)
  })
})
