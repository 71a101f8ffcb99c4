import { type IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../graphql/errors.js'

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port: RFC 9110 section 7.2. */
const hostPattern = /^([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/

/** A target with a scheme and a host, as clients send it to a proxy, and a server has to take it: RFC 9112 section 3.2.2. */
const absolutePattern = /^https?:\/\/([^/?#]*)(.*)$/is

/**
 * The target of a request as a URL; null where its Host and its target make none. graphql-yoga answers such a request
 * with the stack of its own error, before a plugin can see it. Without a Host, as only HTTP/1.0 allows (RFC 9112 section
 * 3.2), its place is taken by the address. Nobody may change the URL: most requests have the one of the request before.
 *
 * A target with a host of its own goes before the Host. It is replaced on the request by its path and query, which is
 * what others expect there.
 */
export function targetOf(request: IncomingMessage): Readonly<URL> | null {
  const { headers, httpVersion, url = '/' } = request
  const { host } = headers
  if (hasSecondHost(request)) return null
  if (host === undefined ? httpVersion !== '1.0' : !hostPattern.test(host)) return null
  const [, ownHost, rest = ''] = absolutePattern.exec(url) ?? []
  if (ownHost !== undefined) {
    if (!hostPattern.test(ownHost)) return null
    request.url = rest.startsWith('/') ? rest : `/${rest}`
  }
  // `*`, or what else has no slash, must not become a part of the host.
  const path = request.url?.startsWith('/') ? request.url : `/${request.url ?? ''}`
  const text = `http://${ownHost ?? host ?? 'localhost'}${path}`
  if (text === lastTarget.text) return lastTarget.url
  if (!URL.canParse(text)) return null
  lastTarget = { text, url: new URL(text) }
  return lastTarget.url
}

/** The target that was read last: operations that are posted to one gateway have the same. */
let lastTarget = { text: 'http://localhost/', url: new URL('http://localhost/') }

/** Of several Node gives the first as that of `headers`. */
function hasSecondHost({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1
  }
  return hosts > 1
}

/** Answers a request without a usable target: 400, as RFC 9112 section 3.2 asks for, and the connection is closed. */
export function refuseTarget(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  const message =
    'The Host header and the target of the request do not make a URL. Send one host and one path.'
  refuse(response, headers, 400, errorBody(message))
}

/** Answers a request that names a host which is not taken (`TakenHosts`): RFC 9110 section 15.5.20. */
export function refuseHost(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  const message =
    'The gateway does not answer for this Host. Ask it by localhost or 127.0.0.1, or have the host added to server.allowedHosts of its configuration.'
  refuse(response, headers, 421, errorBody(message, 'MISDIRECTED_REQUEST'))
}

/** Nobody reads the body of the request, so its connection cannot go on. */
function refuse(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  status: number,
  body: string,
): void {
  response.writeHead(status, { ...headers, ...headersOf(body) })
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

function errorBody(message: string, code: ErrorCode = 'BAD_REQUEST'): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] })
}

function headersOf(body: string): Record<string, string | number> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
}
