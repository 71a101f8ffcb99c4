import { Agent, type Dispatcher } from 'undici'
import { isFailure, type SourceFailure } from '../model/failure.js'
import type { Dialect, UpstreamRequest, UpstreamResponse } from '../model/provider.js'
import { invalidResponse } from '../model/wire.js'
import { decodeBody, tooLarge } from './body.js'
import type { CancelSignal } from './cancellation.js'
import { connectionFailure } from './connection-failure.js'
import { exchange, type RawAnswer } from './exchange.js'
import { type AttemptLimits, checkLimits, upstreamLimits } from './limits.js'
import { buildTarget } from './target.js'
import { type Group, Turns } from './turns.js'

export interface UpstreamClientOptions {
  /** UTC milliseconds. */
  readonly now: () => number
  /** Such as `auditgraph/1.2.3`. */
  readonly userAgent: string
  readonly limits?: Partial<AttemptLimits>
  /** Headers of each request beside its own, asked when it is sent: what ties it to a trace. */
  readonly traceHeaders?: () => Readonly<Record<string, string>>
  /** Sends the requests; one pool of connections per origin when left out. The client closes it. */
  readonly dispatcher?: Dispatcher
}

/** What of a dialect sending needs: where to, and the credentials. */
type UpstreamAccount = Pick<Dialect, 'baseUrl' | 'authorization'>

/** An answer that belongs to who asked for it: its body may be let go of once it is read. */
export interface OwnedResponse extends UpstreamResponse {
  body: string
}

export interface UpstreamClient {
  /**
   * Sends a request once and gives the answer, whatever its status; a redirect is not followed.
   *
   * The body of an answer is at most `bodyBytesMax` bytes, decoded, and UTF-8; anything else is INVALID_RESPONSE, but
   * for a status of 300 and above, which says enough by itself: there the body is left empty. Failures otherwise:
   * TIMEOUT (of `limits`, or of a deadline behind `signal`), UNREACHABLE. Rejects with `signal.reason` when the
   * caller gave up, and for a request that cannot be sent as it is, a bug of its adapter. `group`: answers that the
   * caller waits for together are worked off together.
   */
  send(
    account: UpstreamAccount,
    request: UpstreamRequest,
    signal: CancelSignal,
    group?: Group,
  ): Promise<OwnedResponse | SourceFailure>
  /** Resolves when a further operation may begin, beside others or once fewer answers wait; undefined: at once. turns.ts. */
  mayBegin(): Promise<void> | undefined
  /** Closes all connections at once; an exchange under way ends as UNREACHABLE. */
  close(): Promise<void>
}

/** Makes the one HTTP client of the gateway. It makes no second try and holds no credential. */
export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const limits = { ...upstreamLimits, ...options.limits }
  checkLimits(limits)
  const dispatcher = options.dispatcher ?? createDispatcher(limits)
  const turns = new Turns(options.now)
  return {
    async send(account, request, signal, group = signal) {
      const { body, method } = request
      const own = {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': options.userAgent,
      }
      const traced = options.traceHeaders?.() ?? {}
      const headers = mergeHeaders(own, traced, request.headers, account.authorization())
      const target = { ...buildTarget(account.baseUrl, request), method, headers }
      turns.expect(group)
      const outcome = await exchange({
        dispatcher,
        limits,
        now: options.now,
        signal,
        request: { ...target, ...(body !== undefined && { body }) },
      }).finally(() => turns.arrived(group))
      if (isFailure(outcome)) return outcome
      // What follows takes the most time: the body is decoded and parsed, and the last page of a reading makes its answer.
      await turns.next(group)
      return readAnswer(outcome, limits.bodyBytesMax)
    },
    mayBegin: () => turns.begin(),
    close: () => dispatcher.destroy(),
  }
}

/** undici's own time-outs are off but for the one that takes down a connection attempt that nobody waits for. */
function createDispatcher(limits: AttemptLimits): Dispatcher {
  return new Agent({
    connections: limits.connectionsMax,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: limits.connectMs },
  })
}

async function readAnswer(answer: RawAnswer, bytesMax: number): Promise<OwnedResponse | SourceFailure> {
  const { status, headers, receivedAtMs } = answer
  const response = { status, headers, receivedAtMs, body: '' }
  const decoded = answer.oversize
    ? tooLarge(bytesMax)
    : await decodeBody(answer.bytes, headers['content-encoding'], bytesMax)
  if ('text' in decoded) {
    return isCutOff(response, decoded.text)
      ? connectionFailure(undefined)
      : { ...response, body: decoded.text }
  }
  if (status >= 300) return response
  const { problem, remedy } = decoded
  return { ...invalidResponse(response, problem), ...(remedy !== undefined && { remedy }) }
}

/**
 * Whether JSON that the end of the connection alone has ended (RFC 9112 section 6.3, item 8) is not whole: nothing else
 * tells a connection that broke off from one that was closed.
 */
function isCutOff({ status, headers }: UpstreamResponse, text: string): boolean {
  if (status >= 300 || 'content-length' in headers || 'transfer-encoding' in headers) return false
  return /\bjson\b/i.test(headers['content-type'] ?? '') && /[^\s}\]]\s*$/.test(text.slice(-100))
}

/** Later records win, whatever the case of the names. */
function mergeHeaders(...records: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const merged: Record<string, string> = {}
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) merged[name.toLowerCase()] = value
  }
  return merged
}
