import { LRUCache } from 'lru-cache'
import type { ReadingLimits } from './limits.js'
import type { FilterPlan } from './plan.js'
import type { Travel } from './travel.js'
import type { Walk } from './walk.js'

/** What a reading has when a page ends. Never changed: the next page goes on with forks of the walks. */
export interface KeptReading {
  /** By the key of their source. */
  readonly plans: ReadonlyMap<string, FilterPlan>
  /** By the key of their lane (open-lanes.ts). */
  readonly walks: ReadonlyMap<string, Walk>
}

/**
 * Rows fetched and not yet delivered, kept behind the cursor that a page ended with: design.md 4.5. An optimisation
 * only: what is dropped here is read again. A cursor is authenticated and bound to filter, order and sources, so the
 * cursor and the way of travel are the whole key; a store belongs to one reader and so to one set of credentials.
 */
export interface ReadAhead {
  get(cursor: string, travel: Travel): KeptReading | undefined
  set(cursor: string, travel: Travel, reading: KeptReading, origin: Origin): void
}

/** The page that ended with what is kept. */
interface Origin {
  /** The cursor that it was asked with; undefined for a first page. */
  readonly wentOnFrom: string | undefined
  /** Its filter in UTF-16 code units of JSON: plans hold it, and a caller may make it large. */
  readonly filterLength: number
}

interface Kept extends Origin {
  readonly reading: KeptReading
}

/** What plans hold of so much of a filter, in all sources, takes about the memory of a row. */
const filterLengthOfRow = 250

/** How long the rows of a first page must be able to stay, in milliseconds, for it to be worth keeping them. */
const worthKeepingMs = 10_000
/** What may be kept of first pages at once, after quiet: as much as in so many milliseconds else. */
const burstMs = 2_000

/**
 * Bounded by rows in all and by age on the clock that is handed in; least recently used goes first. Of a reading that
 * goes on, what its last two pages ended with is kept, so that the last page may be asked for again.
 *
 * Where first pages come so fast that each would soon push another out unused, only as many are kept as can stay for
 * `worthKeepingMs`, and of a burst a fifth of the store: rows that live just long enough for the collector to copy them
 * cost much and help nobody. A reading that has gone on once may go on again, and is kept in any case.
 */
export function createReadAhead(limits: ReadingLimits, now: () => number): ReadAhead {
  const store = new LRUCache<string, Kept>({
    maxSize: Math.max(1, limits.readAheadRows),
    sizeCalculation: rowsOf,
    ttl: limits.readAheadMs,
    ttlResolution: 0,
    perf: { now },
  })
  let purgedAtMs = now()
  const takesFirst = createBucket(limits.readAheadRows / worthKeepingMs, now)
  const keyOf = (cursor: string, travel: Travel) => `${travel} ${cursor}`
  return {
    get: (cursor, travel) => store.get(keyOf(cursor, travel))?.reading,
    set: (cursor, travel, reading, { wentOnFrom, filterLength }) => {
      if (limits.readAheadRows === 0) return
      // It looks at everything that is kept, which may be much, so not for every page.
      if (now() - purgedAtMs >= limits.readAheadMs / 10) {
        store.purgeStale()
        purgedAtMs = now()
      }
      const kept = { reading, wentOnFrom, filterLength }
      if (wentOnFrom === undefined && !takesFirst(rowsOf(kept))) return
      const before = wentOnFrom === undefined ? undefined : store.peek(keyOf(wentOnFrom, travel))
      if (before?.wentOnFrom !== undefined) store.delete(keyOf(before.wentOnFrom, travel))
      store.set(keyOf(cursor, travel), kept)
    },
  }
}

function rowsOf({ reading, filterLength }: Kept): number {
  let rows = Math.ceil(filterLength / filterLengthOfRow)
  for (const walk of reading.walks.values()) rows += walk.rowsHeld
  return rows
}

/**
 * Takes of what comes no more than `rowsPerMs`, beyond a burst of as many as make up for `burstMs`: a token bucket. What
 * is larger than that is taken as well, and paid for by what comes after it.
 */
function createBucket(rowsPerMs: number, now: () => number): (rows: number) => boolean {
  const fullRows = rowsPerMs * burstMs
  let leftRows = fullRows
  let filledAtMs = now()
  return (rows) => {
    const nowMs = now()
    // A clock may be set back.
    leftRows = Math.min(fullRows, leftRows + Math.abs(nowMs - filledAtMs) * rowsPerMs)
    filledAtMs = nowMs
    if (leftRows <= 0) return false
    leftRows -= rows
    return true
  }
}
