import { describe, expect, it } from 'vitest'
import { sourceFailure } from './failure.js'

describe('what a failure keeps of the provider', () => {
  it('is cut in its texts, which lose control characters', () => {
    const { upstreamMessage, traceId } = sourceFailure('UNAVAILABLE', {
      upstreamMessage: 'x'.repeat(600),
      traceId: 'a\r\nb\0',
    })
    expect(upstreamMessage).toBe(`${'x'.repeat(499)}…`)
    expect(traceId).toBe('a b ')
  })

  it('is all of the details up to 4,000 characters of JSON, and a note beyond', () => {
    const most = { text: 'x'.repeat(4_000 - '{"text":""}'.length) }
    expect(sourceFailure('FORBIDDEN', { details: most }).details).toBe(most)
    expect(sourceFailure('FORBIDDEN', { details: { text: `${most.text}x` } }).details).toEqual({
      note: 'Left out: 4001 characters of JSON, more than the 4000 that are kept.',
    })
  })
})
