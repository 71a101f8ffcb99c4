import { LRUCache } from 'lru-cache'
import type { UpstreamPage, UpstreamRow } from '../model/provider.js'

/** When a page was asked for, in UTC milliseconds and by the count of `UpstreamPage.answeredAt`. */
export interface SentAt {
  readonly sentAtMs: number
  readonly sentAt: number
}

interface Kept extends SentAt {
  readonly page: UpstreamPage
}

/** What a page takes in memory for each character of its body: its parsed record, and the entry made of it. */
const bytesPerCharacter = 4

/**
 * Pages of windows that nothing is added to any more, kept for a while: an optimisation only, bounded by bytes and age.
 *
 * A page may stand in for an answer where two things hold (docs/upstream.md has the reason):
 *
 * - The window ended longer than the settle time before the page was asked for. So no entry was still to come.
 * - The page was asked for after every answer that the walk has had so far was given (`sentAfter`). So a walk sees its
 *   pages in the order in which they were asked for, as if it had read slowly; it never goes back to an older state of
 *   the list, be it in the pages that it counts rows by or in those that it compares.
 *
 * Kept are the rows, whose entries are made once. No failure is kept, and a key holds the source.
 */
export class SettledPages {
  readonly #pages: LRUCache<string, Kept> | null

  constructor(
    limits: { readonly settledPageBytes: number; readonly settledPageMs: number },
    now: () => number,
  ) {
    const { settledPageBytes, settledPageMs } = limits
    this.#pages =
      settledPageBytes === 0
        ? null
        : new LRUCache({
            maxSize: settledPageBytes,
            ttl: settledPageMs,
            ttlResolution: 0,
            perf: { now },
          })
  }

  /** `sentAfter` left out: no kept page will do. */
  get(
    key: string,
    window: { readonly untilMs?: number },
    settleMs: number,
    sentAfter: number | undefined,
  ): UpstreamPage | undefined {
    if (sentAfter === undefined) return undefined
    const kept = this.#pages?.get(key)
    if (!kept || kept.sentAt <= sentAfter || !isSettled(window, settleMs, kept.sentAtMs)) return undefined
    return kept.page
  }

  /** Keeps a page if its window is settled, and gives it with entries that are made once. */
  keep(
    key: string,
    window: { readonly untilMs?: number },
    settleMs: number,
    page: UpstreamPage,
    sent: SentAt,
    bodyLength: number,
  ): UpstreamPage {
    if (!this.#pages || !isSettled(window, settleMs, sent.sentAtMs)) return page
    const rows = page.rows.map(madeOnce)
    const size = 1_000 + bodyLength * bytesPerCharacter
    this.#pages.set(key, { ...sent, page: { ...page, rows, reused: true } }, { size })
    return { ...page, rows }
  }
}

/** Its end lies the settle time back; without a begin it holds all that is older, which is settled too. */
function isSettled({ untilMs }: { readonly untilMs?: number }, settleMs: number, sentAtMs: number): boolean {
  return untilMs !== undefined && untilMs <= sentAtMs - settleMs
}

function madeOnce(row: UpstreamRow): UpstreamRow {
  let content: ReturnType<UpstreamRow['content']> | undefined
  return {
    id: row.id,
    timeMs: row.timeMs,
    content: () => {
      content ??= row.content()
      return content
    },
  }
}
