import type { ServerResponse } from 'node:http'
import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql'
import { getOperationAST, Kind, OperationTypeNode } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { documentRefused, quote, requestRefused } from '../graphql/errors.js'
import { isDeadline } from '../model/deadline.js'
import { respond } from './answer-body.js'
import { argumentPathOfNode, variableErrors } from './argument-paths.js'
import { parseWithinLimits } from './document-limits.js'
import { type ReportInternalError, toClientError } from './error-policy.js'
import { acceptsEventStream } from './event-stream.js'
import type { ServerLimits } from './limits.js'
import { noteOperation, type OperationScopes, readDeadline } from './operation-scope.js'
import { retryAfterSeconds } from './overload.js'
import { readParams } from './request-params.js'
import { subscriptionRootErrors } from './subscription-root.js'

interface Parts {
  readonly limits: ServerLimits
  readonly scopes: OperationScopes
  /** Whether the document of an operation may be named by its hash. */
  readonly persisted: boolean
  /** Resolves when an operation may begin; undefined: at once. */
  readonly mayBegin: () => Promise<void> | undefined
  /** What tells the client of an answer to send the body that it waits with; undefined where none waits. */
  readonly goOn: (response: ServerResponse | undefined) => (() => void) | undefined
  readonly createId: () => string
  readonly report: ReportInternalError
}

/**
 * Everything that stands between an HTTP request and graphql-js, as one plugin of graphql-yoga: how parameters are
 * read, documents are parsed and validated, variables are checked, and errors are told. Must stand before the plugin
 * that runs plans.
 */
export function useGraphqlEdge(parts: Parts): Plugin {
  const documents = new WeakMap<Request, DocumentNode>()
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      const { res } = serverContext as { readonly res?: ServerResponse } // only a request from a socket has one
      checkMethod(request)
      if (!acceptsEventStream(request)) checkAccept(request)
      const { signal } = parts.scopes.open(request, readDeadline(request, parts.limits.deadlineMs))
      // Yoga's own parsers also take forms and plain text.
      setRequestParser(async (incoming) => {
        const begin = parts.mayBegin()
        if (begin) await begin
        if (isDeadline(signal.reason)) throw begunTooLate()
        const { bodyBytesMax } = parts.limits
        const bounds = { bodyBytesMax, signal, goOn: parts.goOn(res) }
        return readParams(incoming, { ...bounds, persisted: parts.persisted })
      })
    },
    onParse({ setParseFn }) {
      setParseFn((source: string) => parseWithinLimits(source, parts.limits))
      return ({ result, context }) => {
        // Thrown here and not left to Yoga, which would set another status and has other words.
        if (result instanceof Error || result === null) throw result
        const { params, request } = context as { params: GraphQLParams; request: Request }
        const { operation } = chooseOperation(result, params.operationName)
        if (operation === OperationTypeNode.QUERY) checkAccept(request)
      }
    },
    onValidate({ validateFn, setValidationFn }) {
      setValidationFn((schema, document: DocumentNode, ...rest) => {
        const atRoot = subscriptionRootErrors(document)
        if (atRoot.length > 0) return atRoot
        const errors: readonly GraphQLError[] = validateFn(schema, document, ...rest)
        return gaveUp(errors) ?? errors.map((error) => invalid(error, document))
      })
    },
    onExecute({ args, executeFn, setExecuteFn }) {
      const { request } = args.contextValue as { request: Request }
      documents.set(request, args.document)
      const operation = chooseOperation(args.document, args.operationName)
      const scope = parts.scopes.of(request)
      if (scope) noteOperation(scope, operation, args.document)
      // Plans run without it: what has its variables coerced needs no words for what is wrong with them.
      setExecuteFn((given) => {
        const errors = variableErrors(given.schema, given.document, operation, given.variableValues ?? {})
        return errors.length > 0 ? { errors } : executeFn(given)
      })
    },
    onResultProcess({ request, result, setResult, setResultProcessor }) {
      setResultProcessor(respond, answerType(request) ?? refusalType(request))
      if (Array.isArray(result) || !('data' in result || 'errors' in result)) return
      const { errors } = result
      if (!errors) return
      const document = documents.get(request)
      // Yoga tells an abort as an empty list.
      const causes: readonly unknown[] = errors.length === 0 ? [aborted()] : errors
      const told = causes.map((cause) => toClientError(cause, { ...parts, document }))
      const scope = parts.scopes.of(request)
      if (scope) scope.errorCodes = [...new Set(told.map(({ extensions }) => String(extensions['code'])))]
      setResult({ ...result, errors: told })
    },
  }
}

