import { describe, expect, it } from 'vitest'
import { type FakeTiming, fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { type LimitRules, limitedProvider, plainDialect } from '../../test/support/limited-provider.js'
import { isFailure } from '../model/failure.js'
import type { FetchTerms } from '../reading/page.js'

/** Asks for pages as often as it is told to, and keeps how each was answered. */
function overload(timing: FakeTiming, rules: LimitRules) {
  const provider = limitedProvider(timing, rules)
  const source = sharedUpstream(timing).connect({ dialect: plainDialect(), client: provider.client })
  const outcomes: { readonly kind: string; readonly tookMs: number; readonly priority: string }[] = []
  let offset = 0
  const ask = (priority: FetchTerms['priority'] = 'interactive') => {
    offset += 1
    const beganMs = timing.now()
    const { signal } = new AbortController()
    const terms = { signal, deadlineMs: beganMs + 9_850, priority }
    void source.fetchPage({ pushdown: {}, limit: 1, offset }, terms).then((page) => {
      const kind = isFailure(page) ? page.kind : 'OK'
      outcomes.push({ kind, tookMs: timing.now() - beganMs, priority })
    })
  }
  return { ...provider, source, outcomes, ask }
}

describe('five times what a provider grants', () => {
  const rules: readonly (readonly [string, LimitRules])[] = (['bucket', 'window'] as const).flatMap((kind) =>
    (['headers', 'draft', 'retryAfter'] as const).map((tells) => [
      `${kind}, ${tells}`,
      { kind, capacity: 20, refillMs: 500, tells, latencyMs: 30 },
    ]),
  )
  it.each(rules)('brings no 429 after the first: %s', async (_, rule) => {
    const timing = fakeTiming()
    const { seen, outcomes, ask } = overload(timing, rule)
    // Two a second are granted, ten are asked for, for two minutes.
    for (let count = 0; count < 1_200; count += 1) {
      ask()
      await timing.pass(100)
    }
    await timing.pass(20_000)
    const [first] = seen.filter(({ status }) => status === 429)
    const later = seen.filter(({ status, atMs }) => status === 429 && atMs > (first?.answeredAtMs ?? 0))
    if (rule.tells === 'retryAfter') expect(first).toBeDefined()
    expect(first && later).toEqual(first && [])
    expect(outcomes).toHaveLength(1_200)
    expect(Math.max(...outcomes.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(10_000)
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['OK', 'RATE_LIMITED']))
    // What is granted is used: at least a third of it, where the provider tells no more than how long to wait.
    const granted = seen.filter(({ status }) => status === 200).length
    expect(granted).toBeGreaterThan(rule.tells === 'retryAfter' ? 80 : 120)
  })

  it('answers who cannot be served in time at once, with the instant to come back', async () => {
    const timing = fakeTiming()
    const rule = { kind: 'window', capacity: 20, refillMs: 3_000, tells: 'headers', latencyMs: 30 } as const
    const beganMs = timing.now()
    const { outcomes, ask, source } = overload(timing, rule)
    for (let count = 0; count < 40; count += 1) {
      ask()
      await timing.pass(100)
    }
    const refused = outcomes.filter(({ kind }) => kind === 'RATE_LIMITED')
    expect(refused).toHaveLength(20)
    expect(refused.every(({ tookMs }) => tookMs === 0)).toBe(true)
    expect(source.allowance?.()).toMatchObject({ limit: 20, remaining: 0, pauseReason: 'RATE_LIMITED' })
    expect(source.allowance?.().pausedUntilMs).toBe(beganMs + 60_000)
  })

  it('serves interactive work before bulk work, which leaves half', async () => {
    const timing = fakeTiming()
    const rule = { kind: 'window', capacity: 20, refillMs: 3_000, tells: 'headers', latencyMs: 30 } as const
    const { outcomes, ask } = overload(timing, rule)
    for (let count = 0; count < 30; count += 1) {
      ask('bulk')
      await timing.pass(100)
    }
    const served = (priority: string) =>
      outcomes.filter((outcome) => outcome.kind === 'OK' && outcome.priority === priority).length
    expect(served('bulk')).toBeLessThanOrEqual(11)
    for (let count = 0; count < 8; count += 1) {
      ask('interactive')
      await timing.pass(100)
    }
    expect(served('interactive')).toBe(8)
  })
})
