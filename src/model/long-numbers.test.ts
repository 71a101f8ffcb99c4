import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareJson } from './long-numbers.js'

/** Texts of these tests nest less deep than anything that is refused. */
const keepLongNumbers = (text: string) => prepareJson(text, 1_000) ?? ''

describe('prepareJson', () => {
  it.each([
    ['9007199254740993', '"9007199254740993"'],
    ['-9007199254740993', '"-9007199254740993"'],
    ['12345678901234567890', '"12345678901234567890"'],
    ['0.12345678901234567', '"0.12345678901234567"'],
    ['3.14159265358979323846', '"3.14159265358979323846"'],
    ['1234567.12345678901', '"1234567.12345678901"'],
    ['1.5e400', '"1.5e400"'],
    ['-1E999', '"-1E999"'],
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

  it('tells text that nests too deep, whatever its strings hold', () => {
    const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}"]}]}"${'}]'.repeat(levels / 2)}`
    expect(prepareJson(nested(100), 100)).toBe(nested(100))
    expect(prepareJson(nested(102), 100)).toBeNull()
    expect(prepareJson(`["${'['.repeat(200)}\\"]`, 100)).not.toBeNull()
  })
})
