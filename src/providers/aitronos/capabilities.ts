import type { Capabilities } from '../../model/capabilities.js'
import type { RateLimitDeclaration } from '../../model/rate-limit.js'
import type { Settings } from './settings.js'
import { actionKinds, resourceTypes } from './vocabulary.js'

/** Rows in one export at most; one with as many may have been cut: sheet section 9 and section 10 rule 8. */
const exportRowsMax = 10_000

const hourMs = 3_600_000

/**
 * How far rows may lie outside the asked window, for the bounds that request.ts sends; the same on both sides.
 *
 * day: the bound sent lies less than 12 or 14 h (the farthest zone), a day (cut to a day) and a day (an exclusive
 * bound) outside the window. Read inclusively in the zone farthest the other way, 14 or 12 h away, it lets in rows
 * up to 26 h + 2 days outside.
 * instant: under 2 s by what is sent, and one more for a provider that cuts or rounds times to seconds.
 */
const boundSlackMs: Record<Settings['dates'], number> = { day: 74 * hourMs, instant: 3_000 }

/**
 * A value that can be sent without changing its meaning on the way: 1 to 200 visible ASCII characters. Blanks might
 * be trimmed and a comma might be read as a list; either could return less than what was asked for.
 */
function isSendable(value: string): boolean {
  return /^[\x21-\x2b\x2d-\x7e]{1,200}$/.test(value)
}

/**
 * What this provider can do. Sheet sections 2 to 5.
 *
 * - No filter by entity id exists; `target_id` is the other party, which the model calls counterparty.
 * - `search_term` looks at the same three names as `search`, but as full text: whether it finds a part of a word is
 *   unknown, so what it gives may be less than what is asked for, and it is never sent.
 * - `entity_type` may match a family of types (section 8, trap). That is more than asked for, so it may be sent.
 * - One value per filter. `action_type` is stated to be open, so any word may be sent; the list of `entity_type`
 *   looks closed and the answer to an unlisted one is unknown (422 is likely), so those are evaluated here.
 * - Order is not stated; no entry can be had by its id.
 */
export function capabilitiesWith({ dates, csvExport }: Pick<Settings, 'dates' | 'csvExport'>): Capabilities {
  const slackMs = boundSlackMs[dates]
  return {
    paging: 'offset',
    pageSizeMax: 100,
    order: 'unknown',
    totals: true,
    boundSlackMs: { since: slackMs, until: slackMs },
    lookup: false,
    ...(csvExport && { bulkRowsMax: exportRowsMax }),
    filters: {
      actorIds: { valuesMax: 1, accepts: isSendable, exact: true },
      actions: { valuesMax: 1, accepts: isSendable, exact: true },
      resourceTypes: { valuesMax: 1, accepts: (value) => resourceTypes.includes(value) },
      counterpartyIds: { valuesMax: 1, accepts: isSendable, exact: true },
    },
    exclusive: [],
    vocabulary: { actions: actionKinds, resourceTypes, actorTypes: ['USER', 'UNKNOWN'], absent: [] },
  }
}

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
