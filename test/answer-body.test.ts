import fc from 'fast-check'
import { createYoga } from 'graphql-yoga'
import { expect, it } from 'vitest'
import { respond } from '../src/server/answer-body.js'

const { fetchAPI } = createYoga({ logging: false })

it('an answer is the JSON of its data in UTF-8, with its length, whatever letters it is in and wherever they begin', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'binary-ascii', maxLength: 60 }),
    fc.constantFrom('ü', '東京', '🦊', '\ud800', '\udfff lone'),
  )
  const texts = fc.array(text, { maxLength: 20 })
  const padding = fc.constantFrom(0, 4_000, 4_070, 4_096, 9_000)
  await fc.assert(
    fc.asyncProperty(texts, padding, async (words, length) => {
      const result = { data: { padding: 'x'.repeat(length), words } }
      const response = respond(result, fetchAPI, 'application/graphql-response+json')
      const bytes = Buffer.from(await response.arrayBuffer())
      expect(bytes.equals(Buffer.from(JSON.stringify(result)))).toBe(true)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8')
      expect(Number(response.headers.get('content-length'))).toBe(bytes.length)
    }),
  )
})
