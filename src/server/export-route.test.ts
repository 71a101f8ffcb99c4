import { createServer, request as sendRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { anyEntry } from '../../test/support/export-entries.js'
import { FakeReader, fakeGateway } from '../../test/support/fake-gateway.js'
import { completeCoverage, pagedReader } from '../../test/support/paged-reader.js'
import type { AuditEntry } from '../model/entry.js'
import type { Reader } from '../reading/page.js'
import type { ExportReport } from './operation-report.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0)) await close()
})

const like = fc.sample(anyEntry, { numRuns: 1, seed: 1 })[0] as AuditEntry

/** Entries with ids that say their place; newest first. */
function entries(count: number, size = 10): readonly AuditEntry[] {
  const raw = 'x'.repeat(size)
  return Array.from({ length: count }, (_, index) => ({
    ...like,
    sourceKey: 'desk',
    upstreamId: String(index),
    occurredAtMs: like.occurredAtMs - index,
    raw,
  }))
}

const noMetrics = {
  operation: () => {},
  export: () => {},
  shed: () => {},
  render: async () => ({ contentType: 'text/plain', text: '' }),
}

const coverage = ['desk', 'vault'].map((key) => completeCoverage(key))

/** A server whose reader gives these pages; says what was read. */
async function serve(readPage: Reader['readPage'], options: Parameters<typeof fakeGateway>[1] = {}) {
  const reader = new FakeReader({ readPage })
  const { server, log } = fakeGateway(reader, options)
  const http = createServer(server.listener)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  closers.push(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  return { server, log, requests: reader.asked, url: `http://127.0.0.1:${port}/export` }
}

const pages = (count: number, size?: number) => pagedReader(entries(count, size), () => 50, coverage).readPage

/** A page that is never given, until its signal aborts; `begun` resolves when it is asked for. */
function hanging() {
  let onBegun = () => {}
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve
  })
  let onAborted = (_: unknown) => {}
  const aborted = new Promise<unknown>((resolve) => {
    onAborted = resolve
  })
  const readPage: Reader['readPage'] = ({ signal }) => {
    onBegun()
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        onAborted(signal.reason)
        reject(signal.reason)
      })
    })
  }
  return { readPage, begun, aborted }
}

