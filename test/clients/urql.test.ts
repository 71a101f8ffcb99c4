import { readFileSync } from 'node:fs'
import { Client, fetchExchange, type RequestPolicy } from '@urql/core'
import { type Cache, cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { buildSchema, introspectionFromSchema, isObjectType } from 'graphql'
import { AuditEntriesDocument, type AuditEntriesQueryVariables } from '../generated/graphql.js'
import { type ClientApp, itPagesExactlyOnce, withoutTypenames } from '../support/paging-client-suite.js'

/** urql's Graphcache with `relayPagination`, over the running gateway. */

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'))
const introspection = introspectionFromSchema(schema)

/** Only an `AuditEntry` and a `Source` have a global id; the `id` of an actor or a resource is the provider's. */
const keyless = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.getInterfaces().some(({ name }) => name === 'Node'))
  .map(({ name }) => [name, () => null] as const)

/**
 * `relayPagination` puts together all pages of one list that are cached, of whichever reading: where a list is begun
 * anew, the pages of its last reading have to go.
 */
function forgetPages(begun: AuditEntriesQueryVariables, cache: Cache): void {
  if (begun.after || begun.before) return
  const listOf = ({ first: _, last: __, after: ___, before: ____, ...list }: AuditEntriesQueryVariables) =>
    JSON.stringify(list, Object.keys(list).sort())
  for (const { fieldName, arguments: cached } of cache.inspectFields('Query')) {
    if (fieldName !== 'auditEntries' || !(cached?.['after'] || cached?.['before'])) continue
    if (listOf(cached) === listOf(begun)) cache.invalidate('Query', fieldName, cached)
  }
}

function createApp(url: string): ClientApp {
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        schema: introspection,
        keys: Object.fromEntries(keyless),
        resolvers: { Query: { auditEntries: relayPagination() } },
        updates: { Query: { auditEntries: (_, args, cache) => forgetPages(args, cache) } },
      }),
      fetchExchange,
    ],
  })
  return {
    open: async (variables) => {
      /** Asks for one page and gives the list as the cache has it then, that page merged in. */
      const read = async (page: AuditEntriesQueryVariables, requestPolicy: RequestPolicy = 'cache-first') => {
        const { data, error } = await client
          .query(AuditEntriesDocument, { ...variables, ...page }, { requestPolicy })
          .toPromise()
        if (error || !data) throw error ?? new Error('The cache has no such list.')
        return data.auditEntries
      }
      let list = await read({})
      return {
        get entries() {
          return withoutTypenames(list.edges.map(({ node }) => node))
        },
        get hasNext() {
          return list.pageInfo.hasNextPage
        },
        get hasPrevious() {
          return list.pageInfo.hasPreviousPage
        },
        get complete() {
          return list.complete
        },
        get coverage() {
          return list.coverage
        },
        loadNext: async () => {
          list = await read({ after: list.pageInfo.endCursor ?? null })
        },
        loadPrevious: async () => {
          list = await read({ before: list.pageInfo.startCursor ?? null })
        },
        refetch: async () => {
          list = await read({}, 'network-only')
        },
      }
    },
    close: () => {},
  }
}

itPagesExactlyOnce(createApp)
