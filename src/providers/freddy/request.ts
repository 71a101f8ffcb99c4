import type { FilterSupport } from '../../model/capabilities.js'
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
import { actionsOfHistoryFilter } from './vocabulary.js'

/** The types that have a history shortcut, with the path segment that each has in place of its name: section 1. */
const historySegments: ReadonlyMap<string, string> = new Map([
  ['assistant', 'assistants'],
  ['thread', 'threads'],
  ['vector_store', 'vector-stores'],
  ['rule', 'rules'],
  ['mcp_configuration', 'mcp-configurations'],
])

/** An id that means itself as a segment of a path. */
const segmentIdPattern = /^[A-Za-z0-9_-]{1,200}$/

/**
 * The request for one page of the list: sheet section 2, in its camelCase.
 *
 * `startDate` and `endDate` are full UTC timestamps in whole seconds, as in the samples, widened by one second so
 * that every row of the asked window is paged over whether the provider includes its bounds or not (section 10 rule
 * 2). Filters that may not be sent are left out: the answer is then a superset. `limit` is kept within 1 to 100
 * (rule 5). Where the source prefers them, a history shortcut that can carry the same is asked instead. Pure.
 */
export function pageRequest(ask: PageAsk, settings: Settings): UpstreamRequest {
  const { pageSizeMax, filters } = capabilities
  const { actorIds, actions, resourceTypes, resourceIds } = ask.pushdown
  const resourceType = sentValue(resourceTypes, filters.resourceTypes)
  // The samples always send a resource id with its type; what it does alone is unknown (section 2).
  const resourceId = resourceType === undefined ? undefined : sentValue(resourceIds, filters.resourceIds)
  const action = sentValue(actions, filters.actions)
  const history = historyPath(resourceType, resourceId, action, settings)
  const names = history === undefined ? camelNames : snakeNames
  const optional = [
    ['resourceType', history === undefined ? resourceType : undefined],
    ['resourceId', history === undefined ? resourceId : undefined],
    ['action', action],
    [names.userId, sentValue(actorIds, filters.actorIds)],
    [names.startDate, ask.sinceMs === undefined ? undefined : lowerBound(ask.sinceMs)],
    [names.endDate, ask.untilMs === undefined ? undefined : upperBound(ask.untilMs)],
  ] as const
  return {
    method: 'GET',
    path: history ?? `/v1/${encodeURIComponent(settings.organizationId)}/audit-logs`,
    query: [
      ...optional.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
      ['limit', String(Math.min(Math.max(1, Math.trunc(ask.limit)), pageSizeMax))],
      ['offset', String(Math.max(0, Math.trunc(ask.offset ?? 0)))],
    ],
    headers: { accept: 'application/json' },
    ...(history !== undefined && { ownRight: true }),
  }
}

const camelNames = { userId: 'userId', startDate: 'startDate', endDate: 'endDate' } as const
const snakeNames = { userId: 'user_id', startDate: 'start_date', endDate: 'end_date' } as const

/**
 * The path of the shortcut that asks for the same: it fixes type and id, and names fewer actions than the list
 * (sheet section 2). Whether it has entries of others is unknown, so with another action, or none, the list is asked.
 */
function historyPath(
  resourceType: string | undefined,
  resourceId: string | undefined,
  action: string | undefined,
  { preferHistory }: Settings,
): string | undefined {
  const segment = historySegments.get(resourceType ?? '')
  if (!preferHistory || segment === undefined || !segmentIdPattern.test(resourceId ?? '')) return undefined
  if (action === undefined || !actionsOfHistoryFilter.includes(action)) return undefined
  return `/v1/${segment}/${resourceId}/history`
}

/** Multiple values are not documented (section 2); several, or one that may not be sent, are evaluated here. */
function sentValue(values: readonly string[] | undefined, support: FilterSupport): string | undefined {
  const [value] = values ?? []
  return value !== undefined && values?.length === 1 && support.accepts?.(value) !== false ? value : undefined
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
