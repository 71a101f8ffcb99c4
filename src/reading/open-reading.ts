import type { InputProblem, PageRequest, ReadableSource } from './page.js'
import { pageSizeDefault, pageSizeMax, pageSizeMin } from './page.js'
import { timeSpan } from './planning/time-slices.js'
import type { BindCursors, CursorCodec, Position } from './position-cursor.js'
import { type Gap, mergeGaps } from './ranges.js'
import {
  type Cut,
  cutAfter,
  cutBefore,
  type KeyRange,
  narrowRange,
  rangeOf,
  type Travel,
  travelOf,
} from './travel.js'

/** One page of a reading, its arguments checked: what is to be read, which way, and what the reading knows so far. */
export interface Reading {
  readonly request: PageRequest
  /** The sources asked, in configuration order. */
  readonly sources: readonly ReadableSource[]
  readonly cursors: CursorCodec
  /** Makes cursors of another reading, as those that replay a gap. */
  readonly bindCursors: BindCursors
  readonly asOfMs: number
  /** When its first page was asked for, UTC milliseconds. */
  readonly begunMs: number
  readonly travel: Travel
  /** Whether the page is read against the order of the connection, for `last`. */
  readonly backward: boolean
  /** Rows that the page reads for; one more tells whether there are more. */
  readonly count: number
  /** What is left to read: ranges in the order of travel. Empty when there is nothing. */
  readonly segments: readonly KeyRange[]
  /** What the reading spans as a whole; null when the filter's times leave nothing. */
  readonly span: KeyRange | null
  readonly after: Position | null
  readonly before: Position | null
  readonly gaps: readonly Gap[]
  readonly orders: Position['orders']
}

/** Checks the arguments of a page and opens its cursors: design.md sections 3 and 4.1. */
export function openReading(
  request: PageRequest,
  configured: readonly ReadableSource[],
  bindCursors: BindCursors,
  nowMs: number,
): Reading | InputProblem {
  const sources = openSources(request, configured)
  if ('kind' in sources) return sources
  const countProblem = checkCount('first', request.first) ?? checkCount('last', request.last)
  if (countProblem) return countProblem
  const cursors = bindCursors({ filter: request.filter, order: request.order, sources })
  const after = openCursor('after', request.after, cursors, nowMs)
  if (after !== null && 'kind' in after) return after
  const before = openCursor('before', request.before, cursors, nowMs)
  if (before !== null && 'kind' in before) return before
  if (after && before && !belongTogether(after, before)) {
    return problem(
      ['before'],
      '`before` and `after` come from different readings. Use cursors of one reading.',
    )
  }

  const backward = request.last !== undefined && request.first === undefined
  const asOfMs = after?.asOfMs ?? before?.asOfMs ?? request.asOfMs ?? nowMs
  const begunMs = after?.begunMs ?? before?.begunMs ?? nowMs
  const times = timeSpan(request.filter)
  const span = times && rangeOf(times, asOfMs)
  const ranges = after?.segments ?? before?.segments ?? (span ? [span] : [])
  const { order } = request
  const afterCut = after && cutOf(after, travelOf(order, false), order === 'NEWEST_FIRST')
  const beforeCut = before && cutOf(before, travelOf(order, true), order === 'OLDEST_FIRST')
  const [top, bottom] = order === 'NEWEST_FIRST' ? [afterCut, beforeCut] : [beforeCut, afterCut]
  const travel = travelOf(order, backward)
  const segments = ranges
    .map((range) => narrowRange(range, top ?? null, bottom ?? null))
    .filter((range) => range !== null)
  return {
    request,
    sources,
    cursors,
    bindCursors,
    asOfMs,
    begunMs,
    travel,
    backward,
    count: (backward ? request.last : request.first) ?? pageSizeDefault,
    segments: travel === 'down' ? segments : segments.reverse(),
    span,
    after,
    before,
    gaps: mergeGaps(after?.gaps ?? [], before?.gaps ?? []),
    orders: after?.orders ?? before?.orders ?? [],
  }
}

/** How much of an unknown key a message repeats, in UTF-16 code units; keys of sources are shorter. */
const keyLengthTold = 80

/** The sources that a request names, in configuration order; all of them when it names none. */
export function openSources(
  request: Pick<PageRequest, 'sources'>,
  configured: readonly ReadableSource[],
): readonly ReadableSource[] | InputProblem {
  if (request.sources === undefined) return configured
  const keys = configured.map(({ key }) => key)
  const unknown = request.sources.find((key) => !keys.includes(key))
  if (unknown !== undefined) {
    return problem(
      ['sources'],
      `There is no source ${JSON.stringify(unknown.slice(0, keyLengthTold))}. The sources are: ${keys.join(', ')}.`,
    )
  }
  if (request.sources.length === 0) {
    return problem(
      ['sources'],
      `\`sources\` is empty. Name at least one of ${keys.join(', ')}, or leave it out to ask all.`,
    )
  }
  const asked = new Set(request.sources)
  return configured.filter(({ key }) => asked.has(key))
}

function checkCount(argument: 'first' | 'last', count: number | undefined): InputProblem | null {
  if (count === undefined || (Number.isInteger(count) && count >= pageSizeMin && count <= pageSizeMax))
    return null
  return problem([argument], `\`${argument}\` is ${count}; it must be from ${pageSizeMin} to ${pageSizeMax}.`)
}

function openCursor(
  argument: 'after' | 'before',
  text: string | undefined,
  cursors: CursorCodec,
  nowMs: number,
): Position | InputProblem | null {
  if (text === undefined) return null
  const opened = cursors.decode(text, nowMs)
  return 'problem' in opened
    ? {
        ...problem([argument], `The cursor in \`${argument}\` ${opened.problem}.`),
        cursor: opened.fault,
      }
    : opened.position
}

function belongTogether(a: Position, b: Position): boolean {
  return a.asOfMs === b.asOfMs && JSON.stringify(a.segments) === JSON.stringify(b.segments)
}

/**
 * Where a position cuts the order for somebody who goes on from it; null at the beginning of a replay. `below`: the
 * entry itself lies above the cut.
 */
function cutOf(position: Position, travel: Travel, below: boolean): Cut | null {
  const { key, searched } = position
  if (searched && (key === null || searched.travel === travel)) return searched.cut
  if (key === null) return null
  return below ? cutAfter(key) : cutBefore(key)
}

function problem(path: readonly string[], message: string): InputProblem {
  return { kind: 'inputProblem', path, message }
}
