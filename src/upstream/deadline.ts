import { type SourceFailure, sourceFailure } from '../model/failure.js'

/** What the source of a request is told that was under way when the deadline came. */
export function deadlinePassed(httpStatus: number | null = null): SourceFailure {
  return sourceFailure('TIMEOUT', {
    message: 'The provider did not answer within the time that this page may take.',
    httpStatus,
  })
}
