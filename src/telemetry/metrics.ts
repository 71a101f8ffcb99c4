import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ExportReport, OperationReport } from '../server/operation-report.js'
import { type Load, type OverloadReason, overloadReasons } from '../server/overload.js'
import type { UpstreamObserver } from '../upstream/observer.js'

export interface Metrics {
  readonly upstream: UpstreamObserver
  readonly operation: (report: OperationReport) => void
  readonly export: (report: ExportReport) => void
  readonly shed: (reason: OverloadReason) => void
  /** Everything in the text format of Prometheus, with its media type. */
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>
}

interface MetricsOptions {
  /** The configured sources: the only values of the label `source`. */
  readonly sources: readonly { readonly key: string; readonly providerId: string }[]
  /** Asked when the metrics are. */
  readonly load: () => Load
  /** Whether to add what prom-client tells of the process: memory, processor, garbage collection. Hooks into V8. */
  readonly withProcess: boolean
}

/** Upper bounds in seconds. An operation ends at its deadline, 10 s when nothing else is set; an attempt after 8 s. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The same of exports, which end with the entries. */
const exportBuckets = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600]

const breakerStates = ['closed', 'open', 'probing'] as const

/**
 * Makes the metrics of one gateway, in a registry of their own.
 *
 * Every label has a bounded set of values: configured sources, fields of the schema, codes and states of ours. Nothing
 * that a caller or a provider names is one.
 */
