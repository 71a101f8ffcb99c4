import type { EntryFilter } from '../model/filter.js'
import { dayMs, parseInstant } from '../model/instant.js'
import type { AuditEntryOrder } from '../model/order.js'
import type { InputProblem } from '../reading/page.js'
import { columnSets, knownColumns } from './csv.js'
import { type ExportFormat, exportFormats } from './layout.js'
import type { ExportPlan } from './plan.js'

/** Options as texts, from a command line or the query of a URL; undefined when not given. */
export interface ExportTexts {
  readonly format?: string | undefined
  readonly gzip?: string | undefined
  readonly columns?: string | undefined
  readonly bom?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly sources?: string | undefined
  readonly order?: string | undefined
  readonly settle?: string | undefined
  readonly partial?: string | undefined
  readonly after?: string | undefined
  readonly manifest?: string | undefined
}

export const exportTextNames = [
  'format',
  'gzip',
  'columns',
  'bom',
  'since',
  'until',
  'sources',
  'order',
  'settle',
  'partial',
  'after',
  'manifest',
] as const satisfies readonly (keyof ExportTexts)[]

/** A wrong option. `ExportOptionError.problem.path` begins with the name of the option. */
export class ExportOptionError extends Error {
  readonly problem: InputProblem

  constructor(path: readonly string[], message: string) {
    super(message)
    this.problem = { kind: 'inputProblem', path, message }
  }
}

/** 30 days, as a source's own settle time. */
const settleMsMax = 30 * dayMs

/**
 * The plan that options ask for. `filter` is the one given as such; the times of `since` and `until` are an AND with
 * it. Throws ExportOptionError. Keys of sources, the cursor and the like are checked when the reading begins.
 */
export function readPlan(texts: ExportTexts, filter: EntryFilter): ExportPlan {
  const format = oneOf('format', texts.format ?? 'ndjson', exportFormats)
  const settleMs = texts.settle === undefined ? undefined : durationMs('settle', texts.settle)
  const sources = texts.sources === undefined ? undefined : listOf('sources', texts.sources)
  return {
    format,
    columns: columnsOf(format, texts.columns),
    bom: flagFor(format, 'bom', texts.bom),
    gzip: flag('gzip', texts.gzip, false),
    filter: withTimes(filter, texts),
    ...(sources && { sources }),
    order: orderOf(texts.order),
    partial: flag('partial', texts.partial, false),
    ...(settleMs !== undefined && { settleMs }),
    ...(texts.after !== undefined && { after: texts.after }),
    manifest: flag('manifest', texts.manifest, true),
  }
}

function withTimes(filter: EntryFilter, { since, until }: ExportTexts): EntryFilter {
  if (since === undefined && until === undefined) return filter
  const sinceMs = since === undefined ? undefined : instant('since', since)
  const untilMs = until === undefined ? undefined : instant('until', until)
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs > untilMs) {
    throw new ExportOptionError(
      ['until'],
      'It lies before `since`. Give an end that is not before the begin.',
    )
  }
  return {
    occurredAt: { ...(sinceMs !== undefined && { sinceMs }), ...(untilMs !== undefined && { untilMs }) },
    ...(Object.keys(filter).length > 0 && { and: [filter] }),
  }
}

/** A date and time with a zone, or a day, which begins at midnight UTC. */
function instant(name: string, text: string): number {
  const instantMs = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text, 'up')
  if (instantMs !== undefined) return instantMs
  throw new ExportOptionError(
    [name],
    `${JSON.stringify(text.slice(0, 80))} is not an instant. Write a day, such as 2026-01-31, or a date, a time and a zone, such as 2026-01-31T00:00:00Z.`,
  )
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: dayMs }

function durationMs(name: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text) ?? []
  const duration = Number(digits) * (unitsMs[unit || 's'] ?? 1)
  if (digits !== '' && (unit !== '' || duration === 0) && duration <= settleMsMax) return duration
  throw new ExportOptionError([name], 'It must be a duration of at most 30 days, such as 90s, 5m, 2h or 0.')
}

function columnsOf(format: ExportFormat, text: string | undefined): readonly string[] {
  if (format !== 'csv') {
    if (text !== undefined)
      throw new ExportOptionError(['columns'], 'Only CSV has columns. Ask for the format csv.')
    return []
  }
  const columns = listOf('columns', text ?? 'all').flatMap((name) => columnSets[name] ?? [name])
  const unknown = columns.find((name) => !knownColumns.includes(name))
  if (unknown !== undefined) {
    throw new ExportOptionError(
      ['columns'],
      `There is no column ${JSON.stringify(unknown.slice(0, 80))}. The columns are: ${knownColumns.join(', ')}; ${Object.keys(columnSets).join(' and ')} stand for several.`,
    )
  }
  const twice = columns.find((name, index) => columns.indexOf(name) < index)
  if (twice !== undefined) throw new ExportOptionError(['columns'], `The column ${twice} is asked for twice.`)
  return columns
}

function listOf(name: string, text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim())
  if (!items.includes('')) return items
  throw new ExportOptionError([name], 'It must be a list of names with a comma between each two.')
}

const orders: Readonly<Record<string, AuditEntryOrder>> = {
  newest: 'NEWEST_FIRST',
  oldest: 'OLDEST_FIRST',
  NEWEST_FIRST: 'NEWEST_FIRST',
  OLDEST_FIRST: 'OLDEST_FIRST',
}

function orderOf(text: string | undefined): AuditEntryOrder {
  const order = Object.hasOwn(orders, text ?? 'newest') ? orders[text ?? 'newest'] : undefined
  if (order) return order
  throw new ExportOptionError(['order'], 'It must be newest or oldest: which entries come first.')
}

function flagFor(format: ExportFormat, name: string, text: string | undefined): boolean {
  const value = flag(name, text, false)
  if (value && format !== 'csv')
    throw new ExportOptionError([name], 'Only CSV takes it. Ask for the format csv.')
  return value
}

function flag(name: string, text: string | undefined, whenMissing: boolean): boolean {
  if (text === undefined) return whenMissing
  if (text === 'true' || text === '') return true
  if (text === 'false') return false
  throw new ExportOptionError([name], 'It must be true or false.')
}

function oneOf<Value extends string>(name: string, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text)
  if (value !== undefined) return value
  throw new ExportOptionError([name], `It must be one of ${values.join(', ')}.`)
}
