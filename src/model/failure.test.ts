import { describe, expect, it } from 'vitest'
import { sourceFailure } from './failure.js'
import type { JsonValue } from './json.js'

describe('what a failure keeps of the provider', () => {
  it('is cut in its texts, which lose control characters', () => {
    const { upstreamMessage, traceId } = sourceFailure('UNAVAILABLE', {
      upstreamMessage: 'x'.repeat(600),
      traceId: 'a\r\nb\0',
    })
    expect(upstreamMessage).toBe(`${'x'.repeat(499)}…`)
    expect(traceId).toBe('a b ')
  })

  const left = { note: 'Left out: more than 4000 characters of JSON or 20 levels.' }

  it('is all of the details up to 4,000 characters of JSON, and a note beyond', () => {
    const most = { text: 'x'.repeat(4_000 - '{"text":""}'.length) }
    expect(sourceFailure('FORBIDDEN', { details: most }).details).toBe(most)
    expect(sourceFailure('FORBIDDEN', { details: { text: `${most.text}x` } }).details).toEqual(left)
  })

  it('is all of the details up to 20 levels, and a note beyond, however deep', () => {
    const nested = (levels: number) => {
      let value: JsonValue = 'x'
      for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value }
      return value
    }
    const most = nested(20)
    expect(sourceFailure('FORBIDDEN', { details: most }).details).toBe(most)
    for (const levels of [21, 100_000]) {
      expect(sourceFailure('FORBIDDEN', { details: nested(levels) }).details).toEqual(left)
    }
  })
})
