import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAshbySimulator } from '../providers/ashby/simulator.js'
import { createJitsudoSimulator, simulatedTenantId } from '../providers/jitsudo/simulator.js'
import { createFaultPlan, type Fault } from './faults.js'
import { type RecordedRequest, type SimulatorHost, startSimulatorHost } from './host.js'
import { SimulatedLog } from './log.js'
import { sampleEvents, sampleStartMs } from './sample.js'

const nowMs = sampleStartMs + 86_400_000
const headers = { 'x-api-key': 'sim-key', 'x-tenant-id': simulatedTenantId }

let host: SimulatorHost | undefined
afterEach(async () => {
  await host?.close()
  host = undefined
})

async function start(fault?: Fault, onRequest?: (key: string, request: RecordedRequest) => void) {
  const log = new SimulatedLog()
  log.appendAll(sampleEvents(60))
  host = await startSimulatorHost(
    { access: createJitsudoSimulator({ log }), hiring: createAshbySimulator() },
    {
      now: () => nowMs,
      ...(fault && { faults: { access: createFaultPlan([{ fault }]) } }),
      ...(onRequest && { onRequest }),
    },
  )
  return host
}

function get(running: SimulatorHost, query = '', signal?: AbortSignal) {
  const init = { headers, redirect: 'manual', ...(signal && { signal }) } as const
  return fetch(`${running.account('access').baseUrl}/v1/audit-log${query}`, init)
}

/** Sends bytes as they are and gives everything that comes back until the connection ends. */
function sendRaw(running: SimulatorHost, text: string): Promise<string> {
  const { port } = new URL(running.account('access').baseUrl)
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      received += chunk.toString()
    })
    socket.on('error', () => resolve(received))
    socket.on('close', () => resolve(received))
  })
}

describe('startSimulatorHost', () => {
  it('serves every account at an address of its own and records what it was asked', async () => {
    const seen: string[] = []
    const running = await start(undefined, (key, { status }) => seen.push(`${key} ${status}`))
    const listing = await get(running, '?limit=2&action=updated')
    expect(await listing.json()).toMatchObject({ has_more: true, data: [{ id: 'e0059' }, { id: 'e0058' }] })
    const post = await fetch(`${running.baseUrls['hiring']}/auditLog.list`, {
      method: 'POST',
      body: '{"limit":1}',
    })
    expect(post.status).toBe(401)

    expect(seen).toEqual(['access 200', 'hiring 401'])
    expect(running.requestCount).toBe(2)
    expect(running.account('hiring').requests).toMatchObject([
      { number: 1, atMs: nowMs, method: 'POST', path: '/auditLog.list', body: '{"limit":1}', status: 401 },
    ])
    const [recorded] = running.account('access').requests
    expect(recorded?.query.get('action')).toBe('updated')
    running.account('access').clearRequests()
    expect(running.account('access').requestCount).toBe(0)
    expect(() => running.account('nobody')).toThrow('There is no simulated account nobody.')
  })

  it('closes at once although a request hangs', async () => {
    const running = await start({ kind: 'hang' })
    const pending = get(running).catch((error: unknown) => error)
    while (running.requestCount === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(running.account('access').requests[0]).toMatchObject({ fault: 'hang', status: undefined })
    await running.close()
    expect(await pending).toBeInstanceOf(Error)
  })

  it.each([
    ['nonsense', 'not http at all\r\n\r\n'],
    ['a broken path', 'GET /%zz?%=& HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    ['an absolute target', 'GET http://x/v1/audit-log HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    ['no end of the body', 'POST /v1/audit-log HTTP/1.1\r\nhost: x\r\ncontent-length: -3\r\n\r\n'],
  ])('survives %s', async (_name, text) => {
    const running = await start()
    await sendRaw(running, text)
    expect((await get(running)).status).toBe(200)
  })

  it('refuses a body over the limit', async () => {
    const running = await start()
    const url = `${running.baseUrls['hiring']}/auditLog.list`
    const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(1_100_000) }).catch(() => undefined)
    // The refusal may be cut off by the end of the connection.
    expect([413, undefined]).toContain(answer?.status)
    expect(running.account('hiring').requestCount).toBe(0)
  })
})

describe('faults on sockets', () => {
  it.each([
    [{ kind: 'status', status: 429, retryAfter: 3 }, 429, 'application/json'],
    [{ kind: 'status', status: 502, body: 'html' }, 502, 'text/html'],
    [{ kind: 'htmlOk' }, 200, 'text/html; charset=utf-8'],
    [{ kind: 'wrongContentType', contentType: 'text/csv' }, 200, 'text/csv'],
    [{ kind: 'emptyOk' }, 200, 'application/json; charset=utf-8'],
    [{ kind: 'noContent' }, 204, null],
    [{ kind: 'redirect', location: 'http://127.0.0.1:9/' }, 302, null],
    [{ kind: 'softFailure' }, 200, 'application/json; charset=utf-8'],
    [{ kind: 'delay', delayMs: 2 }, 200, 'application/json; charset=utf-8'],
  ] as const)('%j', async (fault, status, contentType) => {
    const answer = await get(await start(fault))
    await answer.arrayBuffer()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, contentType])
  })

  it.each([{ kind: 'resetBeforeHeaders' }, { kind: 'resetMidBody' }, { kind: 'cutBody' }] as const)(
    'breaks the connection for %j',
    async (fault) => {
      const running = await start(fault)
      await expect(get(running).then((answer) => answer.text())).rejects.toThrow()
      expect(running.account('access').requests[0]?.status).toBe(
        fault.kind === 'resetBeforeHeaders' ? undefined : 200,
      )
    },
  )

  it('sends a slow body byte by byte and whole', async () => {
    const answer = await get(await start({ kind: 'slowBody', intervalMs: 0 }), '?limit=1')
    expect(await answer.json()).toMatchObject({ data: [{ id: 'e0059' }] })
  })

  it('stops a slow body when its reader goes away', async () => {
    const running = await start({ kind: 'slowBody', intervalMs: 1 })
    const abort = new AbortController()
    const answer = await get(running, '', abort.signal)
    abort.abort()
    await expect(answer.text()).rejects.toThrow()
    await running.close()
  })

  it('sends compressed bodies that fetch unpacks', async () => {
    const answer = await get(await start({ kind: 'gzip' }), '?limit=1')
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.json()).toMatchObject({ has_more: true })
  })

  it('takes another plan while it runs', async () => {
    const running = await start({ kind: 'noContent' })
    expect((await get(running)).status).toBe(204)
    running.account('access').setFaults(undefined)
    expect((await get(running)).status).toBe(200)
    expect(running.account('access').requests.map((request) => request.fault)).toEqual([
      'noContent',
      undefined,
    ])
  })
})
