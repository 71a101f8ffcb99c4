import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from '../src/config/load-config.js'
import { createGateway, type Gateway } from '../src/gateway.js'
import { builtInProviders, createRegistry } from '../src/providers/registry.js'
import { type Listening, listen } from '../src/server/listen.js'

/** What happens to the sockets of the providers when a caller goes away, all over real sockets. */

let upstream: Server
/** Sockets with a request of ours on them. An idle connection that the pool opens in their place is none. */
let busy: Set<Socket>
/** Resolves when a provider has been asked by all sources, and has answered as far as it ever will. */
let asked: Promise<void>
let answerWith: 'nothing' | 'half a body' | 'a byte at a time'
let gateway: Gateway
let listening: Listening
const drips = new Set<NodeJS.Timeout>()

beforeEach(async () => {
  busy = new Set()
  let requests = 0
  let onAsked = () => {}
  asked = new Promise((resolve) => {
    onAsked = resolve
  })
  upstream = createServer(({ socket }, response) => {
    busy.add(socket)
    socket.on('close', () => busy.delete(socket))
    socket.on('error', () => {})
    if (answerWith !== 'nothing') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"items": [')
    }
    if (answerWith === 'a byte at a time') {
      const drip = setInterval(() => response.write(' '), 5)
      drips.add(drip)
      response.on('close', () => clearInterval(drip))
    }
    requests += 1
    if (requests === 2) setImmediate(onAsked)
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
  const registry = createRegistry(builtInProviders)
  const sources = [
    { key: 'crew', provider: 'aitronos', organizationId: 'o', baseUrl, credentials: { token: 'x' } },
    { key: 'hiring', provider: 'ashby', baseUrl, credentials: { apiKey: 'x' } },
  ]
  const loaded = loadConfig({
    text: JSON.stringify({ cursorSecret: 'a-secret-of-this-test', sources }),
    env: {},
    registry,
  })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  gateway = createGateway({ config: loaded.ok, registry, now: Date.now, logger })
  listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await listening.close(0)
  await gateway.close()
  for (const drip of drips) clearInterval(drip)
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
})

const query = '{ auditEntries(first: 10) { nodes { id } } }'
const body = JSON.stringify({ query })
const requests = {
  GET: `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  POST: `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
}

it.each([
  ['goes away', 'GET', 'nothing'],
  ['goes away', 'POST', 'nothing'],
  ['goes away', 'GET', 'half a body'],
  ['goes away', 'POST', 'half a body'],
  ['goes away', 'POST', 'a byte at a time'],
  ['closes its half', 'POST', 'nothing'],
] as const)(
  'a caller that %s after %s frees them while the provider has sent %s',
  async (how, method, sent) => {
    answerWith = sent
    const caller = connect(Number(new URL(listening.url).port), '127.0.0.1')
    caller.write(requests[method])
    await asked
    expect(busy.size).toBe(2)
    if (how === 'goes away') caller.destroy()
    else caller.end()
    // No time limit of an attempt is as short as the second for which this waits.
    await expect.poll(() => busy.size, { timeout: 1_000 }).toBe(0)
  },
)
