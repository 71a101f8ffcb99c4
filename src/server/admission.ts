import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { Logger } from 'pino'
import { answerType } from './graphql-edge.js'
import {
  type Load,
  type OverloadLimits,
  type OverloadReason,
  overloadReason,
  type ProcessLoad,
  retryAfterSeconds,
} from './overload.js'

interface Parts {
  readonly limits: OverloadLimits
  readonly processLoad: ProcessLoad
  /** 0 to 1. */
  readonly random: () => number
  /** Milliseconds of any clock that only goes forward. */
  readonly clock: () => number
  readonly logger: Pick<Logger, 'warn'>
  readonly onShed: (reason: OverloadReason) => void
}

/** A request that is refused: why, when to ask again in seconds, and both in words. */
export interface Overloaded {
  readonly reason: OverloadReason
  readonly retryAfter: number
  readonly message: string
}

/** How long refusals are counted before they are logged again, in milliseconds. */
const logIntervalMs = 10_000

const messages: Record<OverloadReason, string> = {
  OPERATIONS: 'The gateway has as many operations under way as it takes on at once.',
  EVENT_LOOP: 'The gateway has more to compute than it can keep up with.',
  HEAP: 'The gateway is short of memory.',
}

/** Decides which requests are taken on, and counts those that were until they are answered. */
export class Admission {
  readonly #parts: Parts
  // Weak and counted, since a Set keeps what it once held: src/upstream/single-flight.ts.
  readonly #admitted = new WeakSet<Request>()
  #operations = 0
  #refusedSinceLog = 0
  #loggedAtMs = Number.NEGATIVE_INFINITY

  constructor(parts: Parts) {
    this.#parts = parts
  }

  load(): Load {
    return { operations: this.#operations, ...this.#parts.processLoad() }
  }

  /** Why the next request would be refused; null when it would be taken on. */
  overload(): OverloadReason | null {
    return overloadReason(this.load(), this.#parts.limits)
  }

  /** Takes a request on, or refuses it. One that was taken on must be left. */
  enter(request: Request): Overloaded | null {
    const overloaded = this.refusal()
    if (overloaded === null) {
      this.#admitted.add(request)
      this.#operations += 1
    }
    return overloaded
  }

  /** What to answer to a request that comes now; null when it can be taken on. It counts as refused. */
  refusal(): Overloaded | null {
    const reason = this.overload()
    if (reason === null) return null
    this.#noteRefusal(reason)
    const retryAfter = retryAfterSeconds(this.#parts.random())
    return {
      reason,
      retryAfter,
      message: `${messages[reason]} Send the request again in ${retryAfter} seconds.`,
    }
  }

  leave(request: Request): void {
    if (this.#admitted.delete(request)) this.#operations -= 1
  }

  /** One line for many refusals: a log that grows with the load would add to it. */
  #noteRefusal(reason: OverloadReason): void {
    const { clock, logger, onShed } = this.#parts
    onShed(reason)
    this.#refusedSinceLog += 1
    if (clock() - this.#loggedAtMs < logIntervalMs) return
    logger.warn(
      { reason, refused: this.#refusedSinceLog, ...this.load() },
      'overloaded: requests are refused',
    )
    this.#loggedAtMs = clock()
    this.#refusedSinceLog = 0
  }
}

/**
 * Refuses requests beyond what the process can take, before anything of their body is read: 503 with Retry-After and an
 * error body of GraphQL over HTTP. Must stand behind the plugin that answers probes, which are never refused, and
 * before all others. A request counts until its answer is made: what is streamed after that has bounds of its own.
 */
export function useAdmission(admission: Admission): Plugin {
  return {
    onRequest({ request, serverContext, fetchAPI, endResponse }) {
      const overloaded = admission.enter(request)
      if (overloaded === null) {
        // Should the request end without an answer, its place is given back with the connection.
        const { res } = serverContext as { readonly res?: ServerResponse } // only a request from a socket has one
        res?.once('close', () => admission.leave(request))
        return
      }
      const { reason, retryAfter, message } = overloaded
      const body = JSON.stringify({ errors: [{ message, extensions: { code: 'OVERLOADED', reason } }] })
      endResponse(
        new fetchAPI.Response(body, {
          status: 503,
          headers: {
            'content-type': `${answerType(request) ?? 'application/json'}; charset=utf-8`,
            'retry-after': String(retryAfter),
          },
        }),
      )
    },
    onResponse({ request }) {
      admission.leave(request)
    },
  }
}
