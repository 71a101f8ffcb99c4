import './relay-browser.js'

import { createElement, memo, Suspense, useEffect } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import {
  graphql,
  RelayEnvironmentProvider,
  useLazyLoadQuery,
  usePaginationFragment,
  useRefetchableFragment,
} from 'react-relay'
import { Environment, type FetchFunction, Network, RecordSource, Store } from 'relay-runtime'
import type { relayAppEntry$key } from '../generated/relay/relayAppEntry.graphql.js'
import type { relayAppEntryQuery } from '../generated/relay/relayAppEntryQuery.graphql.js'
import type { relayAppList$data, relayAppList$key } from '../generated/relay/relayAppList.graphql.js'
import type { relayAppListQuery } from '../generated/relay/relayAppListQuery.graphql.js'
import type { relayAppQuery, relayAppQuery$variables } from '../generated/relay/relayAppQuery.graphql.js'
import type { relayAppSource$key } from '../generated/relay/relayAppSource.graphql.js'
import type { relayAppSourceQuery } from '../generated/relay/relayAppSourceQuery.graphql.js'
import type { ClientApp, ClientList } from './paging-client-suite.js'

const pageQuery = graphql`
  query relayAppQuery(
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: AuditEntryFilter
    $sources: [String!]
    $order: AuditEntryOrder!
  ) {
    ...relayAppList
      @arguments(
        first: $first
        after: $after
        last: $last
        before: $before
        filter: $filter
        sources: $sources
        order: $order
      )
    sources {
      ...relayAppSource
    }
  }
`

const listFragment = graphql`
  fragment relayAppList on Query
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
    filter: { type: "AuditEntryFilter" }
    sources: { type: "[String!]" }
    order: { type: "AuditEntryOrder!" }
  )
  @refetchable(queryName: "relayAppListQuery") {
    auditEntries(
      first: $first
      after: $after
      last: $last
      before: $before
      filter: $filter
      sources: $sources
      order: $order
    ) @connection(key: "relayAppList_auditEntries", filters: ["filter", "sources", "order"]) {
      edges {
        node {
          id
          upstreamId
          source {
            key
          }
          ...relayAppEntry
        }
      }
      complete
      coverage {
        source {
          key
        }
        state
        error {
          kind
          remedy
        }
      }
    }
  }
`

const entryFragment = graphql`
  fragment relayAppEntry on AuditEntry @refetchable(queryName: "relayAppEntryQuery") {
    id
    occurredAt
    summary
    actor {
      id
      name
      email
    }
    resource {
      type
      id
      name
    }
  }
`

const sourceFragment = graphql`
  fragment relayAppSource on Source @refetchable(queryName: "relayAppSourceQuery") {
    key
    displayName
  }
`

/** What `usePaginationFragment` gives where the key of its fragment is never null. */
type List = Omit<ReturnType<typeof usePaginationFragment<relayAppListQuery, relayAppList$key>>, 'data'> & {
  readonly data: relayAppList$data
}

/** What the application has rendered last, and what its buttons would call. */
interface Shown {
  readonly list: List
  /** Reads the first entry and the first source again, each by its global id. */
  readonly refetchNodes: (onComplete: (error: Error | null) => void) => void
}

type Show = (shown: Shown) => void

function App({ variables, show }: { readonly variables: relayAppQuery$variables; readonly show: Show }) {
  const root = useLazyLoadQuery<relayAppQuery>(pageQuery, variables)
  const list = usePaginationFragment<relayAppListQuery, relayAppList$key>(listFragment, root)
  const nodes = list.data.auditEntries.edges.map(({ node }) => node)
  const [first] = nodes
  const [source] = root.sources
  if (!first || !source) return null
  return createElement(
    'ul',
    null,
    nodes.map((node) => createElement(Row, { key: node.id, node })),
    createElement(Details, { entryKey: first, sourceKey: source, list, show }),
  )
}

type EntryNode = relayAppList$data['auditEntries']['edges'][number]['node']

const Row = memo(({ node }: { readonly node: EntryNode }) => {
  const [entry] = useRefetchableFragment<relayAppEntryQuery, relayAppEntry$key>(entryFragment, node)
  const { id, upstreamId, source } = node
  const { occurredAt, summary, actor, resource } = entry
  const shown = {
    id,
    upstreamId,
    source: { key: source.key },
    occurredAt,
    summary,
    actor: { id: actor.id, name: actor.name, email: actor.email },
    resource: { type: resource.type, id: resource.id, name: resource.name },
  }
  return createElement('li', null, JSON.stringify(shown))
})

function Details(props: {
  readonly entryKey: relayAppEntry$key
  readonly sourceKey: relayAppSource$key
  readonly list: List
  readonly show: Show
}) {
  const { list, show } = props
  const [entry, refetchEntry] = useRefetchableFragment<relayAppEntryQuery, relayAppEntry$key>(
    entryFragment,
    props.entryKey,
  )
  const [source, refetchSource] = useRefetchableFragment<relayAppSourceQuery, relayAppSource$key>(
    sourceFragment,
    props.sourceKey,
  )
  useEffect(() => {
    show({
      list,
      refetchNodes: (onComplete) => {
        refetchEntry({}, { fetchPolicy: 'network-only', onComplete })
        refetchSource({}, { fetchPolicy: 'network-only', onComplete })
      },
    })
  })
  return createElement('p', null, `${entry.summary} / ${source.key} ${source.displayName}`)
}

