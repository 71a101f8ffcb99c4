import { Readable } from 'node:stream'
import type { ReadableStream as NodeWebStream } from 'node:stream/web'
import type { GraphQLParams } from 'graphql-yoga'
import { type ErrorCode, quote, requestRefused } from '../graphql/errors.js'
import { OperationEnded } from '../graphql/operation-end.js'
import { isDeadline } from '../model/deadline.js'

/** How deep objects and lists may stand within each other in `variables` and `extensions`. A filter needs some 20. */
export const parameterDepthMax = 64

/**
 * Reads the GraphQL parameters of a GET or of a POST with a JSON body (GraphQL over HTTP, sections 5.3 and 5.4).
 *
 * Nothing but `application/json` is taken for a body. Forms and plain text could be sent from any site without asking
 * first (a "simple request" of the fetch standard); JSON cannot. Throws a refusal with its HTTP status otherwise.
 * `signal`: that of the operation, with which the reading of a body ends. `persisted`: whether `documentId`, or the
 * extension `persistedQuery`, may stand for the document.
 */
export async function readParams(
  request: Request,
  { persisted, ...bounds }: BodyBounds & { readonly persisted: boolean },
): Promise<GraphQLParams> {
  if (request.method === 'GET') return readQueryString(request, persisted)
  checkContentType(request)
  return checkParams(parseJson(await readBody(request, bounds), 'The body'), 'the body', persisted)
}

interface BodyBounds {
  readonly bodyBytesMax: number
  readonly signal: AbortSignal
  /** Tells a client that waits with its body to send it; undefined where none waits. */
  readonly goOn?: (() => void) | undefined
}

function readQueryString(request: Request, persisted: boolean): GraphQLParams {
  const { searchParams } = new URL(request.url, 'http://localhost')
  const given = new Map<string, unknown>()
  for (const [name, text] of searchParams) {
    if (given.has(name)) {
      throw refuse('BAD_REQUEST', 400, `The parameter ${quote(name)} is given twice. Give it once.`)
    }
    const isJson = name === 'variables' || name === 'extensions'
    given.set(name, !isJson ? text : text === '' ? undefined : parseJson(text, `The parameter ${name}`))
  }
  return checkParams(Object.fromEntries(given), 'the query string', persisted)
}

function checkContentType(request: Request): void {
  const contentType = request.headers.get('content-type') ?? ''
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  const utf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset)
  if (mediaType !== 'application/json' || !utf8) {
    throw refuse(
      'UNSUPPORTED_MEDIA_TYPE',
      415,
      'Send the operation as JSON in UTF-8, with the header content-type: application/json.',
    )
  }
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity' && encoding !== '') {
    throw refuse('UNSUPPORTED_MEDIA_TYPE', 415, 'Send the body without a content-encoding.')
  }
}

/**
 * How much of a body that is too large is read and dropped. A client that sends all before it reads would lose the
 * answer if the connection were closed on it.
 */
const droppedBytesMax = 32 * 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The body as text. Bytes are counted as they come, since content-length may be missing or untrue. */
async function readBody(request: Request, bounds: BodyBounds): Promise<string> {
  const { body } = request
  if (bounds.goOn) {
    const { bodyBytesMax, goOn } = bounds
    if (Number(request.headers.get('content-length')) > bodyBytesMax) throw tooLarge(bodyBytesMax, closing)
    goOn()
  }
  const bytes = body === null ? new Uint8Array() : await takeIn(streamOf(body), bounds)
  try {
    return utf8.decode(bytes)
  } catch {
    throw refuse('BAD_REQUEST', 400, 'The body is not UTF-8. Send JSON in UTF-8.')
  }
}

/** The body of a request from a socket is a stream of Node, though its type does not say so. */
function streamOf(body: ReadableStream<Uint8Array>): Readable {
  return 'on' in body ? (body as unknown as Readable) : Readable.fromWeb(body as NodeWebStream)
}

/** By events: an iterator takes several turns of the event loop for the one chunk that most bodies are. */
function takeIn(body: Readable, { bodyBytesMax, signal }: BodyBounds): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    const giveUp = (error: Error) => {
      signal.removeEventListener('abort', onAbort)
      chunks.length = 0
      body.pause()
      reject(error)
    }
    const onAbort = () => giveUp(endedWith(signal))
    body.on('data', (chunk: Uint8Array) => {
      bytes += chunk.byteLength
      if (bytes <= bodyBytesMax) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      if (bytes > droppedBytesMax) giveUp(tooLarge(bodyBytesMax, closing))
    })
    // Only the client can break its own body off, and may have done so before anybody listened.
    const brokenOff = () => giveUp(bodyBrokenOff())
    if (body.destroyed) brokenOff()
    else if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
    body.once('error', brokenOff)
    body.once('close', brokenOff)
    body.once('end', () => {
      body.off('close', brokenOff)
      signal.removeEventListener('abort', onAbort)
      if (bytes > bodyBytesMax) reject(tooLarge(bodyBytesMax, {}))
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
  })
}

/** Of an answer that comes before the whole body did: what is left of it must not be taken for the next request. */
const closing = { connection: 'close' }

