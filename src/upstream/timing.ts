import { SteadyClock } from '../model/steady-clock.js'
import type { CancelSignal } from './cancellation.js'

/** Clock, timer and randomness of the policies, so that a test can hand in its own. */
export interface Timing {
  /** UTC milliseconds, or those of a clock that never goes back. */
  readonly now: () => number
  /** From 0 to 1, 1 not included. */
  readonly random: () => number
  /** Calls `act` once after `delayMs`; what is given back calls it off. */
  readonly after: (delayMs: number, act: () => void) => () => void
}

/** Timing on the clock that is handed in, with timers and randomness of the machine. */
export function machineTiming(now: () => number): Timing {
  return {
    now,
    random: Math.random,
    after: (delayMs, act) => {
      const timer = setTimeout(act, delayMs)
      return () => clearTimeout(timer)
    },
  }
}

/**
 * Timing of the policies, whose `now` never goes back. Instants that come from outside, such as deadlines and what an answer
 * tells, and those that are told, are in UTC.
 */
export interface SteadyTiming extends Timing {
  readonly fromUtc: (instantMs: number) => number
  readonly toUtc: (instantMs: number) => number
}

export function steadyTiming(timing: Timing): SteadyTiming {
  const { now, fromUtc, toUtc } = new SteadyClock(timing.now)
  return { ...timing, now, fromUtc, toUtc }
}

/** Waits; rejects with the signal's reason when that is aborted first. */
export function wait(timing: Timing, delayMs: number, signal: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = () => {
      callOff()
      reject(signal.reason)
    }
    const callOff = timing.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
