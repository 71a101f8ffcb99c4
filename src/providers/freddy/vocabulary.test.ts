import { describe, expect, it } from 'vitest'
import { actionKindOf, actionKinds, actorTypeOf } from './vocabulary.js'

describe('actionKindOf', () => {
  it.each([...actionKinds.keys()])('knows %s', (action) => {
    expect(actionKindOf(action)).not.toBe('UNKNOWN')
  })

  it.each(['', 'Created', 'constructor', '__proto__', 'toString', 'exported'])(
    'does not know %j',
    (action) => {
      expect(actionKindOf(action)).toBe('UNKNOWN')
    },
  )
})

describe('actorTypeOf', () => {
  it.each([
    ['web_ui', false, 'USER'],
    ['web_ui', true, 'USER'],
    ['api', true, 'API_KEY'],
    ['api', false, 'UNKNOWN'],
    ['system', false, 'SYSTEM'],
    ['automation', true, 'AUTOMATION'],
    ['cli', false, 'UNKNOWN'],
    ['cli', true, 'API_KEY'],
    [null, false, 'UNKNOWN'],
    [null, true, 'API_KEY'],
    ['__proto__', false, 'UNKNOWN'],
    ['constructor', false, 'UNKNOWN'],
  ])('takes the source %s, key id %s, for %s', (channel, hasApiKeyId, type) => {
    expect(actorTypeOf(channel, hasApiKeyId)).toBe(type)
  })
})
