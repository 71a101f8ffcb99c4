import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AuditEntryAddedDocument, SourcesDocument } from './generated/graphql.js'
import { fakeGateway, origin, post } from './support/fake-gateway.js'

/** Operations by the hash of their document, as the typed clients know it. */

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

/** What graphql-codegen embeds in a typed document. */
const documentId = (document: object) => (document as { __meta__?: { hash: string } }).__meta__?.hash ?? ''
const sources = documentId(SourcesDocument)
const byExtension = {
  extensions: { persistedQuery: { version: 1, sha256Hash: sources.slice('sha256:'.length) } },
}
const unknown = `sha256:${'0'.repeat(64)}`

const gatewayIn = (persistedOperations: 'off' | 'allow' | 'only') =>
  fakeGateway(undefined, { persistedOperations }).server

it('are the same for the gateway and the typed clients', () => {
  const list = read('schema/persisted-operations.json')
  expect(JSON.parse(list)).toEqual(JSON.parse(read('test/generated/persisted-documents.json')))
  for (const document of [SourcesDocument, AuditEntryAddedDocument])
    expect(list).toContain(documentId(document))
})

it('are named in README.md by a hash that is on the list', () => {
  const [, named = ''] = /"documentId":"([^"]+)"/.exec(read('README.md')) ?? []
  expect(named).toBe(sources)
})

describe.each(['allow', 'only'] as const)('in the mode %s', (mode) => {
  it.each([
    ['documentId', { documentId: sources }],
    ['the extension persistedQuery', byExtension],
  ])('an operation is taken by %s', async (_, body) => {
    const { status, json } = await post(gatewayIn(mode), body)
    expect([status, json]).toMatchObject([200, { data: { sources: [{ key: 'desk' }, { key: 'vault' }] } }])
  })

  it('an operation is taken by GET', async () => {
    const url = `${origin}/graphql?documentId=${encodeURIComponent(sources)}`
    const response = await gatewayIn(mode).fetch(new Request(url))
    expect([response.status, await response.json()]).toMatchObject([200, { data: { sources: [{}, {}] } }])
  })

  it.each([
    ['a hash that is not on the list', { documentId: unknown }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['what is no hash', { documentId: 'sha256:1' }, 'BAD_REQUEST'],
    ['neither document nor hash', {}, 'BAD_REQUEST'],
    ['documentId beside a document', { documentId: sources, query: '{ __typename }' }, 'BAD_REQUEST'],
    ['documentId beside the extension', { documentId: sources, ...byExtension }, 'BAD_REQUEST'],
  ])('%s is refused', async (_, body, code) => {
    const { status, json } = await post(gatewayIn(mode), body)
    expect([status, json.errors?.map(({ extensions }) => extensions['code'])]).toEqual([400, [code]])
  })
})

it('documents are taken beside hashes in the mode allow, and refused in the mode only', async () => {
  const query = '{ sources { key } }'
  expect((await post(gatewayIn('allow'), { query })).status).toBe(200)
  const { status, json } = await post(gatewayIn('only'), { query })
  expect([status, json.errors]).toEqual([
    403,
    [
      {
        message:
          'This gateway takes no documents. Name an operation of its list by its hash, in `documentId`.',
        extensions: { code: 'PERSISTED_OPERATIONS_ONLY' },
      },
    ],
  ])
})

it.each([{ documentId: sources }, { documentId: sources, query: '{ __typename }' }, byExtension])(
  'hashes are refused when it is off, with the setting: %j',
  async (body) => {
    const { status, json } = await post(gatewayIn('off'), body)
    expect([status, json.errors?.[0]?.message]).toEqual([
      400,
      expect.stringContaining('`server.persistedOperations` of its configuration is off'),
    ])
  },
)

it('a document beside its hash in the extension is taken, as clients send it when the hash is not known', async () => {
  const query = '{ sources { key } }'
  expect((await post(gatewayIn('allow'), { query, ...byExtension })).status).toBe(200)
  expect((await post(gatewayIn('off'), { query, ...byExtension })).status).toBe(200)
})
