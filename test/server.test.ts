import { getIntrospectionQuery } from 'graphql'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeEntryId, encodeSourceId } from '../src/graphql/global-id.js'
import { OperationEnded } from '../src/graphql/operation-end.js'
import { type Listening, listen } from '../src/server/listen.js'
import type { OperationReport } from '../src/server/operation-report.js'
import type { GatewayServer } from '../src/server/server.js'
import type { Tail, TailEvent } from '../src/tail/event.js'
import {
  covered,
  emptyTail,
  entry,
  FakeReader,
  fakeGateway,
  origin,
  page,
  post,
  refused,
} from './support/fake-gateway.js'

const get = (server: GatewayServer, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  server.fetch(new Request(`${origin}${path}`, { method, headers }))

const keysQuery = '/graphql?query=%7Bsources%7Bkey%7D%7D'

describe('answers', () => {
  it('counts on the page alone only when it is the whole of a complete reading', async () => {
    const counts = []
    for (const parts of [{}, { hasNextPage: true }, { hasPreviousPage: true }, { complete: false }]) {
      const { server } = fakeGateway(new FakeReader({ readPage: async () => page(parts) }))
      const query = '{ auditEntries { totalCount count { value exactness } } }'
      counts.push((await post(server, { query })).json.data?.['auditEntries'])
    }
    // Else the reader is asked; the one of this test knows nothing.
    const unknown = { totalCount: null, count: { value: 0, exactness: 'UNKNOWN' } }
    const exact = { totalCount: 1, count: { value: 1, exactness: 'EXACT' } }
    expect(counts).toEqual([exact, unknown, unknown, unknown])
  })

  it('hands every argument to the reader, and takes null for left out', async () => {
    const reader = new FakeReader()
    const { server } = fakeGateway(reader)
    const query = `query ($none: [String!]) {
      a: auditEntries(first: 3, after: "c", last: 4, before: "b", sources: ["desk"], order: OLDEST_FIRST, onSourceError: FAIL, freshness: LIVE,
        filter: { occurredAt: { since: "2026-02-01T00:00:00.0001+01:00" }, actorIds: [], actions: $none }) { complete }
      b: auditEntries(first: null, filter: null, sources: null) { complete }
    }`
    await post(server, { query })
    expect(reader.asked.map(({ signal: _, deadlineMs: __, ...asked }) => asked)).toEqual([
      {
        first: 3,
        after: 'c',
        last: 4,
        before: 'b',
        sources: ['desk'],
        order: 'OLDEST_FIRST',
        onSourceError: 'FAIL',
        freshness: 'LIVE',
        filter: { occurredAt: { sinceMs: Date.UTC(2026, 0, 31, 23, 0, 0, 1) }, actorIds: [] },
      },
      { filter: {}, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL', freshness: 'CACHED' },
    ])
  })

  it('gives nodes in the order asked, reads each id once and in parallel, and fails one by one', async () => {
    let running = 0
    let most = 0
    const reader = new FakeReader({
      readEntry: async ({ id, sourceKey }) => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        return id === 'bad' ? refused : id === 'gone' ? null : entry(id, sourceKey)
      },
    })
    const { server } = fakeGateway(reader)
    const idOf = (id: string, sourceKey = 'desk') => encodeEntryId({ timeMs: 5, sourceKey, id })
    const ids = [
      idOf('x'),
      idOf('bad'),
      encodeSourceId('vault'),
      idOf('gone'),
      idOf('x'),
      idOf('x', 'unknown'),
      encodeSourceId('unknown'),
      'nonsense',
    ]
    const query =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on AuditEntry { upstreamId } ... on Source { key } } }'
    const { json } = await post(server, { query, variables: { ids } })
    expect(json.data?.['nodes']).toEqual([
      { __typename: 'AuditEntry', upstreamId: 'x' },
      null,
      { __typename: 'Source', key: 'vault' },
      null,
      { __typename: 'AuditEntry', upstreamId: 'x' },
      null,
      null,
      null,
    ])
    expect(json.errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
      [['nodes', 5], 'BAD_USER_INPUT'],
      [['nodes', 7], 'BAD_USER_INPUT'],
      [['nodes', 1], 'UPSTREAM_FAILED'],
    ])
    expect(json.errors?.[0]).toMatchObject({
      message: expect.stringContaining(
        'of the source "unknown", which is not configured here. The sources are: desk',
      ),
      extensions: { argument: ['ids', 5] },
    })
    expect(reader.lookedUp).toEqual(['x', 'bad', 'gone'])
    expect(most).toBe(3)
  })

  it('answers the introspection of GraphiQL and graphql-codegen', async () => {
    const { status, json } = await post(fakeGateway().server, { query: getIntrospectionQuery() })
    expect(status).toBe(200)
    expect(json.errors).toBeUndefined()
  })
})

