import type { EntryFilter } from '../model/filter.js'
import type { AuditEntryOrder, EntryKey } from '../model/order.js'
import type { Secret } from '../model/secret.js'
import type { NativeOrder } from './native-order.js'
import type { CursorFault } from './page.js'
import type { Gap } from './ranges.js'
import { type BoundSource, createCursorSeal, filterDigest, sourcesDigest } from './sealed-cursor.js'
import type { Cut, KeyRange, Travel } from './travel.js'

/**
 * Position cursors: design.md 4.1.
 *
 * A cursor says where a reader stands in the total order and holds nothing that a provider gave as a token.
 */
export interface Position {
  /** The instant that the reading is pinned at, UTC milliseconds. */
  readonly asOfMs: number
  /** When the reading began, UTC milliseconds: later than its as-of where that was set back. */
  readonly begunMs: number
  /** The entry that the cursor stands at; null when it stands between entries. */
  readonly key: EntryKey | null
  /** How far a reader going this way has looked without finding more, when that is farther than the key. */
  readonly searched: { readonly travel: Travel; readonly cut: Cut } | null
  /** Whether the reading had delivered an entry at or before this place. */
  readonly delivered: boolean
  readonly gaps: readonly Gap[]
  /** Set on a cursor that replays gaps: the ranges to read, newest first, of one source. */
  readonly segments: readonly KeyRange[] | null
  /** Sources that were read in another order than newest first; oldest first where two pages have shown it. */
  readonly orders: readonly (readonly [sourceKey: string, kind: NativeOrder['kind']])[]
}

/** Where a reading begins: of a pinned instant, and of the ranges of gaps where it replays these. */
export function beginning(
  { asOfMs, begunMs }: Pick<Position, 'asOfMs' | 'begunMs'>,
  segments: Position['segments'],
): Position {
  return { asOfMs, begunMs, key: null, searched: null, delivered: false, gaps: [], segments, orders: [] }
}

/** What a cursor is bound to. */
interface Binding {
  readonly filter: EntryFilter
  readonly order: AuditEntryOrder
  readonly sources: readonly BoundSource[]
}

const version = 1
const nativeOrders = [
  'newestFirst',
  'oldestFirst',
  'unsorted',
] as const satisfies readonly NativeOrder['kind'][]

type DecodedCursor =
  | { readonly position: Position }
  | { readonly problem: string; readonly fault: CursorFault }

/** Cursors of one kind of reading. */
export interface CursorCodec {
  encode(position: Position): string
  /** Opens a cursor, or says in words what is wrong with it. */
  decode(text: string, nowMs: number): DecodedCursor
}

export type BindCursors = (binding: Binding) => CursorCodec

/**
 * Makes the codec for every kind of reading. `secrets` is not empty: the first signs, all verify, so a secret can be
 * changed without cutting anybody's reading short. `lifetimeMs`: how long after its reading began a cursor is accepted.
 */
export function createCursorCodecs(secrets: readonly Secret[], lifetimeMs: number): BindCursors {
  const { seal, open } = createCursorSeal(secrets)
  return (binding) => {
    const bound = digestsOf(binding)
    return {
      encode: (position) => seal(toWire(position, bound)),
      decode(text, nowMs) {
        const wire = open(text) as WireCursor | null // authenticated: we wrote it
        if (wire === null) {
          return {
            problem:
              'is not a cursor that this gateway issued, or it was changed. Use one from pageInfo or an edge',
            fault: 'unverified',
          }
        }
        const problem = bindingProblem(wire, bound)
        if (problem !== null) return { problem, fault: 'bound' }
        const position = fromWire(wire)
        if (position.begunMs + lifetimeMs < nowMs) {
          return { problem: 'has expired. Begin a new reading without a cursor', fault: 'expired' }
        }
        return { position }
      },
    }
  }
}

type WireCut =
  | readonly [timeMs: number, sourceKey: string, id: string, after: 0 | 1]
  | readonly [timeMs: number]
type WireRange = readonly [top: WireCut, bottom: WireCut | null]

/** What a cursor is bound to, in short: digests of the filter and the sources, and the order's first letter. */
interface Bound {
  readonly f: string
  readonly s: string
  readonly o: string
}

function digestsOf(binding: Binding): Bound {
  return {
    f: filterDigest(binding.filter),
    s: sourcesDigest(binding.sources),
    o: binding.order.charAt(0),
  }
}

