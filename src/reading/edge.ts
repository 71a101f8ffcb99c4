import type { AuditEntry } from '../model/entry.js'
import type { UpstreamRow } from '../model/provider.js'
import type { MergedRow } from './merge.js'
import type { EntryEdge, EntryPage, SourceCoverage } from './page.js'

/** The entry of a row. A row belongs to one source, so its content may take the source's key in. */
export function entryOf(row: UpstreamRow, sourceKey: string): AuditEntry {
  return Object.assign(row.content(), { sourceKey })
}

/** What the edges of a page are made of, each when somebody asks for it. */
interface EdgeParts {
  readonly entry: (row: MergedRow) => AuditEntry
  /** Seals the cursor that goes on behind the row. */
  readonly cursor: (row: MergedRow) => string
}

/**
 * An edge whose entry is normalized and whose cursor is sealed when somebody asks for them, and then once: most
 * callers want only the page's own cursors, and some no entries.
 */
export class LazyEdge implements EntryEdge {
  readonly #parts: EdgeParts
  readonly #row: MergedRow
  #entry: AuditEntry | undefined
  #cursor: string | undefined

  /** `parts` are one object for all edges of a page: functions of each edge's own would be most of what it takes. */
  constructor(parts: EdgeParts, row: MergedRow) {
    this.#parts = parts
    this.#row = row
  }

  get entry(): AuditEntry {
    this.#entry ??= this.#parts.entry(this.#row)
    return this.#entry
  }

  get cursor(): string {
    this.#cursor ??= this.#parts.cursor(this.#row)
    return this.#cursor
  }
}

/**
 * A page whose first cursor is sealed when somebody asks for it. A class, since V8 keeps what an object literal's
 * getter closes over, here all that was read for the page, until it next collects the whole heap.
 */
export class LazyPage implements EntryPage {
  readonly kind = 'page'
  readonly edges: readonly EntryEdge[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly endCursor: string | null
  readonly asOfMs: number
  readonly complete: boolean
  readonly coverage: readonly SourceCoverage[]
  readonly #startCursor: string | null

  /** `startCursor` is that of a page without edges. */
  constructor(parts: Omit<EntryPage, 'kind'>) {
    this.edges = parts.edges
    this.hasNextPage = parts.hasNextPage
    this.hasPreviousPage = parts.hasPreviousPage
    this.endCursor = parts.endCursor
    this.asOfMs = parts.asOfMs
    this.complete = parts.complete
    this.coverage = parts.coverage
    this.#startCursor = parts.startCursor
  }

  get startCursor(): string | null {
    return this.edges[0]?.cursor ?? this.#startCursor
  }
}
