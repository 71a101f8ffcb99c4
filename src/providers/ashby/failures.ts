import type { FailureKind, SourceFailure } from '../../model/failure.js'
import { isFailure } from '../../model/failure.js'
import type { JsonObject } from '../../model/json.js'
import {
  flagField,
  idField,
  isJsonObject,
  jsonField,
  objectField,
  smallJson,
  textField,
  textsOf,
} from '../../model/loose.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { isProviderWide } from '../../model/rate-limit.js'
import {
  failureKindOfStatus,
  foreignError,
  invalidResponse,
  parseJsonBody,
  statusFailure,
} from '../../model/wire.js'
import { rateLimits } from './capabilities.js'

interface Words {
  readonly kind: FailureKind
  readonly message: string
  readonly remedy: string
}

const staleCursor: Words = {
  kind: 'INVALID_REQUEST',
  message: 'Ashby no longer takes the page token of this reading.',
  remedy: 'Ask again: the window is then read anew, without the token.',
}

/** Every code that the pages name: sheet ashby section 7. */
const wordsOfCode: ReadonlyMap<string, Words> = new Map([
  [
    'invalid_input',
    {
      kind: 'INVALID_REQUEST',
      message: 'Ashby refused the filter or the dates of the request.',
      remedy:
        'See what it says in upstreamMessage. If the filter names actions or resource types, Ashby may no longer know one of them: ask without it.',
    },
  ],
  [
    'audit_logs_not_enabled',
    {
      kind: 'FEATURE_DISABLED',
      message: 'The Audit Logs feature is not enabled for this Ashby organization.',
      remedy:
        'Have Ashby enable Audit Logs for the organization, or take this source out of the configuration.',
    },
  ],
  ['cursor_invalid', staleCursor],
  ['invalid_next_cursor', staleCursor],
  ['next_cursor_expired', staleCursor],
  [
    'missing_endpoint_permission',
    {
      kind: 'FORBIDDEN',
      message: 'The Ashby API key of this source may not read the audit log.',
      remedy: 'Grant the key the permission auditLogsRead (Audit Logs: read) in the API settings of Ashby.',
    },
  ],
  [
    'generic_internal_error',
    { kind: 'UNAVAILABLE', message: 'Ashby reports an internal error.', remedy: 'Ask again later.' },
  ],
])

const wrongKey = 'Ashby did not accept the API key of this source.'

/** The gateway's words where only the status is known: sheet ashby sections 7 and 8. */
const wordsOfStatus: ReadonlyMap<number, Words> = new Map([
  [
    401,
    {
      kind: 'UNAUTHENTICATED',
      message: wrongKey,
      remedy:
        'Set credentials.apiKey of this source to an active Ashby API key with the permission auditLogsRead.',
    },
  ],
  [
    // A wrong or deactivated key is answered with 403 (S:B4). Only the code tells a missing permission from it.
    403,
    {
      kind: 'UNAUTHENTICATED',
      message: wrongKey,
      remedy:
        'Check that credentials.apiKey of this source is right and not deactivated, and that it has the permission auditLogsRead.',
    },
  ],
])

/** What an error body says beside `success: false`. */
interface WireError {
  readonly code: string | null
  readonly message: string | null
  readonly requestId: string | null
  readonly details: JsonObject
}

/**
 * The body of an answer when it is one. Otherwise the failure: `success` first, then the code, then the status (sheet
 * ashby section 10 rule 8), since what would be a 4xx comes with status 200 as a rule, and not always. Without
 * `success`, a 200 with a list of results and no error passes. The body is wrapped, since a foreign object can claim
 * to be a failure. Pure.
 */
export function bodyOf(response: UpstreamResponse): { readonly body: JsonObject } | SourceFailure {
  const parsed = parseJsonBody(response)
  const is2xx = response.status >= 200 && response.status < 300
  if (isFailure(parsed)) return is2xx ? parsed : refusal(response, errorOf({}))
  if (!isJsonObject(parsed.json)) {
    return is2xx
      ? invalidResponse(response, "The provider's answer breaks its documented form: expected an object.")
      : refusal(response, errorOf({}))
  }
  const body = parsed.json
  const success = flagField(body, 'success')
  if (success === true) return { body }
  const saysError = success === false || objectField(body, 'errorInfo') !== null
  if (saysError || !is2xx) return refusal(response, errorOf(body))
  return foreignError(response, body) ?? { body }
}

function refusal(response: UpstreamResponse, error: WireError): SourceFailure {
  const scope = response.headers['x-ratelimit-scope']
  const words = response.status === 429 ? rateLimitWords(response) : wordsOf(response.status, error.code)
  const details = { ...error.details, ...(scope !== undefined && { rateLimitScope: scope.slice(0, 100) }) }
  const traceId = error.requestId ?? response.headers['x-ashby-request-id']
  return statusFailure(response, {
    ...words,
    ...versionWords(response),
    upstreamCode: error.code,
    upstreamMessage: error.message,
    details: Object.keys(details).length === 0 ? null : details,
    ...(traceId !== undefined && { traceId }),
  })
}

function wordsOf(status: number, code: string | null): Partial<Words> {
  const ofCode = wordsOfCode.get(code ?? '')
  if (ofCode) return ofCode
  // A 403 with a code that is not known may be any refusal, so the key is not blamed.
  if (status === 403 && code !== null) return { kind: 'FORBIDDEN' }
  // With 2xx this is `success: false` for a reason that we do not know: what would be a 4xx (S:B5).
  if (status < 300) return { kind: 'INVALID_REQUEST' }
  return wordsOfStatus.get(status) ?? { kind: failureKindOfStatus(status) }
}

/** A limit of this key, or of a partner's traffic over all its customers: sheet ashby section 8 (B11). */
function rateLimitWords({ headers }: UpstreamResponse): Words {
  const kind = 'RATE_LIMITED'
  if (isProviderWide(headers, rateLimits)) {
    return {
      kind,
      message: 'Ashby limits the requests of this integration partner over all its customers.',
      remedy: 'Ask again much later: waiting for this source alone does not lift the limit of the partner.',
    }
  }
  return {
    kind,
    message: 'Ashby limits the rate of requests of this API key.',
    remedy: 'Ask again later, not before retryAfter where it is given.',
  }
}

/** A version that Ashby no longer takes is a fault of the configuration, whatever else the answer says (B11, B12). */
function versionWords(response: UpstreamResponse): { readonly remedy?: string } {
  return response.headers['ashby-version-status'] === 'unsupported'
    ? { remedy: 'Set apiVersion of this source to a version that Ashby still supports.' }
    : {}
}

/** `errorInfo`, else the deprecated list `errors`, whose first text is a code when it has the form of one. */
function errorOf(body: JsonObject): WireError {
  const info = objectField(body, 'errorInfo') ?? {}
  const meta = smallJson(jsonField(info, 'meta'))
  const errors = textsOf(jsonField(body, 'errors'), 10)
  const [first] = errors
  const firstIsCode = first !== undefined && /^[a-z][a-z0-9_]*$/.test(first)
  return {
    code: idField(info, 'code') ?? (firstIsCode ? first : null),
    message: textField(info, 'message') ?? (firstIsCode ? null : (first ?? null)),
    requestId: idField(info, 'requestId'),
    details: { ...(meta !== null && { meta }), ...(errors.length > 0 && { errors }) },
  }
}
