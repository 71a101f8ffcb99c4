import { LRUCache } from 'lru-cache'
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
  const { origin, path } = addressOf(baseUrl, request.path)
  const parameters = new URLSearchParams()
  for (const [name, value] of request.query) parameters.append(name, value)
  const query = parameters.toString()
  return { origin, path: query === '' ? path : `${path}?${query}` }
}

/** The address that was asked for last of each base URL: a list has one path, and the URL parser takes its time. */
const lastAddresses = new LRUCache<string, Target & { readonly given: string }>({ max: 100 })

function addressOf(baseUrl: string, given: string): Target {
  const known = lastAddresses.get(baseUrl)
  if (known?.given === given) return known
  const url = new URL(baseUrl)
  const path = url.pathname.replace(/\/+$/, '') + given
  url.pathname = path
  if (!given.startsWith('/') || url.pathname !== path) {
    throw new Error(
      'The path of an upstream request must be absolute, percent-encoded and without dot segments.',
    )
  }
  const address = { given, origin: url.origin, path: url.pathname }
  lastAddresses.set(baseUrl, address)
  return address
}
