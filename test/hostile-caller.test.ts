import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from './support/fake-gateway.js'
import { type RunningGateway, startGateway } from './support/running-gateway.js'

/** What a caller can send over HTTP to a gateway over four providers, and what comes back. */

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const json = { 'content-type': 'application/json' }

/** Sends bytes as they are. Whatever they are: the answer is JSON, never a fault of ours, and the gateway goes on. */
async function send(
  body: string | Buffer,
  headers: Record<string, string> = json,
): Promise<{ readonly status: number; readonly answer: Answer }> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { accept: 'application/graphql-response+json', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  return read(response)
}

async function get(search: string): Promise<{ readonly status: number; readonly answer: Answer }> {
  const accept = 'application/graphql-response+json'
  return read(await fetch(`${gateway.url}?${search}`, { headers: { accept } }))
}

async function read(response: Response) {
  const text = await response.text()
  const answer = JSON.parse(text) as Answer
  expect(response.status).toBeLessThan(500)
  expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|node_modules|\\n\s+at /)
  expect(text.length).toBeLessThan(30_000)
  for (const { message } of answer.errors ?? []) expect(message).toMatch(/^.{10,700}$/s)
  expect((await fetch(new URL('/livez', gateway.url))).status).toBe(200)
  return { status: response.status, answer }
}

const entriesQuery = `query ($filter: AuditEntryFilter, $first: Int, $last: Int, $after: String, $before: String, $sources: [String!]) {
  auditEntries(filter: $filter, first: $first, last: $last, after: $after, before: $before, sources: $sources) {
    nodes { id }
    complete
  }
}`
const nodesQuery = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'

/** Variables are JSON text, since JavaScript cannot write all that JSON can. */
const operation = (query: string, variables = '{}') =>
  `{"query":${JSON.stringify(query)},"variables":${variables}}`
const entries = (variables: unknown) => operation(entriesQuery, JSON.stringify(variables))
const nodes = (ids: unknown) => operation(nodesQuery, JSON.stringify({ ids }))
const idOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')
const repeat = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value)
/** JSON text of filters within each other: so many objects. */
const nots = (count: number) => `${'{"not":'.repeat(count - 1)}{}${'}'.repeat(count - 1)}`
const between = (since: string) => ({ filter: { occurredAt: { since } } })

const tooDeep = (name: string) => ({
  message: `\`${name}\` nests objects and lists more than 64 deep. Nest them less.`,
  extensions: { code: 'BAD_REQUEST' },
})

function pageOf(answer: Answer): { readonly complete: boolean; readonly nodes: readonly unknown[] } {
  const page = answer.data?.['auditEntries']
  if (!page) throw new Error(JSON.stringify(answer))
  return page as ReturnType<typeof pageOf>
}

type Refused = readonly [name: string, body: string, status: number, argument: readonly (string | number)[]]