/** Sends an operation and gives the JSON that comes back. Rejects when there are errors in it. */
function fetchFrom(url: string, operations: string[]): FetchFunction {
  return async ({ name, text }, variables) => {
    operations.push(name)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: text, variables }),
    })
    const answer = await response.json()
    if (answer.errors) throw new Error(JSON.stringify(answer.errors))
    return answer
  }
}

/**
 * Types whose `id` is a global one. `Actor.id` and `Resource.id` are the provider's: Relay's store would take any `id`
 * for a global one, and make one record of an actor and a resource, or of what two entries tell of one actor.
 */
const nodeTypes: readonly string[] = ['AuditEntry', 'Source']

/** One list on a page. */
interface RelayList extends ClientList {
  /** What the page tells of the first entry and the first source. */
  readonly details: string
  /** Reads on by `count` entries instead of as many as the list began with. */
  loadNext(count?: number): Promise<void>
  loadPrevious(count?: number): Promise<void>
  refetch(changed?: Partial<relayAppListQuery['variables']>): Promise<void>
  /** Reads the first entry and the first source again, each by its global id. */
  refetchNodes(): Promise<void>
}

export interface RelayApp extends ClientApp {
  /** Names of the operations that were sent, in order. */
  readonly operations: readonly string[]
  open(variables: relayAppQuery$variables): Promise<RelayList>
}

/** An application with one store, which renders each list in a page of its own. */
export function createRelayApp(url: string): RelayApp {
  const operations: string[] = []
  const roots: Root[] = []
  const environment = new Environment({
    network: Network.create(fetchFrom(url, operations)),
    store: new Store(new RecordSource()),
    getDataID: (record, type) => (nodeTypes.includes(type) ? record['id'] : undefined),
  })
  return {
    operations,
    open: (variables) => {
      const container = document.createElement('main')
      const root = createRoot(container)
      roots.push(root)
      return openList(environment, container, root, variables)
    },
    close: () => {
      for (const root of roots) root.unmount()
    },
  }
}

/** Renders a list and waits until its first page is there. */
async function openList(
  environment: Environment,
  container: HTMLElement,
  root: Root,
  variables: relayAppQuery$variables,
): Promise<RelayList> {
  const latest = new Latest<Shown>()
  const app = createElement(App, { variables, show: (shown) => latest.set(shown) })
  const suspense = createElement(Suspense, { fallback: 'loading' }, app)
  root.render(createElement(RelayEnvironmentProvider, { environment, children: suspense }))
  await latest.until(() => true)

  const shown = (): Shown => {
    if (!latest.value) throw new Error('Nothing is rendered.')
    return latest.value
  }
  /** Starts something and waits until it has ended and the page shows what came of it. */
  async function rendered(
    start: (before: Shown, onComplete: (error: Error | null) => void) => void,
  ): Promise<void> {
    const before = shown()
    await new Promise<void>((resolve, reject) => {
      start(before, (error) => (error ? reject(error) : resolve()))
    })
    await latest.until(
      (after) => after !== before && !after.list.isLoadingNext && !after.list.isLoadingPrevious,
    )
  }

  const pageSize = variables.first ?? variables.last ?? 50
  return {
    get entries() {
      return Array.from(container.querySelectorAll('li'), (item) => JSON.parse(item.textContent ?? ''))
    },
    get hasNext() {
      return shown().list.hasNext
    },
    get hasPrevious() {
      return shown().list.hasPrevious
    },
    get complete() {
      return shown().list.data.auditEntries.complete
    },
    get coverage() {
      return shown().list.data.auditEntries.coverage
    },
    get details() {
      return container.querySelector('p')?.textContent ?? ''
    },
    loadNext: (count = pageSize) =>
      rendered(({ list }, onComplete) => {
        list.loadNext(count, { onComplete })
      }),
    loadPrevious: (count = pageSize) =>
      rendered(({ list }, onComplete) => {
        list.loadPrevious(count, { onComplete })
      }),
    refetch: (changed = {}) =>
      rendered(({ list }, onComplete) => {
        list.refetch(changed, { fetchPolicy: 'network-only', onComplete })
      }),
    refetchNodes: () => rendered(({ refetchNodes }, onComplete) => refetchNodes(onComplete)),
  }
}

/** A value that changes, and a wait for one that will do. */
class Latest<Value> {
  value: Value | undefined
  #waiting: ((value: Value) => void) | undefined

  set(value: Value): void {
    this.value = value
    this.#waiting?.(value)
  }

  until(isRight: (value: Value) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = (value) => {
        if (isRight(value)) resolve()
      }
      if (this.value !== undefined) this.#waiting(this.value)
    })
  }
}
