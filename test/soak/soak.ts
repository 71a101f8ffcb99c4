import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadConfig } from '../../src/config/load-config.js'
import { createGateway } from '../../src/gateway.js'
import { builtInProviders, createRegistry } from '../../src/providers/registry.js'
import { listen } from '../../src/server/listen.js'
import { startDemo } from '../../src/simulation/demo.js'
import { createFaultPlan, type FaultRule } from '../../src/simulation/faults.js'
import { SeededRandom } from '../../src/simulation/random.js'

/** What a soak found. All but the counts of answers must be as the tests say. */
export interface SoakResult {
  /** Answers by what they are: `200 OK`, `200 UPSTREAM_FAILED`, `503 OVERLOADED`, `left` by a caller that went away. */
  readonly answers: Readonly<Record<string, number>>
  /** What was wrong with an answer, at most ten. */
  readonly wrong: readonly string[]
  /** Promises that rejected with nobody to see it. */
  readonly unhandled: readonly string[]
  /** Lines of the log that tell an internal error. */
  readonly internalErrors: readonly string[]
  /** The gateway's own count of what it works on, when all callers have gone. */
  readonly operationsLeft: number
  /** Sockets and timers of the process, by type: before the gateway started and after it closed. */
  readonly resourcesBefore: Readonly<Record<string, number>>
  readonly resourcesAfter: Readonly<Record<string, number>>
  /** Heap in use after a full collection, in bytes, at tenths of the way. */
  readonly heapBytes: readonly number[]
  readonly slowestMs: number
}

interface SoakOptions {
  readonly requests: number
  readonly concurrency: number
  readonly seed: number
}

/** Deadline of each request in milliseconds, shorter than the time limits of attempts so that hangs cost little. */
const deadlineMs = 400

/** What goes wrong at each provider, by chance; together about one request in six. */
const faults: readonly FaultRule[] = [
  { fault: { kind: 'status', status: 429, retryAfter: 1 }, probability: 0.02 },
  { fault: { kind: 'status', status: 429 }, probability: 0.01 },
  { fault: { kind: 'status', status: 500 }, probability: 0.02 },
  { fault: { kind: 'status', status: 502, body: 'html' }, probability: 0.02 },
  { fault: { kind: 'status', status: 503, body: 'empty' }, probability: 0.01 },
  { fault: { kind: 'resetBeforeHeaders' }, probability: 0.02 },
  { fault: { kind: 'resetMidBody' }, probability: 0.02 },
  { fault: { kind: 'cutBody' }, probability: 0.02 },
  { fault: { kind: 'truncatedJson' }, probability: 0.02 },
  { fault: { kind: 'hang' }, probability: 0.004 },
  { fault: { kind: 'slowBody', intervalMs: 20 }, probability: 0.004 },
  { fault: { kind: 'wrongContentType' }, probability: 0.01 },
  { fault: { kind: 'emptyOk' }, probability: 0.01 },
  { fault: { kind: 'softFailure' }, probability: 0.01 },
  { fault: { kind: 'invalidUtf8' }, probability: 0.01 },
  { fault: { kind: 'hugeBody', bytes: 5_000_000 }, probability: 0.001 },
  { fault: { kind: 'gzip', bytes: 20_000_000 }, probability: 0.001 },
]

/** Now and then the heap may be looked at from far inside a test runner, which has no switch for it. */
const collectGarbage = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/**
 * Sends requests over sockets to a gateway over the four simulated providers, whose answers go wrong in every way there
 * is, from callers some of which go away or send nonsense. Gives what it found; takes some 15 ms a request.
 */
export async function runSoak({ requests, concurrency, seed }: SoakOptions): Promise<SoakResult> {
  const unhandled: string[] = []
  const onUnhandled = (reason: unknown) => void unhandled.push(String(reason))
  process.on('unhandledRejection', onUnhandled)
  const resourcesBefore = resources()
  const demo = await startDemo({ now: Date.now, seed, days: 20 })
  for (const [index, { key }] of demo.sources.entries()) {
    demo.host.account(key).setFaults(createFaultPlan(faults, seed + index))
  }
  const internalErrors: string[] = []
  const gateway = openGateway(demo.sources, internalErrors)
  const listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
  const callers = new Callers(listening.url, seed)
  const heapBytes: number[] = []
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    const end = Math.floor((requests * tenth) / 10)
    await Promise.all(Array.from({ length: concurrency }, () => callers.sendUntil(end)))
    collectGarbage()
    heapBytes.push(process.memoryUsage().heapUsed)
  }
  callers.close()
  await until(() => gateway.server.load().operations === 0)
  const operationsLeft = gateway.server.load().operations
  await listening.close(1_000)
  await gateway.close()
  await demo.close()
  await until(() => sameResources(resourcesBefore, resources()))
  process.off('unhandledRejection', onUnhandled)
  const { answers, wrong, slowestMs } = callers
  return {
    ...{ answers, wrong, slowestMs, unhandled, internalErrors, operationsLeft, heapBytes },
    ...{ resourcesBefore, resourcesAfter: resources() },
  }
}

