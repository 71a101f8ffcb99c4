import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../model/entry.js'
import { compareNewestFirst } from '../model/order.js'
import { Secret } from '../model/secret.js'
import { createCursorSeal, fingerprintOf } from '../reading/sealed-cursor.js'
import { type Moment, Progress, type TailRow } from './progress.js'
import { createTailCursors } from './tail-cursor.js'

/** One entry of an invented source: when it happened, how much later it could be read, and until when. */
interface Life {
  readonly timeMs: number
  readonly delayMs: number
  readonly goneAfterMs: number | null
}

/** One reading of all sources, and what befalls the subscriber after it. */
interface Turn {
  readonly afterMs: number
  /** How each source answers: wholly, up to so many rows, or not at all. */
  readonly answers: readonly (number | 'whole')[]
  /** Events that the subscriber has room for. */
  readonly room: number
  /** Entry offered in this turn from which on there is room again. */
  readonly roomAgainAt: number
  /** Events of this turn that never reach the client, which goes on elsewhere from the last that did. */
  readonly lost: number | null
}

interface History {
  readonly latenessMs: readonly number[]
  readonly sources: readonly (readonly Life[])[]
  readonly turns: readonly Turn[]
  readonly marksMax: number
}

const spanMs = 120
const latenessMax = 30
const life: fc.Arbitrary<Life> = fc.record({
  timeMs: fc.integer({ min: 0, max: spanMs }),
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: latenessMax })),
  goneAfterMs: fc.option(fc.integer({ min: 1, max: 60 }), { freq: 6 }),
})
const history: fc.Arbitrary<History> = fc.integer({ min: 1, max: 3 }).chain((count) =>
  fc.record({
    latenessMs: fc.array(fc.integer({ min: 0, max: latenessMax }), { minLength: count, maxLength: count }),
    sources: fc.array(fc.array(life, { maxLength: 40 }), { minLength: count, maxLength: count }),
    turns: fc.array(
      fc.record({
        afterMs: fc.integer({ min: 1, max: 25 }),
        answers: fc.array(
          fc.oneof({ weight: 4, arbitrary: fc.constant('whole' as const) }, fc.integer({ min: 0, max: 10 })),
          { minLength: count, maxLength: count },
        ),
        room: fc.oneof({ weight: 1, arbitrary: fc.constant(1_000) }, fc.integer({ min: 0, max: 6 })),
        roomAgainAt: fc.oneof(fc.constant(1_000), fc.integer({ min: 0, max: 20 })),
        lost: fc.option(fc.integer({ min: 0, max: 8 })),
      }),
      { minLength: 1, maxLength: 30 },
    ),
    marksMax: fc.oneof(fc.constant(1_000), fc.integer({ min: 0, max: 8 })),
  }),
)

interface Delivered {
  readonly row: TailRow
  readonly late: boolean
  readonly after: Moment
}

const cursors = createTailCursors(
  createCursorSeal([new Secret('a-secret-of-this-test')]),
  { filter: {}, sources: ['s0', 's1', 's2'].map((key) => ({ key })) },
  1e12,
)

