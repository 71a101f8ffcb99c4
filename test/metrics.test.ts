import { afterEach, describe, expect, it } from 'vitest'
import type { SourceFailure } from '../src/model/failure.js'
import type { ExportReport, OperationReport } from '../src/server/operation-report.js'
import { createMetrics } from '../src/telemetry/metrics.js'
import { watchSourceHealth } from '../src/telemetry/source-health.js'
import { covered, FakeReader, fakeGateway, origin, page, post, refused } from './support/fake-gateway.js'
import { type RunningGateway, startGateway } from './support/running-gateway.js'

const sources = [
  { key: 'desk', providerId: 'paper' },
  { key: 'vault', providerId: 'stone-tablet' },
]
const idle = () => ({ operations: 3, eventLoopDelayMs: 12, heapUsed: 0.25 })
const metricsOf = () => createMetrics({ sources, load: idle, withProcess: false })

/** Lines of a metric, without its comments and, of a histogram, its buckets. */
const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => new RegExp(`^${name}(_sum|_count)?[{ ]`).test(line))

const report: OperationReport = {
  name: 'TheCallersOwn',
  type: 'query',
  field: 'auditEntries',
  method: 'POST',
  status: 200,
  durationMs: 1_500,
  upstreamRequests: 2,
  outcomes: new Map([
    ['desk', 'FAILED UNAUTHENTICATED'],
    ['vault', 'COMPLETE'],
  ]),
  errorCodes: [],
  clientGone: false,
}

describe('operations', () => {
  it('are counted by field and outcome, with their time, and how sources fared', async () => {
    const metrics = metricsOf()
    metrics.operation(report)
    metrics.operation({ ...report, errorCodes: ['DEADLINE_EXCEEDED'], outcomes: new Map() })
    metrics.operation({ ...report, type: null, field: null, errorCodes: ['GRAPHQL_PARSE_FAILED'] })
    const { text } = await metrics.render()
    expect(linesOf(text, 'auditgraph_operations_total')).toEqual([
      'auditgraph_operations_total{type="query",field="auditEntries",outcome="OK"} 1',
      'auditgraph_operations_total{type="query",field="auditEntries",outcome="DEADLINE_EXCEEDED"} 1',
      'auditgraph_operations_total{type="unknown",field="unknown",outcome="GRAPHQL_PARSE_FAILED"} 1',
    ])
    expect(linesOf(text, 'auditgraph_operation_duration_seconds')).toContain(
      'auditgraph_operation_duration_seconds_sum{type="query",field="auditEntries",outcome="OK"} 1.5',
    )
    expect(linesOf(text, 'auditgraph_coverage_states_total')).toEqual([
      'auditgraph_coverage_states_total{source="desk",state="FAILED"} 2',
      'auditgraph_coverage_states_total{source="vault",state="COMPLETE"} 2',
    ])
    // What callers call their operations has no bound, so it is no label.
    expect(text).not.toContain('TheCallersOwn')
  })

  it.each([
    ['{ auditEntries { complete } }', 'auditEntries'],
    ['query A { ...F } fragment F on Query { x: sources { key } ... { sources { key } } }', 'sources'],
    ['{ __typename auditEntries { complete } }', 'auditEntries'],
    ['{ sources { key } auditEntries { complete } }', 'several'],
    ['{ __schema { queryType { name } } }', 'introspection'],
    ['{ nothing }', null],
  ])('%s is told as %s', async (query, field) => {
    const told: OperationReport[] = []
    const { server } = fakeGateway(undefined, {
      metrics: { ...metricsOf(), operation: (given) => told.push(given) },
    })
    await post(server, { query })
    expect(told.map((given) => given.field)).toEqual([field])
  })

  it('of the load and of what was refused are told as they are', async () => {
    const metrics = metricsOf()
    metrics.shed('HEAP')
    const { text } = await metrics.render()
    expect(linesOf(text, 'auditgraph_operations_in_flight')).toEqual(['auditgraph_operations_in_flight 3'])
    expect(linesOf(text, 'auditgraph_event_loop_delay_seconds')).toEqual([
      'auditgraph_event_loop_delay_seconds 0.012',
    ])
    expect(linesOf(text, 'auditgraph_heap_used_ratio')).toEqual(['auditgraph_heap_used_ratio 0.25'])
    expect(linesOf(text, 'auditgraph_shed_requests_total')).toContain(
      'auditgraph_shed_requests_total{reason="HEAP"} 1',
    )
  })
})

describe('exports', () => {
  it('are counted by outcome, and those that began with their time', async () => {
    const metrics = metricsOf()
    const ended: ExportReport = {
      status: 200,
      outcome: 'complete',
      rows: 130,
      durationMs: 90_000,
      upstreamRequests: 2,
      outcomes: new Map(),
    }
    metrics.export(ended)
    metrics.export({ ...ended, status: 503, outcome: 'TOO_MANY_EXPORTS', durationMs: null })
    const { text } = await metrics.render()
    expect(linesOf(text, 'auditgraph_exports_total')).toEqual([
      'auditgraph_exports_total{outcome="complete"} 1',
      'auditgraph_exports_total{outcome="TOO_MANY_EXPORTS"} 1',
    ])
    expect(linesOf(text, 'auditgraph_export_duration_seconds')).toEqual([
      'auditgraph_export_duration_seconds_sum{outcome="complete"} 90',
      'auditgraph_export_duration_seconds_count{outcome="complete"} 1',
    ])
    expect(text).toContain('auditgraph_export_duration_seconds_bucket{le="300",outcome="complete"} 1')
  })
})

