import type { EntryContent, Resource } from './entry.js'

/** How long a name may stand in a summary, in UTF-16 code units; longer ones are cut with an ellipsis. */
const nameLengthMax = 120

/**
 * One plain sentence about an entry, for people: who did what to what, and for whom where there is another party.
 * Uses the provider's own words; never empty, never longer than a few hundred characters.
 */
export function summarize(entry: EntryContent): string {
  const { actor } = entry
  const who = actor.name ?? actor.email ?? actor.id ?? 'Somebody'
  const forWhom = entry.counterparty ? `, concerning ${describe(entry.counterparty)}` : ''
  return `${shorten(who)}: ${shorten(entry.action)} ${describe(entry.resource)}${forWhom}.`
}

function describe(resource: Resource): string {
  const label = resource.name === null ? resource.id : `"${shorten(resource.name)}"`
  return label === null ? shorten(resource.type) : `${shorten(resource.type)} ${shorten(label)}`
}

function shorten(text: string): string {
  return text.length <= nameLengthMax ? text : `${text.slice(0, nameLengthMax - 1)}…`
}