/** Plays a history against the rules alone: readings are lists, the hub offers what is new unless all is needed. */
function play({ latenessMs, sources, turns, marksMax }: History): readonly Delivered[] {
  const keys = sources.map((_, index) => `s${index}`)
  const rows = sources.map((lives, index) =>
    lives.map((each, number) => rowOf(keys[index] ?? '', number, each)),
  )
  const start: Moment = {
    high: null,
    sources: new Map(
      ['s0', 's1', 's2'].map((key) => [key, { floor: { timeMs: 0, id: null }, marks: [], count: 0 }]),
    ),
  }
  let progress = new Progress(start, marksMax)
  let held = start
  let known = new Set<TailRow>()
  let needsAll = new Set(keys)
  const chain: Delivered[] = []
  const calm: Turn = {
    afterMs: 10,
    answers: keys.map(() => 'whole' as const),
    room: 1_000,
    roomAgainAt: 0,
    lost: null,
  }
  let nowMs = 0
  for (const turn of [...turns, ...Array.from({ length: 40 }, () => calm)]) {
    nowMs += turn.afterMs
    const got: Delivered[] = []
    const offered: { readonly row: TailRow; readonly settledMs: number }[] = []
    const whole: (readonly [key: string, settledMs: number])[] = []
    for (const [index, key] of keys.entries()) {
      const settledMs = nowMs - (latenessMs[index] ?? 0)
      const answer = turn.answers[index] ?? 'whole'
      const sinceMs = progress.floorOf(key).timeMs
      const read = (rows[index] ?? [])
        .filter(({ row, life: { timeMs, delayMs, goneAfterMs } }) => {
          const fromMs = timeMs + Math.min(delayMs, latenessMs[index] ?? 0)
          const isThere = fromMs <= nowMs && (goneAfterMs === null || fromMs + goneAfterMs > nowMs)
          return isThere && row.key.timeMs < nowMs && row.key.timeMs >= sinceMs
        })
        .map(({ row }) => row)
        .sort((a, b) => compareNewestFirst(b.key, a.key))
      const given = answer === 'whole' ? read : read.slice(0, answer)
      if (needsAll.has(key)) progress.offerAgain(key)
      for (const row of given) {
        if (needsAll.has(key) || !known.has(row)) offered.push({ row, settledMs })
      }
      if (answer === 'whole') whole.push([key, settledMs])
      for (const row of given) known.add(row)
    }
    offered.sort((a, b) => compareNewestFirst(b.row.key, a.row.key))
    for (const [index, { row, settledMs }] of offered.entries()) {
      const room = got.length < turn.room || index >= turn.roomAgainAt
      const verdict = progress.offer(row, settledMs, room)
      if (typeof verdict === 'object') got.push({ row, late: verdict.late, after: progress.moment() })
    }
    for (const [key, settledMs] of whole) {
      progress.settle(key, settledMs)
      needsAll.delete(key)
    }
    for (const key of keys) if (progress.isWaiting(key)) needsAll.add(key)
    const arrived = turn.lost === null ? got : got.slice(0, Math.max(0, got.length - turn.lost))
    chain.push(...arrived)
    held = arrived.length === got.length ? progress.moment() : (arrived.at(-1)?.after ?? held)
    if (turn.lost !== null) {
      const text = cursors.encode(held)
      const opened = cursors.decode(text, nowMs)
      if ('problem' in opened) throw new Error(opened.problem)
      progress = new Progress(opened.moment, marksMax)
      known = new Set()
      needsAll = new Set(keys)
    }
  }
  return chain
}

function rowOf(sourceKey: string, number: number, its: Life) {
  const id = `e${number}`
  const row: TailRow = {
    key: { timeMs: its.timeMs, sourceKey, id },
    print: fingerprintOf(`${sourceKey} ${id}`),
    entry: {} as AuditEntry, // nobody looks into it
  }
  return { row, life: its }
}

const nameOf = ({ row }: Delivered) => `${row.key.sourceKey}/${row.key.id}`

describe('what a subscriber has had', () => {
  it('makes every entry come once, whatever is late, lost, failing or full', () => {
    fc.assert(
      fc.property(history, (given) => {
        const chain = play(given)
        const names = chain.map(nameOf)
        expect(new Set(names).size, 'nothing twice').toBe(names.length)
        const stable = given.sources.flatMap((lives, index) =>
          lives.flatMap(({ goneAfterMs }, number) => (goneAfterMs === null ? [`s${index}/e${number}`] : [])),
        )
        expect(stable.filter((name) => !names.includes(name))).toEqual([])
        const inOrder = chain.filter(({ late }) => !late)
        for (let index = 1; index < inOrder.length; index += 1) {
          const [before, after] = [inOrder[index - 1], inOrder[index]]
          if (before && after) expect(compareNewestFirst(after.row.key, before.row.key)).toBeLessThan(0)
        }
        for (const { after } of chain) {
          const marks = [...after.sources.values()].reduce((sum, { count }) => sum + count, 0)
          expect(marks).toBeLessThanOrEqual(given.marksMax)
        }
      }),
      { numRuns: 2_000, ...(process.env['SEED'] && { seed: Number(process.env['SEED']) }) },
    )
  })
})
