import { expect, it } from 'vitest'
import type { AuditEntry } from '../model/entry.js'
import { SeenWordsLog } from './seen-words.js'

function seen(...actions: readonly string[]) {
  const log = new SeenWordsLog()
  for (const action of actions) {
    const resource = { type: action, id: null, name: null }
    log.note({ sourceKey: 'log', action, resource, occurredAtMs: 5 } as AuditEntry)
  }
  return log.of('log')
}

it('counts a thousand words of a kind', () => {
  const { actions } = seen(...Array.from({ length: 1_200 }, (_, index) => `word ${index}`), 'word 0')
  expect(actions).toHaveLength(1_000)
  expect(actions[0]).toEqual({ word: 'word 0', count: 2, oldestMs: 5, newestMs: 5 })
})

it('keeps no word of more than 200 characters', () => {
  const { actions, resourceTypes } = seen('a'.repeat(200), 'a'.repeat(201), 'a'.repeat(1_000_000))
  expect(actions.map(({ word }) => word.length)).toEqual([200])
  expect(resourceTypes.map(({ word }) => word.length)).toEqual([200])
})
