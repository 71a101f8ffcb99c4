/**
 * Bounds of one attempt at one request to a provider.
 *
 * The three times count from the begin of the attempt, each is absolute, and they ascend: a provider that sends one
 * byte now and then cannot move any of them (undici's own body time-out begins anew with every byte: reliability.md
 * V10). Figures: reliability.md section 5.
 */
export interface UpstreamLimits {
  /** Until a connection stands and the request is being written. */
  readonly connectMs: number
  /** Until the head of the answer is there. */
  readonly headersMs: number
  /** Until the whole body is there. */
  readonly bodyMs: number
  /** Size of a body, both as sent and decoded, in bytes. */
  readonly bodyBytesMax: number
  /** Connections open to one origin at once; more requests wait, within `connectMs`. */
  readonly connectionsMax: number
}

export const upstreamLimits: UpstreamLimits = {
  connectMs: 2_000,
  headersMs: 4_000,
  bodyMs: 8_000,
  bodyBytesMax: 4 * 1024 * 1024,
  connectionsMax: 64,
}

/** Throws a RangeError when the times do not ascend or a bound is not a positive number. */
export function checkLimits(limits: UpstreamLimits): void {
  const { connectMs, headersMs, bodyMs, bodyBytesMax, connectionsMax } = limits
  const ascending = connectMs > 0 && connectMs <= headersMs && headersMs <= bodyMs && bodyMs < 2 ** 31
  if (!ascending || !(bodyBytesMax >= 1) || !Number.isInteger(connectionsMax) || connectionsMax < 1) {
    throw new RangeError(
      `Expected 0 < connectMs <= headersMs <= bodyMs, bodyBytesMax and connectionsMax >= 1`,
    )
  }
}
