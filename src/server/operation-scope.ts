import { setMaxListeners } from 'node:events'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import type { SourceOutcome } from '../graphql/context.js'
import { requestRefused } from '../graphql/errors.js'
import { OperationEnded } from '../graphql/operation-end.js'
import { deadlineReached } from '../model/deadline.js'
import { type OperationSpan, rootField } from './operation-report.js'

/** What is kept of the time until the deadline, in ms, to give the answer in: sources still under way then time out. */
const answerMs = 150

/** How much of the name that a caller gives an operation is told of it, in UTF-16 code units. */
const loggedNameLengthMax = 100

/** One request for an operation while it runs: its signal, and what its report will say. */
export interface OperationScope {
  /**
   * Aborts with an `OperationEnded` when the client is gone or the server stops, and with a TimeoutError shortly
   * before the deadline: sources that have not answered by then are TIMEOUT, and what the others gave is the answer.
   */
  readonly signal: AbortSignal
  /** When `signal` aborts as a deadline, on the clock that the scopes were given. */
  readonly deadlineMs: number
  readonly startedMs: number
  /** These three are null until the operation is known: `OperationReport` says what they are. */
  operationName: string | null
  operationType: string | null
  field: string | null
  upstreamRequests: number
  /** The worst outcome of each source over the fields of the operation, by source key. */
  readonly outcomes: Map<string, string>
  /** Codes of the errors in the answer. */
  errorCodes: readonly string[]
  /** Left out when nothing is traced. */
  span?: OperationSpan
}

/** The operations under way. */
export class OperationScopes {
  // Weak maps and a list, since a Map keeps what it once held: src/upstream/single-flight.ts.
  readonly #byRequest = new WeakMap<Request, Open>()
  readonly #open: Open[] = []
  readonly #bySignal = new WeakMap<AbortSignal, OperationScope>()
  readonly #waiting: (() => void)[] = []
  readonly #now: () => number
  #stopping = false

  /** `now`: UTC milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Opens the scope of a request. The time until its deadline counts from here, reading the body included. */
  open(request: Request, deadlineMs: number): OperationScope {
    const controller = new AbortController()
    // Every request to a provider listens to it, and an operation may look up a hundred nodes at once: more than ten
    // listeners are no leak, of which Node would warn on standard error, where only log lines belong.
    setMaxListeners(0, controller.signal)
    const end = (why: 'shutdown' | 'clientGone') => controller.abort(new OperationEnded(why))
    const clientGone = () => end('clientGone')
    const readingMs = Math.max(deadlineMs - answerMs, deadlineMs / 2)
    const timer = setTimeout(() => controller.abort(deadlineReached('request')), readingMs)
    request.signal.addEventListener('abort', clientGone, { once: true })
    if (request.signal.aborted) clientGone()
    if (this.#stopping) end('shutdown')
    const scope: OperationScope = {
      signal: controller.signal,
      deadlineMs: this.#now() + readingMs,
      startedMs: performance.now(),
      operationName: null,
      operationType: null,
      field: null,
      upstreamRequests: 0,
      outcomes: new Map(),
      errorCodes: [],
    }
    const release = () => {
      clearTimeout(timer)
      request.signal.removeEventListener('abort', clientGone)
    }
    const entry = { scope, end: { abort: end, release }, place: this.#open.length }
    this.#open.push(entry)
    this.#byRequest.set(request, entry)
    this.#bySignal.set(scope.signal, scope)
    return scope
  }

  /** Counts a request to a source for the operation that has this signal, if one has. */
  noteUpstreamRequest(signal: AbortSignal): void {
    const scope = this.#bySignal.get(signal)
    if (scope) scope.upstreamRequests += 1
  }

  of(request: Request): OperationScope | undefined {
    return this.#byRequest.get(request)?.scope
  }

  /** Ends the bookkeeping of a request that was answered. */
  close(request: Request): void {
    const entry = this.#byRequest.get(request)
    if (!entry) return
    entry.end.release()
    this.#byRequest.delete(request)
    this.#bySignal.delete(entry.scope.signal)
    const last = this.#open.pop()
    if (last && last !== entry) {
      this.#open[entry.place] = last
      last.place = entry.place
    }
    if (this.#open.length === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Resolves to true when nothing is under way, or to false after `waitMs`. */
  async idle(waitMs: number): Promise<boolean> {
    if (this.#open.length === 0) return true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), waitMs)
    })
    const done = new Promise<true>((resolve) => this.#waiting.push(() => resolve(true)))
    const idle = await Promise.race([done, late])
    clearTimeout(timer)
    return idle
  }

  /** Aborts all that is under way, and all that is opened after. */
  stop(): void {
    this.#stopping = true
    for (const { end } of [...this.#open]) end.abort('shutdown')
  }
}

interface Open {
  readonly scope: OperationScope
  readonly end: EndScope
  /** Where in the list of the open ones. */
  place: number
}

interface EndScope {
  readonly abort: (why: 'shutdown' | 'clientGone') => void
  readonly release: () => void
}

/** Notes which operation a request asks for. The document is valid. */
export function noteOperation(
  scope: OperationScope,
  operation: OperationDefinitionNode,
  document: DocumentNode,
): void {
  scope.operationName = operation.name?.value.slice(0, loggedNameLengthMax) ?? null
  scope.operationType = operation.operation
  scope.field = rootField(operation, document)
}

/** Notes how sources fared. A source that failed in one field of an operation, or page of an export, is told as failed. */
export function noteOutcomes(noted: Map<string, string>, outcomes: readonly SourceOutcome[]): void {
  for (const { sourceKey, outcome } of outcomes) {
    if (noted.get(sourceKey)?.startsWith('FAILED')) continue
    noted.set(sourceKey, outcome)
  }
}

/** The deadline of a request: the server's, or the shorter one of the header x-request-timeout-ms. */
export function readDeadline(request: Request, deadlineMs: number): number {
  const text = request.headers.get('x-request-timeout-ms')
  if (text === null) return deadlineMs
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw requestRefused(
      'BAD_REQUEST',
      400,
      'The header x-request-timeout-ms must be a whole number of milliseconds from 1 to 999999999, such as 2000.',
    )
  }
  return Math.min(Number(text), deadlineMs)
}
