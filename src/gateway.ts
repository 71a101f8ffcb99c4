import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config, SourceConfig } from './config/load-config.js'
import type { Dialect } from './model/provider.js'
import { Secret } from './model/secret.js'
import { isPlainHttpOffLoopback } from './model/settings.js'
import type { SourceInfo } from './model/source-info.js'
import { openDialect, type Registry } from './providers/registry.js'
import type { ReadingLimits } from './reading/limits.js'
import { createReader } from './reading/reader.js'
import { createCursorSeal } from './reading/sealed-cursor.js'
import type { ServerLimits } from './server/limits.js'
import { createGatewayServer, type GatewayServer } from './server/server.js'
import type { TailLimits } from './tail/limits.js'
import { createTail } from './tail/tail.js'
import { createUpstreamClient } from './upstream/client.js'
import type { UpstreamLimits } from './upstream/limits.js'
import { connectSource } from './upstream/source.js'
import { version } from './version.js'

export interface GatewayOptions {
  readonly config: Config
  /** Has every provider that the configuration names. */
  readonly registry: Registry
  /** UTC milliseconds. */
  readonly now: () => number
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Over those of the configuration. */
  readonly limits?: {
    readonly upstream?: Partial<UpstreamLimits>
    readonly reading?: Partial<ReadingLimits>
    readonly tail?: Partial<TailLimits>
    readonly server?: Partial<ServerLimits>
  }
}

export interface Gateway {
  readonly server: GatewayServer
  /** In configuration order. */
  readonly sources: readonly SourceInfo[]
  /** Closes the connections to the providers. Call it when the server has drained. */
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
  const client = createUpstreamClient({
    now,
    userAgent: `auditgraph/${version}`,
    ...(limits.upstream && { limits: limits.upstream }),
  })
  const sources = opened.map(({ source, dialect }) => describeSource(source, dialect))
  const secrets = cursorSecrets(config, logger)
  const reader = createReader({
    sources: opened.map(({ source, dialect }) =>
      connectSource({ key: source.key, settleMs: source.settleMs, dialect, client }),
    ),
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
  const server = createGatewayServer({
    reader,
    tail,
    sources,
    providerIds: registry.ids,
    logger,
    allowedOrigins: config.server.allowedOrigins,
    persistedOperations: config.server.persistedOperations,
    limits: { ...(deadlineMs !== undefined && { deadlineMs }), ...limits.server },
  })
  return { server, sources, close: () => client.close() }
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
