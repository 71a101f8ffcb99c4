import type { JsonValue } from '../../model/json.js'
import { isJsonObject } from '../../model/loose.js'

/**
 * The id of a record that came without one: `derived-` and 128 bits of a SHA-256 over what tells records apart.
 *
 * Sheet ashby section 10 rule 1. The same record gives the same id on every reading, whatever the order of its keys,
 * and on every machine. SHA-256 and not a quick hash, because parts of a record (a job's title) are written by people:
 * nobody may be able to make two entries share an id and so hide one. Written out here, because a provider imports
 * nothing that does I/O, `node:crypto` included, and the web's digest is asynchronous.
 *
 * Two records that agree in every part get the same id and so count as one entry. A counter would tell them apart
 * on one page only: the pair may lie across two pages, and a key that depends on where a page begins would bring
 * entries twice or lose them. readPage says so in a notice.
 */
export function derivedId(parts: readonly JsonValue[]): string {
  return `derived-${sha256(new TextEncoder().encode(canonicalJson(parts))).slice(0, 32)}`
}

/** JSON text with the keys of every object in code unit order. */
function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`)
  return `{${fields.join(',')}}`
}

/** FIPS 180-4 section 6.2, as lower-case hexadecimal. */
function sha256(message: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n)
  const hash = Uint32Array.from(primes(8), (prime) => fractionBits(Math.sqrt(prime)))
  for (let offset = 0; offset < padded.length; offset += 64) compress(hash, view, offset)
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('')
}

const roundConstants = Uint32Array.from(primes(64), (prime) => fractionBits(Math.cbrt(prime)))

/** Section 6.2.2: mixes the 64 bytes at `offset` into the hash. */
function compress(hash: Uint32Array, view: DataView, offset: number): void {
  const schedule = new Uint32Array(64)
  const word = (index: number) => schedule[index] ?? 0
  for (let t = 0; t < 64; t += 1) {
    if (t < 16) {
      schedule[t] = view.getUint32(offset + t * 4)
      continue
    }
    const early = rotate(word(t - 15), 7) ^ rotate(word(t - 15), 18) ^ (word(t - 15) >>> 3)
    const late = rotate(word(t - 2), 17) ^ rotate(word(t - 2), 19) ^ (word(t - 2) >>> 10)
    schedule[t] = word(t - 16) + early + word(t - 7) + late
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash
  for (let t = 0; t < 64; t += 1) {
    const sumE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const first = (h + sumE + choice + (roundConstants[t] ?? 0) + word(t)) | 0
    const sumA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + sumA + majority) | 0]
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = (hash[index] ?? 0) + value
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** The first 32 bits of the fraction of a root. A double holds them exactly for the 64 primes that are used. */
function fractionBits(root: number): number {
  return Math.floor((root % 1) * 2 ** 32)
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}