function openGateway(sources: readonly object[], internalErrors: string[]) {
  const registry = createRegistry(builtInProviders)
  // JSON is YAML.
  const text = JSON.stringify({ cursorSecret: 'a-secret-of-this-test', sources })
  const loaded = loadConfig({ text, env: {}, registry })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const error = (line: unknown) => void internalErrors.push(JSON.stringify(line))
  return createGateway({
    config: loaded.ok,
    registry,
    now: Date.now,
    logger: { info: () => {}, warn: () => {}, error },
    // What is kept on purpose reaches its bound soon, so that what grows after that is a leak.
    limits: { reading: { readAheadRows: 500 } },
  })
}

const documents: readonly string[] = [
  '{ auditEntries(first: 20) { nodes { id occurredAt summary raw } complete coverage { state error { kind } } } }',
  '{ auditEntries(first: 100, order: OLDEST_FIRST) { nodes { id } pageInfo { endCursor hasNextPage } } }',
  '{ auditEntries(first: 5, filter: { search: "a" }) { nodes { summary } coverage { state } } }',
  '{ auditEntries(first: 5, onSourceError: FAIL) { nodes { summary } } }',
  '{ auditEntries(first: 1) { totalCount } }',
  '{ sources { key displayName } }',
  '{ auditEntries(first: 0) { complete } }',
  '{ nothing }',
]

/** The callers of a soak: they share a count of requests, the connections and what they saw. */
class Callers {
  readonly answers: Record<string, number> = {}
  readonly wrong: string[] = []
  slowestMs = 0
  readonly #url: URL
  readonly #random: SeededRandom
  readonly #agent = new HttpAgent({ keepAlive: true })
  #sent = 0

  constructor(url: string, seed: number) {
    this.#url = new URL(url)
    this.#random = new SeededRandom(`${seed}/callers`)
  }

  /** Sends one request after the other until so many are sent by all. */
  async sendUntil(end: number): Promise<void> {
    while (this.#sent < end) {
      this.#sent += 1
      const startedMs = performance.now()
      const answer = await this.#sendOne()
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedMs)
      this.answers[answer] = (this.answers[answer] ?? 0) + 1
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #sendOne(): Promise<string> {
    const document = this.#random.pick(documents)
    const leavesAfterMs = this.#random.chance(0.05) ? this.#random.integer(0, 20) : undefined
    const isGet = this.#random.chance(0.3)
    const url = new URL(this.#url)
    if (isGet) url.searchParams.set('query', document)
    return new Promise((resolve) => {
      const request = httpRequest(url, {
        method: isGet ? 'GET' : 'POST',
        agent: this.#agent,
        headers: { 'content-type': 'application/json', 'x-request-timeout-ms': String(deadlineMs) },
      })
      const leaving =
        leavesAfterMs === undefined ? undefined : setTimeout(() => request.destroy(), leavesAfterMs)
      const end = (what: string) => {
        clearTimeout(leaving)
        resolve(what)
      }
      request.on('error', (error) => {
        if (leavesAfterMs === undefined) this.#note(`the connection ended: ${error.message}`)
        end('left')
      })
      request.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', () => end('left'))
        response.on('end', () => end(this.#judge(response.statusCode ?? 0, text)))
      })
      request.end(isGet ? undefined : JSON.stringify({ query: document }))
    })
  }

  /** What an answer is. Every answer is JSON, of a status that is documented, and tells no error of our own. */
  #judge(status: number, text: string): string {
    let code = 'OK'
    try {
      const { errors } = JSON.parse(text) as {
        readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
      }
      code = errors ? (errors[0]?.extensions?.code ?? 'no code') : 'OK'
    } catch {
      this.#note(`no JSON: ${text.slice(0, 100)}`)
    }
    if (![200, 400, 503].includes(status) || ['no code', 'INTERNAL_SERVER_ERROR'].includes(code)) {
      this.#note(`${status} ${code}: ${text.slice(0, 200)}`)
    }
    return `${status} ${code}`
  }

  #note(what: string): void {
    if (this.wrong.length < 10) this.wrong.push(what)
  }
}

/** What keeps the process alive, by type. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const type of process.getActiveResourcesInfo()) {
    // Immediates and the runner's own messages come and go.
    if (/^(TCP|Timeout|Pipe)/.test(type)) counts[type] = (counts[type] ?? 0) + 1
  }
  return counts
}

const sameResources = (
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): boolean => Object.entries(after).every(([type, count]) => count <= (before[type] ?? 0))

/** Waits until something holds, at most two seconds: sockets close a moment after they were told to. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
