import type { ActionKind, ActorType } from '../../model/entry.js'

/** The provider's actor types as of 2026-09-02: sheet ashby section 9. `Other` is the provider's own "not known". */
export const actorTypeOfWord: ReadonlyMap<string, ActorType> = new Map([
  ['User', 'USER'],
  ['Automation', 'AUTOMATION'],
  ['ApiUser', 'API_KEY'],
  ['Support', 'PROVIDER_STAFF'],
  ['Operations', 'PROVIDER_STAFF'],
  ['Candidate', 'CANDIDATE'],
  ['System', 'SYSTEM'],
  ['Other', 'UNKNOWN'],
])

/**
 * Known categories. The full list could not be obtained (ashby-vocabulary.json, `complete: false`), and a kind is not
 * guessed from how an unlisted category ends. A value that is not in the provider's own list is refused in a request
 * (sheet ashby section 9); whether one that is not here is in that list, only the provider can say.
 */
export const actionKindOfCategory: ReadonlyMap<string, ActionKind> = new Map([['JobStatusChanged', 'UPDATE']])

/** Known target types; the same holds for them. */
export const knownTargetTypes: ReadonlySet<string> = new Set(['job', 'app_user'])
