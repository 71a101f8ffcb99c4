import type { Capabilities, FilterSupport } from '../../model/capabilities.js'
import type { RateLimitDeclaration } from '../../model/rate-limit.js'
import { actionKinds, actionsOfListFilter, resourceTypes } from './vocabulary.js'

/**
 * A value that can be sent without changing its meaning on the way: 1 to 200 visible ASCII characters. Blanks might
 * be trimmed and a comma might be read as a list; either could return less than what was asked for.
 */
function isSendable(value: string): boolean {
  return /^[\x21-\x2b\x2d-\x7e]{1,200}$/.test(value)
}

const filters = {
  actorIds: { valuesMax: 1, accepts: isSendable, exact: true },
  actions: { valuesMax: 1, accepts: (value) => actionsOfListFilter.includes(value), exact: true },
  resourceTypes: { valuesMax: 1, accepts: (value) => resourceTypes.includes(value), exact: true },
  resourceIds: { valuesMax: 1, accepts: isSendable, exact: true },
} satisfies Record<string, FilterSupport>

/**
 * What this provider can do. Sheet sections 2 to 5.
 *
 * - One value per filter. Only the actions and resource types that the list page names may be sent (section 10 rule
 *   6); whether others are refused is unknown, so they are evaluated here.
 * - `resourceId` is sent together with `resourceType` only: the samples always do, and what it does alone is unknown.
 * - Bounds go out under 2 s wider than asked for; one more second is for a provider that cuts or rounds times.
 * - Order is not stated; no entry can be had by its id.
 */
export const capabilities = {
  paging: 'offset',
  pageSizeMax: 100,
  order: 'unknown',
  totals: true,
  boundSlackMs: { since: 3_000, until: 3_000 },
  lookup: false,
  filters,
  exclusive: [],
  requires: [['resourceIds', 'resourceTypes']],
  vocabulary: {
    actions: actionKinds,
    resourceTypes,
    actorTypes: ['USER', 'SYSTEM', 'AUTOMATION', 'API_KEY', 'UNKNOWN'],
    absent: ['counterpartyIds'],
  },
} as const satisfies Capabilities

/** The two pages disagree on names, and both are marked in development (sheet section 7): read both, need neither. */
export const rateLimits: RateLimitDeclaration = {
  families: [
    {
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      reset: 'x-ratelimit-reset',
      retryAfter: 'x-ratelimit-retry-after',
    },
    ...['requests', 'tokens'].map((unit) => ({
      limit: `x-ratelimit-limit-${unit}`,
      remaining: `x-ratelimit-remaining-${unit}`,
      reset: `x-ratelimit-reset-${unit}`,
    })),
  ],
}
