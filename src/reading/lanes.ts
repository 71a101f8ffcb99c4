import { isDeadline, isPastDeadline } from '../model/deadline.js'
import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { PageAsk } from '../model/provider.js'
import type { ReadingLimits } from './limits.js'
import type { FetchTerms, ReadableSource } from './page.js'
import type { PlanPart } from './plan.js'
import { Walk } from './walk.js'

/** What one page does with one source: its lanes share the budget and the fate. */
export interface SourceRun {
  readonly source: ReadableSource
  readonly lanes: Lane[]
  /** Pages asked for, which the budget counts, and those of them that took no request of their own, failed ones among them. */
  requests: number
  reused: number
  /** It has given a page. */
  hasAnswered: boolean
  /** Trouble of one lane is trouble of the source. */
  failure: SourceFailure | null
  readonly notices: Set<string>
  /** The provider limits the rate, and that ended one of its lanes early. */
  isRateLimited: boolean
}

/** One part of one source's plan in one segment. The walk is pure; a lane is where its asks are sent. */
export interface Lane {
  readonly run: SourceRun
  readonly part: PlanPart
  walk: Walk
  /** The budget may end the lane only when its frontier has passed this, so that every page makes progress. */
  readonly obligedTo: number
  requests: number
  /** The budget of the page is spent, be it of requests, of rows, of time, or of the provider's rate. */
  limited: boolean
  /** The provider refused a word of the part's, so it is read without and the gateway compares: since now or lately. */
  refused: 'now' | 'lately' | null
}

export function runOf(source: ReadableSource): SourceRun {
  return {
    source,
    lanes: [],
    requests: 0,
    reused: 0,
    hasAnswered: false,
    failure: null,
    notices: new Set(),
    isRateLimited: false,
  }
}

/** Adds a lane to a run. */
export function addLane(run: SourceRun, part: PlanPart, walk: Walk, obligedTo: number): Lane {
  const lane = { run, part, walk, obligedTo, requests: 0, limited: false, refused: null }
  run.lanes.push(lane)
  return lane
}

/** A lane whose frontier bounds what may be delivered: it answered so far and has more. */
export function isOpen(lane: Lane): boolean {
  return lane.run.failure === null && !lane.walk.finished
}

/**
 * Reads until `wanted` rows lie before the least frontier of the open lanes, or nothing more can be had: all lanes are
 * finished, failed or at the end of their budget. Lanes are asked in parallel, and only those that hold the page up.
 */
export async function advanceLanes(
  lanes: readonly Lane[],
  wanted: number,
  limits: ReadingLimits,
  terms: FetchTerms,
): Promise<void> {
  while (countBefore(lanes, leastFrontier(lanes)) < wanted) {
    const holding = lanesHoldingUp(lanes, wanted)
    if (holding.length === 0) return
    const begun = ({ walk, obligedTo, requests }: Lane) => requests > 0 || walk.frontier > obligedTo
    const { aborted, reason } = terms.signal
    // Without a request that would throw it, a page could end where it began, and be asked for again and again.
    if (aborted && !isDeadline(reason)) throw reason
    if (aborted && holding.every(begun)) {
      // A deadline bounds a page like its budget does: who answered so far has not failed, the page ends early.
      for (const lane of holding) lane.limited = true
      return
    }
    await Promise.all(holding.map((lane) => advanceLane(lane, limits, terms)))
  }
}

/** The least frontier of the lanes that are open; infinite when all are finished or failed. */
export function leastFrontier(lanes: readonly Lane[]): number {
  return Math.min(Number.POSITIVE_INFINITY, ...lanes.filter(isOpen).map(({ walk }) => walk.frontier))
}

/**
 * The frontier of a source that failed: the least of its lanes that are not finished, since what another part knows
 * behind that is not all there is. Infinite for a source that did not fail.
 */
export function stopOf(run: SourceRun, lanes: readonly Lane[]): number {
  if (run.failure === null) return Number.POSITIVE_INFINITY
  const left = lanes.filter((lane) => lane.run === run && !lane.walk.finished)
  return Math.min(Number.POSITIVE_INFINITY, ...left.map(({ walk }) => walk.frontier))
}

