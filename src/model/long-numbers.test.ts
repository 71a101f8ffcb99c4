import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from './json.js'
import { parseExactly } from './long-numbers.js'

/** Texts of these tests nest less deep than anything that is refused. */
const parse = (text: string) => parseExactly(text, 1_000)

/** White space that makes any text too long to be parsed before it is looked through. */
const filler = ' '.repeat(300 * 1024)

/** Numbers that a double does not give back, and some that it does, in the forms that JSON has. */
const lost = fc.oneof(
  fc.bigInt({ min: 2n ** 53n + 1n }).filter((value) => String(Number(value)) !== String(value)),
  fc.constantFrom('1.5e400', '-1E999', '9e308', '1e-400', '-4.9E-324', '1e-999', '0.12345678901234567'),
  fc.stringMatching(/^[1-9]\.\d{20}1$/),
)
const kept = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom('0', '-1', '0.5', '1e300', '1E+2', '2.5e-7', '1234567890123456', '0.1000000000000000'),
)
/** Texts that look like numbers, or nest, and do not count. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '9007199254740993',
    ': 9007199254740993',
    '1e-400',
    'a"b',
    '\\',
    '[[[[',
    '00000000-0000-4000-8000-000000000012',
  ),
)

describe('parseExactly', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    ['0.12345678901234567', '0.12345678901234567'],
    ['3.14159265358979323846', '3.14159265358979323846'],
    ['1234567.12345678901', '1234567.12345678901'],
    ['1.00000000000000000001', '1.00000000000000000001'],
    ['1.5e400', '1.5e400'],
    ['-1E999', '-1E999'],
    ['1e-400', '1e-400'],
    ['4.9e-324', '4.9e-324'],
    ['[0,"1e-4"]', [0, '1e-4']],
    ['[0,1e-400]', [0, '1e-400']],
    ['[9007199254740991,1234567890123456,1]', [9007199254740991, 1234567890123456, 1]],
    ['0.1000000000000000', 0.1],
    ['1e300', 1e300],
    ['"9007199254740993"', '9007199254740993'],
    ['{"9007199254740993":"\\"9007199254740993"}', { '9007199254740993': '"9007199254740993' }],
    [
      '{"a":[9007199254740993,{"b":90071992547409935}]}',
      { a: ['9007199254740993', { b: '90071992547409935' }] },
    ],
  ])('makes of %s %j', (text, value) => {
    expect(parse(text)).toEqual(value)
    expect(parse(text + filler)).toEqual(value)
  })

  it.each(['', '00000000000000000000', '"9007199254740993', '[1,]', '{"a":1'])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(SyntaxError)
    expect(() => parse(text + filler)).toThrow(SyntaxError)
  })

  it('gives what JSON.parse gives where that loses nothing', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('keeps the digits of any integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(String((parse(`[${value}]`) as JsonValue[])[0])).toBe(String(value))
      }),
    )
  })

  it('finds every number that loses digits, wherever it stands, and no other', () => {
    const part = fc.oneof(
      lost.map((token) => ({ json: String(token), value: String(token) as JsonValue })),
      kept.map((token) => ({ json: String(token), value: Number(token) })),
      text.map((value) => ({ json: JSON.stringify(value), value })),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(part, fc.constantFrom('', ' ', '\n')), { maxLength: 30 }), (parts) => {
        const listed = `[${parts.map(([{ json }, blank]) => blank + json + blank).join()}]`
        const values = parts.map(([{ value }]) => value)
        expect(parse(listed)).toEqual(values)
        const fields = parts.map(([{ json }], index) => `"k${index}":${json}`)
        expect(Object.values(parse(`{${fields.join()}}`) ?? {})).toEqual(values)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['short', ''],
    ['long', filler],
  ])('tells %s text that nests too deep, whatever its strings hold', (_, end) => {
    const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}"]}]}"${'}]'.repeat(levels / 2)}${end}`
    expect(parseExactly(nested(100), 100)).toEqual(JSON.parse(nested(100)))
    expect(parseExactly(nested(102), 100)).toBeUndefined()
    expect(parseExactly(nested(50_000) + end, 100)).toBeUndefined()
    expect(parseExactly(`["${'['.repeat(200)}\\"]"]${end}`, 100)).toEqual([`${'['.repeat(200)}"]`])
  })

  it('keeps each of a hundred thousand that lose digits', () => {
    const token = (index: number) => (index % 3 === 0 ? '1e999' : `1234567890123${1_000_000 + index}1`)
    const tokens = Array.from({ length: 100_000 }, (_, index) => token(index))
    expect(parse(`[${tokens.join()}]`)).toEqual(tokens)
    expect(parse(`[1,${tokens.join(',"a",2, ')},3]`)).toEqual([
      1,
      ...tokens.flatMap((token, index) => (index === 0 ? [token] : ['a', 2, token])),
      3,
    ])
  })
})
