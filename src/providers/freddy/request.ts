import {
  ceilTo,
  clampInstant,
  floorTo,
  formatInstant,
  instantMaxMs,
  instantMinMs,
  secondMs,
} from '../../model/instant.js'
import type { PageAsk, UpstreamRequest } from '../../model/provider.js'
import { capabilities } from './capabilities.js'
import type { Settings } from './settings.js'

/**
 * The request for one page of the list: sheet section 2, in its camelCase.
 *
 * `startDate` and `endDate` are full UTC timestamps in whole seconds, as in the samples, widened by one second so
 * that every row of the asked window is paged over whether the provider includes its bounds or not (section 10 rule
 * 2). Filters that may not be sent are left out: the answer is then a superset. `limit` is kept within 1 to 100
 * (rule 5). Pure.
 */
export function pageRequest(ask: PageAsk, settings: Settings): UpstreamRequest {
  const { pageSizeMax, filters } = capabilities
  const { actorIds, actions, resourceTypes, resourceIds } = ask.pushdown
  const resourceType = sentValue(resourceTypes, filters.resourceTypes.accepts)
  // The samples always send a resource id with its type; what it does alone is unknown (section 2), and a capability
  // cannot say "only together". Without a type that can be sent, the id is left out and evaluated by the gateway.
  const resourceId =
    resourceType === undefined ? undefined : sentValue(resourceIds, filters.resourceIds.accepts)
  const optional = [
    ['resourceType', resourceType],
    ['resourceId', resourceId],
    ['action', sentValue(actions, filters.actions.accepts)],
    ['userId', sentValue(actorIds, filters.actorIds.accepts)],
    ['startDate', ask.sinceMs === undefined ? undefined : lowerBound(ask.sinceMs)],
    ['endDate', ask.untilMs === undefined ? undefined : upperBound(ask.untilMs)],
  ] as const
  return {
    method: 'GET',
    path: `/v1/${encodeURIComponent(settings.organizationId)}/audit-logs`,
    query: [
      ...optional.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
      ['limit', String(Math.min(Math.max(1, Math.trunc(ask.limit)), pageSizeMax))],
      ['offset', String(Math.max(0, Math.trunc(ask.offset ?? 0)))],
    ],
    headers: { accept: 'application/json' },
  }
}

/** Multiple values are not documented (section 2); several, or one that may not be sent, are evaluated here. */
function sentValue(
  values: readonly string[] | undefined,
  accepts: ((value: string) => boolean) | undefined,
): string | undefined {
  const [value] = values ?? []
  return value !== undefined && values?.length === 1 && accepts?.(value) !== false ? value : undefined
}

/** The whole second, and one before it; undefined when everything since the year 0001 is asked for. */
function lowerBound(sinceMs: number): string | undefined {
  const boundMs = floorTo(sinceMs, secondMs) - secondMs
  return boundMs < instantMinMs ? undefined : formatSecond(boundMs)
}

/**
 * The next whole second, and one more; undefined when that lies after the year 9999: clamped there and read as
 * exclusive it would cut rows off, left out it cuts none.
 */
function upperBound(untilMs: number): string | undefined {
  const boundMs = ceilTo(untilMs, secondMs) + secondMs
  return boundMs > instantMaxMs ? undefined : formatSecond(boundMs)
}

function formatSecond(boundMs: number): string {
  return `${formatInstant(clampInstant(boundMs)).slice(0, 19)}Z`
}
