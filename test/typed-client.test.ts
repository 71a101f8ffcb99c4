import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  AuditEntriesDocument,
  AuditEntryCountDocument,
  AuditEntryCountsDocument,
  NodeDocument,
  NodesDocument,
  SourceByKeyDocument,
  SourcesDocument,
} from './generated/graphql.js'
import { type LoggedEntry, nameOf, type RunningGateway, startGateway } from './support/running-gateway.js'
import { ask, type EntryNode, readAll, send } from './support/typed-client.js'

/** The published operations with the types generated from them, sent to the running gateway. */

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.close())

const providers = { crew: 'AITRONOS', assistants: 'FREDDY', access: 'JITSUDO', hiring: 'ASHBY' } as const
const keys = ['crew', 'assistants', 'access', 'hiring'] as const
type Key = (typeof keys)[number]

/** The newest entry of a source, by its log. */
function newestOf(key: Key): LoggedEntry {
  const newest = gateway.entries().find(({ sourceKey }) => sourceKey === key)
  if (!newest) throw new Error(`Nothing is logged for ${key}.`)
  return newest
}

/** What every provider tells of an event in its own words, and the gateway in one. */
function contentOf({ sourceKey, timeMs, event }: LoggedEntry) {
  return {
    upstreamId: event.id,
    source: { key: sourceKey, provider: providers[sourceKey as Key] },
    occurredAt: new Date(timeMs).toISOString(),
    action: event.action,
    actor: { id: event.actor.id },
    resource: { type: event.resource.type, id: event.resource.id },
  }
}

/** The newest entry of a source as the gateway lists it. */
async function listedNewestOf(key: Key): Promise<EntryNode> {
  const { auditEntries } = await ask(gateway.url, AuditEntriesDocument, { first: 1, sources: [key] })
  const [edge] = auditEntries.edges
  if (!edge) throw new Error(`Nothing is listed for ${key}.`)
  return edge.node
}

it('lists a page, and the page after it, with coverage', async () => {
  const expected = gateway.entries()
  const { auditEntries: page } = await ask(gateway.url, AuditEntriesDocument, { first: 60 })
  expect(page.edges.map(({ node }) => node)).toMatchObject(expected.slice(0, 60).map(contentOf))
  expect(page).toMatchObject({
    asOf: '2026-11-20T11:00:00.000Z',
    complete: true,
    pageInfo: {
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: page.edges.at(0)?.cursor,
      endCursor: page.edges.at(-1)?.cursor,
    },
  })
  const covered = { state: 'COMPLETE', searchedUntil: page.asOf, gap: null, error: null, notices: [] }
  expect(page.coverage).toMatchObject(keys.map((key) => ({ ...covered, source: { key } })))

  const { endCursor } = page.pageInfo
  const { auditEntries: next } = await ask(gateway.url, AuditEntriesDocument, { first: 60, after: endCursor })
  expect(next.edges.map(({ node }) => nameOf(node))).toEqual(expected.slice(60, 120).map(nameOf))
  expect(next.asOf).toBe(page.asOf)
})

it('counts, as a whole and by the day', async () => {
  const { length } = gateway.entries()
  const { auditEntries } = await ask(gateway.url, AuditEntryCountDocument, {})
  expect(auditEntries.count).toEqual({ value: length, exactness: 'EXACT' })
  const { auditEntryCounts } = await ask(gateway.url, AuditEntryCountsDocument, {
    filter: { occurredAt: { since: '2026-11-19T23:00:00Z' } },
    interval: 'HOUR',
    timeZone: 'Europe/Zurich',
  })
  const { buckets, coverage } = auditEntryCounts
  expect(coverage.map(({ source }) => source.key)).toEqual(keys)
  for (const { since, until, count } of buckets) {
    const [sinceMs, untilMs] = [Date.parse(since), Date.parse(until)]
    const value = gateway.entries().filter(({ timeMs }) => timeMs >= sinceMs && timeMs < untilMs).length
    expect([since, count]).toEqual([since, { value, exactness: 'EXACT' }])
  }
  expect(buckets.length).toBe(12)
})

