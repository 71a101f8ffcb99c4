import type { FilterSupport } from '../../model/capabilities.js'
import {
  ceilTo,
  clampInstant,
  floorTo,
  formatInstant,
  instantMaxMs,
  instantMinMs,
} from '../../model/instant.js'
import type { PageAsk, UpstreamRequest } from '../../model/provider.js'
import { uuidPattern } from '../../model/settings.js'
import { boundMarginMs, boundStepMs, filters } from './capabilities.js'
import type { Settings } from './settings.js'

const listPath = '/v1/audit-log'

/** Sheet jitsudo section 2. */
const parameterOf: Record<keyof typeof filters, string> = {
  actorIds: 'actor_id',
  actions: 'action',
  resourceTypes: 'resource_type',
  resourceIds: 'resource_id',
}
/** No entry of JITSudo can be older than the Unix epoch. */
const firstMs = 0

const sentFields = ['actorIds', 'actions', 'resourceTypes', 'resourceIds'] as const

/**
 * The request for one page of the list.
 *
 * Whether the bounds include their instant and how fine they are is unknown (sheet jitsudo section 2), so each is sent
 * as a whole second that lies one to two seconds outside of what was asked; one that would lie outside the years 0001 to
 * 9999 is left out. Whether there is a default window is unknown, too: without a lower bound 1970 is sent, since a
 * deployment that refuses it says so, and one that shows the last day alone does not. Bounds and filters are sent with a
 * cursor too (section 5). A filter that one request cannot carry is left out, which asks for more, never for less. Pure.
 */
export function pageRequest(settings: Settings, ask: PageAsk): UpstreamRequest {
  const query: (readonly [string, string])[] = []
  for (const field of sentFields) {
    const value = soleValue(field, ask.pushdown[field])
    if (value !== undefined) query.push([parameterOf[field], value])
  }
  const from = ask.sinceMs === undefined ? openLowerBound(ask) : lowerBound(ask.sinceMs)
  const to = ask.untilMs === undefined ? undefined : upperBound(ask.untilMs)
  if (from !== undefined) query.push(['from', from])
  if (to !== undefined) query.push(['to', to])
  query.push(['limit', String(Math.min(Math.max(ask.limit, 1), settings.pageSize))])
  if (ask.upstreamCursor !== undefined) query.push(['cursor', ask.upstreamCursor])
  return { method: 'GET', path: listPath, query, headers: headersOf(settings) }
}

/** The request for one entry; undefined when `id` is not a UUID, which every id is (sheet jitsudo section 1). */
export function entryRequest(settings: Settings, id: string): UpstreamRequest | undefined {
  if (!uuidPattern.test(id)) return undefined
  return { method: 'GET', path: `${listPath}/${id}`, query: [], headers: headersOf(settings), ownRight: true }
}

/** The headers that carry the credential, revealed: sheet jitsudo section 1. */
export function authorization({ credentials }: Settings): Record<string, string> {
  const text = credentials.secret.reveal()
  return credentials.kind === 'apiKey' ? { 'X-API-Key': text } : { Authorization: `Bearer ${text}` }
}

function headersOf(settings: Settings): Record<string, string> {
  return { Accept: 'application/json', 'X-Tenant-ID': settings.tenantId }
}

function soleValue(field: keyof typeof filters, values: readonly string[] | undefined): string | undefined {
  const [value] = values ?? []
  const { valuesMax, accepts }: FilterSupport = filters[field]
  return value !== undefined && values?.length === valuesMax && accepts?.(value) !== false ? value : undefined
}

/** Left out before 1970, where it would lie behind the upper one. */
function openLowerBound({ untilMs = instantMaxMs }: PageAsk): string | undefined {
  return untilMs > firstMs ? formatInstant(firstMs) : undefined
}

function lowerBound(sinceMs: number): string | undefined {
  const boundMs = floorTo(sinceMs, boundStepMs) - boundMarginMs
  return boundMs < instantMinMs ? undefined : formatInstant(clampInstant(boundMs))
}

/** Clamped to the last instant and read as exclusive it would cut rows off; left out it cuts none. */
function upperBound(untilMs: number): string | undefined {
  const boundMs = ceilTo(untilMs, boundStepMs) + boundMarginMs
  return boundMs > instantMaxMs ? undefined : formatInstant(clampInstant(boundMs))
}
