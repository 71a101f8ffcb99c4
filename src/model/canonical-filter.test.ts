import { describe, expect, it } from 'vitest'
import { canonicalFilter } from './canonical-filter.js'
import type { EntryFilter } from './filter.js'

const form = (filter: EntryFilter) => JSON.stringify(canonicalFilter(filter))

describe('the canonical form', () => {
  it('of the first fields is what cursors in circulation were bound to', () => {
    expect(form({})).toBe(
      '[null,null,[["actorIds",null],["actions",null],["resourceTypes",null],["resourceIds",null]]]',
    )
    expect(form({ occurredAt: { sinceMs: 1 }, actions: ['b', 'a', 'b'], resourceIds: [] })).toBe(
      '[1,null,[["actorIds",null],["actions",["a","b"]],["resourceTypes",null],["resourceIds",[]]]]',
    )
  })

  it.each<[string, EntryFilter, EntryFilter]>([
    [
      'order and repetition of values',
      { actorTypes: ['USER', 'SYSTEM', 'USER'] },
      { actorTypes: ['SYSTEM', 'USER'] },
    ],
    ['the case of e-mails', { actorEmails: ['A@x'] }, { actorEmails: ['a@X'] }],
    ['the case of the search', { search: 'ΟΔΟΣ' }, { search: 'οδος' }],
    [
      'order and repetition of filters',
      { or: [{ actions: ['a'] }, { search: 'x' }, { actions: ['a'] }] },
      { or: [{ search: 'x' }, { actions: ['a'] }] },
    ],
  ])('does not tell %s', (_, one, other) => {
    expect(form(one)).toBe(form(other))
  })

  const different: readonly EntryFilter[] = [
    {},
    { and: [] },
    { or: [] },
    { not: {} },
    { search: '' },
    { actorIds: [] },
    { actorIds: ['a'] },
    { actorIds: ['A'] },
    { actorEmails: ['a'] },
    { counterpartyIds: ['a'] },
    { not: { actorIds: ['a'] } },
    { and: [{ actorIds: ['a'] }] },
    { or: [{ actorIds: ['a'] }] },
    { and: [{ actorIds: ['a'] }, {}] },
    { or: [{ and: [{ actorIds: ['a'] }] }] },
  ]
  it('tells different filters apart', () => {
    expect(new Set(different.map(form)).size).toBe(different.length)
  })
})
