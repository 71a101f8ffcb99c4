import type { FilterSupport } from '../../model/capabilities.js'
import {
  ceilTo,
  clampInstant,
  dayMs,
  floorTo,
  formatDay,
  formatInstant,
  instantMaxMs,
  instantMinMs,
  secondMs,
} from '../../model/instant.js'
import type { BulkAsk, PageAsk, UpstreamRequest } from '../../model/provider.js'
import { capabilitiesWith } from './capabilities.js'
import type { Settings } from './settings.js'

const hourMs = 3_600_000

/** Local time in the westernmost zone is 12 h behind UTC, in the easternmost 14 h ahead. */
const zoneBehindMaxMs = 12 * hourMs
const zoneAheadMaxMs = 14 * hourMs

/**
 * The request for one page: sheet section 2.
 *
 * `from_date` and `to_date` are widened so that every row of the asked window is paged over, whether the provider
 * includes its bounds or not and, for days, whichever zone it counts them in. Filters that may not be sent are left
 * out: the answer is then a superset. `limit` is kept within 1 to 100 (section 10 rule 5). Pure.
 */
export function pageRequest(ask: PageAsk, settings: Settings): UpstreamRequest {
  const { pageSizeMax } = capabilitiesWith(settings)
  return {
    method: 'GET',
    path: logPath(settings),
    query: [
      ...filterQuery(ask, settings),
      ['skip', String(Math.max(0, Math.trunc(ask.offset ?? 0)))],
      ['limit', String(Math.min(Math.max(1, Math.trunc(ask.limit)), pageSizeMax))],
    ],
    headers: { accept: 'application/json' },
  }
}

/** The request for the CSV export: sheet section 9. The same filters as the list, without `skip` and `limit`. */
export function exportRequest(ask: BulkAsk, settings: Settings): UpstreamRequest {
  return {
    method: 'GET',
    path: `${logPath(settings)}/export`,
    query: filterQuery(ask, settings),
    // Its failures are JSON.
    headers: { accept: 'text/csv, application/json;q=0.5' },
    ownRight: true,
  }
}

function logPath({ organizationId }: Settings): string {
  return `/v1/organizations/${encodeURIComponent(organizationId)}/audit-log`
}

function filterQuery(ask: BulkAsk, settings: Settings): readonly (readonly [string, string])[] {
  const { filters } = capabilitiesWith(settings)
  const { actorIds, actions, resourceTypes, counterpartyIds } = ask.pushdown
  const optional = [
    ['entity_type', sentValue(resourceTypes, filters.resourceTypes)],
    ['action_type', sentValue(actions, filters.actions)],
    ['actor_id', sentValue(actorIds, filters.actorIds)],
    ['target_id', sentValue(counterpartyIds, filters.counterpartyIds)],
    ['from_date', ask.sinceMs === undefined ? undefined : lowerBound(ask.sinceMs, settings.dates)],
    ['to_date', ask.untilMs === undefined ? undefined : upperBound(ask.untilMs, settings.dates)],
  ] as const
  return optional.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** Every filter takes one value (sheet section 2); several, or one that may not be sent, are evaluated here. */
function sentValue(
  values: readonly string[] | undefined,
  support: FilterSupport | undefined,
): string | undefined {
  const [value] = values ?? []
  return value !== undefined && values?.length === 1 && support?.accepts?.(value) !== false
    ? value
    : undefined
}

/**
 * The lower bound to send, undefined when everything since the year 0001 is asked for.
 *
 * day: the day that it is at `sinceMs` where it is earliest, and one before it, in case `from_date` is exclusive as
 * a whole day. The sheet's "one day earlier" (section 10 rule 2) does not cover both at once.
 * instant: the whole second, and one before it.
 */
function lowerBound(sinceMs: number, dates: Settings['dates']): string | undefined {
  const boundMs =
    dates === 'day'
      ? floorTo(sinceMs - zoneBehindMaxMs, dayMs) - dayMs
      : floorTo(sinceMs, secondMs) - secondMs
  return boundMs < instantMinMs ? undefined : formatBound(boundMs, dates)
}

/**
 * The upper bound to send, undefined when it would lie after the year 9999: clamped there and read as exclusive it
 * would cut rows off, left out it cuts none.
 *
 * day: the first day that begins, where it begins first, at or after `untilMs`. All rows lie before that day, so it
 * may be exclusive. This is the sheet's "two days later" without the day that is not needed before 10:00 UTC.
 * instant: the next whole second, and one more.
 */
function upperBound(untilMs: number, dates: Settings['dates']): string | undefined {
  const boundMs =
    dates === 'day' ? ceilTo(untilMs + zoneAheadMaxMs, dayMs) : ceilTo(untilMs, secondMs) + secondMs
  return boundMs > instantMaxMs ? undefined : formatBound(boundMs, dates)
}

function formatBound(boundMs: number, dates: Settings['dates']): string {
  const writableMs = clampInstant(boundMs)
  return dates === 'day' ? formatDay(writableMs) : `${formatInstant(writableMs).slice(0, 19)}Z`
}
