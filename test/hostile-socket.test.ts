import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Listening, listen } from '../src/server/listen.js'
import { FakeReader, fakeGateway, type LogLine } from './support/fake-gateway.js'
import { pagedReader } from './support/paged-reader.js'

/** What a caller can send over TCP. The gateway answers as always in its own form, and goes on. */

let listening: Listening
let reader: FakeReader
let log: LogLine[]
let url: URL
beforeEach(async () => {
  reader = new FakeReader()
  const gateway = fakeGateway(reader)
  log = gateway.log
  listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
  url = new URL(listening.url)
})
afterEach(async () => {
  expect((await fetch(new URL('/livez', url))).status).toBe(200)
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  await listening.close(0)
})

function open(text: string): Socket {
  const socket = connect(Number(url.port), '127.0.0.1')
  socket.write(text, 'latin1')
  return socket
}

/** Sends text and gives what comes back until the gateway closes the connection. */
async function exchange(text: string): Promise<string> {
  let answered = ''
  for await (const chunk of open(text)) answered += String(chunk)
  return answered
}

const codeIn = (answered: string): unknown => {
  const body = JSON.parse(answered.slice(answered.indexOf('\r\n\r\n') + 4)) as {
    readonly errors: readonly { readonly extensions: unknown }[]
  }
  return body.errors[0]?.extensions
}

