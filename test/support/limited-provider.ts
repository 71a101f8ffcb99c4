import type { Dialect, UpstreamRequest, UpstreamResponse } from '../../src/model/provider.js'
import type { RateLimitDeclaration } from '../../src/model/rate-limit.js'
import { statusFailure } from '../../src/model/wire.js'
import type { UpstreamClient } from '../../src/upstream/client.js'
import type { FakeTiming } from './connected-source.js'

const xRateLimit = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  reset: 'x-ratelimit-reset',
}

/** A dialect that asks for pages by their number and takes every answer of 200 for an empty one. */
export function plainDialect(
  credential = 'one',
  rateLimits: RateLimitDeclaration = { families: [xRateLimit] },
): Dialect {
  return {
    baseUrl: 'https://api.example.com',
    organizationId: 'org',
    capabilities: {
      paging: 'offset',
      pageSizeMax: 100,
      order: 'unknown',
      totals: false,
      boundSlackMs: { since: 0, until: 0 },
      lookup: false,
      filters: {},
      exclusive: [],
    },
    rateLimits,
    authorization: () => ({ authorization: `Bearer ${credential}` }),
    pageRequest: ({ offset = 0 }) => ({ method: 'GET', path: `/${offset}`, query: [], headers: {} }),
    readPage: (response) => {
      if (response.status === 200) return { rows: [], more: false }
      return statusFailure(response, {}, rateLimits)
    },
  }
}

/** How a limited provider counts and what it tells. */
export interface LimitRules {
  /** A bucket of `capacity` tokens that gains one every `refillMs`; or a window that is renewed as a whole. */
  readonly kind: 'bucket' | 'window'
  readonly capacity: number
  readonly refillMs: number
  /** Headers of every answer, or Retry-After with a 429 alone. */
  readonly tells: 'headers' | 'draft' | 'retryAfter'
  readonly latencyMs: number
}

/** A provider with a limit, and what it saw. */
export function limitedProvider(timing: FakeTiming, rules: LimitRules) {
  const windowMs = rules.capacity * rules.refillMs
  let tokens = rules.capacity
  let countedAtMs = timing.now()
  const seen: { atMs: number; status: number; answeredAtMs: number }[] = []
  const count = () => {
    const nowMs = timing.now()
    if (rules.kind === 'window') {
      if (nowMs >= countedAtMs + windowMs) {
        tokens = rules.capacity
        countedAtMs = nowMs - ((nowMs - countedAtMs) % windowMs)
      }
    } else {
      tokens = Math.min(rules.capacity, tokens + (nowMs - countedAtMs) / rules.refillMs)
      countedAtMs = nowMs
    }
    const isGranted = tokens >= 1
    if (isGranted) tokens -= 1
    const untilMs = rules.kind === 'window' ? countedAtMs + windowMs : nowMs + (1 - tokens) * rules.refillMs
    return { isGranted, waitMs: Math.max(0, untilMs - nowMs) }
  }
  const headersOf = (isGranted: boolean, waitMs: number): Record<string, string> => {
    const remaining = String(Math.floor(tokens))
    if (rules.tells === 'retryAfter')
      return isGranted ? {} : { 'retry-after': String(Math.ceil(waitMs / 1_000)) }
    const resetMs = rules.kind === 'window' ? waitMs : Math.max(0, waitMs)
    if (rules.tells === 'draft') {
      return {
        'ratelimit-policy': `"all";q=${rules.capacity};w=${windowMs / 1_000}`,
        ratelimit: `"all";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`,
      }
    }
    return {
      [xRateLimit.limit]: String(rules.capacity),
      [xRateLimit.remaining]: remaining,
      [xRateLimit.reset]: String(Math.ceil((timing.now() + resetMs) / 1_000)),
    }
  }
  const client: Pick<UpstreamClient, 'send'> = {
    send: (_account: unknown, _request: UpstreamRequest, signal: AbortSignal) =>
      new Promise<UpstreamResponse>((resolve, reject) => {
        const { isGranted, waitMs } = count()
        const status = isGranted ? 200 : 429
        const headers = headersOf(isGranted, waitMs)
        const entry = { atMs: timing.now(), status, answeredAtMs: timing.now() + rules.latencyMs }
        seen.push(entry)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        timing.after(rules.latencyMs, () =>
          resolve({ status, headers, body: '{}', receivedAtMs: timing.now() }),
        )
      }),
  }
  return { client, seen }
}