/** Version 1. Short names, because every edge carries one. */
interface WireCursor extends Bound {
  readonly v: typeof version
  readonly t: number
  /** When the reading began, where that is not its as-of. */
  readonly b?: number
  readonly k?: readonly [timeMs: number, sourceKey: string, id: string]
  readonly w?: readonly [Travel, WireCut]
  readonly d?: 1
  readonly g?: readonly (readonly [string, WireCut, WireCut | null])[]
  readonly r?: readonly WireRange[]
  /** Sources by the first letter of the order that they were read in. */
  readonly n?: Readonly<Record<string, string>>
}

function toWire(position: Position, bound: Bound): WireCursor {
  const { asOfMs, begunMs, key, searched, gaps, segments, orders } = position
  return {
    v: version,
    ...bound,
    t: asOfMs,
    ...(begunMs !== asOfMs && { b: begunMs }),
    ...(key && { k: [key.timeMs, key.sourceKey, key.id] as const }),
    ...(searched && { w: [searched.travel, cutToWire(searched.cut)] as const }),
    ...(position.delivered && { d: 1 as const }),
    ...(gaps.length > 0 && { g: gaps.map((gap) => [gap.sourceKey, ...rangeToWire(gap)] as const) }),
    ...(segments && { r: segments.map(rangeToWire) }),
    ...(orders.length > 0 && { n: ordersToWire(orders) }),
  }
}

function fromWire(wire: WireCursor): Position {
  return {
    asOfMs: wire.t,
    begunMs: wire.b ?? wire.t,
    key: wire.k ? { timeMs: wire.k[0], sourceKey: wire.k[1], id: wire.k[2] } : null,
    searched: wire.w ? { travel: wire.w[0], cut: cutFromWire(wire.w[1]) } : null,
    delivered: wire.d === 1,
    gaps: (wire.g ?? []).map(([sourceKey, top, bottom]) => ({ sourceKey, ...rangeFromWire([top, bottom]) })),
    segments: wire.r ? wire.r.map(rangeFromWire) : null,
    orders: ordersFromWire(wire.n ?? {}),
  }
}

/** One text of source keys a letter: keys hold no comma. */
function ordersToWire(orders: Position['orders']): Readonly<Record<string, string>> {
  const kinds = new Set(orders.map(([, kind]) => kind))
  return Object.fromEntries(
    [...kinds].map((kind) => [
      kind.charAt(0),
      orders.flatMap(([key, its]) => (its === kind ? [key] : [])).join(),
    ]),
  )
}

function ordersFromWire(wire: Readonly<Record<string, string>>): Position['orders'] {
  return Object.entries(wire).flatMap(([letter, keys]) => {
    const kind = nativeOrders.find((candidate) => candidate.startsWith(letter))
    return kind ? keys.split(',').map((key) => [key, kind] as const) : []
  })
}

function cutToWire(cut: Cut): WireCut {
  if (cut.sourceKey === '' && cut.id === '' && !cut.after) return [cut.timeMs]
  return [cut.timeMs, cut.sourceKey, cut.id, cut.after ? 1 : 0]
}

function cutFromWire([timeMs, sourceKey = '', id = '', after = 0]: WireCut): Cut {
  return { timeMs, sourceKey, id, after: after === 1 }
}

function rangeToWire(range: KeyRange): WireRange {
  return [cutToWire(range.top), range.bottom && cutToWire(range.bottom)]
}

function rangeFromWire([top, bottom]: WireRange): KeyRange {
  return { top: cutFromWire(top), bottom: bottom && cutFromWire(bottom) }
}

function bindingProblem(wire: WireCursor, bound: Bound): string | null {
  if (wire.v !== version)
    return 'was issued by a newer version of the gateway. Begin a new reading without a cursor'
  if (wire.o === 'T') return 'comes from a subscription. Use one from pageInfo or an edge'
  if (wire.o !== bound.o) {
    return 'belongs to a reading in the other order. Keep `order` the same from page to page, or begin a new reading'
  }
  if (wire.s !== bound.s) {
    return 'belongs to a reading of other sources, or of other accounts under their keys. Keep `sources` the same from page to page, or begin a new reading'
  }
  if (wire.f !== bound.f) {
    return 'belongs to a reading with another filter. Keep `filter` the same from page to page, or begin a new reading'
  }
  return null
}
