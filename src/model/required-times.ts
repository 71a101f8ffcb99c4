import type { EntryFilter, TimeRange } from './filter.js'
import { intersectRanges } from './filter-condition.js'

/**
 * The times within which a filter says that every entry lies: its own `occurredAt` and those of the filters of `and`,
 * however deep in each other. What stands in `or` and `not` is none of them. May contradict itself, and end before it
 * begins.
 */
export function requiredTimes({ occurredAt, and = [] }: EntryFilter): TimeRange {
  return and.map(requiredTimes).reduce(intersectRanges, occurredAt ?? {})
}

/** A filter without its `requiredTimes`: filters of `and` that then ask for nothing are left out. */
export function withoutRequiredTimes({ occurredAt: _, and, ...rest }: EntryFilter): EntryFilter {
  const others = and?.map(withoutRequiredTimes).filter((each) => Object.keys(each).length > 0) ?? []
  return others.length > 0 ? { ...rest, and: others } : rest
}
