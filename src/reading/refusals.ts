import { LRUCache } from 'lru-cache'

/**
 * Kinds of request that a provider has refused because it does not know a value of theirs, so that they are not sent
 * again for every page, but the same without the value. Bounded by number and by age: a provider may learn a word.
 */
export interface Refusals {
  /** `key`: source and pushdown (`hintKey`). */
  has(key: string): boolean
  add(key: string): void
  /** The provider has answered such a request. */
  remove(key: string): void
}

/** Kinds of request that are remembered at most; the one refused first goes first. */
const refusalsMax = 2_000

/** How long a refusal is believed, milliseconds. */
const refusalAgeMs = 3_600_000

/** `now`: UTC milliseconds. */
export function createRefusals(now: () => number): Refusals {
  const store = new LRUCache<string, true>({
    maxSize: refusalsMax,
    sizeCalculation: () => 1,
    ttl: refusalAgeMs,
    ttlResolution: 0,
    perf: { now },
  })
  return {
    has: (key) => store.has(key),
    add: (key) => {
      store.set(key, true)
    },
    remove: (key) => {
      store.delete(key)
    },
  }
}
