import type { Capabilities } from '../../src/model/capabilities.js'
import type { AuditEntry } from '../../src/model/entry.js'
import { type SourceFailure, sourceFailure } from '../../src/model/failure.js'
import { dayMs } from '../../src/model/instant.js'
import type { SourceInfo } from '../../src/model/source-info.js'
import type { EntryPage, PageRequest, Reader, SourceCoverage } from '../../src/reading/page.js'
import {
  createGatewayServer,
  type GatewayServer,
  type GatewayServerOptions,
} from '../../src/server/server.js'
import type { Tail } from '../../src/tail/event.js'

/** Two invented providers: nothing under src/graphql and src/server knows the built-in ones. */
const providerIds = ['paper', 'stone-tablet']

const capabilities: Capabilities = {
  paging: 'offset',
  pageSizeMax: 100,
  order: 'newestFirst',
  totals: true,
  boundSlackMs: { since: 0, until: dayMs },
  lookup: false,
  filters: {
    actorIds: { valuesMax: 1 },
    actions: { valuesMax: 10, accepts: (value) => value === 'signed' },
    resourceTypes: { valuesMax: 0 },
    resourceIds: { valuesMax: 0 },
  },
  exclusive: [],
}

const sources: readonly SourceInfo[] = [
  { key: 'desk', providerId: 'paper', displayName: 'The desk', organizationId: 'org-1', capabilities },
  {
    key: 'vault',
    providerId: 'stone-tablet',
    displayName: 'vault',
    organizationId: 'org-2',
    capabilities: { ...capabilities, paging: 'cursor', window: { spanMaxMs: 500 * dayMs, floorMs: 0 } },
  },
]

const firstMs = Date.UTC(2026, 1, 11, 19, 4, 55, 123)

export function entry(upstreamId: string, sourceKey = 'desk'): AuditEntry {
  return {
    sourceKey,
    upstreamId,
    occurredAtMs: firstMs,
    action: 'signed',
    actionKind: 'UPDATE',
    actor: { id: 'u1', type: 'USER', rawType: null, name: 'Ada', email: null },
    resource: { type: 'contract', id: 'c1', name: 'Lease' },
    counterparty: null,
    changes: [{ field: 'state', before: null, after: 'signed' }],
    reason: null,
    origin: null,
    organizationId: 'org-1',
    metadata: null,
    raw: { id: upstreamId, secretive: 'content of an entry' },
  }
}

export function covered(sourceKey: string, parts: Partial<SourceCoverage> = {}): SourceCoverage {
  return {
    sourceKey,
    state: 'COMPLETE',
    searchedSinceMs: null,
    searchedUntilMs: null,
    gap: null,
    resumeCursor: null,
    requests: 1,
    scanned: 1,
    matched: 1,
    error: null,
    notices: [],
    ...parts,
  }
}

export function page(parts: Partial<EntryPage> = {}): EntryPage {
  return {
    kind: 'page',
    edges: [{ cursor: 'c-1', entry: entry('e-1') }],
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: 'c-1',
    endCursor: 'c-1',
    asOfMs: firstMs + 1,
    complete: true,
    coverage: [covered('desk'), covered('vault')],
    ...parts,
  }
}

/** A reader that answers with what it is given, and keeps what it was asked. */
export class FakeReader implements Reader {
  readonly sources = []
  readonly asked: PageRequest[] = []
  readonly lookedUp: string[] = []
  readonly #readPage: Reader['readPage']
  readonly #readEntry: Reader['readEntry']

  constructor(parts: Partial<Pick<Reader, 'readPage' | 'readEntry'>> = {}) {
    this.#readPage = parts.readPage ?? (async () => page())
    this.#readEntry = parts.readEntry ?? (async ({ id, sourceKey }) => entry(id, sourceKey))
  }

  readPage(request: PageRequest): ReturnType<Reader['readPage']> {
    this.asked.push(request)
    return this.#readPage(request)
  }

  seenWords(): ReturnType<Reader['seenWords']> {
    return { actions: [], resourceTypes: [] }
  }

  async count(): ReturnType<Reader['count']> {
    return {
      kind: 'counts',
      asOfMs: 0,
      edgesMs: [0, 0],
      counts: [{ value: 0, exactness: 'UNKNOWN' }],
      coverage: [],
    }
  }

  openReport(): ReturnType<Reader['openReport']> {
    return { kind: 'inputProblem', path: [], message: 'This reader makes no reports.' }
  }

  explain(): ReturnType<Reader['explain']> {
    return []
  }

  readEntry(...[key, signal]: Parameters<Reader['readEntry']>): ReturnType<Reader['readEntry']> {
    this.lookedUp.push(key.id)
    return this.#readEntry(key, signal)
  }
}

/** The trouble that tests give a source. */
export const refused: SourceFailure = sourceFailure('UNAUTHENTICATED', {
  httpStatus: 401,
  upstreamCode: 'bad_key',
  retryAfterMs: firstMs,
})

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly [field: string]: unknown
}

/** A server over a fake reader, and what it logged. */
export function fakeGateway(
  reader: Reader = new FakeReader(),
  options: Partial<GatewayServerOptions> = {},
): { readonly server: GatewayServer; readonly log: LogLine[] } {
  const log: LogLine[] = []
  const write = (level: LogLine['level']) => (fields: object) => void log.push({ level, ...fields })
  const server = createGatewayServer({
    reader,
    tail: emptyTail,
    sources,
    providerIds,
    logger: { info: write('info'), warn: write('warn'), error: write('error') },
    createErrorId: () => 'error-id',
    ...options,
  })
  return { server, log }
}

/** A tail in which nothing ever happens. */
export const emptyTail: Tail = {
  subscribe: () => {
    throw new Error('nobody subscribes here')
  },
  close: async () => {},
}

export const origin = 'http://gateway.test'

/** Sends one operation as JSON and gives the status and the JSON of the answer. */
export async function post(
  server: Pick<GatewayServer, 'fetch'>,
  body: unknown,
  init: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal } = {},
): Promise<{ readonly status: number; readonly json: Answer; readonly headers: Headers }> {
  const response = await server.fetch(
    new Request(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...init.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(init.signal && { signal: init.signal }),
    }),
  )
  return { status: response.status, json: (await response.json()) as Answer, headers: response.headers }
}

export interface Answer {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: Record<string, unknown>
  }[]
}
