import { keyOf } from '../model/order.js'
import {
  type EntryPage,
  type InputProblem,
  type PageTerms,
  pageSizeMax,
  type Reader,
  type ReadingFailed,
  type SourceCoverage,
} from '../reading/page.js'
import { readAll } from '../reading/read-all.js'
import type { ExportSource } from './entry-json.js'
import type { Layout } from './layout.js'
import { isWhole } from './manifest.js'
import type { Packer } from './packer.js'
import type { ExportPlan } from './plan.js'
import type { Tally } from './tally.js'

/** An export under way: what is read, and what it is written with. */
export interface ExportWork {
  readonly reader: Pick<Reader, 'readPage'>
  /** By key; every source that is asked. */
  readonly sources: ReadonlyMap<string, ExportSource>
  readonly plan: ExportPlan
  readonly layout: Layout
  readonly tally: Tally
  readonly packer: Packer
  /** The instant that the reading is pinned at, UTC milliseconds; without a meaning where `after` is given. */
  readonly asOfMs: number
  readonly after?: string
  /** What bounds each page. */
  readonly termsOf: () => PageTerms
  /** Takes bytes and resolves when more may come: nothing is read meanwhile. */
  readonly write: (bytes: Buffer) => Promise<void>
  /** Called when all of a page has been written. */
  readonly onPage?: (page: EntryPage) => Promise<void> | void
}

/** Every source was read to its end, or what was not is a gap. */
export interface ExportDone {
  readonly kind: 'done'
  readonly asOfMs: number
  readonly coverage: readonly SourceCoverage[]
  /** Whether nothing is missing. */
  readonly whole: boolean
}

/**
 * Reads to the end of a reading and writes every entry, page by page: a page is read when the one before was written,
 * so no more than one page is in memory. Ends early, and with nothing of that page written, with what the reading
 * ended with. Rejects with the reason of an aborted signal, or with what `write` rejects with.
 */
export async function runExport(work: ExportWork): Promise<ExportDone | InputProblem | ReadingFailed> {
  const { plan, layout, tally, packer, sources } = work
  const request = {
    first: pageSizeMax,
    filter: plan.filter,
    ...(plan.sources && { sources: plan.sources }),
    order: plan.order,
    onSourceError: plan.partial ? ('PARTIAL' as const) : ('FAIL' as const),
    priority: 'bulk' as const,
    asOfMs: work.asOfMs,
    ...(work.after !== undefined && { after: work.after }),
  }
  for await (const page of readAll(work.reader, request, work.termsOf)) {
    if (page.kind !== 'page') return page
    for (const { entry } of page.edges) {
      const source = sources.get(entry.sourceKey)
      if (!source) throw new Error(`An entry of the source ${entry.sourceKey}, which was not asked.`)
      const row = layout.row(entry, source)
      tally.add(keyOf(entry), row)
      packer.add(row)
    }
    noteFailures(page, tally)
    await work.write(await packer.take())
    await work.onPage?.(page)
    if (page.hasNextPage) continue
    const { asOfMs, coverage } = page
    return { kind: 'done', asOfMs, coverage, whole: coverage.every(isWhole) }
  }
  throw new Error('A reading ended without a last page.')
}

function noteFailures({ coverage }: EntryPage, tally: Tally): void {
  for (const { sourceKey, error } of coverage) {
    const source = tally.sources.get(sourceKey)
    if (!source || !error) continue
    const { kind, message, remedy } = error
    source.failure = { kind, message, remedy }
  }
}
