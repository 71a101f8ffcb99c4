import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../src/cli/logger.js'
import { loadConfig } from '../src/config/load-config.js'
import { createGateway, type Gateway } from '../src/gateway.js'
import { encodeEntryId } from '../src/graphql/global-id.js'
import { builtInProviders, createRegistry } from '../src/providers/registry.js'
import { type Answer, post } from './support/fake-gateway.js'

/** Providers that echo what they are sent, or send what nobody asked for: over real HTTP, for every credential style. */

interface Reply {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: string
}

/** In it is what URLs, forms and JSON write in another way. */
const oddKey = 'canary"a/b\\c+d=e~tail42'
/** It could be a name of something. */
const wordyKey = 'canary-word.tail42'
const base64 = btoa(`${oddKey}:`)
const traces = [/canary/, /tail42/, base64.slice(0, 8), base64.slice(8, 20), base64.slice(-10, -2)]

/** What the provider answers to a request with these headers and, within them, this key. */
let reply: (headers: IncomingHttpHeaders, key: string) => Reply
const server = createServer((request, response) => {
  request.resume()
  const { status, headers, body } = reply(request.headers, keyIn(request.headers))
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
})
let gateway: Gateway
let baseUrl = ''
let log = ''
let nowMs = Date.UTC(2026, 10, 20, 11)

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  baseUrl = `http://127.0.0.1:${address.port}`
  gateway = createGateway({
    config: configOf(sourcesAt(baseUrl)),
    registry,
    now: () => nowMs,
    timing: {
      random: () => 0,
      after: (_, act) => {
        const timer = setImmediate(act)
        return () => clearImmediate(timer)
      },
    },
    logger: createLogger({
      stderr: {
        write: (line: string) => {
          log += line
          return true
        },
      },
    }),
  })
})
afterAll(async () => {
  await gateway.close()
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  log = ''
})

function keyIn(headers: IncomingHttpHeaders): string {
  const { authorization = '', 'x-api-key': own, 'api-key': short } = headers
  const [scheme, credential = ''] = authorization.split(' ')
  return scheme === 'Basic' ? atob(credential).slice(0, -1) : String(own ?? short ?? credential)
}

const registry = createRegistry(builtInProviders)

function sourcesAt(at: string): readonly object[] {
  const organizationId = 'org'
  const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'
  const aitronos = { provider: 'aitronos', baseUrl: at, organizationId }
  const freddy = { provider: 'freddy', baseUrl: at, organizationId, credentials: { apiKey: oddKey } }
  const jitsudo = { provider: 'jitsudo', baseUrl: at, tenantId }
  return [
    { key: 'crew-token', ...aitronos, credentials: { token: oddKey } },
    { key: 'crew-key', ...aitronos, credentials: { apiKey: wordyKey } },
    { key: 'assistants-bearer', ...freddy, authStyle: 'bearer-key' },
    { key: 'assistants-x', ...freddy, authStyle: 'x-api-key' },
    { key: 'assistants-own', ...freddy, authStyle: 'api-key', credentials: { apiKey: wordyKey } },
    { key: 'access-token', ...jitsudo, credentials: { token: oddKey } },
    { key: 'access-key', ...jitsudo, credentials: { apiKey: oddKey } },
    { key: 'hiring', provider: 'ashby', baseUrl: at, credentials: { apiKey: oddKey } },
  ]
}

