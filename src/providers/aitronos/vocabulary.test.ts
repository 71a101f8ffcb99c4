import { expect, it } from 'vitest'
import { actionKindOf, vocabulary } from './vocabulary.js'

it.each(vocabulary.actions)('knows %s', (action) => {
  expect(actionKindOf(action)).not.toBe('UNKNOWN')
})

it.each(['', 'Created', 'constructor', '__proto__', 'toString', 'exported'])('does not know %j', (action) => {
  expect(actionKindOf(action)).toBe('UNKNOWN')
})
