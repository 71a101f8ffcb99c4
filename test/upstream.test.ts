import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createFaultPlan } from '../src/simulation/faults.js'
import { beginMs, plainEvents, sourceKeys } from './exactly-once/support/events.js'
import { onePageSettings } from './exactly-once/support/one-page.js'
import { entriesOf, flawless, judge, type Page } from './exactly-once/support/reading.js'
import { type Situation, startSituation } from './exactly-once/support/situation.js'

/** What the upstream layer does for callers, through the gateway and over real HTTP. */

let situation: Situation
const closers: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(): Promise<void> {
  situation = await startSituation({ events: plainEvents(40), settings: onePageSettings })
  closers.push(() => situation.close())
  // The newest entry lies longer back than the settle time.
  situation.clock.nowMs += 600_000
}

const pageQuery = `query Page($filter: AuditEntryFilter, $freshness: Freshness! = CACHED) {
  auditEntries(first: 200, filter: $filter, freshness: $freshness) {
    edges { cursor node { source { key } upstreamId occurredAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    asOf complete
    coverage { source { key } state gap { since until } resumeCursor requests error { kind } }
  }
}`

async function send<Data>(
  query: string,
  variables: object = {},
  init: { readonly signal?: AbortSignal } = {},
): Promise<Data> {
  const response = await fetch(situation.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    ...init,
  })
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

async function readPage(variables: object): Promise<Page> {
  return (await send<{ auditEntries: Page }>(pageQuery, variables)).auditEntries
}

const settled = { filter: { occurredAt: { until: new Date(beginMs + 1_000).toISOString() } } }
const requestsOf = (page: Page) => page.coverage.map(({ requests }) => requests)

describe('pages of settled times', () => {
  it('are read again without a request, and live with as many as at first', async () => {
    await start()
    const first = await readPage(settled)
    const made = situation.host.requestCount
    expect(made).toBeGreaterThanOrEqual(sourceKeys.length)
    const again = await readPage(settled)
    expect(situation.host.requestCount).toBe(made)
    expect(requestsOf(again)).toEqual([0, 0, 0, 0])
    for (const page of [first, again]) {
      expect(judge(entriesOf(page), 'NEWEST_FIRST', situation.entries())).toEqual(flawless)
      expect(page.complete).toBe(true)
    }
    const live = await readPage({ ...settled, freshness: 'LIVE' })
    expect(situation.host.requestCount).toBe(2 * made)
    expect(requestsOf(live)).toEqual(requestsOf(first))
    // A time that may still be filling is asked for anew.
    await readPage({})
    expect(situation.host.requestCount).toBeGreaterThan(2 * made)
  })
})

describe('SourceCoverage.requests', () => {
  it('counts no request that was held back', async () => {
    await start()
    const fault = (key: string, status: number, more: object = {}) =>
      situation.host.account(key).setFaults(createFaultPlan([{ fault: { kind: 'status', status, ...more } }]))
    fault('access', 401)
    fault('hiring', 429, { retryAfter: 60 })
    expect(requestsOf(await readPage({}))).toEqual([1, 1, 1, 1])
    const made = situation.host.requestCount
    const again = await readPage({})
    expect(situation.host.requestCount).toBe(made + 2)
    expect(requestsOf(again)).toEqual([1, 1, 0, 0])
    const { auditReport } = await send<{ auditReport: { coverage: readonly { requests: number }[] } }>(
      '{ auditReport(settle: "PT0S", onSourceError: PARTIAL) { total { value } coverage { requests } } }',
    )
    expect(auditReport.coverage.slice(2)).toEqual([{ requests: 0 }, { requests: 0 }])
  })
})

describe('Source.allowance', () => {
  const query =
    '{ sources { key allowance { limit remaining resetAt pausedUntil pauseReason concurrency } } }'
  const nothing = { limit: null, remaining: null, resetAt: null, pausedUntil: null, pauseReason: null }

  it('tells what answers have told, and null for what they have not', async () => {
    await start()
    const asked = situation.clock.nowMs
    const at = (afterMs: number) => new Date(asked + afterMs).toISOString()
    const headers = {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '41',
      'x-ratelimit-reset': String(Math.ceil((asked + 30_000) / 1_000)),
    }
    situation.host
      .account('crew')
      .setFaults(createFaultPlan([{ fault: { kind: 'status', status: 500, headers } }]))
    situation.host
      .account('hiring')
      .setFaults(createFaultPlan([{ fault: { kind: 'status', status: 429, retryAfter: 60 } }]))
    situation.host.account('access').setFaults(createFaultPlan([{ fault: { kind: 'status', status: 401 } }]))
    await readPage({})
    const { sources } = await send<{ sources: readonly unknown[] }>(query)
    expect(sources).toEqual([
      {
        key: 'crew',
        allowance: { ...nothing, limit: 100, remaining: 41, resetAt: expect.any(String), concurrency: 4 },
      },
      { key: 'assistants', allowance: { ...nothing, concurrency: 4 } },
      {
        key: 'access',
        allowance: { ...nothing, pausedUntil: at(60_000), pauseReason: 'CREDENTIAL_REFUSED', concurrency: 4 },
      },
      {
        key: 'hiring',
        allowance: { ...nothing, pausedUntil: at(60_000), pauseReason: 'RATE_LIMITED', concurrency: 2 },
      },
    ])
  })
})

describe('a caller that goes away', () => {
  it('frees the sockets to all providers, and nothing is asked again', async () => {
    await start()
    const hung: ServerResponse[] = []
    const arrived: (() => void)[] = []
    const allArrived = new Promise<void>((resolve) => arrived.push(resolve))
    const slow = createServer((_, response) => {
      hung.push(response)
      if (hung.length === 4) for (const resolve of arrived) resolve()
    })
    slow.listen(0, '127.0.0.1')
    await once(slow, 'listening')
    closers.push(() => {
      slow.closeAllConnections()
      slow.close()
    })
    const address = slow.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const baseUrl = `http://127.0.0.1:${address.port}`
    situation = await startSituation({
      events: plainEvents(1),
      settings: Object.fromEntries(sourceKeys.map((key) => [key, { baseUrl }])),
    })
    closers.push(() => situation.close())
    const controller = new AbortController()
    const page = send(pageQuery, {}, { signal: controller.signal })
    await allArrived
    const closed = Promise.all(hung.map((response) => once(response, 'close')))
    controller.abort()
    await expect(page).rejects.toThrow()
    await closed
    expect(hung).toHaveLength(4)
  })
})