describe('limits', () => {
  it.each([
    ['nests 10,000 deep', '{ a '.repeat(10_000), 'tokens'],
    ['nests 13 deep', `${'{ a '.repeat(13)}${'}'.repeat(13)}`, 'depth'],
    [
      'has 31 aliases',
      `{ sources { ${Array.from({ length: 31 }, (_, n) => `a${n}: key`).join(' ')} } }`,
      'aliases',
    ],
    ['has 11 root fields', `{ ${'__typename '.repeat(11)} }`, 'rootFields'],
  ])('refuse a document that %s', async (_, query, limit) => {
    const { status, json } = await post(fakeGateway().server, { query })
    expect(status).toBe(400)
    expect(json.errors?.[0]?.extensions).toMatchObject({ code: 'DOCUMENT_LIMIT_EXCEEDED', limit })
  })

  it('refuse a document that selects one field too often', async () => {
    const query = `{ sources { ${'key '.repeat(1_900)} } }`
    const { status, json } = await post(fakeGateway().server, { query })
    expect(status).toBe(400)
    expect(json.errors?.[0]).toEqual({
      message: 'The document selects the same fields too often to be validated. Select each field once.',
      extensions: { code: 'DOCUMENT_LIMIT_EXCEEDED', limit: 'comparisons' },
    })
  })

  it('are settings', async () => {
    const { server } = fakeGateway(undefined, { limits: { rootFieldsMax: 1 } })
    const { json } = await post(server, { query: '{ sources { key } __typename }' })
    expect(json.errors?.[0]?.message).toBe(
      'The operation has more than 1 fields at its root. Split it into several requests.',
    )
  })
})

describe('bodies', () => {
  const exactly = (bytes: number) => {
    const body = JSON.stringify({ query: '{ __typename }', extensions: { pad: '' } })
    return body.replace('"pad":""', `"pad":"${'x'.repeat(bytes - body.length)}"`)
  }

  it('may have 100 KB and no byte more', async () => {
    const { server } = fakeGateway()
    expect((await post(server, exactly(102_400))).status).toBe(200)
    const answer = await post(server, exactly(102_401))
    expect(answer.status).toBe(413)
    expect(answer.json.errors?.[0]).toEqual({
      message: 'The body has more than 102400 bytes. Send a shorter document, or fewer or shorter variables.',
      extensions: { code: 'BODY_TOO_LARGE' },
    })
  })

  it('without an end are answered at some point, and the connection ends', async () => {
    const { server } = fakeGateway()
    const blanks = new Uint8Array(1024 * 1024).fill(0x20)
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += blanks.byteLength
        controller.enqueue(blanks)
      },
    })
    const headers = { 'content-type': 'application/json' }
    // Without `duplex`, which its type does not know, no stream is taken for a body.
    const init = { method: 'POST', headers, body, duplex: 'half' }
    const answer = await server.fetch(new Request(`${origin}/graphql`, init))
    expect([answer.status, answer.headers.get('connection')]).toEqual([413, 'close'])
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/graphql+json',
    'application/json; charset=utf-16',
    'application/json, text/plain',
  ])('are not taken as %s', async (contentType) => {
    const reader = new FakeReader()
    const { status, json } = await post(
      fakeGateway(reader).server,
      { query: '{ auditEntries { complete } }' },
      { headers: { 'content-type': contentType } },
    )
    expect([status, json.errors?.[0]?.extensions['code']]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
    expect(reader.asked).toEqual([])
  })

  it.each([
    ['not JSON', '{"query":', 'The body is not JSON. Send a JSON object.'],
    ['empty', '', 'The body is not JSON. Send a JSON object.'],
    ['a list', '[]', 'Batches are not taken. Send each operation as a request of its own.'],
    ['text', '"{ a }"', 'The body is not a JSON object. Send one with `query`.'],
    ['without a document', '{}', 'There is no document in the body. Give it as text in `query`.'],
    [
      'with a foreign key',
      '{"query":"{a}","doc":1}',
      'There is no parameter "doc". Give query, variables, operationName and extensions only.',
    ],
    ['with variables as text', '{"query":"{a}","variables":"{}"}', '`variables` must be a JSON object.'],
    [
      'with a number for a name',
      '{"query":"{a}","operationName":1}',
      '`operationName` must be text: the name of an operation of the document.',
    ],
  ])('that are %s are refused', async (_, body, message) => {
    const { status, json } = await post(fakeGateway().server, body)
    expect([status, json.errors]).toEqual([400, [{ message, extensions: { code: 'BAD_REQUEST' } }]])
  })
})

