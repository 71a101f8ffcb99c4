import { describe, expect, it } from 'vitest'
import { seenRow } from '../../test/support/seen-row.js'
import type { UpstreamPage } from '../model/provider.js'
import { judgeSeeming } from './seeming-order.js'

const pageOf = (times: readonly number[], more: boolean): UpstreamPage => ({
  rows: times.map((time, index) => ({ ...seenRow(time, `${index}`).row, timeMs: time })),
  more,
})
const offset = { paging: 'offset' } as const

describe('the page behind one that seems to be oldest first', () => {
  const seeming = { page: pageOf([1, 2, 3], true), behind: { offset: 3 } }

  it.each([
    ['has later times', [3, 4, 5], true, 'oldestFirst'],
    ['begins a little earlier, since the list has changed', [2, 3, 4], true, 'oldestFirst'],
    ['has the same time, and ends the list', [3, 3], false, 'oldestFirst'],
    ['has nothing, and ends the list', [], false, 'oldestFirst'],
    ['has earlier times', [0, 1], true, 'unsorted'],
    ['falls', [4, 3], false, 'unsorted'],
    ['has nothing and promises more', [], true, 'unsorted'],
  ] as const)('%s', (_, times, more, verdict) => {
    expect(judgeSeeming(seeming, pageOf(times, more), offset)).toBe(verdict)
  })

  it('has the same time, and leaves it to the one behind it', () => {
    const still = judgeSeeming(seeming, pageOf([3, 3], true), offset)
    expect(still).toEqual({ page: seeming.page, behind: { offset: 5 } })
    if (typeof still !== 'object') return
    expect(judgeSeeming(still, pageOf([3, 4], true), offset)).toBe('oldestFirst')
    expect(judgeSeeming(still, pageOf([2, 1], true), offset)).toBe('unsorted')
  })

  it('has nothing, and a cursor that leads on', () => {
    const empty = { ...pageOf([], true), upstreamCursor: 'behind' }
    const on = { page: seeming.page, behind: { upstreamCursor: 'behind' } }
    expect(judgeSeeming(seeming, empty, { paging: 'cursor' })).toEqual(on)
  })
})