function bodyBrokenOff(): Error {
  return refuse('REQUEST_ABORTED', 499, 'The connection was closed before the whole body was sent.')
}

/** Why a body is not waited for any longer. */
function endedWith({ reason }: AbortSignal): Error {
  if (isDeadline(reason)) {
    const message = 'The deadline of the request came before its whole body. Send it again.'
    return requestRefused('DEADLINE_EXCEEDED', 408, message, { headers: closing })
  }
  if (reason instanceof OperationEnded && reason.why === 'shutdown') {
    const message = 'The gateway is stopping. Send the request again.'
    return requestRefused('SHUTTING_DOWN', 503, message, { headers: closing })
  }
  return bodyBrokenOff()
}

function tooLarge(bytesMax: number, headers: Record<string, string>): Error {
  const message = `The body has more than ${bytesMax} bytes. Send a shorter document, or fewer or shorter variables.`
  return requestRefused('BODY_TOO_LARGE', 413, message, { headers })
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refuse('BAD_REQUEST', 400, `${what} is not JSON. Send a JSON object.`)
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isMap = (value: unknown): value is Record<string, unknown> => isObject(value) && !Array.isArray(value)

function checkParams(given: unknown, where: string, persisted: boolean): GraphQLParams {
  if (Array.isArray(given)) {
    throw refuse('BAD_REQUEST', 400, 'Batches are not taken. Send each operation as a request of its own.')
  }
  if (!isMap(given)) throw refuse('BAD_REQUEST', 400, 'The body is not a JSON object. Send one with `query`.')
  const { query, operationName, variables, extensions: ownExtensions, ...rest } = given
  const { documentId, ...others } = rest
  if (documentId !== undefined) checkDocumentId(query, ownExtensions, persisted)
  const foreign = Object.keys(others)[0]
  if (foreign !== undefined) {
    throw refuse(
      'BAD_REQUEST',
      400,
      `There is no parameter ${quote(foreign)}. Give query, variables, operationName and extensions only.`,
    )
  }
  const extensions = documentId === undefined ? ownExtensions : persistedExtension(documentId)
  const isPersisted = persisted && isByHash(extensions)
  if (!(isPersisted && query === undefined) && (typeof query !== 'string' || query === '')) {
    if (query === undefined && isByHash(extensions)) throw hashesOff()
    throw refuse('BAD_REQUEST', 400, `There is no document in ${where}. Give it as text in \`query\`.`)
  }
  const name = operationName ?? undefined
  if (name !== undefined && typeof name !== 'string') {
    throw refuse(
      'BAD_REQUEST',
      400,
      '`operationName` must be text: the name of an operation of the document.',
    )
  }
  return {
    ...(typeof query === 'string' && { query }),
    ...(name !== undefined && { operationName: name }),
    ...readMap('variables', variables),
    ...readMap('extensions', extensions),
  }
}

/** A hash beside a document, or another hash, would say two things: which of them ran could not be seen. */
function checkDocumentId(query: unknown, extensions: unknown, persisted: boolean): void {
  if (!persisted) throw hashesOff()
  const other =
    query !== undefined ? '`query`' : isByHash(extensions) ? 'the extension `persistedQuery`' : null
  if (other === null) return
  throw refuse('BAD_REQUEST', 400, `\`documentId\` and ${other} are both given. Send one of them.`)
}

function isByHash(extensions: unknown): boolean {
  return isMap(extensions) && extensions['persistedQuery'] !== undefined
}

function hashesOff(): Error {
  const message =
    'This gateway takes no operations by their hash: `server.persistedOperations` of its configuration is off. Send the document itself in `query`.'
  return refuse('BAD_REQUEST', 400, message)
}

/** `documentId: "sha256:…"` in the older form that clients and the plugin know. */
function persistedExtension(documentId: unknown): object {
  const hash = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : ''
  if (/^[0-9a-f]{64}$/.test(hash)) return { persistedQuery: { version: 1, sha256Hash: hash } }
  throw refuse('BAD_REQUEST', 400, '`documentId` must be `sha256:` and the 64 hexadecimal digits of a hash.')
}

function readMap(name: 'variables' | 'extensions', value: unknown): GraphQLParams {
  if (value === undefined || value === null) return {}
  if (!isMap(value)) throw refuse('BAD_REQUEST', 400, `\`${name}\` must be a JSON object.`)
  if (nestsDeeper(value, parameterDepthMax)) {
    const message = `\`${name}\` nests objects and lists more than ${parameterDepthMax} deep. Nest them less.`
    throw refuse('BAD_REQUEST', 400, message)
  }
  return { [name]: value }
}

/**
 * Whether objects and lists stand more than `depthMax` deep within each other, the outermost counted. Level by level:
 * what follows one path down to its end, as graphql-js does with variables, runs out of stack at some thousand.
 */
function nestsDeeper(outermost: object, depthMax: number): boolean {
  let level = [outermost]
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > depthMax) return true
    level = level.flatMap((each) => Object.values(each).filter(isObject))
  }
  return false
}

function refuse(code: ErrorCode, status: number, message: string): Error {
  return requestRefused(code, status, message)
}
