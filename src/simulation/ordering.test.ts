import { describe, expect, it } from 'vitest'
import { type LogEntry, SimulatedLog } from './log.js'
import { keyOf, type ListOrder, OrderedView, type TieOrder } from './ordering.js'
import { SeededRandom } from './random.js'
import { sampleEvent, sampleStartMs } from './sample.js'

const orders: readonly ListOrder[] = ['newestFirst', 'oldestFirst', 'byArrival', 'unsorted', 'shuffled']
const ties: readonly TieOrder[] = ['byId', 'byInsertion', 'reverse', 'random']
const combinations = orders.flatMap((order) => ties.map((tie) => [order, tie] as const))

/** 120 entries at 15 times, appended out of order. */
function entries(): readonly LogEntry[] {
  const random = new SeededRandom(5)
  const log = new SimulatedLog()
  for (let index = 0; index < 120; index += 1) {
    log.append(sampleEvent({ id: random.hex(6), timeMs: sampleStartMs + random.integer(0, 14) }))
  }
  return log.select({ fromUs: 0, untilUs: Number.POSITIVE_INFINITY }, sampleStartMs + 100)
}

describe.each(combinations)('OrderedView, %s with ties %s', (order, tie) => {
  const view = new OrderedView(entries(), order, tie, 77)
  const whole = view.slice(0, 1_000)

  it('lists every entry once', () => {
    expect(new Set(whole).size).toBe(120)
  })

  it('gives in slices what it gives as a whole', () => {
    for (const size of [1, 7, 50]) {
      const slices: LogEntry[] = []
      for (let from = 0; from < 130; from += size) slices.push(...view.slice(from, size))
      expect(slices).toEqual(whole)
    }
  })

  it('finds the place after any entry', () => {
    for (const [index, entry] of whole.entries()) expect(view.indexAfter(keyOf(entry))).toBe(index + 1)
  })

  it('finds the place after an entry that is gone', () => {
    const [gone] = whole.slice(60, 61)
    const rest = entries().filter((entry) => entry.event.id !== gone?.event.id)
    const shorter = new OrderedView(rest, order, tie, 77)
    expect(gone && shorter.indexAfter(keyOf(gone))).toBe(60)
  })
})

describe('order', () => {
  it.each([
    ['newestFirst', -1],
    ['oldestFirst', 1],
  ] as const)('%s is by time', (order, sign) => {
    const times = new OrderedView(entries(), order, 'byId', 1).slice(0, 200).map((entry) => entry.timeUs)
    expect(times).toEqual([...times].sort((a, b) => sign * (a - b)))
  })

  it('differs between requests only where it is said to', () => {
    const idsOf = (order: ListOrder, tie: TieOrder, seed: number) =>
      new OrderedView(entries(), order, tie, seed).slice(0, 200).map((entry) => entry.event.id)
    expect(idsOf('unsorted', 'byId', 1)).toEqual(idsOf('unsorted', 'byId', 2))
    expect(idsOf('shuffled', 'byId', 1)).not.toEqual(idsOf('shuffled', 'byId', 2))
    expect(idsOf('newestFirst', 'random', 1)).not.toEqual(idsOf('newestFirst', 'random', 2))
  })
})
