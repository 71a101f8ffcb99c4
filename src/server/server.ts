import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Logger } from 'pino'
import { createGraphContext } from '../graphql/context.js'
import { buildSchema } from '../graphql/schema.js'
import type { SourceInfo } from '../model/source-info.js'
import type { Reader } from '../reading/page.js'
import type { Tail } from '../tail/event.js'
import { logExport, logOperation } from './access-log.js'
import { Admission, useAdmission } from './admission.js'
import { createDocumentCache, createErrorCache } from './document-cache.js'
import { useEventStream } from './event-stream.js'
import { createExportRoute } from './export-route.js'
import { createGraphiqlPage } from './graphiql.js'
import { useGraphqlEdge } from './graphql-edge.js'
import { graphqlPath, safeHeaders, useHttpEdge } from './http-edge.js'
import { defaultLimits, type ServerLimits } from './limits.js'
import type { ExportReport, OperationReport, OperationTracer } from './operation-report.js'
import { noteOutcomes, OperationScopes } from './operation-scope.js'
import {
  defaultOverloadLimits,
  type Load,
  type OverloadLimits,
  type OverloadReason,
  type ProcessLoad,
} from './overload.js'
import { type PersistedOperationsMode, usePersisted } from './persisted-operations.js'
import { usePlannedExecution } from './planned-execution.js'
import { probePaths, type SourceHealth, useProbes } from './probes.js'
import { useOperationReports } from './report-operations.js'
import { refuseHost, refuseTarget, targetOf } from './request-target.js'
import { TakenHosts } from './taken-hosts.js'
import { WaitingClients } from './waiting-clients.js'

export interface GatewayServerOptions {
  readonly reader: Reader
  readonly tail: Tail
  /** In configuration order. Keys are those of the reader's sources. */
  readonly sources: readonly SourceInfo[]
  /** Ids of the registry, the members of the enum `Provider`. */
  readonly providerIds: readonly string[]
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
  /** UTC milliseconds. Default: the machine's clock. */
  readonly now?: () => number
  /** Origins whose pages may read answers. Default: none. */
  readonly allowedOrigins?: readonly string[]
  /** Hosts that requests may name, beside those of this machine and of `allowedOrigins`. Default: none. */
  readonly allowedHosts?: readonly string[]
  readonly limits?: Partial<ServerLimits>
  readonly overloadLimits?: Partial<OverloadLimits>
  /** Measures the process. Default: an idle one. */
  readonly processLoad?: ProcessLoad
  readonly metrics?: ServerMetrics
  readonly tracer?: OperationTracer
  /** What is known of the sources, for /readyz. Default: nothing. */
  readonly sourceHealth?: () => Readonly<Record<string, SourceHealth>>
  /** Resolves when an operation may begin; undefined: at once. Default: always at once. */
  readonly mayBegin?: () => Promise<void> | undefined
  /** Whether GraphiQL is served to browsers. Default: yes. */
  readonly graphiql?: boolean
  /** Whether operations are taken by their hash, as well or only. Default: `off`. */
  readonly persistedOperations?: PersistedOperationsMode
  /** Makes the id that a client and the log see for an internal error. Default: a random UUID. */
  readonly createErrorId?: () => string
}

/** What the server tells its metrics, and what it serves of them at /metrics. */
interface ServerMetrics {
  readonly operation: (report: OperationReport) => void
  readonly export: (report: ExportReport) => void
  readonly shed: (reason: OverloadReason) => void
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>
}

export interface GatewayServer {
  readonly schema: GraphQLSchema
  /** Answers one request. Never rejects but when the request's own signal aborts. */
  fetch(request: Request): Promise<Response>
  /** For `http.createServer`. */
  readonly listener: RequestListener
  /** For `checkContinue` of that: the client is told to send its body when it is wanted, or not at all. */
  readonly waitingListener: RequestListener
  /** Counts a request to a source for the operation or the export that has this signal. */
  noteUpstreamRequest(signal: AbortSignal): void
  /**
   * Requests come to `listener` by this address from now on. Where it is one of loopback, or `allowedHosts` are given,
   * they are taken only for hosts that are known: src/server/taken-hosts.ts. `name`: what was asked to listen on.
   */
  listensOn(address: string, name: string): void
  load(): Load
  /** Whether /readyz was asked within the last minute, so that something acts on its answer. */
  isWatched(): boolean
  /** /readyz answers 503 and connections end with their answer from now on; operations are still taken. */
  retire(): void
  /**
   * Stops: retires, what is under way may end within `graceMs`, the rest is aborted. Resolves when nothing is under
   * way, at most a second after that. Does not close sockets: they are the HTTP server's.
   */
  drain(graceMs: number): Promise<void>
}

/** How long `drain` waits for what it aborted, in milliseconds. */
const abortedWaitMs = 1_000
/** Probes ask more often than this, in milliseconds. */
const watchedMs = 60_000

