import { type Cut, compareCuts, type KeyRange } from './travel.js'

/** A range of one source in which matches may be missing from a reading. */
export interface Gap extends KeyRange {
  readonly sourceKey: string
}

/**
 * The gaps as few, disjoint ranges: those of one source that touch or overlap become one. In configuration-free
 * order: by source key, then newest first. `add` may be empty.
 */
export function mergeGaps(gaps: readonly Gap[], add: readonly Gap[]): readonly Gap[] {
  if (add.length === 0) return gaps
  const sorted = [...gaps, ...add].sort((a, b) =>
    a.sourceKey === b.sourceKey ? compareCuts(a.top, b.top) : a.sourceKey < b.sourceKey ? -1 : 1,
  )
  const merged: Gap[] = []
  for (const gap of sorted) {
    const last = merged.at(-1)
    if (last && last.sourceKey === gap.sourceKey && reaches(last.bottom, gap.top)) {
      merged[merged.length - 1] = { ...last, bottom: lower(last.bottom, gap.bottom) }
    } else {
      merged.push(gap)
    }
  }
  return merged
}

function reaches(bottom: Cut | null, top: Cut): boolean {
  return bottom === null || compareCuts(bottom, top) >= 0
}

function lower(a: Cut | null, b: Cut | null): Cut | null {
  if (a === null || b === null) return null
  return compareCuts(a, b) >= 0 ? a : b
}
