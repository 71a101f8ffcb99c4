import type { Dispatcher } from 'undici'
import { isDeadline } from '../model/deadline.js'
import { type SourceFailure, sourceFailure } from '../model/failure.js'
import type { CancelSignal } from './cancellation.js'
import { connectionFailure, errorCode } from './connection-failure.js'
import { deadlinePassed } from './deadline.js'
import type { AttemptLimits } from './limits.js'

/** An answer as it came over the wire. Header names are in lower case; a repeated header is joined by `, `. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Not decoded. */
  readonly bytes: Buffer
  /** The body went over `bodyBytesMax`: what came until then was thrown away and the connection was closed. */
  readonly oversize: boolean
  /** When the head of the answer was there, UTC milliseconds. */
  readonly receivedAtMs: number
}

export interface ExchangeOptions {
  readonly dispatcher: Dispatcher
  readonly request: Dispatcher.DispatchOptions
  readonly limits: AttemptLimits
  readonly now: () => number
  readonly signal: CancelSignal
}

/**
 * Sends one request, once, and takes in the whole answer.
 *
 * Gives the answer whatever its status, or TIMEOUT, UNREACHABLE or INVALID_RESPONSE. A signal that is aborted by a
 * deadline (a TimeoutError) gives TIMEOUT; aborted for another reason, its reason is thrown: that is no failure of
 * the source. Whatever ends the exchange early closes its socket at once, or, when no connection stood yet, keeps
 * the request from being sent. Otherwise rejects only for a request that undici refuses to send, a bug.
 */
export function exchange(options: ExchangeOptions): Promise<RawAnswer | SourceFailure> {
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(options, resolve, reject)
    if (handler.begin()) options.dispatcher.dispatch(options.request, handler)
  })
}

/** Made once: undici keeps it with requests that it has not let go of, and the stack of each would keep much more. */
const exchangeEnded = new Error('The exchange has ended.')
/** Size of the body of an error: what it says is short, and its status says the most. 256 KiB. */
const errorBytesMax = 256 * 1024

type Phase = 'connecting' | 'waiting' | 'receiving'

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  readonly #resolve: (outcome: RawAnswer | SourceFailure) => void
  readonly #reject: (reason: unknown) => void
  #phase: Phase = 'connecting'
  #settled = false
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined
  #head: Omit<RawAnswer, 'bytes' | 'oversize'> | undefined
  #chunks: Buffer[] = []
  #byteCount = 0

  constructor(
    options: ExchangeOptions,
    resolve: (outcome: RawAnswer | SourceFailure) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
  }

  /** Starts the clock and listens to the caller's signal; false when that is aborted already. */
  begin(): boolean {
    const { signal, limits } = this.#options
    if (signal.aborted) {
      this.#onAbort()
      return false
    }
    signal.addEventListener('abort', this.#onAbort, { once: true })
    this.#timer = setTimeout(this.#onConnectTime, limits.connectMs)
    return true
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(exchangeEnded)
      return
    }
    this.#controller = controller
    this.#phase = 'waiting'
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return
    this.#phase = 'receiving'
    this.#head = { status, headers: plainHeaders(headers), receivedAtMs: this.#options.now() }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#byteCount += chunk.length
    const { bodyBytesMax } = this.#options.limits
    const isError = (this.#head?.status ?? 0) >= 300
    const bytesMax = isError ? Math.min(errorBytesMax, bodyBytesMax) : bodyBytesMax
    if (this.#byteCount <= bytesMax) this.#chunks.push(chunk)
    else this.#finish(true)
  }

  onResponseEnd(): void {
    this.#finish(false)
  }

  /** undici calls this without a controller when it could not even begin. */
  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (!this.#settle()) return
    if (errorCode(error) === 'UND_ERR_INVALID_ARG') {
      // undici's text names the offending part and, for a header, only its name.
      this.#reject(new Error(`An upstream request cannot be sent: ${error.message}.`))
      return
    }
    const failure = connectionFailure(error)
    this.#resolve(this.#head ? { ...failure, httpStatus: this.#head.status } : failure)
  }

  #finish(oversize: boolean): void {
    const head = this.#head
    if (!head || !this.#settle()) return
    if (oversize) this.#close()
    this.#resolve({ ...head, oversize, bytes: oversize ? Buffer.alloc(0) : Buffer.concat(this.#chunks) })
    this.#chunks = []
  }

  readonly #onAbort = (): void => {
    if (!this.#settle()) return
    this.#close()
    const reason: unknown = this.#options.signal.reason
    if (isDeadline(reason)) {
      this.#resolve(deadlinePassed(this.#head?.status))
    } else {
      this.#reject(reason)
    }
  }

  // One timer per attempt: it is armed for the next bound and armed again only when the exchange has got past it.

  readonly #onConnectTime = (): void => {
    const { connectMs, headersMs } = this.#options.limits
    if (this.#phase === 'connecting') {
      this.#onTimeout(`No connection to the provider within ${seconds(connectMs)}.`)
    } else {
      this.#timer = setTimeout(this.#onHeadersTime, headersMs - connectMs)
    }
  }

  readonly #onHeadersTime = (): void => {
    const { headersMs, bodyMs } = this.#options.limits
    if (this.#phase === 'waiting') {
      this.#onTimeout(`The provider did not begin to answer within ${seconds(headersMs)}.`)
    } else {
      this.#timer = setTimeout(this.#onBodyTime, bodyMs - headersMs)
    }
  }

  readonly #onBodyTime = (): void => {
    this.#onTimeout(`The provider did not finish its answer within ${seconds(this.#options.limits.bodyMs)}.`)
  }

  #onTimeout(message: string): void {
    if (!this.#settle()) return
    this.#close()
    this.#resolve(this.#timeout(message))
  }

  #timeout(message: string): SourceFailure {
    return sourceFailure('TIMEOUT', { message, httpStatus: this.#head?.status ?? null })
  }

  /** Ends the exchange for its caller; false when it had ended before. */
  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    clearTimeout(this.#timer)
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    return true
  }

  /** Closes the socket, if the request has one by now; a request still waiting for one is dropped when it gets it. */
  #close(): void {
    this.#controller?.abort(exchangeEnded)
  }
}

/** A record without a prototype, so that no header name can meet a property of `Object.prototype`. */
function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const plain: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return plain
}

function seconds(durationMs: number): string {
  return durationMs === 1_000 ? '1 second' : `${durationMs / 1_000} seconds`
}
