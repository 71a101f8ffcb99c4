/**
 * A stand-in for the audit log of JITSudo (jitsudo.io): the list and the look-up by id, written from the fact sheet
 * (upstreams/jitsudo.md) alone. It plays what the sheet calls unknown either way, by switches.
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
  textResponse,
} from '../../simulation/exchange.js'
import { type LogEntry, type SimulatedEvent, SimulatedLog } from '../../simulation/log.js'
import { OrderedView } from '../../simulation/ordering.js'
import { CursorBook, type CursorProblem, pageSizeOf, readInteger } from '../../simulation/paging.js'
import { hashText } from '../../simulation/random.js'
import { type CursorSwitches, cursorDefaults } from '../../simulation/switches.js'
import { boundUs, readDate, windowOf, writeTime } from '../../simulation/time.js'

export interface JitsudoSwitches extends CursorSwitches {
  /** Which of the two ways of section 1 is taken. */
  readonly auth: 'x-api-key' | 'bearer' | 'either'
  /** A bound without a time of day is not a `date-time` (section 2, inferred: refused). */
  readonly dateOnly: 'accepted' | 'refused'
  /** Status for a cursor that cannot be used (section 5: unknown). */
  readonly cursorErrorStatus: 400 | 404 | 410 | 422
  /** What `from` later than `to` gives. */
  readonly reversedWindow: 'empty' | 'refused'
}

interface JitsudoCredential {
  /** Stands in X-API-Key, or in the Bearer slot as a JWT. */
  readonly key: string
  /** The tenant it belongs to; the simulated one when left out. */
  readonly tenantId?: string
  /** True when left out. */
  readonly mayRead?: boolean
}

export interface JitsudoSimulatorOptions extends SimulatorOptions<JitsudoSwitches> {
  /** A fixed UUID, `simulatedTenantId`, when left out. */
  readonly tenantId?: string
  /** One key, `sim-key`, when left out. */
  readonly credentials?: readonly JitsudoCredential[]
}

export const simulatedTenantId = '5e1f0c2a-7b1d-4c57-9a43-0d6b8f2e9c11'

const defaults: JitsudoSwitches = {
  ...cursorDefaults,
  timePrecision: 'millisecond',
  // No maximum is documented (section 2).
  pageSizeMax: 200,
  auth: 'either',
  dateOnly: 'refused',
  cursorErrorStatus: 400,
  reversedWindow: 'empty',
}

/** The parameters beside limit and cursor, as sent. A type alias, so that it is a JSON object. */
type Query = {
  readonly actor_id: string | undefined
  readonly resource_type: string | undefined
  readonly resource_id: string | undefined
  readonly action: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
}

interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly details?: JsonObject
  readonly notices?: readonly string[]
}

