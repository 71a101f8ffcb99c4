/**
 * A stand-in for the Aitronos platform audit log, written from the fact sheet (upstreams/aitronos.md) alone. It plays
 * what the sheet calls unknown either way, by switches.
 */

import {
  bearerOf,
  type Json,
  type JsonObject,
  jsonResponse,
  parameterOf,
  type SimulatorOptions,
  type SimulatorRequest,
  type SimulatorResponse,
  type SwitchableSimulator,
  segmentsOf,
} from '../../simulation/exchange.js'
import { type LogEntry, type LogWindow, type SimulatedEvent, SimulatedLog } from '../../simulation/log.js'
import { OrderedView } from '../../simulation/ordering.js'
import { offsetPage, pageSizeOf, readInteger } from '../../simulation/paging.js'
import { hashText } from '../../simulation/random.js'
import { type OffsetSwitches, offsetDefaults } from '../../simulation/switches.js'
import { boundUs, readDate, windowOf, writeTime } from '../../simulation/time.js'

export interface AitronosSwitches extends OffsetSwitches {
  /** Which of the two ways of section 1 is taken. */
  readonly auth: 'bearer' | 'x-api-key' | 'either'
  /** A time of day in the date parameters: counts, gives 422, or is cut off (then as a date-only value). */
  readonly timestamps: 'accepted' | 'refused' | 'cutToDate'
  /** A date-only `to_date` covers its whole day, or is the midnight that begins it. */
  readonly dateOnlyTo: 'wholeDay' | 'midnight'
  /** Whether `entity_type=role` also gives `role_assignment` (section 8, trap). */
  readonly typeFamilies: boolean
  readonly badParameterStatus: 400 | 422
  /** The CSV export (section 9): rows at most, and which of them a cut leaves. */
  readonly exportRowsMax: number
  readonly exportKeeps: 'newest' | 'oldest'
  /** Its times: as the list shows them, local to `zoneOffsetMinutes` without a zone, or so and told as UTC. */
  readonly exportTimes: 'asListed' | 'withoutZone' | 'shifted'
  readonly exportLineEnd: '\r\n' | '\n'
  readonly exportByteOrderMark: boolean
  /** Puts an apostrophe before what a spreadsheet would take for a formula. */
  readonly exportEscapesFormulas: boolean
  /** `softFailure` sends errors with status 200, as `success: false` alone. */
  readonly errorTransport: 'status' | 'softFailure'
}

/** A caller of the simulated account. `key` stands in the Bearer slot or in X-API-Key. */
interface AitronosCredential {
  readonly key: string
  /** Whether it has the capability `view_audit_log`. True when left out. */
  readonly mayRead?: boolean
  readonly isExpired?: boolean
}

export interface AitronosSimulatorOptions extends SimulatorOptions<AitronosSwitches> {
  /** `org_sim` when left out. */
  readonly organizationId?: string
  /** One key, `sim-token`, when left out. */
  readonly credentials?: readonly AitronosCredential[]
}

const defaults: AitronosSwitches = {
  ...offsetDefaults,
  auth: 'either',
  timestamps: 'accepted',
  dateOnlyTo: 'wholeDay',
  typeFamilies: false,
  badParameterStatus: 422,
  exportRowsMax: 10_000,
  exportKeeps: 'newest',
  exportTimes: 'asListed',
  exportLineEnd: '\r\n',
  exportByteOrderMark: false,
  exportEscapesFormulas: false,
  errorTransport: 'status',
}

interface Query {
  readonly window: LogWindow
  readonly skip: number
  readonly limit: number | undefined
  readonly matches: (event: SimulatedEvent) => boolean
}

