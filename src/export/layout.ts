import type { AuditEntry } from '../model/entry.js'
import { clampInstant, parseInstant } from '../model/instant.js'
import type { EntryKey } from '../model/order.js'
import {
  columnIndex,
  decodeCell,
  decodeRecord,
  encodeCell,
  encodeRecord,
  manifestMark,
  recordMaker,
} from './csv.js'
import { type ExportSource, entryJson } from './entry-json.js'
import { ocsfEvent } from './ocsf.js'

export const exportFormats = ['csv', 'ndjson', 'ocsf'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** What decides the bytes of a row: together with the entries, of a whole file. */
export interface LayoutOptions {
  readonly format: ExportFormat
  /** Headings of CSV in their order; empty for the other formats. */
  readonly columns: readonly string[]
  /** Whether CSV begins with a byte-order mark. */
  readonly bom: boolean
}

/** What a row tells of the entry it stands for. Parts are missing where CSV lacks the column. */
export interface RowFacts {
  readonly sourceKey: string | null
  readonly timeMs: number | null
  readonly id: string | null
}

/** How a format is written and read. A record is text with its line end. */
export interface Layout {
  /** What comes before the first row. */
  readonly head: string
  /** Whether every row names its source, so that rows can be told apart by source again. */
  readonly namesSource: boolean
  /** How many quotes must have come before a line end for it to end a record: an even number in CSV, any in JSON. */
  readonly quotesCount: boolean
  row(entry: AuditEntry, source: ExportSource): string
  /** A record that says something of the export: `manifest` ends it, `error` says that it broke off. */
  note(kind: NoteKind, value: unknown): string
  /** The manifest that a record holds; undefined when it is none. */
  manifestOf(record: string): unknown
  /** What a row tells, or what is wrong with it. */
  read(record: string): RowFacts | { readonly problem: string }
}

type NoteKind = 'manifest' | 'error'

/** Fields that hold a note in NDJSON: no entry has them. */
const noteFields: Readonly<Record<NoteKind, string>> = {
  manifest: 'auditgraphManifest',
  error: 'auditgraphError',
}

export function layoutOf(options: LayoutOptions): Layout {
  return options.format === 'csv' ? csvLayout(options) : jsonLayout(options.format)
}

function csvLayout({ columns, bom }: LayoutOptions): Layout {
  const head = (bom ? '\ufeff' : '') + encodeRecord(columns.map(encodeCell))
  const makeRecord = recordMaker(columns)
  const at = (name: string) => columnIndex(columns, name)
  const [sourceAt, timeAt, idAt] = [at('source'), at('occurredAt'), at('upstreamId')]
  return {
    head,
    namesSource: sourceAt >= 0,
    quotesCount: true,
    row: makeRecord,
    // A reader of CSV has no place for an error: the broken connection tells it.
    note: (kind, value) =>
      kind === 'error'
        ? ''
        : encodeRecord([manifestMark + JSON.stringify(value), ...columns.slice(1).map(() => '')]),
    manifestOf: (record) => {
      if (!record.startsWith(manifestMark) && !record.startsWith(`"${manifestMark}`)) return undefined
      const [cell = ''] = decodeRecord(record) ?? []
      return parseJson(cell.slice(manifestMark.length))
    },
    read: (record) => {
      const cells = decodeRecord(record)
      if (!cells) return { problem: 'is not a record of CSV as this program writes it' }
      if (cells.length !== columns.length) {
        return { problem: `has ${cells.length} cells in place of ${columns.length}` }
      }
      const values = cells.map(decodeCell)
      if (values.includes(undefined)) return { problem: 'has a cell that this program would not write' }
      const valueAt = (index: number) => values[index] ?? null
      return facts(valueAt(sourceAt), valueAt(timeAt), valueAt(idAt))
    },
  }
}

function jsonLayout(format: 'ndjson' | 'ocsf'): Layout {
  const makeRow = format === 'ndjson' ? entryJson : ocsfEvent
  const readRow = format === 'ndjson' ? factsOfEntry : factsOfEvent
  return {
    head: '',
    namesSource: true,
    quotesCount: false,
    row: (entry, source) => `${JSON.stringify(makeRow(entry, source))}\n`,
    note: (kind, value) => `${JSON.stringify({ [noteFields[kind]]: value })}\n`,
    manifestOf: (record) => {
      if (!record.startsWith(`{"${noteFields.manifest}":`)) return undefined
      return fieldOf(parseLine(record), noteFields.manifest)
    },
    read: (record) => {
      const row = parseLine(record)
      return row === undefined ? { problem: 'is not a line of JSON' } : readRow(row)
    },
  }
}

function factsOfEntry(row: unknown) {
  return facts(
    textOf(fieldOf(fieldOf(row, 'source'), 'key')),
    textOf(fieldOf(row, 'occurredAt')),
    textOf(fieldOf(row, 'upstreamId')),
  )
}

function factsOfEvent(row: unknown) {
  const time = fieldOf(row, 'time')
  if (typeof time === 'number' && (!Number.isSafeInteger(time) || clampInstant(time) !== time)) {
    return noTime(time)
  }
  return {
    sourceKey: textOf(fieldOf(fieldOf(row, 'metadata'), 'log_name')),
    timeMs: typeof time === 'number' ? time : null,
    id: textOf(fieldOf(fieldOf(row, 'unmapped'), 'upstreamId')),
  }
}

function facts(sourceKey: string | null, time: string | null, id: string | null) {
  const timeMs = time === null ? null : parseInstant(time)
  return timeMs === undefined ? noTime(time) : { sourceKey, timeMs, id }
}

function noTime(time: unknown) {
  return { problem: `has a time that is none: ${JSON.stringify(time)}` }
}

/** The key that a row tells; null when a part of it is missing. */
export function keyOfFacts({ sourceKey, timeMs, id }: RowFacts): EntryKey | null {
  return sourceKey === null || timeMs === null || id === null ? null : { sourceKey, timeMs, id }
}

/** The value of a line; undefined for one that is cut, be it only by its line end. */
function parseLine(record: string): unknown {
  return record.endsWith('\n') ? parseJson(record) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
