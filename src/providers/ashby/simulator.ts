/**
 * A stand-in for Ashby's auditLog.list, written from the fact sheet (upstreams/ashby.md) alone. It plays what the
 * sheet calls unknown either way, by switches.
 */

import {
  type Json,
  type JsonObject,
  jsonResponse,
  type SimulatorOptions,
  type SimulatorRequest,
  type SimulatorResponse,
  type SwitchableSimulator,
  textResponse,
} from '../../simulation/exchange.js'
import { type LogEntry, type LogWindow, type SimulatedEvent, SimulatedLog } from '../../simulation/log.js'
import { OrderedView } from '../../simulation/ordering.js'
import { CursorBook, type CursorPage, type CursorProblem, pageSizeOf } from '../../simulation/paging.js'
import { hashText } from '../../simulation/random.js'
import { type CursorSwitches, cursorDefaults } from '../../simulation/switches.js'
import { boundUs, readDate, windowOf, writeTime } from '../../simulation/time.js'

export interface AshbySwitches extends CursorSwitches {
  /**
   * Status of a refusal that is not about the key: `documented` gives 400 for vocabulary and list length, 403 for
   * a missing permission and 200 otherwise; the others give 200 or a 4xx throughout (section 7).
   */
  readonly failureStatus: 'documented' | 'always200' | 'always4xx'
  /** Whether the organization has the Audit Logs feature. */
  readonly auditLogsEnabled: boolean
  /** How a span of 18 months is counted (section 3: unknown). */
  readonly spanMax: 'calendarMonths' | '540days'
  /** What becomes of dates that the clock has not reached (section 3: unknown). */
  readonly futureDates: 'accepted' | 'refused'
  /** Fields whose names the sheet infers only. */
  readonly entryId: 'present' | 'missing'
  /** Whether the deprecated `errors` list stands beside `errorInfo`. */
  readonly errorsList: boolean
  readonly warnings: readonly string[]
  /** Types and categories that a request may name. */
  readonly vocabulary: Readonly<Record<string, readonly string[]>>
}

interface AshbyCredential {
  readonly apiKey: string
  /** Whether it has the permission `auditLogsRead`. True when left out. */
  readonly mayRead?: boolean
}

export interface AshbySimulatorOptions extends SimulatorOptions<AshbySwitches> {
  /** One key, `sim-key`, when left out. */
  readonly credentials?: readonly AshbyCredential[]
}

/** What is known of Ashby's words, and the plainly artificial ones for simulators (ashby-vocabulary.json). */
const simulatedVocabulary = {
  job: ['JobStatusChanged'],
  app_user: ['SimAppUserChanged'],
  sim_widget: ['SimWidgetCreated', 'SimWidgetRenamed', 'SimWidgetDeleted'],
  sim_policy: ['SimPolicyUpdated'],
} as const

const defaults: AshbySwitches = {
  ...cursorDefaults,
  timePrecision: 'millisecond',
  pageSizeDefault: 100,
  cursorFilters: 'mustMatch',
  failureStatus: 'documented',
  auditLogsEnabled: true,
  spanMax: 'calendarMonths',
  futureDates: 'accepted',
  entryId: 'present',
  errorsList: false,
  warnings: [],
  vocabulary: simulatedVocabulary,
}

const listFields = ['actorIds', 'targetIds', 'targetTypes', 'categories'] as const
type Lists = { readonly [Field in (typeof listFields)[number]]: readonly string[] }

/** Dates and filters as sent. A type alias, so that it is a JSON object. */
type Query = Lists & { readonly startDate: string | undefined; readonly endDate: string | undefined }

interface Failure {
  readonly code: string
  readonly message: string
  /** Status where the sheet states one for this case. */
  readonly documentedStatus?: 400 | 403
}

