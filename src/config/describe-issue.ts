import type { z } from 'zod'
import { knownKeys, nearestKey } from './known-keys.js'
import { type ConfigPath, isSecretPath } from './problem.js'

export interface DescribedIssue {
  readonly path: ConfigPath
  readonly expected: string
  /** What of the value at the path says more than `expected` does: the value, only of which kind it is, or nothing. */
  readonly show: 'value' | 'kind' | 'nothing'
}

const nameOfType: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  string: 'a text',
}

/**
 * What zod found -> what is expected, in words, without any value. A message that begins with `expected` was written
 * by a schema of ours and stands as it is. A misspelt key suggests the right one.
 */
export function describeIssue(
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  value: unknown,
): readonly DescribedIssue[] {
  const { path } = issue
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(schema, value, path)
      return issue.keys.map((key) => describeUnknownKey(path, key, known))
    }
    case 'invalid_union':
      return describeUnion(issue, schema, value)
    default:
      return [{ path, expected: expectation(issue), show: holdsOthers(issue) ? 'kind' : 'value' }]
  }
}

/** Whether something that holds other things is expected. */
function holdsOthers(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && (issue.expected === 'object' || issue.expected === 'array')
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected ')) return issue.message.slice('expected '.length)
  switch (issue.code) {
    case 'invalid_type': {
      const name = nameOfType[issue.expected] ?? issue.expected
      return issue.expected === 'string' ? `${name} (in quotes, if it looks like a number)` : name
    }
    case 'invalid_value':
      return oneOf(issue.values.map(String))
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin)}`
    default:
      return `something else (${issue.message})`
  }
}

/**
 * A key under a secret path is shown only when it is a slip of a known one: somebody may have put the secret itself
 * where its name belongs.
 */
function describeUnknownKey(path: ConfigPath, key: string, known: readonly string[]): DescribedIssue {
  const nearest = nearestKey(key, known)
  const shown = isSecretPath(path) && nearest === undefined ? path : [...path, key]
  const expected =
    nearest === undefined
      ? `no such key; known here: ${known.join(', ')}`
      : `no such key; did you mean ${nearest}?`
  return { path: shown, expected, show: 'nothing' }
}

/** Of a union's branches, the one that got furthest is what was meant; a tie names what each branch expects. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.core.$ZodType,
  value: unknown,
): readonly DescribedIssue[] {
  const { path } = issue
  if (issue.discriminator !== undefined) {
    const constants = 'options' in issue ? (issue.options ?? []) : []
    return [{ path, expected: oneOf(constants.map(String)), show: 'value' }]
  }
  const branches = issue.errors.map((issues) =>
    issues
      .map((inner) => ({ ...inner, path: [...path, ...inner.path] }))
      .flatMap((inner) => describeIssue(inner, schema, value)),
  )
  const typeFits = issue.errors.findIndex((issues) =>
    issues.every((inner) => inner.code !== 'invalid_type' || inner.path.length > 0),
  )
  const meant = branches[typeFits]
  if (meant) return meant
  const all = branches.flat()
  const expected = [...new Set(all.map((inner) => inner.expected))].join(' or ')
  return [{ path, expected, show: all.some(({ show }) => show === 'kind') ? 'kind' : 'value' }]
}

function oneOf(constants: readonly string[]): string {
  return constants.length === 1 ? String(constants[0]) : `one of ${constants.join(', ')}`
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
}
