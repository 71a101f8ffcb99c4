/**
 * Bounds of one attempt at one request to a provider.
 *
 * The three times count from the begin of the attempt, each is absolute, and they ascend: a provider that sends one
 * byte now and then cannot move any of them (undici's own body time-out begins anew with every byte: reliability.md
 * V10). Figures: reliability.md section 5.
 */
export interface AttemptLimits {
  /** Until a connection stands and the request is being written. */
  readonly connectMs: number
  /** Until the head of the answer is there. */
  readonly headersMs: number
  /** Until the whole body is there. */
  readonly bodyMs: number
  /** Size of a body, both as sent and decoded, in bytes. */
  readonly bodyBytesMax: number
  /**
   * Connections open to one origin at once; more requests wait, within `connectMs`. By default as many as the requests
   * of 64 credentials: it is for admission to let them wait, without a clock of theirs running.
   */
  readonly connectionsMax: number
}

/**
 * All bounds of the upstream layer; src/config/schema.ts lets a configuration set them, docs/upstream.md tells what
 * they are for. Figures: reliability.md section 5.
 */
export interface UpstreamLimits extends AttemptLimits {
  /** Further attempts after the first. */
  readonly retriesMax: number
  /** Between two attempts passes a time that is drawn between these. */
  readonly retryDelayMinMs: number
  readonly retryDelayMaxMs: number
  /** Failed attempts of a provider in a row, half of which end its retries. */
  readonly retryBudget: number
  /** How long a request waits for the provider's leave where no deadline bounds it. */
  readonly waitMaxMs: number
  /** Requests of one credential under way at once: at first, and at most. */
  readonly concurrencyStart: number
  readonly concurrencyMax: number
  /** When the breaker opens and for how long: breaker.ts. */
  readonly breakerCalls: number
  readonly breakerWindowMs: number
  readonly breakerPauseMs: number
  readonly breakerPauseMaxMs: number
  readonly breakerUnanswered: number
  /** How long a refused credential is not sent again. */
  readonly refusedCredentialMs: number
  /** Memory for pages of settled windows; 0 keeps none. And how long one is kept. */
  readonly settledPageBytes: number
  readonly settledPageMs: number
}

export const upstreamLimits: UpstreamLimits = {
  connectMs: 2_000,
  headersMs: 4_000,
  bodyMs: 8_000,
  bodyBytesMax: 4 * 1024 * 1024,
  connectionsMax: 512,
  retriesMax: 2,
  retryDelayMinMs: 100,
  retryDelayMaxMs: 1_000,
  retryBudget: 10,
  waitMaxMs: 10_000,
  concurrencyStart: 4,
  concurrencyMax: 8,
  breakerCalls: 20,
  breakerWindowMs: 60_000,
  breakerPauseMs: 10_000,
  breakerPauseMaxMs: 25_000,
  breakerUnanswered: 5,
  refusedCredentialMs: 60_000,
  settledPageBytes: 8 * 1024 * 1024,
  settledPageMs: 300_000,
}

/** Throws a RangeError when the times do not ascend or a bound is not a positive number. */
export function checkLimits(limits: AttemptLimits): void {
  const { connectMs, headersMs, bodyMs, bodyBytesMax, connectionsMax } = limits
  const ascending = connectMs > 0 && connectMs <= headersMs && headersMs <= bodyMs && bodyMs < 2 ** 31
  if (!ascending || !(bodyBytesMax >= 1) || !Number.isInteger(connectionsMax) || connectionsMax < 1) {
    throw new RangeError(
      `Expected 0 < connectMs <= headersMs <= bodyMs, bodyBytesMax and connectionsMax >= 1`,
    )
  }
}
