import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isFailure, type SourceFailure } from '../model/failure.js'
import type { UpstreamRequest, UpstreamResponse } from '../model/provider.js'
import { createUpstreamClient, type UpstreamClient } from './client.js'
import { type UpstreamLimits, upstreamLimits } from './limits.js'

const request: UpstreamRequest = { method: 'GET', path: '/log', query: [], headers: {} }
const never = new AbortController().signal
const token = 'canary-token'

/** Far away: a test whose outcome is not a time-out must not meet one, however slow the machine. */
const patient: Partial<UpstreamLimits> = { connectMs: 30_000, headersMs: 30_000, bodyMs: 30_000 }

const closers: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function client(limits: Partial<UpstreamLimits> = patient, now = () => 1_000): UpstreamClient {
  const made = createUpstreamClient({ now, userAgent: 'auditgraph/test', limits })
  closers.push(() => made.close())
  return made
}

function account(baseUrl: string) {
  return { baseUrl, authorization: () => ({ authorization: `Bearer ${token}` }) }
}

interface Host {
  readonly baseUrl: string
  readonly sockets: Socket[]
  readonly server: Server
}

/** A raw TCP server, so that a test can break every rule of HTTP. `onHead` gets the text of each request's head. */
async function host(onHead: (socket: Socket, head: string) => void): Promise<Host> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (!text.includes('\r\n\r\n')) return
      const head = text
      text = ''
      onHead(socket, head)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { baseUrl: `http://127.0.0.1:${address.port}`, sockets, server }
}

/** Waits until every socket is closed. `once` of node:events would reject on a reset, which is a way to close. */
async function allClosed(sockets: readonly Socket[]): Promise<void> {
  expect(sockets).not.toHaveLength(0)
  for (const socket of sockets) {
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  }
}

