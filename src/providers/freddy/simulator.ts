/**
 * A stand-in for Freddy's audit logs: the list and the five history shortcuts, written from the fact sheet
 * (upstreams/freddy.md) alone. It plays what the sheet calls unknown either way, by switches.
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
import {
  type LogEntry,
  type LogWindow,
  type SimulatedChange,
  type SimulatedEvent,
  SimulatedLog,
} from '../../simulation/log.js'
import { OrderedView } from '../../simulation/ordering.js'
import {
  type OffsetPage,
  offsetPage,
  type PageSize,
  pageSizeOf,
  readInteger,
} from '../../simulation/paging.js'
import { hashText } from '../../simulation/random.js'
import { type OffsetSwitches, offsetDefaults } from '../../simulation/switches.js'
import { boundUs, readDate, windowOf, writeTime } from '../../simulation/time.js'

/** `camel` as page F1 has it, `snake` as F2 and F3. */
type FreddySpelling = 'camel' | 'snake'

export interface FreddySwitches extends OffsetSwitches {
  /** Where the key stands (section 1); only this one place is looked at. */
  readonly auth: 'bearer-key' | 'x-api-key' | 'api-key'
  /** Spelling of the list's answers. */
  readonly listSpelling: FreddySpelling
  /** Spelling of the list's parameters; those in another spelling are ignored. */
  readonly listParameters: FreddySpelling | 'both'
  readonly historySpelling: FreddySpelling
  /** Envelope of errors: as F1 shows them, or as F4 describes them (section 6). */
  readonly errorStyle: 'F1' | 'F4'
  readonly badParameterStatus: 400 | 422
  /** Values in the two date parameters that have no time of day. */
  readonly dateOnly: 'accepted' | 'refused'
  /** `resourceId` without `resourceType` (section 2: unknown). */
  readonly resourceIdAlone: 'accepted' | 'refused' | 'ignored'
  /** Whether the list's `action` filter takes `restored` and other words that F1 does not name. */
  readonly unlistedActions: 'accepted' | 'refused'
}

interface FreddyCredential {
  readonly key: string
  /** True when left out. */
  readonly mayRead?: boolean
}

export interface FreddySimulatorOptions extends SimulatorOptions<FreddySwitches> {
  /** `org_sim` when left out. */
  readonly organizationId?: string
  /** One key, `sim-key`, when left out. */
  readonly credentials?: readonly FreddyCredential[]
}

const defaults: FreddySwitches = {
  ...offsetDefaults,
  auth: 'bearer-key',
  listSpelling: 'camel',
  listParameters: 'camel',
  historySpelling: 'snake',
  errorStyle: 'F1',
  badParameterStatus: 400,
  dateOnly: 'accepted',
  resourceIdAlone: 'accepted',
  unlistedActions: 'accepted',
}

/** Paths of the shortcuts (section 1) and the resource type that each fixes. */
const historyTypes: Readonly<Record<string, string>> = {
  assistants: 'assistant',
  threads: 'thread',
  'vector-stores': 'vector_store',
  rules: 'rule',
  'mcp-configurations': 'mcp_configuration',
}

const listedActions = ['created', 'updated', 'deleted', 'accessed', 'shared', 'archived']

/** What one of the two kinds of path asks for. */
interface Route {
  readonly isHistory: boolean
  /** Undefined for a shortcut: the key decides (section 1). */
  readonly organizationId?: string
  readonly resourceType?: string
  readonly resourceId?: string
}

interface Query {
  readonly window: LogWindow
  readonly offset: number
  readonly size: PageSize
  readonly matches: (event: SimulatedEvent) => boolean
}

