import type { Layout, RowFacts } from './layout.js'
import { BadFile, gunzip, splitRecords } from './records.js'

/** A record of a file that was written before. */
export type StoredRecord =
  | { readonly kind: 'head' | 'manifest'; readonly bytes: Buffer; readonly text: string }
  | {
      readonly kind: 'row'
      readonly bytes: Buffer
      readonly text: string
      readonly facts: RowFacts
    }
  | { readonly kind: 'bad'; readonly bytes: Buffer; readonly text: string; readonly problem: string }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Uncompressed bytes of a file, whether it is compressed or not. */
export function plainBytes(chunks: AsyncIterable<Buffer>, gzip: boolean): AsyncIterable<Buffer> {
  return gzip ? gunzip(chunks) : chunks
}

/** The records of a file, from its uncompressed bytes. Throws BadFile where the bytes make none. */
export async function* storedRecords(
  chunks: AsyncIterable<Buffer>,
  layout: Layout,
): AsyncGenerator<StoredRecord, void, void> {
  let isFirst = true
  for await (const bytes of splitRecords(chunks, layout.quotesCount)) {
    yield recordOf(bytes, layout, isFirst)
    isFirst = false
  }
  if (isFirst && layout.head !== '') throw new BadFile('It is empty: not even the header is there.')
}

function recordOf(bytes: Buffer, layout: Layout, isFirst: boolean): StoredRecord {
  const text = textOf(bytes)
  if (text === undefined) return { kind: 'bad', bytes, text: '', problem: 'is not UTF-8' }
  if (isFirst && layout.head !== '') {
    if (text === layout.head) return { kind: 'head', bytes, text }
    return { kind: 'bad', bytes, text, problem: 'is not the header that the manifest names' }
  }
  if (layout.manifestOf(text) !== undefined) return { kind: 'manifest', bytes, text }
  const facts = layout.read(text)
  return 'problem' in facts
    ? { kind: 'bad', bytes, text, problem: facts.problem }
    : { kind: 'row', bytes, text, facts }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
