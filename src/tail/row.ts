import type { AuditEntry } from '../model/entry.js'
import { keyOf } from '../model/order.js'
import { fingerprintOf } from '../reading/sealed-cursor.js'
import type { TailRow } from './progress.js'

/** An entry with its key and its print. Source keys have no blank, so no two entries give the same text. */
export function rowOf(entry: AuditEntry): TailRow {
  const key = keyOf(entry)
  return { key, print: fingerprintOf(`${key.sourceKey} ${key.id}`), entry }
}
