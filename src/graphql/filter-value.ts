import {
  coerceInputValue,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isInputType,
  parse,
  validate,
  visit,
} from 'graphql'
import type { EntryFilter } from '../model/filter.js'
import { badUserInput, quote } from './errors.js'
import { type FilterInput, readFilter } from './filter-input.js'

/** The field of the schema whose filter a saved operation gives. */
const fieldName = 'auditEntries'

/**
 * A filter that was written as JSON, in the form of the input `AuditEntryFilter`. Throws BAD_USER_INPUT just as for an
 * argument of a query, with the path of what is wrong.
 */
export function filterOfJson(schema: GraphQLSchema, value: unknown): EntryFilter {
  const type = schema.getType('AuditEntryFilter')
  if (!isInputType(type)) throw new Error('The schema has no AuditEntryFilter.')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badUserInput(
      ['filter'],
      `${quote(value)} is not a filter. Give an object, such as {"actions":["updated"]}.`,
    )
  }
  const input: unknown = coerceInputValue(value, type, (path, _, error) => {
    throw badUserInput(['filter', ...path], error.message)
  })
  return readFilter(input as FilterInput) // coerced to the type
}

/**
 * The filter of the one field `auditEntries` of an operation, `{}` when it has none. `variables` are those of the
 * operation. Throws BAD_USER_INPUT for a document that does not fit the schema, has not exactly one operation or not
 * exactly one such field, and for what is wrong in variables or filter.
 */
export function filterOfOperation(
  schema: GraphQLSchema,
  text: string,
  variables: Readonly<Record<string, unknown>>,
): EntryFilter {
  const document = parseOperation(text)
  const [invalid] = validate(schema, document)
  if (invalid) throw badUserInput(['filter'], `The operation does not fit the schema. ${invalid.message}`)
  const operation = getOperationAST(document)
  if (!operation) throw badUserInput(['filter'], 'The file must hold exactly one operation.')
  const [field, ...others] = fieldsOf(document)
  if (!field || others.length > 0) {
    throw badUserInput(['filter'], `The operation must have exactly one field ${fieldName}.`)
  }
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 })
  const [wrong] = values.errors ?? []
  if (wrong) throw badUserInput(['variables'], wrong.message)
  const definition = schema.getQueryType()?.getFields()[fieldName]
  if (!definition) throw new Error(`The schema has no field ${fieldName}.`)
  const args = getArgumentValues(definition, field, values.coerced ?? {})
  return readFilter(args['filter'] as FilterInput | null | undefined) // coerced to the type
}

function parseOperation(text: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    throw badUserInput(['filter'], `The file is not a GraphQL document. ${error.message}`)
  }
}

function fieldsOf(document: DocumentNode): readonly FieldNode[] {
  const fields: FieldNode[] = []
  visit(document, {
    Field: (node) => {
      if (node.name.value === fieldName) fields.push(node)
    },
  })
  return fields
}
