import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type {
  BulkAsk,
  Dialect,
  UpstreamPage,
  UpstreamRequest,
  UpstreamResponse,
  UpstreamRow,
} from '../model/provider.js'
import type { FetchTerms, ReadableSource } from '../reading/page.js'
import type { UpstreamClient } from './client.js'
import type { AttemptEnd, UpstreamObserver } from './observer.js'
import { createRedactor } from './redact.js'

/** The longest id of an entry, in UTF-16 code units: ids are a part of cursors, which are bounded. */
const idLengthMax = 500

/**
 * Joins a dialect, which turns data into data, with the client that sends: one configured account as the reading
 * layer sees it. One call is one request, or none where a lookup's id cannot exist. The source's credential is taken
 * out of every failure and notice, since a provider may echo it. An entry whose id has more than 500 characters is
 * INVALID_RESPONSE.
 *
 * An exception inside a dialect is a bug: it comes out as a rejection, which the server masks.
 */
export function connectSource(options: {
  readonly key: string
  readonly settleMs: number
  readonly dialect: Dialect
  readonly client: Pick<UpstreamClient, 'send'>
  /** Who is told of the requests. Left out: nobody. */
  readonly observed?: { readonly providerId: string; readonly by: UpstreamObserver }
}): ReadableSource {
  const { key, settleMs, dialect, client, observed } = options
  const { capabilities, lookup, bulk } = dialect
  return {
    key,
    capabilities,
    settleMs,
    describe: (ask) => dialect.pageRequest(ask),
    async fetchPage(ask, { signal }) {
      const outcome = await exchange(dialect.pageRequest(ask), signal, (answer) => dialect.readPage(answer))
      observed?.by.page(key, 'provider')
      return withoutCredential(dialect, isFailure(outcome) ? outcome : (longId(outcome.rows) ?? outcome))
    },
    ...(bulk && {
      async fetchBulk(ask: BulkAsk, { signal }: FetchTerms) {
        const outcome = await exchange(bulk.request(ask), signal, (answer) => bulk.read(answer))
        observed?.by.page(key, 'provider')
        return isFailure(outcome) ? redactorOf(dialect).failure(outcome) : outcome
      },
    }),
    ...(lookup && {
      async fetchEntry(id: string, { signal }: FetchTerms) {
        const request = lookup.request(id)
        if (!request) return null
        const outcome = await exchange(request, signal, (answer) => lookup.read(answer, id))
        return isFailure(outcome) ? redactorOf(dialect).failure(outcome) : outcome
      },
    }),
  }

  /** Sends one request, reads its answer and tells the observer of both. */
  async function exchange<Read>(
    request: UpstreamRequest,
    signal: AbortSignal,
    read: (answer: UpstreamResponse) => Read | SourceFailure,
  ): Promise<Read | SourceFailure> {
    const about = { sourceKey: key, providerId: observed?.providerId ?? '', method: request.method, retry: 0 }
    const end = observed?.by.attempt(about)
    let ended: AttemptEnd = { outcome: 'CANCELLED', httpStatus: null }
    try {
      const answer = await client.send(dialect, request, signal)
      const outcome = isFailure(answer) ? answer : read(answer)
      const httpStatus = isFailure(answer) ? answer.httpStatus : answer.status
      ended = { outcome: isFailure(outcome) ? outcome.kind : 'OK', httpStatus }
      return outcome
    } finally {
      end?.(ended)
    }
  }
}

function longId(rows: readonly UpstreamRow[]): SourceFailure | undefined {
  if (rows.every(({ id }) => id.length <= idLengthMax)) return undefined
  return sourceFailure('INVALID_RESPONSE', {
    message: `The provider sent an entry whose id has more than ${idLengthMax} characters.`,
  })
}

function withoutCredential(
  dialect: Dialect,
  outcome: UpstreamPage | SourceFailure,
): UpstreamPage | SourceFailure {
  if (isFailure(outcome)) return redactorOf(dialect).failure(outcome)
  if (!outcome.notices) return outcome
  return { ...outcome, notices: outcome.notices.map(redactorOf(dialect).text) }
}

/** Made when it is needed, so that no credential is held longer than a request. */
function redactorOf(dialect: Dialect) {
  return createRedactor(dialect.authorization())
}
