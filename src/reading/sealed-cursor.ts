// node:crypto is the one thing of Node that this layer uses: it computes and has no effect on the world.
import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto'
import { canonicalFilter } from '../model/canonical-filter.js'
import type { EntryFilter } from '../model/filter.js'
import { compareText } from '../model/order.js'
import type { Secret } from '../model/secret.js'

/**
 * The envelope of every cursor: design.md 4.1.
 *
 * A cursor is `base64url(payload || tag)`: payload is compact JSON, tag the first 16 bytes of HMAC-SHA256 over it.
 */
export interface CursorSeal {
  seal(payload: object): string
  /** The payload of an authentic cursor, parsed; null for any other text. */
  open(text: string): unknown
}

const tagBytes = 16
/** Longer text is no cursor of ours: 32 gaps of two positions with ids of 500 characters, six letters of JSON each, stay below. */
const cursorLengthMax = 300_000

/** `secrets` is not empty: the first signs, all verify, so a secret can be changed without cutting a reading short. */
export function createCursorSeal(secrets: readonly Secret[]): CursorSeal {
  const keys = secrets.map((secret) =>
    createHash('sha256').update(`auditgraph cursor\n${secret.reveal()}`).digest(),
  )
  const [signingKey] = keys
  if (signingKey === undefined) throw new Error('A cursor codec needs at least one secret.')
  return {
    seal(content) {
      const payload = Buffer.from(JSON.stringify(content))
      return Buffer.concat([payload, tagOf(payload, signingKey)]).toString('base64url')
    },
    open(text) {
      const payload = openEnvelope(text, keys)
      return payload && (JSON.parse(payload.toString()) as unknown)
    },
  }
}

/** The payload of an authentic cursor in canonical base64url (RFC 4648 section 5, without padding), or null. */
function openEnvelope(text: string, keys: readonly Buffer[]): Buffer | null {
  if (text.length > cursorLengthMax) return null
  const bytes = Buffer.from(text, 'base64url')
  // Node decodes leniently: blanks, padding and the other alphabet pass, and stray bits are dropped.
  if (bytes.length <= tagBytes || bytes.toString('base64url') !== text) return null
  const payload = bytes.subarray(0, -tagBytes)
  const tag = bytes.subarray(-tagBytes)
  return keys.some((key) => timingSafeEqual(tagOf(payload, key), tag)) ? payload : null
}

function tagOf(payload: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, tagBytes)
}

/** What a cursor remembers of the filter that it was made for. The same for filters that mean the same by form. */
export function filterDigest(filter: EntryFilter): string {
  return digest(JSON.stringify(canonicalFilter(filter)))
}

/** A source as far as a cursor is bound to it (`ReadableSource`). */
export interface BoundSource {
  readonly key: string
  readonly account?: string
}

/** What a cursor remembers of the sources that it was made for, whatever their order. */
export function sourcesDigest(sources: readonly BoundSource[]): string {
  const sorted = [...sources].sort((a, b) => compareText(a.key, b.key))
  return digest(
    JSON.stringify(sorted.map(({ key, account }) => (account === undefined ? key : [key, account]))),
  )
}

/** The first 48 bits of a digest, as a number: what is remembered of an entry that was delivered. */
export function fingerprintOf(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6)
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 11)
}
