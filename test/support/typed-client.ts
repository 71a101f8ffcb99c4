import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import {
  AuditEntriesDocument,
  type AuditEntriesQuery,
  type AuditEntriesQueryVariables,
} from '../generated/graphql.js'

interface TypedAnswer<Data> {
  readonly data?: Data | null
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: Readonly<Record<string, unknown>>
  }[]
}

/** Sends a generated document by plain `fetch`; variables and answer have the types that were generated with it. */
export async function send<Data, Variables extends Readonly<Record<string, unknown>>>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  // Left out only where the document has none that must be given.
  ...[variables]: Record<string, never> extends Variables ? [Variables?] : [Variables]
): Promise<TypedAnswer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: print(document), variables }),
  })
  // The server answers by the schema that the types were generated from.
  return (await response.json()) as TypedAnswer<Data>
}

/** The same where only data is expected. Throws what else came. */
export async function ask<Data, Variables extends Readonly<Record<string, unknown>>>(
  ...request: Parameters<typeof send<Data, Variables>>
): Promise<Data> {
  const { data, errors } = await send<Data, Variables>(...request)
  if (errors || !data) throw new Error(JSON.stringify(errors))
  return data
}

/** The entries of one reading from its begin to its end, in pages of `first`. */
export async function readAll(
  url: string,
  variables: AuditEntriesQueryVariables & { readonly first: number },
): Promise<readonly EntryNode[]> {
  const nodes: EntryNode[] = []
  for (let after = variables.after; ; ) {
    const { auditEntries } = await ask(url, AuditEntriesDocument, { ...variables, after })
    nodes.push(...auditEntries.edges.map(({ node }) => node))
    if (!auditEntries.pageInfo.hasNextPage) return nodes
    after = auditEntries.pageInfo.endCursor
  }
}

export type EntryNode = AuditEntriesQuery['auditEntries']['edges'][number]['node']
