import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatInstant, instantMaxMs, instantMinMs, parseInstant } from './instant.js'

const anyInstant = fc.integer({ min: instantMinMs, max: instantMaxMs })
const digits = (count: number) =>
  fc.integer({ min: 0, max: 10 ** count - 1 }).map((value) => String(value).padStart(count, '0'))

/** Texts in the plain form, most of them with parts that a clock or a calendar can have, and some with one broken. */
const plainText = fc
  .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2), digits(3))
  .map(([year, month, day, hour, minute, second, millis]) => {
    const within = (text: string, from: number, count: number) =>
      Number(text) < 90 ? String(from + (Number(text) % count)).padStart(2, '0') : text
    const date = `${year}-${within(month, 1, 12)}-${within(day, 1, 31)}`
    return `${date}T${within(hour, 0, 24)}:${within(minute, 0, 60)}:${within(second, 0, 61)}.${millis}Z`
  })
const brokenText = fc
  .tuple(plainText, fc.nat(23), fc.constantFrom('0', '9', '-', ':', '.', 'T', 'Z', ' ', 'x', '٣'))
  .map(([text, at, letter]) => text.slice(0, at) + letter + text.slice(at + 1))

describe('formatInstant', () => {
  it('writes as Date does, whatever day was written before', () => {
    fc.assert(
      fc.property(anyInstant, (instantMs) => {
        expect(formatInstant(instantMs)).toBe(new Date(instantMs).toISOString())
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('parseInstant', () => {
  it('reads what formatInstant writes', () => {
    fc.assert(
      fc.property(anyInstant, (instantMs) => {
        expect(parseInstant(formatInstant(instantMs))).toBe(instantMs)
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads the plain form just as it reads every other: with a small t, which goes the long way', () => {
    fc.assert(
      fc.property(fc.oneof(plainText, brokenText), (text) => {
        const other = text.slice(0, 10) + text.slice(10).replace('T', 't')
        expect(parseInstant(text)).toBe(parseInstant(other))
      }),
      { numRuns: 5_000 },
    )
  })
})
