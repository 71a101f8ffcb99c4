import { expect, it } from 'vitest'
import { type FilterInput, readFilter } from './filter-input.js'

function nested(depth: number): FilterInput {
  return depth === 0 ? { actorIds: ['a'] } : { not: nested(depth - 1) }
}

function refusalOf(input: FilterInput) {
  try {
    return readFilter(input)
  } catch (error) {
    const { message, extensions } = error as { message: string; extensions: object }
    return { message, ...extensions }
  }
}

it('keeps the whole filter, and takes null for left out', () => {
  const input: FilterInput = {
    occurredAt: { since: 1, until: null },
    actorTypes: ['USER'],
    actorEmails: [],
    counterpartyIds: null,
    search: '',
    and: [],
    or: [{ actions: ['a'] }, { not: {} }],
    not: null,
  }
  expect(readFilter(input)).toEqual({
    occurredAt: { sinceMs: 1 },
    actorTypes: ['USER'],
    actorEmails: [],
    search: '',
    and: [],
    or: [{ actions: ['a'] }, { not: {} }],
  })
  expect(readFilter(null)).toEqual({})
  expect(readFilter(nested(9))).not.toEqual({})
})

const list = (length: number) => Array.from({ length }, (_, index) => `v${index}`)

it.each<[string, FilterInput, string, readonly (string | number)[]]>([
  [
    'nesting of 11',
    nested(10),
    'Filters stand more than 10 deep within each other. Nest them less.',
    ['filter', ...Array.from({ length: 10 }, () => 'not')],
  ],
  [
    'nesting of 51',
    nested(50),
    'Filters stand more than 10 deep within each other. Nest them less.',
    ['filter', ...Array.from({ length: 10 }, () => 'not')],
  ],
  [
    'more than 100 filters',
    { or: list(100).map((id) => ({ actorIds: [id] })) },
    'The filter holds more than 100 filters. Give fewer, for instance as lists of values.',
    ['filter', 'or', 99],
  ],
  [
    'a list of 10,000 values',
    { not: { counterpartyIds: list(10_000) } },
    'The list has 10000 values. Give at most 1000, or split it into several queries.',
    ['filter', 'not', 'counterpartyIds'],
  ],
  [
    'more than 5,000 values in all',
    { and: list(6).map(() => ({ actorIds: list(1_000) })) },
    'The filter holds more than 5000 values in all. Split it into several queries.',
    ['filter', 'and', 5, 'actorIds'],
  ],
  [
    'a search of a megabyte',
    { or: [{ search: 'x'.repeat(1_000_000) }] },
    'The value has 1000000 characters. Give at most 1000.',
    ['filter', 'or', 0, 'search'],
  ],
  [
    'a NUL',
    { not: { search: 'a\0b' } },
    'The value holds a NUL character. Give text without one.',
    ['filter', 'not', 'search'],
  ],
  [
    'an inverted range within',
    { or: [{}, { occurredAt: { since: 2, until: 1 } }] },
    'The range ends before it begins. Give an `until` that is not before `since`.',
    ['filter', 'or', 1, 'occurredAt'],
  ],
])('refuses %s and says where', (_, input, message, argument) => {
  expect(refusalOf(input)).toEqual({ message, code: 'BAD_USER_INPUT', argument })
})
