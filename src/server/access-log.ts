import type { Logger } from 'pino'
import type { ExportReport, OperationReport } from './operation-report.js'

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

/**
 * Logs one line for each request for an export, of what its report says. Of refusals because of overload there is a line
 * for many: src/server/admission.ts.
 */
export function logExport(logger: Pick<Logger, 'info'>): (report: ExportReport) => void {
  return ({ status, outcome, rows, durationMs, upstreamRequests, outcomes }) => {
    if (outcome === 'OVERLOADED') return
    logger.info(
      {
        status,
        outcome,
        rows,
        durationMs: Math.round(durationMs ?? 0),
        upstreamRequests,
        ...(outcomes.size > 0 && { sources: Object.fromEntries(outcomes) }),
      },
      'export',
    )
  }
}
