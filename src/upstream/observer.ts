import type { FailureKind } from '../model/failure.js'

/** How one attempt ended: `CANCELLED` when the caller no longer wanted it. */
export interface AttemptEnd {
  readonly outcome: 'OK' | 'CANCELLED' | FailureKind
  readonly httpStatus: number | null
}

/** What the upstream layer tells of its work, for metrics and traces. Implementations never throw. */
export interface UpstreamObserver {
  /** An attempt goes out; what is given back is called once when it has ended. `retry`: 0 for the first attempt. */
  attempt(about: {
    readonly sourceKey: string
    readonly providerId: string
    readonly method: string
    readonly retry: number
  }): (end: AttemptEnd) => void
  /** Where a page came from without a request of its own, or that it was asked for. */
  page(sourceKey: string, from: 'provider' | 'settled' | 'shared'): void
  /** The breaker or the credential latch of a source changed. */
  breaker(sourceKey: string, state: 'closed' | 'open' | 'probing'): void
  /** What is known of the provider's allowance; null where it is not told. */
  allowance(
    sourceKey: string,
    known: { readonly limit: number | null; readonly remaining: number | null },
  ): void
}
