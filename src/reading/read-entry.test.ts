import { describe, expect, it } from 'vitest'
import { plainCapabilities } from '../../test/support/plain-capabilities.js'
import type { EntryContent } from '../model/entry.js'
import { isFailure, sourceFailure } from '../model/failure.js'
import type { UpstreamRow } from '../model/provider.js'
import { Secret } from '../model/secret.js'
import type { ReadableSource } from './page.js'
import { createReader } from './reader.js'

const nowMs = Date.UTC(2026, 5, 1)
const timeMs = nowMs - 3_600_000
const capabilities = { ...plainCapabilities, lookup: true }

function row(id: string, occurredAtMs: number): UpstreamRow {
  const resource = { type: 'thing', id: null, name: null }
  const content = { upstreamId: id, occurredAtMs, action: 'done', resource } as EntryContent
  return { id, timeMs: occurredAtMs, content: () => content }
}

/** Looks an entry up at a source that lists these rows, and whose lookup knows the first of an id. */
async function lookUp(
  rows: readonly UpstreamRow[],
  id: string,
  atMs: number,
  isDown = false,
  told?: Awaited<ReturnType<NonNullable<ReadableSource['fetchEntry']>>>,
) {
  let listed = 0
  const source: ReadableSource = {
    key: 'log',
    capabilities,
    settleMs: 0,
    fetchPage: async ({ sinceMs = 0, untilMs = nowMs }) => {
      listed += 1
      if (isDown) return sourceFailure('UNAVAILABLE')
      return { rows: rows.filter((row) => row.timeMs >= sinceMs && row.timeMs < untilMs), more: false }
    },
    fetchEntry: async (asked) =>
      told === undefined ? (rows.find((row) => row.id.toLowerCase() === asked.toLowerCase()) ?? null) : told,
  }
  const reader = createReader({
    sources: [source],
    secrets: [new Secret('a secret of a test')],
    now: () => nowMs,
  })
  const { signal } = new AbortController()
  const entry = await reader.readEntry({ sourceKey: 'log', timeMs: atMs, id }, { signal })
  return { entry, listed }
}

describe('a lookup', () => {
  it('gives the entry of the id and the time, and asks for no list', async () => {
    const { entry, listed } = await lookUp([row('a', timeMs)], 'a', timeMs)
    expect(entry).toMatchObject({ upstreamId: 'a', occurredAtMs: timeMs })
    expect(listed).toBe(0)
  })

  it('does not give one of the same id and another time, or of an id in other letters', async () => {
    expect((await lookUp([row('a', timeMs)], 'a', timeMs - 5)).entry).toBeNull()
    expect((await lookUp([row('a', timeMs)], 'A', timeMs)).entry).toBeNull()
  })

  it('leaves an entry to its list that has its id with another', async () => {
    const rows = [row('a', timeMs), row('a', timeMs - 5)]
    expect((await lookUp(rows, 'a', timeMs - 5)).entry).toMatchObject({ occurredAtMs: timeMs - 5 })
  })

  it.each([null, sourceFailure('NOT_FOUND')])('that has none, as %j, leaves it to the list', async (told) => {
    const { entry, listed } = await lookUp([row('a', timeMs)], 'a', timeMs, false, told)
    expect(entry).toMatchObject({ upstreamId: 'a' })
    expect(listed).toBe(1)
    expect((await lookUp([], 'a', timeMs, false, told)).entry).toBeNull()
    expect((await lookUp([], 'a', timeMs, true, told)).entry).toMatchObject({ kind: 'UNAVAILABLE' })
  })

  it('that fails is the answer', async () => {
    const told = sourceFailure('FORBIDDEN')
    expect(await lookUp([row('a', timeMs)], 'a', timeMs, false, told)).toEqual({ entry: told, listed: 0 })
  })

  it('proves nothing by an entry of another time while the list cannot be read', async () => {
    const { entry } = await lookUp([row('a', timeMs)], 'a', timeMs - 5, true)
    expect(entry !== null && isFailure(entry) && entry.kind).toBe('UNAVAILABLE')
  })
})
