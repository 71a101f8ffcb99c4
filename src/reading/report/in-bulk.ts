import { isFailure } from '../../model/failure.js'
import type { EntryFilter, TimeRange } from '../../model/filter.js'
import { conditionOf } from '../../model/filter-condition.js'
import type { BulkRow, UpstreamPage } from '../../model/provider.js'
import type { TallyTerms } from '../counting/time-share.js'
import type { FetchTerms } from '../page.js'
import type { PlanPart } from '../plan.js'
import { fieldsOf } from '../planning/simplify.js'
import type { AggregateAsk } from './aggregate.js'
import { Aggregate } from './aggregate.js'
import type { ReportDimension } from './shapes.js'
import type { SourceQuestion } from './ways.js'

/** What a row without an id tells as an entry does. */
const toldDimensions: ReadonlySet<ReportDimension> = new Set([
  'SOURCE',
  'ACTION',
  'ACTION_KIND',
  'RESOURCE_TYPE',
  'ORGANIZATION',
])
const toldFields: ReadonlySet<string> = new Set(['occurredAt', 'actions', 'actionKinds', 'resourceTypes'])

/** Why a source cannot be counted in bulk; null when it may. */
export function bulkObstacle({ source, filter, ask }: SourceQuestion): string | null {
  if (source.capabilities.bulkRowsMax === undefined || !source.fetchBulk) {
    return 'The provider gives nothing in bulk.'
  }
  const untold = dimensionsOf(ask).find((dimension) => !toldDimensions.has(dimension))
  if (untold) return `Rows in bulk do not tell ${untold}.`
  const field = fieldsNotTold(filter)[0]
  return field === undefined ? null : `Rows in bulk do not tell what ${field} compares.`
}

function dimensionsOf({ dimensions, timelines }: AggregateAsk): readonly ReportDimension[] {
  return [...dimensions, ...timelines.flatMap(({ splitBy }) => splitBy ?? [])]
}

function fieldsNotTold(filter: EntryFilter): readonly string[] {
  return [...fieldsOf(conditionOf(filter))].filter((field) => !toldFields.has(field))
}

/** What came of counting in bulk. `windows`: those that were counted, oldest first. */
export type BulkCount =
  | {
      readonly aggregate: Aggregate
      readonly windows: readonly TimeRange[]
      readonly requests: number
      readonly scanned: number
    }
  | { readonly obstacle: string; readonly requests: number }

/** A reason why bulk proves nothing here. Thrown within this file only, so that the way in reads straight on. */
class Obstacle extends Error {}

/**
 * Counts one source by bulk answers. The window is cut into windows of about half of what one answer may hold, by the
 * provider's total, and one whose answer may have been cut is cut again.
 *
 * An answer counts only when it is proven to be what reading would give: the list of the same request has as many rows
 * in all, every row of its first page, up to `pageSizeMax`, is in the answer at the same instant with the same words, and
 * no row has a word that neither those pages nor the vocabulary have. Rows outside of a window are dropped by their own times, so that windows share no row, however coarse bounds are.
 */
export async function countInBulk(
  question: SourceQuestion,
  keysMax: number,
  terms: TallyTerms,
): Promise<BulkCount> {
  const counter = new BulkCounter(question, keysMax, terms)
  try {
    for (const part of question.plan.parts) await counter.countPart(part)
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error
    return { obstacle: error.message, requests: counter.requests }
  }
  const windows = [...counter.windows].sort((a, b) => (a.sinceMs ?? -1) - (b.sinceMs ?? -1))
  return { aggregate: counter.aggregate, windows, requests: counter.requests, scanned: counter.scanned }
}

/** Characters of a word that an obstacle tells. */
const wordLengthTold = 100

interface Window {
  readonly sinceMs?: number
  readonly untilMs: number
}

class BulkCounter {
  requests = 0
  scanned = 0
  readonly aggregate: Aggregate
  readonly windows: Window[] = []
  /** What reading would cost: from there on counting in bulk is no gain. */
  #requestsMax = 0
  readonly #question: SourceQuestion
  readonly #terms: FetchTerms
  readonly #isOver: () => boolean
  /** Words that entries have, as far as known. */
  readonly #words: { readonly actions: Set<string>; readonly resourceTypes: Set<string> }

  constructor(question: SourceQuestion, keysMax: number, { isOver, ...terms }: TallyTerms) {
    const { actions, resourceTypes } = question.source.capabilities.vocabulary ?? {}
    this.#words = { actions: new Set(actions?.keys()), resourceTypes: new Set(resourceTypes) }
    this.#question = question
    this.#terms = terms
    this.#isOver = isOver
    this.aggregate = new Aggregate(question.ask, keysMax)
  }

