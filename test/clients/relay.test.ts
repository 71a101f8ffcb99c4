import { expect, it } from 'vitest'
import { AuditEntriesDocument } from '../generated/graphql.js'
import { itPagesExactlyOnce, readToBegin, readToEnd } from '../support/paging-client-suite.js'
import { createRelayApp } from '../support/relay-app.js'
import { nameOf } from '../support/running-gateway.js'
import { ask } from '../support/typed-client.js'

/** Relay's own store and `usePaginationFragment` in a page, over the running gateway. */

const running = itPagesExactlyOnce(createRelayApp)

it('reads from the middle to both ends', async () => {
  const gateway = running.gateway()
  const expected = gateway.entries().map(nameOf)
  const { auditEntries } = await ask(gateway.url, AuditEntriesDocument, { first: 300 })
  const app = createRelayApp(gateway.url)
  const { endCursor } = auditEntries.pageInfo
  const list = await app.open({ first: 90, after: endCursor, order: 'NEWEST_FIRST' })
  expect(list.entries.map(nameOf)).toEqual(expected.slice(300, 390))
  await readToBegin(gateway, list)
  expect(list.entries.map(nameOf)).toEqual(expected.slice(0, 390))
  await readToEnd(gateway, list)
  expect(list.entries.map(nameOf)).toEqual(expected)
  app.close()
})

it('begins anew in the other order, and then pages by another size', async () => {
  const gateway = running.gateway()
  const app = createRelayApp(gateway.url)
  const list = await app.open({ first: 90, order: 'NEWEST_FIRST' })
  await list.loadNext()
  await list.refetch({ order: 'OLDEST_FIRST' })
  const expected = gateway.entries('OLDEST_FIRST').map(nameOf)
  expect(list.entries.map(nameOf)).toEqual(expected.slice(0, 90))
  await list.loadNext(7)
  await list.loadNext(500)
  expect(list.entries.map(nameOf)).toEqual(expected.slice(0, 597))
  app.close()
})

it('reads an entry and a source again by their global ids', async () => {
  const app = createRelayApp(running.gateway().url)
  const list = await app.open({ first: 5, order: 'NEWEST_FIRST' })
  const { details, entries } = list
  await list.refetchNodes()
  expect(list.details).toBe(details)
  expect(list.details).toMatch(/ \/ crew crew$/)
  expect(list.entries).toEqual(entries)
  expect(app.operations).toEqual(['relayAppQuery', 'relayAppEntryQuery', 'relayAppSourceQuery'])
  app.close()
})