function answer(body: Buffer | string, headers: readonly string[] = [], status = '200 OK'): Buffer {
  const bytes = Buffer.from(body)
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${bytes.length}`, ...headers, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

async function ask(
  reply: Buffer | string,
  limits?: Partial<UpstreamLimits>,
): Promise<UpstreamResponse | SourceFailure> {
  const { baseUrl } = await host((socket) => socket.write(reply))
  return client(limits).send(account(baseUrl), request, never)
}

function failureOf(outcome: UpstreamResponse | SourceFailure): SourceFailure {
  if (!isFailure(outcome)) throw new Error(`expected a failure, got status ${outcome.status}`)
  expect(JSON.stringify(outcome)).not.toContain(token)
  expect(JSON.stringify(outcome)).not.toContain('127.0.0.1')
  return outcome
}

function responseOf(outcome: UpstreamResponse | SourceFailure): UpstreamResponse {
  if (isFailure(outcome)) throw new Error(`expected a response, got ${outcome.kind}: ${outcome.message}`)
  return outcome
}

describe('what is sent', () => {
  it('has method, path below the base path, query in order, headers, credentials and body', async () => {
    const heads: string[] = []
    const { baseUrl } = await host((socket, head) => {
      heads.push(head)
      socket.write(answer('{}'))
    })
    const outcome = await client().send(
      account(`${baseUrl}/base/v1`),
      {
        method: 'POST',
        path: '/log/a%2Fb',
        query: [
          ['z', 'ü &='],
          ['a', '1'],
          ['z', '2'],
        ],
        headers: { 'Content-Type': 'application/json', Accept: 'application/json; version=1' },
        body: '{"limit":5}',
      },
      never,
    )
    expect(responseOf(outcome).body).toBe('{}')
    const [head = ''] = heads
    expect(head).toMatch(/^POST \/base\/v1\/log\/a%2Fb\?z=%C3%BC\+%26%3D&a=1&z=2 HTTP\/1\.1\r\n/)
    const lines = head.toLowerCase().split('\r\n')
    expect(lines).toContain('accept: application/json; version=1')
    expect(lines).toContain('accept-encoding: identity')
    expect(lines).toContain('content-type: application/json')
    expect(lines).toContain('user-agent: auditgraph/test')
    expect(lines).toContain(`authorization: bearer ${token}`)
    expect(lines).toContain('content-length: 11')
    expect(lines.filter((line) => line.startsWith('accept:'))).toHaveLength(1)
    expect(head.endsWith('\r\n\r\n{"limit":5}')).toBe(true)
  })

  it.each(['/a/../b', '/a/%2e%2e/b', '/x\r\nHost: evil', '/x?y=1', '/x#y', 'x'])(
    'is nothing when the path is %j',
    async (path) => {
      const connections: string[] = []
      const { baseUrl } = await host((_, head) => connections.push(head))
      const sent = client().send(account(baseUrl), { ...request, path }, never)
      await expect(sent).rejects.toThrow(/percent-encoded/)
      expect(connections).toEqual([])
    },
  )

  it('is nothing when a header holds a line break, and the error does not show it', async () => {
    const { baseUrl } = await host((socket) => socket.write(answer('{}')))
    const headers = { 'x-id': 'canary\r\nhost: evil' }
    const error: unknown = await client()
      .send(account(baseUrl), { ...request, headers }, never)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).not.toContain('canary')
  })

  it('goes over connections that are kept: two for any number of requests that follow one another', async () => {
    const { baseUrl, sockets } = await host((socket) => socket.write(answer('{}')))
    const sender = client()
    for (let count = 0; count < 6; count += 1) {
      responseOf(await sender.send(account(baseUrl), request, never))
    }
    // undici gives a connection back one turn of the event loop after its answer, so two take turns.
    expect(sockets.length).toBeLessThanOrEqual(2)
  })
})

describe('an answer', () => {
  it('has its status, joined headers in lower case, body and time of arrival', async () => {
    const reply = answer('{"ä":1}', ['X-Request-ID: r1', 'Warning: a', 'WARNING: b'], '429 Too Many')
    expect(responseOf(await ask(reply))).toEqual({
      status: 429,
      headers: { 'content-length': '8', 'x-request-id': 'r1', warning: 'a, b' },
      body: '{"ä":1}',
      receivedAtMs: 1_000,
    })
  })

  it('without a length ends with its connection, whatever it is', async () => {
    for (const [type, body] of [
      ['application/json', '{"a": [1]}\n'],
      ['application/json', '[]'],
      ['application/problem+json', '{}'],
      ['text/csv', 'a,b'],
    ]) {
      const { baseUrl } = await host((socket) =>
        socket.end(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n${body}`),
      )
      expect(responseOf(await client().send(account(baseUrl), request, never)).body).toBe(body)
    }
  })

  it('may have header names that are properties of every object', async () => {
    const reply = answer('{}', ['__proto__: x', 'constructor: y', 'constructor: z', 'toString: t'])
    const { headers } = responseOf(await ask(reply))
    expect(headers['constructor']).toBe('y, z')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(Object.getPrototypeOf(headers)).toBeNull()
  })

  it('may come after 100 Continue and 103 Early Hints', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'
    const outcome = await ask(Buffer.concat([Buffer.from(early), answer('{}')]))
    expect(responseOf(outcome)).toMatchObject({ status: 200, body: '{}' })
  })

  it.each([301, 302, 307, 308])('of %i is handed on, and the redirect is not followed', async (status) => {
    const { baseUrl, sockets } = await host((socket) =>
      socket.write(answer('', ['Location: /elsewhere'], `${status} Moved`)),
    )
    const outcome = responseOf(await client().send(account(baseUrl), request, never))
    expect(outcome).toMatchObject({ status, headers: { location: '/elsewhere' } })
    expect(sockets).toHaveLength(1)
  })

  it.each([
    ['gzip', gzipSync('{"a":1}')],
    ['GZIP', gzipSync('{"a":1}')],
    ['x-gzip', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['br', brotliCompressSync('{"a":1}')],
    ['identity', Buffer.from('{"a":1}')],
  ])('in the coding %s is decoded', async (coding, bytes) => {
    expect(responseOf(await ask(answer(bytes, [`Content-Encoding: ${coding}`]))).body).toBe('{"a":1}')
  })

  it.each([
    ['a list of codings', answer(gzipSync(gzipSync('{}')), ['Content-Encoding: gzip, gzip'])],
    ['an unknown coding', answer('{}', ['Content-Encoding: toString'])],
    ['cut gzip', answer(gzipSync('{"a":1}').subarray(0, 12), ['Content-Encoding: gzip'])],
    ['plain text called gzip', answer('{}', ['Content-Encoding: gzip'])],
    ['invalid UTF-8', answer(Buffer.from([0x22, 0xc3, 0x28, 0x22]))],
    ['not HTTP', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n\r\n')],
    ['an endless head', Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`)],
  ])('that is %s is INVALID_RESPONSE', async (_, reply) => {
    expect(failureOf(await ask(reply)).kind).toBe('INVALID_RESPONSE')
  })

  it('up to the limit passes; one byte more is INVALID_RESPONSE that names the limit', async () => {
    const limits = { ...patient, bodyBytesMax: 1_000 }
    expect(responseOf(await ask(answer('x'.repeat(1_000)), limits)).body).toHaveLength(1_000)
    const failure = failureOf(await ask(answer('x'.repeat(1_001), ['X-Request-Id: r2']), limits))
    expect(failure).toMatchObject({ kind: 'INVALID_RESPONSE', httpStatus: 200, traceId: 'r2' })
    expect(failure.message).toContain('1000 bytes')
    expect(failure.remedy).toContain('upstream.bodyBytesMax')
  })

  it('over the limit closes its socket', async () => {
    const { baseUrl, sockets } = await host((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nmore than ten bytes'),
    )
    failureOf(await client({ ...patient, bodyBytesMax: 10 }).send(account(baseUrl), request, never))
    await allClosed(sockets)
  })

  it('that unfolds beyond the limit is INVALID_RESPONSE', async () => {
    const bomb = answer(gzipSync(Buffer.alloc(5 * 1024 * 1024)), ['Content-Encoding: gzip'])
    const failure = failureOf(await ask(bomb))
    expect(failure).toMatchObject({ kind: 'INVALID_RESPONSE' })
    expect(failure.message).toContain('4 MiB')
    expect(failure.remedy).toContain('upstream.bodyBytesMax')
  })

  it.each([
    ['too large', answer('x'.repeat(1_001), [], '502 Bad Gateway')],
    ['not UTF-8', answer(Buffer.from([0xe4]), [], '502 Bad Gateway')],
  ])('with an error status keeps it when its body is %s', async (_, reply) => {
    const outcome = await ask(reply, { ...patient, bodyBytesMax: 1_000 })
    expect(responseOf(outcome)).toMatchObject({ status: 502, body: '' })
  })
})

describe('a broken connection is UNREACHABLE', () => {
  it('when refused', async () => {
    const { baseUrl, server } = await host(() => {})
    server.close()
    await once(server, 'close')
    const failure = failureOf(await client().send(account(baseUrl), request, never))
    expect(failure).toMatchObject({ kind: 'UNREACHABLE', retryable: true })
    expect(failure.message).toContain('ECONNREFUSED')
    expect(failure.remedy).toMatch(/^Check the base URL/)
  })

  it('when no such host is known', async () => {
    const failure = failureOf(await client().send(account('http://nowhere.invalid'), request, never))
    expect(failure.kind).toBe('UNREACHABLE')
    expect(failure.message).not.toContain('nowhere')
  })

  it.each([
    ['reset before the head', (socket: Socket) => socket.resetAndDestroy()],
    ['closed before the head', (socket: Socket) => socket.end()],
    ['closed in the head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    ['cut in the body', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"a"')],
    [
      'cut in a chunked body',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n'),
    ],
    [
      'cut in JSON that has no length',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a": [1, 2'),
    ],
    [
      'reset in the body',
      (socket: Socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"a"', () => socket.resetAndDestroy()),
    ],
    [
      'switched to another protocol',
      (socket: Socket) => socket.write('HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n'),
    ],
  ])('when %s', async (_, breakOff) => {
    const { baseUrl } = await host(breakOff)
    const failure = failureOf(await client().send(account(baseUrl), request, never))
    expect(failure).toMatchObject({ kind: 'UNREACHABLE', retryable: true })
    expect(failure.remedy).toMatch(/^Ask again\. .* see what ends the connections/)
  })

  it('when the host does not speak TLS', async () => {
    const { baseUrl, server } = await host(() => {})
    server.on('connection', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const outcome = await client().send(account(baseUrl.replace('http:', 'https:')), request, never)
    expect(failureOf(outcome)).toMatchObject({
      kind: 'UNREACHABLE',
      retryable: false,
      remedy: expect.stringContaining('begin with http'),
    })
  })

  it('when the client is closed, before or meanwhile', async () => {
    const { baseUrl, server } = await host(() => {})
    const sender = client()
    const meanwhile = sender.send(account(baseUrl), request, never)
    await once(server, 'connection')
    await sender.close()
    for (const outcome of [await meanwhile, await sender.send(account(baseUrl), request, never)]) {
      expect(failureOf(outcome)).toMatchObject({
        kind: 'UNREACHABLE',
        remedy: expect.not.stringMatching('base URL'),
      })
    }
  })
})

/** The clock of the timeouts stands still but for `advance`; sockets live in real time. The limits are the defaults. */
describe('time', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())
  const { connectMs, headersMs, bodyMs } = upstreamLimits

  /** Something that a test waits for. */
  function event() {
    let happen = () => {}
    const happened = new Promise<void>((resolve) => {
      happen = resolve
    })
    return { happened, happen: () => happen() }
  }

  /** Passes time, of which only the last millisecond may end anything. */
  async function advance(durationMs: number, settled: () => boolean): Promise<void> {
    await vi.advanceTimersByTimeAsync(durationMs - 1)
    expect(settled()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
  }

  /** Sends a request and tells when it has ended. */
  function begin(sender: UpstreamClient, baseUrl: string, path = request.path) {
    let isSettled = false
    const outcome = sender.send(account(baseUrl), { ...request, path }, never).finally(() => {
      isSettled = true
    })
    return { outcome, settled: () => isSettled }
  }

  it('for the head runs out on a provider that never answers, and closes the socket', async () => {
    const asked = event()
    const { baseUrl, sockets } = await host(() => asked.happen())
    const { outcome, settled } = begin(client({}), baseUrl)
    await asked.happened
    await advance(headersMs, settled)
    expect(failureOf(await outcome)).toMatchObject({
      kind: 'TIMEOUT',
      retryable: true,
      message: 'The provider did not begin to answer within 4 seconds.',
    })
    await allClosed(sockets)
  })

  it('for the body runs out however often a byte comes', async () => {
    const { baseUrl, sockets } = await host((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n'),
    )
    const headRead = event()
    const sender = client({}, () => {
      headRead.happen()
      return 1_000
    })
    const { outcome, settled } = begin(sender, baseUrl)
    await headRead.happened
    const stepMs = 1_000
    for (let passedMs = 0; passedMs < bodyMs - stepMs; passedMs += stepMs) {
      sockets[0]?.write('x')
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
      await vi.advanceTimersByTimeAsync(stepMs)
    }
    await advance(stepMs, settled)
    expect(failureOf(await outcome)).toMatchObject({
      kind: 'TIMEOUT',
      httpStatus: 200,
      message: 'The provider did not finish its answer within 8 seconds.',
    })
    await allClosed(sockets)
  })

  it('for a connection runs out while all are in use, and the request is then never sent', async () => {
    const heads: string[] = []
    const asked = event()
    const { baseUrl, sockets } = await host((_, head) => {
      heads.push(head)
      asked.happen()
    })
    const sender = client({ connectionsMax: 1 })
    const first = begin(sender, baseUrl)
    await asked.happened
    const second = begin(sender, baseUrl, '/second')
    await advance(connectMs, second.settled)
    expect(failureOf(await second.outcome).message).toBe('No connection to the provider within 2 seconds.')
    expect(first.settled()).toBe(false)
    await vi.advanceTimersByTimeAsync(headersMs)
    failureOf(await first.outcome)
    await allClosed(sockets)
    expect(heads.some((head) => head.includes('/second'))).toBe(false)
  })
})

describe('the signal of the caller', () => {
  it('closes the socket at once, and its reason is thrown', async () => {
    const controller = new AbortController()
    const reason = new Error('the client went away')
    const { baseUrl, sockets } = await host(() => controller.abort(reason))
    await expect(client().send(account(baseUrl), request, controller.signal)).rejects.toBe(reason)
    expect(sockets).toHaveLength(1)
    await allClosed(sockets)
  })

  it('closes the socket in the middle of a body, too', async () => {
    const controller = new AbortController()
    const { baseUrl, sockets } = await host((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"a"', () => controller.abort()),
    )
    const sent = client().send(account(baseUrl), request, controller.signal)
    await expect(sent).rejects.toHaveProperty('name', 'AbortError')
    await allClosed(sockets)
  })

  it('aborted before, sends nothing', async () => {
    const { baseUrl, sockets } = await host(() => {})
    const sent = client().send(account(baseUrl), request, AbortSignal.abort(new Error('gone')))
    await expect(sent).rejects.toThrow('gone')
    expect(sockets).toHaveLength(0)
  })

  it('aborted by a deadline is TIMEOUT of the source', async () => {
    const controller = new AbortController()
    const { baseUrl } = await host(() => controller.abort(new DOMException('late', 'TimeoutError')))
    const failure = failureOf(await client().send(account(baseUrl), request, controller.signal))
    expect(failure.kind).toBe('TIMEOUT')
  })

  it('is let go when the exchange ends', async () => {
    const { baseUrl } = await host((socket) => socket.write(answer('{}')))
    const controller = new AbortController()
    const added: string[] = []
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      added.push(args[0])
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      added.pop()
      remove(...args)
    }
    responseOf(await client().send(account(baseUrl), request, signal))
    expect(added).toEqual([])
  })
})

describe('limits', () => {
  it.each([
    { connectMs: 0 },
    { connectMs: 5_000 },
    { headersMs: 9_000 },
    { bodyBytesMax: 0 },
    { connectionsMax: 0.5 },
    { bodyMs: Number.POSITIVE_INFINITY },
  ])('%j are refused', (limits) => {
    expect(() => createUpstreamClient({ now: () => 0, userAgent: 'x', limits })).toThrow(RangeError)
  })
})
