import { isAscii, isUtf8, transcode } from 'node:buffer'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { errorCode } from './connection-failure.js'

type Decoder = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

/** Content codings of RFC 9110 section 8.4.1. We ask for none of them; a proxy may apply one all the same. */
const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/**
 * Turns the bytes of a body into text: takes off one content coding (`gzip`, `deflate`, `br`; none for `identity`),
 * counting what comes out, and reads it as UTF-8.
 *
 * Gives a problem for a list of codings, an unknown one, data that
 * breaks its coding, more than `bytesMax` decoded bytes (a compressed bomb never unfolds further: reliability.md
 * V8), or bytes that are not UTF-8. Never throws.
 */
export async function decodeBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
  bytesMax: number,
): Promise<{ readonly text: string } | BodyProblem> {
  const decoded = await takeOffCoding(bytes, contentEncoding, bytesMax)
  if ('problem' in decoded) return decoded
  const text = textOf(decoded.bytes)
  return text === null ? { problem: 'The provider sent a body that is not UTF-8 text.' } : { text }
}

/**
 * Bytes as UTF-8 text, without a byte order mark; null when they are none. Through UTF-16, because V8 takes some five
 * times as long for text that is not ASCII, by `TextDecoder` and `toString` alike.
 */
function textOf(bytes: Buffer): string | null {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes)) return null
  const text = transcode(bytes, 'utf8', 'utf16le').toString('utf16le')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** What is wrong with a body, as a sentence without any of its text, and what to do where that is not the usual. */
export interface BodyProblem {
  readonly problem: string
  readonly remedy?: string
}

/** A body over the limit, which is named. */
export function tooLarge(bytesMax: number): BodyProblem {
  const mebibyte = 1024 * 1024
  const limit = bytesMax % mebibyte === 0 ? `${bytesMax / mebibyte} MiB` : `${bytesMax} bytes`
  return {
    problem: `The provider sent an answer of more than ${limit}, the limit for one page.`,
    remedy: 'If its entries are that large, set upstream.bodyBytesMax in the configuration to more.',
  }
}

async function takeOffCoding(
  bytes: Buffer,
  contentEncoding: string | undefined,
  bytesMax: number,
): Promise<{ readonly bytes: Buffer } | BodyProblem> {
  const coding = contentEncoding?.trim().toLowerCase() ?? ''
  if (coding === '' || coding === 'identity' || bytes.length === 0) return { bytes }
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined
  if (!decode) {
    return {
      problem: 'The provider sent a body in a content coding that was not asked for and is not known.',
    }
  }
  try {
    return { bytes: await decode(bytes, { maxOutputLength: bytesMax }) }
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') return tooLarge(bytesMax)
    return { problem: `The provider sent a body that breaks its content coding ${coding}.` }
  }
}
