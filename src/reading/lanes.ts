import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { PageAsk } from '../model/provider.js'
import type { ReadingLimits } from './limits.js'
import type { ReadableSource } from './page.js'
import type { Walk } from './walk.js'

/** One source's part in one page. The walk is pure; a lane is where its asks are sent. */
export interface Lane {
  readonly source: ReadableSource
  readonly walk: Walk
  /** Frontier at the beginning of the page. */
  readonly from: number
  requests: number
  failure: SourceFailure | null
  /** The budget of the page is spent. */
  limited: boolean
  readonly notices: Set<string>
}

export function laneOf(source: ReadableSource, walk: Walk): Lane {
  return { source, walk, from: walk.frontier, requests: 0, failure: null, limited: false, notices: new Set() }
}

/** A lane whose frontier bounds what may be delivered: it answered so far and has more. */
export function isOpen(lane: Lane): boolean {
  return lane.failure === null && !lane.walk.finished
}

/**
 * Reads until `wanted` rows lie before the least frontier of the open lanes, or nothing more can be had: all lanes are
 * finished, failed or at the end of their budget. Lanes are asked in parallel, and only those that hold the page up.
 */
export async function advanceLanes(
  lanes: readonly Lane[],
  wanted: number,
  limits: ReadingLimits,
  signal: AbortSignal,
): Promise<void> {
  while (countBefore(lanes, leastFrontier(lanes)) < wanted) {
    const holding = lanesHoldingUp(lanes, wanted)
    if (holding.length === 0) return
    if (signal.aborted && holding.every(({ walk }) => !walk.untouched)) {
      // A deadline bounds a page like its budget does: who answered so far has not failed, the page ends early.
      for (const lane of holding) lane.limited = true
      return
    }
    await Promise.all(holding.map((lane) => advanceLane(lane, limits, signal)))
  }
}

/** The least frontier of the lanes that are open; infinite when all are finished or failed. */
export function leastFrontier(lanes: readonly Lane[]): number {
  return Math.min(Number.POSITIVE_INFINITY, ...lanes.filter(isOpen).map(({ walk }) => walk.frontier))
}

/** How many known rows lie before a frontier, over all lanes, failed ones included. */
export function countBefore(lanes: readonly Lane[], frontier: number): number {
  let count = 0
  for (const { walk } of lanes) {
    for (const row of walk.rows) {
      if (row.progress >= frontier) break
      count += 1
    }
  }
  return count
}

function lanesHoldingUp(lanes: readonly Lane[], wanted: number): readonly Lane[] {
  const open = lanes.filter(isOpen)
  // Beyond a lane whose budget is spent nothing can be delivered, so nobody needs to go there.
  const limit = Math.min(
    Number.POSITIVE_INFINITY,
    ...open.filter(({ limited }) => limited).map(({ walk }) => walk.frontier),
  )
  const able = open.filter((lane) => !lane.limited && lane.walk.frontier < limit)
  const untouched = able.filter(({ walk }) => walk.untouched)
  if (untouched.length > 0) return untouched
  const known = lanes.flatMap(({ walk }) => walk.rows.map(({ progress }) => progress)).sort((a, b) => a - b)
  const last = known[wanted - 1]
  if (last !== undefined) return able.filter(({ walk }) => walk.frontier <= last)
  // Too little is known to fill the page: the sources catch up with the farthest, then that one goes on.
  const farthest = Math.max(...able.map(({ walk }) => walk.frontier))
  const behind = able.filter(({ walk }) => walk.frontier < farthest)
  return behind.length > 0 ? behind : able
}

/** Asks one source until its frontier moves, it fails, or its budget is spent. */
async function advanceLane(lane: Lane, limits: ReadingLimits, signal: AbortSignal): Promise<void> {
  const { walk, source } = lane
  const before = walk.frontier
  while (lane.failure === null && walk.frontier === before) {
    const ask = walk.nextAsk()
    if (ask === null) return
    const moved = before > lane.from
    const spent = lane.requests >= limits.requestsPerPage || walk.scanned >= limits.scannedPerPage
    if (moved && spent) {
      lane.limited = true
      return
    }
    if (!moved && lane.requests >= limits.requestsWithoutProgress) {
      lane.failure = sourceFailure('TOO_DENSE')
      return
    }
    lane.requests += 1
    const page = await source.fetchPage(ask, signal)
    if (isFailure(page)) {
      lane.failure = isCursorRefusal(ask, page) && walk.refuseCursor() ? null : page
    } else {
      for (const notice of page.notices ?? []) lane.notices.add(notice)
      lane.failure = walk.absorb(page)
    }
  }
}

/** Cursors expire; a window can be read again without one (sheets jitsudo section 9 rule 6, ashby section 10 rule 9). */
function isCursorRefusal(ask: PageAsk, failure: SourceFailure): boolean {
  return (
    ask.upstreamCursor !== undefined && (failure.kind === 'INVALID_REQUEST' || failure.kind === 'NOT_FOUND')
  )
}
