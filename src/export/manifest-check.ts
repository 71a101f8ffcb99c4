import type { z } from 'zod'
import { formatInstant, parseInstant } from '../model/instant.js'
import { isWhole, type Manifest } from './manifest.js'

/** What a manifest says of the times of its rows. */
export interface RowTimes {
  /** Why no row of a time belongs into the file, as the end of a sentence; null when it does. UTC milliseconds. */
  problemOf(timeMs: number): string | null
}

/** The as-of and the filter's times, which every row keeps to. Times that are none bound nothing: `contradictionsOf` tells them. */
export function rowTimesOf({ asOf, filter }: Manifest): RowTimes {
  const asOfMs = parseInstant(asOf)
  const ranges = rangesOf(filter).map(({ since, until }) => ({
    sinceMs: parsed(since),
    untilMs: parsed(until),
  }))
  return {
    problemOf(timeMs) {
      if (asOfMs !== undefined && timeMs >= asOfMs) {
        return `is of ${formatInstant(timeMs)}, and the manifest says that nothing of ${asOf} or later is there`
      }
      const isOut = ranges.some(
        ({ sinceMs, untilMs }) =>
          (sinceMs !== undefined && timeMs < sinceMs) || (untilMs !== undefined && timeMs >= untilMs),
      )
      return isOut ? `is of ${formatInstant(timeMs)}, which the filter of the manifest leaves out` : null
    },
  }
}

/** Where a manifest says one thing in one place and another in another, in sentences. */
export function contradictionsOf(manifest: Manifest): readonly string[] {
  const { sources, coverage, complete, count } = manifest
  const covered = coverage.map(({ source }) => source)
  const times = [manifest.asOf, ...rangesOf(manifest.filter).flatMap(({ since, until }) => [since, until])]
  const badTimes = times.filter((time) => time !== undefined && time !== null && parsed(time) === undefined)
  const twice = new Set([...repeated(sources), ...repeated(covered)])
  const counted = coverage.reduce((sum, source) => sum + source.count, 0)
  const problems = [
    ...badTimes.map((time) => `Its manifest has a time that is none: ${JSON.stringify(time)}.`),
    ...[...twice].map((key) => `Its manifest names the source ${key} twice.`),
    ...sources
      .filter((key) => !covered.includes(key))
      .map((key) => `Its manifest says that ${key} was asked, and has no coverage of it.`),
    ...covered
      .filter((key) => !sources.includes(key))
      .map((key) => `Its manifest has coverage of ${key}, and does not say that it was asked.`),
    ...coverage
      .filter(
        ({ count, first, last }) => (count === 0) !== (first === null) || (count === 0) !== (last === null),
      )
      .map(
        ({ source, count }) =>
          `${source}: its manifest counts ${count} rows, and names a first or last row otherwise.`,
      ),
  ]
  if (complete !== coverage.every(isWhole)) {
    problems.push(
      complete
        ? 'Its manifest says that nothing is missing, and its coverage says what is.'
        : 'Its manifest says that something is missing, and its coverage that nothing is.',
    )
  }
  if (counted !== count) problems.push(`Its manifest counts ${count} rows, and ${counted} of its sources.`)
  return problems
}

/** Ranges of time that all rows are in: that of the filter, and of those in its `and`, however deep. */
function rangesOf(filter: unknown): readonly { readonly since?: unknown; readonly until?: unknown }[] {
  if (typeof filter !== 'object' || filter === null) return []
  const { occurredAt, and } = filter as { readonly occurredAt?: unknown; readonly and?: unknown } // an object
  const own = typeof occurredAt === 'object' && occurredAt !== null ? [occurredAt] : []
  return [...own, ...(Array.isArray(and) ? and.flatMap(rangesOf) : [])]
}

function parsed(time: unknown): number | undefined {
  return typeof time === 'string' ? parseInstant(time) : undefined
}

function repeated(keys: readonly string[]): readonly string[] {
  return keys.filter((key, index) => keys.indexOf(key) < index)
}

const nameOfType: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
}

/** What is wrong with a text of JSON that is no manifest, such as `coverage.0.count: expected a whole number`. */
export function manifestIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  return `${place}expected ${expectationOf(issue)}`
}

function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected ')) return issue.message.slice('expected '.length)
  switch (issue.code) {
    case 'invalid_type':
      return nameOfType[issue.expected] ?? issue.expected
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ')
    case 'too_small':
      return `at least ${issue.minimum}`
    default:
      return 'something else'
  }
}
