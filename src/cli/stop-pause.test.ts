import { expect, it } from 'vitest'
import { stopPauseMs } from './stop-pause.js'

it.each([
  ['SIGTERM', undefined, true, 5_000],
  ['SIGTERM', undefined, false, 0],
  ['SIGTERM', 200, false, 200],
  ['SIGTERM', 0, true, 0],
  ['SIGHUP', undefined, true, 5_000],
  ['SIGINT', 200, true, 0],
])('%s with %j configured, watched: %j, pauses %i ms', (signal, configuredMs, isWatched, pauseMs) => {
  expect(stopPauseMs({ signal, configuredMs, isWatched })).toBe(pauseMs)
})