it('reads to the end what an actor did in a time', async () => {
  const { event } = newestOf('assistants')
  const actorId = event.actor.id
  if (actorId === null) throw new Error('The newest entry has no actor id.')
  const sinceMs = Date.UTC(2026, 10, 20, 8)
  const matching = gateway
    .entries()
    .filter((entry) => entry.event.actor.id === actorId && entry.timeMs >= sinceMs)
  expect(matching.length).toBeGreaterThan(1)
  const filter = { actorIds: [actorId], occurredAt: { since: new Date(sinceMs).toISOString() } }
  const found = await readAll(gateway.url, { first: 3, filter })
  expect(found).toMatchObject(matching.map(contentOf))
})

it('reads a source that one page holds in one request', async () => {
  const expected = gateway.entries().filter(({ sourceKey }) => sourceKey === 'access')
  const { auditEntries } = await ask(gateway.url, AuditEntriesDocument, { first: 500, sources: ['access'] })
  expect(auditEntries.coverage).toMatchObject([{ requests: 1, matched: expected.length }])
})

it('gives an entry whole', async () => {
  const logged = newestOf('access')
  const { event } = logged
  expect(event.reasoning).toEqual(expect.any(String))
  const entry = await listedNewestOf('access')
  expect(entry).toEqual({
    ...contentOf(logged),
    id: expect.any(String),
    source: { id: expect.any(String), key: 'access', provider: 'JITSUDO' },
    actionKind: 'OTHER',
    actor: { id: event.actor.id, type: 'API_KEY', rawType: event.actor.type, name: null, email: null },
    resource: { ...event.resource, name: null },
    counterparty: null,
    // No change detail, which an empty list would not say.
    changes: null,
    reason: event.reasoning,
    origin: null,
    organizationId: '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0',
    summary: `${event.actor.id}: ${event.action} ${event.resource.type} ${event.resource.id}.`,
    metadata: event.metadata,
    raw: {
      id: event.id,
      actor_id: event.actor.id,
      actor_type: event.actor.type,
      action: event.action,
      resource_type: event.resource.type,
      resource_id: event.resource.id,
      metadata: event.metadata,
      reasoning: event.reasoning,
      created_at: new Date(logged.timeMs).toISOString(),
    },
  })
})

it.each(keys)('finds an entry of %s again by its global id', async (key) => {
  const entry = await listedNewestOf(key)
  expect(entry).toMatchObject(contentOf(newestOf(key)))
  const { node } = await ask(gateway.url, NodeDocument, { id: entry.id })
  expect(node).toEqual(entry)
})

it('gives entries and a source in the order of their ids, and an error for what is no id', async () => {
  const hiring = await listedNewestOf('hiring')
  const crew = await listedNewestOf('crew')
  const { data, errors } = await send(gateway.url, NodesDocument, {
    ids: [hiring.id, crew.source.id, hiring.upstreamId, crew.id],
  })
  expect(data?.nodes).toEqual([hiring, expect.objectContaining({ key: 'crew' }), null, crew])
  expect(errors).toMatchObject([
    { path: ['nodes', 2], extensions: { code: 'BAD_USER_INPUT', argument: ['ids', 2] } },
  ])
})

it('lists the sources in configuration order, with what each can do', async () => {
  const { sources } = await ask(gateway.url, SourcesDocument)
  expect(sources).toMatchObject(
    keys.map((key) => ({
      key,
      provider: providers[key],
      displayName: key,
      capabilities: { pageSizeMax: 100 },
    })),
  )
  expect(sources.map(({ capabilities }) => [capabilities.paging, capabilities.totals])).toEqual([
    ['OFFSET', true],
    ['OFFSET', true],
    ['CURSOR', false],
    ['CURSOR', false],
  ])
  for (const listed of sources) {
    const { source } = await ask(gateway.url, SourceByKeyDocument, { key: listed.key })
    const { node } = await ask(gateway.url, NodeDocument, { id: listed.id })
    expect(source).toEqual(listed)
    expect(node).toEqual(listed)
  }
  expect(await ask(gateway.url, SourceByKeyDocument, { key: 'payroll' })).toEqual({ source: null })
})

it('answers a wrong argument with a code, the argument and what would be right', async () => {
  const { data, errors } = await send(gateway.url, AuditEntriesDocument, { first: 501 })
  expect(data).toBeNull()
  expect(errors).toMatchObject([
    {
      message: '`first` is 501; it must be from 1 to 500.',
      path: ['auditEntries'],
      extensions: { code: 'BAD_USER_INPUT', argument: ['first'] },
    },
  ])
})
