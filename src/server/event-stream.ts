import { type ExecutionResult, getOperationAST } from 'graphql'
import { getSSEProcessor, type Plugin } from 'graphql-yoga'
import { requestRefused } from '../graphql/errors.js'
import { variableErrors } from './argument-paths.js'
import { type ReportInternalError, toClientError } from './error-policy.js'
import { noteOperation, type OperationScopes } from './operation-scope.js'

const eventStream = 'text/event-stream'

/** Whether a client takes server-sent events when it says so: not every client that takes all has a reader for them. */
export function acceptsEventStream(request: Request): boolean {
  const accept = request.headers.get('accept')?.toLowerCase() ?? ''
  return accept.split(',').some((range) => range.split(';')[0]?.trim() === eventStream)
}

/**
 * Subscriptions over server-sent events, as one plugin of graphql-yoga: the distinct connections mode of the GraphQL
 * over SSE protocol, by POST or GET. Each event is checked for errors as any answer is.
 */
export function useEventStream(parts: {
  readonly scopes: OperationScopes
  readonly createId: () => string
  readonly report: ReportInternalError
}): Plugin {
  const subscribed = new WeakSet<Request>()
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const { request } = args.contextValue as { request: Request }
      const operation = getOperationAST(args.document, args.operationName)
      if (!operation) throw new Error('A subscription without an operation.')
      const scope = parts.scopes.of(request)
      if (scope) noteOperation(scope, operation, args.document)
      if (!acceptsEventStream(request)) {
        setResultAndStopExecution({ errors: [noEventStream()] })
        return undefined
      }
      const errors = variableErrors(args.schema, args.document, operation, args.variableValues ?? {})
      if (errors.length > 0) {
        setResultAndStopExecution({ errors })
        return undefined
      }
      subscribed.add(request)
      return {
        onSubscribeResult: () => ({
          onNext({ result, setResult }) {
            const { errors: causes, ...rest } = result as ExecutionResult // there is no @defer here
            if (!causes) return
            setResult({
              ...rest,
              errors: causes.map((cause) => toClientError(cause, { ...parts, document: args.document })),
            })
          },
        }),
      }
    },
    onResultProcess({ request, setResultProcessor }) {
      if (subscribed.has(request)) setResultProcessor(getSSEProcessor(), eventStream)
    },
  }
}

function noEventStream() {
  return requestRefused(
    'NOT_ACCEPTABLE',
    406,
    'Subscriptions are answered by server-sent events. Send the header accept: text/event-stream.',
  )
}
