import { describe, expect, it } from 'vitest'
import { simulatedSource } from '../../test/support/simulated-source.js'
import { settled } from '../../test/support/virtual-time.js'
import { deadlineReached } from '../model/deadline.js'
import { sourceFailure } from '../model/failure.js'
import { Secret } from '../model/secret.js'
import type { PageRequest, ReadableSource, Reader } from './page.js'
import { createReader } from './reader.js'

const endMs = Date.UTC(2026, 5, 1)
const timesMs = Array.from({ length: 1_000 }, (_, index) => endMs - 1 - index * 60_000)
const secrets = [new Secret('a-secret-of-this-test')]
const { signal } = new AbortController()

it('a page whose caller is gone rejects, though rows are kept and no request would tell', async () => {
  const reader = createReader({
    sources: [simulatedSource('aitronos', timesMs)],
    secrets,
    now: () => endMs,
  })
  const request = { first: 90, filter: {}, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL' } as const
  const page = await reader.readPage({ ...request, signal })
  if (page.kind !== 'page' || page.endCursor === null) throw new Error('There is no page.')
  const reason = new Error('The caller is gone.')
  const gone = reader.readPage({ ...request, after: page.endCursor, signal: AbortSignal.abort(reason) })
  await expect(gone).rejects.toBe(reason)
})

// Oldest first, the beginning of the log is looked for.
describe.each([
  ['NEWEST_FIRST', 2],
  ['OLDEST_FIRST', 5],
] as const)('a source whose rate permits a few requests for a page, %s', (order, permitted) => {
  const retryAfterMs = endMs + 9_000

  /** Refuses what is asked of it beyond that, until it is renewed. */
  function limited(source: ReadableSource) {
    let left: number = permitted
    const renew = () => {
      left = permitted
    }
    const fetchPage: ReadableSource['fetchPage'] = async (ask, terms) => {
      left -= 1
      return left < 0 ? sourceFailure('RATE_LIMITED', { retryAfterMs }) : source.fetchPage(ask, terms)
    }
    return { source: { ...source, fetchPage }, renew }
  }

  it.each(['FAIL', 'PARTIAL'] as const)(
    'is read to its end by shorter pages under %s',
    async (onSourceError) => {
      const { source, renew } = limited(simulatedSource('jitsudo', timesMs))
      const sources = [source, simulatedSource('aitronos', timesMs)]
      const reader = createReader({ sources, secrets, now: () => endMs })
      const times: number[] = []
      let early = 0
      for (let after: string | null = null, more = true; more; ) {
        renew()
        const request = { first: 500, filter: {}, order, onSourceError, signal, ...(after && { after }) }
        const page = await reader.readPage(request)
        if (page.kind !== 'page') throw new Error(`There is no page behind ${times.length} entries.`)
        // A page may find no entry, and then it goes on behind what it has searched.
        expect(page.endCursor).not.toBe(after)
        times.push(...page.edges.map(({ entry }) => entry.occurredAtMs))
        const coverage = page.coverage.find(({ sourceKey }) => sourceKey === source.key)
        expect(coverage).toMatchObject({ error: null, gap: null })
        if (coverage?.state === 'SCAN_LIMIT') {
          early += 1
          expect(page.complete).toBe(false)
          expect(coverage.notices.join()).toContain('limits the rate of requests, so a page ended early')
        }
        if (coverage?.state === 'COMPLETE') expect(coverage.notices.join()).not.toContain('rate')
        more = page.hasNextPage
        after = page.endCursor
      }
      expect(early).toBeGreaterThan(1)
      const all = [...timesMs, ...timesMs].sort((a, b) => (order === 'NEWEST_FIRST' ? b - a : a - b))
      expect(times).toEqual(all)
    },
  )
})

it('a source that is refused its first request has failed, though its floor lies ahead of where the page begins', async () => {
  const hiring = simulatedSource('ashby', timesMs)
  const fetchPage = async () => sourceFailure('RATE_LIMITED')
  const reader = createReader({ sources: [{ ...hiring, fetchPage }], secrets, now: () => endMs })
  const request = { first: 10, filter: {}, order: 'OLDEST_FIRST', onSourceError: 'PARTIAL', signal } as const
  expect(await reader.readPage(request)).toMatchObject({ kind: 'readingFailed' })
})

it('a request that was held back is counted for none', async () => {
  const failing = (unsent?: true): ReadableSource => ({
    ...simulatedSource('jitsudo', timesMs),
    fetchPage: async () => ({ ...sourceFailure('UNAUTHENTICATED'), ...(unsent && { unsent }) }),
  })
  const requests = async (source: ReadableSource) => {
    const sources = [source, simulatedSource('aitronos', timesMs)]
    const reader = createReader({ sources, secrets, now: () => endMs })
    const request = {
      first: 10,
      filter: {},
      order: 'NEWEST_FIRST',
      onSourceError: 'PARTIAL',
      signal,
    } as const
    const page = await reader.readPage(request)
    if (page.kind !== 'page') throw new Error('There is no page.')
    return page.coverage.map((row) => row.requests)
  }
  expect(await requests(failing())).toEqual([1, 1])
  expect(await requests(failing(true))).toEqual([0, 1])
})

describe('a deadline', () => {
  const order = 'NEWEST_FIRST'

  /** A page whose deadline comes when nothing goes on any more. */
  async function pageUntilDeadline(reader: Reader, request: Omit<PageRequest, 'signal'>) {
    const deadline = new AbortController()
    const page = reader.readPage({ ...request, signal: deadline.signal })
    await settled()
    deadline.abort(deadlineReached('request'))
    return page
  }

  /** Does not answer from the `first` request on. */
  function hanging(source: ReadableSource, first: number): ReadableSource {
    let requests = 0
    return {
      ...source,
      fetchPage: async (ask, terms) => {
        requests += 1
        if (requests < first) return source.fetchPage(ask, terms)
        if (!terms.signal.aborted) {
          await new Promise((resolve) => terms.signal.addEventListener('abort', resolve))
        }
        return sourceFailure('TIMEOUT')
      },
    }
  }

  it('that one source uses up costs the others nothing, page for page', async () => {
    const well = simulatedSource('aitronos', timesMs)
    const sources = [well, hanging(simulatedSource('jitsudo', timesMs), 1)]
    const reader = createReader({ sources, secrets, now: () => endMs })
    const times: number[] = []
    let pages = 0
    for (let after: string | null = null, more = true; more; pages += 1) {
      const request = { first: 100, filter: {}, order, onSourceError: 'PARTIAL' } as const
      const page = await pageUntilDeadline(reader, { ...request, ...(after && { after }) })
      if (page.kind !== 'page') throw new Error(`There is no page behind ${times.length} entries.`)
      expect(page.endCursor).not.toBe(after)
      expect(page.coverage).toMatchObject([{ error: null }, { error: { kind: 'TIMEOUT' } }])
      times.push(...page.edges.map(({ entry }) => entry.occurredAtMs))
      more = page.hasNextPage
      after = page.endCursor
    }
    expect(times).toEqual(timesMs)
    expect(pages).toBeLessThan(15)
  })

  it.each(['PARTIAL', 'FAIL'] as const)(
    'in a further request ends the page early, and the source has not failed, under %s',
    async (onSourceError) => {
      const source = hanging(simulatedSource('aitronos', timesMs), 3)
      const reader = createReader({ sources: [source], secrets, now: () => endMs })
      const request = { first: 300, filter: {}, order, onSourceError } as const
      const page = await pageUntilDeadline(reader, request)
      if (page.kind !== 'page') throw new Error('There is no page.')
      expect(page.edges.length).toBeGreaterThan(150)
      expect(page.hasNextPage).toBe(true)
      expect(page.coverage).toMatchObject([{ state: 'SCAN_LIMIT', gap: null, error: null }])
    },
  )
})
