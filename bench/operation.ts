import type { MergedEntry } from './merged-entry.js'

/** The operation that all GraphQL contestants run. */
const document = `query Newest($first: Int, $after: String, $filter: AuditEntryFilter) {
  auditEntries(first: $first, after: $after, filter: $filter) {
    edges {
      node {
        id
        source { key }
        occurredAt
        action
        actionKind
        actor { id name email }
        resource { type id name }
        organizationId
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Its schema where no gateway stands behind it. */
export const typeDefs = `
  type Query { auditEntries(first: Int, after: String, filter: AuditEntryFilter): Connection! }
  input AuditEntryFilter { occurredAt: TimeFilter }
  input TimeFilter { since: String }
  type Connection { edges: [Edge!]! pageInfo: PageInfo! }
  type Edge { node: Entry! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Entry {
    id: ID!
    source: Source!
    occurredAt: String!
    action: String!
    actionKind: ActionKind!
    actor: Actor!
    resource: Resource!
    organizationId: String!
  }
  enum ActionKind { CREATE UPDATE DELETE ENABLE UNKNOWN }
  type Source { key: String! }
  type Actor { id: String name: String email: String }
  type Resource { type: String! id: String name: String }
`

export function connectionOf(entries: readonly MergedEntry[]) {
  const edges = entries.map((node) => ({ node }))
  return { edges, pageInfo: { hasNextPage: true, endCursor: entries.at(-1)?.id ?? null } }
}

/** An answer in the form of GraphQL. */
export function answerOf(entries: readonly MergedEntry[]) {
  return { data: { auditEntries: connectionOf(entries) } }
}

const dayMs = 86_400_000

/**
 * The body of a request. Each asks for entries since another second of the year before, so that no two requests to a
 * provider are the same while they are in flight, and none is answered by work done for another.
 */
export function bodyOf(index: number, nowMs: number, after?: string): string {
  const since = new Date(nowMs - 30 * dayMs - (index % 300_000) * 1_000).toISOString()
  const variables = { first: 100, filter: { occurredAt: { since } }, ...(after !== undefined && { after }) }
  return JSON.stringify({ query: document, variables })
}
