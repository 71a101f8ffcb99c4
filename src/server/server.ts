import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { createGraphContext } from '../graphql/context.js'
import { buildSchema } from '../graphql/schema.js'
import type { SourceInfo } from '../model/source-info.js'
import type { Reader } from '../reading/page.js'
import type { Tail } from '../tail/event.js'
import { useAccessLog } from './access-log.js'
import { useEventStream } from './event-stream.js'
import { createGraphiqlPage } from './graphiql.js'
import { useGraphqlEdge } from './graphql-edge.js'
import { graphqlPath, safeHeaders, useHttpEdge } from './http-edge.js'
import { defaultLimits, type ServerLimits } from './limits.js'
import { noteOutcomes, OperationScopes } from './operation-scope.js'
import { type PersistedOperationsMode, usePersisted } from './persisted-operations.js'
import { hasUsableTarget, refuseTarget } from './request-target.js'

export interface GatewayServerOptions {
  readonly reader: Reader
  readonly tail: Tail
  /** In configuration order. Keys are those of the reader's sources. */
  readonly sources: readonly SourceInfo[]
  /** Ids of the registry, the members of the enum `Provider`. */
  readonly providerIds: readonly string[]
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Origins whose pages may read answers. Default: none. */
  readonly allowedOrigins?: readonly string[]
  readonly limits?: Partial<ServerLimits>
  /** Whether GraphiQL is served to browsers. Default: yes. */
  readonly graphiql?: boolean
  /** Whether operations are taken by their hash, as well or only. Default: `off`. */
  readonly persistedOperations?: PersistedOperationsMode
  /** Makes the id that a client and the log see for an internal error. Default: a random UUID. */
  readonly createErrorId?: () => string
}

export interface GatewayServer {
  readonly schema: GraphQLSchema
  /** Answers one request. Never rejects but when the request's own signal aborts. */
  fetch(request: Request): Promise<Response>
  /** For `http.createServer`. */
  readonly listener: RequestListener
  /**
   * Stops: /readyz answers 503 from now on, what is under way may end within `graceMs`, the rest is aborted. Resolves
   * when nothing is under way, at most a second after that. Does not close sockets: they are the HTTP server's.
   */
  drain(graceMs: number): Promise<void>
}

/** Text of documents kept parsed and validated, in UTF-16 code units. Yoga's own cache counts entries, not size. */
const cachedTextMax = 2 * 1024 * 1024
/** How long `drain` waits for what it aborted, in milliseconds. */
const abortedWaitMs = 1_000

/** Makes the server of a gateway: GraphQL over HTTP with every limit on, GraphiQL and health. */
export function createGatewayServer(options: GatewayServerOptions): GatewayServer {
  const limits: ServerLimits = { ...defaultLimits, ...options.limits }
  const schema = buildSchema(options.providerIds)
  const sources = new Map(options.sources.map((source) => [source.key, source]))
  const scopes = new OperationScopes()
  const persisted = usePersisted(options.persistedOperations ?? 'off')
  let draining = false
  const errors = {
    createId: options.createErrorId ?? randomUUID,
    report: (id: string, cause: unknown) =>
      options.logger.error({ errorId: id, err: cause }, 'internal error'),
  }

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
        noteOutcomes: (outcomes) => noteOutcomes(scope, outcomes),
      })
    },
    parserAndValidationCache: {
      documentCache: new LRUCache({ maxSize: cachedTextMax, sizeCalculation: (_, text) => text.length + 1 }),
      errorCache: new LRUCache({ maxSize: cachedTextMax, sizeCalculation: (_, text) => text.length + 1 }),
    },
    plugins: [
      useHttpEdge({
        allowedOrigins: options.allowedOrigins ?? [],
        graphiql: options.graphiql === false ? null : createGraphiqlPage(graphqlPath),
        isReady: () => !draining,
      }),
      useGraphqlEdge({ limits, scopes, persisted: persisted !== null, ...errors }),
      ...(persisted ? [persisted] : []),
      useEventStream({ scopes, ...errors }),
      useAccessLog(options.logger, scopes),
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

  return {
    schema,
    fetch: async (request) => yoga.fetch(request),
    listener: (request, response) => {
      if (hasUsableTarget(request)) void yoga(request, response)
      else refuseTarget(response, safeHeaders)
    },
    drain: async (graceMs) => {
      draining = true
      const subscribersTold = options.tail.close(graceMs)
      if (!(await scopes.idle(graceMs))) {
        scopes.stop()
        await scopes.idle(abortedWaitMs)
      }
      await subscribersTold
    },
  }
}
