import type { FilterSupport } from '../model/capabilities.js'
import { type PushdownField, pushdownFields } from '../model/filter.js'
import type { Dialect, Provider } from '../model/provider.js'

/** Upper-cased, with `_` for `-`, it is the provider's member of the GraphQL enum `Provider`. */
const providerIdPattern = /^[a-z][a-z0-9_-]{0,39}$/

/** Keys of a source in the configuration that are the gateway's own. */
const reservedSettings = ['key', 'provider', 'displayName'] as const

/** Rows that one page may hold at most, whatever a provider offers. */
const pageSizeMaxMax = 10_000

/** What is wrong with the declarations of a list of providers; empty when all is well. Each is a full sentence. */
export function providerProblems(providers: readonly Provider[]): readonly string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const { id, displayName, settings } of providers) {
    if (!providerIdPattern.test(id)) {
      problems.push(`Provider ${JSON.stringify(id)}: expected an id that matches ${providerIdPattern}.`)
    }
    const member = id.replaceAll('-', '_')
    if (seen.has(member)) {
      problems.push(`Provider ${id}: there is another one with this id, or one that differs only in - and _.`)
    }
    seen.add(member)
    if (displayName.trim() === '') problems.push(`Provider ${id}: expected a displayName.`)
    if (settings.def.catchall?._zod.def.type !== 'never') {
      problems.push(`Provider ${id}: expected strict settings (z.strictObject), which refuse unknown keys.`)
    }
    for (const name of reservedSettings) {
      if (name in settings.shape) problems.push(`Provider ${id}: the setting ${name} is the gateway's own.`)
    }
  }
  return problems
}

/** What is wrong with what a dialect declares about itself; empty when all is well. Each is a full sentence. */
export function dialectProblems(dialect: Dialect): readonly string[] {
  const { capabilities } = dialect
  const { pageSizeMax, boundSlackMs, window, exclusive, requires = [], filters } = capabilities
  const problems: string[] = []
  const expect = (holds: boolean, sentence: string): void => {
    if (!holds) problems.push(sentence)
  }
  expect(URL.canParse(dialect.baseUrl), 'baseUrl: expected an absolute URL.')
  expect(dialect.organizationId !== '', 'organizationId: expected at least one character.')
  expect(
    Number.isInteger(pageSizeMax) && pageSizeMax >= 1 && pageSizeMax <= pageSizeMaxMax,
    `capabilities.pageSizeMax: expected a whole number from 1 to ${pageSizeMaxMax}.`,
  )
  expect(
    isDuration(boundSlackMs.since) && isDuration(boundSlackMs.until),
    'capabilities.boundSlackMs: expected milliseconds, 0 or more.',
  )
  expect(!window || window.spanMaxMs > 0, 'capabilities.window.spanMaxMs: expected more than 0.')
  expect(
    capabilities.lookup === (dialect.lookup !== undefined),
    'capabilities.lookup: expected to be true just when there is a lookup.',
  )
  expect(
    (capabilities.bulkRowsMax !== undefined) === (dialect.bulk !== undefined),
    'capabilities.bulkRowsMax: expected just when there is bulk.',
  )
  expect(
    capabilities.bulkRowsMax === undefined || capabilities.bulkRowsMax >= 2,
    'capabilities.bulkRowsMax: expected 2 or more.',
  )
  for (const field of pushdownFields) {
    const support = filters[field]
    expect(
      support === undefined || isCount(support),
      `capabilities.filters.${field}.valuesMax: expected a whole number, 0 or more.`,
    )
  }
  const canAsk = (field: PushdownField) => (filters[field]?.valuesMax ?? 0) > 0
  for (const [first, second] of requires) {
    expect(
      first !== second && canAsk(first) && canAsk(second),
      `capabilities.requires: expected two different fields that can be asked for, not ${first} and ${second}.`,
    )
  }
  for (const [first, second] of exclusive) {
    expect(
      first !== second && canAsk(first) && canAsk(second),
      `capabilities.exclusive: expected two different fields that can be asked for, not ${first} and ${second}.`,
    )
  }
  return problems
}

function isDuration(durationMs: number): boolean {
  return Number.isFinite(durationMs) && durationMs >= 0
}

function isCount({ valuesMax }: FilterSupport): boolean {
  return valuesMax === Number.POSITIVE_INFINITY || (Number.isInteger(valuesMax) && valuesMax >= 0)
}
