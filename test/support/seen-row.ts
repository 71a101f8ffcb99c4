import type { SeenRow } from '../../src/reading/paging/step.js'

/** A row as paging steps see it, read downward; its entry is nobody's business. */
export function seenRow(progress: number, id: string): SeenRow {
  const content = () => {
    throw new Error('Nobody wants the entry.')
  }
  return { progress, id, row: { id, timeMs: -progress, content } }
}
