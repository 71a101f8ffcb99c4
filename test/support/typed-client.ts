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

/**
 * The events of a generated subscription, over server-sent events: the distinct connections mode of the GraphQL over SSE
 * protocol. Ends with the stream; throws what came in place of one. Leaving the loop ends the subscription.
 */
export async function* watch<Data, Variables extends Readonly<Record<string, unknown>>>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): AsyncGenerator<TypedAnswer<Data>, void, void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: print(document), variables }),
    ...(signal && { signal }),
  })
  if (!response.ok || !response.body) throw new Error(await response.text())
  // Node's streams can be iterated; the type of a fetch body does not say so.
  const body = response.body as unknown as AsyncIterable<Uint8Array>
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      if (event.startsWith('event: complete')) return
      const data = /^data: (.+)$/m.exec(event)?.[1]
      // The server answers by the schema that the types were generated from.
      if (data !== undefined) yield JSON.parse(data) as TypedAnswer<Data>
    }
  }
}
