import { readFile } from 'node:fs/promises'
import type { GraphQLSchema } from 'graphql'
import { ExportOptionError } from '../export/options.js'
import { isClientError } from '../graphql/errors.js'
import { filterOfJson, filterOfOperation } from '../graphql/filter-value.js'
import type { EntryFilter } from '../model/filter.js'
import { codeText } from './error-code.js'

/**
 * The filter of `--filter` and `--variables`: JSON, a file with JSON, or a file with a GraphQL operation of which the
 * filter of `auditEntries` is taken. Throws ExportOptionError.
 */
export async function readFilterOption(
  schema: GraphQLSchema,
  options: { readonly filter?: string; readonly variables?: string },
): Promise<EntryFilter> {
  const { filter, variables } = options
  const isOperation = filter !== undefined && /\.(graphql|gql)$/.test(filter)
  if (variables !== undefined && !isOperation) {
    throw new ExportOptionError(['variables'], 'Variables belong to an operation. Name its file in --filter.')
  }
  if (filter === undefined) return {}
  if (!isOperation) return asOptionError(async () => filterOfJson(schema, await readJson('filter', filter)))
  const text = await readText('filter', filter)
  const values = variables === undefined ? {} : await readJson('variables', variables)
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ExportOptionError(
      ['variables'],
      'They must be a JSON object, such as {"since":"2026-01-01T00:00:00Z"}.',
    )
  }
  // An object of JSON, which the line above has made sure of.
  return asOptionError(async () => filterOfOperation(schema, text, values as Record<string, unknown>))
}

async function readJson(name: string, text: string): Promise<unknown> {
  const json = /^\s*[{["]/.test(text) ? text : await readText(name, text)
  try {
    return JSON.parse(json)
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    throw new ExportOptionError([name], `It is not JSON: ${reason}.`)
  }
}

async function readText(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ExportOptionError(
      [name],
      `Cannot read ${path} (${codeText(error)}). Give JSON, or the path of a file.`,
    )
  }
}

async function asOptionError(read: () => Promise<EntryFilter>): Promise<EntryFilter> {
  try {
    return await read()
  } catch (error) {
    if (!isClientError(error)) throw error
    const { argument } = error.extensions
    throw new ExportOptionError(Array.isArray(argument) ? argument.map(String) : ['filter'], error.message)
  }
}
