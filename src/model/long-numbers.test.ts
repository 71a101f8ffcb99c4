import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepLongNumbers } from './long-numbers.js'

describe('keepLongNumbers', () => {
  it.each([
    ['9007199254740993', '"9007199254740993"'],
    ['-9007199254740993', '"-9007199254740993"'],
    ['12345678901234567890', '"12345678901234567890"'],
    ['0.12345678901234567', '"0.12345678901234567"'],
    ['3.14159265358979323846', '"3.14159265358979323846"'],
    ['1.5e400', '"1.5e400"'],
    ['[9007199254740991,1234567890123456,1]', '[9007199254740991,1234567890123456,1]'],
    ['0.1000000000000000', '0.1000000000000000'],
    ['1e300', '1e300'],
    ['"9007199254740993"', '"9007199254740993"'],
    ['{"9007199254740993":"\\"9007199254740993"}', '{"9007199254740993":"\\"9007199254740993"}'],
    [
      '{"a":[9007199254740993,{"b":90071992547409935}]}',
      '{"a":["9007199254740993",{"b":"90071992547409935"}]}',
    ],
    ['00000000000000000000', '00000000000000000000'],
    ['"9007199254740993', '"9007199254740993'],
  ])('makes of %s %s', (text, kept) => {
    expect(keepLongNumbers(text)).toBe(kept)
  })

  it('changes nothing that JSON.parse gives back as it was', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(keepLongNumbers(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('keeps the digits of any integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        const text = JSON.stringify(JSON.parse(keepLongNumbers(`[${value}]`)))
        expect(text.replaceAll('"', '')).toBe(`[${value}]`)
      }),
    )
  })
})
