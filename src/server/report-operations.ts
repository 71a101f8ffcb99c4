import type { Plugin } from 'graphql-yoga'
import type { OperationReport, OperationTracer } from './operation-report.js'
import type { OperationScopes } from './operation-scope.js'

interface Parts {
  readonly scopes: OperationScopes
  readonly tracer: OperationTracer | null
  readonly listeners: readonly ((report: OperationReport, traceId: string | null) => void)[]
}

/** Tells of every operation when it has ended. Must stand behind the plugin that opens scopes. */
export function useOperationReports({ scopes, tracer, listeners }: Parts): Plugin {
  return {
    onRequestParse({ request }) {
      const scope = scopes.of(request)
      if (scope && tracer) scope.span = tracer.begin((name) => request.headers.get(name))
    },
    onExecute({ args, executeFn, setExecuteFn }) {
      const { request } = args.contextValue as { request: Request }
      const span = scopes.of(request)?.span
      if (span) setExecuteFn((given) => span.run(() => executeFn(given)))
    },
    onResponse({ request, response }) {
      const scope = scopes.of(request)
      if (!scope) return
      scopes.close(request)
      const report: OperationReport = {
        name: scope.operationName,
        type: scope.operationType,
        field: scope.field,
        method: request.method,
        status: response.status,
        durationMs: performance.now() - scope.startedMs,
        upstreamRequests: scope.upstreamRequests,
        outcomes: scope.outcomes,
        errorCodes: scope.errorCodes,
        clientGone: request.signal.aborted,
      }
      scope.span?.end(report)
      for (const listener of listeners) listener(report, scope.span?.traceId ?? null)
    },
  }
}
