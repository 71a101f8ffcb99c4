import { describe, expect, it } from 'vitest'
import { fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { plainDialect } from '../../test/support/limited-provider.js'
import { scriptedClient } from '../../test/support/scripted-client.js'
import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { UpstreamResponse } from '../model/provider.js'

/** What becomes of waits when the clock of the machine is set back. */

const hourMs = 3_600_000

function scripted(reply: () => Partial<UpstreamResponse> | SourceFailure) {
  const steady = fakeTiming()
  let backMs = 0
  const timing = { ...steady, now: () => steady.now() - backMs }
  const { client, sent } = scriptedClient(timing, reply)
  const source = sharedUpstream(timing, { retriesMax: 0 }).connect({ dialect: plainDialect(), client })
  let offset = 0
  async function ask(): Promise<string> {
    offset += 1
    const terms = { signal: new AbortController().signal, deadlineMs: timing.now() + 900 }
    const answer = source.fetchPage({ pushdown: {}, limit: 1, offset }, terms)
    await steady.pass(1_000)
    const page = await answer
    return isFailure(page) ? page.kind : 'OK'
  }
  return { timing, sent, source, ask, pass: steady.pass, setBack: (byMs: number) => (backMs += byMs) }
}

const date = (afterMs: number, nowMs: number) => new Date(nowMs + afterMs).toUTCString()

describe('a clock that is set back by an hour', () => {
  it.each<[string, number, number, (nowMs: number) => Partial<UpstreamResponse> | SourceFailure]>([
    ['401', 1, 60_000, () => ({ status: 401 })],
    ['429 with seconds', 1, 5_000, () => ({ status: 429, headers: { 'retry-after': '5' } })],
    [
      '429 with a date',
      1,
      30_000,
      (nowMs) => ({ status: 429, headers: { 'retry-after': date(30_000, nowMs) } }),
    ],
    [
      'an allowance that is used up',
      1,
      30_000,
      (nowMs) => ({
        status: 429,
        headers: {
          'ratelimit-limit': '10',
          'ratelimit-remaining': '0',
          'ratelimit-reset': String(Math.ceil((nowMs + 30_000) / 1_000)),
        },
      }),
    ],
    ['a provider that is down', 25, 11_000, () => ({ status: 500 })],
  ])('does not lengthen the pause after %s', async (_, times, pauseMs, trouble) => {
    let isWell = false
    const parts = scripted(() => (isWell ? {} : trouble(parts.timing.now())))
    const { ask, pass, sent, setBack, source, timing } = parts
    for (let time = 0; time < times; time += 1) await ask()
    isWell = true
    const before = sent.length
    setBack(hourMs)
    // It pauses no shorter either, and tells until when in what is the time now.
    expect(await ask()).not.toBe('OK')
    expect(sent).toHaveLength(before)
    const untilMs = source.allowance?.().pausedUntilMs ?? 0
    expect(untilMs).toBeGreaterThan(timing.now())
    expect(untilMs).toBeLessThanOrEqual(timing.now() + pauseMs)
    await pass(pauseMs)
    expect(await ask()).toBe('OK')
  })

  it('lets a later congestion halve the requests under way all the same', async () => {
    let reply: SourceFailure | null = sourceFailure('TIMEOUT')
    const { ask, source, setBack } = scripted(() => reply ?? {})
    await ask()
    expect(source.allowance?.().concurrency).toBe(2)
    setBack(hourMs)
    await ask()
    expect(source.allowance?.().concurrency).toBe(1)
    reply = null
    expect(await ask()).toBe('OK')
  })
})
