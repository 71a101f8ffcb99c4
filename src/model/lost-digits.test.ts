import fc from 'fast-check'
import { expect, it } from 'vitest'
import { losesDigits } from './lost-digits.js'

/** The same by what it means, with no eye to how long it takes. */
function losesByMeaning(token: string): boolean {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(token)) return false
  const value = Number(token)
  if (/^-?\d+$/.test(token) && Number(token) !== 0) return String(value) !== token
  return !Number.isFinite(value) || significantDigits(token) !== significantDigits(String(value))
}

function significantDigits(token: string): string {
  const [mantissa = ''] = token.toLowerCase().split('e')
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

const zeros = fc.integer({ min: 0, max: 330 }).map((count) => '0'.repeat(count))
const digits = fc.stringMatching(/^\d{0,25}$/)
const exponent = fc.oneof(
  fc.integer({ min: -400, max: 400 }),
  fc.integer({ min: 285, max: 330 }),
  fc.integer({ min: -345, max: -285 }),
)
const parts = fc.record({
  sign: fc.constantFrom('', '', '-'),
  whole: fc.oneof(digits, fc.constantFrom('0', '1', '9')),
  zeros: fc.oneof(fc.constant(''), fc.constant('000'), zeros),
  fraction: fc.oneof(
    fc.constant(''),
    digits.map((text) => `.${text}`),
    zeros.map((text) => `.${text}12`),
  ),
  power: fc.oneof(
    fc.constant(''),
    exponent.map((value) => `e${value}`),
    exponent.map((value) => `E+${value}`),
  ),
})
const token = fc.oneof(
  parts.map(({ sign, whole, zeros, fraction, power }) => sign + whole + zeros + fraction + power),
  // Digits that a double has, and ones beside them.
  fc.double({ noNaN: true }).map(String),
  fc.double({ noNaN: true }).map((value) => value.toPrecision(17)),
  fc.double({ noNaN: true }).map((value) => value.toExponential(16)),
  fc.double({ noNaN: true, min: 1e-5, max: 1e21 }).map((value) => value.toFixed(5)),
  fc
    .tuple(fc.double({ noNaN: true }), fc.integer({ min: 1, max: 21 }))
    .map(([value, count]) => value.toPrecision(count)),
  fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 9n, max: 2n ** 53n + 9n }).map(String),
  fc.stringMatching(/^[-+.eE\d]{1,30}$/),
)

it('finds what a double changes', () => {
  fc.assert(
    fc.property(token, fc.constantFrom('', ','), (text, around) => {
      const start = around.length
      expect(losesDigits(around + text + around, start, start + text.length)).toBe(losesByMeaning(text))
    }),
    { numRuns: 20_000 },
  )
})

it.each([
  ['1e308', false],
  ['1.7976931348623157e308', false],
  ['1.7976931348623159e308', true],
  ['2e308', true],
  ['1e309', true],
  ['0e999', false],
  ['0.0e-999', false],
  ['5e-324', false],
  ['3e-324', true],
  ['2e-324', true],
  ['1e-325', true],
  ['100000000000000000000', false],
  ['1000000000000000000000', true],
  ['9007199254740992', false],
  ['9007199254740993', true],
  ['12345678901234567', true],
  ['12345678901234568', false],
  ['0.1000000000000000055511151231257827', true],
  ['0.10000000000000001', true],
  ['123456789012345678e-2', true],
  [`1${'0'.repeat(400)}e-400`, false],
  [`0.${'0'.repeat(400)}1e401`, false],
  ['1e99999999999999999999', true],
  ['1e-99999999999999999999', true],
  ['01e999', false],
  ['1.e999', false],
  ['1e', false],
  ['1e+', false],
  ['1e1.5', false],
  ['--1e999', false],
  ['1-2e999', false],
])('%s: %s', (text, loses) => {
  expect(losesDigits(text, 0, text.length)).toBe(loses)
  expect(losesByMeaning(text)).toBe(loses)
})
