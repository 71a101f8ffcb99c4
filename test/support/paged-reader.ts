import type { AuditEntry } from '../../src/model/entry.js'
import { sourceFailure } from '../../src/model/failure.js'
import type { EntryPage, PageRequest, Reader, SourceCoverage } from '../../src/reading/page.js'
import { asOfMs, exportSources } from './export-entries.js'

export interface PagedReader extends Pick<Reader, 'readPage'> {
  readonly requests: readonly PageRequest[]
}

/**
 * Gives entries page by page, as the reading layer does, in pages of any sizes: `sizeOf` is asked for each, 0 is a page
 * that ended at a limit, 'fail' one that a source fails for. A cursor is the number of entries before it.
 */
export function pagedReader(
  entries: readonly AuditEntry[],
  sizeOf: () => number | 'fail',
  coverage: readonly SourceCoverage[] = exportSources.map(({ key }) => completeCoverage(key)),
): PagedReader {
  const requests: PageRequest[] = []
  return {
    requests,
    readPage: async (request) => {
      requests.push(request)
      request.signal.throwIfAborted()
      const size = sizeOf()
      if (size === 'fail') {
        const failure = sourceFailure('UNAVAILABLE')
        return {
          kind: 'readingFailed',
          failures: [{ sourceKey: 'desk', failure }],
          after: request.after ?? null,
          before: null,
        }
      }
      const start = Number(request.after ?? 0)
      return pageOf(entries, start, Math.min(start + size, entries.length), coverage)
    },
  }
}

function pageOf(
  entries: readonly AuditEntry[],
  start: number,
  end: number,
  coverage: readonly SourceCoverage[],
): EntryPage {
  const edges = entries
    .slice(start, end)
    .map((entry, index) => ({ entry, cursor: String(start + index + 1) }))
  return {
    kind: 'page',
    edges,
    hasNextPage: end < entries.length,
    hasPreviousPage: start > 0,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: end < entries.length ? String(end) : (edges.at(-1)?.cursor ?? null),
    asOfMs,
    complete: coverage.every(({ gap }) => gap === null),
    coverage,
  }
}

export function completeCoverage(sourceKey: string, parts: Partial<SourceCoverage> = {}): SourceCoverage {
  return {
    sourceKey,
    state: 'COMPLETE',
    searchedSinceMs: null,
    searchedUntilMs: asOfMs,
    gap: null,
    resumeCursor: null,
    requests: 1,
    scanned: 1,
    matched: 1,
    error: null,
    notices: [],
    ...parts,
  }
}
