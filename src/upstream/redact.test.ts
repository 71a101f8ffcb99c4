import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../model/failure.js'
import { createRedactor } from './redact.js'

const key = 'sk_live/aB+9='
const basic = btoa(`${key}:`)

describe('what a provider echoes of a credential', () => {
  it.each([
    ['an own header', { 'x-api-key': key }, `no such key: ${key}.`, 'no such key: [secret].'],
    [
      'a bearer token',
      { authorization: `Bearer ${key}` },
      `${key} of Bearer ${key}`,
      '[secret] of Bearer [secret]',
    ],
    ['a Basic credential', { authorization: `Basic ${basic}` }, `Basic ${basic}`, 'Basic [secret]'],
    [
      'the user within Basic',
      { authorization: `Basic ${basic}` },
      `user ${key}: unknown`,
      'user [secret]: unknown',
    ],
    ['a key in a query', { 'x-api-key': key }, `?k=${encodeURIComponent(key)}&x=1`, '?k=[secret]&x=1'],
    ['a key in a query, in lower case', { 'x-api-key': key }, '?k=sk_live%2faB%2b9%3d', '?k=[secret]'],
    ['a key in a form', { 'x-api-key': "it's(1)~x" }, 'k=it%27s%281%29%7Ex', 'k=[secret]'],
    ['a key in JSON text', { 'x-api-key': 'a"b\\c/d' }, '{"k":"a\\"b\\\\c/d"}', '{"k":"[secret]"}'],
    ['a key in JSON text of PHP', { 'x-api-key': 'a"b\\c/d' }, '{"k":"a\\"b\\\\c\\/d"}', '{"k":"[secret]"}'],
    [
      'a Basic credential without its padding',
      { authorization: `Basic ${basic}` },
      `Basic ${basic.replace(/=+$/, '')}.`,
      'Basic [secret].',
    ],
    [
      'the password within Basic',
      { authorization: `Basic ${btoa('u:pass:word')}` },
      'pass:word of u, not user',
      '[secret] of [secret], not user',
    ],
    ['another scheme', { authorization: 'Token abcdef' }, 'Token abcdef', 'Token [secret]'],
    [
      'a short key where it stands alone',
      { 'x-api-key': 'ab' },
      'ab, "ab" is bad: about',
      '[secret], "[secret]" is bad: about',
    ],
    ['a key cut off at the end', { 'x-api-key': key }, `bad ${key.slice(0, 7)}…`, 'bad [secret]…'],
    ['two kinds of header', { a: 'first-1', b: 'first-12' }, 'first-12, first-1', '[secret], [secret]'],
    ['a key that stands in its own mask', { a: 'secret' }, 'secret', '[secret]'],
    ['no credential', {}, 'nothing to hide', 'nothing to hide'],
  ])('is taken out: %s', (_, authorization, said, told) => {
    expect(createRedactor(authorization).text(said)).toBe(told)
  })

  it('is taken out of every text of a failure, names in its details included', () => {
    const failure = createRedactor({ 'x-api-key': key }).failure(
      sourceFailure('FORBIDDEN', {
        message: key,
        remedy: key,
        httpStatus: 403,
        upstreamCode: key,
        upstreamMessage: key,
        traceId: key,
        details: { [key]: [{ deep: `a ${key}` }, 7, null, true] },
      }),
    )
    expect(JSON.stringify(failure)).not.toContain(key)
    expect(failure).toMatchObject({
      kind: 'FORBIDDEN',
      httpStatus: 403,
      traceId: '[secret]',
      details: { '[secret]': [{ deep: 'a [secret]' }, 7, null, true] },
    })
  })
})
