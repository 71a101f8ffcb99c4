import { isDeadline } from '../model/deadline.js'
import { operationEnded } from './errors.js'

/** Why an operation was ended before its answer: the reason of the context's signal, unless it is the deadline. */
export class OperationEnded extends Error {
  readonly why: 'shutdown' | 'clientGone'

  constructor(why: 'shutdown' | 'clientGone') {
    super(`operation ended: ${why}`)
    this.name = 'OperationEnded'
    this.why = why
  }
}

/**
 * Awaits a read, and tells an abort as what it was: DEADLINE_EXCEEDED, SHUTTING_DOWN or REQUEST_ABORTED. Readers may
 * throw the signal's reason (src/reading/page.ts); any other error passes unchanged and is masked at the edge.
 */
export async function untilEnded<Result>(signal: AbortSignal, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (!signal.aborted) throw error
    const why = signal.reason instanceof OperationEnded ? signal.reason.why : 'clientGone'
    if (isDeadline(signal.reason)) {
      throw operationEnded(
        'DEADLINE_EXCEEDED',
        'The deadline of the request came before an answer. Ask for fewer entries, a shorter time range or fewer sources, or try again.',
      )
    }
    if (why === 'shutdown') {
      throw operationEnded('SHUTTING_DOWN', 'The gateway is stopping. Send the request again.')
    }
    throw operationEnded('REQUEST_ABORTED', 'The client closed the connection before the answer.')
  }
}
