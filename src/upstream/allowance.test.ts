import { describe, expect, it } from 'vitest'
import { type FakeTiming, fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { type LimitRules, limitedProvider, plainDialect } from '../../test/support/limited-provider.js'
import { scriptedClient } from '../../test/support/scripted-client.js'
import { isFailure } from '../model/failure.js'
import type { UpstreamResponse } from '../model/provider.js'
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

/** A source whose provider answers as it is told, asked once every `everyMs`; gives what the provider saw. */
async function asked(
  durationMs: number,
  everyMs: number,
  answerTo: (
    nowMs: number,
    number: number,
  ) => { readonly status: number; readonly headers: Record<string, string> },
) {
  const timing = fakeTiming()
  const seen: { readonly atMs: number; readonly status: number }[] = []
  const send = async () => {
    const answer = answerTo(timing.now(), seen.length)
    seen.push({ atMs: timing.now(), status: answer.status })
    return { ...answer, body: '{}', receivedAtMs: timing.now() }
  }
  const source = sharedUpstream(timing).connect({ dialect: plainDialect(), client: { send } })
  for (let offset = 0; offset < durationMs / everyMs; offset += 1) {
    const { signal } = new AbortController()
    void source.fetchPage({ pushdown: {}, limit: 1, offset }, { signal, deadlineMs: timing.now() + 9_850 })
    await timing.pass(everyMs)
  }
  return { seen, source }
}

describe('a provider that tells nothing but how long to wait', () => {
  it.each(['window', 'bucket'] as const)(
    'and has long been asked for less than it grants is asked on so after a rush: %s',
    async (kind) => {
      const timing = fakeTiming()
      const rule = { kind, capacity: 10, refillMs: 100, tells: 'retryAfter', latencyMs: 30 } as const
      const { seen, outcomes, ask } = overload(timing, rule)
      const load = async (seconds: number, everyMs: number) => {
        for (let passedMs = 0; passedMs < seconds * 1_000; passedMs += everyMs) {
          ask()
          await timing.pass(everyMs)
        }
      }
      // Ten a second are granted, four are asked for; then fifty, for twenty seconds; then four again.
      await load(600, 250)
      await load(20, 20)
      const rushed = outcomes.length
      await load(120, 250)
      await timing.pass(10_000)
      const [first] = seen.filter(({ status }) => status === 429)
      expect(first).toBeDefined()
      expect(seen.filter(({ status, atMs }) => status === 429 && atMs > (first?.answeredAtMs ?? 0))).toEqual(
        [],
      )
      const after = outcomes.slice(rushed + 200)
      expect(after.length).toBeGreaterThan(250)
      expect(after.filter(({ kind }) => kind !== 'OK').length).toBeLessThan(after.length / 20)
    },
  )

  it.each([2_000, 4_000])(
    'and grants a few at once and then one every %i ms tells its limit in three refusals',
    async (refillMs) => {
      const timing = fakeTiming()
      const rule = { kind: 'bucket', capacity: 4, refillMs, tells: 'retryAfter', latencyMs: 30 } as const
      const { seen, ask } = overload(timing, rule)
      // For ten minutes.
      for (let count = 0; count < 3_000; count += 1) {
        ask()
        await timing.pass(200)
      }
      const refusedAt = seen.filter(({ status }) => status === 429).map(({ atMs }) => atMs)
      expect(refusedAt.length).toBeGreaterThan(0)
      // Requests that were under way together are refused together.
      const later = refusedAt.filter((atMs) => atMs > (refusedAt[0] ?? 0) + 1_000)
      expect(later.length).toBeLessThanOrEqual(2)
    },
  )

  it.each(['2', '5'])(
    'and refuses the first request of all for %s s holds up nobody for long',
    async (wait) => {
      const { seen } = await asked(90_000, 500, (_, number) =>
        number === 0 ? { status: 429, headers: { 'retry-after': wait } } : { status: 200, headers: {} },
      )
      // From half a minute on at least one a second.
      const beganMs = seen[0]?.atMs ?? 0
      expect(seen.filter(({ atMs }) => atMs >= beganMs + 30_000).length).toBeGreaterThanOrEqual(58)
    },
  )

  it('and grants far less than a burst of it seemed to is asked no faster than it says', async () => {
    const timing = fakeTiming()
    const rule = {
      kind: 'bucket',
      capacity: 400,
      refillMs: 1_000,
      tells: 'retryAfter',
      latencyMs: 30,
    } as const
    const { seen, ask } = overload(timing, rule)
    for (let count = 0; count < 3_000; count += 1) {
      ask()
      await timing.pass(100)
    }
    const refused = seen.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThanOrEqual(4)
  })
})

describe('a provider that refuses now and then for what others ask of it', () => {
  it('is asked as it says, after hours too', async () => {
    const timing = fakeTiming()
    const beginMs = timing.now()
    // One second in 65 it is busy; one request a second is asked.
    const isBusy = () => Math.floor((timing.now() - beginMs) / 1_000) % 65 === 7
    const { client } = scriptedClient(timing, () =>
      isBusy() ? { status: 429, headers: { 'retry-after': '1' } } : {},
    )
    const source = sharedUpstream(timing).connect({ dialect: plainDialect(), client })
    const answeredIn = async (minutes: number) => {
      let answered = 0
      for (let count = 0; count < minutes * 60; count += 1) {
        const terms = { signal: new AbortController().signal, deadlineMs: timing.now() + 9_850 }
        void source
          .fetchPage({ pushdown: {}, limit: 1, offset: timing.now() - beginMs }, terms)
          .then((page) => {
            if (!isFailure(page)) answered += 1
          })
        await timing.pass(1_000)
      }
      return answered / minutes
    }
    await answeredIn(60)
    expect(await answeredIn(10)).toBeGreaterThan(40)
  })
})

describe('headers of a limit', () => {
  it('that come with a refusal alone hold until their reset, and no longer', async () => {
    const { seen, source } = await asked(60_000, 100, (nowMs, number) =>
      number === 20
        ? {
            status: 429,
            headers: {
              'x-ratelimit-limit': '20',
              'x-ratelimit-remaining': '0',
              'x-ratelimit-reset': String(Math.ceil(nowMs / 1_000) + 5),
            },
          }
        : { status: 200, headers: {} },
    )
    const refusedAtMs = seen[20]?.atMs ?? 0
    expect(seen[21]?.atMs).toBeGreaterThanOrEqual(refusedAtMs + 5_000)
    expect(seen.filter(({ atMs }) => atMs >= refusedAtMs + 40_000).length).toBeGreaterThan(100)
    expect(source.allowance?.()).toMatchObject({ limit: null, remaining: null, resetMs: null })
  })

  it('of one allowance do not hide another, which is learned from its refusals', async () => {
    let granted: number[] = []
    const { seen } = await asked(120_000, 40, (nowMs, number) => {
      const daily = { 'x-ratelimit-limit': '100000', 'x-ratelimit-remaining': String(100_000 - number) }
      granted = granted.filter((atMs) => atMs > nowMs - 1_000)
      if (granted.length >= 5) return { status: 429, headers: { ...daily, 'retry-after': '1' } }
      granted.push(nowMs)
      return { status: 200, headers: daily }
    })
    expect(seen.filter(({ status }) => status === 429)).toHaveLength(1)
    expect(seen.length).toBeGreaterThan(80)
  })
})

describe('a provider that was in trouble and is well again', () => {
  const refusal = (timing: FakeTiming, headers: Record<string, string>): UpstreamResponse => ({
    status: 429,
    headers,
    body: '',
    receivedAtMs: timing.now(),
  })
  const troubles = [
    ['that told a wait each time', { 'retry-after': '2' }, () => true],
    ['that told no wait', {}, () => true],
    ['that told a long wait after few requests', { 'retry-after': '20' }, () => true],
    ['that refused one request in three', { 'retry-after': '1' }, (count: number) => count % 3 === 0],
  ] as const

  it.each(troubles)(
    'is asked within half a minute, and as often as before: 429 %s',
    async (_, headers, isRefused) => {
      const timing = fakeTiming()
      let count = 0
      let isWell = false
      const seen: { readonly atMs: number; readonly status: number }[] = []
      const send = async () => {
        count += 1
        const answer =
          !isWell && isRefused(count) ? refusal(timing, headers) : { ...refusal(timing, {}), status: 200 }
        seen.push({ atMs: timing.now(), status: answer.status })
        return answer
      }
      const source = sharedUpstream(timing).connect({ dialect: plainDialect(), client: { send } })
      const outcomes: { readonly kind: string; readonly atMs: number }[] = []
      let offset = 0
      const load = async (seconds: number) => {
        for (let tenth = 0; tenth < seconds * 2; tenth += 1) {
          offset += 1
          const beganMs = timing.now()
          const { signal } = new AbortController()
          void source
            .fetchPage({ pushdown: {}, limit: 1, offset }, { signal, deadlineMs: beganMs + 9_850 })
            .then((page) => outcomes.push({ kind: isFailure(page) ? page.kind : 'OK', atMs: timing.now() }))
          await timing.pass(500)
        }
      }
      await load(120)
      isWell = true
      const wellAtMs = timing.now()
      await load(90)
      expect(outcomes.find(({ kind, atMs }) => kind === 'OK' && atMs >= wellAtMs)?.atMs).toBeLessThan(
        wellAtMs + 30_000,
      )
      // From half a minute on at least one every two seconds, which is what the wait of two seconds means.
      const later = seen.filter(({ atMs }) => atMs >= wellAtMs + 40_000)
      expect(later.length).toBeGreaterThanOrEqual(24)
    },
  )
})
