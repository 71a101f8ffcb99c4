import type { FilterSupport } from '../../model/capabilities.js'
import { ceilTo, clampInstant, dayMs, floorTo, formatInstant } from '../../model/instant.js'
import type { PageAsk, Pushdown, UpstreamRequest } from '../../model/provider.js'
import { boundMarginMs, boundStepMs, filters, pageSizeMax } from './capabilities.js'
import type { Settings } from './settings.js'

/** No 18 months are shorter than 546 days; a longer request would be refused. */
const spanSentMaxMs = 540 * dayMs

/** Sheet ashby section 2. */
const parameterOf: Record<keyof typeof filters, string> = {
  actorIds: 'actorIds',
  actions: 'categories',
  resourceTypes: 'targetTypes',
  resourceIds: 'targetIds',
}
const sentFields = ['actorIds', 'actions', 'resourceTypes', 'resourceIds'] as const

/**
 * The request for one page of `auditLog.list`.
 *
 * Both dates are always sent: with one or none the provider takes 24 hours (sheet ashby section 3). Whether they
 * include their instant is unknown, so each is a whole second that lies one to two seconds outside of what was asked.
 * Dates and filters go with a cursor too (section 6).
 *
 * The reading layer gives both bounds, at most `window.spanMaxMs` apart, because this provider declares a window.
 * Without `sinceMs` it is the configured history floor. Throws a RangeError, for it is a fault of the caller, when
 * `untilMs` is missing, comes before `sinceMs`, or is so far off that the provider would refuse the span. Pure.
 */
export function pageRequest(settings: Settings, ask: PageAsk): UpstreamRequest {
  const body = {
    ...datesOf(settings, ask),
    ...filtersOf(ask.pushdown),
    limit: Math.min(Math.max(ask.limit, 1), pageSizeMax),
    ...(ask.upstreamCursor !== undefined && { cursor: ask.upstreamCursor }),
  }
  return {
    method: 'POST',
    path: '/auditLog.list',
    query: [],
    headers: {
      Accept: 'application/json; version=1',
      'Ashby-Version': settings.apiVersion,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  }
}

/** HTTP Basic with the key as user and an empty password: sheet ashby section 1. The key is ASCII without colon. */
export function authorization({ credentials }: Settings): Record<string, string> {
  return { Authorization: `Basic ${btoa(`${credentials.apiKey.reveal()}:`)}` }
}

/** The `endDate` of a page, which may lie up to two seconds ahead of the clock. Future dates: unknown (sheet ashby section 3). */
export function latestDateMs(ask: PageAsk): number {
  return clampInstant(ceilTo(untilOf(ask), boundStepMs) + boundMarginMs)
}

function untilOf({ untilMs }: PageAsk): number {
  if (untilMs === undefined) throw new RangeError('A page of Ashby must be asked for with untilMs.')
  return untilMs
}

function datesOf(settings: Settings, ask: PageAsk): { startDate: string; endDate: string } {
  const [untilMs, endMs] = [untilOf(ask), latestDateMs(ask)]
  const sinceMs = ask.sinceMs ?? Math.min(settings.historyFloor, untilMs)
  const startMs = clampInstant(floorTo(sinceMs, boundStepMs) - boundMarginMs)
  if (sinceMs > untilMs || endMs - startMs > spanSentMaxMs) {
    throw new RangeError(
      `A page of Ashby must be asked for with a span of 0 to 500 days, not ${sinceMs} to ${untilMs} ms.`,
    )
  }
  return { startDate: formatInstant(startMs), endDate: formatInstant(endMs) }
}

/**
 * The filters that one request can carry. A list with a value that may not be sent, or too long, is left out whole,
 * which asks for more and never for less; so is an empty one, which the provider would take for no filter. Types give
 * way to categories: the provider would combine the two with OR (sheet ashby section 10 rules 4 to 6).
 */
function filtersOf(pushdown: Pushdown): Record<string, readonly string[]> {
  const lists: Record<string, readonly string[]> = {}
  for (const field of sentFields) {
    const values = pushdown[field]
    if (values !== undefined && canCarry(field, values)) lists[parameterOf[field]] = values
  }
  if (lists['categories'] !== undefined) delete lists['targetTypes']
  return lists
}

function canCarry(field: keyof typeof filters, values: readonly string[]): boolean {
  const { valuesMax, accepts }: FilterSupport = filters[field]
  return (
    values.length > 0 && values.length <= valuesMax && values.every((value) => accepts?.(value) !== false)
  )
}