/** The simulated organization. Newest first, as the provider states; cursors belong to their dates and filters. */
export function createAshbySimulator(
  options: AshbySimulatorOptions = {},
): SwitchableSimulator<AshbySwitches> {
  const log = options.log ?? new SimulatedLog()
  const credentials = options.credentials ?? [{ apiKey: 'sim-key' }]
  const book = new CursorBook<Query>()
  let switches: AshbySwitches = { ...defaults, ...options.switches }
  let requests = 0

  function handle(request: SimulatorRequest, nowMs: number): SimulatorResponse {
    options.beforeRequest?.(nowMs)
    requests += 1
    const requestId = `01KSIM${String(requests).padStart(20, '0')}`
    return withHeaders(answer(request, nowMs, requestId), requestId)
  }

  function answer(request: SimulatorRequest, nowMs: number, requestId: string): SimulatorResponse {
    const fail = (failure: Failure) => errorResponse(failure, requestId, switches)
    if (request.path !== '/auditLog.list') return textResponse(404, 'Not Found')
    if (request.method !== 'POST') return textResponse(405, 'Method Not Allowed')
    const apiKey = basicUserOf(request)
    if (apiKey === undefined) return textResponse(401, 'Unauthorized: send your API key by HTTP Basic.')
    const credential = credentials.find((candidate) => candidate.apiKey === apiKey)
    if (credential === undefined) return textResponse(403, 'Forbidden: this API key is not known.')
    const version = request.headers['ashby-version']
    if (version !== undefined && version !== activeVersion) {
      return fail(invalid(`The version ${version} is not served.`, 400))
    }
    if (credential.mayRead === false) {
      const message = 'The key lacks the permission auditLogsRead.'
      return fail({ code: 'missing_endpoint_permission', message, documentedStatus: 403 })
    }
    if (!switches.auditLogsEnabled) {
      return fail({ code: 'audit_logs_not_enabled', message: 'The organization has no audit logs.' })
    }
    const body = parseObject(request.body)
    return body === undefined ? fail(invalid('The body is not a JSON object.')) : list(body, nowMs, fail)
  }

  function list(
    body: JsonObject,
    nowMs: number,
    fail: (failure: Failure) => SimulatorResponse,
  ): SimulatorResponse {
    const asked = readQuery(body, switches.vocabulary)
    if ('code' in asked) return fail(asked)
    const { limit, cursor } = body
    const size = limit !== undefined && typeof limit !== 'number' ? undefined : pageSizeOf(limit, switches)
    if (size === undefined) return fail(invalid('limit is not a page size.'))
    if (cursor !== undefined && typeof cursor !== 'string') return fail(cursorFailure('undecodable'))
    const opened = book.open(cursor, asked, nowMs, switches)
    if (typeof opened === 'string') return fail(cursorFailure(opened))
    const window = windowOfQuery(opened.query, nowMs, switches)
    if ('code' in window) return fail(window)
    const view = new OrderedView(
      log.select(window, nowMs, matcherOf(opened.query)),
      switches.order,
      switches.ties,
      hashText(`${switches.seed}/${requests}`),
    )
    return jsonResponse(200, envelope(book.page(view, opened, size, nowMs, switches), switches))
  }

  return {
    provider: 'ashby',
    log,
    handle,
    configure: (changes) => {
      switches = { ...switches, ...changes }
    },
  }
}

/** The only active version (section 1). */
const activeVersion = '2026-01-01'

/** The user name of HTTP Basic when the password is empty (section 1); undefined otherwise. */
function basicUserOf(request: SimulatorRequest): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)\s*$/i.exec(request.headers['authorization'] ?? '')?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString()
  return pair.length > 1 && pair.endsWith(':') ? pair.slice(0, -1) : undefined
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // JSON.parse gives JSON, and the test leaves objects only.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}

/** Section 2: lists of at most 100 strings, types and categories from the vocabulary. */
function readQuery(body: JsonObject, vocabulary: AshbySwitches['vocabulary']): Query | Failure {
  const lists = { actorIds: [], targetIds: [], targetTypes: [], categories: [] } as Record<
    keyof Lists,
    readonly string[]
  >
  for (const field of listFields) {
    const value = body[field] ?? []
    if (!isStringList(value)) return invalid(`${field} is not a list of strings.`)
    if (value.length > 100) return invalid(`${field} has more than 100 values.`, 400)
    lists[field] = value
  }
  const unknownType = lists.targetTypes.find((type) => !Object.hasOwn(vocabulary, type))
  if (unknownType !== undefined) return invalid(`${unknownType} is not a target type.`, 400)
  const known = Object.values(vocabulary).flat()
  const unknownCategory = lists.categories.find((category) => !known.includes(category))
  if (unknownCategory !== undefined) return invalid(`${unknownCategory} is not a category.`, 400)
  const { startDate, endDate } = body
  if (startDate !== undefined && typeof startDate !== 'string') return invalid('startDate is not a date.')
  if (endDate !== undefined && typeof endDate !== 'string') return invalid('endDate is not a date.')
  return { ...lists, startDate, endDate }
}

function isStringList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

const dayUs = 86_400_000_000

