import { type IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port: RFC 9110 section 7.2. */
const hostPattern = /^([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/

/**
 * Whether a request has one Host and a target that make a URL. graphql-yoga answers any other with the stack of its
 * own error, before a plugin can see it. Without a Host, as only HTTP/1.0 allows (RFC 9112 section 3.2), its place is
 * taken by the address.
 */
export function hasUsableTarget(request: IncomingMessage): boolean {
  const { headersDistinct, httpVersion, url = '/' } = request
  const [host, ...others] = headersDistinct['host'] ?? []
  if (others.length > 0) return false
  if (host === undefined ? httpVersion !== '1.0' : !hostPattern.test(host)) return false
  return URL.canParse(`http://${host ?? 'localhost'}${url}`)
}

/** Answers a request without a usable target: 400, as RFC 9112 section 3.2 asks for, and the connection is closed. */
export function refuseTarget(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  const body = errorBody(
    'The Host header and the target of the request do not make a URL. Send one host and one path.',
  )
  response.writeHead(400, { ...headers, ...headersOf(body) })
  response.end(body)
}

/**
 * Answers what Node's parser could not read as a request, in the form of any other refusal, and closes the connection.
 * Node's own answers have no body. Nothing is written into an answer that has begun.
 */
export function refuseUnreadable(
  error: Error,
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
  answering: ServerResponse | undefined,
): void {
  const isAnswering = answering?.headersSent === true && !answering.writableFinished
  if (!socket.writable || isAnswering) {
    socket.destroy(error)
    return
  }
  const { status, message } = meaningOf(error)
  const body = errorBody(message)
  const lines = Object.entries({ ...headers, ...headersOf(body) }).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n')
  socket.end(head + body, () => socket.destroy())
}

function meaningOf(error: Error): { readonly status: number; readonly message: string } {
  switch ('code' in error ? error.code : undefined) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        message: `The request line and the headers have more than ${maxHeaderSize} bytes. Send a long operation by POST, and give an export a shorter filter.`,
      }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'The request did not arrive in time. Send it again.' }
    default:
      return { status: 400, message: 'What was received is not a request of HTTP/1.1.' }
  }
}

function errorBody(message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] })
}

function headersOf(body: string): Record<string, string | number> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
}
