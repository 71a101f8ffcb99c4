import { readFileSync } from 'node:fs'
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import type { Plugin } from 'graphql-yoga'
import { requestRefused } from '../graphql/errors.js'

/** `allow` takes documents and hashes, `only` hashes alone. */
export type PersistedOperationsMode = 'off' | 'allow' | 'only'

/** Documents by the SHA-256 of their text, as graphql-codegen prints those of schema/operations. */
const listUrl = new URL('../../schema/persisted-operations.json', import.meta.url)

/** The plugin of graphql-yoga for a mode, with errors of ours; null when it is off. Reads the list, once. */
export function usePersisted(mode: PersistedOperationsMode): Plugin | null {
  if (mode === 'off') return null
  // Written by graphql-codegen and kept in the repository.
  const list = JSON.parse(readFileSync(listUrl, 'utf8')) as Readonly<Record<string, string>>
  const documents = new Map(Object.entries(list).map(([id, text]) => [id.replace(/^sha256:/, ''), text]))
  const notFound = () =>
    requestRefused(
      'PERSISTED_QUERY_NOT_FOUND',
      400,
      mode === 'only'
        ? 'No operation with this hash is on the list. Send one of schema/persisted-operations.json.'
        : 'No operation with this hash is on the list. Send the document itself in `query`.',
    )
  return usePersistedOperations({
    allowArbitraryOperations: mode === 'allow',
    getPersistedOperation: (hash) => documents.get(hash) ?? null,
    customErrors: {
      notFound,
      keyNotFound: notFound,
      persistedQueryOnly: () =>
        requestRefused(
          'PERSISTED_OPERATIONS_ONLY',
          403,
          'This gateway takes no documents. Name an operation of its list by its hash, in `documentId`.',
        ),
    },
  })
}
