import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditEntryFilter, AuditEntryOrder, EntryFieldsFragment } from '../generated/graphql.js'
import { expectQuietConsole } from './quiet-console.js'
import { type LoggedEntry, nameOf, type RunningGateway, startGateway } from './running-gateway.js'
import { readAll } from './typed-client.js'

/** A list of entries as an application has it that uses some client library. */
export interface ClientList {
  /** Every entry read so far, in the order shown, with what the application asked for of `EntryFields`. */
  readonly entries: readonly (Pick<EntryFieldsFragment, 'source' | 'upstreamId'> & object)[]
  readonly hasNext: boolean
  readonly hasPrevious: boolean
  readonly complete: boolean
  readonly coverage: readonly CoverageShown[]
  loadNext(): Promise<void>
  loadPrevious(): Promise<void>
  /** Reads the list anew from its first page, whatever is cached. */
  refetch(): Promise<void>
}

interface CoverageShown {
  readonly source: { readonly key: string }
  readonly state: string
  readonly error?: { readonly kind: string; readonly remedy: string } | null | undefined
}

/** What a list is opened with. */
interface ListVariables {
  readonly first?: number
  readonly after?: string
  readonly last?: number
  readonly filter?: AuditEntryFilter
  readonly sources?: readonly string[]
  readonly order: AuditEntryOrder
}

/** An application: one cache, and the lists that it shows. */
export interface ClientApp {
  open(variables: ListVariables): Promise<ClientList>
  close(): void
}

const orders = ['NEWEST_FIRST', 'OLDEST_FIRST'] as const
/** Less than half of the 230 entries of one time that two of the sources have. */
const pageSize = 110
/** Far more than any list here has: a client that makes no progress would ask for ever. */
const pagesMax = 50

/**
 * What a client library that pages by the Relay cursor connections specification has to show of the running gateway:
 * every entry once and in order, while all sources write. The logs of the simulated providers say which entries.
 */
