import { createHash, type Hash } from 'node:crypto'
import type { EntryKey } from '../model/order.js'

/** What is known of the rows of one source. */
export interface SourceTally {
  count: number
  /** Keys of its first and its last row; null without a row. */
  first: EntryKey | null
  last: EntryKey | null
  /** The last trouble that the source had; null when it had none. */
  failure: { readonly kind: string; readonly message: string; readonly remedy: string } | null
}

/** Counts and digests of the rows written so far, in all and by source. */
export class Tally {
  readonly sources: ReadonlyMap<string, SourceTally>
  #rows = 0
  readonly #all = createHash('sha256')
  readonly #bySource = new Map<string, Hash>()

  /** `sourceKeys`: every source asked, in configuration order. */
  constructor(sourceKeys: readonly string[]) {
    this.sources = new Map(
      sourceKeys.map((key) => [key, { count: 0, first: null, last: null, failure: null }]),
    )
    for (const key of sourceKeys) this.#bySource.set(key, createHash('sha256'))
  }

  /** Rows so far; the head is none. */
  get rows(): number {
    return this.#rows
  }

  /** What was written and is no row: the head. */
  addHead(bytes: string | Buffer): void {
    this.#all.update(bytes)
  }

  add(key: EntryKey, row: string): void {
    this.digestRow(row, key.sourceKey)
    const source = this.sources.get(key.sourceKey)
    if (!source) throw new Error(`A row of the source ${key.sourceKey}, which was not asked.`)
    source.count += 1
    source.first ??= key
    source.last = key
  }

  /** Adds what an earlier run has written, read again. `sourceKey`: null when the row does not tell. */
  digestRow(row: string | Buffer, sourceKey: string | null): void {
    this.#rows += 1
    this.#all.update(row)
    if (sourceKey !== null) this.#bySource.get(sourceKey)?.update(row)
  }

  /** SHA-256 over the head and all rows, as hex digits. */
  digest(): string {
    return this.#all.copy().digest('hex')
  }

  digestOf(sourceKey: string): string {
    return (this.#bySource.get(sourceKey) ?? createHash('sha256')).copy().digest('hex')
  }
}
