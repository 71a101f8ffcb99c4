import { describe, expect, it } from 'vitest'
import { readDate, windowOf, writeTime } from './time.js'

const noonUs = Date.UTC(2026, 1, 11, 12) * 1_000

describe('readDate', () => {
  it.each([
    ['2026-02-11T12:00:00Z', noonUs, false, true],
    ['2026-02-11T12:00Z', noonUs, false, true],
    ['2026-02-11T14:00:00+02:00', noonUs, false, true],
    ['2026-02-11T07:30:00-0430', noonUs, false, true],
    ['2026-02-11T12:00:00', noonUs, false, false],
    ['2026-02-11', noonUs - 43_200_000_000, true, false],
    ['2026-02-11T12:00:00.1234567Z', noonUs + 123_456, false, true],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000_000, false, true],
  ])('reads %s', (text, us, dateOnly, zoned) => {
    expect(readDate(text)).toEqual({ us, dateOnly, zoned })
  })

  it.each([
    '',
    '2026',
    '2026-02-30',
    '2026-13-01',
    '2026-02-11T24:00:00Z',
    '2026-02-11T12:60:00Z',
    '11.02.2026',
    '2026-02-11T12:00:00Z ',
  ])('refuses %j', (text) => {
    expect(readDate(text)).toBeUndefined()
  })
})

describe('writeTime', () => {
  it.each([
    ['second', '2026-02-11T12:00:00Z'],
    ['millisecond', '2026-02-11T12:00:00.004Z'],
    ['microsecond', '2026-02-11T12:00:00.004056Z'],
    ['day', '2026-02-11'],
  ] as const)('cuts to the %s', (precision, text) => {
    expect(writeTime(noonUs + 4_056, precision)).toBe(text)
  })
})

describe('windowOf', () => {
  const plain = {
    lowerBound: 'inclusive',
    upperBound: 'exclusive',
    boundPrecision: 'second',
    zoneOffsetMinutes: 0,
  } as const

  it('gives the half-open window of cut bounds', () => {
    expect(windowOf(noonUs + 999_999, noonUs + 5_000_001, plain)).toEqual({
      fromUs: noonUs,
      untilUs: noonUs + 5_000_000,
    })
  })

  it('moves a bound by one step where it counts the other way', () => {
    const turned = { ...plain, lowerBound: 'exclusive', upperBound: 'inclusive' } as const
    expect(windowOf(noonUs, noonUs, turned)).toEqual({
      fromUs: noonUs + 1_000_000,
      untilUs: noonUs + 1_000_000,
    })
  })

  it('leaves open what is not given or is ignored', () => {
    const open = { fromUs: Number.NEGATIVE_INFINITY, untilUs: Number.POSITIVE_INFINITY }
    expect(windowOf(undefined, undefined, plain)).toEqual(open)
    expect(windowOf(noonUs, noonUs, { ...plain, lowerBound: 'ignored', upperBound: 'ignored' })).toEqual(open)
  })

  it('begins days in the zone of the switches', () => {
    const days = { ...plain, boundPrecision: 'day', zoneOffsetMinutes: 120 } as const
    expect(windowOf(noonUs, undefined, days).fromUs).toBe(Date.UTC(2026, 1, 10, 22) * 1_000)
  })
})