describe('other sites', () => {
  const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }

  it('get no header by default, for whatever origin', async () => {
    const { server } = fakeGateway()
    for (const method of ['OPTIONS', 'GET']) {
      const { headers } = await get(server, keysQuery, preflight, method)
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  it('are named when they are in the list, never with credentials', async () => {
    const allowedOrigins = ['https://console.example', 'https://other.example']
    const { server } = fakeGateway(undefined, { allowedOrigins })
    const allowed = await get(
      server,
      '/graphql',
      { ...preflight, origin: 'https://console.example' },
      'OPTIONS',
    )
    expect(allowed.status).toBe(204)
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://console.example',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type, x-request-timeout-ms, traceparent, tracestate',
      vary: 'Origin',
    })
    for (const other of ['https://evil.example', 'null', 'https://console.example.evil.example']) {
      const { headers } = await get(server, keysQuery, { ...preflight, origin: other })
      expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([null, 'Origin'])
      expect(headers.has('access-control-allow-credentials')).toBe(false)
    }
  })

  it('cannot have a GET run without being asked', async () => {
    const reader = new FakeReader()
    const { server } = fakeGateway(reader)
    const path = '/graphql?query=%7BauditEntries%7Bcomplete%7D%7D'
    const blocked = await get(server, path, { 'sec-fetch-site': 'cross-site' })
    expect([blocked.status, await blocked.json()]).toMatchObject([
      403,
      { errors: [{ extensions: { code: 'CROSS_SITE_REQUEST' } }] },
    ])
    expect(reader.asked).toEqual([])
    expect((await get(server, path, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect((await get(server, path)).status).toBe(200)
  })
})

describe('pages', () => {
  it('are JSON for paths that are not served, with headers that keep browsers safe', async () => {
    const { server } = fakeGateway()
    for (const path of ['/', '/graphql/x', '/health', '/favicon.ico?/graphql']) {
      const response = await get(server, path, { accept: 'text/html' })
      expect([path, response.status, response.headers.get('x-content-type-options')]).toEqual([
        path,
        404,
        'nosniff',
      ])
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    }
  })

  it('hold GraphiQL, which opens on the example and loads nothing from outside', async () => {
    const response = await get(fakeGateway().server, '/graphql', { accept: 'text/html,*/*;q=0.8' })
    const html = await response.text()
    const policy = response.headers.get('content-security-policy') ?? ''
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).not.toMatch(/https?:/)
    expect(html).toContain(`<script nonce="${nonce}">`)
    expect(html).toContain('query NewestEntries {')
    // What stands in the elements of the page itself, its one script and its one style left out.
    const markup =
      html.slice(0, html.indexOf('<style>')) + html.slice(html.indexOf('</style>'), html.indexOf('<script '))
    expect(markup.replace(/href="data:[^"]*"/, '')).not.toMatch(/\b(src|href)=/)
    const style = html.slice(html.indexOf('<style>'), html.indexOf('</style>'))
    expect(style).not.toMatch(/@import|url\(["']?(https?:)?\/\//)
  })

  it('hold no GraphiQL when it is switched off', async () => {
    const { server } = fakeGateway(undefined, { graphiql: false })
    expect((await get(server, '/graphql', { accept: 'text/html' })).status).toBe(406)
  })

  it('tell life and readiness, which a source in trouble does not end', async () => {
    const { server } = fakeGateway(undefined, { sourceHealth: () => ({ desk: 'CREDENTIAL_REFUSED' }) })
    const probe = async () => {
      const [live, ready] = [await get(server, '/livez'), await get(server, '/readyz')]
      return [live.status, await live.json(), ready.status, await ready.json()]
    }
    const sources = { desk: 'CREDENTIAL_REFUSED' }
    expect(await probe()).toEqual([200, { status: 'live' }, 200, { status: 'ready', sources }])
    await server.drain(0)
    expect(await probe()).toEqual([200, { status: 'live' }, 503, { status: 'draining', sources }])
  })

  it('are JSON for methods and media types that are not taken', async () => {
    const { server } = fakeGateway()
    const put = await get(server, '/graphql', {}, 'PUT')
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST'])
    expect(await put.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] })
    for (const accept of ['text/event-stream', 'multipart/mixed', 'application/json; charset=latin1']) {
      const { status, headers } = await post(server, { query: '{ __typename }' }, { headers: { accept } })
      expect([status, headers.get('content-type')]).toEqual([
        406,
        expect.stringMatching(/^application\/.*json; /),
      ])
    }
  })
})

/** A reader whose pages come when its signal aborts: it throws the reason, as the contract allows. */
function hangingReader() {
  const reasons: unknown[] = []
  const started: (() => void)[] = []
  const start = new Promise<void>((resolve) => started.push(resolve))
  const reader = new FakeReader({
    readPage: ({ signal }) =>
      new Promise((_, reject) => {
        for (const resolve of started) resolve()
        const end = () => {
          reasons.push(signal.reason)
          reject(signal.reason)
        }
        // A deadline may come before the reading begins.
        if (signal.aborted) end()
        else signal.addEventListener('abort', end)
      }),
  })
  return { reader, reasons, start }
}

/** The events of a subscription that has ended. */
const ended = (async function* (): AsyncGenerator<TailEvent, void> {})()

const hanging = { query: 'query Slow { auditEntries { complete } }' }

describe('the end of an operation', () => {
  it('is its deadline, which a header can shorten', async () => {
    const { reader, reasons } = hangingReader()
    const { server } = fakeGateway(reader)
    const { status, json } = await post(server, hanging, { headers: { 'x-request-timeout-ms': '20' } })
    expect(status).toBe(200)
    expect(json.errors?.[0]?.extensions).toEqual({ code: 'DEADLINE_EXCEEDED' })
    expect(reasons).toEqual([expect.objectContaining({ name: 'TimeoutError' })])
  })

  it('is the server’s deadline, which a header cannot lengthen', async () => {
    const { server } = fakeGateway(hangingReader().reader, { limits: { deadlineMs: 20 } })
    const { json } = await post(server, hanging, { headers: { 'x-request-timeout-ms': '600000' } })
    expect(json.errors?.[0]?.extensions).toEqual({ code: 'DEADLINE_EXCEEDED' })
  })

  it.each(['0', '-1', '1.5', 'soon', ''])('cannot be set to %j', async (text) => {
    const { status, json } = await post(fakeGateway().server, hanging, {
      headers: { 'x-request-timeout-ms': text },
    })
    expect([status, json.errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST'])
  })

  it('comes when the server stops and the grace is over', async () => {
    const { reader, start } = hangingReader()
    const { server } = fakeGateway(reader)
    const answer = post(server, hanging)
    await start
    await server.drain(10)
    expect((await answer).json.errors?.[0]?.extensions).toEqual({ code: 'SHUTTING_DOWN' })
  })
})

describe('the access log', () => {
  it('has one line for an operation, with how each source fared and nothing of an entry', async () => {
    const reader = new FakeReader({
      readPage: async () =>
        page({
          complete: false,
          coverage: [covered('desk', { state: 'FAILED', error: refused }), covered('vault')],
        }),
    })
    const { server, log } = fakeGateway(reader)
    const query =
      'query Newest($filter: AuditEntryFilter) { auditEntries(filter: $filter) { nodes { raw } } }'
    await post(server, { query, variables: { filter: { actorIds: ['somebody'] } } })
    expect(log).toEqual([
      {
        level: 'info',
        operation: 'Newest',
        type: 'query',
        field: 'auditEntries',
        upstreamRequests: 0,
        method: 'POST',
        status: 200,
        durationMs: expect.any(Number),
        sources: { desk: 'FAILED UNAUTHENTICATED', vault: 'COMPLETE' },
      },
    ])
  })

  it('tells how sources fared in a histogram, too, and cuts names that have no end', async () => {
    const reader = new FakeReader()
    reader.count = async () => ({
      kind: 'counts',
      asOfMs: 0,
      edgesMs: [0, 1],
      counts: [{ value: 0, exactness: 'UNKNOWN' }],
      coverage: [covered('desk', { state: 'SCAN_LIMIT' })],
    })
    const { server, log } = fakeGateway(reader)
    const query = `query ${'N'.repeat(5_000)} {
      auditEntryCounts(filter: { occurredAt: { since: "2026-01-01T00:00:00Z" } }, interval: DAY) { asOf }
    }`
    await post(server, { query })
    expect(log).toEqual([
      expect.objectContaining({
        operation: 'N'.repeat(100),
        field: 'auditEntryCounts',
        sources: { desk: 'SCAN_LIMIT' },
      }),
    ])
  })

  it.each<readonly [name: string, accept: string, tail: ReturnType<Tail['subscribe']>, told: object]>([
    ['that has begun', 'text/event-stream', ended, { status: 200 }],
    [
      'too many',
      'text/event-stream',
      { kind: 'tailFull', subscribersMax: 1 },
      { status: 503, errors: ['TOO_MANY_SUBSCRIBERS'] },
    ],
    ['that no client reads', 'application/json', ended, { status: 406, errors: ['NOT_ACCEPTABLE'] }],
  ])('and the metrics know a subscription %s', async (_, accept, tail, told) => {
    const reports: OperationReport[] = []
    const { server, log } = fakeGateway(undefined, {
      tail: { ...emptyTail, subscribe: () => tail },
      metrics: {
        operation: (report) => void reports.push(report),
        export: () => {},
        shed: () => {},
        render: async () => ({ contentType: '', text: '' }),
      },
    })
    const query = `subscription ${'N'.repeat(5_000)} { auditEntryAdded { kind } }`
    await server.fetch(
      new Request(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      }),
    )
    const known = { type: 'subscription', field: 'auditEntryAdded' }
    expect(log).toEqual([expect.objectContaining({ ...known, ...told, operation: 'N'.repeat(100) })])
    expect(reports).toEqual([expect.objectContaining(known)])
  })

  it('has the codes of errors, and no line for health', async () => {
    const { server, log } = fakeGateway()
    await get(server, '/livez')
    await post(server, { query: '{ node(id: "secret") { id } }' })
    await post(server, { query: '{ secret' })
    expect(log.map(({ operation, errors, status }) => [operation, errors, status])).toEqual([
      [null, ['BAD_USER_INPUT'], 200],
      [null, ['GRAPHQL_PARSE_FAILED'], 200],
    ])
    expect(JSON.stringify(log)).not.toContain('secret')
  })
})

describe('over a socket', () => {
  let listening: Listening | undefined
  afterEach(async () => {
    await listening?.close(0)
    listening = undefined
  })
  const start = async (...args: Parameters<typeof fakeGateway>) => {
    const gateway = fakeGateway(...args)
    listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
    return { ...gateway, url: new URL(listening.url) }
  }

  it('passes on that a client is gone', async () => {
    const { reader, reasons, start: reading } = hangingReader()
    const { url, log } = await start(reader)
    const controller = new AbortController()
    const request = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hanging),
      signal: controller.signal,
    })
    await reading
    controller.abort()
    await expect(request).rejects.toThrow()
    await expect.poll(() => reasons).toEqual([new OperationEnded('clientGone')])
    await expect.poll(() => log).toEqual([expect.objectContaining({ operation: 'Slow', clientGone: true })])
  })

  it('ends what is under way before it closes', async () => {
    let answer: (() => void) | undefined
    const reading = new Promise<void>((started) => {
      const reader = new FakeReader({
        readPage: () =>
          new Promise((resolve) => {
            answer = () => resolve(page())
            started()
          }),
      })
      void start(reader).then(({ url }) => {
        request = fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(hanging),
        })
      })
    })
    let request: Promise<Response> | undefined
    await reading
    const closing = listening?.close(5_000)
    answer?.()
    expect(await (await request)?.json()).toEqual({ data: { auditEntries: { complete: true } } })
    await closing
    listening = undefined
  })
})
