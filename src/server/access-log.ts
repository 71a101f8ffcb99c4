import type { Logger } from 'pino'
import type { OperationReport } from './operation-report.js'

/** Logs one line for each request that asked for an operation, of what its report says. */
export function logOperation(
  logger: Pick<Logger, 'info'>,
): (report: OperationReport, traceId: string | null) => void {
  return (report, traceId) =>
    logger.info(
      {
        operation: report.name,
        type: report.type,
        field: report.field,
        method: report.method,
        status: report.status,
        durationMs: Math.round(report.durationMs),
        upstreamRequests: report.upstreamRequests,
        ...(report.errorCodes.length > 0 && { errors: report.errorCodes }),
        ...(report.outcomes.size > 0 && { sources: Object.fromEntries(report.outcomes) }),
        ...(report.clientGone && { clientGone: true }),
        ...(traceId !== null && { traceId }),
      },
      'operation',
    )
}
