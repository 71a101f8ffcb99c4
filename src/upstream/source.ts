import type { Capabilities } from '../model/capabilities.js'
import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type {
  BulkAsk,
  BulkRow,
  Dialect,
  PageAsk,
  UpstreamPage,
  UpstreamRequest,
  UpstreamRow,
} from '../model/provider.js'
import { storeKey } from '../model/store-key.js'
import type { FetchTerms, ReadableSource } from '../reading/page.js'
import { Attempts, type AttemptsOptions, type Sequence } from './attempts.js'
import { FutureDates } from './future-dates.js'
import { createRedactor } from './redact.js'
import type { SettledPages } from './settled-pages.js'
import { type Caller, SingleFlight } from './single-flight.js'

/** The longest id of an entry, in UTF-16 code units: ids are a part of cursors, which are bounded. */
const idLengthMax = 500

export interface SourceOptions extends Omit<AttemptsOptions, 'sequence'> {
  readonly settleMs: number
  readonly settledPages: SettledPages
}

/**
 * Joins a dialect, which turns data into data, with the client that sends: one configured account as the reading
 * layer sees it. The source's credential is taken out of every failure and notice, since a provider may echo it. An
 * entry whose id has more than 500 characters is INVALID_RESPONSE.
 *
 * A page is looked for among the settled pages that are kept, then among the requests under way, then asked for
 * (attempts.ts). A lookup is never answered from what is kept, and needs no request where its id cannot exist.
 *
 * An exception inside a dialect is a bug: it comes out as a rejection, which the server masks.
 */
export function connectSource(options: SourceOptions): ReadableSource {
  const { sourceKey, settleMs, dialect, settledPages, observer } = options
  const { capabilities, lookup, bulk } = dialect
  const sequence: Sequence = { last: 0 }
  const attempts = new Attempts({ ...options, sequence })
  const futureDates = new FutureDates(options.timing)
  const pages = new SingleFlight<UpstreamPage>()
  const exports = new SingleFlight<readonly BulkRow[]>()
  const entries = new SingleFlight<UpstreamRow | null>()

  async function fetchPage(ask: PageAsk, terms: FetchTerms): Promise<UpstreamPage | SourceFailure> {
    const request = dialect.pageRequest(ask)
    const key = storeKey(`${sourceKey} ${keyOf(request)}`)
    const caller = callerOf(terms)
    const kept = settledPages.get(key, ask, settleMs, caller.sentAfter)
    if (kept && !terms.signal.aborted) {
      observer?.page(sourceKey, 'settled')
      return kept
    }
    const priority = terms.priority ?? 'interactive'
    const { answer, isShared } = pages.join(`${priority} ${key}`, caller, async (flight) => {
      const attempt = () =>
        attempts.run(request, priority, flight, (response) => {
          const page = dialect.readPage(response)
          return isFailure(page) ? page : (longId(page.rows) ?? otherPlace(ask, page, capabilities) ?? page)
        })
      const latestDateMs = dialect.latestDateMs?.(ask)
      const hasWords = Object.keys(ask.pushdown).length > 0
      const { result, bodyLength, ...sent } = await (latestDateMs === undefined
        ? attempt()
        : futureDates.run({ latestDateMs, hasWords }, flight, attempt))
      if (isFailure(result)) return redactorOf(dialect).failure(result)
      const page = { ...withoutCredential(dialect, result), answeredAt: sequence.last }
      return settledPages.keep(key, ask, settleMs, page, sent, bodyLength)
    })
    observer?.page(sourceKey, isShared ? 'shared' : 'provider')
    const page = await answer
    if (!isShared) return page
    return isFailure(page) ? { ...page, unsent: true } : { ...page, reused: true }
  }

  return {
    key: sourceKey,
    account: `${options.providerId} ${dialect.organizationId}`,
    capabilities,
    settleMs,
    describe: (ask) => dialect.pageRequest(ask),
    allowance: () => attempts.allowance,
    fetchPage,
    ...(bulk && {
      async fetchBulk(ask: BulkAsk, terms: FetchTerms) {
        const request = bulk.request(ask)
        const priority = terms.priority ?? 'interactive'
        const caller = callerOf({ ...terms, freshness: 'LIVE' })
        const { answer } = exports.join(`${priority} ${keyOf(request)}`, caller, async (flight) => {
          const { result } = await attempts.run(request, priority, flight, bulk.read)
          return isFailure(result) ? redactorOf(dialect).failure(result) : result
        })
        return answer
      },
    }),
    ...(lookup && {
      async fetchEntry(id: string, terms: FetchTerms) {
        const request = lookup.request(id)
        if (!request) return null
        const priority = terms.priority ?? 'interactive'
        const caller = callerOf({ ...terms, freshness: 'LIVE' })
        const { answer } = entries.join(`${priority} ${keyOf(request)}`, caller, async (flight) => {
          const { result } = await attempts.run(request, priority, flight, (response) =>
            lookup.read(response, id),
          )
          return isFailure(result) ? redactorOf(dialect).failure(result) : result
        })
        return answer
      },
    }),
  }
}

/** The canonical request: the same text just when the same is asked for. Headers depend on the source alone. */
function keyOf({ method, path, query, body }: UpstreamRequest): string {
  return JSON.stringify([method, path, query, body])
}

function callerOf({ signal, deadlineMs, freshness, sentAfter }: FetchTerms): Caller {
  const mayBeEarlier = freshness !== 'LIVE' && sentAfter !== undefined
  return {
    signal,
    deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY,
    ...(mayBeEarlier && { sentAfter }),
  }
}

/**
 * A page of a place before the one that was asked for: the provider serves offsets up to a ceiling, and says so by this
 * alone. Taken for a refusal, as of those who say it by a status. What may as well be the number of the page, or a place
 * counted from one, proves nothing.
 */
function otherPlace(
  { offset: asked = 0 }: PageAsk,
  { offset = asked }: UpstreamPage,
  { pageSizeMax }: Capabilities,
): SourceFailure | undefined {
  if (offset < pageSizeMax || asked - offset <= 1) return undefined
  return sourceFailure('INVALID_REQUEST', {
    message: `The provider gives entries from place ${offset} of its list where those from ${asked} were asked for.`,
  })
}

function longId(rows: readonly UpstreamRow[]): SourceFailure | undefined {
  if (rows.every(({ id }) => id.length <= idLengthMax)) return undefined
  return sourceFailure('INVALID_RESPONSE', {
    message: `The provider sent an entry whose id has more than ${idLengthMax} characters.`,
  })
}

function withoutCredential(dialect: Dialect, page: UpstreamPage): UpstreamPage {
  if (!page.notices) return page
  return { ...page, notices: page.notices.map(redactorOf(dialect).text) }
}

/** Made when it is needed, so that no credential is held longer than a request. */
function redactorOf(dialect: Dialect) {
  return createRedactor(dialect.authorization())
}
