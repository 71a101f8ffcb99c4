import { expect, it } from 'vitest'
import { actionKindOf, actionKinds } from './vocabulary.js'

it.each([...actionKinds.keys()])('knows %s', (action) => {
  expect(actionKindOf(action)).not.toBe('UNKNOWN')
})

it.each(['', 'Created', 'constructor', '__proto__', 'toString', 'exported'])('does not know %j', (action) => {
  expect(actionKindOf(action)).toBe('UNKNOWN')
})
