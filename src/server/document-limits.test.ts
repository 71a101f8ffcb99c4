import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { ClientError } from '../graphql/errors.js'
import { parseWithinLimits } from './document-limits.js'
import { exampleQuery } from './graphiql.js'
import { defaultLimits } from './limits.js'

const limits = {
  ...defaultLimits,
  tokensMax: 100,
  depthMax: 3,
  introspectionDepthMax: 4,
  aliasesMax: 2,
  rootFieldsMax: 3,
}

/** The limit that refuses a document, or null. */
function exceeded(text: string, under = limits): unknown {
  try {
    parseWithinLimits(text, under)
    return null
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    expect(error.extensions['code']).toBe('DOCUMENT_LIMIT_EXCEEDED')
    expect(error.message).toMatch(/^The (document|operation) .* more than \d+ .*\. [A-Z].*\.$/)
    return error.extensions['limit']
  }
}

const nested = (depth: number) => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`

describe('document limits', () => {
  it.each([
    ['tokens: as many as allowed', `{ ${'a '.repeat(3)} }`, null],
    ['tokens: too many, before any parsing', '{ a '.repeat(10_000), 'tokens'],
    ['depth: as deep as allowed', nested(3), null],
    ['depth: one too deep', nested(4), 'depth'],
    ['depth: through inline fragments', '{ a { ... on A { b { ... { c { d } } } } } }', 'depth'],
    [
      'depth: through fragments',
      '{ ...A } fragment A on Q { a { ...B } } fragment B on Q { b { c { d } } }',
      'depth',
    ],
    ['depth: in the second operation', `query A { a } query B ${nested(4)}`, 'depth'],
    ['introspection: deeper than data may be', '{ __schema { a { b { c } } } }', null],
    ['introspection: one too deep', '{ __type { a { b { c { d } } } } }', 'introspectionDepth'],
    ['aliases: as many as allowed', '{ x: a y: a }', null],
    ['aliases: one too many, nested', '{ x: a { y: b { z: c } } }', 'aliases'],
    [
      'aliases: counted for each use of a fragment',
      '{ r { ...A } s { ...A } } fragment A on Q { x: a y: a }',
      'aliases',
    ],
    ['root fields: as many as allowed', '{ a b c }', null],
    ['root fields: one too many', '{ a b c d }', 'rootFields'],
    ['root fields: through fragments', '{ ...A ... { c d } } fragment A on Q { a b }', 'rootFields'],
    [
      'a cycle of fragments is left to validation',
      '{ ...A } fragment A on Q { a { ...B } } fragment B on Q { ...A }',
      null,
    ],
    ['an unknown fragment is left to validation', '{ ...A }', null],
  ])('%s', (_, text, limit) => {
    expect(exceeded(text)).toBe(limit)
  })

  it('measures fragments that double each other in no time', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) => `fragment F${n} on Q { x: a ...F${n + 1} ...F${n + 1} }`,
    )
    const text = `{ ...F0 } ${doubling.join(' ')} fragment F40 on Q { a }`
    expect(exceeded(text, { ...limits, tokensMax: 2_000, rootFieldsMax: Number.MAX_VALUE })).toBe('aliases')
  })

  it('lets the standard introspection and the example of GraphiQL pass as they are', () => {
    const full = {
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    }
    expect(
      exceeded(getIntrospectionQuery({ ...full, schemaDescription: true, oneOf: true }), defaultLimits),
    ).toBeNull()
    expect(exceeded(exampleQuery, defaultLimits)).toBeNull()
  })
})
