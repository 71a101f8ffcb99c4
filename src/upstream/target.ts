import type { UpstreamRequest } from '../model/provider.js'

export interface Target {
  /** Scheme, host and port, such as `https://api.example.com`. */
  readonly origin: string
  /** Absolute path and query, percent-encoded. */
  readonly path: string
}

/**
 * Where a request goes: the base URL, the request's path below its path, the query in the order given.
 *
 * The query is built by URLSearchParams, never by joining text. Throws when the path does not come out of the URL
 * parser as it went in (a dot segment, a `?`, a line break): then an adapter let something unencoded through, and
 * sending it could reach another address than the one meant (reliability.md V11).
 */
export function buildTarget(baseUrl: string, request: Pick<UpstreamRequest, 'path' | 'query'>): Target {
  const url = new URL(baseUrl)
  const path = url.pathname.replace(/\/+$/, '') + request.path
  url.pathname = path
  if (!request.path.startsWith('/') || url.pathname !== path) {
    throw new Error(
      'The path of an upstream request must be absolute, percent-encoded and without dot segments.',
    )
  }
  const parameters = new URLSearchParams()
  for (const [name, value] of request.query) parameters.append(name, value)
  const query = parameters.toString()
  return { origin: url.origin, path: query === '' ? url.pathname : `${url.pathname}?${query}` }
}
