import type { IncomingMessage, ServerResponse } from 'node:http'

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port: RFC 9110 section 7.2. */
const hostPattern = /^([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/

/**
 * Whether a request has a Host and a target that make a URL. graphql-yoga answers any other with the stack of its own
 * error, before a plugin can see it. Without a Host, as HTTP/1.0 allows, its place is taken by the address.
 */
export function hasUsableTarget({ headers: { host }, url = '/' }: IncomingMessage): boolean {
  if (host !== undefined && !hostPattern.test(host)) return false
  return URL.canParse(`http://${host ?? 'localhost'}${url}`)
}

/** Answers a request without a usable target: 400, as RFC 9112 section 3.2 asks for, and the connection is closed. */
export function refuseTarget(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  const message =
    'The Host header and the target of the request do not make a URL. Send one host and one path.'
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] })
  response.writeHead(400, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  response.end(body)
}
