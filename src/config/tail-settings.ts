import { z } from 'zod'

/** Names and units are those of the limits that they replace: src/tail/limits.ts. */
export const tailSettings = z
  .strictObject({
    intervalMinMs: bounded(1_000, 600_000).describe(
      'Shortest time between two readings of a source while something is watched, in milliseconds; 2000 when left out.',
    ),
    intervalMaxMs: bounded(1_000, 3_600_000).describe(
      'The longest, when nothing is new; 30000 when left out.',
    ),
    heartbeatMs: bounded(1_000, 600_000).describe(
      'Milliseconds without an event, then a heartbeat; 15000 when left out.',
    ),
    subscribersMax: bounded(0, 100_000).describe('Subscribers at once; 0 takes none; 2000 when left out.'),
    bufferedMax: bounded(10, 100_000).describe('Events that wait for one subscriber; 1000 when left out.'),
    marksMax: bounded(0, 5_000).describe(
      'Entries that a cursor remembers; 1000 when left out. More within the lateness of their sources wait until they are settled.',
    ),
  })
  .refine(
    ({ intervalMinMs = 2_000, intervalMaxMs = 30_000 }) => intervalMinMs <= intervalMaxMs,
    'expected intervalMinMs <= intervalMaxMs (defaults: 2000, 30000)',
  )

function bounded(min: number, max: number) {
  return z.int().min(min).max(max).optional()
}
