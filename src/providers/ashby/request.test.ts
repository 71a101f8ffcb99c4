import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, instantMaxMs, instantMinMs, parseInstant } from '../../model/instant.js'
import type { PageAsk } from '../../model/provider.js'
import { capabilitiesOf } from './capabilities.js'
import { authorization, pageRequest } from './request.js'
import { settings } from './settings.js'

const source = settings.parse({ credentials: { apiKey: 'key-1' } })
const { boundSlackMs, window } = capabilitiesOf(source)
const spanMaxMs = window?.spanMaxMs ?? 0
const untilMs = Date.UTC(2026, 0)
const sinceMs = Date.UTC(2025, 0)
const ask = (parts: Partial<PageAsk>): PageAsk => ({ sinceMs, untilMs, pushdown: {}, limit: 100, ...parts })
const sent = (parts: Partial<PageAsk>): Record<string, unknown> =>
  JSON.parse(pageRequest(source, ask(parts)).body ?? '')

const dates = { startDate: '2024-12-31T23:59:59.000Z', endDate: '2026-01-01T00:00:01.000Z' }
const hundred = Array.from({ length: 100 }, (_, index) => `id-${index}`)

describe('pageRequest', () => {
  it('posts JSON with both dates, the version and no credentials', () => {
    const { body, ...rest } = pageRequest(source, ask({}))
    expect(rest).toEqual({
      method: 'POST',
      path: '/auditLog.list',
      query: [],
      headers: {
        Accept: 'application/json; version=1',
        'Ashby-Version': '2026-01-01',
        'Content-Type': 'application/json',
      },
    })
    expect(JSON.parse(body ?? '')).toEqual({ ...dates, limit: 100 })
  })

  it.each<[string, Partial<PageAsk>, object]>([
    [
      'ids',
      { pushdown: { actorIds: ['a', 'b'], resourceIds: ['r'] } },
      { actorIds: ['a', 'b'], targetIds: ['r'] },
    ],
    ['types', { pushdown: { resourceTypes: ['job', 'app_user'] } }, { targetTypes: ['job', 'app_user'] }],
    ['categories', { pushdown: { actions: ['JobStatusChanged'] } }, { categories: ['JobStatusChanged'] }],
    [
      'categories alone, not with types, which would be OR',
      { pushdown: { actions: ['JobStatusChanged'], resourceTypes: ['job'] } },
      { categories: ['JobStatusChanged'] },
    ],
    [
      'filters with a cursor',
      { pushdown: { actorIds: ['a'] }, upstreamCursor: 'o' },
      { actorIds: ['a'], cursor: 'o' },
    ],
    ['a hundred values', { pushdown: { actorIds: hundred } }, { actorIds: hundred }],
    ['no list of more', { pushdown: { actorIds: [...hundred, 'x'] } }, {}],
    ['no empty list', { pushdown: { actorIds: [], actions: [], resourceTypes: [], resourceIds: [] } }, {}],
    ['no empty id', { pushdown: { actorIds: [''] } }, {}],
    ['a word that we do not know', { pushdown: { actions: ['JobDeleted'] } }, { categories: ['JobDeleted'] }],
    [
      'a type where the category may not be sent',
      { pushdown: { actions: [''], resourceTypes: ['job'] } },
      { targetTypes: ['job'] },
    ],
  ])('sends %s', (_name, parts, expected) => {
    expect(sent(parts)).toEqual({ ...dates, limit: 100, ...expected })
  })

  it.each([
    [0, 1],
    [1, 1],
    [101, 100],
  ])('sends the limit %i as %i', (limit, expected) => {
    expect(sent({ limit })['limit']).toBe(expected)
  })

  it('starts at the history floor when the ask has no start', () => {
    const { untilMs: until, pushdown, limit } = ask({ untilMs: Date.UTC(2018, 5) })
    const { body } = pageRequest(source, { ...(until !== undefined && { untilMs: until }), pushdown, limit })
    expect(JSON.parse(body ?? '')).toMatchObject({ startDate: '2017-12-31T23:59:59.000Z' })
  })

  it.each<[string, PageAsk]>([
    ['no end', { sinceMs, pushdown: {}, limit: 100 }],
    ['the end before the start', ask({ sinceMs: untilMs + 1 })],
    ['a span that Ashby refuses', ask({ sinceMs: untilMs - 541 * dayMs })],
  ])('throws on %s', (_name, wrong) => {
    expect(() => pageRequest(source, wrong)).toThrow(RangeError)
  })

  it('widens every bound by a second, by no more than is declared, and never to 18 months', () => {
    const instant = fc.integer({ min: instantMinMs, max: instantMaxMs })
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: spanMaxMs }), (since, span) => {
        const until = Math.min(since + span, instantMaxMs)
        const { startDate, endDate } = sent({ sinceMs: since, untilMs: until })
        const startMs = parseInstant(String(startDate)) ?? Number.NaN
        const endMs = parseInstant(String(endDate)) ?? Number.NaN
        expect(since - startMs).toBeGreaterThanOrEqual(Math.min(1_000, since - instantMinMs))
        expect(since - startMs).toBeLessThanOrEqual(boundSlackMs.since)
        expect(endMs - until).toBeGreaterThanOrEqual(Math.min(1_000, instantMaxMs - until))
        expect(endMs + 999 - until).toBeLessThanOrEqual(boundSlackMs.until)
        expect(endMs - startMs).toBeLessThan(546 * dayMs)
      }),
      {
        examples: [
          [instantMinMs, spanMaxMs],
          [instantMaxMs - spanMaxMs, spanMaxMs],
        ],
      },
    )
  })
})

describe('authorization', () => {
  it('is Basic with the key as user and an empty password', () => {
    const { Authorization = '' } = authorization(source)
    expect(Authorization).toMatch(/^Basic /)
    expect(Buffer.from(Authorization.slice(6), 'base64').toString()).toBe('key-1:')
  })
})