describe('bytes that are not a request of HTTP/1.1', () => {
  it.each([
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n', 400],
    ['a header without a name', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n', 400],
    ['a folded header', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n', 400],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length below zero', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n', 400],
    [
      'a target of 20 KB',
      `GET /graphql?query=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      431,
    ],
    ['a header of 20 KB', `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('are refused as JSON: %s', async (_, text, status) => {
    const answered = await exchange(text)
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`))
    expect(answered).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
    expect(codeIn(answered)).toEqual({ code: 'BAD_REQUEST' })
  })

  it('are told what to do about a long query string, of an operation or an export', async () => {
    const answered = await exchange(
      `GET /export?filter=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    )
    expect(answered).toContain('Send a long operation by POST, and give an export a shorter filter.')
  })

  it('are refused on a connection that was answered before, too', async () => {
    const socket = open('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let answered = ''
    for await (const chunk of socket) {
      if (answered === '') socket.write('\0\r\n\r\n')
      answered += String(chunk)
    }
    expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  it('end a body in chunks', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const answered = await exchange(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
    expect(codeIn(answered)).toEqual({ code: 'BAD_REQUEST' })
  })
})

describe('headers', () => {
  // Node by itself looks every 30 seconds.
  it('that do not come in time are answered soon after it', { timeout: 20_000 }, async () => {
    const own = await listen(
      fakeGateway().server,
      { host: '127.0.0.1', port: 0 },
      { headersMs: 50, requestMs: 50 },
    )
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
    socket.write('GET /livez HTTP/1.1\r\nHo')
    let answered = ''
    for await (const chunk of socket) answered += String(chunk)
    expect(answered).toMatch(/^HTTP\/1\.1 408 /)
    expect(codeIn(answered)).toEqual({ code: 'BAD_REQUEST' })
    await own.close(0)
  })
})

describe('the Host', () => {
  it.each(['[::x@', 'a b', 'user@host', 'host/graphql?', '', 'h:99999', 'a\r\nHost: b'])(
    '%j is refused as JSON and without a stack',
    async (host) => {
      const answered = await exchange(`GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      expect(answered).toMatch(/^HTTP\/1\.1 400 /)
      expect(answered).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
      expect(codeIn(answered)).toEqual({ code: 'BAD_REQUEST' })
    },
  )

  it('may be missing in HTTP/1.0 only', async () => {
    expect(await exchange('GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
    expect(codeIn(await exchange('GET /livez HTTP/1.1\r\n\r\n'))).toEqual({ code: 'BAD_REQUEST' })
  })
})

describe('a host that is not known', () => {
  const rebound = (line: string, port = url.port) =>
    `${line} HTTP/1.1\r\nHost: rebind.evil.example:${port}\r\nOrigin: http://rebind.evil.example:${port}\r\nSec-Fetch-Site: same-origin\r\n`
  it.each([
    'GET /graphql?query={auditEntries{complete}}',
    'GET /graphql',
    'GET /export?format=csv',
    'OPTIONS /graphql',
    'GET /',
    'GET http://rebind.evil.example/graphql?query={auditEntries{complete}}',
    'OPTIONS *',
  ])('is refused with words, as by a page whose name was bound to this machine: %s', async (line) => {
    const answered = await exchange(`${rebound(line)}Accept: text/html,*/*\r\n\r\n`)
    expect(answered).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/)
    expect(answered).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
    expect(answered).toMatch(/\r\nconnection: close\r\n/i)
    expect(answered).toContain('server.allowedHosts')
    expect(codeIn(answered)).toEqual({ code: 'MISDIRECTED_REQUEST' })
    expect(reader.asked).toEqual([])
  })

  it('is refused before a body that waits, and after hosts that are known', async () => {
    const post = `Content-Type: application/json\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n`
    expect(await exchange(`${rebound('POST /graphql')}${post}`)).toMatch(/^HTTP\/1\.1 421 /)
    const known = 'GET /graphql?query={__typename} HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const answered = await exchange(`${known}${known}${rebound('GET /graphql?query={__typename}')}\r\n`)
    expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 421'])
  })

  it('may ask probes, and everything where it is allowed or others can reach the gateway', async () => {
    for (const path of ['/livez', '/readyz']) {
      expect(await exchange(`${rebound(`GET ${path}`)}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
    }
    for (const [allowedHosts, host, status] of [
      [['rebind.evil.example'], '127.0.0.1', 200],
      [[], '0.0.0.0', 200],
      [['audit.example.com'], '0.0.0.0', 421],
    ] as const) {
      const own = await listen(fakeGateway(reader, { allowedHosts }).server, { host, port: 0 })
      const { port } = new URL(own.url)
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(`${rebound('GET /graphql?query={__typename}', port)}Connection: close\r\n\r\n`)
      let answered = ''
      for await (const chunk of socket) answered += String(chunk)
      expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      await own.close(0)
    }
  })
})

describe('a request line', () => {
  it.each([
    ['GET //[ HTTP/1.1', 404],
    ['GET http://[/graphql HTTP/1.1', 400],
    ['GET http:///livez HTTP/1.1', 400],
    ['GET http://user@host/livez HTTP/1.1', 400],
    ['GET ftp://host/livez HTTP/1.1', 404],
    ['GET http://localhost HTTP/1.1', 404],
    ['OPTIONS http://localhost HTTP/1.1', 404],
    ['GET http://localhost//livez HTTP/1.1', 404],
    ['GET /http://host/livez HTTP/1.1', 404],
    ['OPTIONS * HTTP/1.1', 404],
    ['GET /%ff%zz HTTP/1.1', 404],
    ['GET //graphql?query={__typename} HTTP/1.1', 404],
    ['TRACE /graphql HTTP/1.1', 405],
    ['HEAD /graphql?query={__typename} HTTP/1.1', 405],
  ])('%s is answered with %i', async (line, status) => {
    const answered = await exchange(`${line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(reader.asked).toEqual([])
  })

  it.each([
    ['http://elsewhere.example/livez', 200],
    ['https://elsewhere.example:8443/livez?x=/y', 200],
    ['HTTP://[::1]/livez', 200],
    ['http://localhost/graphql?query={__typename}', 200],
    ['http://localhost?query={__typename}', 404],
    ['http://localhost/export?format=csv', 200],
    ['http://localhost/export?format=xml', 400],
  ])('with the whole URL %s is answered with %i, as its path is', async (target, status) => {
    const answered = await exchange(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('with a whole URL posts operations, and still needs one Host', async () => {
    const body = '{"query":"{__typename}"}'
    const rest = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
    const line = 'POST http://localhost/graphql HTTP/1.1\r\n'
    expect(await exchange(`${line}Host: localhost\r\n${rest}`)).toMatch(/\{"data":\{"__typename":"Query"\}\}/)
    expect(await exchange(`${line}Host: localhost\r\nHost: localhost\r\n${rest}`)).toMatch(/^HTTP\/1\.1 400 /)
    expect(await exchange(`${line}${rest}`)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('with an expectation that nobody knows is answered all the same', async () => {
    const answered = await exchange(
      'GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: a-miracle\r\nConnection: close\r\n\r\n',
    )
    expect(answered).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('a client that waits with its body', () => {
  const head = (line: string, length: number, type = 'application/json') =>
    `${line}\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`

  it.each([
    ['more than is taken', head('POST /graphql HTTP/1.1', 102_401), 413],
    ['another type', head('POST /graphql HTTP/1.1', 20, 'text/plain'), 415],
    ['another method', head('PUT /graphql HTTP/1.1', 20), 405],
    ['nothing that is served', head('POST /elsewhere HTTP/1.1', 20), 404],
    ['an export', head('POST /export HTTP/1.1', 20), 405],
  ])('is not told to send it when its head says %s', async (_, text, status) => {
    const answered = await exchange(text)
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answered).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('is not told to send it while the gateway takes nothing on', async () => {
    const full = fakeGateway(new FakeReader(), { overloadLimits: { operationsMax: 0 } })
    const own = await listen(full.server, { host: '127.0.0.1', port: 0 })
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
    socket.write(head('POST /graphql HTTP/1.1', 20))
    let answered = ''
    for await (const chunk of socket) answered += String(chunk)
    expect(answered).toMatch(/^HTTP\/1\.1 503 /)
    await own.close(0)
  })

  it('is told to send it otherwise, and its connection goes on', async () => {
    const body = '{"query":"{__typename}"}'
    const socket = open(head('POST /graphql HTTP/1.1', body.length))
    let answered = ''
    for await (const chunk of socket) {
      answered += String(chunk)
      if (/100 Continue\r\n\r\n$/.test(answered)) socket.write(body)
      if (answered.endsWith('}}'))
        socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    }
    expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200', 'HTTP/1.1 200'])
  })
})

describe('a body', () => {
  /** Sends a body in chunks, without its length, and gives the answer or the error of the connection. */
  const sendChunks = (body: Readable) =>
    new Promise<IncomingMessage | Error>((resolve) => {
      const headers = { 'content-type': 'application/json' }
      const request = httpRequest(url, { method: 'POST', headers }, resolve)
      request.on('error', resolve)
      body.pipe(request)
    })
  const blanks = Buffer.alloc(65_536, 0x20)

  it('without a length is counted, and a client that reads only when all is sent gets the answer', async () => {
    const answer = await sendChunks(Readable.from(Array.from({ length: 100 }, () => blanks)))
    if (answer instanceof Error) throw answer
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      413,
      'application/json; charset=utf-8',
    ])
    answer.resume()
  })

  it('without an end is not read for ever', async () => {
    let sent = 0
    const endless = new Readable({
      read() {
        sent += blanks.byteLength
        this.push(blanks)
      },
    })
    const answer = await sendChunks(endless)
    endless.destroy()
    if (!(answer instanceof Error)) answer.destroy()
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  const unfinished =
    'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n'

  it('that does not come holds its place no longer than its deadline', async () => {
    const one = fakeGateway(new FakeReader(), { overloadLimits: { operationsMax: 1 } })
    const own = await listen(one.server, { host: '127.0.0.1', port: 0 })
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
    socket.write(`${unfinished}X-Request-Timeout-Ms: 20\r\n\r\n{`)
    let answered = ''
    for await (const chunk of socket) answered += String(chunk)
    expect(answered).toMatch(/^HTTP\/1\.1 408 /)
    expect(answered).toMatch(/\r\nconnection: close\r\n/i)
    expect(codeIn(answered)).toEqual({ code: 'DEADLINE_EXCEEDED' })
    expect(one.log).toEqual([expect.objectContaining({ status: 408, errors: ['DEADLINE_EXCEEDED'] })])
    expect((await fetch(`${own.url}?query={__typename}`)).status).toBe(200)
    await own.close(0)
  })

  it('that breaks off is told as the client’s doing, not as a fault of our own', async () => {
    const socket = open(`${unfinished}Expect: 100-continue\r\n\r\n{"query"`)
    // The gateway says that it goes on when it has begun with the request.
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await expect
      .poll(() => log)
      .toEqual([expect.objectContaining({ level: 'info', errors: ['REQUEST_ABORTED'], clientGone: true })])
  })

  it('that breaks off before it is read is told in the same way, and nothing waits for it', async () => {
    let begin = () => {}
    const mayBegin = new Promise<void>((resolve) => {
      begin = resolve
    })
    const busy = fakeGateway(new FakeReader(), { mayBegin: () => mayBegin })
    const own = await listen(busy.server, { host: '127.0.0.1', port: 0 })
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
    socket.write(`${unfinished}\r\n{`)
    await expect.poll(() => busy.server.load().operations).toBe(1)
    socket.destroy()
    await expect.poll(() => busy.server.load().operations).toBe(0)
    begin()
    await expect
      .poll(() => busy.log)
      .toEqual([expect.objectContaining({ level: 'info', errors: ['REQUEST_ABORTED'], clientGone: true })])
    await own.close(0)
  })
})

describe('requests that come one after the other without waiting, on a connection that goes away', () => {
  /** A gateway whose reader gives no page until its signal aborts, for the first so many pages. */
  async function waiting(pagesMax: number) {
    const signals: AbortSignal[] = []
    const rest = pagedReader([], () => 1, [])
    const gateway = fakeGateway(
      new FakeReader({
        readPage: (request) => {
          const { signal } = request
          if (signals.push(signal) > pagesMax) return rest.readPage(request)
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
          })
        },
      }),
    )
    const own = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
    const send = (requests: readonly string[]) => {
      const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
      socket.write(requests.join(''))
      return socket
    }
    return { ...gateway, own, send, signals }
  }

  it('end all of them', async () => {
    const { server, own, send, signals } = await waiting(3)
    const body = JSON.stringify({ query: '{ auditEntries { complete } }' })
    const operation = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const socket = send([operation, operation, operation])
    await expect.poll(() => signals.length).toBe(3)
    socket.destroy()
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
    await expect.poll(() => server.load().operations).toBe(0)
    await own.close(0)
  })

  it('keep no export, and so no stop, waiting for who has gone', async () => {
    // The second has its pages at once, and waits for its turn to be sent.
    const { own, send, signals, log } = await waiting(1)
    const socket = send(Array.from({ length: 2 }, () => 'GET /export HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    await expect.poll(() => signals.length).toBe(2)
    socket.destroy()
    await own.close(0)
    expect(log).toHaveLength(2)
  })
})
