/** Seeded pseudo-random numbers. Math.random is never used here, so that a failing run can be replayed. */

/** 32-bit FNV-1a of a text, salted, finished with a mixer so that near texts give far numbers. 0 to 2^32 - 1. */
export function hashText(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return mix(hash)
}

/** Spreads 32 bits over 32 bits, another way for every salt (the finisher of MurmurHash3). 0 to 2^32 - 1. */
export function mix(bits: number, salt = 0): number {
  let mixed = bits ^ Math.imul(salt, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A stream of numbers that depends on its seed alone (sfc32, 128 bits of state). */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number | string) {
    const text = String(seed)
    this.#a = hashText(text, 1)
    this.#b = hashText(text, 2)
    this.#c = hashText(text, 3)
    for (let round = 0; round < 12; round += 1) this.next()
  }

  /** 0 inclusive to 1 exclusive. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }

  /** A whole number from `min` to `max`, both inclusive. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** True in `share` of the calls, 0 to 1. */
  chance(share: number): boolean {
    return this.next() < share
  }

  /** One of the items. Throws a RangeError on an empty list. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('There is nothing to pick from.')
    // The index is below the length, which is above zero.
    return items[Math.floor(this.next() * items.length)] as Item
  }

  /** Lower-case hexadecimal digits, `length` of them. */
  hex(length: number): string {
    let digits = ''
    while (digits.length < length) {
      digits += Math.floor(this.next() * 4_294_967_296)
        .toString(16)
        .padStart(8, '0')
    }
    return digits.slice(0, length)
  }

  /** A UUID in the form of version 4 (RFC 9562 section 5.4). */
  uuid(): string {
    const digits = this.hex(32)
    const variant = '89ab'.charAt(this.integer(0, 3))
    return (
      `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-` +
      `${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`
    )
  }
}