/** The simulated account. Defaults: sheet where it states something, else newest first and inclusive bounds. */
export function createAitronosSimulator(
  options: AitronosSimulatorOptions = {},
): SwitchableSimulator<AitronosSwitches> {
  const log = options.log ?? new SimulatedLog()
  const organizationId = options.organizationId ?? 'org_sim'
  const credentials = options.credentials ?? [{ key: 'sim-token' }]
  let switches: AitronosSwitches = { ...defaults, ...options.switches }
  let requests = 0

  function handle(request: SimulatorRequest, nowMs: number): SimulatorResponse {
    options.beforeRequest?.(nowMs)
    requests += 1
    const fail = (status: number, code: string, message: string, details: JsonObject = {}) =>
      errorResponse({ status, code, message, details, nowMs, number: requests }, switches)

    const segments = segmentsOf(request.path)
    const isLog = segments?.[0] === 'v1' && segments[1] === 'organizations' && segments[3] === 'audit-log'
    const isExport = segments?.length === 5 && segments[4] === 'export'
    if (!segments || !isLog || !(segments.length === 4 || isExport))
      return fail(404, 'NOT_FOUND', 'There is no such path.')
    if (request.method !== 'GET') return fail(405, 'METHOD_NOT_ALLOWED', 'Only GET is served here.')
    const refusal = refuseCaller(request, credentials, switches)
    if (refusal !== undefined) return fail(refusal.status, refusal.code, refusal.message, refusal.details)
    if (segments[2] !== organizationId) {
      return fail(403, 'ORGANIZATION_ACCESS_DENIED', 'The caller does not belong to this organization.')
    }
    const query = readQuery(request, switches)
    const size = 'parameter' in query ? undefined : pageSizeOf(query.limit, switches)
    if ('parameter' in query || size === undefined) {
      const parameter = 'parameter' in query ? query.parameter : 'limit'
      return fail(switches.badParameterStatus, 'VALIDATION_ERROR', `Bad value of ${parameter}.`, {
        parameter,
      })
    }
    const view = new OrderedView(
      log.select(query.window, nowMs, query.matches),
      switches.order,
      switches.ties,
      hashText(`${switches.seed}/${requests}`),
    )
    if (isExport) return csvExport(view, organizationId, nowMs, switches)
    const page = offsetPage(view, query.skip, size, switches)
    return jsonResponse(
      200,
      {
        items: page.rows.map((entry) => wireEntry(entry, organizationId, switches)),
        total: page.total,
        skip: query.skip,
        limit: size.given,
        has_more: page.more,
        ...(switches.extraFields && { sim_schema_revision: 7 }),
      },
      { 'x-request-id': `req_sim_${requests}` },
    )
  }

  return {
    provider: 'aitronos',
    log,
    handle,
    configure: (changes) => {
      switches = { ...switches, ...changes }
    },
  }
}

/** Sections 1 and 6: who may read, and the platform's codes for who may not. */
function refuseCaller(
  request: SimulatorRequest,
  credentials: readonly AitronosCredential[],
  switches: AitronosSwitches,
): { status: number; code: string; message: string; details?: JsonObject } | undefined {
  const bearer = switches.auth === 'x-api-key' ? undefined : bearerOf(request)
  const apiKey = switches.auth === 'bearer' ? undefined : request.headers['x-api-key']
  const key = bearer ?? apiKey
  if (key === undefined) {
    return { status: 401, code: 'AUTHENTICATION_REQUIRED', message: 'Sign in to continue.' }
  }
  const credential = credentials.find((candidate) => candidate.key === key)
  if (credential === undefined) {
    const code = bearer === undefined ? 'INVALID_API_KEY' : 'TOKEN_INVALID'
    return { status: 401, code, message: 'The credential is not valid.' }
  }
  if (credential.isExpired) {
    const code = bearer === undefined ? 'API_KEY_EXPIRED' : 'TOKEN_EXPIRED'
    return { status: 401, code, message: 'The credential has expired.' }
  }
  if (credential.mayRead === false) {
    return {
      status: 403,
      code: 'INSUFFICIENT_PERMISSIONS',
      message: 'You may not see the audit log.',
      details: { required_capability: 'view_audit_log' },
    }
  }
  return undefined
}

/** Section 2. Gives the name of the first parameter whose value is bad. */
function readQuery(request: SimulatorRequest, switches: AitronosSwitches): Query | { parameter: string } {
  const skip = readInteger(parameterOf(request, 'skip') ?? '0')
  if (skip === undefined || skip < 0 || skip > switches.offsetMax) return { parameter: 'skip' }
  const limitText = parameterOf(request, 'limit')
  const limit = limitText === undefined ? undefined : readInteger(limitText)
  if (limitText !== undefined && limit === undefined) return { parameter: 'limit' }

  const from = readBound(parameterOf(request, 'from_date'), 'from', switches)
  if (from === 'bad') return { parameter: 'from_date' }
  const to = readBound(parameterOf(request, 'to_date'), 'to', switches)
  if (to === 'bad') return { parameter: 'to_date' }
  const window = windowOf(from?.us, to?.us, switches)
  const untilUs = to?.wholeDay === true && switches.boundPrecision !== 'day' ? to.us + dayUs : window.untilUs
  return { window: { ...window, untilUs }, skip, limit, matches: matcherOf(request, switches) }
}

const dayUs = 86_400_000_000

function readBound(
  text: string | undefined,
  side: 'from' | 'to',
  switches: AitronosSwitches,
): { us: number; wholeDay: boolean } | 'bad' | undefined {
  if (text === undefined) return undefined
  const date = readDate(switches.timestamps === 'cutToDate' ? text.slice(0, 10) : text)
  if (date === undefined || readDate(text) === undefined) return 'bad'
  if (!date.dateOnly && switches.timestamps === 'refused') return 'bad'
  const wholeDay =
    side === 'to' && date.dateOnly && switches.dateOnlyTo === 'wholeDay' && switches.upperBound !== 'ignored'
  return { us: boundUs(date, switches), wholeDay }
}

