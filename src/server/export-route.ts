import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { Logger } from 'pino'
import { exportToStream, type StreamEnd } from '../export/export-to-stream.js'
import { pageMs } from '../export/limits.js'
import { ExportOptionError, type ExportTexts, exportTextNames, readPlan } from '../export/options.js'
import { pageSignals } from '../export/page-signals.js'
import { askedSources, asOfMsFor, type ExportPlan } from '../export/plan.js'
import { outcomesOf, outcomesOfFailed } from '../graphql/context.js'
import {
  badUserInput,
  fromInputProblem,
  internalError,
  isClientError,
  upstreamFailed,
} from '../graphql/errors.js'
import { filterOfJson } from '../graphql/filter-value.js'
import { OperationEnded } from '../graphql/operation-end.js'
import type { EntryFilter } from '../model/filter.js'
import { formatInstant } from '../model/instant.js'
import type { SourceInfo } from '../model/source-info.js'
import type { Reader } from '../reading/page.js'
import type { Overloaded } from './admission.js'
import { ExportAnswer, type Refusal } from './export-answer.js'
import { crossSiteMessage, isOfAnotherSite, type RequestHead } from './http-edge.js'
import type { ExportReport } from './operation-report.js'
import { noteOutcomes } from './operation-scope.js'

/** Where exports are served. */
const exportPath = '/export'
/** Exports at once: each reads without an end, and all share what providers allow. */
const exportsMax = 2
/** When to ask again after a refusal for that, in seconds. */
const retryAfterSeconds = 30
/** How long the client of an export that is broken off has to take what that export still says, in milliseconds. */
const lastWordsMs = 1_000

const shuttingDown: Refusal = {
  status: 503,
  code: 'SHUTTING_DOWN',
  message: 'The gateway is stopping. Ask again.',
  headers: { 'retry-after': String(retryAfterSeconds) },
}

interface Parts {
  readonly reader: Reader
  /** In configuration order. */
  readonly sources: readonly SourceInfo[]
  readonly schema: GraphQLSchema
  readonly allowedOrigins: readonly string[]
  readonly logger: Pick<Logger, 'error'>
  /** Is told of every request for an export when it has ended. */
  readonly report: (report: ExportReport) => void
  /** What to answer while the process has more to do than it can; null when it has not. */
  readonly overloaded: () => Overloaded | null
  /** UTC milliseconds. */
  readonly now: () => number
  /** Makes the id of an internal error. */
  readonly createId: () => string
}

export interface ExportRoute {
  /** Takes a request for an export and answers it; false for any other request, which is left alone. */
  answers(target: Readonly<URL>, request: IncomingMessage, response: ServerResponse): boolean
  /** Counts a request to a source for the export that has this signal, if one has. */
  noteUpstreamRequest(signal: AbortSignal): void
  /**
   * Takes no more exports; those under way may end within `graceMs`, the rest is broken off. Resolves when all have
   * ended, at most a second after that.
   */
  drain(graceMs: number): Promise<void>
}

/**
 * GET /export: all entries that match, as a stream. The parameters are those of the command line: see docs/exports.md.
 *
 * What is wrong before the first page is an answer with a status and the errors of GraphQL answers. After it, the
 * connection breaks off, so that no client takes a part for the whole; NDJSON says why in its last record.
 */
