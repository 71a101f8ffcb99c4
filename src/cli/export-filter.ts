import type { GraphQLSchema } from 'graphql'
import { LineCounter, parseDocument } from 'yaml'
import { ExportOptionError } from '../export/options.js'
import { isClientError } from '../graphql/errors.js'
import { filterOfJson, filterOfOperation } from '../graphql/filter-value.js'
import type { EntryFilter } from '../model/filter.js'
import { readTextFile } from './read-text.js'

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
  const isJson = /^\s*[{["]/.test(text)
  const json = isJson ? text : await readText(name, text)
  try {
    return JSON.parse(json)
  } catch (error) {
    const place = placeOf(json, error)
    throw new ExportOptionError([name], `${isJson ? 'It' : text} is not JSON${place}.`)
  }
}

/**
 * Where a text stops being JSON. Node's own words are not told: they quote what stands there, and the file that was named
 * may be another than the one that was meant, with secrets. They do not always have a place; the YAML parser knows one.
 */
function placeOf(text: string, error: unknown): string {
  const [, told] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? []
  const lines = new LineCounter()
  const { errors } = parseDocument(text, { schema: 'json', lineCounter: lines, prettyErrors: false })
  const at = told === undefined ? errors[0]?.pos[0] : Number(told)
  if (at === undefined) return ''
  const { line, col } = lines.linePos(at)
  return `: see line ${line}, column ${col}`
}

async function readText(name: string, path: string): Promise<string> {
  const read = path === '' ? { problem: 'It is empty.' } : await readTextFile(path)
  if ('ok' in read) return read.ok
  const problem = read.problem.replace(/^cannot /, 'Cannot ')
  throw new ExportOptionError([name], `${problem} Give JSON, or the path of a file.`)
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
