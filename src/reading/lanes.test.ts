import { expect, it } from 'vitest'
import { simulatedSource } from '../../test/support/simulated-source.js'
import { Secret } from '../model/secret.js'
import { createReader } from './reader.js'

it('a page whose caller is gone rejects, though rows are kept and no request would tell', async () => {
  const endMs = Date.UTC(2026, 5, 1)
  const timesMs = Array.from({ length: 1_000 }, (_, index) => endMs - 1 - index * 60_000)
  const reader = createReader({
    sources: [simulatedSource('aitronos', timesMs)],
    secrets: [new Secret('a-secret-of-this-test')],
    now: () => endMs,
  })
  const request = { first: 90, filter: {}, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL' } as const
  const page = await reader.readPage({ ...request, signal: new AbortController().signal })
  if (page.kind !== 'page' || page.endCursor === null) throw new Error('There is no page.')
  const reason = new Error('The caller is gone.')
  const gone = reader.readPage({ ...request, after: page.endCursor, signal: AbortSignal.abort(reason) })
  await expect(gone).rejects.toBe(reason)
})
