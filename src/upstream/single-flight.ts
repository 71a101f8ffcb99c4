import { isDeadline } from '../model/deadline.js'
import type { SourceFailure } from '../model/failure.js'
import { Cancellation, type CancelSignal } from './cancellation.js'
import { deadlinePassed } from './deadline.js'

/** Who wants an answer, and until when. */
export interface Caller {
  readonly signal: AbortSignal
  /** UTC milliseconds; infinite when nothing bounds it. */
  readonly deadlineMs: number
  /**
   * An answer will do whose request was sent after this moment (src/model/provider.ts, `answeredAt`); left out: only one
   * that is not sent yet.
   */
  readonly sentAfter?: number
}

/** A request under way for all who want its answer. */
export interface Flight {
  /** Aborted when the last caller has gone. */
  readonly signal: CancelSignal
  /** The latest deadline of a caller. */
  readonly deadlineMs: number
  /** The first caller's signal: it waits together for all that it asks for at once (turns.ts). */
  readonly group: object
  /** When the last attempt was sent, whether or not it has ended; null while one is still to be sent. Set by who sends it. */
  sentAt: number | null
}

interface Shared<Result> {
  readonly flight: Flight & { deadlineMs: number }
  readonly cancellation: Cancellation
  readonly result: Promise<Result | SourceFailure>
  callers: number
}

/**
 * Makes one request of identical ones that are under way at the same time. Each caller keeps its own signal and
 * deadline; the request ends with the last of them. Callers of different keys never meet.
 */
export class SingleFlight<Result> {
  /**
   * In cells that are emptied, since V8 keeps what a Map or Set once held: each table that it outgrows points to the
   * next, so from one that has grown old all that came later stays until the next full collection. Weak maps and lists
   * do not (test/young-garbage.test.ts).
   */
  readonly #shared = new Map<string, { shared: Shared<Result> | null }>()

  /** Gives the answer of a request under way, or of the one that `start` begins; `isShared` says which. */
  join(
    key: string,
    caller: Caller,
    start: (flight: Flight) => Promise<Result | SourceFailure>,
  ): { readonly answer: Promise<Result | SourceFailure>; readonly isShared: boolean } {
    if (caller.signal.aborted) return { answer: endOf(caller.signal), isShared: false }
    const known = this.#shared.get(key)?.shared
    const isShared = known != null && willDo(known.flight, caller)
    const shared = isShared ? known : this.#begin(key, start, caller.signal)
    shared.callers += 1
    shared.flight.deadlineMs = Math.max(shared.flight.deadlineMs, caller.deadlineMs)
    return { answer: this.#await(key, shared, caller), isShared }
  }

  #begin(
    key: string,
    start: (flight: Flight) => Promise<Result | SourceFailure>,
    group: object,
  ): Shared<Result> {
    const cancellation = new Cancellation()
    const flight = { signal: cancellation, group, deadlineMs: Number.NEGATIVE_INFINITY, sentAt: null }
    // Begins when its first caller is known, with the caller's deadline.
    const result = Promise.resolve()
      .then(() => start(flight))
      .finally(() => this.#forget(key, shared))
    const shared: Shared<Result> = { flight, cancellation, result, callers: 0 }
    this.#shared.set(key, { shared })
    return shared
  }

  #await(key: string, shared: Shared<Result>, { signal }: Caller): Promise<Result | SourceFailure> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        shared.callers -= 1
        if (shared.callers === 0) {
          this.#forget(key, shared)
          shared.cancellation.abort(signal.reason)
        }
        endOf(signal).then(resolve, reject)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      shared.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  #forget(key: string, shared: Shared<Result>): void {
    const cell = this.#shared.get(key)
    if (cell?.shared !== shared) return
    cell.shared = null
    this.#shared.delete(key)
  }
}

function willDo({ sentAt }: Flight, { sentAfter }: Caller): boolean {
  return sentAt === null || (sentAfter !== undefined && sentAt > sentAfter)
}

/** How a caller ends whose signal is aborted: a deadline is a failure of the source, all else is thrown. */
async function endOf(signal: AbortSignal): Promise<SourceFailure> {
  if (isDeadline(signal.reason)) return deadlinePassed()
  throw signal.reason
}
