import { z } from 'zod'
import type { EntryContent } from './entry.js'
import { parseInstant } from './instant.js'
import type { JsonObject, JsonValue } from './json.js'
import { idField, isJsonObject, textField } from './loose.js'
import type { UpstreamRow } from './provider.js'

/** The list of a page's records, for its schema: `readWireRow` looks at each. `z.array` would copy them. */
export const rowList = z.custom<readonly JsonValue[]>(Array.isArray, 'expected array')

/** What is known of a row before its record is normalized. */
export interface RowKey {
  readonly id: string
  /** UTC milliseconds, finer digits cut off. */
  readonly timeMs: number
}

/**
 * A record of a list -> its row, or where it breaks the form and what was expected there, such as
 * `.id: expected a string that is not empty`.
 *
 * Written by hand and not as a schema: it looks at every row of every page, and a schema copies what it looks at. The
 * rest of the record is looked at by `normalize`, when the entry is wanted. The id is a text that is not empty or a
 * whole number within ±(2^53 - 1); a larger number has come as the text of its digits (long-numbers.ts).
 */
export function readWireRow(
  record: JsonValue,
  timeField: string,
  normalize: (record: JsonObject, key: RowKey) => EntryContent,
): UpstreamRow | string {
  if (!isJsonObject(record)) return ': expected an object'
  const id = idField(record, 'id')
  if (id === null) return '.id: expected a string that is not empty'
  const timeMs = parseInstant(textField(record, timeField) ?? '')
  if (timeMs === undefined) return `.${timeField}: expected an RFC 3339 date-time`
  return new WireRow(id, timeMs, record, normalize)
}

/** A class, so that a row of which nothing is wanted but its key costs one object. */
export class WireRow implements UpstreamRow {
  readonly id: string
  readonly timeMs: number
  readonly #record: JsonObject
  readonly #normalize: (record: JsonObject, key: RowKey) => EntryContent
  #content: EntryContent | undefined

  constructor(
    id: string,
    timeMs: number,
    record: JsonObject,
    normalize: (record: JsonObject, key: RowKey) => EntryContent,
  ) {
    this.id = id
    this.timeMs = timeMs
    this.#record = record
    this.#normalize = normalize
  }

  content(): EntryContent {
    this.#content ??= this.#normalize(this.#record, this)
    return this.#content
  }
}
