import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { relayStylePagination } from '@apollo/client/utilities'
import { filter, firstValueFrom, skip } from 'rxjs'
import { AuditEntriesDocument, type AuditEntriesQuery } from '../generated/graphql.js'
import { type ClientApp, itPagesExactlyOnce, withoutTypenames } from '../support/paging-client-suite.js'

/** Apollo Client's cache with `relayStylePagination`, over the running gateway. */

function createApp(url: string): ClientApp {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url }),
    cache: new InMemoryCache({
      possibleTypes: { Node: ['AuditEntry', 'Source'] },
      typePolicies: {
        Query: { fields: { auditEntries: relayStylePagination(['filter', 'sources', 'order']) } },
        // Their `id` is the provider's, not a global one: what two entries tell of one actor may differ.
        Actor: { keyFields: false },
        Resource: { keyFields: false },
      },
    }),
  })
  return {
    open: async (variables) => {
      const query = client.watchQuery({ query: AuditEntriesDocument, variables })
      query.subscribe({})
      await firstValueFrom(query.pipe(filter(({ loading }) => !loading)))
      /** The list as the cache gives it, whole. */
      const list = (): AuditEntriesQuery['auditEntries'] => {
        const { data, dataState } = query.getCurrentResult()
        if (dataState !== 'complete') throw new Error(`The cache holds a list that is ${dataState}.`)
        return data.auditEntries
      }
      /** Starts something and waits until a page would show what came of it, which is later than the answer. */
      const shown = async (start: () => Promise<unknown>) => {
        const settled = firstValueFrom(
          query.pipe(
            skip(1),
            filter(({ loading }) => !loading),
          ),
        )
        await start()
        await settled
      }
      return {
        get entries() {
          return withoutTypenames(list().edges.map(({ node }) => node))
        },
        get hasNext() {
          return list().pageInfo.hasNextPage
        },
        get hasPrevious() {
          return list().pageInfo.hasPreviousPage
        },
        get complete() {
          return list().complete
        },
        get coverage() {
          return list().coverage
        },
        loadNext: () =>
          shown(() => query.fetchMore({ variables: { after: list().pageInfo.endCursor ?? null } })),
        loadPrevious: () =>
          shown(() => query.fetchMore({ variables: { before: list().pageInfo.startCursor ?? null } })),
        refetch: () => shown(() => query.refetch()),
      }
    },
    close: () => client.stop(),
  }
}

itPagesExactlyOnce(createApp)
