import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derivedId } from './derived-id.js'

describe('derivedId', () => {
  it('is the SHA-256 of the JSON text, whatever its length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), (text) => {
        const expected = createHash('sha256')
          .update(JSON.stringify([text]))
          .digest('hex')
        expect(derivedId([text])).toBe(`derived-${expected.slice(0, 32)}`)
      }),
      {
        examples: [
          [''],
          ['x'.repeat(51)],
          ['x'.repeat(52)],
          ['x'.repeat(60)],
          ['\u{1f600}'],
          ['x'.repeat(9_999)],
        ],
      },
    )
  })

  it('does not depend on the order of keys', () => {
    expect(derivedId([{ a: 1, b: { c: [2], d: null } }])).toBe(derivedId([{ b: { d: null, c: [2] }, a: 1 }]))
  })

  it.each([
    ['the order of a list', [['a', 'b']], [['b', 'a']]],
    ['where a value stands', ['a', null], [null, 'a']],
    ['text and number', ['1'], [1]],
    ['a key named __proto__', [JSON.parse('{"__proto__":1}')], [{}]],
  ])('tells apart %s', (_name, a, b) => {
    expect(derivedId(a)).not.toBe(derivedId(b))
  })
})
