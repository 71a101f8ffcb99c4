import type { ExportPlan } from '../export/plan.js'
import type { PageTerms, Reader } from '../reading/page.js'
import type { ExportSpan } from './export-progress.js'

/** The times that are gone through, where the filter names both ends. */
export function spanKnown(
  { filter, order }: ExportPlan,
  asOfMs: number,
  oldestMs?: number,
): ExportSpan | null {
  const { sinceMs = oldestMs, untilMs = asOfMs } = filter.occurredAt ?? {}
  if (sinceMs === undefined) return null
  const newestMs = Math.min(untilMs, asOfMs)
  return order === 'NEWEST_FIRST' ? { fromMs: newestMs, toMs: sinceMs } : { fromMs: sinceMs, toMs: newestMs }
}

/** The same; where the begin is not named, the oldest entry is looked for, so that the time left can be told. */
export async function spanOf(
  reader: Pick<Reader, 'readPage'>,
  plan: ExportPlan,
  asOfMs: number,
  termsOf: () => PageTerms,
): Promise<ExportSpan | null> {
  const known = spanKnown(plan, asOfMs)
  if (known) return known
  const { filter, sources } = plan
  const oldest = await reader.readPage({
    first: 1,
    filter,
    ...(sources && { sources }),
    order: 'OLDEST_FIRST',
    onSourceError: 'PARTIAL',
    priority: 'bulk',
    asOfMs,
    ...termsOf(),
  })
  const entry = oldest.kind === 'page' ? oldest.edges[0]?.entry : undefined
  return entry ? spanKnown(plan, asOfMs, entry.occurredAtMs) : null
}