export function createExportRoute(parts: Parts): ExportRoute {
  const running = new Map<Export, Promise<void>>()
  const bySignal = new WeakMap<AbortSignal, Export>()
  let isDraining = false
  const begin = (search: URLSearchParams, request: IncomingMessage, response: ServerResponse): void => {
    const answer = new ExportAnswer(request, response, parts.allowedOrigins)
    const refused = refusalOf(answer.head, parts, isDraining, running.size)
    if (refused) {
      answer.refuse(refused)
      const { status, code: outcome } = refused
      parts.report({ status, outcome, rows: 0, durationMs: null, upstreamRequests: 0, outcomes: new Map() })
      return
    }
    const started = new Export(parts, answer, bySignal)
    const ended = started.run(search).finally(() => running.delete(started))
    running.set(started, ended)
  }
  return {
    answers(target, request, response) {
      if (target.pathname !== exportPath) return false
      begin(target.searchParams, request, response)
      return true
    },
    noteUpstreamRequest(signal) {
      const asking = bySignal.get(signal)
      if (asking) asking.upstreamRequests += 1
    },
    async drain(graceMs) {
      isDraining = true
      await endWithin(running.values(), graceMs)
      for (const each of running.keys()) each.breakOff()
      await endWithin(running.values(), lastWordsMs)
      for (const each of running.keys()) each.cut()
      await Promise.all(running.values())
    },
  }
}

/** Resolves when all have ended, or after `waitMs`. */
async function endWithin(ending: Iterable<Promise<void>>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs)
  })
  await Promise.race([Promise.all(ending), late])
  clearTimeout(timer)
}

function refusalOf(
  head: RequestHead,
  { allowedOrigins, overloaded }: Pick<Parts, 'allowedOrigins' | 'overloaded'>,
  isDraining: boolean,
  running: number,
): Refusal | undefined {
  if (head.method !== 'GET') {
    const message = 'Ask for an export by GET.'
    return { status: 405, code: 'METHOD_NOT_ALLOWED', message, headers: { allow: 'GET' } }
  }
  if (isOfAnotherSite(head, allowedOrigins)) {
    return { status: 403, code: 'CROSS_SITE_REQUEST', message: crossSiteMessage }
  }
  const headers = { 'retry-after': String(retryAfterSeconds) }
  if (isDraining) return shuttingDown
  if (running >= exportsMax) {
    const message = `${running} exports are under way, which is as many as there may be at once. Ask again later.`
    return { status: 503, code: 'TOO_MANY_EXPORTS', message, headers }
  }
  const overload = overloaded()
  if (overload) {
    const { message, retryAfter } = overload
    return { status: 503, code: 'OVERLOADED', message, headers: { 'retry-after': String(retryAfter) } }
  }
  return undefined
}

/** One export from its request to its end. */
class Export {
  upstreamRequests = 0
  readonly #parts: Parts
  readonly #bySignal: WeakMap<AbortSignal, Export>
  readonly #outcomes = new Map<string, string>()
  readonly #answer: ExportAnswer
  readonly #stop = new AbortController()
  readonly #startedMs = performance.now()
  #rows = 0