function matcherOf(
  request: SimulatorRequest,
  switches: AitronosSwitches,
): (event: SimulatedEvent) => boolean {
  const entityType = parameterOf(request, 'entity_type')
  const family = switches.typeFamilies && entityType !== undefined ? `${entityType}_` : undefined
  const action = parameterOf(request, 'action_type')
  const actor = parameterOf(request, 'actor_id')
  const target = parameterOf(request, 'target_id')
  const department = parameterOf(request, 'department_id')
  const term = parameterOf(request, 'search_term')?.toLowerCase()
  return (event) =>
    (action === undefined || event.action === action) &&
    (actor === undefined || event.actor.id === actor) &&
    (entityType === undefined ||
      event.resource.type === entityType ||
      (family !== undefined && event.resource.type.startsWith(family))) &&
    (target === undefined || event.counterparty?.id === target) &&
    (department === undefined || event.departmentId === department) &&
    (term === undefined || searchText(event).includes(term))
}

const searchTexts = new WeakMap<SimulatedEvent, string>()

/** What `search_term` looks at: entity name, actor name and actor e-mail only (section 2). */
function searchText(event: SimulatedEvent): string {
  const known = searchTexts.get(event)
  if (known !== undefined) return known
  const { actor, resource } = event
  const text = `${resource.name ?? ''}\n${actor.name ?? ''}\n${actor.email ?? ''}`.toLowerCase()
  searchTexts.set(event, text)
  return text
}

/** Section 4: every field is present, empty ones as null. */
function wireEntry(entry: LogEntry, organizationId: string, switches: AitronosSwitches): Json {
  const { event } = entry
  return {
    id: event.id,
    entity_type: event.resource.type,
    entity_id: event.resource.id,
    entity_name: event.resource.name ?? null,
    action_type: event.action,
    actor_id: event.actor.id,
    actor_name: event.actor.name ?? null,
    actor_email: event.actor.email ?? null,
    target_id: event.counterparty?.id ?? null,
    target_name: event.counterparty?.name ?? null,
    previous_value: event.values?.before ?? null,
    new_value: event.values?.after ?? null,
    metadata: event.metadata ?? null,
    organization_id: organizationId,
    department_id: event.departmentId ?? null,
    created_at: writeTime(entry.timeUs, switches.timePrecision),
    ...(switches.extraFields && { sim_extra: { note: 'no sheet names this field' } }),
    ...event.wireExtras,
  }
}

const exportColumns = [
  'Timestamp',
  'Entity Type',
  'Entity Name',
  'Action',
  'Actor Name',
  'Actor Email',
  'Target Name',
  'Previous Value',
  'New Value',
]

/** Section 9. What it does not say is in the switches; quoting is RFC 4180, a value that is no text is JSON. */
function csvExport(
  view: OrderedView,
  organizationId: string,
  nowMs: number,
  switches: AitronosSwitches,
): SimulatorResponse {
  const kept = Math.min(view.length, switches.exportRowsMax)
  const isCutAtBegin = (switches.order === 'oldestFirst') === (switches.exportKeeps === 'newest')
  const rows = view.slice(isCutAtBegin ? view.length - kept : 0, kept)
  const lines = [exportColumns, ...rows.map((entry) => exportRow(entry, switches))]
  const text = lines.map((cells) => cells.map((cell) => csvCell(cell, switches)).join(','))
  return {
    status: 200,
    headers: {
      'content-type': 'text/csv',
      'content-disposition': `attachment; filename="audit-log-${organizationId}-${writeTime(nowMs * 1_000, 'day')}.csv"`,
    },
    body: `${switches.exportByteOrderMark ? '\ufeff' : ''}${text.join(switches.exportLineEnd)}${switches.exportLineEnd}`,
  }
}

function exportRow({ event, timeUs }: LogEntry, switches: AitronosSwitches): readonly Json[] {
  const shiftUs = switches.exportTimes === 'asListed' ? 0 : switches.zoneOffsetMinutes * 60_000_000
  const time = writeTime(timeUs + shiftUs, switches.timePrecision)
  return [
    switches.exportTimes === 'withoutZone' ? time.slice(0, -1).replace('T', ' ') : time,
    event.resource.type,
    event.resource.name ?? null,
    event.action,
    event.actor.name ?? null,
    event.actor.email ?? null,
    event.counterparty?.name ?? null,
    event.values?.before ?? null,
    event.values?.after ?? null,
  ]
}

function csvCell(value: Json, { exportEscapesFormulas }: AitronosSwitches): string {
  const text = value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const safe = exportEscapesFormulas && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Section 6: the platform-wide envelope. */
function errorResponse(
  error: {
    status: number
    code: string
    message: string
    details: JsonObject
    nowMs: number
    number: number
  },
  switches: AitronosSwitches,
): SimulatorResponse {
  const body = {
    success: false,
    error: {
      code: error.code,
      message: error.message,
      system_message: `sim: ${error.code.toLowerCase()}`,
      type: error.status < 500 ? 'client_error' : 'server_error',
      status: error.status,
      details: error.details,
      trace_id: `trace_sim_${error.number}`,
      timestamp: writeTime(error.nowMs * 1_000, 'second'),
    },
  }
  return jsonResponse(switches.errorTransport === 'softFailure' ? 200 : error.status, body)
}
