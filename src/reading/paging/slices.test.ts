import { describe, expect, it } from 'vitest'
import { seenRow } from '../../../test/support/seen-row.js'
import { absorbSlice, placeOfSlice, type SliceTask, slicesOf } from './slices.js'
import type { SeenRow, Terrain } from './step.js'

interface Habits {
  readonly pageRows: number
  /** The total tells all rows, none, or those up to the page's end. */
  readonly totals: boolean | 'soFar'
  /** Rows asked for, where a page holds fewer. */
  readonly rowsAsked?: number
  /** The request whose answer has no rows, though it says that there are more. */
  readonly emptyAt?: number
  /** Whether a page without a total says that there is more: when it has rows (the usual here), when it is so, or always. */
  readonly promises?: 'withRows' | 'truly' | 'always'
}

/** Reads a list, which may change before each request, to its end; gives what was claimed of it. */
function read(
  listAt: (request: number) => readonly SeenRow[],
  from: Terrain,
  { pageRows, totals, rowsAsked = pageRows, emptyAt, promises = 'withRows' }: Habits,
) {
  let terrain = from
  let task: SliceTask = slicesOf(terrain.frontier, endOfTime, rowsAsked, terrain)
  const claimed: SeenRow[] = []
  for (let request = 0; request < 200; request += 1) {
    const list = listAt(request)
    const { offset = 0 } = placeOfSlice(task, terrain)
    const rows = request === emptyAt ? [] : list.slice(offset, offset + pageRows)
    const travelled = terrain.direction === 'against' ? rows.toReversed() : rows
    const isMore = offset + rows.length < list.length
    const promised = { withRows: rows.length > 0, truly: isMore, always: true }[promises]
    const more = totals ? isMore : promised
    const total = totals === 'soFar' ? offset + rows.length : totals ? list.length : undefined
    const step = absorbSlice(
      task,
      { rows: travelled, more, full: rows.length >= rowsAsked, total, upstreamCursor: undefined },
      terrain,
    )
    if (step.kind === 'failed' || step.kind === 'stash') throw new Error(`The step is ${step.kind}.`)
    if (step.kind === 'claim') {
      claimed.push(...step.rows)
      terrain = { ...terrain, frontier: step.to }
      if (step.to === endOfTime) return { claimed, requests: request + 1 }
    }
    task =
      (step.kind === 'claim' ? step.next : step.task) ??
      slicesOf(terrain.frontier, endOfTime, rowsAsked, terrain)
  }
  throw new Error('The list is not read within 200 requests.')
}

const endOfTime = 1_000
/** Bounds of whole days, as it were: a window brings everything before it along. */
const wide: Terrain = { frontier: 0, direction: 'along', proven: true, slackBeforeMs: 500, slackMs: 1_000 }
const listOf = (length: number) => Array.from({ length }, (_, index) => seenRow(index, `e${index}`))

describe('the end of a list without a total', () => {
  it.each([3, 8])(
    'is not believed as it once was, at %i rows a page: the list may have grown since',
    (pageRows) => {
      for (let length = pageRows + 1; length < 5 * pageRows; length += 1) {
        for (let frontier = 1; frontier < length; frontier += 1) {
          for (let grownAt = 1; grownAt < 8; grownAt += 1) {
            const listAt = (request: number) => listOf(request < grownAt ? length : length + 2)
            const { claimed, requests } = read(listAt, { ...wide, frontier }, { pageRows, totals: false })
            expect(
              claimed.map(({ progress }) => progress),
              `${length} rows, from ${frontier}, 2 more at request ${grownAt}`,
            ).toEqual(
              listAt(requests - 1)
                .map(({ progress }) => progress)
                .filter((progress) => progress >= frontier),
            )
          }
        }
      }
    },
  )
})

