import { describe, expect, it } from 'vitest'
import { fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { plainCapabilities } from '../../test/support/plain-capabilities.js'
import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { Dialect, UpstreamPage, UpstreamRequest, UpstreamResponse } from '../model/provider.js'

const { signal } = new AbortController()
const page: UpstreamPage = { rows: [], more: false }
const answer: UpstreamResponse = { status: 200, headers: {}, body: '{}', receivedAtMs: 0 }

const dialect: Dialect = {
  baseUrl: 'https://api.example.com',
  organizationId: 'org',
  capabilities: { ...plainCapabilities, pageSizeMax: 10, order: 'unknown', lookup: true },
  authorization: () => ({}),
  pageRequest: (ask) => requestTo(`/page/${ask.limit}`),
  readPage: () => page,
  lookup: {
    request: (id) => (id === 'impossible' ? undefined : requestTo(`/entry/${id}`)),
    read: () => null,
  },
}

function requestTo(path: string): UpstreamRequest {
  return { method: 'GET', path, query: [], headers: {} }
}

function connect(given: Dialect, outcome: UpstreamResponse | SourceFailure = answer) {
  const paths: string[] = []
  const source = sharedUpstream(fakeTiming()).connect({
    dialect: given,
    client: {
      send: async (account, request) => {
        expect(account).toBe(given)
        paths.push(request.path)
        return outcome
      },
    },
  })
  return { source, paths }
}

describe('a connected source', () => {
  it('sends the request of the dialect and gives what the dialect reads', async () => {
    const { source, paths } = connect(dialect)
    expect(await source.fetchPage({ pushdown: {}, limit: 7 }, { signal })).toEqual({ ...page, answeredAt: 2 })
    expect(await source.fetchEntry?.('e1', { signal })).toBeNull()
    expect(paths).toEqual(['/page/7', '/entry/e1'])
    expect(source).toMatchObject({ key: 'main', capabilities: dialect.capabilities })
    const others = { ...dialect, organizationId: 'another' }
    expect(connect(others).source.account).not.toBe(source.account)
  })

  it('takes entries of an earlier place of the list for a refusal of the one that was asked for', async () => {
    const at = async (asked: number | undefined, told: number | undefined) => {
      const readPage = () => ({ ...page, ...(told !== undefined && { offset: told }) })
      const { source } = connect({ ...dialect, readPage })
      const ask = { pushdown: {}, limit: 7, ...(asked !== undefined && { offset: asked }) }
      const got = await source.fetchPage(ask, { signal })
      return isFailure(got) ? got.kind : 'page'
    }
    expect(await at(400, 300)).toBe('INVALID_REQUEST')
    for (const told of [400, 401, 399, 500, 9, 0, undefined]) expect(await at(400, told)).toBe('page')
    expect(await at(undefined, 100)).toBe('page')
  })

  it('gives a failure of sending as it is, without reading', async () => {
    const reading = {
      ...dialect,
      readPage: () => {
        throw new Error('must not be asked')
      },
    }
    const { source } = connect(reading, sourceFailure('TIMEOUT'))
    const outcome = await source.fetchPage({ pushdown: {}, limit: 7 }, { signal })
    expect(isFailure(outcome) && outcome.kind).toBe('TIMEOUT')
  })

  it('takes its credential out of failures, of pages and of lookups, and out of notices', async () => {
    const echo = { authorization: () => ({ authorization: 'Bearer canary-1' }) }
    const failure = sourceFailure('FORBIDDEN', { upstreamMessage: 'canary-1 may not' })
    const outcomes = [
      connect({ ...dialect, ...echo, readPage: () => failure }),
      connect({ ...dialect, ...echo, readPage: () => ({ ...page, notices: ['canary-1 is old'] }) }),
    ].map(({ source }) => source.fetchPage({ pushdown: {}, limit: 7 }, { signal }))
    const lookup = { request: () => requestTo('/x'), read: () => failure }
    outcomes.push(connect({ ...dialect, ...echo, lookup }).source.fetchEntry?.('e1', { signal }) as never)
    expect(await Promise.all(outcomes)).toEqual([
      { ...failure, upstreamMessage: '[secret] may not' },
      { ...page, notices: ['[secret] is old'], answeredAt: 2 },
      { ...failure, upstreamMessage: '[secret] may not' },
    ])
  })

  it('asks for no entry whose id cannot exist', async () => {
    const { source, paths } = connect(dialect)
    expect(await source.fetchEntry?.('impossible', { signal })).toBeNull()
    expect(paths).toEqual([])
  })

  it('has no lookup where the dialect has none', () => {
    const { lookup: _, ...rest } = dialect
    expect(connect(rest).source.fetchEntry).toBeUndefined()
  })

  it('rejects when the dialect throws', async () => {
    const broken = {
      ...dialect,
      pageRequest: () => {
        throw new Error('a bug')
      },
    }
    await expect(connect(broken).source.fetchPage({ pushdown: {}, limit: 7 }, { signal })).rejects.toThrow(
      'a bug',
    )
  })
})