describe('arguments', () => {
  it.each<Refused>([
    ['10,000 ids', nodes(repeat(10_000, 'x')), 200, ['ids']],
    ['10,000 nulls for ids', nodes(repeat(10_000, null)), 400, ['ids', 0]],
    ['lists for ids', nodes(repeat(100, ['x'])), 400, ['ids', 0]],
    ['an object for an id', nodes([{}]), 400, ['ids', 0]],
    ['a nesting id', nodes([Buffer.from('['.repeat(50_000)).toString('base64url')]), 200, ['ids', 0]],
    ['an id of a year beyond', nodes([idOf(['e', 'crew', 8.64e15, 'x'])]), 200, ['ids', 0]],
    ['20,000 values', entries({ filter: { actorIds: repeat(20_000, 'x') } }), 200, ['filter', 'actorIds']],
    [
      'a value of 90 KB',
      entries({ filter: { actions: ['x'.repeat(90_000)] } }),
      200,
      ['filter', 'actions', 0],
    ],
    [
      'a NUL in a value',
      entries({ filter: { resourceIds: ['a', '\0'] } }),
      200,
      ['filter', 'resourceIds', 1],
    ],
    ['first: 2^31', entries({ first: 2 ** 31 }), 400, ['first']],
    ['first: 2^31 - 1', entries({ first: 2 ** 31 - 1 }), 200, ['first']],
    ['first: -1', entries({ first: -1 }), 200, ['first']],
    ['first: 0', entries({ first: 0 }), 200, ['first']],
    ['last: 501', entries({ last: 501 }), 200, ['last']],
    ['first: 1e999', operation(entriesQuery, '{"first":1e999}'), 400, ['first']],
    ['first: "5"', entries({ first: '5' }), 400, ['first']],
    ['a cursor of 90 KB', entries({ after: 'A'.repeat(90_000) }), 200, ['after']],
    ['an empty cursor', entries({ before: '' }), 200, ['before']],
    ['a cursor of half a surrogate pair', entries({ after: '\ud800' }), 200, ['after']],
    ['a cursor of JSON', entries({ after: idOf({ v: 1 }) }), 200, ['after']],
    ['an id for a cursor', entries({ after: idOf(['s', 'crew']) }), 200, ['after']],
    ['a number for a cursor', entries({ after: 7 }), 400, ['after']],
    ['a list for a cursor', entries({ before: ['A'] }), 400, ['before']],
    ['the year 0', entries(between('0000-01-01T00:00:00Z')), 400, ['filter', 'occurredAt', 'since']],
    [
      'the year 10,000 by its zone',
      entries(between('9999-12-31T23:59:59-01:00')),
      400,
      ['filter', 'occurredAt', 'since'],
    ],
    [
      'a leap second at noon',
      entries(between('2016-12-31T12:59:60Z')),
      400,
      ['filter', 'occurredAt', 'since'],
    ],
    ['a date of 50 KB', entries(between('2'.repeat(50_000))), 400, ['filter', 'occurredAt', 'since']],
    ['an unknown source of 90 KB', entries({ sources: ['x'.repeat(90_000)] }), 200, ['sources']],
    ['a source __proto__', entries({ sources: ['__proto__'] }), 200, ['sources']],
    [
      '__proto__ in a filter',
      operation(entriesQuery, '{"filter":{"__proto__":{"actions":["x"]}}}'),
      400,
      ['filter'],
    ],
    ['constructor in a filter', operation(entriesQuery, '{"filter":{"constructor":1}}'), 400, ['filter']],
    [
      'a filter that nests as deep as variables may',
      operation(entriesQuery, `{"filter":${nots(63)}}`),
      200,
      ['filter', ...repeat(10, 'not')],
    ],
  ])('refuse %s', async (_, body, status, argument) => {
    const { answer, ...told } = await send(body)
    const extensions = answer.errors?.[0]?.extensions
    expect({ ...told, extensions }).toEqual({ status, extensions: { code: 'BAD_USER_INPUT', argument } })
  })

  const hostileIds = ['a\r\nX-Evil: 1', '../../admin', '%2e%2e%2f', '?a=b#c', '\ud800', '\0', '__proto__', '']
  it.each(['crew', 'assistants', 'access', 'hiring'])('name nothing in %s by a forged id', async (key) => {
    const ids = hostileIds.map((id) => idOf(['e', key, Date.UTC(2026, 10, 20, 10), id]))
    const ends = [-62_135_596_800_000, 253_402_300_799_999].map((timeMs) => idOf(['e', key, timeMs, 'x']))
    const { answer } = await send(nodes([...ids, ...ends]))
    expect(answer).toEqual({ data: { nodes: repeat(10, null) } })
  })

  it.each([
    ['since the year 1', { first: 1, ...between('0001-01-01T00:00:00Z') }, 1],
    ['since the year 9999', { first: 1, ...between('9999-12-31T23:59:59.999Z') }, 0],
    ['since a leap second', { first: 1, ...between('2017-01-01T00:59:60+01:00') }, 1],
    ['a line break in a value', { filter: { actorIds: ['a\r\nX-Evil: 1'] } }, 0],
    ['half a surrogate pair in a value', { filter: { resourceIds: ['\ud800'] } }, 0],
    ['the value __proto__', { filter: { resourceTypes: ['__proto__'] } }, 0],
    ['one source a thousand times', { first: 1, sources: repeat(1_000, 'crew') }, 1],
  ])('may be odd: %s', async (_, variables, count) => {
    const { answer } = await send(entries(variables))
    expect(answer.errors).toBeUndefined()
    expect(pageOf(answer).complete).toBe(true)
    expect(pageOf(answer).nodes).toHaveLength(count)
  })

  it('take nothing for a variable __proto__ that is not given', async () => {
    const query =
      'query ($__proto__: Int, $constructor: Int) { auditEntries(first: $__proto__, last: $constructor) { complete } }'
    expect(pageOf((await send(operation(query))).answer)).toEqual({ complete: true })
  })

  const watchQuery = 'subscription ($filter: AuditEntryFilter) { auditEntryAdded(filter: $filter) { kind } }'
  it.each<readonly [name: string, body: string, headers: Record<string, string>]>([
    ['a filter of 64 objects', operation(entriesQuery, `{"filter":${nots(64)}}`), json],
    ['a filter of 8,000 objects', operation(entriesQuery, `{"filter":${nots(8_000)}}`), json],
    [
      'a filter of 8,000 objects for a subscription',
      operation(watchQuery, `{"filter":${nots(8_000)}}`),
      { ...json, accept: 'text/event-stream' },
    ],
    [
      '8,000 lists and objects',
      operation(entriesQuery, `{"filter":${'{"and":['.repeat(4_000)}${']}'.repeat(4_000)}}`),
      json,
    ],
    ['10,000 lists', operation(entriesQuery, `{"filter":${'['.repeat(10_000)}${']'.repeat(10_000)}}`), json],
  ])('refuse variables that nest too deep: %s', async (_, body, headers) => {
    const { status, answer } = await send(body, headers)
    expect([status, answer.errors]).toEqual([400, [tooDeep('variables')]])
  })

  it('refuse extensions that nest too deep', async () => {
    const { status, answer } = await send(`{"query":"{ __typename }","extensions":${nots(8_000)}}`)
    expect([status, answer.errors]).toEqual([400, [tooDeep('extensions')]])
  })

  it('refuse what nests too deep in a query string, too', async () => {
    const variables = encodeURIComponent(`{"filter":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)
    const { status, answer } = await get(`query=${encodeURIComponent(entriesQuery)}&variables=${variables}`)
    expect([status, answer.errors]).toEqual([400, [tooDeep('variables')]])
  })

  it('take no variable from a key __proto__', async () => {
    const { answer } = await send(operation(entriesQuery, '{"__proto__":{"first":-1},"first":2}'))
    expect(pageOf(answer).nodes).toHaveLength(2)
    expect(Object.hasOwn(Object.prototype, 'first')).toBe(false)
  })
})

describe('documents', () => {
  const parse = 'GRAPHQL_PARSE_FAILED'
  const validation = 'GRAPHQL_VALIDATION_FAILED'
  const limit = 'DOCUMENT_LIMIT_EXCEEDED'
  const ring = Array.from({ length: 100 }, (_, n) => `fragment F${n} on Query { ...F${(n + 1) % 100} }`)
  it.each<readonly [name: string, document: string, code: string]>([
    ['with 40 aliases', `{ ${Array.from({ length: 40 }, (_, n) => `a${n}: __typename`).join(' ')} }`, limit],
    ['that nests 50 deep', `${'{ a '.repeat(50)}${'}'.repeat(50)}`, limit],
    ['with 300 directives', `{ __typename ${'@skip(if: false) '.repeat(300)} }`, limit],
    [
      'with a list that nests 990 deep',
      `{ auditEntries(sources: ${'['.repeat(990)}${']'.repeat(990)}) { complete } }`,
      'BAD_USER_INPUT',
    ],
    [
      'with a type that nests 990 deep',
      `query ($x: ${'['.repeat(990)}Int${']'.repeat(990)}) { __typename }`,
      validation,
    ],
    ['with a ring of 100 fragments', `{ ...F0 } ${ring.join(' ')}`, validation],
    ['with a name of 90 KB', `{ ${'a'.repeat(90_000)} }`, validation],
    ['with 900 unknown directives', `{ __typename ${'@a '.repeat(900)} }`, validation],
    [
      'that introspects itself in a circle',
      `{ __schema { types { ${'fields { type { '.repeat(7)} name ${'} }'.repeat(7)} } } }`,
      validation,
    ],
    ['of a subscription', 'subscription { __typename }', validation],
    ['with a NUL', '{ sources\0 { key } }', parse],
    ['with half a surrogate pair', '{ source(key: "\ud800") { key } }', parse],
    ['with half an escaped pair', '{ source(key: "\\ud800") { key } }', parse],
  ])('are refused %s', async (_, document, code) => {
    const { status, answer } = await send(operation(document))
    expect([status, answer.errors?.[0]?.extensions['code']]).toEqual([400, code])
    expect(answer.data).toBeUndefined()
  })

  it('are quick to validate, whatever they hold', async () => {
    const comments = `${'#a\n'.repeat(20_000)}{ __typename }`
    expect((await send(operation(comments))).answer).toEqual({ data: { __typename: 'Query' } })
  })
})

describe('bodies', () => {
  const plain = '{"query":"{ __typename }"}'
  const codes: Record<number, string> = {
    400: 'BAD_REQUEST',
    413: 'BODY_TOO_LARGE',
    415: 'UNSUPPORTED_MEDIA_TYPE',
  }
  it.each<readonly [name: string, body: string | Buffer, headers: Record<string, string>, status: number]>([
    ['a batch', `[${plain}]`, json, 400],
    ['a batch of nothing', '[]', json, 400],
    ['a multipart form', '--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(4 * 1024 * 1024, 0x20)),
      { ...json, 'content-encoding': 'gzip' },
      415,
    ],
    ['a gzip bomb under no name', gzipSync(Buffer.alloc(4 * 1024 * 1024, 0x20)), json, 400],
    ['invalid UTF-8', Buffer.from('{"query":"{ __typename } #\xff"}', 'latin1'), json, 400],
    ['UTF-16', Buffer.from(plain, 'utf16le'), json, 400],
    ['a NUL', `${plain}\0`, json, 400],
    ['100,000 values', entries({ filter: { actorIds: repeat(100_000, 'x') } }), json, 413],
    ['100 KB of brackets', '['.repeat(100_000), json, 400],
    ['a parameter __proto__', `{"__proto__":{"query":"{ __typename }"}}`, json, 400],
    ['a parameter constructor', `{"query":"{ __typename }","constructor":{}}`, json, 400],
    ['a persisted query', '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}', json, 400],
    ['a time that is no time', plain, { ...json, 'x-request-timeout-ms': '99999999999' }, 400],
  ])('are refused: %s', async (_, body, headers, status) => {
    const { status: told, answer } = await send(body, headers)
    expect([told, answer.errors?.[0]?.extensions]).toEqual([status, { code: codes[status] }])
  })
})

describe('query strings', () => {
  it.each([
    ['a mutation', 'query=mutation%7Bx%7D', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['variables that are not JSON', 'query=%7B__typename%7D&variables=%7B', 400, 'BAD_REQUEST'],
    ['a list of variables', 'query=%7B__typename%7D&variables=[]', 400, 'BAD_REQUEST'],
    ['invalid UTF-8', 'query=%ff%fe', 400, 'GRAPHQL_PARSE_FAILED'],
    ['no document', 'variables=%7B%7D', 400, 'BAD_REQUEST'],
    ['an unknown parameter', 'query=%7B__typename%7D&variable=%7B%7D', 400, 'BAD_REQUEST'],
    ['a parameter __proto__', 'query=%7B__typename%7D&__proto__=x', 400, 'BAD_REQUEST'],
    ['a document twice', 'query=%7B__typename%7D&query=%7B__typename%7D', 400, 'BAD_REQUEST'],
    ['variables twice', 'query=%7B__typename%7D&variables=&variables=%7B%7D', 400, 'BAD_REQUEST'],
    ['a hash where they are off', 'documentId=sha256:x', 400, 'BAD_REQUEST'],
    ['20 KB', `query=${'a'.repeat(20_000)}`, 431, 'BAD_REQUEST'],
  ])('are refused: %s', async (_, search, status, code) => {
    const { status: told, answer } = await get(search)
    expect([told, answer.errors?.[0]?.extensions['code']]).toEqual([status, code])
  })
})
