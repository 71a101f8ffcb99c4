import { Kind, valueFromASTUntyped } from 'graphql'
import { formatInstant, parseInstant } from '../model/instant.js'
import type { GatewayBuilder } from './builder.js'
import { badScalar, quote } from './errors.js'

/** Defines `DateTime` and `JSON`. */
export function defineScalars(builder: GatewayBuilder): void {
  builder.scalarType('DateTime', {
    description:
      'An instant, written as RFC 3339 has it: date, time and zone, such as `2026-02-11T19:04:55.123Z` or `2026-02-11T20:04:55+01:00`. ' +
      'Answers are always in UTC with three digits of milliseconds. In arguments the zone is required and the date must exist: 2026-02-30 is an error, not 2 March. ' +
      'Digits finer than a millisecond go up to the next one.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
    serialize: (instantMs) => formatInstant(instantMs),
    parseValue: (value) => {
      const instantMs = readInstant(value)
      if (instantMs === undefined) throw badScalar(wrongInstant(value))
      return instantMs
    },
    parseLiteral: (node) => {
      const instantMs = node.kind === Kind.STRING ? readInstant(node.value) : undefined
      if (instantMs === undefined) throw badScalar(wrongInstant(valueFromASTUntyped(node)), node)
      return instantMs
    },
  })
  builder.scalarType('JSON', {
    description:
      'Any JSON value as the provider sent it: an object, a list, a text, a number, true, false or null. Only in answers. Its shape is the provider’s and may change without notice.',
    serialize: (value) => value,
    parseValue: () => {
      throw badScalar('JSON stands only in answers; no argument takes it.')
    },
  })
}

/** Bounds go up to the next millisecond, so that both meanings of a half-open range stay exact (model/instant.ts). */
function readInstant(value: unknown): number | undefined {
  return typeof value === 'string' ? parseInstant(value, 'up') : undefined
}

function wrongInstant(value: unknown): string {
  return (
    `${quote(value)} is not an instant. ` +
    'Write a date that exists, a time and a zone as RFC 3339 has it, such as "2026-01-31T00:00:00Z".'
  )
}