/** Section 3: the four windows, all read as UTC. */
function windowOfQuery(query: Query, nowMs: number, switches: AshbySwitches): LogWindow | Failure {
  const start = query.startDate === undefined ? undefined : readDate(query.startDate)
  const end = query.endDate === undefined ? undefined : readDate(query.endDate)
  if (query.startDate !== undefined && start === undefined) return invalid('startDate is not a date.')
  if (query.endDate !== undefined && end === undefined) return invalid('endDate is not a date.')
  const startUs = start === undefined ? undefined : boundUs(start, switches)
  const endUs = end === undefined ? undefined : boundUs(end, switches)
  if (startUs === undefined) {
    const untilUs = endUs ?? nowMs * 1_000
    return windowOf(untilUs - dayUs, untilUs, switches)
  }
  if (endUs === undefined) return windowOf(startUs, startUs + dayUs, switches)
  if (switches.futureDates === 'refused' && Math.max(startUs, endUs) > nowMs * 1_000)
    return invalid('A date lies in the future.')
  if (endUs < startUs) return invalid('endDate is before startDate.')
  if (endUs > latestEndUs(startUs, switches)) return invalid('The span is over 18 months.')
  return windowOf(startUs, endUs, switches)
}

function latestEndUs(startUs: number, switches: AshbySwitches): number {
  if (switches.spanMax === '540days') return startUs + 540 * dayUs
  const date = new Date(Math.floor(startUs / 1_000))
  date.setUTCMonth(date.getUTCMonth() + 18)
  return date.getTime() * 1_000 + (startUs % 1_000)
}

/** Section 2: actor ids AND target ids AND (types OR categories); an empty list is no filter. */
function matcherOf(query: Query): (event: SimulatedEvent) => boolean {
  const actorIds = new Set(query.actorIds)
  const targetIds = new Set(query.targetIds)
  const types = new Set(query.targetTypes)
  const categories = new Set(query.categories)
  return (event) =>
    (actorIds.size === 0 || (event.actor.id !== null && actorIds.has(event.actor.id))) &&
    (targetIds.size === 0 || (event.resource.id !== null && targetIds.has(event.resource.id))) &&
    ((types.size === 0 && categories.size === 0) ||
      types.has(event.resource.type) ||
      categories.has(event.action))
}

/** Section 4. */
function envelope(page: CursorPage, switches: AshbySwitches): Json {
  return {
    success: true,
    results: page.rows.map((entry) => wireEntry(entry, switches)),
    moreDataAvailable: page.more,
    nextCursor: page.nextCursor,
    ...(switches.warnings.length > 0 && { warnings: switches.warnings }),
    ...(switches.extraFields && { simRevision: 7 }),
  }
}

/** Section 5; the names `id`, `createdAt`, `target.id` and `target.name` are inferred there. */
function wireEntry(entry: LogEntry, switches: AshbySwitches): Json {
  const { event } = entry
  return {
    ...(switches.entryId === 'present' && { id: event.id }),
    createdAt: writeTime(entry.timeUs, switches.timePrecision),
    category: event.action,
    actor: { type: event.actor.type ?? 'User', id: event.actor.id, name: event.actor.name ?? null },
    target: { type: event.resource.type, id: event.resource.id, name: event.resource.name },
    changedFields: event.changes ? changedFields(event) : null,
    ...(switches.extraFields && { simExtra: { note: 'no sheet names this field' } }),
    ...event.wireExtras,
  }
}

/** A map from field to `[before, after]`, null on a side without a value. */
function changedFields(event: SimulatedEvent): Json {
  return Object.fromEntries(
    (event.changes ?? []).map((change) => [change.field, [change.before ?? null, change.after ?? null]]),
  )
}

function invalid(message: string, documentedStatus?: 400): Failure {
  return { code: 'invalid_input', message, ...(documentedStatus && { documentedStatus }) }
}

/** Section 7: three names of one family; which one comes when is not known. */
function cursorFailure(problem: CursorProblem): Failure {
  const codes = {
    undecodable: 'cursor_invalid',
    expired: 'next_cursor_expired',
    mismatched: 'invalid_next_cursor',
  }
  return { code: codes[problem], message: `The cursor is ${problem}.` }
}

function errorResponse(failure: Failure, requestId: string, switches: AshbySwitches): SimulatorResponse {
  const { code, message, documentedStatus } = failure
  const clientStatus = documentedStatus ?? (code === 'audit_logs_not_enabled' ? 403 : 400)
  const statuses = { documented: documentedStatus ?? 200, always200: 200, always4xx: clientStatus }
  return jsonResponse(statuses[switches.failureStatus], {
    success: false,
    ...(switches.errorsList && { errors: [code] }),
    errorInfo: { code, message, requestId },
  })
}

/** Every reply says its version and its request id (sections 1 and 7). */
function withHeaders(response: SimulatorResponse, requestId: string): SimulatorResponse {
  return {
    ...response,
    headers: {
      ...response.headers,
      'x-ashby-request-id': requestId,
      'ashby-version': activeVersion,
      'ashby-version-status': 'active',
    },
  }
}
