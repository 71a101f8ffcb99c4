import { describe, expect, it } from 'vitest'
import { Secret } from '../model/secret.js'
import { createCursorCodecs, type Position } from './position-cursor.js'
import { cutAbove, cutAfter } from './travel.js'

const dayMs = 86_400_000
const asOfMs = Date.UTC(2026, 5, 15, 12, 30, 17, 250)
const binding = {
  filter: { actions: ['update', 'create'], occurredAt: { sinceMs: asOfMs - dayMs } },
  order: 'NEWEST_FIRST',
  sources: ['crew', 'assistants', 'access', 'hiring'].map((key) => ({ key })),
} as const

const key = {
  timeMs: asOfMs - 1_234,
  sourceKey: 'access',
  id: '7f3c2a90-0c1f-4d86-9a53-1f2b0c9a77de',
}
const plain: Position = {
  asOfMs,
  begunMs: asOfMs,
  key,
  searched: null,
  delivered: true,
  gaps: [],
  segments: null,
  orders: [],
}
const full: Position = {
  ...plain,
  searched: { travel: 'down', cut: cutAbove(asOfMs - 5_000) },
  gaps: [{ sourceKey: 'crew', top: cutAfter(key), bottom: null }],
  segments: [{ top: cutAbove(asOfMs), bottom: cutAbove(asOfMs - dayMs) }],
  orders: [
    ['crew', 'oldestFirst'],
    ['hiring', 'unsorted'],
  ],
}

/** Cursors of version 1 as they were issued once, under the secret `recorded`. Never to be made anew. */
const recorded = {
  plain:
    'eyJ2IjoxLCJmIjoibVhoV3FlOUJLWEsiLCJzIjoiNVAzVk1vWG01bE0iLCJvIjoiTiIsInQiOjE3ODE1MjY2MTcyNTAsImsiOlsxNzgxNTI2NjE2MDE2LCJhY2Nlc3MiLCI3ZjNjMmE5MC0wYzFmLTRkODYtOWE1My0xZjJiMGM5YTc3ZGUiXSwiZCI6MX15zNIrQ0p_z8O4Zw6mWc9v',
  full: 'eyJ2IjoxLCJmIjoibVhoV3FlOUJLWEsiLCJzIjoiNVAzVk1vWG01bE0iLCJvIjoiTiIsInQiOjE3ODE1MjY2MTcyNTAsImsiOlsxNzgxNTI2NjE2MDE2LCJhY2Nlc3MiLCI3ZjNjMmE5MC0wYzFmLTRkODYtOWE1My0xZjJiMGM5YTc3ZGUiXSwidyI6WyJkb3duIixbMTc4MTUyNjYxMjI1MF1dLCJkIjoxLCJnIjpbWyJjcmV3IixbMTc4MTUyNjYxNjAxNiwiYWNjZXNzIiwiN2YzYzJhOTAtMGMxZi00ZDg2LTlhNTMtMWYyYjBjOWE3N2RlIiwxXSxudWxsXV0sInIiOltbWzE3ODE1MjY2MTcyNTBdLFsxNzgxNDQwMjE3MjUwXV1dLCJuIjp7Im8iOiJjcmV3IiwidSI6ImhpcmluZyJ9fWC3MN4sIywXQdqqu3sFyXc',
}

function codecOf(secrets: readonly string[], changes: object = {}) {
  const bind = createCursorCodecs(
    secrets.map((secret) => new Secret(secret)),
    30 * dayMs,
  )
  return bind({ ...binding, ...changes })
}

describe('a position cursor', () => {
  it.each([
    ['plain', plain],
    ['full', full],
  ] as const)('of version 1, %s, is read as it was meant', (name, position) => {
    expect(codecOf(['recorded']).decode(recorded[name], asOfMs)).toEqual({ position })
  })

  it('is under 300 bytes in a reading without gaps, and opaque text of a URL', () => {
    const text = codecOf(['s']).encode(plain)
    expect(text.length).toBeLessThan(300)
    expect(text).toMatch(/^[\w-]+$/)
  })

  it('survives a change of secrets: the first signs, all verify', () => {
    const old = codecOf(['old']).encode(plain)
    const rotated = codecOf(['new', 'old'])
    expect(rotated.decode(old, asOfMs)).toEqual({ position: plain })
    expect(codecOf(['new']).decode(rotated.encode(plain), asOfMs)).toEqual({ position: plain })
    expect(codecOf(['new']).decode(old, asOfMs)).toHaveProperty(
      'problem',
      expect.stringContaining('not a cursor'),
    )
  })

  it.each([0, 90])('is accepted for 30 days after its reading began, pinned %i days back', (days) => {
    const codec = codecOf(['s'])
    const position = { ...plain, begunMs: asOfMs + days * dayMs }
    const text = codec.encode(position)
    expect(codec.decode(text, position.begunMs + 30 * dayMs)).toEqual({ position })
    expect(codec.decode(text, position.begunMs + 30 * dayMs + 1)).toHaveProperty(
      'problem',
      expect.stringContaining('expired'),
    )
  })

  it.each([
    ['another filter', { filter: {} }, 'another filter'],
    ['other sources', { sources: [{ key: 'crew' }] }, 'other sources'],
    [
      'another account',
      { sources: binding.sources.map(({ key }) => ({ key, account: 'b' })) },
      'other sources',
    ],
    ['the other order', { order: 'OLDEST_FIRST' }, 'the other order'],
  ])('is refused with %s, and says so', (_, changes, words) => {
    const text = codecOf(['s']).encode(plain)
    expect(codecOf(['s'], changes).decode(text, asOfMs)).toHaveProperty(
      'problem',
      expect.stringContaining(words),
    )
  })

  it('does not mind in which order values and sources are named', () => {
    const text = codecOf(['s']).encode(plain)
    const same = {
      filter: { ...binding.filter, actions: ['create', 'update', 'create'] },
      sources: [...binding.sources].reverse(),
    }
    expect(codecOf(['s'], same).decode(text, asOfMs)).toEqual({ position: plain })
  })

  it('is refused when any character of it is changed, dropped or added', () => {
    const codec = codecOf(['s'])
    const text = codec.encode(plain)
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A'
      for (const changed of [
        text.slice(0, at) + other + text.slice(at + 1),
        text.slice(0, at) + text.slice(at + 1),
        `${text.slice(0, at)}=${text.slice(at)}`,
      ])
        expect(codec.decode(changed, asOfMs), `at ${at}`).toHaveProperty('problem')
    }
    for (const other of ['', ' ', text.slice(0, 20), `${text}\n`, 'x'.repeat(100_000)])
      expect(codec.decode(other, asOfMs)).toHaveProperty('problem')
  })
})
