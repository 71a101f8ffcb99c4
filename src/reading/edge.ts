import type { AuditEntry } from '../model/entry.js'
import type { UpstreamRow } from '../model/provider.js'
import type { EntryEdge } from './page.js'

/** The entry of a row. A row belongs to one source, so its content may take the source's key in. */
export function entryOf(row: UpstreamRow, sourceKey: string): AuditEntry {
  return Object.assign(row.content(), { sourceKey })
}

/**
 * An edge whose entry is normalized and whose cursor is sealed when somebody asks for them, and then once: most
 * callers want only the page's own cursors, and some no entries.
 */
export class LazyEdge implements EntryEdge {
  readonly #read: () => AuditEntry
  readonly #seal: () => string
  #entry: AuditEntry | undefined
  #cursor: string | undefined

  constructor(read: () => AuditEntry, seal: () => string) {
    this.#read = read
    this.#seal = seal
  }

  get entry(): AuditEntry {
    this.#entry ??= this.#read()
    return this.#entry
  }

  get cursor(): string {
    this.#cursor ??= this.#seal()
    return this.#cursor
  }
}
