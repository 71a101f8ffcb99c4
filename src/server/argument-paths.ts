import {
  type ASTNode,
  BREAK,
  coerceInputValue,
  type DocumentNode,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  Kind,
  type ObjectFieldNode,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { type ArgumentPath, type ClientError, documentRefused } from '../graphql/errors.js'

/** Errors of variables in one answer at most. */
const variableErrorsMax = 20

/** Where a node of the document stands within an argument; undefined when it is in none. */
export function argumentPathOfNode(document: DocumentNode, target: ASTNode): ArgumentPath | undefined {
  return findInArguments(document, (node) => node === target)
}

/**
 * Checks the variables of an operation as graphql-js will, before it does: its own errors name only the variable, these
 * name the argument that the value is used for. Empty when all is well; 20 errors at most.
 */
export function variableErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  values: Readonly<Record<string, unknown>>,
): readonly ClientError[] {
  const errors: ClientError[] = []
  try {
    for (const definition of operation.variableDefinitions ?? []) {
      const name = definition.variable.name.value
      checkVariable(schema, definition, values, (path, told) => {
        const used = findInArguments(
          document,
          (node) => node.kind === Kind.VARIABLE && node.name.value === name,
        )
        const place = path.length === 0 ? '' : ` at ${path.join('.')}`
        const message = `Variable "$${name}"${place}: ${told}`
        errors.push(
          documentRefused('BAD_USER_INPUT', { message, nodes: [definition] }, used && [...used, ...path]),
        )
        if (errors.length === variableErrorsMax) throw enoughErrors
      })
    }
  } catch (error) {
    if (error !== enoughErrors) throw error
  }
  return errors
}

/** Thrown out of graphql-js, which would go on to make an error of each of 10,000 wrong values. */
const enoughErrors = new Error('enough errors')

function checkVariable(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  values: Readonly<Record<string, unknown>>,
  refuse: (path: ArgumentPath, told: string) => void,
): void {
  const type = typeFromAST(schema, definition.type)
  if (!isInputType(type)) return
  const name = definition.variable.name.value
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) {
    if (isNonNullType(type) && !definition.defaultValue) {
      refuse([], `a value of the type ${String(type)} is required and none was given.`)
    }
    return
  }
  coerceInputValue(value, type, (path, _, error) => refuse(path, endSentence(error.message)))
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

type Place = ValueNode | ObjectFieldNode

function findInArguments(
  document: DocumentNode,
  matches: (node: ASTNode) => boolean,
): ArgumentPath | undefined {
  let found: ArgumentPath | undefined
  visit(document, {
    Argument(node) {
      const path = [node.name.value]
      found = matches(node) ? path : findInValue(node.value, path, matches)
      return found ? BREAK : false
    },
  })
  return found
}

function findInValue(
  node: Place,
  path: ArgumentPath,
  matches: (node: ASTNode) => boolean,
): ArgumentPath | undefined {
  if (matches(node)) return path
  const below: (readonly [Place, string | number])[] = []
  if (node.kind === Kind.LIST) node.values.forEach((value, index) => void below.push([value, index]))
  if (node.kind === Kind.OBJECT) for (const field of node.fields) below.push([field, field.name.value])
  if (node.kind === Kind.OBJECT_FIELD) return findInValue(node.value, path, matches)
  for (const [child, step] of below) {
    const found = findInValue(child, [...path, step], matches)
    if (found) return found
  }
  return undefined
}
