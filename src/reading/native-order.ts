import type { UpstreamRow } from '../model/provider.js'
import type { Travel } from './travel.js'

/** The order in which a source sends its rows, and whether anything has shown it. */
export interface NativeOrder {
  readonly kind: 'newestFirst' | 'oldestFirst' | 'unsorted'
  /** A page has shown it, or the provider states it. Until then it is an assumption that a page may overturn. */
  readonly proven: boolean
  /**
   * Of `oldestFirst`: two pages that follow each other have shown it. One page alone may as well be the newest of a
   * list, shown oldest first.
   */
  readonly acrossPages?: boolean
}

/**
 * What a page says about the order. `broken`: the page contradicts an order on which rows were already placed, so
 * what was read before may be incomplete (design.md 4.6).
 */
export function observeOrder(
  order: NativeOrder,
  rows: readonly UpstreamRow[],
): { readonly order: NativeOrder; readonly changed: boolean; readonly broken: boolean } {
  if (order.kind === 'unsorted') return { order, changed: false, broken: false }
  const { rises, falls } = steps(rows)
  if (!rises && !falls) return { order, changed: false, broken: false }
  const kind = rises && falls ? 'unsorted' : rises ? 'oldestFirst' : 'newestFirst'
  if (kind === order.kind) return { order: { ...order, proven: true }, changed: false, broken: false }
  const acrossPages = order.acrossPages === true
  const seen: NativeOrder = { kind: order.proven ? 'unsorted' : kind, proven: true, acrossPages }
  return { order: seen, changed: true, broken: order.proven }
}

/** How rows of that order come to somebody who reads that way. */
export function directionOf(order: NativeOrder, travel: Travel): 'along' | 'against' | 'unsorted' {
  if (order.kind === 'unsorted') return 'unsorted'
  return (order.kind === 'newestFirst') === (travel === 'down') ? 'along' : 'against'
}

/** Whether times rise, or fall, from one row to the next. */
export function steps(rows: readonly UpstreamRow[]): { rises: boolean; falls: boolean } {
  let rises = false
  let falls = false
  let before: number | undefined
  for (const { timeMs } of rows) {
    if (before !== undefined && timeMs > before) rises = true
    if (before !== undefined && timeMs < before) falls = true
    before = timeMs
  }
  return { rises, falls }
}
