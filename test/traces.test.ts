import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadTraces } from '../src/telemetry/load-traces.js'
import { createTraces, type Traces } from '../src/telemetry/traces.js'
import { FakeReader, fakeGateway, page, post } from './support/fake-gateway.js'
import { type RunningGateway, startGateway } from './support/running-gateway.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

let exporter: InMemorySpanExporter
beforeEach(() => {
  exporter = new InMemorySpanExporter()
})
const tracesTo = (baseUrls: Readonly<Record<string, string>>, sendUpstream = false): Traces =>
  createTraces({
    serviceName: 'auditgraph-test',
    serviceVersion: '1.2.3',
    sampleRatio: 1,
    sendUpstream,
    baseUrls,
    sink: new SimpleSpanProcessor({ exporter }),
  })

const canary = 'canary-Zk3'
const query = `query Newest($actors: [String!]) {
  auditEntries(first: 2, filter: { actorIds: $actors }) { nodes { summary } }
}`

let gateway: RunningGateway | undefined
afterEach(async () => {
  await gateway?.close()
  gateway = undefined
})

const ask = async (headers: Record<string, string> = {}) => {
  const response = await fetch(gateway?.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables: { actors: [canary] } }),
  })
  return response.json()
}

describe('an operation', () => {
  it('is a span below that of its caller, with one below it for each request to a provider', async () => {
    gateway = await startGateway({ refused: ['hiring'], createTraces: tracesTo })
    await ask({ traceparent: `00-${traceId}-${spanId}-01` })
    const spans = exporter.getFinishedSpans()
    const [operation, ...others] = spans.filter(({ kind }) => kind === SpanKind.SERVER)
    expect(others).toEqual([])
    expect(operation?.name).toBe('query')
    expect(operation?.spanContext().traceId).toBe(traceId)
    expect(operation?.parentSpanContext?.spanId).toBe(spanId)
    expect(operation?.resource.attributes).toMatchObject({ 'service.name': 'auditgraph-test' })
    expect(operation?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Newest',
      'auditgraph.upstream_requests': 4,
    })
    const requests = spans.filter(({ kind }) => kind === SpanKind.CLIENT)
    expect(requests.map(({ attributes }) => attributes['auditgraph.source']).sort()).toEqual([
      'access',
      'assistants',
      'crew',
      'hiring',
    ])
    for (const span of requests) {
      expect(span.parentSpanContext?.spanId).toBe(operation?.spanContext().spanId)
    }
    const refused = requests.find(({ attributes }) => attributes['auditgraph.source'] === 'hiring')
    expect(refused?.status.code).toBe(SpanStatusCode.ERROR)
    expect(refused?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'server.port': expect.any(Number),
      'error.type': 'UNAUTHENTICATED',
    })
    // Neither what was asked for nor what was answered is told.
    expect(JSON.stringify(spans.map(plainSpan))).not.toContain(canary)
  })

  it('that two callers send at once is told apart from the other', async () => {
    gateway = await startGateway({ createTraces: tracesTo })
    await Promise.all([ask(), ask()])
    const spans = exporter.getFinishedSpans()
    const operations = spans.filter(({ kind }) => kind === SpanKind.SERVER)
    expect(new Set(operations.map((span) => span.spanContext().traceId)).size).toBe(2)
    const ids = operations.map((span) => span.spanContext().spanId)
    const requests = spans.filter(({ kind }) => kind === SpanKind.CLIENT)
    expect(requests).not.toHaveLength(0)
    for (const { parentSpanContext } of requests) expect(ids).toContain(parentSpanContext?.spanId)
  })

  it('that is refused is a span with the code of its error, and the log names its trace', async () => {
    const { server, log } = fakeGateway(new FakeReader({ readPage: async () => page() }), {
      tracer: tracesTo({}),
    })
    await post(server, { query: '{ nothing }' })
    const [span] = exporter.getFinishedSpans()
    expect([span?.name, span?.attributes['error.type']]).toEqual(['operation', 'GRAPHQL_VALIDATION_FAILED'])
    expect(log).toEqual([expect.objectContaining({ traceId: span?.spanContext().traceId })])
  })

  it('tells providers of its trace only where that is configured', async () => {
    for (const sendUpstream of [false, true]) {
      gateway = await startGateway({ createTraces: (baseUrls) => tracesTo(baseUrls, sendUpstream) })
      await ask({ traceparent: `00-${traceId}-${spanId}-01` })
      const sent = gateway.upstreamHeaders('crew').map(({ traceparent }) => traceparent)
      expect(sent).toEqual([
        sendUpstream ? expect.stringMatching(`^00-${traceId}-[0-9a-f]{16}-01$`) : undefined,
      ])
      await gateway.close()
      gateway = undefined
    }
  })
})

describe('a collector that never answers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    [0, 5_000],
    [3_000, 2_000],
    [27_000, 1_000],
  ])('after a drain of %i ms is waited for no longer than %i ms', async (drainMs, waitMs) => {
    const collector = createServer((request) => request.resume())
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const traces = createTraces({
      serviceName: 'auditgraph-test',
      serviceVersion: '1.2.3',
      sampleRatio: 1,
      sendUpstream: false,
      baseUrls: {},
      sink: { endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`, onError: () => {} },
    })
    const { server } = fakeGateway(undefined, { tracer: traces })
    await post(server, { query: '{ auditEntries { complete } }' })
    traces.flush()
    await vi.advanceTimersByTimeAsync(drainMs)
    // What ended within the drain is sent after it.
    await post(server, { query: '{ auditEntries { complete } }' })
    let isClosed = false
    const closed = traces.close().then(() => {
      isClosed = true
    })
    await vi.advanceTimersByTimeAsync(waitMs - 1)
    expect(isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isClosed).toBe(true)
    await closed
    collector.closeAllConnections()
    await new Promise((resolve) => collector.close(resolve))
  })
})

function plainSpan({ name, attributes, events, status }: ReadableSpan) {
  return { name, attributes, events, status }
}

describe('traces', () => {
  const load = (env: Record<string, string>, endpoint?: string) =>
    loadTraces({
      settings: endpoint === undefined ? undefined : { endpoint, sampleRatio: 1, sendUpstream: false },
      env,
      serviceVersion: '1.2.3',
      onError: (error) => {
        throw error
      },
    })

  it('are not made when nothing says where to', async () => {
    expect(await load({})).toBeUndefined()
  })

  it('go to the collector at the latest when the gateway ends, under the name of the environment', async () => {
    const received: { path: string; body: unknown }[] = []
    const collector = createServer(async (request, response) => {
      received.push({ path: request.url ?? '', body: await json(request) })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`
    const create = await load({ OTEL_SERVICE_NAME: 'named' }, endpoint)
    const traces = create?.({})
    const { server } = fakeGateway(undefined, traces && { tracer: traces })
    await post(server, { query: 'query Newest { auditEntries { complete } }' })
    await traces?.close()
    await new Promise((resolve) => collector.close(resolve))
    expect(received.map(({ path }) => path)).toEqual(['/v1/traces'])
    const text = JSON.stringify(received)
    for (const part of ['"named"', '"query"', '"Newest"']) expect(text).toContain(part)
  })
})
