import { type ASTNode, GraphQLError } from 'graphql'
import type { SourceFailure } from '../model/failure.js'
import { formatInstant } from '../model/instant.js'
import type { InputProblem, ReadingFailed } from '../reading/page.js'

/**
 * The one factory of GraphQL errors. Nothing else in the gateway constructs one, so no text reaches a client that was
 * not written for it: what is not a `ClientError` is masked at the edge (src/server/error-policy.ts).
 */
export class ClientError extends GraphQLError {}

/** Place in an argument: its name, then field names and 0-based list indices. */
export type ArgumentPath = readonly (string | number)[]

const errorCodes = [
  'BAD_USER_INPUT',
  'UPSTREAM_FAILED',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
  'OVERLOADED',
  'TOO_MANY_SUBSCRIBERS',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_OPERATIONS_ONLY',
  'REQUEST_ABORTED',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'DOCUMENT_LIMIT_EXCEEDED',
  'BAD_REQUEST',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'NOT_ACCEPTABLE',
  'METHOD_NOT_ALLOWED',
  'CROSS_SITE_REQUEST',
  'MISDIRECTED_REQUEST',
  'NOT_FOUND',
  'INTERNAL_SERVER_ERROR',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** Longest part of a caller's value that a message repeats, in UTF-16 code units. */
const quotedLengthMax = 80

/** Longest message that repeats words of graphql-js, which quote the caller's text in full. */
const foreignMessageLengthMax = 500

/** A value as a message shows it: JSON text, cut to 80 characters; a cut text keeps its closing quote. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  if (text.length <= quotedLengthMax) return text
  return typeof value === 'string'
    ? `${text.slice(0, quotedLengthMax - 2)}…"`
    : `${text.slice(0, quotedLengthMax - 1)}…`
}

/** A caller's mistake in the value of an argument. `message` is a sentence that says what would be right. */
export function badUserInput(argument: ArgumentPath, message: string): ClientError {
  return new ClientError(message, { extensions: { code: 'BAD_USER_INPUT', argument: [...argument] } })
}

/** The same from the reading layer. */
export function fromInputProblem(problem: InputProblem): ClientError {
  return badUserInput(problem.path, problem.message)
}

/** A scalar's refusal of a value. Where it stands is added by whoever knows the argument (`documentRefused`). */
export function badScalar(message: string, node?: ASTNode): ClientError {
  return new ClientError(message, { extensions: { code: 'BAD_USER_INPUT' }, nodes: node ?? null })
}

/** No page because of its sources: each failure with the fields of `UpstreamError`, and the cursors to retry with. */
export function upstreamFailed(reading: Omit<ReadingFailed, 'kind'>): ClientError {
  const told = reading.failures.map(
    ({ sourceKey, failure }) => `${sourceKey}: ${failure.message} ${failure.remedy}`,
  )
  return new ClientError(`Nothing was read, because a source failed. ${told.join(' ')}`, {
    extensions: {
      code: 'UPSTREAM_FAILED',
      failures: reading.failures.map(({ sourceKey, failure }) => failureFields(sourceKey, failure)),
      after: reading.after,
      before: reading.before,
    },
  })
}

/** One entry could not be looked up because its source failed. Never told as null. */
export function lookupFailed(sourceKey: string, failure: SourceFailure): ClientError {
  return new ClientError(
    `Whether this entry exists could not be found out. ${sourceKey}: ${failure.message} ${failure.remedy}`,
    { extensions: { code: 'UPSTREAM_FAILED', failures: [failureFields(sourceKey, failure)] } },
  )
}

/** A request that is refused, or a document that is, before anything runs. `status` is the HTTP status. */
export function requestRefused(
  code: ErrorCode,
  status: number,
  message: string,
  more: { readonly extensions?: Record<string, unknown>; readonly headers?: Record<string, string> } = {},
): ClientError {
  return new ClientError(message, {
    extensions: {
      code,
      ...more.extensions,
      // Yoga takes an error of validation for one with another status for `application/json`, unless it says that it is not.
      http: { spec: false, status, ...(more.headers && { headers: more.headers }) },
    },
  })
}

/** As many are subscribed as may be. */
export function tooManySubscribers(subscribersMax: number): ClientError {
  return new ClientError(
    `${subscribersMax} clients are subscribed, which is as many as this gateway takes. Try again later, or at another replica.`,
    { extensions: { code: 'TOO_MANY_SUBSCRIBERS', http: { status: 503 } } },
  )
}

/** An operation that was ended before its answer. Its field is null; what was read before stands. */
export function operationEnded(
  code: 'DEADLINE_EXCEEDED' | 'SHUTTING_DOWN' | 'REQUEST_ABORTED',
  message: string,
): ClientError {
  return new ClientError(message, { extensions: { code } })
}

/**
 * A document, or its variables, that cannot be executed. By GraphQL over HTTP (section 6.4) the status is 400, but 200
 * for `application/json`. `cause` is an error of graphql-js, whose message is kept: it tells only of the document, the
 * variables and the schema.
 */
export function documentRefused(
  code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT',
  cause: Pick<GraphQLError, 'message'> & Partial<Pick<GraphQLError, 'nodes' | 'source' | 'positions'>>,
  argument?: ArgumentPath,
): ClientError {
  return new ClientError(shorten(cause.message), {
    extensions: {
      code,
      ...(argument && { argument }),
      http: { spec: true, status: 400 },
    },
    nodes: cause.nodes ?? null,
    source: cause.source ?? null,
    positions: cause.positions ?? null,
  })
}

/** An argument that only the executor found wrong, such as a null variable for a non-null argument. */
export function argumentRefused(cause: GraphQLError, argument: ArgumentPath | undefined): ClientError {
  return new ClientError(shorten(cause.message), {
    extensions: { code: 'BAD_USER_INPUT', ...(argument && { argument }) },
    nodes: cause.nodes ?? null,
    path: cause.path ?? null,
  })
}

/** Stands for an error that no client may see. `id` is in the log beside the cause. */
export function internalError(id: string, seen?: GraphQLError): ClientError {
  return new ClientError('Internal error. The log of the gateway has the cause under the id given here.', {
    extensions: {
      code: 'INTERNAL_SERVER_ERROR',
      id,
      // Before execution there is no data to give, so the request as a whole failed.
      ...(seen?.path === undefined && { http: { status: 500 } }),
    },
    nodes: seen?.nodes ?? null,
    path: seen?.path ?? null,
  })
}

/** Whether an error, or the error that an executor wrapped to say where it arose, is of this factory. */
export function isClientError(error: unknown): error is GraphQLError {
  let current: unknown = error
  while (current instanceof GraphQLError) {
    if (current instanceof ClientError) return true
    current = current.originalError
  }
  return false
}

function shorten(message: string): string {
  return message.length <= foreignMessageLengthMax
    ? message
    : `${message.slice(0, foreignMessageLengthMax - 1)}…`
}

/** The fields of `UpstreamError` (design.md section 3) as plain JSON, with the key of the source. */
function failureFields(sourceKey: string, failure: SourceFailure): Record<string, unknown> {
  const { failed: _, unsent: __, retryAfterMs, ...fields } = failure
  return {
    source: sourceKey,
    ...fields,
    retryAfter: retryAfterMs === null ? null : formatInstant(retryAfterMs),
  }
}