  get #rowsMax(): number {
    return this.#question.source.capabilities.bulkRowsMax ?? 0
  }

  async countPart(part: PlanPart): Promise<void> {
    const whole = within(this.#question.window, part.range)
    if (whole === null) return
    const head = await this.#head(part, whole)
    const total = head.total ?? 0
    const count = Math.ceil(total / (this.#rowsMax / 2))
    const forReading = Math.ceil(total / this.#question.source.capabilities.pageSizeMax)
    if (forReading <= 2 * count) {
      throw new Obstacle(`In bulk would take ${2 * count} requests, reading about ${forReading}.`)
    }
    this.#requestsMax += forReading
    for (const window of cutInto(whole, count)) await this.#countWindow(part, window)
  }

  async #countWindow(part: PlanPart, window: Window): Promise<void> {
    if (this.requests > this.#requestsMax)
      throw new Obstacle('In bulk would take more requests than reading.')
    const rows = await this.#provenRows(part, window)
    if (rows === null) {
      const { since, until } = this.#question.source.capabilities.boundSlackMs
      const { sinceMs, untilMs } = window
      // Halves of what is much shorter than the slack of the bounds would hold the same rows.
      if (sinceMs === undefined || untilMs - sinceMs <= (since + until) / 8) {
        throw new Obstacle('More rows lie close together than one bulk answer holds.')
      }
      for (const half of cutInto(window, 2)) await this.#countWindow(part, half)
      return
    }
    this.windows.push(window)
    this.scanned += rows.length
    for (const row of rows) {
      const { sinceMs = Number.NEGATIVE_INFINITY, untilMs } = window
      if (row.timeMs < sinceMs || row.timeMs >= untilMs) continue
      const entry = { ...contentOf(row), sourceKey: this.#question.source.key }
      if (part.matches({ id: '', timeMs: row.timeMs, content: () => entry })) this.aggregate.add(entry)
    }
  }

  /** The rows of a window; null when there may be more than one answer holds. */
  async #provenRows(part: PlanPart, window: Window): Promise<readonly BulkRow[] | null> {
    const { source } = this.#question
    // Twice, since an entry that arrived between the two requests makes them differ.
    for (let round = 0; round < 2; round += 1) {
      const head = await this.#head(part, window)
      if (head.total === undefined || head.total >= this.#rowsMax) return null
      this.#begin()
      const rows = await source.fetchBulk?.({ ...window, pushdown: part.pushdown }, this.#terms)
      this.#note(rows)
      if (!rows || isFailure(rows)) {
        throw new Obstacle(`What came in bulk could not be used. ${rows?.message ?? ''}`.trim())
      }
      if (rows.length >= this.#rowsMax) return null
      if (rows.length === head.total && agree(head, rows)) {
        this.#checkWords(head, rows)
        return rows
      }
    }
    throw new Obstacle('What came in bulk is not what the provider lists.')
  }

  /** What came in bulk may have labels in place of words, of which the page that it is compared with need not have all. */
  #checkWords(head: UpstreamPage, rows: readonly BulkRow[]): void {
    const { actions, resourceTypes } = this.#words
    for (const row of head.rows) {
      const { action, resource } = row.content()
      actions.add(action)
      resourceTypes.add(resource.type)
    }
    for (const { action, resourceType } of rows) {
      if (!actions.has(action)) throw unknownWord(action)
      if (!resourceTypes.has(resourceType)) throw unknownWord(resourceType)
    }
  }

  /** What was held back on its way cost no request. */
  #note(answer: unknown): void {
    if (isFailure(answer) && answer.unsent) this.requests -= 1
  }

  #begin(): void {
    if (this.#isOver()) throw new Obstacle('The time for counting in bulk was over.')
    this.requests += 1
  }

  async #head({ pushdown }: PlanPart, window: Window): Promise<UpstreamPage> {
    const { source } = this.#question
    this.#begin()
    const limit = source.capabilities.pageSizeMax
    const page = await source.fetchPage({ ...window, pushdown, limit, offset: 0 }, this.#terms)
    this.#note(page)
    if (isFailure(page) || page.total === undefined)
      throw new Obstacle('The provider gave no total to check against.')
    return page
  }
}

function unknownWord(word: string): Obstacle {
  const told = JSON.stringify(word.slice(0, wordLengthTold))
  return new Obstacle(`What came in bulk says ${told}, which is in no entry that was read to compare.`)
}

/** Whether every row of a page is in a bulk answer. */
function agree({ rows }: UpstreamPage, bulk: readonly BulkRow[]): boolean {
  const left = new Map<string, number>()
  for (const row of bulk) {
    const name = JSON.stringify([row.timeMs, row.action, row.resourceType])
    left.set(name, (left.get(name) ?? 0) + 1)
  }
  return rows.every((row) => {
    const { action, resource } = row.content()
    const name = JSON.stringify([row.timeMs, action, resource.type])
    const count = left.get(name) ?? 0
    left.set(name, count - 1)
    return count > 0
  })
}

function within(window: Window, { sinceMs = Number.NEGATIVE_INFINITY, untilMs }: TimeRange): Window | null {
  const since = Math.max(window.sinceMs ?? Number.NEGATIVE_INFINITY, sinceMs)
  const until = Math.min(window.untilMs, untilMs ?? window.untilMs)
  if (since >= until) return null
  return { ...(Number.isFinite(since) && { sinceMs: since }), untilMs: until }
}

/** Windows of equal length; one that has no begin is not cut. */
function cutInto(window: Window, count: number): readonly Window[] {
  const { sinceMs, untilMs } = window
  if (sinceMs === undefined) return [window]
  const at = (index: number) => Math.round(sinceMs + ((untilMs - sinceMs) * index) / count)
  return Array.from({ length: count }, (_, index) => ({ sinceMs: at(index), untilMs: at(index + 1) })).filter(
    (cut) => cut.sinceMs < cut.untilMs,
  )
}

/** An entry of which nothing is told but what the row tells; nothing else of it is counted. */
function contentOf({ timeMs, action, actionKind, resourceType, organizationId }: BulkRow) {
  return {
    upstreamId: '',
    occurredAtMs: timeMs,
    action,
    actionKind,
    actor: { id: null, type: 'UNKNOWN', rawType: null, name: null, email: null },
    resource: { type: resourceType, id: null, name: null },
    counterparty: null,
    changes: null,
    reason: null,
    origin: null,
    organizationId,
    metadata: null,
    raw: null,
  } as const
}
