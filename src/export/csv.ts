import { entryId } from '../graphql/global-id.js'
import { providerName } from '../graphql/provider-name.js'
import type { AuditEntry, FieldChange } from '../model/entry.js'
import { formatInstant } from '../model/instant.js'
import type { JsonValue } from '../model/json.js'
import { summarize } from '../model/summary.js'
import type { ExportSource } from './entry-json.js'

/**
 * CSV as RFC 4180 has it (commas, CRLF, quotes doubled within quotes), whose cells no spreadsheet takes for a formula.
 *
 * A cell stands for null or a text, and says which without doubt:
 * - nothing: null
 * - `'` alone: the empty text
 * - `'` and then `"`: a JSON string follows. Used for a text with a NUL or half a surrogate pair, which UTF-8 or
 *   readers of CSV do not take
 * - `'` and then anything else: that is the text. Used for a text that begins with the mark itself or that a program
 *   might run: see `isRisky`
 * - anything else is the text itself
 */
export type Cell = string | null

const lineEnd = '\r\n'
const mark = "'"

/** Begins the last record of a file that carries its own manifest. No other cell begins with it. */
export const manifestMark = '#auditgraph-manifest '

/**
 * Characters that begin a formula in one spreadsheet or another: = + - @ in their plain, full-width and small forms,
 * and the minus sign. After OWASP's page "CSV Injection" (seen November 2026).
 */
const formulaStarts = '=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212'

/** A formula, also behind blanks and invisible characters, which some programs drop; a control character; a mark. */
const risky = new RegExp(`^(?:${mark}|[\\p{Cc}]|[\\s\\p{Cc}\\p{Cf}]*[${formulaStarts}]|${manifestMark})`, 'u')

/** Whether a cell that begins so might be taken for something else than text. */
function isRisky(text: string): boolean {
  return risky.test(text)
}

/** A cell as the file has it, before quoting. */
export function encodeCell(cell: Cell): string {
  if (cell === null) return ''
  if (cell === '') return mark
  if (cell.includes('\0') || /\p{Surrogate}/u.test(cell)) return mark + JSON.stringify(cell)
  return isRisky(cell) ? mark + cell : cell
}

/** The value of a cell, unquoted; undefined when `encodeCell` gives no such text. */
export function decodeCell(text: string): Cell | undefined {
  const cell = decodeMarked(text)
  return cell !== undefined && encodeCell(cell) === text ? cell : undefined
}

