import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, instantMaxMs, instantMinMs, parseInstant } from '../../model/instant.js'
import type { PageAsk } from '../../model/provider.js'
import { capabilities } from './capabilities.js'
import { pageRequest } from './request.js'
import { settings } from './settings.js'

const given = settings.parse({ organizationId: 'org_55', credentials: { apiKey: 'k' } })

function queryOf(ask: Partial<PageAsk>) {
  return Object.fromEntries(pageRequest({ pushdown: {}, limit: 50, ...ask }, given).query)
}

describe('a source that prefers the history', () => {
  const prefers = { ...given, preferHistory: true }
  const one = { resourceTypes: ['vector_store'], resourceIds: ['vs_1'] }
  it.each([
    [
      'any action, of which a history may have some only',
      one,
      '/v1/org_55/audit-logs',
      { resourceType: 'vector_store', resourceId: 'vs_1' },
    ],
    [
      'an action and an actor that it names too',
      { ...one, actions: ['updated'], actorIds: ['uid_1'] },
      '/v1/vector-stores/vs_1/history',
      { action: 'updated', user_id: 'uid_1' },
    ],
    [
      'an action that only the list names',
      { ...one, actions: ['shared'] },
      '/v1/org_55/audit-logs',
      { action: 'shared', resourceType: 'vector_store', resourceId: 'vs_1' },
    ],
    [
      'a type without a history',
      { resourceTypes: ['user'], resourceIds: ['u1'] },
      '/v1/org_55/audit-logs',
      { resourceType: 'user', resourceId: 'u1' },
    ],
    [
      'an id that is no segment of a path',
      { ...one, resourceIds: ['..'] },
      '/v1/org_55/audit-logs',
      { resourceType: 'vector_store', resourceId: '..' },
    ],
    ['a type alone', { resourceTypes: ['rule'] }, '/v1/org_55/audit-logs', { resourceType: 'rule' }],
  ])('asks for %s', (_, pushdown, path, filters) => {
    const request = pageRequest({ pushdown, limit: 50, sinceMs: 1_000_000_000_000 }, prefers)
    const { limit, offset, ...query } = Object.fromEntries(request.query)
    const start = path.endsWith('history') ? 'start_date' : 'startDate'
    expect({ path: request.path, query }).toEqual({
      path,
      query: { ...filters, [start]: '2001-09-09T01:46:39Z' },
    })
    expect([limit, offset]).toEqual(['50', '0'])
  })
})

describe('pageRequest', () => {
  it('asks the list of the organization, every segment encoded', () => {
    const request = pageRequest({ pushdown: {}, limit: 50 }, { ...given, organizationId: 'a|b:c@d' })
    expect(request).toEqual({
      method: 'GET',
      path: '/v1/a%7Cb%3Ac%40d/audit-logs',
      query: [
        ['limit', '50'],
        ['offset', '0'],
      ],
      headers: { accept: 'application/json' },
    })
  })

  it('sends every filter that the list has', () => {
    const pushdown = {
      actorIds: ['uid_1'],
      actions: ['archived'],
      resourceTypes: ['rule'],
      resourceIds: ['rule_310'],
    }
    expect(queryOf({ pushdown, offset: 200 })).toEqual({
      userId: 'uid_1',
      action: 'archived',
      resourceType: 'rule',
      resourceId: 'rule_310',
      offset: '200',
      limit: '50',
    })
  })

  it.each([
    ['a resource id alone', { resourceIds: ['rule_310'] }],
    ['a resource id beside an unlisted type', { resourceIds: ['rule_310'], resourceTypes: ['policy'] }],
    ['a resource id beside two types', { resourceIds: ['rule_310'], resourceTypes: ['rule', 'user'] }],
    ['restored', { actions: ['restored'] }],
    ['an unlisted action', { actions: ['exported'] }],
    ['several values', { actions: ['created', 'deleted'] }],
    ['an empty value', { actorIds: [''] }],
    ['a value with a comma', { actorIds: ['a,b'] }],
    ['half of a surrogate pair', { actorIds: ['\ud800'] }],
  ])('leaves out %s', (_, pushdown) => {
    expect(queryOf({ pushdown })).toEqual({ offset: '0', limit: '50' })
  })

  it.each([
    [0, '1'],
    [1, '1'],
    [100, '100'],
    [101, '100'],
  ])('keeps the limit %s within 1 to 100', (limit, sent) => {
    expect(queryOf({ limit })).toMatchObject({ limit: sent })
  })

  it.each([
    ['2026-03-02T08:15:41.250Z', '2026-03-02T08:15:40Z', '2026-03-02T08:15:43Z'],
    ['2026-03-02T08:15:41Z', '2026-03-02T08:15:40Z', '2026-03-02T08:15:42Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:58Z', '1970-01-01T00:00:01Z'],
  ])('widens both bounds of %s', (text, startDate, endDate) => {
    const ms = parseInstant(text) ?? Number.NaN
    expect(queryOf({ sinceMs: ms, untilMs: ms })).toMatchObject({ startDate, endDate })
  })

  it('leaves out a bound outside the years 0001 to 9999', () => {
    expect(queryOf({ sinceMs: instantMinMs, untilMs: instantMaxMs })).toEqual({ offset: '0', limit: '50' })
    expect(queryOf({ sinceMs: instantMaxMs + dayMs, untilMs: instantMinMs - dayMs })).toMatchObject({
      startDate: '9999-12-31T23:59:59Z',
      endDate: '0001-01-01T00:00:00Z',
    })
  })

  it('holds the contract of PageAsk, whether bounds are inclusive or cut to seconds', () => {
    const cut = (timeMs: number) => Math.floor(timeMs / 1_000) * 1_000
    const { boundSlackMs } = capabilities
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000_000_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: -6_000, max: 12_000 }),
        (sinceMs, spanMs, awayMs) => {
          const untilMs = sinceMs + spanMs
          const { startDate = '', endDate = '' } = queryOf({ sinceMs, untilMs })
          const [from, to] = [Date.parse(startDate), Date.parse(endDate)]
          for (const shown of [(t: number) => t, cut]) {
            for (const insideMs of [sinceMs, untilMs - 1]) {
              expect(shown(insideMs)).toBeGreaterThan(from)
              expect(shown(insideMs)).toBeLessThan(to)
            }
            const timeMs = sinceMs + awayMs
            if (shown(timeMs) >= from && shown(timeMs) <= to) {
              expect(timeMs).toBeGreaterThanOrEqual(sinceMs - boundSlackMs.since)
              expect(timeMs).toBeLessThan(untilMs + boundSlackMs.until)
            }
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
