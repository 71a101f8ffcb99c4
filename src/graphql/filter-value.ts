import {
  type ArgumentNode,
  coerceInputValue,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isInputType,
  Kind,
  type OperationDefinitionNode,
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
 * exactly one such field, and for what is wrong in variables or filter. A variable too many or too few is wrong here: what a
 * misspelt one leaves open would be a filter that takes more than was meant.
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
  checkVariables(operation, field, variables)
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 })
  const [wrong] = values.errors ?? []
  if (wrong) throw badUserInput(['variables'], wrong.message)
  const definition = schema.getQueryType()?.getFields()[fieldName]
  if (!definition) throw new Error(`The schema has no field ${fieldName}.`)
  const args = getArgumentValues(definition, field, values.coerced ?? {})
  return readFilter(args['filter'] as FilterInput | null | undefined) // coerced to the type
}

/** Throws for a value of no variable, and for a variable of the filter that has neither a value, be it null, nor a default. */
function checkVariables(
  operation: OperationDefinitionNode,
  field: FieldNode,
  given: Readonly<Record<string, unknown>>,
): void {
  const declared = operation.variableDefinitions ?? []
  const names = declared.map(({ variable }) => variable.name.value)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const known = names.length === 0 ? 'has none' : `has: ${names.join(', ')}`
    throw badUserInput(['variables'], `There is no variable ${quote(unknown)}; the operation ${known}.`)
  }
  const used = variablesOf(field.arguments?.find(({ name }) => name.value === 'filter'))
  const open = declared.find(
    ({ variable: { name }, defaultValue }) =>
      used.has(name.value) && defaultValue === undefined && !Object.hasOwn(given, name.value),
  )
  // Where null is no value, the one that is missing is told with its type.
  if (open && open.type.kind !== Kind.NON_NULL_TYPE) {
    throw badUserInput(
      ['variables'],
      `The filter has the variable ${quote(open.variable.name.value)}, which is not given. Give it, or null so that it does not restrict.`,
    )
  }
}

function variablesOf(argument: ArgumentNode | undefined): ReadonlySet<string> {
  const names = new Set<string>()
  if (argument) visit(argument, { Variable: ({ name }) => void names.add(name.value) })
  return names
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
