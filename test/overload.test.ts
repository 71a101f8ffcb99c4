import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Listening, listen } from '../src/server/listen.js'
import type { Load } from '../src/server/overload.js'
import type { GatewayServerOptions } from '../src/server/server.js'
import { FakeReader, fakeGateway, origin, page, post } from './support/fake-gateway.js'

/** A gateway with room for two operations, whose pages come when they are released. */
function smallGateway(options: Partial<GatewayServerOptions> = {}) {
  const waiting: (() => void)[] = []
  const reader = new FakeReader({
    readPage: () => new Promise((resolve) => waiting.push(() => resolve(page()))),
  })
  const shed: string[] = []
  const gateway = fakeGateway(reader, {
    overloadLimits: { operationsMax: 2 },
    metrics: {
      operation: () => {},
      export: () => {},
      shed: (reason) => shed.push(reason),
      render: async () => metricsText,
    },
    ...options,
  })
  const releaseAll = () => {
    for (const release of waiting.splice(0)) release()
  }
  return { ...gateway, reader, shed, waiting, releaseAll }
}

const metricsText = { contentType: 'text/plain', text: 'up 1' }
const slow = { query: '{ auditEntries { complete } }' }

/** A process under a load that the test sets. */
function processUnder(load: Partial<Load>): Pick<GatewayServerOptions, 'processLoad'> {
  return { processLoad: () => ({ eventLoopDelayMs: 0, heapUsed: 0, ...load }) }
}

describe('beyond what the gateway can take', () => {
  it('an operation is refused, and taken once there is room again', async () => {
    const { server, waiting, shed, releaseAll } = smallGateway()
    const taken = [post(server, slow), post(server, slow)]
    await expect.poll(() => waiting.length).toBe(2)
    const refused = await post(server, slow)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toSatisfy(
      (seconds: number) => seconds >= 2 && seconds <= 5,
    )
    expect(refused.json.errors?.[0]).toEqual({
      message: expect.stringMatching(
        /^The gateway has as many operations under way as it takes on at once\. Send the request again in \d seconds\.$/,
      ),
      extensions: { code: 'OVERLOADED', reason: 'OPERATIONS' },
    })
    expect(shed).toEqual(['OPERATIONS'])
    releaseAll()
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200])
    expect(server.load().operations).toBe(0)
    expect((await post(server, { query: '{ __typename }' })).status).toBe(200)
  })

  it('operations that may not begin yet count, ask nothing, and are answered once they may', async () => {
    const begin: (() => void)[] = []
    const { server, reader, waiting, releaseAll } = smallGateway({
      mayBegin: () => new Promise((resolve) => begin.push(resolve)),
    })
    const taken = [post(server, slow), post(server, slow)]
    await expect.poll(() => begin.length).toBe(2)
    expect([server.load().operations, reader.asked]).toEqual([2, []])
    expect((await post(server, slow)).status).toBe(503)
    for (const resolve of begin.splice(0)) resolve()
    await expect.poll(() => waiting.length).toBe(2)
    releaseAll()
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200])
  })

  it('an operation that could not begin before its deadline is told so, whichever way it was sent', async () => {
    // Timers come due in their order: that of the deadline was set first, and is the shorter one.
    const { server, reader } = smallGateway({ mayBegin: () => setTimeout(40) })
    const headers = { 'x-request-timeout-ms': '20' }
    const posted = await post(server, slow, { headers })
    const got = await server.fetch(new Request(`${origin}/graphql?query=${slow.query}`, { headers }))
    for (const { status, headers } of [posted, got]) {
      expect(status).toBe(503)
      expect(headers.get('retry-after')).toMatch(/^[2-5]$/)
      expect(headers.get('connection')).toBe('close')
    }
    expect(posted.json.errors?.[0]).toMatchObject({
      message: expect.stringContaining('before its deadline'),
      extensions: { code: 'OVERLOADED' },
    })
    expect(reader.asked).toEqual([])
    expect(server.load().operations).toBe(0)
  })

  it('nothing of its body is read', async () => {
    const { server, reader } = smallGateway(processUnder({ heapUsed: 0.9 }))
    const body = new ReadableStream<Uint8Array>(
      {
        pull() {
          throw new Error('The body was read.')
        },
      },
      { highWaterMark: 0 },
    )
    const response = await server.fetch(
      new Request(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body,
        // A stream needs it; the types of Node 20 do not know it.
        ...({ duplex: 'half' } as object),
      }),
    )
    expect([response.status, response.headers.get('content-type')]).toEqual([
      503,
      'application/graphql-response+json; charset=utf-8',
    ])
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'OVERLOADED', reason: 'HEAP' } }],
    })
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(reader.asked).toEqual([])
  })

  it('half as many are taken while timers come late', async () => {
    const { server, waiting, releaseAll } = smallGateway(processUnder({ eventLoopDelayMs: 201 }))
    const taken = post(server, slow)
    await expect.poll(() => waiting.length).toBe(1)
    expect((await post(server, slow)).json.errors?.[0]?.extensions).toEqual({
      code: 'OVERLOADED',
      reason: 'EVENT_LOOP',
    })
    releaseAll()
    expect((await taken).status).toBe(200)
  })

  it('probes are answered all the same, and say so', async () => {
    const { server } = smallGateway(processUnder({ heapUsed: 1 }))
    const get = (path: string) => server.fetch(new Request(`${origin}${path}`))
    expect((await get('/livez')).status).toBe(200)
    expect(await (await get('/metrics')).text()).toBe('up 1')
    const ready = await get('/readyz')
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'overloaded', reason: 'HEAP', sources: {} },
    ])
  })

  it('one line of the log stands for all refusals of ten seconds', async () => {
    const { server, log } = smallGateway(processUnder({ heapUsed: 0.9 }))
    for (let n = 0; n < 20; n += 1) await post(server, slow)
    expect(log).toEqual([
      { level: 'warn', reason: 'HEAP', refused: 1, operations: 0, eventLoopDelayMs: 0, heapUsed: 0.9 },
    ])
  })

  it('requests that are refused for another reason hold no place', async () => {
    const { server } = smallGateway()
    for (let n = 0; n < 5; n += 1) {
      await post(server, 'no JSON')
      await post(server, slow, { headers: { accept: 'image/png' } })
      await server.fetch(new Request(`${origin}/nowhere`))
      await server.fetch(new Request(`${origin}/graphql`, { method: 'OPTIONS' }))
    }
    expect(server.load().operations).toBe(0)
  })
})

describe('over sockets', () => {
  let listening: Listening | undefined
  afterEach(() => listening?.close(0))

  it('callers that go away give their places back', async () => {
    const { server, waiting, releaseAll } = smallGateway()
    listening = await listen(server, { host: '127.0.0.1', port: 0 })
    const { port } = new URL(listening.url)
    const body = JSON.stringify(slow)
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    // One goes away while it is read for, one before it has sent its body.
    const sockets = [head + body, head].map((text) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(text)
      return socket
    })
    await expect.poll(() => [server.load().operations, waiting.length]).toEqual([2, 1])
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => server.load().operations).toBe(0)
    releaseAll()
  })
})
