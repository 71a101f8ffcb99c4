import type { AuditEntry } from '../model/entry.js'
import { instantMaxMs, instantMinMs } from '../model/instant.js'
import { type EntryKey, keyOf } from '../model/order.js'

/**
 * Global ids, for Relay's object identification: opaque to callers, base64url of a small JSON array.
 *
 * An entry's id carries its whole key (source, time, upstream id), so that any replica can find it again without a
 * store. Ids are not secret and not authenticated: what they name is read with the rights of the caller all the same.
 */
export type GlobalId =
  | { readonly kind: 'source'; readonly key: string }
  | { readonly kind: 'entry'; readonly key: EntryKey }

export function encodeSourceId(key: string): string {
  return encode(`["s",${quoted(key)}]`)
}

export function encodeEntryId(key: EntryKey): string {
  return encode(`["e",${quoted(key.sourceKey)},${key.timeMs},${quoted(key.id)}]`)
}

const idOf = Symbol('global id')

/** The id of an entry. Made once and kept with the entry: pages that are kept are given out again and again. */
export function entryId(entry: AuditEntry): string {
  const known = entry as AuditEntry & { [idOf]?: string }
  known[idOf] ??= encodeEntryId(keyOf(entry))
  return known[idOf]
}

/**
 * Reads a global id. Gives undefined for text that `encodeSourceId` and `encodeEntryId` never give: only the canonical
 * form counts, so that one object has one id.
 */
export function decodeGlobalId(text: string): GlobalId | undefined {
  const id = read(text)
  if (id === undefined) return undefined
  const canonical = id.kind === 'source' ? encodeSourceId(id.key) : encodeEntryId(id.key)
  return canonical === text ? id : undefined
}

/** Text that JSON writes as it is. */
const plainText = /^[ !#-[\]-~]*$/

/** A JSON string. JSON.stringify escapes lone surrogates, so any string survives the way through UTF-8. */
function quoted(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** Bytes on their way to base64url: every entry of an answer has an id, and a buffer for each takes longer. */
const scratch = Buffer.allocUnsafe(1_024)

function encode(json: string): string {
  // A letter has three bytes at most.
  if (json.length * 3 > scratch.length) return Buffer.from(json).toString('base64url')
  return scratch.toString('base64url', 0, scratch.write(json))
}

function read(text: string): GlobalId | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  if (!Array.isArray(parts)) return undefined
  const [tag, sourceKey, timeMs, id] = parts as unknown[]
  if (typeof sourceKey !== 'string') return undefined
  if (tag === 's') return { kind: 'source', key: sourceKey }
  if (tag !== 'e' || typeof id !== 'string' || !isInstant(timeMs)) return undefined
  return { kind: 'entry', key: { sourceKey, timeMs, id } }
}

function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= instantMinMs && Number(value) <= instantMaxMs
}