function decodeMarked(text: string): Cell | undefined {
  if (text === '') return null
  if (!text.startsWith(mark)) return text
  const rest = text.slice(mark.length)
  if (!rest.startsWith('"')) return rest
  try {
    const value: unknown = JSON.parse(rest)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** One record with its line end. `cells` are as the file has them; a lone empty one is quoted, or it would be no record. */
export function encodeRecord(cells: readonly string[]): string {
  if (cells.length === 1 && cells[0] === '') return `""${lineEnd}`
  return cells.map(quoteCell).join(',') + lineEnd
}

function quoteCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The cells of one record, its line end included in `text`; undefined when it is not as `encodeRecord` writes it. */
export function decodeRecord(text: string): readonly string[] | undefined {
  const cells: string[] = []
  let at = 0
  for (;;) {
    const cell = text[at] === '"' ? quotedAt(text, at) : plainAt(text, at)
    if (!cell) return undefined
    cells.push(cell.text)
    if (text.startsWith(lineEnd, cell.end) && cell.end + lineEnd.length === text.length) break
    if (text[cell.end] !== ',') return undefined
    at = cell.end + 1
  }
  return encodeRecord(cells) === text ? cells : undefined
}

interface ReadCell {
  readonly text: string
  readonly end: number
}

function plainAt(text: string, start: number): ReadCell {
  let end = start
  while (end < text.length && text[end] !== ',' && text[end] !== '\r') end += 1
  return { text: text.slice(start, end), end }
}

function quotedAt(text: string, start: number): ReadCell | undefined {
  let end = start + 1
  for (;;) {
    end = text.indexOf('"', end)
    if (end < 0) return undefined
    if (text[end + 1] !== '"') break
    end += 2
  }
  return { text: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 }
}

type CellOf = (entry: AuditEntry, source: ExportSource) => Cell

/** The columns by their heading, in their usual order; the headings are the paths of the GraphQL type `AuditEntry`. */
const ownColumns: Readonly<Record<string, CellOf>> = {
  id: entryId,
  source: (entry) => entry.sourceKey,
  provider: (_, source) => providerName(source.providerId),
  upstreamId: (entry) => entry.upstreamId,
  occurredAt: (entry) => formatInstant(entry.occurredAtMs),
  action: (entry) => entry.action,
  actionKind: (entry) => entry.actionKind,
  'actor.id': (entry) => entry.actor.id,
  'actor.type': (entry) => entry.actor.type,
  'actor.rawType': (entry) => entry.actor.rawType,
  'actor.name': (entry) => entry.actor.name,
  'actor.email': (entry) => entry.actor.email,
  'resource.type': (entry) => entry.resource.type,
  'resource.id': (entry) => entry.resource.id,
  'resource.name': (entry) => entry.resource.name,
  'counterparty.type': (entry) => entry.counterparty?.type ?? null,
  'counterparty.id': (entry) => entry.counterparty?.id ?? null,
  'counterparty.name': (entry) => entry.counterparty?.name ?? null,
  'changes.before': (entry) => sideOf(entry.changes, 'before'),
  'changes.after': (entry) => sideOf(entry.changes, 'after'),
  changes: (entry) => (entry.changes === null ? null : JSON.stringify(entry.changes)),
  reason: (entry) => entry.reason,
  'origin.ipAddress': (entry) => entry.origin?.ipAddress ?? null,
  'origin.userAgent': (entry) => entry.origin?.userAgent ?? null,
  'origin.channel': (entry) => entry.origin?.channel ?? null,
  organizationId: (entry) => entry.organizationId,
  summary: (entry) => summarize(entry),
  metadata: (entry) => jsonCell(entry.metadata),
  raw: (entry) => jsonCell(entry.raw),
}

/** The columns under the headings of a well-known export of nine columns, in its order. */
const compactColumns: Readonly<Record<string, string>> = {
  Timestamp: 'occurredAt',
  'Entity Type': 'resource.type',
  'Entity Name': 'resource.name',
  Action: 'action',
  'Actor Name': 'actor.name',
  'Actor Email': 'actor.email',
  'Target Name': 'counterparty.name',
  'Previous Value': 'changes.before',
  'New Value': 'changes.after',
}

const allColumns: readonly string[] = Object.keys(ownColumns)
/** Lists of columns by the name under which they can be asked for. */
export const columnSets: Readonly<Record<string, readonly string[]>> = {
  all: allColumns,
  compact: Object.keys(compactColumns),
}
export const knownColumns: readonly string[] = [...allColumns, ...Object.keys(compactColumns)]

/** The heading under which a column stands in a header, by the name of the column. */
export function columnIndex(columns: readonly string[], name: string): number {
  return columns.findIndex((heading) => heading === name || compactColumns[heading] === name)
}

/** Makes the record of an entry. Every column is one of `knownColumns`. */
export function recordMaker(columns: readonly string[]): (entry: AuditEntry, source: ExportSource) => string {
  const cells = columns.map((heading) => {
    const cellOf = ownColumns[compactColumns[heading] ?? heading]
    if (!cellOf) throw new Error(`There is no column ${heading}.`)
    return cellOf
  })
  return (entry, source) => encodeRecord(cells.map((cellOf) => encodeCell(cellOf(entry, source))))
}

/** The values before or after: the bare one where the provider names no field, else an object by field. */
function sideOf(changes: readonly FieldChange[] | null, side: 'before' | 'after'): Cell {
  if (changes === null || changes.length === 0) return null
  const [only] = changes
  if (only && changes.length === 1 && only.field === null) {
    return typeof only[side] === 'string' ? only[side] : jsonCell(only[side])
  }
  return JSON.stringify(Object.fromEntries(changes.map((change) => [change.field ?? '', change[side]])))
}

function jsonCell(value: JsonValue): Cell {
  return value === null ? null : JSON.stringify(value)
}
