import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../../src/model/failure.js'
import { Secret } from '../../src/model/secret.js'
import type { ReadableSource } from '../../src/reading/page.js'
import { createReader } from '../../src/reading/reader.js'
import { createGatewayServer } from '../../src/server/server.js'
import { emptyTail } from '../support/fake-gateway.js'
import {
  nowMs,
  type SimulatedProvider,
  type SimulatedSource,
  simulatedSource,
} from '../support/simulated-source.js'

const hourMs = 3_600_000
const timesMs = Array.from({ length: 700 }, (_, index) => nowMs - hourMs - index * 60_000)

function sourcesOf(...ids: readonly SimulatedProvider[]): readonly SimulatedSource[] {
  return ids.map((id) => simulatedSource(id, timesMs))
}

async function ask(sources: readonly ReadableSource[], query: string, headers: Record<string, string> = {}) {
  const infos = sources.map(({ key, capabilities }) => ({
    key,
    providerId: 'paper',
    displayName: `The ${key}`,
    organizationId: 'org',
    capabilities,
  }))
  const server = createGatewayServer({
    reader: createReader({ sources, secrets: [new Secret('a-secret-of-this-test')], now: () => nowMs }),
    tail: emptyTail,
    sources: infos,
    providerIds: ['paper'],
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  })
  const answer = await server.fetch(
    new Request('http://gateway.example/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    }),
  )
  return (await answer.json()) as {
    data: Record<string, never> | null
    errors?: readonly { message: string; path?: readonly string[]; extensions: Record<string, unknown> }[]
  }
}

describe('auditReport', () => {
  it('reads once for all fields and aliases of the same arguments, and not at all for its times', async () => {
    const sources = sourcesOf('jitsudo', 'ashby')
    const figures = `asOf window { since until }`
    expect((await ask(sources, `{ auditReport { ${figures} } }`)).data).toEqual({
      auditReport: { asOf: iso(nowMs), window: { since: null, until: iso(nowMs) } },
    })
    expect(sources.map(({ requests }) => requests())).toEqual([0, 0])
    const { data } = await ask(
      sources,
      `{
        a: auditReport(settle: "PT2H") { total { value exactness } byActor { rows { key label count { value } } } }
        b: auditReport(settle: "PT2H") {
          first { at } last { at }
          bySource(top: 1) { rows { label source { key } count { value } } rest { count { value } values { value } } }
          coverage { source { key } state }
        }
      }`,
    )
    const counted = timesMs.filter((timeMs) => timeMs < nowMs - 2 * hourMs)
    expect(data?.['a']).toMatchObject({ total: { value: 2 * counted.length, exactness: 'EXACT' } })
    expect(data?.['b']).toMatchObject({
      first: { at: iso(Math.min(...counted)) },
      last: { at: iso(Math.max(...counted)) },
      bySource: {
        rows: [{ label: 'The ashby', source: { key: 'ashby' }, count: { value: counted.length } }],
        rest: { count: { value: counted.length }, values: { value: 1 } },
      },
    })
    // Seven pages of 100 rows at each source and little more: one reading.
    for (const source of sources) expect(source.requests()).toBeLessThan(12)
  })

  it('reads the window before only for a comparison', async () => {
    const sources = sourcesOf('jitsudo')
    const filter = `filter: { occurredAt: { since: "${iso(nowMs - 3 * hourMs)}" } }`
    const { data } = await ask(
      sources,
      `{ auditReport(${filter}) { total { value } comparison { window { since until } total { value } newActors { distinct { value exactness } } } } }`,
    )
    expect(data).toMatchObject({
      auditReport: {
        total: { value: 121 },
        comparison: {
          window: { since: iso(nowMs - 6 * hourMs), until: iso(nowMs - 3 * hourMs) },
          total: { value: 180 },
          newActors: { distinct: { value: 0, exactness: 'EXACT' } },
        },
      },
    })
  })

  it.each(['0001-01-01T00:00:00.000Z', '0900-01-01T00:00:00.000Z', '1000-01-01T00:00:00.000Z'])(
    'compares a window from %s with what is left before it',
    async (since) => {
      const { data, errors } = await ask(
        sourcesOf('jitsudo', 'ashby'),
        `{ auditReport(filter: { occurredAt: { since: "${since}" } }) {
          comparison { window { since until } total { value } newActions { distinct { value } } coverage { state } }
        } }`,
      )
      expect(errors).toBeUndefined()
      expect(data).toMatchObject({
        auditReport: {
          comparison: { window: { since: '0001-01-01T00:00:00.000Z', until: since }, total: { value: 0 } },
        },
      })
    },
  )

  const [sixAgo, fourAgo, threeAgo] = [6, 4, 3].map((hours) => iso(nowMs - hours * hourMs))
  it.each([
    [
      'a later begin in `and`',
      `occurredAt: { since: "${sixAgo}", until: "${threeAgo}" }, and: [{ occurredAt: { since: "${fourAgo}" } }]`,
    ],
    [
      'the end in `and`',
      `occurredAt: { since: "${fourAgo}" }, and: [{ not: { actions: [] } }, { and: [{ occurredAt: { until: "${threeAgo}" } }] }]`,
    ],
    ['all times in `and`', `and: [{ occurredAt: { since: "${fourAgo}", until: "${threeAgo}" } }]`],
    ['an end in `not`', `occurredAt: { since: "${fourAgo}" }, not: { occurredAt: { since: "${threeAgo}" } }`],
  ])('compares with the window before the narrowed one: %s', async (_, filter) => {
    const { data, errors } = await ask(
      sourcesOf('jitsudo'),
      `{ auditReport(filter: { ${filter} }) {
        window { since until } total { value exactness } timeline(interval: HOUR) { count { value } }
        comparison { window { since until } total { value exactness } newActors { distinct { value exactness } } }
      }
      auditEntryCounts(filter: { ${filter} }, interval: HOUR) { buckets { since until count { value } } } }`,
    )
    expect(errors).toBeUndefined()
    const hour = { value: 60, exactness: 'EXACT' }
    expect(data).toMatchObject({
      auditReport: {
        window: { since: fourAgo, until: threeAgo },
        total: hour,
        timeline: [{ count: { value: 30 } }, { count: { value: 30 } }],
        comparison: {
          window: { since: iso(nowMs - 5 * hourMs), until: fourAgo },
          total: hour,
          newActors: { distinct: { value: 0, exactness: 'EXACT' } },
        },
      },
      auditEntryCounts: { buckets: [{ since: fourAgo }, { until: threeAgo }] },
    })
  })

  it.each([
    ['equal bounds', `occurredAt: { since: "${fourAgo}", until: "${fourAgo}" }`],
    [
      'filters of `and` that contradict each other',
      `occurredAt: { since: "${sixAgo}" }, and: [{ occurredAt: { since: "${fourAgo}" } }, { occurredAt: { until: "${sixAgo}" } }]`,
    ],
    ['an empty `or`', `occurredAt: { since: "${fourAgo}" }, or: []`],
  ])('is empty where its times stand: %s', async (_, filter) => {
    const { data, errors } = await ask(
      sourcesOf('jitsudo'),
      `{ auditReport(filter: { ${filter} }) {
        window { since until } total { value exactness } timeline { since }
        comparison { window { since until } total { value exactness } }
      } }`,
    )
    expect(errors).toBeUndefined()
    const none = { window: { since: fourAgo, until: fourAgo }, total: { value: 0, exactness: 'EXACT' } }
    expect(data).toEqual({ auditReport: { ...none, timeline: [], comparison: none } })
  })

  it('is one error UPSTREAM_FAILED when a source fails, unless PARTIAL is asked for', async () => {
    const [good, other] = sourcesOf('jitsudo', 'ashby')
    if (!good || !other) throw new Error('no sources')
    const bad = { ...other, fetchPage: async () => sourceFailure('UNAVAILABLE') }
    const failed = await ask(
      [good, bad],
      '{ auditReport { total { value } bySource { rows { key } } first { at } } }',
    )
    expect(failed.data).toBeNull()
    expect(failed.errors).toHaveLength(1)
    expect(failed.errors?.[0]?.extensions).toMatchObject({
      code: 'UPSTREAM_FAILED',
      failures: [{ source: 'ashby', kind: 'UNAVAILABLE' }],
    })
    const partial = await ask(
      [good, bad],
      `{ auditReport(onSourceError: PARTIAL) {
        complete total { value exactness atMost } bySource { rows { key count { value exactness } } }
        coverage { state gap { until } error { kind } }
      } }`,
    )
    expect(partial.data).toEqual({
      auditReport: {
        complete: false,
        total: { value: 700, exactness: 'AT_LEAST', atMost: null },
        bySource: { rows: [{ key: 'jitsudo', count: { value: 700, exactness: 'EXACT' } }] },
        coverage: [
          { state: 'COMPLETE', gap: null, error: null },
          { state: 'FAILED', gap: { until: iso(nowMs) }, error: { kind: 'UNAVAILABLE' } },
        ],
      },
    })
  })

  it('says how it counts, before and after', async () => {
    const sources = sourcesOf('freddy', 'jitsudo')
    const plan = 'source { key } way reasons windows { since until }'
    const { data } = await ask(
      sources,
      `{
        before: explainAuditReport(figures: [SOURCE]) { ${plan} }
        times: explainAuditReport(sources: ["freddy"], figures: [TIMES]) { way }
        after: auditReport { total { value } plan { ${plan} } coverage { requests } }
      }`,
    )
    const totals = { source: { key: 'freddy' }, way: 'TOTALS', windows: [] }
    const reading = {
      source: { key: 'jitsudo' },
      way: 'READING',
      reasons: ['The provider gives no totals.'],
      windows: [],
    }
    expect(data).toMatchObject({
      before: [totals, reading],
      times: [{ way: 'READING' }],
      after: { total: { value: 1_400 }, plan: [totals, reading], coverage: [{ requests: 1 }, {}] },
    })
  })

  const inOr = 'or: [{ occurredAt: { since: "2026-06-01T00:00:00Z" } }]'
  it.each([
    ['{ auditReport { timeline { since } } }', ['filter', 'occurredAt', 'since']],
    ['{ auditReport { comparison { total { value } } } }', ['filter', 'occurredAt', 'since']],
    [`{ auditReport(filter: { ${inOr} }) { timeline { since } } }`, ['filter', 'occurredAt', 'since']],
    [
      `{ auditReport(filter: { ${inOr} }) { comparison { total { value } } } }`,
      ['filter', 'occurredAt', 'since'],
    ],
    [`{ auditEntryCounts(filter: { ${inOr} }) { asOf } }`, ['filter', 'occurredAt', 'since']],
    ['{ auditReport { byActor(top: 0) { distinct { value } } } }', ['top']],
    ['{ auditReport(settle: "P1M") { asOf } }', ['settle']],
    ['{ auditReport(settle: "soon") { asOf } }', ['settle']],
    ['{ auditReport(sources: ["none"]) { asOf } }', ['sources']],
    [
      '{ auditReport(filter: { occurredAt: { since: "2026-01-01T00:00:00Z" } }) { timeline(timeZone: "Mars") { since } } }',
      ['timeZone'],
    ],
    [
      '{ auditReport(filter: { occurredAt: { since: "2001-01-01T00:00:00Z" } }) { timeline { since } } }',
      ['interval'],
    ],
  ])('refuses %s', async (query, argument) => {
    const { errors, data } = await ask(sourcesOf('ashby'), query)
    expect(data).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }])
  })
})

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
