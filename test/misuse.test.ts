import { describe, expect, it } from 'vitest'
import { encodeEntryId } from '../src/graphql/global-id.js'
import { FakeReader, fakeGateway, post, refused } from './support/fake-gateway.js'

const graphqlResponse = { accept: 'application/graphql-response+json' }

/** One wrong operation, and the first error that it gets. `argument` is the path in the extensions. */
interface Misuse {
  readonly name: string
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
  readonly status: number
  readonly code: string
  readonly argument?: readonly (string | number)[]
  readonly message: string
}

const instantTold =
  'is not an instant. Write a date that exists, a time and a zone as RFC 3339 has it, such as "2026-01-31T00:00:00Z".'
const valueList = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`)
const entriesOf = 'query ($filter: AuditEntryFilter) { auditEntries(filter: $filter) { complete } }'

const misuses: readonly Misuse[] = [
  {
    name: 'a date that does not exist, in the document',
    query: '{ auditEntries(filter: { occurredAt: { since: "2026-02-30T00:00:00Z" } }) { complete } }',
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'occurredAt', 'since'],
    message: `"2026-02-30T00:00:00Z" ${instantTold}`,
  },
  {
    name: 'a date without a zone, in a variable of the filter',
    query: entriesOf,
    variables: { filter: { occurredAt: { until: '2026-02-03T00:00:00' } } },
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'occurredAt', 'until'],
    message: `Variable "$filter" at occurredAt.until: "2026-02-03T00:00:00" ${instantTold}`,
  },
  {
    name: 'a number for a date, in a variable inside the filter',
    query:
      'query ($since: DateTime) { auditEntries(filter: { occurredAt: { since: $since } }) { complete } }',
    variables: { since: 1_770_000_000 },
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'occurredAt', 'since'],
    message: `Variable "$since": 1770000000 ${instantTold}`,
  },
  {
    name: 'a range that ends before it begins',
    query: entriesOf,
    variables: { filter: { occurredAt: { since: '2026-02-03T00:00:00Z', until: '2026-02-02T00:00:00Z' } } },
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'occurredAt'],
    message: 'The range ends before it begins. Give an `until` that is not before `since`.',
  },
  {
    name: 'a list that is too long',
    query: entriesOf,
    variables: { filter: { actorIds: valueList(1_001) } },
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'actorIds'],
    message: 'The list has 1001 values. Give at most 1000, or split it into several queries.',
  },
  {
    name: 'a value that is too long',
    query: entriesOf,
    variables: { filter: { resourceIds: ['x', 'y'.repeat(1_001)] } },
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'resourceIds', 1],
    message: 'The value has 1001 characters. Give at most 1000.',
  },
  {
    name: 'a NUL in a value',
    query: entriesOf,
    variables: { filter: { actions: ['a\0b'] } },
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'actions', 0],
    message: 'The value holds a NUL character. Give text without one.',
  },
  {
    name: 'a value of the wrong type, in the document',
    query: '{ auditEntries(first: "ten") { complete } }',
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['first'],
    message: 'Int cannot represent non-integer value: "ten"',
  },
  {
    name: 'a value of the wrong type, in a variable',
    query: 'query ($n: Int) { auditEntries(first: $n) { complete } }',
    variables: { n: 1.5 },
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['first'],
    message: 'Variable "$n": Int cannot represent non-integer value: 1.5.',
  },
  {
    name: 'a field that the filter does not have',
    query: '{ auditEntries(filter: { actorId: ["u1"] }) { complete } }',
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['filter', 'actorId'],
    message: 'Field "actorId" is not defined by type "AuditEntryFilter". Did you mean "actorIds"?',
  },
  {
    name: 'an argument that does not exist',
    query: '{ auditEntries(limit: 3) { complete } }',
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['limit'],
    message: 'Unknown argument "limit" on field "Query.auditEntries". Did you mean "first" or "last"?',
  },
  {
    name: 'null for an argument that is never null',
    query: 'query ($order: AuditEntryOrder = NEWEST_FIRST) { auditEntries(order: $order) { complete } }',
    variables: { order: null },
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['order'],
    message: 'Argument "order" of non-null type "AuditEntryOrder!" must not be null.',
  },
  {
    name: 'a required variable that is missing',
    query: 'query ($id: ID!) { node(id: $id) { id } }',
    status: 400,
    code: 'BAD_USER_INPUT',
    argument: ['id'],
    message: 'Variable "$id": a value of the type ID! is required and none was given.',
  },
  {
    name: 'an id that is not one of ours',
    query: '{ node(id: "42") { id } }',
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['id'],
    message:
      '"42" is not a global id of this gateway. Give the `id` of an object unchanged; an `upstreamId` or a cursor is not one.',
  },
  {
    name: 'too many ids',
    query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: valueList(101) },
    status: 200,
    code: 'BAD_USER_INPUT',
    argument: ['ids'],
    message: 'The list has 101 ids. Give at most 100, or ask in several queries.',
  },
  {
    name: 'a field that does not exist',
    query: '{ auditEntry { id } }',
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "auditEntry" on type "Query". Did you mean "auditEntries" or "auditReport"?',
  },
  {
    name: 'a document that is cut off',
    query: '{ sources { key }',
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
    message: 'Syntax Error: Expected Name, found <EOF>.',
  },
  {
    name: 'a fragment that spreads itself',
    query: '{ ...A } fragment A on Query { sources { key } ...B } fragment B on Query { ...A }',
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot spread fragment "A" within itself via "B".',
  },
  {
    name: 'a mutation',
    query: 'mutation { deleteEverything }',
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'This gateway only reads. There is no mutation; send a query or a subscription.',
  },
  {
    name: 'two operations and no name',
    query: 'query A { sources { key } } query B { sources { key } }',
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'The document does not have exactly one operation. Name the one to run in `operationName`.',
  },
  {
    name: 'a name that no operation has',
    query: 'query A { sources { key } }',
    operationName: 'B',
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'The document has no operation "B". Name one of its operations in `operationName`.',
  },
]

describe('wrong use of the schema', () => {
  it.each(misuses)('$name', async ({ query, variables, operationName, status, code, argument, message }) => {
    const reader = new FakeReader()
    const { server } = fakeGateway(reader)
    const answer = await post(server, { query, variables, operationName }, { headers: graphqlResponse })
    const [error] = answer.json.errors ?? []
    expect({ status: answer.status, message: error?.message }).toEqual({ status, message })
    expect(error?.extensions).toEqual({ code, ...(argument && { argument }) })
    expect(reader.asked).toEqual([])
    expect(reader.lookedUp).toEqual([])
  })

  it('tells at most 20 wrong values of variables', async () => {
    const { server } = fakeGateway()
    const { json } = await post(server, {
      query: entriesOf,
      variables: { filter: { actorIds: Array.from({ length: 100 }, () => 1) } },
    })
    expect(json.errors).toHaveLength(20)
  })

  it('hands on what the reading layer finds wrong', async () => {
    const message = 'There is no source "x". The sources are desk and vault.'
    const reader = new FakeReader({
      readPage: async () => ({ kind: 'inputProblem', path: ['sources', '0'], message }),
    })
    const { json } = await post(fakeGateway(reader).server, {
      query: '{ auditEntries(sources: ["x"]) { complete } }',
    })
    expect(json).toEqual({
      data: null,
      errors: [
        expect.objectContaining({
          message,
          path: ['auditEntries'],
          extensions: { code: 'BAD_USER_INPUT', argument: ['sources', '0'] },
        }),
      ],
    })
  })
})

describe('trouble of sources', () => {
  const failure = {
    source: 'desk',
    kind: 'UNAUTHENTICATED',
    message: 'The provider did not accept the credentials of this source.',
    remedy:
      'Check that the credential in the configuration of this source is set, current and of the right kind.',
    retryable: false,
    retryAfter: '2026-02-11T19:04:55.123Z',
    httpStatus: 401,
    upstreamCode: 'bad_key',
    upstreamMessage: null,
    traceId: null,
    details: null,
  }

  it('is one error with every failure and the cursors to retry with, when nothing was read', async () => {
    const reader = new FakeReader({
      readPage: async () => ({
        kind: 'readingFailed',
        failures: [{ sourceKey: 'desk', failure: { ...refused, unsent: true } }],
        after: 'c-7',
        before: null,
      }),
    })
    const { json } = await post(fakeGateway(reader).server, { query: '{ auditEntries { complete } }' })
    expect(json.data).toBeNull()
    expect(json.errors?.map(({ message, extensions }) => ({ message, extensions }))).toEqual([
      {
        message: `Nothing was read, because a source failed. desk: ${failure.message} ${failure.remedy}`,
        extensions: { code: 'UPSTREAM_FAILED', failures: [failure], after: 'c-7', before: null },
      },
    ])
  })

  it('is an error of the one node, never null without an error', async () => {
    const reader = new FakeReader({ readEntry: async () => refused })
    const id = encodeEntryId({ timeMs: 1, sourceKey: 'desk', id: 'e-1' })
    const { json } = await post(fakeGateway(reader).server, { query: `{ node(id: "${id}") { id } }` })
    expect(json.data).toEqual({ node: null })
    expect(json.errors?.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      { path: ['node'], extensions: { code: 'UPSTREAM_FAILED', failures: [failure] } },
    ])
  })
})

describe('a bug', () => {
  it('is masked, and told in the log under the same id', async () => {
    const cause = new Error('password=hunter2')
    const reader = new FakeReader({ readPage: () => Promise.reject(cause) })
    const { server, log } = fakeGateway(reader)
    const answer = await post(server, { query: '{ sources { key } auditEntries { complete } }' })
    expect(answer.status).toBe(200)
    expect(
      answer.json.errors?.map(({ message, path, extensions }) => ({ message, path, extensions })),
    ).toEqual([
      {
        message: 'Internal error. The log of the gateway has the cause under the id given here.',
        path: ['auditEntries'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', id: 'error-id' },
      },
    ])
    expect(JSON.stringify(answer.json)).not.toContain('hunter2')
    expect(log.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', errorId: 'error-id', err: cause },
    ])
  })
})