describe('GET /export', () => {
  it('takes none on while the process has more to do than it can', async () => {
    const told: ExportReport[] = []
    const { url, requests, log } = await serve(pages(10), {
      processLoad: () => ({ eventLoopDelayMs: 0, heapUsed: 0.9 }),
      metrics: { ...noMetrics, export: (of) => told.push(of) },
    })
    const answer = await fetch(url)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(2)
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] })
    expect(requests).toEqual([])
    expect(told).toMatchObject([{ outcome: 'OVERLOADED', durationMs: null }])
    // One line for all refusals of ten seconds.
    expect(log).toMatchObject([{ level: 'warn', reason: 'HEAP', refused: 1 }])
  })

  it('reads a page when the one before was taken, as bulk work', async () => {
    const readPage = pages(120)
    const { server, url, requests, log } = await serve(async (request) => {
      server.noteUpstreamRequest(request.signal)
      return readPage(request)
    })
    const text = await (await fetch(url)).text()
    expect(text.trimEnd().split('\n')).toHaveLength(121)
    expect(requests.map(({ after }) => after)).toEqual([undefined, '50', '100'])
    expect(requests[0]).toMatchObject({ first: 500, priority: 'bulk', onSourceError: 'FAIL' })
    expect(log).toEqual([
      {
        level: 'info',
        status: 200,
        outcome: 'complete',
        rows: 120,
        durationMs: expect.any(Number),
        upstreamRequests: 3,
        sources: { desk: 'COMPLETE', vault: 'COMPLETE' },
      },
    ])
  })

  it('stops reading while the client takes nothing, and when it has gone', async () => {
    const { client, requests, log } = await stalled()
    expect(requests.length).toBeLessThan(100)
    expect(requests.length).toBeGreaterThan(1)
    client.destroy()
    await until(() => log.length === 1)
    expect(log[0]).toMatchObject({ outcome: 'clientGone' })
    const read = requests.length
    await untilStill(() => requests.length)
    expect(requests.length).toBe(read)
  })

  it('aborts the page under way when the client has gone', async () => {
    const { readPage, begun, aborted } = hanging()
    const { url } = await serve(readPage)
    const controller = new AbortController()
    const asked = fetch(url, { signal: controller.signal })
    await begun
    controller.abort()
    await expect(asked).rejects.toThrow()
    expect(await aborted).toMatchObject({ why: 'clientGone' })
  })

  it('breaks the connection off when the reading does, after a record that says why and where to go on', async () => {
    let read = 0
    const reader = pagedReader(
      entries(120),
      () => {
        read += 1
        return read > 2 ? 'fail' : 50
      },
      coverage,
    )
    const { url, log } = await serve(reader.readPage)
    const { text, isWhole } = await readRaw(url)
    expect(isWhole).toBe(false)
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(101)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      auditgraphError: {
        code: 'UPSTREAM_FAILED',
        failures: [{ source: 'desk', kind: 'UNAVAILABLE' }],
        after: '100',
      },
    })
    expect(log[0]).toMatchObject({
      outcome: 'UPSTREAM_FAILED',
      rows: 100,
      sources: { desk: 'FAILED UNAVAILABLE', vault: 'COMPLETE' },
    })
    const csv = await readRaw(`${url}?format=csv&after=100`)
    expect(csv.isWhole).toBe(true) // an error in place of an export
  })

  it.each(['1.0', '1.1'])('breaks the connection off for a client of HTTP/%s', async (httpVersion) => {
    let read = 0
    const reader = pagedReader(entries(120), () => (read > 2 ? 'fail' : 50), coverage)
    let answered = ''
    const { url, log } = await serve(async (request) => {
      read += 1
      // Node tells a client that has not read all of a reset connection that it has ended.
      if (read > 2) await until(() => /\b99\s+$/.test(answered))
      return reader.readPage(request)
    })
    const { host, port, pathname } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('data', (chunk) => {
      answered += String(chunk)
    })
    const ended = new Promise<unknown>((resolve) => {
      socket.on('error', resolve)
      socket.on('end', () => resolve('ended'))
    })
    const target = `${pathname}?format=csv&columns=upstreamId`
    socket.write(`GET ${target} HTTP/${httpVersion}\r\nHost: ${host}\r\n\r\n`)
    // Chunks tell by themselves that the last one is missing; without them only a reset does.
    if (httpVersion === '1.0') expect(await ended).toMatchObject({ code: 'ECONNRESET' })
    else expect(await ended).toBe('ended')
    expect(answered).not.toMatch(/\r\n0\r\n\r\n$/)
    expect(log[0]).toMatchObject({ outcome: 'UPSTREAM_FAILED', rows: 100 })
  })

  it('masks what nobody foresaw', async () => {
    const { url, log } = await serve(async () => {
      throw new Error('a secret of ours')
    })
    const response = await fetch(url)
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { id: 'error-id' } }] })
    expect(text).not.toContain('secret')
    expect(log[0]).toMatchObject({ level: 'error', errorId: 'error-id' })
  })

  it('serves two at once and tells a third when to ask again', async () => {
    const { readPage, begun } = hanging()
    const told: ExportReport[] = []
    const { url, log } = await serve(readPage, { metrics: { ...noMetrics, export: (of) => told.push(of) } })
    const controller = new AbortController()
    const others = [1, 2].map(() => fetch(url, { signal: controller.signal }).catch(() => {}))
    await begun
    await until(async () => (await refusedBy(url)) === 503)
    const refused = await fetch(url)
    expect(refused.headers.get('retry-after')).toBe('30')
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_EXPORTS' } }] })
    const line = { level: 'info', status: 503, outcome: 'TOO_MANY_EXPORTS', rows: 0, upstreamRequests: 0 }
    expect(log.at(-1)).toEqual({ ...line, durationMs: 0 })
    expect(told.at(-1)).toMatchObject({ outcome: 'TOO_MANY_EXPORTS', durationMs: null })
    controller.abort()
    await Promise.all(others)
    await until(() => told.at(-1)?.outcome === 'clientGone')
  })

  it.each([
    ['POST', {}, 405, 'METHOD_NOT_ALLOWED'],
    ['GET', { 'sec-fetch-site': 'cross-site' }, 403, 'CROSS_SITE_REQUEST'],
    ['GET', { 'sec-fetch-site': 'same-site', origin: 'https://other.example' }, 403, 'CROSS_SITE_REQUEST'],
  ])('refuses %s with %j', async (method, headers, status, code) => {
    const { url, requests } = await serve(pages(1), { allowedOrigins: ['https://console.example'] })
    const { status: answered, text } = await readRaw(url, { method, headers })
    expect(answered).toBe(status)
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code } }] })
    expect(requests).toEqual([])
  })

  it('lets pages of allowed origins read', async () => {
    const { url } = await serve(pages(1), { allowedOrigins: ['https://console.example'] })
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://console.example' }
    const answer = await readRaw(url, { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe('https://console.example')
  })

  it('that has not begun is refused when the server stops and it does not end in time', async () => {
    const { readPage, begun, aborted } = hanging()
    const { url, server, log } = await serve(readPage)
    const asked = fetch(url)
    await begun
    await server.drain(1)
    expect(await aborted).toMatchObject({ why: 'shutdown' })
    const answer = await asked
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] },
    ])
    expect(log[0]).toMatchObject({ status: 503, outcome: 'shutdown' })
    expect((await fetch(url)).status).toBe(503)
  })

  it.each(['', '?gzip=true'])(
    'that has begun says where to go on when the server stops and it does not end in time %s',
    async (search) => {
      const { readPage: hang, begun } = hanging()
      const first = pages(120)
      const { url, server, log } = await serve((request) => (request.after ? hang(request) : first(request)))
      const asked = readRaw(`${url}${search}`)
      await begun
      await server.drain(1)
      const { bytes, isWhole } = await asked
      expect(isWhole).toBe(false)
      const lines = String(search ? gunzipSync(bytes) : bytes)
        .trimEnd()
        .split('\n')
      expect(lines).toHaveLength(51)
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
        auditgraphError: {
          code: 'SHUTTING_DOWN',
          message: 'The gateway is stopping. Ask again.',
          after: '50',
        },
      })
      expect(log[0]).toMatchObject({ status: 200, outcome: 'shutdown', rows: 50 })
    },
  )

  it('is cut a second after that when its client takes nothing', { timeout: 20_000 }, async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, server, log } = await stalled()
    const drained = server.drain(3_000)
    await vi.advanceTimersByTimeAsync(3_999)
    expect(log).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await drained
    expect(log[0]).toMatchObject({ outcome: 'shutdown' })
    client.destroy()
  })
})

