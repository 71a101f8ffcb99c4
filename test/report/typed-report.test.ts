import { afterAll, beforeAll, expect, it } from 'vitest'
import { AuditNewsDocument, AuditReportDocument, ExplainAuditReportDocument } from '../generated/graphql.js'
import { type LoggedEntry, type RunningGateway, startGateway } from '../support/running-gateway.js'
import { ask } from '../support/typed-client.js'

/** The published report with its generated types, over sockets: gateway, upstream client and all four simulators. */

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.close())

function countsBy(keyOf: (entry: LoggedEntry) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const entry of gateway.entries()) counts.set(keyOf(entry), (counts.get(keyOf(entry)) ?? 0) + 1)
  return counts
}

function told(breakdown: {
  readonly rows: readonly { readonly key: string; readonly count: { readonly value: number } }[]
}) {
  return new Map(breakdown.rows.map(({ key, count }) => [key, count.value]))
}

it('agrees with the logs', async () => {
  const variables = {
    filter: { occurredAt: { since: '2026-11-10T23:00:00Z' } },
    settle: 'PT0S',
    timeZone: 'Europe/Zurich',
    interval: 'HOUR',
    top: 1_000,
  } as const
  const { auditReport: report } = await ask(gateway.url, AuditReportDocument, variables)
  const entries = gateway.entries()
  const exact = (value: number) => ({ value, exactness: 'EXACT', atLeast: value, atMost: value })
  expect(report).toMatchObject({
    asOf: '2026-11-20T11:00:00.000Z',
    complete: true,
    total: exact(entries.length),
  })
  expect(report.last.at).toBe(new Date(entries[0]?.timeMs ?? 0).toISOString())
  expect(report.first.at).toBe(new Date(entries.at(-1)?.timeMs ?? 0).toISOString())
  expect(told(report.bySource)).toEqual(countsBy(({ sourceKey }) => sourceKey))
  expect(told(report.byAction)).toEqual(countsBy(({ event }) => event.action))
  expect(told(report.byResourceType)).toEqual(countsBy(({ event }) => event.resource.type))
  for (const { since, until, count } of report.timeline) {
    const inside = entries.filter(({ timeMs }) => timeMs >= Date.parse(since) && timeMs < Date.parse(until))
    expect(count).toEqual(exact(inside.length))
  }
  const joined = report.byActor.rows.filter(({ actor }) => (actor?.identities.length ?? 0) > 1)
  expect(joined.length).toBeGreaterThan(0)
  for (const { actor } of joined) {
    for (const { actor: known, joinedBy } of actor?.identities ?? []) {
      expect(joinedBy).toContainEqual({ evidence: 'SAME_EMAIL', email: known.email?.toLowerCase() })
    }
  }
})

it('says what is new, and how it would count', async () => {
  const filter = { occurredAt: { since: '2026-11-20T09:00:00Z', until: '2026-11-20T10:30:00Z' } }
  const { auditReport } = await ask(gateway.url, AuditNewsDocument, { filter, top: 1_000 })
  const between = (since: string, until: string) =>
    gateway.entries().filter(({ timeMs }) => timeMs >= Date.parse(since) && timeMs < Date.parse(until))
  const before = between('2026-11-20T07:30:00Z', filter.occurredAt.since).map(({ event }) => event.action)
  const after = between(filter.occurredAt.since, filter.occurredAt.until).map(({ event }) => event.action)
  expect(auditReport.comparison.window).toEqual({
    since: '2026-11-20T07:30:00.000Z',
    until: '2026-11-20T09:00:00.000Z',
  })
  expect([...told(auditReport.comparison.newActions).keys()].sort()).toEqual(
    [...new Set(after.filter((action) => !before.includes(action)))].sort(),
  )
  const { explainAuditReport: ways } = await ask(gateway.url, ExplainAuditReportDocument, {
    filter,
    figures: ['ACTION', 'TIMES'],
  })
  expect(ways.map(({ source, way }) => [source.key, way])).toEqual([
    ['crew', 'BULK'],
    ['assistants', 'READING'],
    ['access', 'READING'],
    ['hiring', 'READING'],
  ])
})