export function createMetrics({ sources, load, withProcess }: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (withProcess) collectDefaultMetrics({ register: registry })
  defineLoad(registers, load)
  const info = new Gauge({
    name: 'auditgraph_source_info',
    help: 'Always 1; joins a source with its provider.',
    labelNames: ['source', 'provider'],
    registers,
  })
  for (const { key, providerId } of sources) info.set({ source: key, provider: providerId }, 1)
  return {
    upstream: upstreamMetrics(
      registers,
      sources.map(({ key }) => key),
    ),
    operation: operationMetrics(registers),
    export: exportMetrics(registers),
    shed: shedMetrics(registers),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

function defineLoad(registers: Registry[], load: () => Load): void {
  new Gauge({
    name: 'auditgraph_operations_in_flight',
    help: 'Requests taken on and not yet answered.',
    registers,
    collect() {
      this.set(load().operations)
    },
  })
  new Gauge({
    name: 'auditgraph_event_loop_delay_seconds',
    help: 'How late timers come, median of the last two seconds: what overload is told by.',
    registers,
    collect() {
      this.set(load().eventLoopDelayMs / 1_000)
    },
  })
  new Gauge({
    name: 'auditgraph_heap_used_ratio',
    help: 'Heap in use as a share of its limit: what overload is told by.',
    registers,
    collect() {
      this.set(load().heapUsed)
    },
  })
}

function shedMetrics(registers: Registry[]): Metrics['shed'] {
  const shed = new Counter({
    name: 'auditgraph_shed_requests_total',
    help: 'Requests refused with 503 because of overload, by the limit that was reached.',
    labelNames: ['reason'],
    registers,
  })
  for (const reason of overloadReasons) shed.inc({ reason }, 0)
  return (reason) => shed.inc({ reason })
}

function operationMetrics(registers: Registry[]): Metrics['operation'] {
  const operations = new Counter({
    name: 'auditgraph_operations_total',
    help: 'Operations ended, by the field of Query that they asked for, and OK or the code of their first error.',
    labelNames: ['type', 'field', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'auditgraph_operation_duration_seconds',
    help: 'Time from the head of a request to its answer, by field of Query; outcome is OK or ERROR.',
    labelNames: ['type', 'field', 'outcome'],
    buckets: durationBuckets,
    registers,
  })
  const coverage = new Counter({
    name: 'auditgraph_coverage_states_total',
    help: 'How a source fared in an operation: COMPLETE, SCAN_LIMIT, FAILED or EXCLUDED.',
    labelNames: ['source', 'state'],
    registers,
  })
  return ({ type, field, errorCodes, durationMs, outcomes }) => {
    const labels = { type: type ?? 'unknown', field: field ?? 'unknown' }
    const [code = 'OK'] = errorCodes
    operations.inc({ ...labels, outcome: code })
    duration.observe({ ...labels, outcome: code === 'OK' ? 'OK' : 'ERROR' }, durationMs / 1_000)
    for (const [source, outcome] of outcomes) coverage.inc({ source, state: outcome.split(' ', 1)[0] ?? '' })
  }
}

function exportMetrics(registers: Registry[]): Metrics['export'] {
  const exports = new Counter({
    name: 'auditgraph_exports_total',
    help: 'Requests for an export ended: complete, gaps, clientGone, shutdown, or the code of an error or refusal.',
    labelNames: ['outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'auditgraph_export_duration_seconds',
    help: 'Time of exports from the head of the request to the end of the answer; refused ones are not in it.',
    labelNames: ['outcome'],
    buckets: exportBuckets,
    registers,
  })
  exports.inc({ outcome: 'complete' }, 0)
  return ({ outcome, durationMs }) => {
    exports.inc({ outcome })
    if (durationMs !== null) duration.observe({ outcome }, durationMs / 1_000)
  }
}

function upstreamMetrics(registers: Registry[], sourceKeys: readonly string[]): UpstreamObserver {
  const requests = new Counter({
    name: 'auditgraph_upstream_requests_total',
    help: 'Requests sent to providers, each retry counted: OK, CANCELLED or the kind of failure.',
    labelNames: ['source', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'auditgraph_upstream_request_duration_seconds',
    help: 'Time of one request to a provider, its whole body included.',
    labelNames: ['source'],
    buckets: durationBuckets,
    registers,
  })
  const inFlight = new Gauge({
    name: 'auditgraph_upstream_requests_in_flight',
    help: 'Requests under way to providers.',
    labelNames: ['source'],
    registers,
  })
  const retries = new Counter({
    name: 'auditgraph_upstream_retries_total',
    help: 'Requests to providers that were a second or third try.',
    labelNames: ['source'],
    registers,
  })
  const pages = new Counter({
    name: 'auditgraph_pages_total',
    help: 'Pages by where they came from: provider, settled (kept in memory) or shared (asked for by another reader).',
    labelNames: ['source', 'from'],
    registers,
  })
  const setBreaker = breakerMetric(registers)
  const setAllowance = allowanceMetrics(registers)
  for (const source of sourceKeys) {
    requests.inc({ source, outcome: 'OK' }, 0)
    inFlight.set({ source }, 0)
    retries.inc({ source }, 0)
    setBreaker(source, 'closed')
  }
  return {
    attempt: ({ sourceKey: source, retry }) => {
      const startedMs = performance.now()
      if (retry > 0) retries.inc({ source })
      inFlight.inc({ source })
      return ({ outcome }) => {
        inFlight.dec({ source })
        requests.inc({ source, outcome })
        duration.observe({ source }, (performance.now() - startedMs) / 1_000)
      }
    },
    page: (source, from) => pages.inc({ source, from }),
    breaker: setBreaker,
    allowance: setAllowance,
  }
}

function breakerMetric(registers: Registry[]): UpstreamObserver['breaker'] {
  const states = new Gauge({
    name: 'auditgraph_breaker_state',
    help: '1 for the state that the circuit breaker of a source is in, 0 for the others.',
    labelNames: ['source', 'state'],
    registers,
  })
  return (source, now) => {
    for (const state of breakerStates) states.set({ source, state }, state === now ? 1 : 0)
  }
}

function allowanceMetrics(registers: Registry[]): UpstreamObserver['allowance'] {
  const define = (name: string, help: string) => new Gauge({ name, help, labelNames: ['source'], registers })
  const limit = define('auditgraph_allowance_limit', 'Requests that the provider allows in its interval.')
  const remaining = define(
    'auditgraph_allowance_remaining',
    'Requests that the provider still allows in its interval.',
  )
  const set = (gauge: typeof limit, source: string, value: number | null) =>
    value === null ? gauge.remove({ source }) : gauge.set({ source }, value)
  return (source, known) => {
    set(limit, source, known.limit)
    set(remaining, source, known.remaining)
  }
}
