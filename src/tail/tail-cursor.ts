import type { EntryFilter } from '../model/filter.js'
import { compareText, type EntryKey } from '../model/order.js'
import { type BoundSource, type CursorSeal, filterDigest, sourcesDigest } from '../reading/sealed-cursor.js'
import type { Floor, Mark, Moment } from './progress.js'

/**
 * Cursors of the tail: a moment of a subscriber, in the envelope of every cursor. Everything that is needed to go on is
 * in it, so that it works after a restart and on any replica with the same secret.
 */
export interface TailCursors {
  encode(moment: Moment): string
  /** Opens a cursor, or says in words what is wrong with it. */
  decode(text: string, nowMs: number): { readonly moment: Moment } | { readonly problem: string }
}

const version = 1
/** Bytes of a print. */
const printBytes = 6

/** Version 1. Floors and marks stand in the order of the source keys, by code unit. */
interface WireCursor {
  readonly v: number
  /** Where other cursors name their order. */
  readonly o: string
  readonly f: string
  readonly s: string
  readonly h?: readonly [timeMs: number, sourceKey: string, id: string]
  readonly p: readonly WireSource[]
}

/** Time of the floor, prints in base64, and the id of the floor where it stands behind an entry. */
type WireSource = readonly [timeMs: number, prints: string, id?: string]

/** Cursors of one kind of subscription. `lifetimeMs`: how old the oldest floor of a cursor may be. */
export function createTailCursors(
  seal: CursorSeal,
  binding: { readonly filter: EntryFilter; readonly sources: readonly BoundSource[] },
  lifetimeMs: number,
): TailCursors {
  const sourceKeys = binding.sources.map(({ key }) => key).sort(compareText)
  const bound = { o: 'T', f: filterDigest(binding.filter), s: sourcesDigest(binding.sources) }
  return {
    encode: (moment) => seal.seal(toWire(moment, sourceKeys, bound)),
    decode(text, nowMs) {
      const wire = seal.open(text) as WireCursor | null // authenticated: we wrote it
      const problem = wire === null ? foreign : bindingProblem(wire, bound)
      if (wire === null || problem !== null) return { problem: problem ?? foreign }
      const moment = fromWire(wire, sourceKeys, nowMs)
      const oldestMs = Math.min(...[...moment.sources.values()].map(({ floor }) => floor.timeMs))
      if (oldestMs + lifetimeMs < nowMs) return { problem: 'has expired. Subscribe without `after`' }
      return { moment }
    },
  }
}

const foreign =
  'is not a cursor that this gateway issued, or it was changed. Use the one of the last event that arrived'

function bindingProblem(wire: WireCursor, bound: Pick<WireCursor, 'o' | 'f' | 's'>): string | null {
  if (wire.v !== version) return 'was issued by a newer version of the gateway. Subscribe without `after`'
  if (wire.o !== bound.o) return 'comes from a list, not from a subscription. Use the one of an event'
  if (wire.s !== bound.s) {
    return 'belongs to a subscription to other sources, or to other accounts under their keys. Keep `sources` the same, or subscribe without `after`'
  }
  if (wire.f !== bound.f) {
    return 'belongs to a subscription with another filter. Keep `filter` the same, or subscribe without `after`'
  }
  return null
}

function toWire(moment: Moment, sourceKeys: readonly string[], bound: object): object {
  const { high } = moment
  return {
    v: version,
    ...bound,
    ...(high && { h: [high.timeMs, high.sourceKey, high.id] }),
    p: sourceKeys.map((sourceKey): WireSource => {
      const source = moment.sources.get(sourceKey)
      if (!source) throw new Error(`A moment lacks the source ${sourceKey}.`)
      const { floor, marks, count } = source
      const prints = Buffer.alloc(count * printBytes)
      for (let index = 0; index < count; index += 1) {
        prints.writeUIntBE(marks[index]?.print ?? 0, index * printBytes, printBytes)
      }
      const text = prints.toString('base64')
      return floor.id === null ? [floor.timeMs, text] : [floor.timeMs, text, floor.id]
    }),
  }
}

function fromWire(wire: WireCursor, sourceKeys: readonly string[], nowMs: number): Moment {
  const high: EntryKey | null = wire.h ? { timeMs: wire.h[0], sourceKey: wire.h[1], id: wire.h[2] } : null
  return {
    high,
    sources: new Map(
      wire.p.map(([timeMs, text, id = null], index) => {
        const prints = Buffer.from(text, 'base64')
        // Their times are learned when the entries are read again; none is later than now, or than what was read when the
        // clock had not been set back yet.
        const latestMs = Math.max(nowMs, timeMs, high?.timeMs ?? nowMs)
        const marks = Array.from({ length: prints.length / printBytes }, (_, at): Mark => {
          return { print: prints.readUIntBE(at * printBytes, printBytes), timeMs: latestMs }
        })
        const floor: Floor = { timeMs, id }
        // The digest of the sources is that of these keys, so there are as many.
        return [sourceKeys[index] as string, { floor, marks, count: marks.length }]
      }),
    ),
  }
}