/** The simulated account. Defaults: page F1 where it states something, else newest first and inclusive bounds. */
export function createFreddySimulator(
  options: FreddySimulatorOptions = {},
): SwitchableSimulator<FreddySwitches> {
  const log = options.log ?? new SimulatedLog()
  const organizationId = options.organizationId ?? 'org_sim'
  const credentials = options.credentials ?? [{ key: 'sim-key' }]
  let switches: FreddySwitches = { ...defaults, ...options.switches }
  let requests = 0

  function handle(request: SimulatorRequest, nowMs: number): SimulatorResponse {
    options.beforeRequest?.(nowMs)
    requests += 1
    const fail = (failure: Failure) => errorResponse(failure, switches, nowMs, requests)

    const route = routeOf(request.path)
    if (route === undefined) return fail(notFound('path_not_found'))
    if (request.method !== 'GET') {
      return fail({ status: 405, type: 'invalid_request_error', code: 'method_not_allowed' })
    }
    const refusal = refuseCaller(request, credentials, switches)
    if (refusal !== undefined) return fail(refusal)
    if (route.organizationId !== undefined && route.organizationId !== organizationId) {
      return fail(notFound('organization_not_found'))
    }
    const query = readQuery(request, route, switches)
    if ('parameter' in query) {
      const status = switches.badParameterStatus
      const details = { parameter: query.parameter }
      return fail({ status, type: 'invalid_request_error', code: 'validation_error', details })
    }
    const view = new OrderedView(
      log.select(query.window, nowMs, query.matches),
      switches.order,
      switches.ties,
      hashText(`${switches.seed}/${requests}`),
    )
    const page = offsetPage(view, query.offset, query.size, switches)
    const spelling = route.isHistory ? switches.historySpelling : switches.listSpelling
    return jsonResponse(200, envelope(page, query, spelling, switches), {
      'x-request-id': `req_sim_${requests}`,
    })
  }

  return {
    provider: 'freddy',
    log,
    handle,
    configure: (changes) => {
      switches = { ...switches, ...changes }
    },
  }
}

function routeOf(path: string): Route | undefined {
  const [version, first, second, third, ...rest] = segmentsOf(path) ?? []
  if (version !== 'v1' || first === undefined || second === undefined || rest.length > 0) return undefined
  if (second === 'audit-logs' && third === undefined) return { isHistory: false, organizationId: first }
  const resourceType = historyTypes[first]
  if (third !== 'history' || resourceType === undefined) return undefined
  return { isHistory: true, resourceType, resourceId: second }
}

/** Sections 1 and 6. The code for a wrong key is F4's, since F1 names none. */
function refuseCaller(
  request: SimulatorRequest,
  credentials: readonly FreddyCredential[],
  switches: FreddySwitches,
): Failure | undefined {
  const places = {
    'bearer-key': bearerOf(request),
    'x-api-key': request.headers['x-api-key'],
    'api-key': request.headers['api-key'],
  }
  const key = places[switches.auth]
  if (key === undefined) {
    const code = switches.errorStyle === 'F1' ? 'missing_authentication' : 'authentication_required'
    return { status: 401, type: 'authentication_error', code }
  }
  const credential = credentials.find((candidate) => candidate.key === key)
  if (credential === undefined) return { status: 401, type: 'authentication_error', code: 'invalid_api_key' }
  if (credential.mayRead === false) {
    return { status: 403, type: 'permission_error', code: 'insufficient_permissions' }
  }
  return undefined
}

/** Section 2. Gives the name of the first parameter whose value is bad. */
function readQuery(
  request: SimulatorRequest,
  route: Route,
  switches: FreddySwitches,
): Query | { parameter: string } {
  const read = readerOf(request, route, switches)
  const offset = readInteger(read('offset') ?? '0')
  if (offset === undefined || offset < 0 || offset > switches.offsetMax) return { parameter: 'offset' }
  const limitText = read('limit')
  const limit = limitText === undefined ? undefined : readInteger(limitText)
  const size = limitText !== undefined && limit === undefined ? undefined : pageSizeOf(limit, switches)
  if (size === undefined) return { parameter: 'limit' }

  const start = readBound(read('startDate'), switches)
  if (start === 'bad') return { parameter: 'startDate' }
  const end = readBound(read('endDate'), switches)
  if (end === 'bad') return { parameter: 'endDate' }

  const type = route.resourceType ?? read('resourceType')
  const askedId = route.resourceId ?? read('resourceId')
  if (askedId !== undefined && type === undefined && switches.resourceIdAlone === 'refused') {
    return { parameter: 'resourceId' }
  }
  const id = type === undefined && switches.resourceIdAlone === 'ignored' ? undefined : askedId
  const action = read('action')
  const isUnlisted = action !== undefined && !listedActions.includes(action)
  if (isUnlisted && switches.unlistedActions === 'refused') return { parameter: 'action' }
  const user = read('userId')
  return {
    window: windowOf(start, end, switches),
    offset,
    size,
    matches: (event) =>
      (action === undefined || event.action === action) &&
      (user === undefined || event.actor.id === user) &&
      (type === undefined || event.resource.type === type) &&
      (id === undefined || event.resource.id === id),
  }
}

