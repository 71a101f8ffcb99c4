import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { dayMs } from '../src/model/instant.js'
import { Secret } from '../src/model/secret.js'
import { builtInProviders, openDialect } from '../src/providers/registry.js'
import { createReader } from '../src/reading/reader.js'
import { fakeTiming, sharedUpstream } from './support/connected-source.js'
import { fakeGateway } from './support/fake-gateway.js'

/** What callers make the gateway keep, by sending what is large and never the same. */

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const MiB = 1024 * 1024

/** How much more of the heap is in use after some work, in bytes. */
async function heldAfter(work: () => Promise<void>): Promise<number> {
  const heapUsed = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const before = await heapUsed()
  await work()
  return (await heapUsed()) - before
}

it.each(['kept pages and hints', 'read-ahead'] as const)('large filters fill no store: %s', async (store) => {
  const timing = fakeTiming(Date.UTC(2026, 10, 30))
  const provider = builtInProviders.find(({ id }) => id === 'ashby')
  if (!provider) throw new Error('There is no such provider.')
  const row = (minutes: number) => ({
    id: `e${minutes}`,
    createdAt: new Date(timing.now() - dayMs - minutes * 60_000).toISOString(),
    eventType: 'jobCreated',
  })
  const rows = store === 'read-ahead' ? [row(1), row(2), row(3)] : []
  const body = JSON.stringify({ success: true, results: rows, moreDataAvailable: false })
  const source = sharedUpstream(timing).connect({
    dialect: openDialect(provider, provider.settings.parse({ credentials: { apiKey: 'k' } })),
    client: {
      send: async () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body,
        receivedAtMs: timing.now(),
      }),
    },
  })
  const reader = createReader({ sources: [source], secrets: [new Secret('secret')], now: timing.now })
  const held = await heldAfter(async () => {
    for (let page = 0; page < 1_000; page += 1) {
      const actorIds = Array.from({ length: 90 }, () => randomBytes(500).toString('hex'))
      const occurredAt = { sinceMs: timing.now() - 10 * dayMs, untilMs: timing.now() - dayMs / 2 }
      const answer = await reader.readPage({
        filter: { occurredAt, ...(store === 'read-ahead' ? { not: { actorIds } } : { actorIds }) },
        first: 1,
        order: 'NEWEST_FIRST',
        onSourceError: 'FAIL',
        signal: new AbortController().signal,
      })
      if (answer.kind !== 'page') throw new Error('There is no page.')
      await timing.pass(40)
    }
  })
  expect(held).toBeLessThan(24 * MiB)
})

it('documents of many short names, right and wrong, are kept by what they weigh', async () => {
  const { server } = fakeGateway()
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ query })
    await (
      await server.fetch(new Request('http://localhost/graphql', { method: 'POST', headers, body }))
    ).text()
  }
  const held = await heldAfter(async () => {
    for (let index = 0; index < 120; index += 1) {
      await ask(`query q${index} { sources { ${'key '.repeat(1_900)} } }`)
      await ask(`query q${index} { sources { ${'a '.repeat(1_900)} } }`)
      await ask(`query q${index} { sources { ${'a '.repeat(1_900)}`)
    }
  })
  expect(held).toBeLessThan(64 * MiB)
})
