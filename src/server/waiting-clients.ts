import type { ServerResponse } from 'node:http'

/**
 * Clients that have sent a head with `Expect: 100-continue` and wait with the body until they are told to go on: RFC 9110
 * section 10.1.1. Node by itself would tell them so before anybody has looked at the head.
 */
export class WaitingClients {
  readonly #waiting = new WeakSet<ServerResponse>()

  /**
   * Takes a client by its answer. The connection ends with an answer that comes before the body is asked for: the client
   * may send it all the same, or not, and nobody could tell it from the next request.
   */
  add(response: ServerResponse): void {
    this.#waiting.add(response)
    response.setHeader('connection', 'close')
  }

  /**
   * What tells the client of an answer to go on; undefined where none waits. `mayKeep`: whether its connection may take
   * further requests after this one.
   */
  goOn(response: ServerResponse | undefined, mayKeep: () => boolean): (() => void) | undefined {
    if (!response || !this.#waiting.has(response)) return undefined
    return () => {
      this.#waiting.delete(response)
      if (mayKeep()) response.removeHeader('connection')
      response.writeContinue()
    }
  }
}
