/** Bounds of the tail. Those that a configuration may set are in src/config/tail-settings.ts. */
export interface TailLimits {
  /** Time between two readings: the shorter, the more was new lately. Milliseconds. */
  readonly intervalMinMs: number
  readonly intervalMaxMs: number
  /** Time without an event after which a subscriber gets a heartbeat. Milliseconds. */
  readonly heartbeatMs: number
  readonly subscribersMax: number
  /** Events that wait for one subscriber. More entries wait at their source, and not for long: see `slowAfterMs`. */
  readonly bufferedMax: number
  /** How long the buffer of a subscriber may stay more than half full after it was full, before it is told to resume. */
  readonly slowAfterMs: number
  /** Entries that a cursor remembers as delivered, of those that others may still come before. */
  readonly marksMax: number
  /** How far behind a subscriber is read up by itself and not with the others, beside the lateness. Milliseconds. */
  readonly reachMs: number
  /** Subscribers that are read up at once. */
  readonly catchingUpMax: number
  /** Time for one page of a reading. Milliseconds. */
  readonly pageDeadlineMs: number
  /** How long one reading waits for the slowest source before it gives what the others have. Milliseconds. */
  readonly mergeWaitMs: number
  /** Entries of one source that are kept from one reading to the next. */
  readonly windowMax: number
  /** How old the oldest part of a cursor may be. Milliseconds. */
  readonly cursorLifetimeMs: number
}

export const defaultTailLimits: TailLimits = {
  intervalMinMs: 2_000,
  intervalMaxMs: 30_000,
  heartbeatMs: 15_000,
  subscribersMax: 2_000,
  bufferedMax: 1_000,
  slowAfterMs: 15_000,
  marksMax: 1_000,
  reachMs: 600_000,
  catchingUpMax: 4,
  pageDeadlineMs: 10_000,
  mergeWaitMs: 3_000,
  windowMax: 10_000,
  cursorLifetimeMs: 30 * 86_400_000,
}

/**
 * What is added to the lateness of a source, in milliseconds: providers that show whole seconds cut up to one off, and
 * clocks differ.
 */
export const clockSlackMs = 2_000
