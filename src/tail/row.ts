import type { AuditEntry } from '../model/entry.js'
import { keyOf } from '../model/order.js'
import { fingerprintOf } from '../reading/sealed-cursor.js'
import type { TailRow } from './progress.js'

/**
 * An entry with its key and its print. An id may come at several times, of several entries. Neither source keys nor times
 * have a blank, so no two entries give the same text.
 */
export function rowOf(entry: AuditEntry): TailRow {
  const key = keyOf(entry)
  return { key, print: fingerprintOf(`${key.sourceKey} ${key.timeMs} ${key.id}`), entry }
}
