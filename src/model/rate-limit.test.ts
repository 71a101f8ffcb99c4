import { afterEach, describe, expect, it, vi } from 'vitest'
import { isProviderWide, type RateLimitDeclaration, readAllowances, readWait } from './rate-limit.js'

const nowMs = Date.UTC(2026, 10, 30, 17, 26, 19)
const declared: RateLimitDeclaration = {
  families: [
    {
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      reset: 'x-ratelimit-reset',
      retryAfter: 'x-ratelimit-retry-after',
    },
  ],
  providerScope: { header: 'x-ratelimit-scope', value: 'integration-partner' },
}
const date = 'Mon, 30 Nov 2026 17:26:59 GMT'
const unix = (seconds: number) => String(nowMs / 1_000 + seconds)

/** The seconds that headers ask to wait. */
function wait(headers: Record<string, string>): number | null {
  const untilMs = readWait(headers, nowMs, declared)
  return untilMs === null ? null : (untilMs - nowMs) / 1_000
}

function told(headers: Record<string, string>) {
  return readAllowances(headers, nowMs, declared).map(({ resetMs, ...rest }) => ({
    ...rest,
    resetIn: resetMs === null ? null : (resetMs - nowMs) / 1_000,
  }))
}

afterEach(() => vi.unstubAllEnvs())

describe('Retry-After', () => {
  it.each([
    ['20', 20],
    [' 20.5 ', 20.5],
    ['0', 0],
    ['99999999999', 900],
    ['9'.repeat(40), 900],
    ['9'.repeat(400), 900],
    ['-5', null],
    ['soon', null],
    ['', null],
    ['20s', null],
    // Written by an application and a proxy: the client joins them.
    ['20, 20', 20],
    ['5, 60', 60],
    ['60,5', 60],
    ['soon, 60', 60],
    [`5, ${date}`, 40],
    [`${date}, 5`, 40],
    [`${date}, 50`, 50],
    [`${date}, Mon, 30 Nov 2026 17:26:29 GMT`, 40],
    ['Monday, 30-Nov-26 17:26:39 GMT, Mon Nov 30 17:26:29 2026', 20],
  ])('%j asks to wait %j seconds', (text, seconds) => {
    expect(wait({ 'retry-after': text })).toBe(seconds)
  })

  it.each([
    ['Mon, 30 Nov 2026 17:26:59 GMT', 40],
    ['Mon, 30 Nov 2026 18:26:59 +0100', 40],
    ['Mon, 30 Nov 2026 17:26:59', 40],
    ['Monday, 30-Nov-26 17:26:59 GMT', 40],
    ['Mon Nov 30 17:26:59 2026', 40],
    ['Tue Dec  1 17:26:59 2026', 900],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 900],
    ['Mon, 30 Foo 2026 17:26:59 GMT', null],
    ['Mon, 31 Nov 2026 17:26:59 GMT', null],
  ])('%s is the same in every zone that the process may have', (text, seconds) => {
    for (const zone of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
      vi.stubEnv('TZ', zone)
      expect(new Date(2026, 10, 30).getTime() === Date.UTC(2026, 10, 30)).toBe(zone === 'UTC')
      expect(wait({ 'retry-after': text })).toBe(seconds)
    }
  })

  it('and what a provider has in its place: the longest', () => {
    expect(wait({ 'retry-after': '5', 'x-ratelimit-retry-after': '7, 9' })).toBe(9)
  })
})

