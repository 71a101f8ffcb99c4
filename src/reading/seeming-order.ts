import type { Capabilities } from '../model/capabilities.js'
import type { UpstreamPage, UpstreamRow } from '../model/provider.js'
import { type NativeOrder, steps } from './native-order.js'
import { type PagePlace, placeBehind } from './paging/step.js'

/** A page that seems to be oldest first and has others behind it: the next one tells whether it is. */
export interface Seeming {
  readonly page: UpstreamPage
  /** What to ask next. */
  readonly behind: PagePlace
}

type Dialect = Pick<Capabilities, 'paging'>

/** Whether only one page has shown that entries come oldest first. */
export function isSeeming({ kind, proven, acrossPages = false }: NativeOrder): boolean {
  return kind === 'oldestFirst' && proven && !acrossPages
}

/** What is to be asked before a page, asked for at `place`, is believed; null where nothing is. */
export function seemingOf(
  order: NativeOrder,
  page: UpstreamPage,
  place: PagePlace,
  dialect: Dialect,
): Seeming | null {
  const behind = isSeeming(order) ? placeBehind(page, place, dialect) : null
  return behind && { page, behind }
}

/** What the page behind says: that both are oldest first, that they are not, or that the one behind it is to be asked. */
export function judgeSeeming(
  { page, behind: place }: Seeming,
  next: UpstreamPage,
  dialect: Dialect,
): 'oldestFirst' | 'unsorted' | Seeming {
  const goesOn = goesOnRising(page.rows, next.rows)
  if (goesOn !== null) return goesOn ? 'oldestFirst' : 'unsorted'
  const behind = placeBehind(next, place, dialect)
  if (behind) return { page, behind }
  // Where the list ends with it, all of the list rises.
  return next.more ? 'unsorted' : 'oldestFirst'
}

/**
 * Whether the page behind one that rises in time goes on from it. It may begin before that one ends, since the list may
 * have changed meanwhile. Null where it has no later times: older entries may follow.
 */
function goesOnRising(rows: readonly UpstreamRow[], behind: readonly UpstreamRow[]): boolean | null {
  const [last, lastBehind] = [rows.at(-1), behind.at(-1)]
  if (!last || !lastBehind || lastBehind.timeMs === last.timeMs) return steps(behind).falls ? false : null
  return !steps(behind).falls && lastBehind.timeMs > last.timeMs
}