describe('what the upstream layer tells', () => {
  it('is counted by source', async () => {
    const metrics = metricsOf()
    const { upstream } = metrics
    const about = { sourceKey: 'desk', providerId: 'paper', method: 'GET' }
    upstream.attempt({ ...about, retry: 0 })({ outcome: 'UNAVAILABLE', httpStatus: 503 })
    upstream.attempt({ ...about, retry: 1 })({ outcome: 'OK', httpStatus: 200 })
    upstream.attempt({ ...about, retry: 0 })
    upstream.page('desk', 'settled')
    upstream.breaker('vault', 'open')
    upstream.allowance('desk', { limit: 100, remaining: 40 })
    upstream.allowance('vault', { limit: null, remaining: 7 })
    upstream.allowance('vault', { limit: null, remaining: null })
    const { text } = await metrics.render()
    const lines = text.split('\n').filter((line) => line.startsWith('auditgraph_'))
    expect(lines).toEqual(
      expect.arrayContaining([
        'auditgraph_upstream_requests_total{source="desk",outcome="UNAVAILABLE"} 1',
        'auditgraph_upstream_requests_total{source="desk",outcome="OK"} 1',
        'auditgraph_upstream_request_duration_seconds_count{source="desk"} 2',
        'auditgraph_upstream_requests_in_flight{source="desk"} 1',
        'auditgraph_upstream_retries_total{source="desk"} 1',
        'auditgraph_pages_total{source="desk",from="settled"} 1',
        'auditgraph_breaker_state{source="vault",state="open"} 1',
        'auditgraph_breaker_state{source="vault",state="closed"} 0',
        'auditgraph_allowance_limit{source="desk"} 100',
        'auditgraph_allowance_remaining{source="desk"} 40',
        'auditgraph_source_info{source="vault",provider="stone-tablet"} 1',
      ]),
    )
    // Nothing is known any more, so nothing is told.
    expect(linesOf(text, 'auditgraph_allowance_remaining')).toHaveLength(1)
  })

  it('makes the health of sources that /readyz tells', () => {
    const { upstream, report: health } = watchSourceHealth(['desk', 'vault', 'attic'])
    const end = (sourceKey: string, outcome: SourceFailure['kind'] | 'OK' | 'CANCELLED') =>
      upstream.attempt({ sourceKey, providerId: 'paper', method: 'GET', retry: 0 })({
        outcome,
        httpStatus: null,
      })
    expect(health()).toEqual({ desk: 'UNKNOWN', vault: 'UNKNOWN', attic: 'UNKNOWN' })
    end('desk', 'UNAUTHENTICATED')
    upstream.breaker('desk', 'open')
    end('vault', 'UNAVAILABLE')
    end('attic', 'OK')
    end('attic', 'CANCELLED')
    expect(health()).toEqual({ desk: 'CREDENTIAL_REFUSED', vault: 'FAILING', attic: 'OK' })
    upstream.breaker('vault', 'open')
    end('desk', 'OK')
    upstream.breaker('desk', 'closed')
    expect(health()).toEqual({ desk: 'OK', vault: 'PAUSED', attic: 'OK' })
  })
})

describe('/metrics', () => {
  it('is not there when it is switched off', async () => {
    const response = await fakeGateway().server.fetch(new Request(`${origin}/metrics`))
    expect(response.status).toBe(404)
  })

  it('is no operation, and has no line in the log', async () => {
    const reader = new FakeReader({
      readPage: async () => page({ coverage: [covered('desk', { state: 'FAILED', error: refused })] }),
    })
    const { server, log } = fakeGateway(reader, { metrics: metricsOf() })
    const response = await server.fetch(new Request(`${origin}/metrics`))
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ])
    expect(await response.text()).not.toContain('auditgraph_operations_total{')
    expect(log).toEqual([])
  })
})

describe('a whole gateway', () => {
  let gateway: RunningGateway | undefined
  afterEach(() => gateway?.close())

  it('tells its upstream requests at /metrics and its refused credential at /readyz', async () => {
    gateway = await startGateway({ refused: ['hiring'] })
    const body = JSON.stringify({ query: '{ auditEntries(first: 5) { nodes { id } } }' })
    await fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const text = await (await fetch(new URL('/metrics', gateway.url))).text()
    expect(linesOf(text, 'auditgraph_upstream_requests_total')).toEqual(
      expect.arrayContaining([
        'auditgraph_upstream_requests_total{source="crew",outcome="OK"} 1',
        'auditgraph_upstream_requests_total{source="hiring",outcome="UNAUTHENTICATED"} 1',
      ]),
    )
    const ready = await fetch(new URL('/readyz', gateway.url))
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        sources: { crew: 'OK', assistants: 'OK', access: 'OK', hiring: 'CREDENTIAL_REFUSED' },
      },
    ])
  })
})