describe('an allowance', () => {
  const family = 'x-ratelimit-remaining'
  const namesOf = (remaining: string, limit: string, reset: string) => ({
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-limit': limit,
    'x-ratelimit-reset': reset,
  })

  it.each([
    ['-3', '100', '40', { limit: 100, remaining: 0, resetIn: 40 }],
    ['50, 0', '100, 10', '60', { limit: 10, remaining: 0, resetIn: 60 }],
    ['50, 0, 7', '100', '10, 60', { limit: 100, remaining: 0, resetIn: 60 }],
    ['5', '100, 10;w=1, 1000;w=3600', '40', { limit: 100, remaining: 5, resetIn: 40 }],
    ['5', '100;w=60', '40', { limit: 100, remaining: 5, resetIn: 40 }],
    ['5', '', '', { limit: null, remaining: 5, resetIn: null }],
  ])('of which %s remain of %s until %s', (remaining, limit, reset, expected) => {
    const headers = namesOf(remaining, limit, reset)
    expect(told(headers)).toEqual([{ family, ...expected }])
    expect(wait(headers)).toBe(expected.remaining === 0 ? expected.resetIn : null)
  })

  it('of an application and one of a proxy are two, each with its own reset', () => {
    expect(told(namesOf('0, 4000', '5, 5000', `${unix(1)}, ${unix(3_600)}`))).toEqual([
      { family, limit: 5, remaining: 0, resetIn: 1 },
      { family: `${family} 1`, limit: 5_000, remaining: 4_000, resetIn: 900 },
    ])
    expect(wait(namesOf('0, 4000', '5, 5000', '1, 3600'))).toBe(1)
    expect(wait(namesOf('4000,0', '100', '3600,60'))).toBe(60)
    expect(told(namesOf('many, 5', '100', 'soon, 40'))).toEqual([
      { family: `${family} 1`, limit: 100, remaining: 5, resetIn: 40 },
    ])
  })

  it('that comes very often is the strictest of all', () => {
    const often = (text: string) => Array.from({ length: 500 }, () => text).join()
    const headers = namesOf(`${often('5')},0`, often('9'), `${often('7')},3`)
    expect(told(headers)).toEqual([{ family, limit: 9, remaining: 0, resetIn: 7 }])
  })

  it('without a limit, as -1 says, is none', () => {
    expect(told(namesOf('-1', '-1', '-1'))).toEqual([])
  })

  it('of which no number can be read is none', () => {
    expect(told({ 'x-ratelimit-remaining': 'many', 'x-ratelimit-limit': '5' })).toEqual([])
  })
})

describe('the headers of the draft', () => {
  it('are read in their three forms', () => {
    const three = { 'ratelimit-limit': '10, 10;w=1', 'ratelimit-remaining': '0', 'ratelimit-reset': '33' }
    expect(told(three)).toEqual([{ family: 'ratelimit-remaining', limit: 10, remaining: 0, resetIn: 33 }])
    expect(told({ ratelimit: 'limit=100, remaining=0, reset=44' })).toEqual([
      { family: 'ratelimit ', limit: 100, remaining: 0, resetIn: 44 },
    ])
    const items = { ratelimit: ' "a" ; r=9 ; t=35, b;r=0;t=37', 'ratelimit-policy': '"a";q=100;w=60, b;q=5' }
    expect(told(items)).toEqual([
      { family: 'ratelimit a', limit: 100, remaining: 9, resetIn: 35 },
      { family: 'ratelimit b', limit: 5, remaining: 0, resetIn: 37 },
    ])
  })

  it('may be repeated', () => {
    expect(told({ ratelimit: 'limit=100, remaining=50, reset=30, limit=10, remaining=0, reset=60' })).toEqual(
      [
        { family: 'ratelimit ', limit: 100, remaining: 50, resetIn: 30 },
        { family: 'ratelimit  1', limit: 10, remaining: 0, resetIn: 60 },
      ],
    )
    expect(wait({ ratelimit: 'limit=5, remaining=0, reset=1, limit=9, remaining=8, reset=60' })).toBe(1)
    const items = { ratelimit: '"a";r=9;t=90, "a";r=0;t=37', 'ratelimit-policy': '"a";q=100, "a";q=10' }
    expect(told(items)).toEqual([
      { family: 'ratelimit a', limit: 10, remaining: 9, resetIn: 90 },
      { family: 'ratelimit a 1', limit: 10, remaining: 0, resetIn: 37 },
    ])
    expect(wait(items)).toBe(37)
    expect(told({ ratelimit: 'limit=9, remaining=5, reset=30, "a";r=-1;t=37' })).toEqual([
      { family: 'ratelimit ', limit: 9, remaining: 5, resetIn: 30 },
      { family: 'ratelimit a', limit: null, remaining: 0, resetIn: 37 },
    ])
  })

  it('are read in no time however many names they have', () => {
    const ratelimit = Array.from({ length: 2_000 }, (_, index) => `n${index};r=1`).join()
    expect(told({ ratelimit, 'ratelimit-policy': ratelimit })).toHaveLength(2_000)
  })
})

describe('a limit of the whole provider', () => {
  it.each([
    ['integration-partner', true],
    [' Integration-Partner ', true],
    ['integration-partner, integration-partner', true],
    ['key, integration-partner', true],
    ['key', false],
    ['not-integration-partner', false],
  ])('is told by %s: %s', (scope, isWide) => {
    expect(isProviderWide({ 'x-ratelimit-scope': scope }, declared)).toBe(isWide)
  })
})
