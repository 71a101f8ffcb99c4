import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, instantMaxMs, instantMinMs, parseInstant } from '../../model/instant.js'
import type { PageAsk } from '../../model/provider.js'
import { capabilitiesWith } from './capabilities.js'
import { pageRequest } from './request.js'
import { type Settings, settings } from './settings.js'

const day = settings.parse({ organizationId: 'org_55', credentials: { token: 't' } })
const instant: Settings = { ...day, dates: 'instant' }

function queryOf(ask: Partial<PageAsk>, given: Settings = day) {
  return Object.fromEntries(pageRequest({ pushdown: {}, limit: 50, ...ask }, given).query)
}

describe('pageRequest', () => {
  it('asks the list of the organization, every segment encoded', () => {
    const request = pageRequest({ pushdown: {}, limit: 50 }, { ...day, organizationId: 'a|b:c@d' })
    expect(request).toEqual({
      method: 'GET',
      path: '/v1/organizations/a%7Cb%3Ac%40d/audit-log',
      query: [
        ['skip', '0'],
        ['limit', '50'],
      ],
      headers: { accept: 'application/json' },
    })
  })

  it('sends every filter that the endpoint has', () => {
    const pushdown = {
      actorIds: ['usr_1'],
      actions: ['assigned'],
      resourceTypes: ['role'],
      resourceIds: ['role_9'],
    }
    expect(queryOf({ pushdown, offset: 200 })).toEqual({
      actor_id: 'usr_1',
      action_type: 'assigned',
      entity_type: 'role',
      skip: '200',
      limit: '50',
    })
  })

  it.each([
    ['several values', { actions: ['created', 'deleted'] }],
    ['an unlisted resource type', { resourceTypes: ['candidate'] }],
    ['an empty value', { actorIds: [''] }],
    ['a value with a comma', { actorIds: ['a,b'] }],
    ['a value with a blank', { actions: [' created'] }],
    ['half of a surrogate pair', { actorIds: ['\ud800'] }],
  ])('leaves out %s', (_, pushdown) => {
    expect(queryOf({ pushdown })).toEqual({ skip: '0', limit: '50' })
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
    ['day, morning', day, '2026-03-02T08:15:41.250Z', { from_date: '2026-02-28', to_date: '2026-03-03' }],
    ['day, afternoon', day, '2026-03-02T18:00:00Z', { from_date: '2026-03-01', to_date: '2026-03-04' }],
    ['day, midnight', day, '2026-03-02T00:00:00Z', { from_date: '2026-02-28', to_date: '2026-03-03' }],
    [
      'instant, with a fraction',
      instant,
      '2026-03-02T08:15:41.250Z',
      { from_date: '2026-03-02T08:15:40Z', to_date: '2026-03-02T08:15:43Z' },
    ],
    [
      'instant, a whole second',
      instant,
      '2026-03-02T08:15:41Z',
      { from_date: '2026-03-02T08:15:40Z', to_date: '2026-03-02T08:15:42Z' },
    ],
  ])('widens both bounds: %s', (_, given, text, bounds) => {
    const ms = parseInstant(text)
    expect(queryOf({ sinceMs: ms, untilMs: ms } as Partial<PageAsk>, given)).toMatchObject(bounds)
  })

  it.each([
    ['day', day, '0001-01-01', '9999-12-31'],
    ['instant', instant, '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
  ])('leaves out a bound outside the years 0001 to 9999: %s', (_, given, first, last) => {
    expect(queryOf({ sinceMs: instantMinMs, untilMs: instantMaxMs }, given)).toEqual({
      skip: '0',
      limit: '50',
    })
    const reversed = queryOf(
      { sinceMs: instantMaxMs + 10 * dayMs, untilMs: instantMinMs - 10 * dayMs },
      given,
    )
    expect(reversed).toMatchObject({ from_date: last, to_date: first })
  })
})

/** Any instant in a few decades, and any zone in steps of a quarter of an hour. */
const anyInstant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2050, 0, 1) })
const anyZoneMs = fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 900_000)
const anySpan = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5 * dayMs }))

/** How a provider may read its bounds; each gives whether it pages over a row of this time. */
type Reading = (timeMs: number, from: string, to: string) => boolean

describe('bounds hold the contract of PageAsk', () => {
  function holds(given: Settings, readings: (zoneMs: number) => Record<string, Reading>) {
    const { boundSlackMs } = capabilitiesWith(given)
    fc.assert(
      fc.property(
        anyInstant,
        anySpan,
        anyZoneMs,
        fc.integer({ min: -4 * dayMs, max: 9 * dayMs }),
        (sinceMs, spanMs, zoneMs, awayMs) => {
          const untilMs = sinceMs + spanMs
          const { from_date: from = '', to_date: to = '' } = queryOf({ sinceMs, untilMs }, given)
          for (const [name, includes] of Object.entries(readings(zoneMs))) {
            for (const insideMs of [sinceMs, untilMs - 1, sinceMs + Math.floor(spanMs / 2)]) {
              expect(includes(insideMs, from, to), `${name} ${insideMs}`).toBe(true)
            }
            const timeMs = sinceMs + awayMs
            if (includes(timeMs, from, to)) {
              expect(timeMs).toBeGreaterThanOrEqual(sinceMs - boundSlackMs.since)
              expect(timeMs).toBeLessThan(untilMs + boundSlackMs.until)
            }
          }
        },
      ),
      { numRuns: 2_000 },
    )
  }

  it('as days, in any zone', () => {
    holds(day, (zoneMs) => {
      const localDay = (timeMs: number) => new Date(timeMs + zoneMs).toISOString().slice(0, 10)
      const midnight = (text: string) => Date.parse(`${text}T00:00:00Z`) - zoneMs
      return {
        'whole days, inclusive': (t, from, to) => localDay(t) >= from && localDay(t) <= to,
        'whole days, exclusive': (t, from, to) => localDay(t) > from && localDay(t) < to,
        'midnights, inclusive': (t, from, to) => t >= midnight(from) && t <= midnight(to),
        'midnights, exclusive': (t, from, to) => t > midnight(from) && t < midnight(to),
      }
    })
  })

  it('as instants', () => {
    const cut = (timeMs: number) => Math.floor(timeMs / 1_000) * 1_000
    holds(instant, () => ({
      inclusive: (t, from, to) => t >= Date.parse(from) && t <= Date.parse(to),
      exclusive: (t, from, to) => t > Date.parse(from) && t < Date.parse(to),
      'cut to seconds, inclusive': (t, from, to) => cut(t) >= Date.parse(from) && cut(t) <= Date.parse(to),
      'cut to seconds, exclusive': (t, from, to) => cut(t) > Date.parse(from) && cut(t) < Date.parse(to),
    }))
  })
})
