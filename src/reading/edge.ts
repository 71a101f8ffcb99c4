import type { AuditEntry } from '../model/entry.js'
import type { EntryEdge } from './page.js'

/** An edge whose cursor is sealed when somebody asks for it, and then once: most callers want only the page's own. */
export class SealedLater implements EntryEdge {
  readonly entry: AuditEntry
  readonly #seal: () => string
  #cursor: string | undefined

  constructor(entry: AuditEntry, seal: () => string) {
    this.entry = entry
    this.#seal = seal
  }

  get cursor(): string {
    this.#cursor ??= this.#seal()
    return this.#cursor
  }
}