  /** `bySignal`: takes the signals of its pages. */
  constructor(parts: Parts, answer: ExportAnswer, bySignal: WeakMap<AbortSignal, Export>) {
    this.#parts = parts
    this.#bySignal = bySignal
    this.#answer = answer
    answer.onGone(() => this.#stop.abort(new OperationEnded('clientGone')))
  }

  breakOff(): void {
    this.#stop.abort(new OperationEnded('shutdown'))
  }

  /** Ends what waits for a client that takes nothing. */
  cut(): void {
    this.#answer.destroy()
  }

  /** Never rejects. */
  async run(search: URLSearchParams): Promise<void> {
    let outcome: string
    try {
      outcome = await this.#stream(this.#readPlan(search))
    } catch (error) {
      outcome = this.#failed(error)
    }
    this.#parts.report({
      status: this.#answer.status,
      outcome,
      rows: this.#rows,
      durationMs: performance.now() - this.#startedMs,
      upstreamRequests: this.upstreamRequests,
      outcomes: this.#outcomes,
    })
  }

  #readPlan(search: URLSearchParams): ExportPlan {
    const texts = textsOf(search)
    const format = texts.format ?? this.#answer.acceptedFormat()
    const plan = readPlan({ ...texts, format }, this.#filterOf(search))
    const { filter, sources, order } = plan
    const explained = this.#parts.reader.explain({ filter, ...(sources && { sources }), order })
    if ('kind' in explained) throw fromInputProblem(explained)
    return plan
  }

  #filterOf(search: URLSearchParams): EntryFilter {
    const text = search.get('filter')
    if (text === null) return {}
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw badUserInput(
        ['filter'],
        'It is not JSON. Give an AuditEntryFilter, such as {"actions":["updated"]}.',
      )
    }
    return filterOfJson(this.#parts.schema, value)
  }

  async #stream(plan: ExportPlan): Promise<string> {
    const { reader, sources, now } = this.#parts
    const nowMs = now()
    const head = headOf(plan, nowMs)
    const signals = pageSignals(this.#stop.signal, pageMs, now)
    try {
      const end = await exportToStream({
        reader,
        sources: askedSources(plan, sources),
        plan,
        asOfMs: asOfMsFor(plan, reader.sources, nowMs),
        secret: null,
        termsOf: () => {
          const terms = signals.next()
          this.#bySignal.set(terms.signal, this)
          return terms
        },
        write: (bytes) => this.#answer.write(bytes, head),
        problemOf: (error) =>
          isShutdown(error) ? { code: shuttingDown.code, message: shuttingDown.message } : null,
        onPage: ({ coverage }, tally) => {
          noteOutcomes(this.#outcomes, outcomesOf(coverage))
          this.#rows = tally.rows
          this.#answer.begin(head)
        },
      })
      return this.#end(end)
    } finally {
      signals.end()
    }
  }

  #end(end: StreamEnd): string {
    if (end.kind === 'done') {
      this.#answer.end()
      return end.manifest.complete ? 'complete' : 'gaps'
    }
    const { why } = end
    if (why.kind === 'readingFailed') noteOutcomes(this.#outcomes, outcomesOfFailed(why))
    this.#answer.fail(why.kind === 'inputProblem' ? fromInputProblem(why) : upstreamFailed(why))
    return why.kind === 'inputProblem' ? 'BAD_USER_INPUT' : 'UPSTREAM_FAILED'
  }

  #failed(error: unknown): string {
    const { aborted, reason } = this.#stop.signal
    if (aborted) {
      if (isShutdown(reason)) this.#answer.refuse(shuttingDown)
      else this.#answer.destroy()
      return reason instanceof OperationEnded ? reason.why : 'stopped'
    }
    if (error instanceof ExportOptionError) {
      this.#answer.fail(fromInputProblem(error.problem))
      return 'BAD_USER_INPUT'
    }
    if (isClientError(error)) {
      this.#answer.fail(error)
      return String(error.extensions['code'])
    }
    const id = this.#parts.createId()
    this.#parts.logger.error({ errorId: id, err: error }, 'internal error')
    this.#answer.fail(internalError(id))
    return 'INTERNAL_SERVER_ERROR'
  }
}

function isShutdown(error: unknown): boolean {
  return error instanceof OperationEnded && error.why === 'shutdown'
}

const typeOf = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  ocsf: 'application/x-ndjson; charset=utf-8',
} as const

function headOf(plan: ExportPlan, nowMs: number): Readonly<Record<string, string>> {
  const extension = plan.format === 'csv' ? 'csv' : 'ndjson'
  const at = formatInstant(nowMs).replace(/[-:]|\.\d+/g, '')
  return {
    'content-type': plan.gzip ? 'application/gzip' : typeOf[plan.format],
    // Nothing of the request is in the name.
    'content-disposition': `attachment; filename="auditgraph-${at}.${extension}${plan.gzip ? '.gz' : ''}"`,
  }
}

/** The parameters as texts. Throws BAD_USER_INPUT for one that there is not, or that is given twice. */
function textsOf(search: URLSearchParams): ExportTexts {
  const known: readonly string[] = [...exportTextNames, 'filter']
  const names = [...search.keys()]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw badUserInput(
      [unknown.slice(0, 80)],
      `There is no such parameter. The parameters are: ${known.join(', ')}.`,
    )
  }
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw badUserInput([twice], 'It is given twice. Give it once.')
  return Object.fromEntries([...search].filter(([name]) => name !== 'filter'))
}