function configOf(sources: readonly object[]) {
  const text = JSON.stringify({ cursorSecret: 'a-secret-of-this-test', sources })
  const loaded = loadConfig({ text, env: {}, registry })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

const query = `query Everything($sources: [String!]) {
  auditEntries(first: 5, sources: $sources) {
    nodes { id upstreamId metadata raw changes { field before after } }
    coverage {
      source { key }
      state
      notices
      error { kind message remedy httpStatus upstreamCode upstreamMessage traceId details }
    }
  }
}`
const nodesQuery = 'query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }'
const uuid = '5b0c7a42-1d7e-4f0f-9a53-0f6a8d1c2e11'
const ids = ['access-token', 'access-key', 'hiring'].map((sourceKey) =>
  encodeEntryId({ timeMs: Date.UTC(2026, 10, 20, 10), sourceKey, id: uuid }),
)

async function ask(sources?: readonly string[]): Promise<Told> {
  return send({ query, variables: { sources } })
}

interface Told {
  readonly text: string
  readonly answer: Answer
}

async function send(operation: object): Promise<Told> {
  // What the answers before have brought about, such as a credential that is not sent for a while, has ended.
  nowMs += 20 * 60_000
  const { status, json } = await post(gateway.server, operation)
  expect(status).toBe(200)
  const text = JSON.stringify(json)
  expect(text).not.toContain('INTERNAL_SERVER_ERROR')
  return { text, answer: json }
}

/** What went wrong with each source: all of them fail, so it stands in one error. */
function failuresOf(answer: Answer): readonly Record<string, unknown>[] {
  const error = answer.errors?.find(({ path }) => path?.[0] === 'auditEntries')
  expect(error?.extensions['code']).toBe('UPSTREAM_FAILED')
  return error?.extensions['failures'] as Record<string, unknown>[]
}

function nodesOf(answer: Answer): readonly Record<string, unknown>[] {
  const page = answer.data?.['auditEntries']
  if (!page) throw new Error(JSON.stringify(answer))
  return (page as { readonly nodes: readonly Record<string, unknown>[] }).nodes
}

/** Error bodies in the form of each dialect, every text of which is `said`. */
function errorBodies(said: string, key: string): readonly object[] {
  const parts = { code: said, type: said, message: said, trace_id: said, requestId: said }
  const details = { [said]: [{ said }], said }
  return [
    { success: false, error: { ...parts, details } },
    {
      success: false,
      error: {
        code: 'INSUFFICIENT_PERMISSIONS',
        system_message: said,
        details: { required_capability: key },
      },
    },
    { ...parts, details, notices: [said] },
    { success: false, errorInfo: { ...parts, meta: details }, errors: [said, said] },
    { success: false, errors: [said] },
  ]
}

/** How a provider, or a proxy before it, may repeat the headers that it got. */
const repetitions: readonly (readonly [string, (headers: IncomingHttpHeaders, key: string) => string])[] = [
  ['as they are', (headers) => Object.values(headers).join('; ')],
  ['as JSON', (headers) => JSON.stringify(headers)],
  ['as a form', (headers) => new URLSearchParams(headers as Record<string, string>).toString()],
  [
    'percent-encoded',
    (headers) =>
      Object.values(headers)
        .map((value) => encodeURIComponent(String(value)))
        .join(' '),
  ],
  ['with the credential decoded', (_, key) => `user ${key} is not known`],
  ['and is cut within the credential', (_, key) => `${'x'.repeat(470)}${key}${key}`],
]

describe('a credential that is echoed', () => {
  it.each(repetitions)('reaches neither the caller nor the log: %s', async (_, repeat) => {
    for (const status of [200, 403, 429]) {
      for (const index of errorBodies('', '').keys()) {
        reply = (headers, key) => {
          const said = repeat(headers, key)
          const head = said.replace(/[^\x20-\x7e]/g, '')
          return {
            status,
            headers: { 'x-request-id': head, 'x-ashby-request-id': head, 'x-ratelimit-scope': head },
            body: JSON.stringify(errorBodies(said, key)[index]),
          }
        }
        const { text, answer } = await ask()
        expect(failuresOf(answer)).toHaveLength(8)
        const lookup = await send({ query: nodesQuery, variables: { ids } })
        for (const trace of traces) expect(text + lookup.text + log).not.toMatch(trace)
        expect(text).toContain('[secret]')
      }
    }
    expect(log).toMatch(/"operation":"Everything".*"operation":"Nodes"/s)
  })

  it('stands in no message about a content type, short or long', async () => {
    for (const type of ['text/', `text/${'x'.repeat(60)}`]) {
      reply = (_, key) => ({ status: 200, headers: { 'content-type': type + key }, body: 'x' })
      const { text } = await ask()
      expect(text).toContain('INVALID_RESPONSE')
      expect(text).not.toMatch(/canary/)
    }
  })

  it('stands in no notice beside entries', async () => {
    reply = (_, key) => {
      const warnings = [`old key ${key}`, `${'x'.repeat(490)}${key}`]
      return { status: 200, body: JSON.stringify({ success: true, results: [], warnings }) }
    }
    const { text, answer } = await ask(['hiring'])
    expect(nodesOf(answer)).toEqual([])
    expect(text).toContain('old key [secret]')
    expect(text).not.toMatch(/canary/)
  })
})

describe('an error body', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const huge = 'x'.repeat(1024 * 1024)
  const errorsWith = (text: string, details: string) =>
    `{"success":false,"code":"${text}","message":"${text}","details":${details},"error":{"code":"${text}","message":"${text}","details":${details}},"errorInfo":{"code":"${text}","message":"${text}","meta":${details}}}`
  it.each([
    ['of 5 MB', errorsWith(huge, '0')],
    ['of just under 4 MB', errorsWith(huge.slice(0, 600_000), '0')],
    ['with details of 1 MB', errorsWith('bad', `"${huge}"`)],
    ['that nests 100,000 deep', errorsWith('bad', nested(100_000))],
    ['that nests 90 deep', errorsWith('bad', nested(90))],
    ['that is not JSON', huge],
  ])('%s gives a short failure by its status', async (_, body) => {
    const kinds = { 401: 'UNAUTHENTICATED', 503: 'UNAVAILABLE' }
    for (const [status, kind] of Object.entries(kinds)) {
      reply = () => ({ status: Number(status), body })
      const { text, answer } = await ask()
      expect(failuresOf(answer).map((failure) => failure['kind'])).toEqual(Array(8).fill(kind))
      expect(text.length).toBeLessThan(40_000)
    }
  })
})