export function itPagesExactlyOnce(createApp: (url: string) => ClientApp): { gateway(): RunningGateway } {
  let gateway: RunningGateway
  beforeAll(async () => {
    gateway = await startGateway()
    expect(largeTies(gateway.entries())).toEqual({ assistants: 230, hiring: 230 })
  })
  afterAll(() => gateway?.close())
  expectQuietConsole()

  it.each(orders)('reads forward to the end, %s', async (order) => {
    const expected = gateway.entries(order)
    const answered = await readAll(gateway.url, { first: 500, order })
    const app = createApp(gateway.url)
    const list = await app.open({ first: pageSize, order })
    expect(list.hasPrevious).toBe(false)
    await readToEnd(gateway, list)
    expect(list.entries.map(nameOf)).toEqual(expected.map(nameOf))
    expect(list.complete).toBe(true)
    // Not only which entries: the cache has put together of each what the gateway said of it.
    expect(answered).toMatchObject(list.entries)
    app.close()
  })

  it.each(orders)('reads backward from the end, %s', async (order) => {
    const expected = gateway.entries(order).map(nameOf)
    const app = createApp(gateway.url)
    const list = await app.open({ last: pageSize, order })
    expect(list.hasNext).toBe(false)
    expect(list.entries.map(nameOf)).toEqual(expected.slice(-pageSize))
    await readToBegin(gateway, list)
    expect(list.entries.map(nameOf)).toEqual(expected)
    app.close()
  })

  it('begins anew on refetch, with what was written since', async () => {
    const app = createApp(gateway.url)
    const list = await app.open({ first: pageSize, order: 'NEWEST_FIRST' })
    await list.loadNext()
    expect(list.entries).toHaveLength(2 * pageSize)
    gateway.write()
    const expected = gateway.entries().map(nameOf)
    await list.refetch()
    expect(list.entries.map(nameOf)).toEqual(expected.slice(0, pageSize))
    await list.loadNext()
    await list.loadNext()
    expect(list.entries.map(nameOf)).toEqual(expected.slice(0, 3 * pageSize))
    app.close()
  })

  it('keeps lists of different arguments apart', async () => {
    const newest = gateway.entries('NEWEST_FIRST')
    const one = { first: pageSize, order: 'NEWEST_FIRST', sources: ['access', 'hiring'] } as const
    const isOfOne = ({ sourceKey }: LoggedEntry) => one.sources.some((key) => key === sourceKey)
    const app = createApp(gateway.url)
    // Each of the others differs from the first in one argument.
    const opened: readonly (readonly [ClientList, readonly LoggedEntry[]])[] = [
      [await app.open(one), newest.filter(isOfOne)],
      [await app.open({ ...one, order: 'OLDEST_FIRST' }), gateway.entries('OLDEST_FIRST').filter(isOfOne)],
      [
        await app.open({ ...one, sources: ['assistants'] }),
        newest.filter(({ sourceKey }) => sourceKey === 'assistants'),
      ],
      [
        await app.open({ ...one, filter: { actions: ['SimWidgetCreated'] } }),
        newest.filter((entry) => isOfOne(entry) && entry.event.action === 'SimWidgetCreated'),
      ],
    ]
    for (const [, expected] of opened) expect(expected.length).toBeGreaterThan(2 * pageSize)
    // A page of each in turn.
    for (let page = 0; page < pagesMax && opened.some(([list]) => list.hasNext); page += 1) {
      gateway.write()
      for (const [list] of opened) if (list.hasNext) await list.loadNext()
    }
    for (const [list, expected] of opened) expect(list.entries.map(nameOf)).toEqual(expected.map(nameOf))
    app.close()
  })

  it('shows which source is missing, and every entry of the others', async () => {
    const partial = await startGateway({ refused: ['assistants'] })
    try {
      const expected = partial.entries().filter(({ sourceKey }) => sourceKey !== 'assistants')
      const app = createApp(partial.url)
      const list = await app.open({ first: pageSize, order: 'NEWEST_FIRST' })
      await readToEnd(partial, list)
      expect(list.entries.map(nameOf)).toEqual(expected.map(nameOf))
      expect(list.complete).toBe(false)
      expect(list.coverage.map(({ source, state, error }) => [source.key, state, error?.kind])).toEqual([
        ['crew', 'COMPLETE', undefined],
        ['assistants', 'FAILED', 'UNAUTHENTICATED'],
        ['access', 'COMPLETE', undefined],
        ['hiring', 'COMPLETE', undefined],
      ])
      expect(list.coverage[1]?.error?.remedy).toContain('credential')
      app.close()
    } finally {
      await partial.close()
    }
  })

  return { gateway: () => gateway }
}

/** Sizes of the ties that no page holds, by source. */
function largeTies(entries: readonly LoggedEntry[]): Record<string, number> {
  const ties = new Map<string, LoggedEntry[]>()
  for (const entry of entries) {
    const key = `${entry.sourceKey} ${entry.timeMs}`
    ties.set(key, [...(ties.get(key) ?? []), entry])
  }
  const large = [...ties.values()].filter(({ length }) => length > pageSize)
  return Object.fromEntries(large.map((tie) => [tie[0]?.sourceKey, tie.length]))
}

/** Reads on while every source writes, until there is no more. */
export async function readToEnd(gateway: RunningGateway, list: ClientList): Promise<void> {
  for (let page = 0; page < pagesMax && list.hasNext; page += 1) {
    gateway.write()
    await list.loadNext()
  }
}

/** The same towards the begin. */
export async function readToBegin(gateway: RunningGateway, list: ClientList): Promise<void> {
  for (let page = 0; page < pagesMax && list.hasPrevious; page += 1) {
    gateway.write()
    await list.loadPrevious()
  }
}

/** What a cache gives without the type names that the library has asked for beside the fields. */
export function withoutTypenames<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (key === '__typename' ? undefined : item)),
  ) as Value
}