/** The simulated tenant. Defaults: newest first, inclusive bounds, keyset cursors that do not expire. */
export function createJitsudoSimulator(
  options: JitsudoSimulatorOptions = {},
): SwitchableSimulator<JitsudoSwitches> {
  const log = options.log ?? new SimulatedLog()
  const tenantId = options.tenantId ?? simulatedTenantId
  const credentials = options.credentials ?? [{ key: 'sim-key' }]
  const book = new CursorBook<Query>()
  let switches: JitsudoSwitches = { ...defaults, ...options.switches }
  let requests = 0

  function handle(request: SimulatorRequest, nowMs: number): SimulatorResponse {
    options.beforeRequest?.(nowMs)
    requests += 1
    const segments = segmentsOf(request.path) ?? []
    if (segments.length === 1 && segments[0] === 'healthz') return textResponse(200, 'ok')
    const isAuditLog = segments[0] === 'v1' && segments[1] === 'audit-log' && segments.length <= 3
    if (!isAuditLog) return errorResponse({ status: 404, code: 'not_found', message: 'no such path' })
    if (request.method !== 'GET') {
      return errorResponse({ status: 405, code: 'method_not_allowed', message: 'only GET is served' })
    }
    const refusal = refuseCaller(request, credentials, tenantId, switches)
    if (refusal !== undefined) return errorResponse(refusal)
    const id = segments[2]
    return id === undefined ? list(request, nowMs) : lookUp(id, nowMs)
  }

  function lookUp(id: string, nowMs: number): SimulatorResponse {
    const entry = log.find(id, nowMs) ?? log.find(id.toLowerCase(), nowMs)
    if (entry === undefined) {
      return errorResponse({ status: 404, code: 'not_found', message: 'no such audit log entry' })
    }
    return jsonResponse(200, wireEntry(entry, switches))
  }

  function list(request: SimulatorRequest, nowMs: number): SimulatorResponse {
    const limitText = parameterOf(request, 'limit')
    const limit = limitText === undefined ? undefined : readInteger(limitText)
    const size = limitText !== undefined && limit === undefined ? undefined : pageSizeOf(limit, switches)
    if (size === undefined) return errorResponse(invalid('limit'))
    const asked = queryOf(request)
    const opened = book.open(parameterOf(request, 'cursor'), asked, nowMs, switches)
    if (typeof opened === 'string') return errorResponse(cursorFailure(opened, switches))
    const window = windowOfQuery(opened.query, switches)
    if (typeof window === 'string') return errorResponse(invalid(window))
    const view = new OrderedView(
      log.select(window, nowMs, matcherOf(opened.query)),
      switches.order,
      switches.ties,
      hashText(`${switches.seed}/${requests}`),
    )
    const page = book.page(view, opened, size, nowMs, switches)
    return jsonResponse(200, {
      data: page.rows.map((entry) => wireEntry(entry, switches)),
      has_more: page.more,
      next_cursor: page.nextCursor,
      ...(switches.extraFields && { sim_revision: 7 }),
    })
  }

  return {
    provider: 'jitsudo',
    log,
    handle,
    configure: (changes) => {
      switches = { ...switches, ...changes }
    },
  }
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Section 1. The status for a missing or malformed tenant is not documented; 400 here. */
function refuseCaller(
  request: SimulatorRequest,
  credentials: readonly JitsudoCredential[],
  tenantId: string,
  switches: JitsudoSwitches,
): Failure | undefined {
  const apiKey = switches.auth === 'bearer' ? undefined : request.headers['x-api-key']
  const key = apiKey ?? (switches.auth === 'x-api-key' ? undefined : bearerOf(request))
  const credential = credentials.find((candidate) => candidate.key === key)
  if (credential === undefined) {
    return { status: 401, code: 'unauthorized', message: 'missing or invalid credential' }
  }
  const asked = request.headers['x-tenant-id']
  if (asked === undefined || !uuidPattern.test(asked)) {
    return { status: 400, code: 'invalid_request', message: 'X-Tenant-ID must be a UUID' }
  }
  const isOwn = asked.toLowerCase() === (credential.tenantId ?? tenantId).toLowerCase()
  if (!isOwn || asked.toLowerCase() !== tenantId.toLowerCase()) {
    return {
      status: 403,
      code: 'tenant_mismatch',
      message: 'credential belongs to another tenant',
      details: {},
      notices: [],
    }
  }
  if (credential.mayRead === false) {
    const notices = ['sim: the policy "auditors-only" decided this']
    return { status: 403, code: 'forbidden', message: 'not allowed by policy', notices }
  }
  return undefined
}

function queryOf(request: SimulatorRequest): Query {
  return {
    actor_id: parameterOf(request, 'actor_id'),
    resource_type: parameterOf(request, 'resource_type'),
    resource_id: parameterOf(request, 'resource_id'),
    action: parameterOf(request, 'action'),
    from: parameterOf(request, 'from'),
    to: parameterOf(request, 'to'),
  }
}

/** The window of a query, or the name of the bound that is malformed. RFC 3339 asks for an offset (section 2). */
function windowOfQuery(query: Query, switches: JitsudoSwitches) {
  const from = query.from === undefined ? undefined : readDate(query.from)
  const to = query.to === undefined ? undefined : readDate(query.to)
  const isBad = (text: string | undefined, date: typeof from) =>
    text !== undefined &&
    (date === undefined || (!date.zoned && !(date.dateOnly && switches.dateOnly === 'accepted')))
  if (isBad(query.from, from)) return 'from'
  if (isBad(query.to, to)) return 'to'
  const fromUs = from === undefined ? undefined : boundUs(from, switches)
  const toUs = to === undefined ? undefined : boundUs(to, switches)
  const isReversed = fromUs !== undefined && toUs !== undefined && fromUs > toUs
  if (isReversed && switches.reversedWindow === 'refused') return 'from'
  return windowOf(fromUs, toUs, switches)
}

function matcherOf(query: Query): (event: SimulatedEvent) => boolean {
  return (event) =>
    (query.actor_id === undefined || event.actor.id === query.actor_id) &&
    (query.action === undefined || event.action === query.action) &&
    (query.resource_type === undefined || event.resource.type === query.resource_type) &&
    (query.resource_id === undefined || event.resource.id === query.resource_id)
}

/** Section 4. `reasoning` may be missing, null or text; `metadata` is always an object. */
function wireEntry(entry: LogEntry, switches: JitsudoSwitches): Json {
  const { event } = entry
  return {
    id: event.id,
    actor_id: event.actor.id,
    actor_type: event.actor.type ?? 'oidc',
    action: event.action,
    resource_type: event.resource.type,
    resource_id: event.resource.id,
    metadata: event.metadata ?? {},
    reasoning: event.reasoning,
    created_at: writeTime(entry.timeUs, switches.timePrecision),
    ...(switches.extraFields && { sim_extra: { note: 'no sheet names this field' } }),
    ...event.wireExtras,
  }
}

function invalid(parameter: string): Failure {
  const message = `bad value of ${parameter}`
  return { status: 400, code: 'invalid_request', message, details: { parameter } }
}

function cursorFailure(problem: CursorProblem, switches: JitsudoSwitches): Failure {
  const message = `the cursor is ${problem}`
  return { status: switches.cursorErrorStatus, code: 'invalid_cursor', message }
}

/** Section 6: the error is the whole body. */
function errorResponse({ status, code, message, details, notices }: Failure): SimulatorResponse {
  return jsonResponse(status, { code, message, details, notices })
}
