import { expect, it } from 'vitest'
import { Pace } from './pace.js'

it.each([60_000, 3_600_000, 1e10])('a clock that is set back by %i ms makes no longer wait', (backMs) => {
  const pace = new Pace()
  const nowMs = Date.UTC(2026, 5, 1)
  pace.begin(nowMs, 'interactive')
  pace.onRefused(nowMs, nowMs, 2_000)
  pace.begin(nowMs + 2_000, 'interactive')
  pace.onGranted(nowMs + 2_000)
  const setBackMs = nowMs + 3_000 - backMs
  const startsAtMs = pace.startsAtMs(setBackMs, 'interactive', 0)
  expect(startsAtMs).toBeGreaterThanOrEqual(setBackMs)
  expect(startsAtMs).toBeLessThanOrEqual(setBackMs + 2_000)
  expect(pace.startsAtMs(startsAtMs, 'interactive', 3)).toBeLessThanOrEqual(startsAtMs + 8_000)
})
