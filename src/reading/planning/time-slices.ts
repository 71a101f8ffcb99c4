import type { EntryFilter, TimeRange } from '../../model/filter.js'
import { type Condition, conditionOf } from '../../model/filter-condition.js'

/** A half-open range with its open sides written as infinities. */
type Span = readonly [sinceMs: number, untilMs: number]

const everything: readonly Span[] = [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]]

/**
 * The ranges of time outside of which a formula holds for no entry: disjoint, not touching, newest first. When there
 * are more than `slicesMax`, those with the least between them become one. Empty: it never holds.
 */
export function timeSlices(condition: Condition, slicesMax: number): readonly TimeRange[] {
  const spans = [...spansOf(condition)]
  while (spans.length > slicesMax) {
    let at = 1
    for (let index = 2; index < spans.length; index += 1) {
      if (between(spans, index) < between(spans, at)) at = index
    }
    const [before, after] = [spans[at - 1], spans[at]]
    if (!before || !after) break
    spans.splice(at - 1, 2, [before[0], after[1]])
  }
  return spans.reverse().map(([sinceMs, untilMs]) => ({
    ...(sinceMs > Number.NEGATIVE_INFINITY && { sinceMs }),
    ...(untilMs < Number.POSITIVE_INFINITY && { untilMs }),
  }))
}

/** The range of time outside of which a filter matches nothing, whatever the source; null when it never does. */
export function timeSpan(filter: EntryFilter): TimeRange | null {
  return timeSlices(conditionOf(filter), 1)[0] ?? null
}

function between(spans: readonly Span[], index: number): number {
  return (spans[index]?.[0] ?? 0) - (spans[index - 1]?.[1] ?? 0)
}

/** Disjoint and ascending. */
function spansOf(condition: Condition): readonly Span[] {
  switch (condition.kind) {
    case 'all':
      return condition.of.map(spansOf).reduce(intersect, everything)
    case 'any':
      return unite(condition.of.flatMap(spansOf))
    case 'time': {
      const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = condition.range
      return sinceMs < untilMs ? [[sinceMs, untilMs]] : []
    }
    case 'values':
    case 'search':
      return everything
  }
}

function intersect(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  return a.flatMap(([since, until]) =>
    b.flatMap(([otherSince, otherUntil]): readonly Span[] => {
      const span: Span = [Math.max(since, otherSince), Math.min(until, otherUntil)]
      return span[0] < span[1] ? [span] : []
    }),
  )
}

function unite(spans: readonly Span[]): readonly Span[] {
  const united: Span[] = []
  for (const span of [...spans].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))) {
    const last = united.at(-1)
    if (last && span[0] <= last[1]) united[united.length - 1] = [last[0], Math.max(last[1], span[1])]
    else united.push(span)
  }
  return united
}