describe('a record', () => {
  const record = (id: string) => `{
    "id": ${JSON.stringify(id)}, "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 2 } }, "prototype": 6,
    "created_at": "2026-11-01T00:00:00Z", "timestamp": "2026-11-01T00:00:00Z", "createdAt": "2026-11-01T00:00:00Z",
    "action_type": "updated", "action": "updated", "category": "JobStatusChanged",
    "metadata": { "__proto__": { "polluted": 3 } },
    "previous_value": { "__proto__": 4 }, "new_value": { "__proto__": 5 },
    "changedFields": { "__proto__": [4, 5] },
    "changes": [{ "field": "__proto__", "oldValue": 4, "newValue": 5 }]
  }`
  /** One page in the form of all four dialects at once. */
  const pageWith = (id: string): Reply => {
    const rows = `[${record(id)}]`
    const forms = ['items', 'auditLogs', 'data', 'results'].map((name) => `"${name}":${rows}`)
    return { status: 200, body: `{"success":true,"has_more":false,"moreDataAvailable":false,${forms}}` }
  }
  const everySource = ['crew-token', 'assistants-x', 'access-key', 'hiring']

  const change = '[{"field":"__proto__","before":4,"after":5}]'
  it.each([
    ['crew-token', '[{"field":null,"before":{"__proto__":4},"after":{"__proto__":5}}]'],
    ['assistants-x', change],
    ['access-key', 'null'],
    ['hiring', change],
  ])('of %s may have keys __proto__ and constructor: they are data', async (source, changes) => {
    reply = () => pageWith('r1')
    const { answer } = await ask([source])
    const [node] = nodesOf(answer)
    expect(JSON.stringify(node?.['changes'])).toBe(changes)
    const raw = JSON.stringify(node?.['raw'])
    expect(raw).toContain(
      '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"prototype":6',
    )
    expect(raw).toContain('"metadata":{"__proto__":{"polluted":3}}')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it.each(everySource)(
    'of %s may have numbers that no double holds: their digits are kept',
    async (source) => {
      const long = '12345678901234567890'
      reply = () => {
        const page = pageWith('r1')
        // A number may stand wherever the record has a 4 or a 3.
        return {
          ...page,
          body: page.body.replaceAll(/: [345]\b|\[4, 5\]/g, (text) => text.replace(/[345]/, long)),
        }
      }
      const { answer } = await ask([source])
      const [node] = nodesOf(answer)
      expect(JSON.stringify(node?.['raw'])).toContain(`"oldValue":"${long}"`)
      expect(JSON.stringify(node?.['raw'])).toContain(`"metadata":{"__proto__":{"polluted":"${long}"}}`)
      if (source !== 'access-key') expect(JSON.stringify(node?.['changes'])).toContain(`"${long}"`)
      if (source !== 'hiring') expect(JSON.stringify(node?.['metadata'])).toContain(`"${long}"`)
    },
  )

  it.each(['__proto__', 'a\r\nb', '\ud800', '\0', '%2e%2e%2f', 'x'.repeat(500)])(
    'may have the id %j',
    async (id) => {
      reply = () => pageWith(id)
      for (const key of everySource) {
        const { answer } = await ask([key])
        const [node] = nodesOf(answer)
        expect(node?.['upstreamId']).toBe(id)
      }
    },
  )

  it('has no id that no cursor could hold', async () => {
    reply = () => pageWith('x'.repeat(501))
    const { answer } = await ask()
    for (const failure of failuresOf(answer)) {
      expect(failure).toMatchObject({
        kind: 'INVALID_RESPONSE',
        message: 'The provider sent an entry whose id has more than 500 characters.',
      })
    }
  })
})
