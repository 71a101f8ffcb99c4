import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config, SourceConfig } from './config/load-config.js'
import type { BulkAsk, Dialect } from './model/provider.js'
import { Secret } from './model/secret.js'
import { isPlainHttpOffLoopback } from './model/settings.js'
import type { SourceInfo } from './model/source-info.js'
import { openDialect, type Registry } from './providers/registry.js'
import type { ReadingLimits } from './reading/limits.js'
import type { FetchTerms, ReadableSource, Reader } from './reading/page.js'
import { createReader } from './reading/reader.js'
import { createCursorSeal } from './reading/sealed-cursor.js'
import type { ServerLimits } from './server/limits.js'
import type { ProcessLoad } from './server/overload.js'
import { createGatewayServer, type GatewayServer } from './server/server.js'
import type { TailLimits } from './tail/limits.js'
import { createTail } from './tail/tail.js'
import { combineObservers } from './telemetry/combine-observers.js'
import { createMetrics } from './telemetry/metrics.js'
import { watchSourceHealth } from './telemetry/source-health.js'
import type { Traces } from './telemetry/traces.js'
import { createUpstreamClient } from './upstream/client.js'
import { type UpstreamLimits, upstreamLimits } from './upstream/limits.js'
import type { UpstreamObserver } from './upstream/observer.js'
import { Policies } from './upstream/policies.js'
import { SettledPages } from './upstream/settled-pages.js'
import { connectSource } from './upstream/source.js'
import { machineTiming, steadyTiming, type Timing } from './upstream/timing.js'
import { version } from './version.js'

export interface GatewayOptions {
  readonly config: Config
  /** Has every provider that the configuration names. */
  readonly registry: Registry
  /** UTC milliseconds. */
  readonly now: () => number
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Timers and randomness of the upstream policies; the machine's where left out. */
  readonly timing?: Partial<Pick<Timing, 'after' | 'random'>>
  /** Over those of the configuration. */
  readonly limits?: {
    readonly upstream?: Partial<UpstreamLimits>
    readonly reading?: Partial<ReadingLimits>
    readonly tail?: Partial<TailLimits>
    readonly server?: Partial<ServerLimits>
  }
  /** Measures the process that the gateway has to itself. Left out: nothing is refused for its sake. */
  readonly processLoad?: ProcessLoad
  /** Makes the traces of these sources. Left out: nothing is traced. */
  readonly createTraces?: (baseUrls: Readonly<Record<string, string>>) => Traces
  /** Is told of requests to providers, beside metrics and traces. */
  readonly observer?: UpstreamObserver
}

export interface Gateway {
  readonly server: GatewayServer
  /** What the server reads with. */
  readonly reader: Reader
  /** In configuration order. */
  readonly sources: readonly SourceInfo[]
  /** Begins to send the traces that there are. Call it when the server begins to drain, so that `close` takes less. */
  flushTraces(): void
  /** Closes the connections to the providers and sends the last traces. Call it when the server has drained. */
  close(): Promise<void>
}

