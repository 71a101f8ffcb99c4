import { type DocumentNode, GraphQLError } from 'graphql'
import { argumentRefused, internalError, isClientError, requestRefused } from '../graphql/errors.js'
import { argumentPathOfNode } from './argument-paths.js'

/** Where the cause of a masked error goes: the id that the client sees, and what was thrown. */
export type ReportInternalError = (id: string, cause: unknown) => void

/**
 * What a client gets for an error, whatever it is. What src/graphql/errors.ts made passes; an argument that only the
 * executor found wrong is BAD_USER_INPUT; a refusal of graphql-yoga's (status below 500) keeps its sentence. Anything
 * else is a bug or a surprise: it is masked, and reported under an id that both sides see.
 */
export function toClientError(
  error: unknown,
  parts: {
    readonly document?: DocumentNode | undefined
    readonly createId: () => string
    readonly report: ReportInternalError
  },
): GraphQLError {
  if (isClientError(error)) return error
  if (error instanceof GraphQLError) {
    const refused = refusedByExecutor(error, parts.document) ?? refusedByYoga(error)
    if (refused) return refused
  }
  const id = parts.createId()
  parts.report(id, error instanceof GraphQLError ? (error.originalError ?? error) : error)
  return internalError(id, error instanceof GraphQLError ? error : undefined)
}

/**
 * graphql-js throws its errors about arguments with the node of the document; a scalar that cannot be written throws
 * without one, and is a bug of ours.
 */
function refusedByExecutor(
  error: GraphQLError,
  document: DocumentNode | undefined,
): GraphQLError | undefined {
  const { originalError } = error
  if (!error.path || !(originalError instanceof GraphQLError) || originalError.originalError) return undefined
  const node = originalError.nodes?.[0]
  if (!node) return undefined
  return argumentRefused(error, document && argumentPathOfNode(document, node))
}

function refusedByYoga(error: GraphQLError): GraphQLError | undefined {
  const { status, headers } = error.extensions.http ?? {}
  if (error.path || error.originalError || status === undefined || status >= 500) return undefined
  return requestRefused('BAD_REQUEST', status, error.message, headers ? { headers } : {})
}