/** Reads a parameter by its camelCase name in the spelling that the path takes. */
function readerOf(
  request: SimulatorRequest,
  route: Route,
  switches: FreddySwitches,
): (name: string) => string | undefined {
  const spelling = route.isHistory ? 'snake' : switches.listParameters
  return (name) => {
    const camel = spelling === 'snake' ? undefined : parameterOf(request, name)
    return camel ?? (spelling === 'camel' ? undefined : parameterOf(request, snakeOf(name)))
  }
}

function readBound(text: string | undefined, switches: FreddySwitches): number | 'bad' | undefined {
  if (text === undefined) return undefined
  const date = readDate(text)
  if (date === undefined || (date.dateOnly && switches.dateOnly === 'refused')) return 'bad'
  return boundUs(date, switches)
}

/** Section 3. The history page's own paging block could not be read: its spelling follows the page (inferred). */
function envelope(page: OffsetPage, query: Query, spelling: FreddySpelling, switches: FreddySwitches): Json {
  const isCamel = spelling === 'camel'
  const rows = page.rows.map((entry) => wireEntry(entry, spelling, switches))
  return {
    [isCamel ? 'auditLogs' : 'audit_logs']: rows,
    pagination: {
      total: page.total,
      limit: query.size.given,
      offset: query.offset,
      [isCamel ? 'hasMore' : 'has_more']: page.more,
    },
    ...(switches.extraFields && { [isCamel ? 'simRevision' : 'sim_revision']: 7 }),
  }
}

/** Section 4, in either spelling. What the event does not have is missing; null stays null. */
function wireEntry(entry: LogEntry, spelling: FreddySpelling, switches: FreddySwitches): Json {
  const { event } = entry
  const name = spelling === 'camel' ? (key: string) => key : snakeOf
  return {
    id: event.id,
    timestamp: writeTime(entry.timeUs, switches.timePrecision),
    [name('resourceType')]: event.resource.type,
    [name('resourceId')]: event.resource.id,
    [name('resourceName')]: event.resource.name,
    action: event.action,
    [name('userId')]: event.actor.id,
    [name('userName')]: event.actor.name,
    [name('userEmail')]: event.actor.email,
    changes: event.changes?.map((change) => wireChange(change, spelling)),
    metadata: event.metadata == null ? event.metadata : spellKeys(event.metadata, name),
    ...(switches.extraFields && { [name('simExtra')]: { note: 'no sheet names this field' } }),
    ...event.wireExtras,
  }
}

/** The path's own words follow the page's case (section 4). */
function wireChange(change: SimulatedChange, spelling: FreddySpelling): Json {
  if (spelling === 'camel') {
    return { field: change.field, oldValue: change.before, newValue: change.after }
  }
  return { field: snakeOf(change.field), old_value: change.before, new_value: change.after }
}

function spellKeys(metadata: JsonObject, name: (key: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [name(key), value]))
}

function snakeOf(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

interface Failure {
  readonly status: number
  readonly type: string
  /** Lower snake, as F1 writes it; F4 has it in upper case. */
  readonly code: string
  readonly details?: JsonObject
}

function notFound(code: string): Failure {
  return { status: 404, type: 'not_found_error', code }
}

/** Section 6: both documented envelopes. */
function errorResponse(
  failure: Failure,
  switches: FreddySwitches,
  nowMs: number,
  number: number,
): SimulatorResponse {
  const { status, type, code, details } = failure
  const message = `The simulated call was refused: ${code.replaceAll('_', ' ')}.`
  if (switches.errorStyle === 'F1') return jsonResponse(status, { error: { message, type, code } })
  return jsonResponse(status, {
    success: false,
    error: {
      code: code.toUpperCase(),
      message,
      system_message: `sim: ${code}`,
      type: 'client_error',
      status,
      details: details ?? {},
      trace_id: `trace_sim_${number}`,
      timestamp: writeTime(nowMs * 1_000, 'second'),
    },
  })
}
