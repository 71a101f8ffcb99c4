import type { Plugin } from 'graphql-yoga'
import type { Logger } from 'pino'
import type { OperationScopes } from './operation-scope.js'

/**
 * Logs one line for each request that asked for an operation: its name, status, duration, the codes of its errors and
 * how each source fared. Never the document, the variables, a cursor or anything of an entry.
 */
export function useAccessLog(logger: Pick<Logger, 'info'>, scopes: OperationScopes): Plugin {
  return {
    onResponse({ request, response }) {
      const scope = scopes.of(request)
      if (!scope) return
      scopes.close(request)
      logger.info(
        {
          operation: scope.operationName,
          method: request.method,
          status: response.status,
          durationMs: Math.round(performance.now() - scope.startedMs),
          ...(scope.errorCodes.length > 0 && { errors: scope.errorCodes }),
          ...(scope.outcomes.size > 0 && { sources: Object.fromEntries(scope.outcomes) }),
          ...(request.signal.aborted && { clientGone: true }),
        },
        'operation',
      )
    },
  }
}
