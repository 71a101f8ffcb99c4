import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

const newline = 0x0a
const quote = 0x22

/** Bytes of one record at most: a file without line ends is none of ours. */
const recordBytesMax = 256 * 1024 * 1024

/** A file that cannot be what it should be. */
export class BadFile extends Error {}

/**
 * Splits bytes into records, each with its line end; what comes after the last line end is a record, too. With
 * `quotesCount`, a line end within quotes ends nothing.
 */
export async function* splitRecords(
  chunks: AsyncIterable<Buffer>,
  quotesCount: boolean,
): AsyncGenerator<Buffer, void, void> {
  let held: Buffer[] = []
  let heldBytes = 0
  let isQuoted = false
  for await (const chunk of chunks) {
    let start = 0
    let looked = 0
    for (;;) {
      const end = chunk.indexOf(newline, looked)
      const upTo = end < 0 ? chunk.length : end + 1
      if (quotesCount && hasOddQuotes(chunk, looked, upTo)) isQuoted = !isQuoted
      looked = upTo
      if (end < 0) break
      if (isQuoted) continue
      const part = chunk.subarray(start, upTo)
      yield held.length === 0 ? part : Buffer.concat([...held, part])
      held = []
      heldBytes = 0
      start = upTo
    }
    if (start < chunk.length) {
      held.push(chunk.subarray(start))
      heldBytes += chunk.length - start
      if (heldBytes > recordBytesMax) throw new BadFile('It has a record of more than 256 MiB.')
    }
  }
  if (held.length > 0) yield Buffer.concat(held)
}

function hasOddQuotes(chunk: Buffer, start: number, end: number): boolean {
  const line = chunk.subarray(start, end)
  let isOdd = false
  for (let at = line.indexOf(quote); at >= 0; at = line.indexOf(quote, at + 1)) isOdd = !isOdd
  return isOdd
}

/** The bytes that gzip members hold. Throws BadFile where they are damaged or cut. */
export async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const stream = createGunzip()
  // Its error comes out of the loop below.
  pipeline(Readable.from(chunks, { objectMode: false }), stream, () => {})
  try {
    for await (const chunk of stream) yield chunk as Buffer // no encoding is set
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new BadFile(`It is not a whole gzip file: ${error.message}.`)
    }
    throw error
  }
}
