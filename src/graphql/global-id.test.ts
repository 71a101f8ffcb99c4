import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantMaxMs, instantMinMs } from '../model/instant.js'
import { decodeGlobalId, encodeEntryId, encodeSourceId } from './global-id.js'

describe('global ids', () => {
  it('give back what they were made of, whatever text it holds', () => {
    const key = fc.record({
      timeMs: fc.integer({ min: instantMinMs, max: instantMaxMs }),
      sourceKey: fc.string({ unit: 'binary' }),
      id: fc.string({ unit: 'binary' }),
    })
    fc.assert(
      fc.property(key, (entryKey) => {
        expect(decodeGlobalId(encodeEntryId(entryKey))).toEqual({ kind: 'entry', key: entryKey })
        const source = { kind: 'source', key: entryKey.sourceKey }
        expect(decodeGlobalId(encodeSourceId(entryKey.sourceKey))).toEqual(source)
      }),
    )
  })

  it('tell lone surrogates apart', () => {
    expect(encodeSourceId('\ud800')).not.toBe(encodeSourceId('\ud801'))
    expect(decodeGlobalId(encodeSourceId('\ud800'))).toEqual({ kind: 'source', key: '\ud800' })
  })

  const good = encodeEntryId({ timeMs: 1, sourceKey: 'desk', id: 'e' })
  const encode = (json: string) => Buffer.from(json).toString('base64url')
  it.each([
    ['empty', ''],
    ['not base64url', '%%%'],
    ['padded', `${good}==`],
    ['followed by a blank', `${good} `],
    ['with other JSON spacing', encode('["e", "desk", 1, "e"]')],
    ['with one more part', encode('["e","desk",1,"e",1]')],
    ['with a time that no instant has', encode('["e","desk",1e300,"e"]')],
    ['with a time between milliseconds', encode('["e","desk",1.5,"e"]')],
    ['of an unknown kind', encode('["x","desk"]')],
    ['of an object', encode('{"s":"desk"}')],
    ['of nesting', encode('['.repeat(50_000))],
  ])('are refused when they are %s', (_, text) => {
    expect(decodeGlobalId(text)).toBeUndefined()
  })
})
