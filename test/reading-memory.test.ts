import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { UpstreamRow } from '../src/model/provider.js'
import { Secret } from '../src/model/secret.js'
import type { ReadableSource } from '../src/reading/page.js'
import { readAll } from '../src/reading/read-all.js'
import { createReader } from '../src/reading/reader.js'
import { simulatedSource } from './support/simulated-source.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const endMs = Date.UTC(2026, 5, 1)

it('a long reading holds the rows of its last pages only', async () => {
  const timesMs = Array.from({ length: 2_000 }, (_, index) => endMs - index * 60_000)
  const source = simulatedSource('freddy', timesMs)
  const rows: WeakRef<UpstreamRow>[] = []
  const watched: ReadableSource = {
    ...source,
    fetchPage: async (ask, terms) => {
      const page = await source.fetchPage(ask, terms)
      if ('rows' in page) rows.push(...page.rows.map((row) => new WeakRef(row)))
      return page
    },
  }
  const reader = createReader({
    sources: [watched],
    secrets: [new Secret('a-secret-of-this-test')],
    now: () => endMs + 1,
  })
  const request = { first: 50, filter: {}, order: 'NEWEST_FIRST', onSourceError: 'FAIL' } as const
  let read = 0
  for await (const page of readAll(reader, request, () => ({ signal: new AbortController().signal }))) {
    if (page.kind === 'page') read += page.edges.length
  }
  expect(read).toBe(timesMs.length)
  // What an awaited promise held is let go with the turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  const held = rows.filter((row) => row.deref() !== undefined)
  expect(rows.length).toBeGreaterThanOrEqual(timesMs.length)
  expect(held.length).toBeLessThan(700)
})
