import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import { requestRefused } from '../graphql/errors.js'
import { OperationEnded } from '../graphql/operation-end.js'
import { corsHeaders, type RequestHead, safeHeaders } from './http-edge.js'

/** How long a client may take nothing of what it is sent, in milliseconds. */
const stallMs = 120_000

/** An answer that is no export. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Statuses of errors that are found before an answer has begun. */
const statusOf: Readonly<Record<string, number>> = {
  BAD_USER_INPUT: 400,
  NOT_ACCEPTABLE: 406,
  UPSTREAM_FAILED: 502,
  INTERNAL_SERVER_ERROR: 500,
}

/** The answer to one request, which begins with its first bytes. */
export class ExportAnswer {
  readonly head: RequestHead
  readonly #response: ServerResponse
  readonly #headers: Readonly<Record<string, string>>

  constructor(request: IncomingMessage, response: ServerResponse, allowedOrigins: readonly string[]) {
    const { headers, method = 'GET' } = request
    const get = (name: string) => {
      const value = headers[name]
      return Array.isArray(value) ? value.join(', ') : (value ?? null)
    }
    this.head = { method, headers: { get } }
    this.#response = response
    this.#headers = { ...safeHeaders, ...corsHeaders(this.head, allowedOrigins) }
  }

  get status(): number {
    return this.#response.statusCode
  }

  /** Calls back when the connection is closed before the answer was given. */
  onGone(listener: () => void): void {
    this.#response.on('close', () => {
      if (!this.#response.writableFinished) listener()
    })
  }

  /**
   * The format that the client accepts, for a request that names none: the first that is ours. Throws NOT_ACCEPTABLE.
   */
  acceptedFormat(): string {
    const accept = this.head.headers.get('accept') || '*/*'
    for (const range of accept.toLowerCase().split(',')) {
      const [type = ''] = range.split(';').map((part) => part.trim())
      if (type === 'text/csv') return 'csv'
      if (['application/x-ndjson', 'application/ndjson', 'application/*', '*/*'].includes(type))
        return 'ndjson'
    }
    const message =
      'An export is text/csv or application/x-ndjson. Accept one of them, or give the parameter format.'
    throw requestRefused('NOT_ACCEPTABLE', 406, message)
  }

  /** Sends the head, with these headers beside the usual ones, unless that was done. */
  begin(headers: Readonly<Record<string, string>>): void {
    if (this.#response.headersSent) return
    this.#response.writeHead(200, { ...this.#headers, ...headers })
    this.#response.flushHeaders()
  }

  /** Resolves when the system has taken the bytes. Rejects when the client is gone or takes nothing for too long. */
  async write(bytes: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
    if (bytes.length === 0) return
    this.begin(headers)
    const response = this.#response
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.destroy(), stallMs)
      const settle = () => {
        clearTimeout(timer)
        response.off('close', onClose)
        resolve()
      }
      const onClose = () => {
        clearTimeout(timer)
        reject(new OperationEnded('clientGone'))
      }
      response.once('close', onClose)
      if (response.destroyed) onClose()
      // From Node 22 on a write that ends with its connection fails before `close`, which says that the client is gone.
      else response.write(bytes, (error) => (error ? response.destroy() : settle()))
    })
  }

  end(): void {
    this.#response.end()
  }

  /** An error: an answer of its own when none has begun, else the end of the connection. */
  fail(error: GraphQLError): void {
    const { http: _, ...extensions } = error.extensions
    const code = String(extensions['code'])
    this.refuse({ status: statusOf[code] ?? 500, code, message: error.message, extensions })
  }

  refuse({ status, code, message, headers, extensions }: Refusal): void {
    if (this.#response.headersSent) {
      this.destroy()
      return
    }
    const body = JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] })
    const type = { 'content-type': 'application/json; charset=utf-8' }
    this.#response.writeHead(status, { ...this.#headers, ...type, ...headers })
    this.#response.end(body)
  }

  /**
   * Closes the connection without an end: a client must not take what it has got for the whole. Without chunks, as in
   * HTTP/1.0, the end of the connection is the end of the body, so it is reset.
   */
  destroy(): void {
    const { socket, headersSent, chunkedEncoding } = this.#response
    if (headersSent && !chunkedEncoding) socket?.resetAndDestroy()
    this.#response.destroy()
  }
}