const methods = 'GET, POST'

function checkMethod({ method }: Request): void {
  if (method === 'GET' || method === 'POST') return
  throw requestRefused('METHOD_NOT_ALLOWED', 405, `Send operations by ${methods.replace(', ', ' or ')}.`, {
    headers: { allow: methods },
  })
}

/**
 * The media type of the answer to a query, undefined when the client takes none of ours. Yoga would also give multipart
 * bodies, and event streams to queries, which nothing here needs. The first type of the header that is ours is taken.
 */
export function answerType(request: Request): string | undefined {
  const accept = request.headers.get('accept') || '*/*'
  for (const range of accept.toLowerCase().split(',')) {
    const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim())
    const charset = parameters.find((parameter) => parameter.startsWith('charset='))
    if (charset !== undefined && charset !== 'charset=utf-8') continue
    if (mediaType === 'application/graphql-response+json') return mediaType
    if (['application/json', 'application/*', '*/*'].includes(mediaType)) return 'application/json'
  }
  return undefined
}

/** A reader of event streams looks at the status, so a document that is wrong must not be refused with 200. */
function refusalType(request: Request): string {
  return acceptsEventStream(request) ? 'application/graphql-response+json' : 'application/json'
}

function checkAccept(request: Request): void {
  if (answerType(request)) return
  throw requestRefused(
    'NOT_ACCEPTABLE',
    406,
    'Answers are JSON. Send the header accept: application/graphql-response+json, or none.',
  )
}

/** graphql-js gives up comparing fields that are selected too often, with one error that has no place and no reason. */
function gaveUp(errors: readonly GraphQLError[]): readonly GraphQLError[] | undefined {
  if (errors.length !== 1 || errors[0]?.nodes) return undefined
  const message = 'The document selects the same fields too often to be validated. Select each field once.'
  return [requestRefused('DOCUMENT_LIMIT_EXCEEDED', 400, message, { extensions: { limit: 'comparisons' } })]
}

/** A validation error with its code: BAD_USER_INPUT where it concerns the value of an argument. */
function invalid(error: GraphQLError, document: DocumentNode): GraphQLError {
  const node = error.nodes?.[0]
  // A variable in an argument may be undefined or of the wrong type: the document is wrong then, not a value.
  const path = node && node.kind !== Kind.VARIABLE ? argumentPathOfNode(document, node) : undefined
  return documentRefused(path ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED', error, path)
}

/** The operation to run. Throws when the document does not say which, or when it is a mutation. */
function chooseOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name)
  if (operation && operation.operation !== OperationTypeNode.MUTATION) return operation
  const message = operation
    ? 'This gateway only reads. There is no mutation; send a query or a subscription.'
    : name
      ? `The document has no operation ${quote(name)}. Name one of its operations in \`operationName\`.`
      : 'The document does not have exactly one operation. Name the one to run in `operationName`.'
  throw documentRefused('GRAPHQL_VALIDATION_FAILED', { message })
}

/** The operation waited to begin until its deadline. Its body was not looked at, so its connection cannot go on. */
function begunTooLate(): GraphQLError {
  const retryAfter = String(retryAfterSeconds(Math.random()))
  const message = `The gateway could not begin with the operation before its deadline. Send it again in ${retryAfter} seconds.`
  return requestRefused('OVERLOADED', 503, message, {
    headers: { 'retry-after': retryAfter, connection: 'close' },
  })
}

function aborted(): GraphQLError {
  return requestRefused('REQUEST_ABORTED', 499, 'The request was ended before its answer.')
}
