import type { EntryFilter } from '../model/filter.js'
import { setFilterFields } from '../model/filter.js'
import { formatInstant } from '../model/instant.js'
import type { JsonObject } from '../model/json.js'
import type { AuditEntryOrder } from '../model/order.js'
import type { ReadableSource } from '../reading/page.js'
import type { LayoutOptions } from './layout.js'

/** What is exported and in which form. */
export interface ExportPlan extends LayoutOptions {
  readonly gzip: boolean
  /** With `--since` and `--until` worked in. */
  readonly filter: EntryFilter
  /** Keys of the sources asked; all of them when left out. */
  readonly sources?: readonly string[]
  readonly order: AuditEntryOrder
  /** Whether a failing source leaves a gap in place of ending the export. */
  readonly partial: boolean
  /** By how much the as-of is set back, in ms; the largest settle time of the sources asked when left out. */
  readonly settleMs?: number
  /** Begin after this cursor of a reading with the same filter, order and sources. */
  readonly after?: string
  /** Whether a stream ends with a record that is its manifest. */
  readonly manifest: boolean
}

/** The sources that a plan asks, in configuration order. */
export function askedSources<Source extends { readonly key: string }>(
  plan: Pick<ExportPlan, 'sources'>,
  configured: readonly Source[],
): readonly Source[] {
  return configured.filter(({ key }) => plan.sources?.includes(key) ?? true)
}

/**
 * The instant to pin the reading at: so long ago that every source asked has settled, and not after the end of the
 * filter's times, so that an export of the past says the same whenever it is made. UTC milliseconds.
 */
export function asOfMsFor(plan: ExportPlan, configured: readonly ReadableSource[], nowMs: number): number {
  const settled = askedSources(plan, configured).map(({ settleMs }) => settleMs)
  const settledMs = nowMs - (plan.settleMs ?? Math.max(0, ...settled))
  return Math.min(settledMs, plan.filter.occurredAt?.untilMs ?? settledMs)
}

/**
 * The options that decide the bytes of the file, as plain JSON: an export can only be gone on with under the same.
 * Whether failing sources leave gaps may change on the way, and that is what `--partial` is for.
 */
export function boundOptions(plan: ExportPlan, sourceKeys: readonly string[]): JsonObject {
  return {
    format: plan.format,
    columns: plan.columns,
    bom: plan.bom,
    gzip: plan.gzip,
    filter: filterJson(plan.filter),
    sources: sourceKeys,
    order: plan.order,
    after: plan.after ?? null,
  }
}

/** A filter with the names and forms of the GraphQL input `AuditEntryFilter`. */
export function filterJson(filter: EntryFilter): JsonObject {
  const { occurredAt, search, and, or, not } = filter
  const { sinceMs, untilMs } = occurredAt ?? {}
  const lists = setFilterFields.flatMap((field) => {
    const values = filter[field]
    return values === undefined ? [] : [[field, values] as const]
  })
  return {
    ...(occurredAt && {
      occurredAt: {
        ...(sinceMs !== undefined && { since: formatInstant(sinceMs) }),
        ...(untilMs !== undefined && { until: formatInstant(untilMs) }),
      },
    }),
    ...Object.fromEntries(lists),
    ...(search !== undefined && { search }),
    ...(and && { and: and.map(filterJson) }),
    ...(or && { or: or.map(filterJson) }),
    ...(not && { not: filterJson(not) }),
  }
}
