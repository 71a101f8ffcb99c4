import type { SourceFailure } from '../../src/model/failure.js'
import type { UpstreamRequest, UpstreamResponse } from '../../src/model/provider.js'
import type { CancelSignal } from '../../src/upstream/cancellation.js'
import type { UpstreamClient } from '../../src/upstream/client.js'
import type { Timing } from '../../src/upstream/timing.js'

interface SentRequest {
  readonly path: string
  readonly atMs: number
  readonly signal: CancelSignal
  /** Answers it. */
  readonly answer: (outcome: Partial<UpstreamResponse> | SourceFailure) => void
}

/** A client whose answers a test gives: at once by `reply`, or one by one through `sent`. */
export function scriptedClient(
  timing: Timing,
  reply?: (request: UpstreamRequest, number: number) => Partial<UpstreamResponse> | SourceFailure | null,
) {
  const sent: SentRequest[] = []
  const client: Pick<UpstreamClient, 'send'> = {
    send: (_account, request, signal) =>
      new Promise((resolve, reject) => {
        const answer = (outcome: Partial<UpstreamResponse> | SourceFailure) =>
          resolve(
            'failed' in outcome
              ? outcome
              : { status: 200, headers: {}, body: '{}', receivedAtMs: timing.now(), ...outcome },
          )
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        sent.push({ path: request.path, atMs: timing.now(), signal, answer })
        const outcome = reply?.(request, sent.length)
        if (outcome) answer(outcome)
      }),
  }
  return { client, sent }
}
