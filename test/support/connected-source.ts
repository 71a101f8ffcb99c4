import { type UpstreamLimits, upstreamLimits } from '../../src/upstream/limits.js'
import { Policies } from '../../src/upstream/policies.js'
import { SettledPages } from '../../src/upstream/settled-pages.js'
import { connectSource, type SourceOptions } from '../../src/upstream/source.js'
import { steadyTiming, type Timing } from '../../src/upstream/timing.js'

/** A clock and timers that move only when they are told to, or when somebody waits. */
export interface FakeTiming extends Timing {
  /** Passes time, and calls what has come due in its order, letting promises settle after each. */
  readonly pass: (durationMs: number) => Promise<void>
  /** Timers that are armed. */
  readonly armed: () => number
}

interface Due {
  readonly atMs: number
  readonly act: () => void
}

/** Time that a test passes. `random` always gives the same. */
export function fakeTiming(beginMs = Date.UTC(2026, 10, 20, 11), random = () => 0): FakeTiming {
  let nowMs = beginMs
  const due = new Set<Due>()
  const next = (untilMs: number) =>
    [...due].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
  return {
    now: () => nowMs,
    random,
    after: (delayMs, act) => {
      const item = { atMs: nowMs + Math.max(0, delayMs), act }
      due.add(item)
      return () => due.delete(item)
    },
    armed: () => due.size,
    pass: async (durationMs) => {
      const endMs = nowMs + durationMs
      await settle()
      for (let item = next(endMs); item; item = next(endMs)) {
        due.delete(item)
        nowMs = item.atMs
        item.act()
        await settle()
      }
      nowMs = endMs
      await settle()
    },
  }
}

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** What all sources of one gateway share, for tests that connect sources by hand. */
export function sharedUpstream(utcTiming: Timing, limits: Partial<UpstreamLimits> = {}) {
  const timing = steadyTiming(utcTiming)
  const all = { ...upstreamLimits, ...limits }
  const policies = new Policies(all, timing)
  const settledPages = new SettledPages(all, timing.now)
  type Own = Pick<SourceOptions, 'dialect' | 'client'> & Partial<SourceOptions>
  return {
    policies,
    settledPages,
    connect: (own: Own) =>
      connectSource({
        sourceKey: 'main',
        providerId: 'paper',
        settleMs: 0,
        policies: policies.of(own.providerId ?? 'paper', own.dialect),
        settledPages,
        limits: all,
        timing,
        observer: undefined,
        ...own,
      }),
  }
}