/** Makes the server of a gateway: GraphQL over HTTP with every limit on, GraphiQL and health. */
export function createGatewayServer(options: GatewayServerOptions): GatewayServer {
  const limits: ServerLimits = { ...defaultLimits, ...options.limits }
  const schema = buildSchema(options.providerIds)
  const sources = new Map(options.sources.map((source) => [source.key, source]))
  const scopes = new OperationScopes(options.now ?? Date.now)
  let isRetired = false
  let probedAtMs = Number.NEGATIVE_INFINITY
  const clock = () => performance.now()
  const admission = new Admission({
    limits: { ...defaultOverloadLimits, ...options.overloadLimits },
    processLoad: options.processLoad ?? (() => ({ eventLoopDelayMs: 0, heapUsed: 0 })),
    random: Math.random,
    clock,
    logger: options.logger,
    onShed: (reason) => options.metrics?.shed(reason),
  })
  const readiness = () => {
    probedAtMs = clock()
    const sources = options.sourceHealth?.() ?? {}
    if (isRetired) return { status: 'draining', sources } as const
    const reason = admission.overload()
    return reason === null
      ? ({ status: 'ready', sources } as const)
      : ({ status: 'overloaded', reason, sources } as const)
  }
  const waiting = new WaitingClients()
  const { allowedOrigins = [], allowedHosts = [] } = options
  const hosts = new TakenHosts({ allowedHosts, allowedOrigins })
  const persisted = usePersisted(options.persistedOperations ?? 'off')
  const errors = {
    createId: options.createErrorId ?? randomUUID,
    report: (id: string, cause: unknown) =>
      options.logger.error({ errorId: id, err: cause }, 'internal error'),
  }
  const exportLog = logExport(options.logger)
  const exports = createExportRoute({
    reader: options.reader,
    sources: options.sources,
    schema,
    allowedOrigins,
    logger: options.logger,
    report: (report) => {
      exportLog(report)
      options.metrics?.export(report)
    },
    overloaded: () => admission.refusal(),
    now: options.now ?? Date.now,
    createId: errors.createId,
  })

  const yoga = createYoga({
    schema,
    graphqlEndpoint: graphqlPath,
    context: ({ request }) => {
      const scope = scopes.of(request)
      if (!scope) throw new Error('an operation without a scope')
      return createGraphContext({
        reader: options.reader,
        tail: options.tail,
        sources,
        clientGone: request.signal,
        signal: scope.signal,
        deadlineMs: scope.deadlineMs,
        noteOutcomes: (outcomes) => noteOutcomes(scope.outcomes, outcomes),
      })
    },
    parserAndValidationCache: {
      documentCache: createDocumentCache(),
      errorCache: createErrorCache(),
    },
    plugins: [
      useProbes({ readiness, metrics: options.metrics?.render ?? null }),
      useAdmission(admission),
      useHttpEdge({
        allowedOrigins,
        graphiql: options.graphiql === false ? null : createGraphiqlPage(graphqlPath),
      }),
      useGraphqlEdge({
        limits,
        scopes,
        persisted: persisted !== null,
        mayBegin: options.mayBegin ?? (() => undefined),
        goOn: (response) => waiting.goOn(response, () => !isRetired),
        ...errors,
      }),
      ...(persisted ? [persisted] : []),
      useEventStream({ scopes, ...errors }),
      usePlannedExecution(),
      useOperationReports({
        scopes,
        tracer: options.tracer ?? null,
        listeners: [logOperation(options.logger), ...(options.metrics ? [options.metrics.operation] : [])],
      }),
    ],
    // Each of these is done by the plugins above, in our own words.
    maskedErrors: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
    maxRequestBodySize: false,
    // Yoga compares the end of the URL with it: no URL ends in a blank.
    healthCheckEndpoint: ' ',
  })

  const listener: RequestListener = (request, response) => {
    if (isRetired) response.setHeader('connection', 'close')
    const target = targetOf(request)
    if (target === null) refuseTarget(response, safeHeaders)
    else if (!hosts.take(target) && !probePaths.has(target.pathname)) refuseHost(response, safeHeaders)
    else if (!exports.answers(target, request, response)) void yoga(request, response)
  }
  return {
    schema,
    fetch: async (request) => yoga.fetch(request),
    listener,
    waitingListener: (request, response) => {
      waiting.add(response)
      listener(request, response)
    },
    noteUpstreamRequest: (signal) => {
      scopes.noteUpstreamRequest(signal)
      exports.noteUpstreamRequest(signal)
    },
    listensOn: (address, name) => hosts.listenOn(address, name),
    load: () => admission.load(),
    isWatched: () => clock() - probedAtMs < watchedMs,
    retire: () => {
      isRetired = true
    },
    drain: async (graceMs) => {
      isRetired = true
      const exportsEnded = exports.drain(graceMs)
      const subscribersTold = options.tail.close(graceMs)
      if (!(await scopes.idle(graceMs))) {
        scopes.stop()
        await scopes.idle(abortedWaitMs)
      }
      await exportsEnded
      await subscribersTold
    },
  }
}
