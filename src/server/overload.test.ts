import { describe, expect, it } from 'vitest'
import { defaultOverloadLimits, type Load, overloadReason, retryAfterSeconds } from './overload.js'

const calm: Load = { operations: 0, eventLoopDelayMs: 0, heapUsed: 0 }
const most: Load = { operations: 63, eventLoopDelayMs: 200, heapUsed: 0.8 }

describe('one more request', () => {
  it.each<[string, Partial<Load>, string | null]>([
    ['with 64 under way', { operations: 64 }, 'OPERATIONS'],
    [
      'with 32 under way while timers come 201 ms late',
      { operations: 32, eventLoopDelayMs: 201 },
      'EVENT_LOOP',
    ],
    ['with 31 under way while timers come 201 ms late', { operations: 31, eventLoopDelayMs: 201 }, null],
    ['with 81 % of the heap in use', { heapUsed: 0.81 }, 'HEAP'],
    ['at the limits', most, null],
    ['of an idle gateway', {}, null],
  ])('%s', (_, load, reason) => {
    expect(overloadReason({ ...calm, ...load }, defaultOverloadLimits)).toBe(reason)
  })
})

it('those refused together come again over two to five seconds', () => {
  expect([0, 0.26, 0.51, 0.999].map(retryAfterSeconds)).toEqual([2, 3, 4, 5])
})
