import type { Capabilities, FilterSupport } from '../../model/capabilities.js'
import { dayMs, secondMs } from '../../model/instant.js'
import type { RateLimitDeclaration } from '../../model/rate-limit.js'
import type { Settings } from './settings.js'
import { actionKindOfCategory, actorTypeOfWord, knownTargetTypes } from './vocabulary.js'

/** Step of the bounds that are sent, and how far they stand outside of what was asked: sheet ashby section 10 rule 3. */
export const boundStepMs = secondMs
export const boundMarginMs = secondMs

/** Rows in one page at most: sheet ashby section 2. */
export const pageSizeMax = 100

/**
 * Longest span of one request. The provider allows 18 months and does not say how it counts them; the shortest 18
 * months are 546 days. 500 days is the sheet's hard stop (section 10 rule 2).
 */
const spanMaxMs = 500 * dayMs

/** Most values in one list: sheet ashby section 2. */
const valuesMax = 100

/** The gateway compares the empty text itself: what a provider makes of it is unknown. */
const anyText: FilterSupport = { valuesMax, accepts: (value) => value !== '' }

/** A request may use words of the vocabulary only, of which we know a small part (sheet section 9). */
export const filters = {
  actorIds: anyText,
  actions: { ...anyText, knows: (value) => actionKindOfCategory.has(value) },
  resourceTypes: { ...anyText, knows: (value) => knownTargetTypes.has(value) },
  resourceIds: anyText,
} as const satisfies Capabilities['filters']

/** What an Ashby source can do: sheet ashby sections 2, 3 and 6. */
export function capabilitiesOf(settings: Settings): Capabilities {
  return {
    paging: 'cursor',
    pageSizeMax,
    order: 'newestFirst',
    totals: false,
    boundSlackMs: {
      // Down to a whole second (999 ms) and the margin.
      since: boundStepMs - 1 + boundMarginMs,
      // The same upward, and once more nearly a second for a provider that cuts times to seconds and includes endDate.
      until: 2 * (boundStepMs - 1) + boundMarginMs,
    },
    window: { spanMaxMs, floorMs: settings.historyFloor },
    lookup: false,
    filters,
    // The provider combines types and categories with OR (section 2). A category belongs to one type, so it is the
    // narrower of the two.
    exclusive: [['actions', 'resourceTypes']],
    // Sheet section 7: filters of the request. What it may also mean, wrong dates, no part of a plan sends alone.
    unknownValueCode: 'invalid_input',
    vocabulary: {
      actions: actionKindOfCategory,
      resourceTypes: [...knownTargetTypes],
      actorTypes: [...new Set(actorTypeOfWord.values())],
      // No e-mail and no other party are known of this wire (section 5).
      absent: ['actorEmails', 'counterpartyIds'],
    },
  }
}

/** No header tells an allowance. A 429 with this scope is for a partner's traffic over all customers: sheet section 8. */
export const rateLimits: RateLimitDeclaration = {
  families: [],
  providerScope: { header: 'x-ratelimit-scope', value: 'integration-partner' },
}