describe('a page that contradicts itself', () => {
  it.each([0, 1, 2, 3, 5])(
    'by having no rows though more are there, as answer %i, ends no list',
    (emptyAt) => {
      const list = listOf(60)
      const { claimed } = read(() => list, { ...wide, frontier: 0 }, { pageRows: 8, totals: true, emptyAt })
      expect(claimed).toEqual(list)
    },
  )

  it.each([0, 1, 2, 3, 5])(
    'by having no rows, without a total too, as answer %i, ends no list',
    (emptyAt) => {
      const list = listOf(60)
      const habits = { pageRows: 8, totals: false, emptyAt, promises: 'truly' } as const
      expect(read(() => list, { ...wide, frontier: 0 }, habits).claimed).toEqual(list)
    },
  )

  it('again and again ends the list: some providers always promise more', () => {
    const list = listOf(60)
    const asked = (promises: 'withRows' | 'always') =>
      read(() => list, { ...wide, frontier: 0 }, { pageRows: 8, totals: false, promises })
    expect(asked('always').claimed).toEqual(list)
    // One more wherever the end is met.
    expect(asked('always').requests).toBeLessThanOrEqual(1.2 * asked('withRows').requests)
  })

  it('by a total that ends with it though more are there, ends no list', () => {
    const list = listOf(60)
    const habits = { pageRows: 8, totals: 'soFar', rowsAsked: 16 } as const
    expect(read(() => list, { ...wide, frontier: 0 }, habits).claimed).toEqual(list)
  })
})

describe('a time step that does not fit into a page', () => {
  it('is found by few requests behind many rows that wide bounds bring along, and read to its end', () => {
    const times = [
      ...Array.from({ length: 800 }, (_, index) => index / 10),
      ...Array.from({ length: 60 }, () => 100),
      ...[101, 102],
    ]
    const list = times.map((progress, index) => seenRow(progress, `e${index}`))
    const { claimed, requests } = read(() => list, { ...wide, frontier: 100 }, { pageRows: 8, totals: true })
    expect(claimed).toHaveLength(62)
    // 115 pages lie before it.
    expect(requests).toBeLessThan(40)
  })

  it('is read on from the tail of a list that has grown by a page, and grows no more', () => {
    const habits = { pageRows: 8, totals: true }
    for (let tieAt = 0; tieAt < 18; tieAt += 1) {
      const times = Array.from({ length: 19 }, (_, index) => (index === tieAt ? index + 1 : index))
      const list = times.map((progress, index) => seenRow(progress, `e${index}`)).reverse()
      const grown = [...Array.from({ length: 7 }, (_, index) => seenRow(900, `new${index}`)), ...list]
      for (let grownAt = 1; grownAt < 9; grownAt += 1) {
        const from: Terrain = { ...wide, frontier: tieAt + 1, direction: 'against' }
        const { claimed } = read((request) => (request < grownAt ? list : grown), from, habits)
        const ids = list.filter(({ progress }) => progress > tieAt).map(({ id }) => id)
        expect(
          claimed
            .map(({ id }) => id)
            .filter((id) => id.startsWith('e'))
            .sort(),
        ).toEqual(ids.sort())
      }
    }
  })

  it('is read twice without a total: its entries may change places while one is deleted', () => {
    const ties = Array.from({ length: 12 }, (_, index) => seenRow(5, `e${index}`))
    const [gone, ...left] = ties
    // The one that the first page ended with keeps its place; the one behind it is before it now.
    const swapped = [...left.slice(0, 6), ...left.slice(6, 8).reverse(), ...left.slice(8)]
    for (let goneAt = 1; goneAt < 6; goneAt += 1) {
      const { claimed } = read((request) => (request < goneAt ? ties : swapped), wide, {
        pageRows: 8,
        totals: false,
        promises: 'truly',
      })
      const ids = claimed.filter((row) => row !== gone).map(({ id }) => id)
      expect(ids.sort(), `gone at request ${goneAt}`).toEqual(left.map(({ id }) => id).sort())
    }
  })
})
