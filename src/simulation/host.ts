/** Serves simulators over real HTTP on loopback, one server per account, and lets their faults happen on sockets. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Simulator, SimulatorRequest } from './exchange.js'
import { applyFault, type Fault, type FaultedResponse, type FaultPlan } from './faults.js'

/** What an account was asked and what it said. */
export interface RecordedRequest {
  /** From 1, counted per account. */
  readonly number: number
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Status that was sent; undefined where a fault let none be sent. */
  readonly status: number | undefined
  readonly fault: Fault['kind'] | undefined
}

interface HostedAccount {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly baseUrl: string
  readonly simulator: Simulator
  /** Requests so far, also those no longer recorded. */
  readonly requestCount: number
  /** The latest requests, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Puts another plan in place, or none, from the next request on. Request numbers go on. */
  setFaults(plan: FaultPlan | undefined): void
  /** Forgets the requests recorded and counts from 1 again. */
  clearRequests(): void
}

export interface SimulatorHost {
  /** The account of a key. Throws a RangeError when there is none. */
  account(key: string): HostedAccount
  /** Base URL per account. */
  readonly baseUrls: Readonly<Record<string, string>>
  /** Requests over all accounts. */
  readonly requestCount: number
  /** Stops listening and ends every connection at once, also those that hang. */
  close(): Promise<void>
}

export interface SimulatorHostOptions {
  /** UTC milliseconds. */
  readonly now: () => number
  /** A plan per account. */
  readonly faults?: Readonly<Record<string, FaultPlan>>
  /** Called once an answer is decided on, before it is sent. */
  readonly onRequest?: (key: string, request: RecordedRequest) => void
  /** Requests kept per account; 10,000 when left out. */
  readonly recordMax?: number
}

/** Request bodies beyond this many bytes are refused with 413. */
const bodyMax = 1_048_576

/** Starts a server for every account on a free port of 127.0.0.1. */
export async function startSimulatorHost(
  simulators: Readonly<Record<string, Simulator>>,
  options: SimulatorHostOptions,
): Promise<SimulatorHost> {
  const accounts = new Map<string, AccountServer>()
  try {
    for (const [key, simulator] of Object.entries(simulators)) {
      const account = new AccountServer(key, simulator, options)
      accounts.set(key, account)
      await account.listen()
    }
  } catch (error) {
    await Promise.all([...accounts.values()].map((account) => account.close()))
    throw error
  }
  return {
    account: (key) => {
      const account = accounts.get(key)
      if (account === undefined) throw new RangeError(`There is no simulated account ${key}.`)
      return account
    },
    baseUrls: Object.fromEntries([...accounts].map(([key, account]) => [key, account.baseUrl])),
    get requestCount() {
      return [...accounts.values()].reduce((sum, account) => sum + account.requestCount, 0)
    },
    close: async () => {
      await Promise.all([...accounts.values()].map((account) => account.close()))
    },
  }
}

class AccountServer implements HostedAccount {
  readonly simulator: Simulator
  baseUrl = ''
  requestCount = 0
  readonly requests: RecordedRequest[] = []
  readonly #key: string
  readonly #options: SimulatorHostOptions
  readonly #server: Server
  readonly #timers = new Set<NodeJS.Timeout>()
  #faults: FaultPlan | undefined

  constructor(key: string, simulator: Simulator, options: SimulatorHostOptions) {
    this.#key = key
    this.simulator = simulator
    this.#options = options
    this.#faults = options.faults?.[key]
    this.#server = createServer((request, response) => {
      // A caller that goes away while its body is read is not our trouble.
      this.#serve(request, response).catch(() => response.destroy())
    })
    // Bytes that are not HTTP: the connection ends.
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  setFaults(plan: FaultPlan | undefined): void {
    this.#faults = plan
  }

  clearRequests(): void {
    this.requests.length = 0
    this.requestCount = 0
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address()
        if (address !== null && typeof address === 'object') {
          this.baseUrl = `http://127.0.0.1:${address.port}`
        }
        resolve()
      })
    })
  }

  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming)
    if (body === undefined) {
      outgoing.writeHead(413, { connection: 'close' }).end()
      return
    }
    const request = toRequest(incoming, body)
    const atMs = this.#options.now()
    this.requestCount += 1
    const number = this.requestCount
    const answer = this.simulator.handle(request, atMs)
    const fault = this.#faults?.next(request, number)
    const faulted = applyFault(fault, answer, this.simulator.provider, atMs)
    const isSilent = fault?.kind === 'hang' || fault?.kind === 'resetBeforeHeaders'
    const record: RecordedRequest = {
      ...request,
      number,
      atMs,
      status: isSilent ? undefined : faulted.status,
      fault: fault?.kind,
    }
    this.requests.push(record)
    if (this.requests.length > (this.#options.recordMax ?? 10_000)) this.requests.shift()
    this.#options.onRequest?.(this.#key, record)
    this.#deliver(faulted, outgoing, request.method === 'HEAD')
  }

  #deliver(answer: FaultedResponse, outgoing: ServerResponse, isHead: boolean): void {
    const { status, body, delivery } = answer
    const length = delivery.kind === 'cut' ? delivery.announced : body.byteLength
    const headers = { ...answer.headers, ...(status !== 204 && { 'content-length': String(length) }) }
    switch (delivery.kind) {
      case 'whole':
        this.#later(delivery.delayMs, () =>
          outgoing.writeHead(status, headers).end(isHead ? undefined : body),
        )
        return
      case 'slow':
        outgoing.writeHead(status, headers)
        this.#drip(body, 0, delivery.intervalMs, outgoing)
        return
      case 'cut':
        outgoing.writeHead(status, headers)
        outgoing.write(body, () => outgoing.socket?.end())
        return
      case 'resetMidBody':
        outgoing.writeHead(status, headers)
        outgoing.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => reset(outgoing))
        return
      case 'resetBeforeHeaders':
        reset(outgoing)
        return
      case 'hang':
        return
    }
  }

  #drip(body: Uint8Array, index: number, intervalMs: number, outgoing: ServerResponse): void {
    if (outgoing.destroyed) return
    if (index >= body.byteLength) {
      outgoing.end()
      return
    }
    outgoing.write(body.subarray(index, index + 1))
    this.#later(intervalMs, () => this.#drip(body, index + 1, intervalMs, outgoing))
  }

  #later(delayMs: number, act: () => void): void {
    if (delayMs <= 0) {
      act()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, delayMs)
    this.#timers.add(timer)
  }
}

function reset(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy()
}

/** The body as text, or undefined when it is over the limit. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    // Without an encoding set, the chunks of a request are buffers.
    const bytes = chunk as Buffer
    size += bytes.byteLength
    if (size > bodyMax) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

function toRequest(incoming: IncomingMessage, body: string): SimulatorRequest {
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    body,
  }
}
