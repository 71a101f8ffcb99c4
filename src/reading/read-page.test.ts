import { expect, it } from 'vitest'
import { plainCapabilities } from '../../test/support/plain-capabilities.js'
import type { EntryContent } from '../model/entry.js'
import type { UpstreamPage, UpstreamRow } from '../model/provider.js'
import { Secret } from '../model/secret.js'
import type { ReadableSource } from './page.js'
import { readAll } from './read-all.js'
import { createReader } from './reader.js'

const nowMs = Date.UTC(2026, 5, 1)
const capabilities = { ...plainCapabilities, totals: true }

/** A hundred rows that count how often they are normalized. */
function countingRows() {
  let normalized = 0
  const rows = Array.from({ length: 100 }, (_, index): UpstreamRow => {
    const timeMs = nowMs - (index + 1) * 1_000
    return {
      id: `e${index}`,
      timeMs,
      content() {
        normalized += 1
        const resource = { type: 'thing', id: null, name: null }
        return { upstreamId: `e${index}`, occurredAtMs: timeMs, action: 'done', resource } as EntryContent
      },
    }
  })
  return { rows, normalized: () => normalized }
}

function readerOf(fetchPage: (key: string) => Promise<UpstreamPage>) {
  const sources = ['a', 'b', 'c'].map(
    (key): ReadableSource => ({ key, capabilities, settleMs: 0, fetchPage: () => fetchPage(key) }),
  )
  return createReader({
    sources,
    secrets: [new Secret('a secret of a test')],
    now: () => nowMs,
    limits: { cursorLifetimeMs: 1_000 },
  })
}

const request = {
  first: 20,
  filter: {},
  order: 'NEWEST_FIRST',
  onSourceError: 'PARTIAL',
  signal: new AbortController().signal,
} as const

it('asks all sources before it waits for any', async () => {
  const asked: string[] = []
  const reading = readerOf(async (key) => {
    asked.push(key)
    return { rows: [], more: false, total: 0 }
  }).readPage(request)
  expect(asked).toEqual(['a', 'b', 'c'])
  await reading
})

it('normalizes an entry when it is asked for, and no other', async () => {
  const { rows, normalized } = countingRows()
  const page = await readerOf(async () => ({ rows, more: true, total: 1_000 })).readPage(request)
  if (page.kind !== 'page') throw new Error(page.kind)
  expect(page.edges).toHaveLength(20)
  expect(page.endCursor).not.toBeNull()
  expect(normalized()).toBe(0)
  expect(page.edges.map(({ entry }) => entry.upstreamId)).toHaveLength(20)
  expect(page.edges.map(({ entry }) => entry.sourceKey)).toContain('b')
  expect(normalized()).toBe(20)
})

it('goes on with a reading that is pinned longer ago than a cursor is taken', async () => {
  const { rows } = countingRows()
  const reader = readerOf(async () => ({ rows, more: false, total: rows.length }))
  const asOfMs = nowMs - 50_000
  const pages = []
  for await (const page of readAll(reader, { ...request, asOfMs }, () => ({ signal: request.signal })))
    pages.push(page)
  expect(pages.map(({ kind }) => kind)).not.toContain('inputProblem')
  expect(pages.length).toBeGreaterThan(1)
})
