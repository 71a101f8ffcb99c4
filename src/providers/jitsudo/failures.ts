import type { FailureKind, SourceFailure } from '../../model/failure.js'
import { isFailure } from '../../model/failure.js'
import type { JsonObject, JsonValue } from '../../model/json.js'
import {
  hasForeignError,
  idField,
  isJsonObject,
  jsonField,
  objectField,
  smallJson,
  textField,
} from '../../model/loose.js'
import type { UpstreamResponse } from '../../model/provider.js'
import {
  errorForEntries,
  failureKindOfStatus,
  invalidResponse,
  parseJsonBody,
  statusFailure,
} from '../../model/wire.js'

/** What an error body says: sheet jitsudo section 6. */
interface WireError {
  readonly code: string | null
  readonly message: string | null
  readonly details: JsonValue | null
  /** In JITSudo's own form, a `code` text with a `message` text at top level; else some proxy's. */
  readonly own: boolean
}

/** The codes that the pages name. Other codes are known by their status alone. */
const kindOfCode: ReadonlyMap<string, FailureKind> = new Map([
  ['tenant_mismatch', 'TENANT_MISMATCH'],
  ['not_found', 'NOT_FOUND'],
])

/** The gateway's words where this provider allows better ones than the kind does. */
const wordsOfKind: {
  readonly [Kind in FailureKind]?: { readonly message?: string; readonly remedy: string }
} = {
  UNAUTHENTICATED: {
    message: 'JITSudo did not accept the credential of this source.',
    remedy:
      'Check credentials of this source: an API key goes under apiKey, a JWT under token. A JWT ends after an hour unless the deployment says otherwise.',
  },
  FORBIDDEN: {
    message: 'The credential of this source may not read the audit log of its tenant.',
    remedy:
      'Grant the credential the right to read the audit log in JITSudo. Notices of the Cedar rules that decided, if any, are under details.',
  },
  TENANT_MISMATCH: {
    message: 'The credential of this source belongs to another tenant than the one configured.',
    remedy: 'Set tenantId of this source to the tenant that the credential was made in.',
  },
  NOT_FOUND: {
    message: 'Nothing that answers for the audit log is at the address of this source.',
    remedy: 'Check baseUrl of this source: the audit log is at /v1/audit-log below it.',
  },
  INVALID_REQUEST: {
    message: 'JITSudo refused the request.',
    remedy:
      'See what it says in upstreamCode and upstreamMessage. If it refuses the limit, set pageSize of this source lower, to 50 say; otherwise change the filter.',
  },
  RATE_LIMITED: {
    message: 'The JITSudo deployment, or a proxy before it, limits the rate of requests.',
    remedy: 'Ask again later, not before retryAfter where it is given.',
  },
}

/** Self-hosted behind the operator's load balancer, which answers in any form: sheet jitsudo section 7. */
const perhapsProxy = 'The answer is not in the form of JITSudo, so a proxy before it may have sent it.'

/**
 * The body of an answer when it is one: JSON that is not an error. Otherwise the failure: by the code where the pages
 * name it, else by the status. `answers` says whether an object is what was asked for, so that an answer which
 * happens to have a `code` is not taken for an error. The body is wrapped, since a foreign object can claim to be a
 * failure. Pure.
 */
export function bodyOf(
  response: UpstreamResponse,
  answers: (body: JsonObject) => boolean,
): { readonly body: JsonObject } | SourceFailure {
  const parsed = parseJsonBody(response)
  if (response.status !== 200) return refusal(response, isFailure(parsed) ? undefined : errorOf(parsed.json))
  if (isFailure(parsed)) return parsed
  if (!isJsonObject(parsed.json)) {
    return invalidResponse(response, "The provider's answer breaks its documented form: expected an object.")
  }
  if (answers(parsed.json)) return { body: parsed.json }
  const error = errorOf(parsed.json)
  return error ? refusal(response, error) : { body: parsed.json }
}

/**
 * Whether JITSudo itself says that there is no such entry: 404 in its own error form. A 404 in any other form is a
 * proxy's or a wrong address, and proves nothing about the entry.
 */
export function saysNoSuchEntry(response: UpstreamResponse): boolean {
  if (response.status !== 404) return false
  const parsed = parseJsonBody(response)
  const error = isFailure(parsed) ? undefined : errorOf(parsed.json)
  if (error === undefined || !error.own || error.code === null) return false
  return (kindOfCode.get(error.code) ?? 'NOT_FOUND') === 'NOT_FOUND'
}

function refusal(response: UpstreamResponse, error: WireError | undefined): SourceFailure {
  const answered200 = response.status === 200
  const kind =
    kindOfCode.get(error?.code ?? '') ??
    (answered200 ? 'INVALID_RESPONSE' : failureKindOfStatus(response.status))
  const words = wordsOfKind[kind]
  return statusFailure(response, {
    kind,
    ...words,
    ...(words && !error?.own && { remedy: `${words.remedy} ${perhapsProxy}` }),
    ...(answered200 &&
      kind === 'INVALID_RESPONSE' && {
        message: errorForEntries,
      }),
    upstreamCode: error?.code ?? null,
    upstreamMessage: error?.message ?? null,
    details: error?.details ?? null,
  })
}

/** An error at top level, as documented, or under `error`, as proxies put it; undefined when there is neither. */
function errorOf(json: JsonValue): WireError | undefined {
  if (!isJsonObject(json)) return undefined
  const nested = objectField(json, 'error')
  const body = nested ?? json
  // A number is some other service's code (gRPC gateways send one); it is kept for the reader.
  const code = idField(body, 'code')
  const message = textField(body, 'message')
  if (code === null && message === null && nested === null && !hasForeignError(json)) return undefined
  return {
    code,
    message,
    details: detailsOf(body),
    own: nested === null && textField(body, 'code') !== null && message !== null,
  }
}

/** `details` and the notices of the Cedar rules, kept as they are when they are small. */
function detailsOf(body: JsonObject): JsonValue | null {
  const details = smallJson(jsonField(body, 'details'))
  const notices = smallJson(jsonField(body, 'notices'))
  if (details === null && notices === null) return null
  return { ...(details !== null && { details }), ...(notices !== null && { notices }) }
}
