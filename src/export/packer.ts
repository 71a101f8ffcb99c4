import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { memberLength } from './limits.js'

const gzip = promisify(gzipCallback)

/**
 * Turns rows into the bytes of a file. Where a member ends depends on the rows alone, never on when they came or were
 * taken, so an export that was broken off and gone on with has the same bytes as one that was not. Members one after
 * the other are one gzip file (RFC 1952 section 2.2).
 */
export class Packer {
  readonly #compressed: boolean
  #full: string[] = []
  #pending: string[] = []
  #pendingLength = 0

  /** `pending`: what an earlier packer had been given and not given out. */
  constructor(compressed: boolean, pending = '') {
    this.#compressed = compressed
    if (pending !== '') this.add(pending)
  }

  /** Text that was added and is in no member yet; always empty after `take` where nothing is compressed. */
  get pending(): string {
    return this.#pending.join('')
  }

  /** Adds one whole row, or the head. */
  add(text: string): void {
    this.#pending.push(text)
    this.#pendingLength += text.length
    if (this.#pendingLength >= memberLength) this.#closeMember()
  }

  /** What can be written by now. */
  async take(): Promise<Buffer> {
    if (!this.#compressed) this.#closeMember()
    const members = this.#full
    this.#full = []
    const packed: Buffer[] = []
    for (const member of members) packed.push(this.#compressed ? await gzip(member) : Buffer.from(member))
    return Buffer.concat(packed)
  }

  /** The rest. A gzip file without a row has one empty member. */
  async finish(isEmpty: boolean): Promise<Buffer> {
    if (this.#pendingLength > 0 || (isEmpty && this.#compressed && this.#full.length === 0))
      this.#closeMember()
    return this.take()
  }

  #closeMember(): void {
    if (this.#pendingLength > 0 || this.#compressed) this.#full.push(this.#pending.join(''))
    this.#pending = []
    this.#pendingLength = 0
  }
}
