import { type SourceFailure, sourceFailure } from '../model/failure.js'

/** Whether a signal was aborted by a deadline: then its source has not answered in time. */
export function isDeadline(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError'
}

/** What the source of a request is told that was under way when the deadline came. */
export function deadlinePassed(httpStatus: number | null = null): SourceFailure {
  return sourceFailure('TIMEOUT', {
    message: 'The provider did not answer within the time that this page may take.',
    httpStatus,
  })
}
