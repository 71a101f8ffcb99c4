import type { Capabilities, FilterSupport } from '../../model/capabilities.js'
import type { SetFilterField } from '../../model/filter.js'
import { dayMs, secondMs } from '../../model/instant.js'
import type { Settings } from './settings.js'
import { actionKindOfCategory, knownTargetTypes } from './vocabulary.js'

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

const anyId: FilterSupport = { valuesMax, accepts: (value) => value !== '' }

export const filters: Record<SetFilterField, FilterSupport> = {
  actorIds: anyId,
  actions: { valuesMax, accepts: (value) => actionKindOfCategory.has(value) },
  resourceTypes: { valuesMax, accepts: (value) => knownTargetTypes.has(value) },
  resourceIds: anyId,
}

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
  }
}