/** How many known rows lie before a frontier, over all lanes, failed ones included up to where they stopped. */
export function countBefore(lanes: readonly Lane[], frontier: number): number {
  let count = 0
  for (const lane of lanes) {
    const end = Math.min(frontier, stopOf(lane.run, lanes))
    for (const row of lane.walk.rows) {
      if (row.progress >= end) break
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
  const starting = startingLanes(able)
  if (starting.length === 0) return lanesBehind(able, lanes, wanted)
  // Where a page begins, a source that begins anew, as after a failure, is asked beside the others: one that hangs would
  // use up their time.
  const isBegin = starting.some(({ walk, obligedTo }) => walk.frontier <= obligedTo)
  const others = isBegin ? able.filter(({ walk }) => !walk.untouched) : []
  return others.length === 0 ? starting : [...starting, ...lanesBehind(others, lanes, wanted)]
}

/** Those of some lanes that keep the page from being filled by what is known of all. */
function lanesBehind(some: readonly Lane[], lanes: readonly Lane[], wanted: number): readonly Lane[] {
  const known = lanes.flatMap(({ walk }) => walk.rows.map(({ progress }) => progress)).sort((a, b) => a - b)
  const last = known[wanted - 1]
  if (last !== undefined) return some.filter(({ walk }) => walk.frontier <= last)
  // Too little is known to fill the page: the sources catch up with the farthest, then that one goes on.
  const farthest = Math.max(...some.map(({ walk }) => walk.frontier))
  const behind = some.filter(({ walk }) => walk.frontier < farthest)
  return behind.length > 0 ? behind : some
}

/** The lanes that are asked first: those that begin here. One that begins farther on may never be needed. */
export function startingLanes(lanes: readonly Lane[]): readonly Lane[] {
  const least = Math.min(...lanes.map(({ walk }) => walk.frontier))
  return lanes.filter(({ walk }) => walk.untouched && !walk.finished && walk.frontier === least)
}

/** Asks one source until the lane's frontier moves, it fails, or its budget is spent. */
async function advanceLane(lane: Lane, limits: ReadingLimits, terms: FetchTerms): Promise<void> {
  const { run } = lane
  const before = lane.walk.frontier
  while (isOpen(lane) && lane.walk.frontier === before) {
    const { walk } = lane
    const ask = walk.nextAsk()
    if (ask === null) return
    const moved = before > lane.obligedTo
    if (moved && isSpent(run, limits)) {
      lane.limited = true
      return
    }
    if (!moved && run.requests >= limits.requestsWithoutProgress) {
      run.failure = sourceFailure('TOO_DENSE')
      return
    }
    lane.requests += 1
    run.requests += 1
    const page = await run.source.fetchPage(ask, { ...wayOf(terms), sentAfter: walk.answeredAt })
    if (isFailure(page)) {
      if (page.unsent) run.reused += 1
      if (isRefusal(lane, ask, page)) readWithoutWords(lane)
      else if (isBound(page, terms.signal) && moved && (run.hasAnswered || before > walk.startsAt)) {
        // The deadline or a limit of the rate bounds a page like its budget: the source has answered, and would go on later.
        // Else a reading whose pages take more requests than there is time for never got on under FAIL.
        lane.limited = true
        run.isRateLimited ||= page.kind === 'RATE_LIMITED'
        return
      } else if (!(isPlaceRefusal(ask, page) && walk.refusePlace())) run.failure ??= page
    } else {
      run.hasAnswered = true
      if (page.reused) run.reused += 1
      for (const notice of page.notices ?? []) run.notices.add(notice)
      const failure = walk.absorb(page)
      if (failure) run.failure ??= failure
      if (walk.hints.order.kind === 'unsorted') forgetOrder(run)
    }
  }
}

/** Whether a failure says no more than that there was no time left for an answer, or for leave to ask. */
function isBound({ kind }: SourceFailure, signal: AbortSignal): boolean {
  return kind === 'RATE_LIMITED' || (kind === 'TIMEOUT' && isPastDeadline(signal))
}

/** What of the terms concerns a request. */
function wayOf({ signal, priority, freshness, deadlineMs }: FetchTerms): FetchTerms {
  return {
    signal,
    ...(priority && { priority }),
    ...(freshness && { freshness }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  }
}

/** All parts of a source come in one order or in none: where one has shown that there is none, no other had one. */
function forgetOrder(run: SourceRun): void {
  for (const lane of run.lanes) {
    // A lane that begins again owes progress again, whatever the budget.
    if (lane.walk.forgetOrder()) lane.limited = false
  }
}

function isSpent(run: SourceRun, limits: ReadingLimits): boolean {
  const scanned = run.lanes.reduce((sum, { walk }) => sum + walk.scanned, 0)
  return run.requests >= limits.requestsPerPage || scanned >= limits.scannedPerPage
}

/** The provider takes only words of a list, and knows one of these not (sheet ashby section 9). */
function isRefusal({ part, run, refused }: Lane, ask: PageAsk, failure: SourceFailure): boolean {
  const { unknownValueCode } = run.source.capabilities
  return (
    part.withoutWords !== null &&
    refused === null &&
    ask.upstreamCursor === undefined &&
    failure.kind === 'INVALID_REQUEST' &&
    unknownValueCode !== undefined &&
    failure.upstreamCode === unknownValueCode
  )
}

/** Entries may have a word before a request may: what is left of the part is asked for (sheet ashby section 10 rule 11). */
function readWithoutWords(lane: Lane): void {
  const { walk, part } = lane
  if (part.withoutWords === null) throw new Error('A part without words has none that are refused.')
  lane.refused = 'now'
  lane.walk = new Walk({ ...walk.plan, pushdown: part.withoutWords }, { order: walk.hints.order })
}

/**
 * Cursors expire; a window can be read again without one (sheets jitsudo section 9 rule 6, ashby section 10 rule 9).
 * Offsets may have a ceiling (unknown, sheets aitronos section 5 and freddy section 2); windows have need of none.
 */
function isPlaceRefusal({ upstreamCursor, offset = 0 }: PageAsk, { kind }: SourceFailure): boolean {
  if (upstreamCursor !== undefined) return kind === 'INVALID_REQUEST' || kind === 'NOT_FOUND'
  return offset > 0 && kind === 'INVALID_REQUEST'
}
