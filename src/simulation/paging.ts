/** Pages of a listing: sizes, the more flag, totals and cursors, as the switches have them. */

import { createHash } from 'node:crypto'
import type { Json } from './exchange.js'
import type { LogEntry } from './log.js'
import { type KeysetPosition, keyOf, type OrderedView } from './ordering.js'
import type { CommonSwitches, CursorSwitches, OffsetSwitches } from './switches.js'

/** Rows asked for and rows that will be given at most. */
export interface PageSize {
  readonly asked: number
  readonly given: number
}

/** The size of a page, or undefined when the switches refuse the number. `asked` undefined means the default. */
export function pageSizeOf(asked: number | undefined, switches: CommonSwitches): PageSize | undefined {
  const wanted = asked ?? switches.pageSizeDefault
  if (!Number.isInteger(wanted) || wanted < 1) return undefined
  if (wanted > switches.pageSizeMax && switches.overMax === 'refuse') return undefined
  return { asked: wanted, given: Math.min(wanted, switches.pageSizeMax, switches.pageSizeCap) }
}

/** A whole number written in decimal digits; undefined for anything else. */
export function readInteger(text: string): number | undefined {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
}

export interface OffsetPage {
  readonly rows: readonly LogEntry[]
  readonly more: boolean
  /** Undefined where the switches leave it out. */
  readonly total: number | undefined
}

/** The page after `offset` rows (0 or more). */
export function offsetPage(
  view: OrderedView,
  offset: number,
  size: PageSize,
  switches: OffsetSwitches,
): OffsetPage {
  const listed = Math.min(view.length, switches.listMax)
  const rows = view.slice(offset, Math.max(0, Math.min(size.given, listed - offset)))
  const totals = {
    exact: listed,
    absent: undefined,
    tooLow: Math.max(0, listed - 3),
    tooHigh: listed + 7,
  }
  const left = listed - offset - rows.length
  return { rows, more: moreFlag(rows.length, left, size, switches), total: totals[switches.total] }
}

export interface CursorPage {
  readonly rows: readonly LogEntry[]
  readonly more: boolean
  /** Undefined where the field is missing from the wire. */
  readonly nextCursor: string | null | undefined
}

type CursorPosition = { readonly after: KeysetPosition } | { readonly offset: number }

interface CursorState {
  readonly position: CursorPosition
  readonly query: Json
  readonly issuedMs: number
  readonly number: number
}

/** Where a request stands: the position that its cursor names, and the filters that count. */
export interface OpenedCursor<Query> {
  readonly position: CursorPosition
  readonly query: Query
  /** The token as it came; undefined on a first page. */
  readonly token: string | undefined
}

export type CursorProblem = 'undecodable' | 'expired' | 'mismatched'

/** The cursors of one account: issues tokens that say nothing to a reader and opens them again. */
export class CursorBook<Query extends Json> {
  readonly #used = new Set<number>()
  #issued = 0
  #opened = 0

  /** Opens the token of a request whose own filters are `query`. Undefined opens the start. */
  open(
    token: string | undefined,
    query: Query,
    nowMs: number,
    switches: CursorSwitches,
  ): OpenedCursor<Query> | CursorProblem {
    if (token === undefined) return { position: { offset: 0 }, query, token }
    const state = decode(token)
    if (state === undefined) return 'undecodable'
    this.#opened += 1
    const isSame = JSON.stringify(state.query) === JSON.stringify(query)
    if (switches.cursorFilters === 'mustMatch' && !isSame) return 'mismatched'
    if (nowMs - state.issuedMs > switches.cursorLifetimeMs) return 'expired'
    if (switches.cursorUse === 'once' && this.#used.has(state.number)) return 'expired'
    this.#used.add(state.number)
    // Tokens carry a check sum, so the query in one is what a request of this account had.
    const held = switches.cursorFilters === 'held' ? (state.query as Query) : query
    return { position: state.position, query: held, token }
  }

  /** The page at an opened cursor, with the token of the next one. */
  page(
    view: OrderedView,
    opened: OpenedCursor<Query>,
    size: PageSize,
    nowMs: number,
    switches: CursorSwitches,
  ): CursorPage {
    const { position } = opened
    const from = 'after' in position ? view.indexAfter(position.after) : position.offset
    const isEmptyOnPurpose =
      opened.token === undefined
        ? switches.emptyFirstPages
        : switches.emptyPageEvery > 0 && this.#opened % switches.emptyPageEvery === 0
    if (isEmptyOnPurpose && from < view.length) {
      return { rows: [], more: true, nextCursor: this.#issue(position, opened.query, nowMs) }
    }
    const rows = view.slice(from, size.given)
    const more = moreFlag(rows.length, view.length - from - rows.length, size, switches)
    const last = rows.at(-1)
    const next =
      switches.cursorKind === 'positional' || last === undefined
        ? { offset: from + rows.length }
        : { after: keyOf(last) }
    return { rows, more, nextCursor: this.#nextCursor(more, next, opened, nowMs, switches) }
  }

  #nextCursor(
    more: boolean,
    next: CursorPosition,
    opened: OpenedCursor<Query>,
    nowMs: number,
    switches: CursorSwitches,
  ): string | null | undefined {
    if (!more) return { absent: undefined, null: null, empty: '' }[switches.nextCursorAtEnd]
    if (switches.nextCursor === 'missing') return undefined
    if (switches.nextCursor === 'repeated' && opened.token !== undefined) return opened.token
    return this.#issue(next, opened.query, nowMs)
  }

  #issue(position: CursorPosition, query: Query, issuedMs: number): string {
    this.#issued += 1
    return encode({ position, query, issuedMs, number: this.#issued })
  }
}

function moreFlag(rows: number, left: number, size: PageSize, switches: CommonSwitches): boolean {
  switch (switches.moreFlag) {
    case 'exact':
      return left > 0
    case 'trueUntilEmpty':
      return rows > 0
    case 'wrongWhenClamped':
      return rows >= size.asked && left > 0
    case 'alwaysTrue':
      return true
    case 'alwaysFalse':
      return false
  }
}

function encode(state: CursorState): string {
  const text = JSON.stringify(state)
  return Buffer.from(`${checkSum(text)}${text}`).toString('base64url')
}

function decode(token: string): CursorState | undefined {
  const whole = Buffer.from(token, 'base64url').toString()
  const text = whole.slice(8)
  if (whole.slice(0, 8) !== checkSum(text)) return undefined
  // The check sum shows that the text was written by `encode`.
  return JSON.parse(text) as CursorState
}

function checkSum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
