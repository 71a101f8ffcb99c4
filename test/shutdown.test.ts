import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Listening, listen } from '../src/server/listen.js'
import { covered, entry, FakeReader, fakeGateway, type LogLine, page } from './support/fake-gateway.js'

/** How the gateway stops, over real sockets. */

let listening: Listening
let log: LogLine[]
let url: URL
let agent: Agent
/** Lets the pages go that are being read. */
let release: () => void
let started: Promise<void>

/** Bytes of an answer that no socket's buffers take in whole. */
const bigBytes = 20_000_000

beforeEach(async () => {
  let onStarted = () => {}
  started = new Promise((resolve) => {
    onStarted = resolve
  })
  const reader = new FakeReader({
    readPage: ({ signal, first }) =>
      first === 1
        ? Promise.resolve(bigPage())
        : new Promise((resolve, reject) => {
            release = () => resolve(page())
            signal.addEventListener('abort', () => reject(signal.reason))
            onStarted()
          }),
  })
  const gateway = fakeGateway(reader)
  log = gateway.log
  listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
  url = new URL(listening.url)
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
})
afterEach(async () => {
  agent.destroy()
  await listening.close(0)
})

function bigPage() {
  const big = { ...entry('big'), raw: { text: 'x'.repeat(bigBytes) } }
  return page({ edges: [{ cursor: 'c', entry: big }], coverage: [covered('desk')] })
}

const ask = (path: string, query?: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const request = httpRequest(
      new URL(path, url),
      { method: query ? 'POST' : 'GET', headers, agent },
      resolve,
    )
    request.on('error', reject)
    request.end(query && JSON.stringify({ query }))
  })

describe('while it pauses', () => {
  it('is not ready at once, still takes operations, and ends each connection with its answer', async () => {
    const paused = listening.retire(60_000)
    const ready = await ask('/readyz')
    expect([ready.statusCode, await json(ready)]).toEqual([503, { status: 'draining', sources: {} }])
    expect(ready.headers.connection).toBe('close')
    expect((await ask('/livez')).statusCode).toBe(200)
    const operation = await ask('/graphql', '{ __typename }')
    expect([operation.statusCode, await json(operation)]).toEqual([200, { data: { __typename: 'Query' } }])
    // Closing ends the pause, however long it was to be.
    await listening.close(0)
    await paused
    await expect(ask('/livez')).rejects.toThrow()
  })
})

it.each<readonly [name: string, stop: () => Promise<void>]>([
  ['pauses', () => listening.retire(60_000)],
  ['drains', () => listening.close(60_000)],
])('the answer to a request from before ends its connection when the gateway %s', async (_, stop) => {
  const operation = ask('/graphql', '{ auditEntries(first: 2) { complete } }')
  await started
  const stopped = stop()
  release()
  const answer = await operation
  expect(answer.headers.connection).toBe('close')
  expect(await json(answer)).toEqual({ data: { auditEntries: { complete: true } } })
  await listening.close(0)
  await stopped
})

describe('while it drains', () => {
  it('takes no connection and closes those that are idle', async () => {
    const operation = ask('/graphql', '{ auditEntries(first: 2) { complete } }')
    await started
    const idle = connect(Number(url.port), '127.0.0.1')
    const idleEnded = new Promise((resolve) => idle.once('close', resolve))
    idle.resume()
    idle.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => idle.once('data', resolve))
    const closing = listening.close(60_000)
    await idleEnded
    await expect(fetch(new URL('/livez', url))).rejects.toThrow()
    release()
    expect(await json(await operation)).toEqual({ data: { auditEntries: { complete: true } } })
    await closing
  })

  it('cancels what is left with a code of its own', async () => {
    const operation = ask('/graphql', '{ auditEntries(first: 2) { complete } }')
    await started
    await listening.close(0)
    expect(await json(await operation)).toMatchObject({ errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] })
  })

  it('does not wait for the rest of a body longer than for anything else', async () => {
    const socket = connect(Number(url.port), '127.0.0.1')
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n' +
        'Expect: 100-continue\r\n\r\n{"query"',
    )
    // The gateway says that it goes on when it has begun with the request.
    await new Promise((resolve) => socket.once('data', resolve))
    const closing = listening.close(0)
    let answered = ''
    for await (const chunk of socket) answered += String(chunk)
    expect(answered).toMatch(/^HTTP\/1\.1 503 /)
    expect(answered).toMatch(/"code":"SHUTTING_DOWN"/)
    await closing
    expect(log.map(({ errors }) => errors)).toEqual([['SHUTTING_DOWN']])
  })

  it('lets all answers that are on their way arrive whole, one after the other', async () => {
    agent.maxSockets = 2
    const query = '{ auditEntries(first: 1) { nodes { raw } } }'
    const answers = await Promise.all([ask('/graphql', query), ask('/graphql', query)])
    // The heads are here; the rest waits in buffers and behind them.
    for (const answer of answers) answer.pause()
    const closing = listening.close(60_000)
    for (const answer of answers) {
      let bytes = 0
      for await (const chunk of answer) bytes += (chunk as Buffer).byteLength
      expect(bytes).toBeGreaterThan(bigBytes)
    }
    await closing
  })
})
