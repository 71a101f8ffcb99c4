/** What the process has to do at this moment. */
export interface Load {
  /** Requests that were taken on and are not answered. */
  readonly operations: number
  /** How late timers come, in ms: the median over a recent interval. */
  readonly eventLoopDelayMs: number
  /** Memory of JavaScript objects in use, as a share of what V8 may take: 0 to 1. */
  readonly heapUsed: number
}

/** What of the load is measured outside of the server. */
export type ProcessLoad = () => Pick<Load, 'eventLoopDelayMs' | 'heapUsed'>

/** Beyond one of these, requests are refused. Figures: reliability.md section 5, row shedding. */
export interface OverloadLimits {
  /** Requests under way at once. Most of their time is waiting for providers, so this bounds memory, not the processor. */
  readonly operationsMax: number
  /** Beyond it, only half as many requests are taken on. */
  readonly eventLoopDelayMaxMs: number
  /** A share: 0 to 1. */
  readonly heapUsedMax: number
}

export const defaultOverloadLimits: OverloadLimits = {
  operationsMax: 64,
  eventLoopDelayMaxMs: 200,
  heapUsedMax: 0.8,
}

/** Which limit one more request would go beyond. */
export type OverloadReason = 'OPERATIONS' | 'EVENT_LOOP' | 'HEAP'

export const overloadReasons: readonly OverloadReason[] = ['OPERATIONS', 'EVENT_LOOP', 'HEAP']

/**
 * Why one more request is refused at this load, or null when it is taken on.
 *
 * A late event loop halves what is taken on and does not end it: work that is under way makes it late, or other
 * processes of the machine do, and neither is a reason to refuse a single caller.
 *
 * There is no queue before the limit: with 64 operations waiting for providers, a further one that waits as well only
 * uses up its own deadline, while a refusal lets the caller go to another replica at once.
 */
export function overloadReason(load: Load, limits: OverloadLimits): OverloadReason | null {
  if (load.operations >= limits.operationsMax) return 'OPERATIONS'
  const isLate = load.eventLoopDelayMs > limits.eventLoopDelayMaxMs
  if (isLate && load.operations >= Math.ceil(limits.operationsMax / 2)) return 'EVENT_LOOP'
  if (load.heapUsed > limits.heapUsedMax) return 'HEAP'
  return null
}

/** Bounds of Retry-After, in seconds. */
const retryAfterMin = 2
const retryAfterMax = 5

/** When to come again, in whole seconds, spread so that those refused together do not come together. `random`: 0 to 1. */
export function retryAfterSeconds(random: number): number {
  return retryAfterMin + Math.floor(random * (retryAfterMax - retryAfterMin + 1))
}
