import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { OperationReport, OperationTracer } from '../server/operation-report.js'
import type { UpstreamObserver } from '../upstream/observer.js'

/** Loading this file loads OpenTelemetry: import it only where traces are wanted. */

export interface Traces extends OperationTracer {
  readonly upstream: UpstreamObserver
  /** What a request to a provider carries of the operation under way: traceparent, or nothing. */
  readonly upstreamHeaders: () => Readonly<Record<string, string>>
  /** Begins to send what has ended by now, and waits for nothing: the gateway is about to drain. */
  flush(): void
  /** Sends what has not been sent, within five seconds of `flush` or one of its own, if that is later. Never rejects. */
  close(): Promise<void>
}

interface TracesOptions {
  readonly serviceName: string
  readonly serviceVersion: string
  /** Share of the operations traced where the caller's traceparent has not decided it: 0 to 1. */
  readonly sampleRatio: number
  readonly sendUpstream: boolean
  /** Where each source is, by its key. */
  readonly baseUrls: Readonly<Record<string, string>>
  /** Takes the spans that have ended: sent by OTLP to `endpoint` in batches when it is an address. */
  readonly sink: SpanProcessor | { readonly endpoint: string; readonly onError: (error: Error) => void }
}

/** How long spans are sent once the gateway stops, beside what else it does then, in milliseconds. */
const stopMs = 5_000
/** What is left of that at least when all else is over: with pause and drain it must fit into the time of a stop. */
const closeMsMin = 1_000

/** Headers that W3C Trace Context reads. */
const traceHeaders = ['traceparent', 'tracestate']

/**
 * Makes the traces of one gateway: a SERVER span for each operation, and a CLIENT span below it for each attempt at a
 * request to a provider. Names and attributes follow OpenTelemetry's semantic conventions for HTTP and GraphQL, but
 * that no URL of a provider is told, since its path and query may hold what a caller asked for, and no document.
 *
 * Which operation an attempt belongs to is told by Node's asynchronous context, so an attempt that serves several
 * operations is told of the one that asked first.
 */
export function createTraces(options: TracesOptions): Traces {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': options.serviceVersion,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [
      'endpoint' in options.sink
        ? new BatchSpanProcessor({ exporter: createExporter(options.sink) })
        : options.sink,
    ],
  })
  const tracer = provider.getTracer('auditgraph', options.serviceVersion)
  const propagator = new W3CTraceContextPropagator()
  const underWay = new AsyncLocalStorage<Context>()
  let flushedAtMs: number | undefined
  return {
    begin: (header) => {
      const carrier = Object.fromEntries(traceHeaders.map((name) => [name, header(name) ?? undefined]))
      const parent = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
      const span = tracer.startSpan('operation', { kind: SpanKind.SERVER }, parent)
      const context = trace.setSpan(parent, span)
      return {
        traceId: span.spanContext().traceId,
        run: (execute) => underWay.run(context, execute),
        end: (report) => endOperation(span, report),
      }
    },
    upstream: upstreamSpans(tracer, () => underWay.getStore() ?? ROOT_CONTEXT, options.baseUrls),
    upstreamHeaders: () => {
      const headers: Record<string, string> = {}
      const context = underWay.getStore()
      if (options.sendUpstream && context) propagator.inject(context, headers, defaultTextMapSetter)
      return headers
    },
    flush: () => {
      flushedAtMs = performance.now()
      provider.forceFlush().catch(() => {})
    },
    close: async () => {
      const nowMs = performance.now()
      const leftMs = Math.max(closeMsMin, (flushedAtMs ?? nowMs) + stopMs - nowMs)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, leftMs)
      })
      // A collector that is away must not keep the gateway from ending.
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}

/** OpenTelemetry itself tells nobody that spans could not be sent. */
function createExporter(sink: Exclude<TracesOptions['sink'], SpanProcessor>): OTLPTraceExporter {
  const exporter = new OTLPTraceExporter({ url: sink.endpoint })
  const send = exporter.export.bind(exporter)
  exporter.export = (spans, onResult) =>
    send(spans, (result) => {
      if (result.error) sink.onError(result.error)
      onResult(result)
    })
  return exporter
}

function endOperation(span: Span, report: OperationReport): void {
  const { name, type, field, method, status, errorCodes, outcomes } = report
  const [code] = errorCodes
  if (type !== null) span.updateName(type)
  span.setAttributes({
    'http.request.method': method,
    'http.route': '/graphql',
    'http.response.status_code': status,
    ...(type !== null && { 'graphql.operation.type': type }),
    ...(name !== null && { 'graphql.operation.name': name }),
    ...(field !== null && { 'auditgraph.field': field }),
    'auditgraph.upstream_requests': report.upstreamRequests,
    'auditgraph.coverage': [...outcomes].map(([key, outcome]) => `${key} ${outcome}`),
    ...(code !== undefined && { 'error.type': code }),
  })
  if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

function upstreamSpans(
  tracer: Tracer,
  current: () => Context,
  baseUrls: TracesOptions['baseUrls'],
): UpstreamObserver {
  const places = new Map(Object.entries(baseUrls).map(([key, url]) => [key, placeOf(url)]))
  return {
    attempt: ({ sourceKey, providerId, method, retry }) => {
      const attributes = {
        'http.request.method': method,
        ...places.get(sourceKey),
        'auditgraph.source': sourceKey,
        'auditgraph.provider': providerId,
        ...(retry > 0 && { 'http.request.resend_count': retry }),
      }
      const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes }, current())
      return ({ outcome, httpStatus }) => {
        if (httpStatus !== null) span.setAttribute('http.response.status_code', httpStatus)
        if (outcome !== 'OK') {
          span.setAttribute('error.type', outcome)
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        span.end()
      }
    },
    page: () => {},
    breaker: () => {},
    allowance: () => {},
  }
}

function placeOf(baseUrl: string): { readonly 'server.address': string; readonly 'server.port': number } {
  const { hostname, port, protocol } = new URL(baseUrl)
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) }
}