/** An export whose client takes nothing, once the server reads on no more. */
async function stalled() {
  // 50 rows of 20 kB a page: what the system buffers is a few pages.
  const served = await serve(pages(50_000, 20_000))
  const client = sendRequest(served.url)
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) => {
    client.on('response', resolve)
    client.end()
  })
  response.pause()
  await untilStill(() => served.requests.length)
  return { ...served, client }
}

async function refusedBy(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(200) }).catch(() => null)
  return response?.status ?? 0
}

interface RawOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Reads an answer whether or not it is whole; fetch would throw what it has got away. */
function readRaw(url: string, options: RawOptions = {}) {
  return new Promise<{
    readonly status: number | undefined
    readonly headers: import('node:http').IncomingHttpHeaders
    readonly bytes: Buffer
    readonly text: string
    readonly isWhole: boolean
  }>((resolve, reject) => {
    const client = sendRequest(url, options, (response) => {
      const chunks: Buffer[] = []
      const end = () => {
        const { statusCode: status, headers, complete: isWhole } = response
        const bytes = Buffer.concat(chunks)
        resolve({ status, headers, bytes, text: String(bytes), isWhole })
      }
      response.on('data', (chunk: Buffer) => void chunks.push(chunk))
      response.on('end', end)
      response.on('error', end)
    })
    client.on('error', reject)
    client.end()
  })
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits until a number has not changed for many turns of the event loop. */
async function untilStill(number: () => number): Promise<void> {
  let last = number()
  for (let still = 0; still < 5_000; still += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (number() === last) continue
    last = number()
    still = 0
  }
}