/**
 * Composition root: configuration -> dialects -> sources -> reader -> server. Opens no socket; connections to the
 * providers come with the first query. Throws when a dialect's declarations are wrong, a bug of its folder.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { config, registry, now, logger, limits = {} } = options
  const { deadlineMs, ...readingLimits } = config.limits
  const opened = config.sources.map((source) => ({ source, dialect: open(source, registry) }))
  for (const { source, dialect } of opened) {
    if (isPlainHttpOffLoopback(dialect.baseUrl)) {
      logger.warn({ source: source.key }, 'credentials go to another machine over plain http; use https')
    }
  }
  const sending: UpstreamLimits = { ...upstreamLimits, ...config.upstream, ...limits.upstream }
  const timing = steadyTiming({ ...machineTiming(now), ...options.timing })
  const sources = opened.map(({ source, dialect }) => describeSource(source, dialect))
  const health = watchSourceHealth(sources.map(({ key }) => key))
  const metrics = config.telemetry.metrics
    ? createMetrics({ sources, load: () => server.load(), withProcess: options.processLoad !== undefined })
    : undefined
  const traces = options.createTraces?.(
    Object.fromEntries(opened.map(({ source, dialect }) => [source.key, dialect.baseUrl])),
  )
  const client = createUpstreamClient({
    now,
    userAgent: `auditgraph/${version}`,
    limits: sending,
    ...(traces && { traceHeaders: traces.upstreamHeaders }),
  })
  const observer = combineObservers(
    [health.upstream, metrics?.upstream, traces?.upstream, options.observer].filter(
      (given) => given !== undefined,
    ),
  )
  const policies = new Policies(sending, timing)
  const settledPages = new SettledPages(sending, timing.now)
  const connect = ({ source: { key, settleMs, providerId }, dialect }: (typeof opened)[number]) =>
    countRequests(
      connectSource({
        sourceKey: key,
        providerId,
        settleMs,
        dialect,
        client,
        policies: policies.of(providerId, dialect),
        settledPages,
        limits: sending,
        timing,
        observer,
      }),
      (signal) => server.noteUpstreamRequest(signal),
    )
  const secrets = cursorSecrets(config, logger)
  const reader = createReader({
    sources: opened.map(connect),
    secrets,
    now,
    limits: { ...readingLimits, ...limits.reading },
  })
  const { cursorLifetimeMs } = readingLimits
  const tail = createTail({
    reader,
    seal: createCursorSeal(secrets),
    now,
    schedule: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    report: (cause) => logger.error({ err: cause }, 'internal error of the tail'),
    limits: { ...(cursorLifetimeMs !== undefined && { cursorLifetimeMs }), ...config.tail, ...limits.tail },
  })
  const server: GatewayServer = createGatewayServer({
    reader,
    tail,
    sources,
    providerIds: registry.ids,
    logger,
    now,
    allowedOrigins: config.server.allowedOrigins,
    allowedHosts: config.server.allowedHosts,
    persistedOperations: config.server.persistedOperations,
    limits: { ...(deadlineMs !== undefined && { deadlineMs }), ...limits.server },
    overloadLimits: config.server.overload,
    ...(options.processLoad && { processLoad: options.processLoad }),
    ...(metrics && { metrics }),
    ...(traces && { tracer: traces }),
    sourceHealth: health.report,
    mayBegin: () => client.mayBegin(),
  })
  const close = async () => {
    await client.close()
    await traces?.close()
  }
  return { server, reader, sources, flushTraces: () => traces?.flush(), close }
}

/** Tells of every request that the reading layer makes, by the signal of the operation that it makes it for. */
function countRequests(source: ReadableSource, note: (signal: AbortSignal) => void): ReadableSource {
  const { fetchPage, fetchBulk, fetchEntry } = source
  return {
    ...source,
    fetchPage(ask, terms) {
      note(terms.signal)
      return fetchPage(ask, terms)
    },
    ...(fetchBulk && {
      fetchBulk(ask: BulkAsk, terms: FetchTerms) {
        note(terms.signal)
        return fetchBulk(ask, terms)
      },
    }),
    ...(fetchEntry && {
      fetchEntry(id: string, terms: FetchTerms) {
        note(terms.signal)
        return fetchEntry(id, terms)
      },
    }),
  }
}

function open(source: SourceConfig, registry: Registry): Dialect {
  const provider = registry.get(source.providerId)
  if (!provider) throw new Error(`No provider ${source.providerId} in the registry.`)
  return openDialect(provider, source.settings)
}

function describeSource(source: SourceConfig, dialect: Dialect): SourceInfo {
  return {
    key: source.key,
    providerId: source.providerId,
    displayName: source.displayName,
    organizationId: dialect.organizationId,
    capabilities: dialect.capabilities,
  }
}

/** The configured secrets, or a random one of 256 bits, which no other process and no restart will know. */
function cursorSecrets(config: Config, logger: GatewayOptions['logger']): readonly Secret[] {
  if (config.cursorSecrets.length > 0) return config.cursorSecrets
  logger.warn('no cursorSecret is configured: cursors end with this process')
  return [new Secret(randomBytes(32).toString('base64url'))]
}
