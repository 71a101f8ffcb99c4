import type { Capabilities, FilterSupport } from '../../model/capabilities.js'
import { secondMs } from '../../model/instant.js'
import type { Settings } from './settings.js'
import { actionKindOfWord, actorTypeOfWord, knownResourceTypes } from './vocabulary.js'

/** Step of the bounds that are sent, and how far they stand outside of what was asked: sheet jitsudo section 9 rule 3. */
export const boundStepMs = secondMs
export const boundMarginMs = secondMs

/**
 * What may not be sent is compared by the gateway itself: an empty parameter may be taken for a missing one, blanks at
 * an end might be trimmed, a comma might be read as a list, and half of a surrogate pair, which JSON can hold, becomes
 * another character in a URL.
 */
const oneValue: FilterSupport = {
  valuesMax: 1,
  accepts: (value) => value !== '' && value === value.trim() && !/[,\p{Surrogate}]/u.test(value),
}

/** One value per filter: the parameters are scalars. Sheet jitsudo section 2. */
export const filters = {
  actorIds: oneValue,
  actions: oneValue,
  resourceTypes: oneValue,
  resourceIds: oneValue,
} as const satisfies Capabilities['filters']

/** What a JITSudo source can do: sheet jitsudo sections 1, 2 and 5. */
export function capabilitiesOf(settings: Settings): Capabilities {
  return {
    paging: 'cursor',
    pageSizeMax: settings.pageSize,
    order: 'unknown',
    totals: false,
    boundSlackMs: {
      // Down to a whole second (999 ms) and the margin.
      since: boundStepMs - 1 + boundMarginMs,
      // The same upward, and once more nearly a second for a server that cuts times to seconds and includes `to`.
      until: 2 * (boundStepMs - 1) + boundMarginMs,
    },
    lookup: true,
    filters,
    exclusive: [],
    vocabulary: {
      actions: actionKindOfWord,
      resourceTypes: knownResourceTypes,
      actorTypes: [...new Set(actorTypeOfWord.values()), 'UNKNOWN'],
      // The wire has no name of anything, no e-mail and no other party (section 4).
      absent: ['actorEmails', 'counterpartyIds', 'search'],
    },
  }
}
