import { LRUCache } from 'lru-cache'
import type { ReadingLimits } from './limits.js'
import type { Travel } from './travel.js'
import type { Walk } from './walk.js'

/** Walks of a reading by the key of their lane (read-page.ts), as they stood when a page ended. Never changed: a page goes on with forks. */
export type KeptWalks = ReadonlyMap<string, Walk>

/**
 * Rows fetched and not yet delivered, kept behind the cursor that a page ended with: design.md 4.5. An optimisation
 * only: what is dropped here is read again. A cursor is authenticated and bound to filter, order and sources, so the
 * cursor and the way of travel are the whole key; a store belongs to one reader and so to one set of credentials.
 */
export interface ReadAhead {
  get(cursor: string, travel: Travel): KeptWalks | undefined
  set(cursor: string, travel: Travel, walks: KeptWalks): void
}

/** Bounded by rows in all and by age on the clock that is handed in; least recently used goes first. */
export function createReadAhead(limits: ReadingLimits, now: () => number): ReadAhead {
  const store = new LRUCache<string, KeptWalks>({
    maxSize: Math.max(1, limits.readAheadRows),
    sizeCalculation: rowsOf,
    ttl: limits.readAheadMs,
    ttlResolution: 0,
    perf: { now },
  })
  return {
    get: (cursor, travel) => store.get(`${travel} ${cursor}`),
    set: (cursor, travel, walks) => {
      if (limits.readAheadRows > 0) store.set(`${travel} ${cursor}`, walks)
    },
  }
}

function rowsOf(walks: KeptWalks): number {
  let rows = 1
  for (const walk of walks.values()) rows += walk.rowsHeld
  return rows
}
