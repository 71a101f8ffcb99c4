import { isFailure } from '../model/failure.js'
import type { Dialect } from '../model/provider.js'
import type { ReadableSource } from '../reading/page.js'
import type { UpstreamClient } from './client.js'

/**
 * Joins a dialect, which turns data into data, with the client that sends: one configured account as the reading
 * layer sees it. One call is one request, or none where a lookup's id cannot exist.
 *
 * An exception inside a dialect is a bug: it comes out as a rejection, which the server masks.
 */
export function connectSource(options: {
  readonly key: string
  readonly dialect: Dialect
  readonly client: Pick<UpstreamClient, 'send'>
}): ReadableSource {
  const { key, dialect, client } = options
  const { capabilities, lookup } = dialect
  return {
    key,
    capabilities,
    async fetchPage(ask, signal) {
      const answer = await client.send(dialect, dialect.pageRequest(ask), signal)
      return isFailure(answer) ? answer : dialect.readPage(answer)
    },
    ...(lookup && {
      async fetchEntry(id: string, signal: AbortSignal) {
        const request = lookup.request(id)
        if (!request) return null
        const answer = await client.send(dialect, request, signal)
        return isFailure(answer) ? answer : lookup.read(answer, id)
      },
    }),
  }
}
