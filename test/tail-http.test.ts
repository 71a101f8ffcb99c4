import { afterEach, expect, it } from 'vitest'
import { sampleEvent } from '../src/simulation/sample.js'
import { plainEvents } from './exactly-once/support/events.js'
import { type Situation, type SituationOptions, startSituation } from './exactly-once/support/situation.js'
import { AuditEntryAddedDocument, type AuditEntryAddedSubscription } from './generated/graphql.js'
import { watch } from './support/typed-client.js'

/** The live tail over sockets: four simulated providers that are written to, and a client with generated types. */

type Event = AuditEntryAddedSubscription['auditEntryAdded']

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** A situation whose clock the test moves; the tail reads again some 20 milliseconds after it has. */
async function start(options: Partial<SituationOptions> = {}): Promise<Situation> {
  const situation = await startSituation({
    events: plainEvents(20),
    limits: { tail: { intervalMinMs: 20, intervalMaxMs: 20, heartbeatMs: 100_000 } },
    ...options,
  })
  open.push(() => situation.close())
  return situation
}

/** The events of a subscription that a test takes one after the other. */
function watcher(url: string, variables: { after?: string; sources?: string[] } = {}) {
  const gone = new AbortController()
  const events = watch(url, AuditEntryAddedDocument, variables, gone.signal)
  const close = async () => gone.abort()
  open.push(close)
  const next = async (): Promise<Event> => {
    const { done, value } = await events.next()
    if (done || !value.data) throw new Error(JSON.stringify(value ?? 'the stream has ended'))
    return value.data.auditEntryAdded
  }
  return { next, close, ended: async () => (await events.next()).done }
}

function write({ logs, clock }: Situation, id: string, ageMs = 0): void {
  logs.hiring.append(sampleEvent({ id, timeMs: clock.nowMs - ageMs, visibleFromMs: clock.nowMs }))
  clock.nowMs += 1_000
}

it('delivers what is written, late ones flagged, and goes on at another gateway with what was missed', async () => {
  const situation = await start()
  const first = watcher(situation.url)
  const begin = await first.next()
  expect(begin).toMatchObject({ kind: 'COVERAGE', entry: null })
  expect(begin.coverage.map(({ source, state }) => [source.key, state])).toEqual(
    ['crew', 'assistants', 'access', 'hiring'].map((key) => [key, 'COMPLETE']),
  )
  write(situation, 'one')
  const one = await first.next()
  expect([one.kind, one.entry?.upstreamId, one.late]).toEqual(['ENTRY', 'one', false])
  write(situation, 'late', 60_000)
  const late = await first.next()
  expect([late.entry?.upstreamId, late.late]).toEqual(['late', true])
  await first.close()

  write(situation, 'missed')
  write(situation, 'missed and late', 120_000)
  const second = watcher(await situation.startGateway(), { after: one.cursor })
  const seen: string[] = []
  while (seen.length < 3) {
    const { entry } = await second.next()
    if (entry) seen.push(entry.upstreamId)
  }
  expect(seen).toEqual(['missed and late', 'late', 'missed'])
})

it('tells a source in trouble, and delivers its entries when it is well again', async () => {
  const situation = await start()
  const client = watcher(situation.url, { sources: ['hiring', 'access'] })
  await client.next()
  situation.host.account('hiring').setFaults({ next: () => ({ kind: 'status', status: 503 }) })
  write(situation, 'in the dark')
  const trouble = await client.next()
  expect(trouble).toMatchObject({
    kind: 'COVERAGE',
    coverage: [{ source: { key: 'hiring' }, state: 'FAILED', error: { kind: 'UNAVAILABLE' } }],
  })
  expect(trouble.coverage[0]?.gap?.since).toBe(trouble.settledUntil)
  situation.host.account('hiring').setFaults(undefined)
  const ticking = setInterval(() => (situation.clock.nowMs += 1_000), 20)
  open.push(async () => clearInterval(ticking))
  expect(await client.next()).toMatchObject({
    kind: 'COVERAGE',
    coverage: [{ state: 'COMPLETE', error: null }],
  })
  expect((await client.next()).entry?.upstreamId).toBe('in the dark')
})

it('tells subscribers to resume when the gateway stops', async () => {
  const situation = await start()
  const client = watcher(situation.url)
  await client.next()
  const restarted = situation.restart()
  expect(await client.next()).toMatchObject({ kind: 'RESUME', reason: 'SHUTTING_DOWN' })
  expect(await client.ended()).toBe(true)
  await restarted
})

it('is served by GET, and refused in words otherwise', async () => {
  const situation = await start()
  const subscription = 'subscription { auditEntryAdded(sources: ["nobody"]) { kind } }'
  const ask = (query: string, accept: string) =>
    fetch(`${situation.url}?query=${encodeURIComponent(query)}`, { headers: { accept } })
  const stream = await ask('subscription { auditEntryAdded { kind } }', 'text/event-stream')
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  await stream.body?.cancel()

  const told = await (await ask(subscription, 'text/event-stream')).text()
  expect(told).toContain('event: next\ndata: {"errors":[{"message":"There is no source \\"nobody\\".')
  expect(told).toContain('"code":"BAD_USER_INPUT","argument":["sources"]')
  expect(told).toMatch(/event: complete\ndata:\n\n$/)

  const json = await ask(subscription, 'application/json')
  expect([json.status, await json.json()]).toMatchObject([
    406,
    { errors: [{ message: expect.stringContaining('accept: text/event-stream') }] },
  ])
  const invalid = await ask('subscription { nothing }', 'text/event-stream')
  expect([invalid.status, await invalid.json()]).toMatchObject([
    400,
    { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
  ])
  const query = await ask('{ sources { key } }', 'text/event-stream')
  expect(query.status).toBe(406)
})

it.each([
  ['on the field', 'subscription { auditEntryAdded @include(if: false) { kind } }', {}],
  ['that holds', 'subscription { auditEntryAdded @include(if: true) { kind } }', {}],
  ['with a variable', 'subscription ($s: Boolean!) { auditEntryAdded @skip(if: $s) { kind } }', { s: true }],
  [
    'on a fragment',
    'subscription { ...F @skip(if: true) } fragment F on Subscription { auditEntryAdded { kind } }',
    {},
  ],
  [
    'in fragments',
    'subscription { ... on Subscription { ...F } } fragment F on Subscription { auditEntryAdded @skip(if: true) { kind } ...F }',
    {},
  ],
])('refuses a condition at the root of a subscription: %s', async (_, query, variables) => {
  const situation = await start()
  const answer = await fetch(situation.url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  // An answer that is a stream would have no end.
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    errors: [
      {
        message: expect.stringContaining('root of a subscription'),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ],
  })
})

it('takes a condition below the root of a subscription', async () => {
  const situation = await start()
  const query = 'subscription { auditEntryAdded { kind @include(if: false) late } }'
  const stream = await fetch(`${situation.url}?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream' },
  })
  expect(stream.status).toBe(200)
  await stream.body?.cancel()
})
