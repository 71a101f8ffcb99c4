import type { Actor, AuditEntry } from '../../model/entry.js'
import { foldCase } from '../../model/filter.js'
import type { ReportDimension, RowSubject } from './shapes.js'

/** The value of an entry in each dimension, as text that tells it apart. For ACTOR it is one identity of the actor. */
export const keyOf: Readonly<Record<ReportDimension, (entry: AuditEntry) => string>> = {
  SOURCE: (entry) => entry.sourceKey,
  ACTION: (entry) => entry.action,
  ACTION_KIND: (entry) => entry.actionKind,
  ACTOR: identityKeyOf,
  ACTOR_TYPE: (entry) => entry.actor.type,
  RESOURCE_TYPE: (entry) => entry.resource.type,
  RESOURCE: resourceKeyOf,
  ORGANIZATION: (entry) => entry.organizationId,
}

/** What a row of any dimension but ACTOR stands for. The newest entry gives a resource its name. */
export function subjectOf(dimension: ReportDimension, entry: AuditEntry): RowSubject {
  const { sourceKey, resource } = entry
  if (dimension === 'RESOURCE') return { kind: 'resource', sourceKey, resource }
  return wordSubject(dimension, keyOf[dimension](entry))
}

/** The same where the key is all that is known. */
export function wordSubject(dimension: ReportDimension, key: string): RowSubject {
  return dimension === 'SOURCE' ? { kind: 'source', sourceKey: key } : { kind: 'word', word: key }
}

/**
 * An account at a source: its id there. An actor without one is told apart by e-mail, else by type and name, else, as
 * nobody in particular, by type alone; the provider's own word for the type counts.
 */
function identityKeyOf({ sourceKey, actor }: AuditEntry): string {
  const { id, email, type, rawType, name } = actor
  if (id !== null) return JSON.stringify([sourceKey, 'id', id])
  if (email !== null) return JSON.stringify([sourceKey, 'email', foldCase(email)])
  return JSON.stringify([sourceKey, 'name', type, rawType, name])
}

/** Ids are unique within a source and a type; a resource without an id is told apart by its name. */
function resourceKeyOf({ sourceKey, resource: { type, id, name } }: AuditEntry): string {
  return JSON.stringify(id === null ? [sourceKey, type, null, name] : [sourceKey, type, id])
}

/** A program that uses somebody's e-mail address is not that person. */
const isProgram: ReadonlySet<Actor['type']> = new Set(['API_KEY', 'AUTOMATION', 'SYSTEM'])

/** The address by which identities are joined, in lower case; null when the entry has none that is a person's. */
export function joiningEmail({ actor: { email, type } }: AuditEntry): string | null {
  return email === null || email === '' || isProgram.has(type) ? null : foldCase(email)
}
