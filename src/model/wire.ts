import type { z } from 'zod'
import { type FailureKind, type SourceFailure, sourceFailure } from './failure.js'
import type { JsonValue } from './json.js'
import { parseExactly } from './long-numbers.js'
import { hasForeignError, isJsonObject } from './loose.js'
import type { UpstreamResponse } from './provider.js'
import { noDeclaredLimits, type RateLimitDeclaration, readWait } from './rate-limit.js'

/** How deep a provider's JSON may nest. */
const nestingMax = 100

/**
 * Parses the body of an answer as JSON: UTF-8 text, a byte order mark allowed, nesting at most 100 deep.
 * A content type that is given must be JSON (`application/json` or a `+json` type); a missing one passes.
 * A number that a double cannot hold becomes a text of its digits (long-numbers.ts).
 * Anything else is INVALID_RESPONSE; the text itself is in no message.
 */
export function parseJsonBody(response: UpstreamResponse): { readonly json: JsonValue } | SourceFailure {
  const contentType = response.headers['content-type']
  if (
    contentType !== undefined &&
    !/^\s*(application\/json|[\w.+-]+\/[\w.-]+\+json)\s*(;|$)/i.test(contentType)
  ) {
    const mediaType = contentType.split(';', 1)[0]?.trim() ?? ''
    // Not cut: the rest of a credential that is echoed here could no longer be known for one.
    const shown = mediaType.length <= 80 ? `the content type ${mediaType}` : 'a long content type'
    return invalidResponse(response, `The provider sent ${shown} where JSON was expected.`)
  }
  const text = response.body.charCodeAt(0) === 0xfeff ? response.body.slice(1) : response.body
  if (text.trim() === '') return invalidResponse(response, 'The provider sent an empty body.')
  try {
    const json = parseExactly(text, nestingMax)
    return json === undefined
      ? invalidResponse(response, `The provider sent JSON that nests deeper than ${nestingMax} levels.`)
      : { json }
  } catch {
    return invalidResponse(response, 'The provider sent a body that is not complete JSON.')
  }
}

/** What is said of an answer that passes for one by its status and is an error by its body. */
export const errorForEntries = 'The provider answered with an error where entries were due.'

/** INVALID_RESPONSE for a body that says an error in a form that is not its provider's own; null for any other. */
export function foreignError(response: UpstreamResponse, json: JsonValue): SourceFailure | null {
  return isJsonObject(json) && hasForeignError(json) ? invalidResponse(response, errorForEntries) : null
}

/** INVALID_RESPONSE for an answer, with its status. */
export function invalidResponse(response: UpstreamResponse, message: string): SourceFailure {
  return sourceFailure('INVALID_RESPONSE', {
    message,
    httpStatus: response.status,
    traceId: traceIdOf(response),
  })
}

/** INVALID_RESPONSE that names where a body breaks its form and what was expected there, never a value. */
export function brokenForm(response: UpstreamResponse, place: string): SourceFailure {
  return invalidResponse(response, `The provider's answer breaks its documented form at ${place}.`)
}

/**
 * INVALID_RESPONSE that names where a body breaks the wire schema: up to five paths with what was expected there,
 * never a value.
 */
export function schemaFailure(response: UpstreamResponse, error: z.ZodError): SourceFailure {
  const places = error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.reduce<string>(
      (text, key) =>
        typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
      '',
    )
    const expected = 'expected' in issue ? `expected ${String(issue.expected)}` : issue.message
    return `${path === '' ? 'the body' : path}: ${expected}`
  })
  const rest = error.issues.length > 5 ? ` and ${error.issues.length - 5} more` : ''
  return brokenForm(response, places.join('; ') + rest)
}

/** The kind of failure that a status means by HTTP itself, where the body says nothing better. RFC 9110 section 15. */
export function failureKindOfStatus(status: number): FailureKind {
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'FORBIDDEN'
  if (status === 404 || status === 410) return 'NOT_FOUND'
  if (status === 408 || status === 504) return status === 408 ? 'TIMEOUT' : 'UNAVAILABLE'
  if (status === 429) return 'RATE_LIMITED'
  if (status >= 500) return 'UNAVAILABLE'
  if (status >= 400) return 'INVALID_REQUEST'
  return 'INVALID_RESPONSE'
}

/**
 * A failure from a status other than 200, with what the body was found to say. Adds the wait that the headers ask
 * for to RATE_LIMITED and UNAVAILABLE (`limits` names headers of the provider's own), and says so for a redirect,
 * which is never followed.
 */
export function statusFailure(
  response: UpstreamResponse,
  parts: Partial<Omit<SourceFailure, 'failed'>> = {},
  limits: RateLimitDeclaration = noDeclaredLimits,
): SourceFailure {
  const { status, headers, receivedAtMs } = response
  const kind = parts.kind ?? failureKindOfStatus(status)
  const waits = kind === 'RATE_LIMITED' || kind === 'UNAVAILABLE'
  const redirect = status >= 300 && status < 400
  return sourceFailure(kind, {
    ...(redirect && {
      message: `The provider answered with a redirect (${status}), which is not followed.`,
      remedy: 'Set the base URL of this source to the address that answers by itself.',
    }),
    ...parts,
    httpStatus: status,
    retryAfterMs: parts.retryAfterMs ?? (waits ? readWait(headers, receivedAtMs, limits) : null),
    traceId: parts.traceId ?? traceIdOf(response),
  })
}

/** The id under which the provider can find the call again: `x-request-id`, or `x-trace-id`. */
function traceIdOf(response: UpstreamResponse): string | null {
  return response.headers['x-request-id'] ?? response.headers['x-trace-id'] ?? null
}
