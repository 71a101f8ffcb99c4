import { type FailureKind, isFailure, type SourceFailure } from '../../model/failure.js'
import type { JsonValue } from '../../model/json.js'
import { countField, isJsonObject, jsonField, objectField, textField } from '../../model/loose.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { failureKindOfStatus, foreignError, parseJsonBody, statusFailure } from '../../model/wire.js'
import { rateLimits } from './capabilities.js'
import type { AuthStyle, Settings } from './settings.js'

/** The settings that a failure may come from. */
type Blamable = Pick<Settings, 'authStyle' | 'preferHistory'>

interface Meaning {
  readonly kind: FailureKind
  readonly message: string
  readonly remedy: string
}

/** The error object; the list page's has the first three (F1), the error reference's all (F4). Sheet section 6. */
interface WireError {
  readonly code: string | null
  readonly type: string | null
  readonly message: string | null
  readonly status: number | undefined
  readonly traceId: string | null
  readonly details: JsonValue
}

/**
 * The JSON of an answer that is not a failure.
 *
 * A status other than 200 is a failure, and so is a 200 with `success: false` or an error in whatever form. A body that is
 * not JSON (a proxy's page) is translated by its status. In a 200 or 4xx a documented code decides, compared without
 * case; then the status; then, where the status says nothing closer, the type (sheet section 6, parse rule). 408,
 * 429, 5xx and redirects stand whatever the code says: they are not about the request.
 */
export function readBody(
  response: UpstreamResponse,
  settings: Blamable,
): { readonly json: JsonValue } | SourceFailure {
  const body = parseJsonBody(response)
  const error = isFailure(body) ? undefined : reportedError(body.json)
  if (response.status === 200 && error === undefined) {
    return isFailure(body) ? body : (foreignError(response, body.json) ?? body)
  }
  return toFailure(response, error ?? noError, settings)
}

const noError: WireError = {
  code: null,
  type: null,
  message: null,
  status: undefined,
  traceId: null,
  details: null,
}

function reportedError(json: JsonValue): WireError | undefined {
  if (!isJsonObject(json)) return undefined
  const error = objectField(json, 'error')
  if (error === null) return json['success'] === false ? noError : undefined
  return {
    code: textField(error, 'code'),
    type: textField(error, 'type'),
    message: textField(error, 'message', 'system_message', 'systemMessage'),
    status: countField(error, 'status'),
    traceId: textField(error, 'trace_id', 'traceId'),
    details: jsonField(error, 'details'),
  }
}

function toFailure(response: UpstreamResponse, error: WireError, settings: Blamable): SourceFailure {
  return statusFailure(
    response,
    {
      ...meaningOf(response.status, error, settings),
      upstreamCode: error.code,
      upstreamMessage: error.message,
      traceId: error.traceId,
      details: error.details,
    },
    rateLimits,
  )
}

/** What is better known than by the status alone; empty when the status says it all. */
function meaningOf(status: number, error: WireError, settings: Blamable): Partial<Meaning> {
  if (status !== 200 && !isAboutRequest(status)) return {}
  const meaning = meanings.get(error.code?.toUpperCase() ?? '')
  const kind = meaning?.kind ?? kindByStatusOrType(status, error)
  const capability = requiredCapability(error.details)
  if (kind === 'UNAUTHENTICATED') {
    return { kind, ...meaning, remedy: `${meaning?.remedy ?? checkKey} ${describeStyle(settings.authStyle)}` }
  }
  if (kind === 'FORBIDDEN' && capability !== undefined) {
    return { kind, ...meaning, remedy: `Grant the capability ${capability} to the API key.` }
  }
  if (kind === 'NOT_FOUND' && meaning === undefined) {
    return { kind, remedy: settings.preferHistory ? `${checkAddress} ${blameHistory}` : checkAddress }
  }
  return { kind, ...meaning }
}

/** A 4xx other than 408 (too slow) and 429 (too many). */
function isAboutRequest(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** A 200 counts as the status that its error names; without one as a refusal without a known reason. */
function kindByStatusOrType(status: number, error: WireError): FailureKind {
  const named = status === 200 ? (error.status ?? 0) : status
  const byStatus = named >= 400 && named < 600 ? failureKindOfStatus(named) : 'INVALID_REQUEST'
  const byType = kindsOfType.get(error.type?.toLowerCase() ?? '')
  return byStatus === 'INVALID_REQUEST' ? (byType ?? byStatus) : byStatus
}

/** The capability that the caller lacks (F4); only a short identifier is fit for our own words. */
function requiredCapability(details: JsonValue): string | undefined {
  const name = isJsonObject(details) ? textField(details, 'required_capability', 'requiredCapability') : null
  return name !== null && /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(name) ? name : undefined
}

/** On 401 the style in use is reported and no other is tried: sheet section 10 rule 8. */
function describeStyle(authStyle: AuthStyle): string {
  return `The key was sent in the style ${authStyle} (${headerOf[authStyle]}); if the provider expects another, set authStyle.`
}

const headerOf: Record<AuthStyle, string> = {
  'bearer-key': 'Authorization: Bearer',
  'x-api-key': 'X-API-Key',
  'api-key': 'api-key',
}

const checkKey = 'Check that credentials.apiKey of this source is set and current.'
const checkAddress =
  'Check organizationId and baseUrl of this source: the provider has no such organization or no such address.'
/** What a history answers for a resource that is gone or never was is not documented: sheet sections 1 and 6. */
const blameHistory =
  'If this was the history of a resource, it may have none: set preferHistory to false, and the list is asked.'

/** The `type` words of F1: sheet section 6. */
const kindsOfType: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>([
  ['authentication_error', 'UNAUTHENTICATED'],
  ['permission_error', 'FORBIDDEN'],
  ['not_found_error', 'NOT_FOUND'],
])

const noKeyFound: Meaning = {
  kind: 'UNAUTHENTICATED',
  message: 'The provider found no credential in the request.',
  remedy: 'The key may have been sent in a header that the provider does not read.',
}
const invalidToken: Meaning = {
  kind: 'UNAUTHENTICATED',
  message: 'The provider took the API key of this source for a token and did not accept it.',
  remedy: 'The key may have been sent in a header that the provider reads tokens from.',
}
const refused: Meaning = {
  kind: 'FORBIDDEN',
  message: 'The provider refuses this operation to the API key of this source.',
  remedy: 'Grant the API key the right to read the audit logs of the organization.',
}

/**
 * The codes of F1 and F4 (sheet section 6; F4's list goes on past what could be read).
 *
 * Of the organization codes, TENANT_MISMATCH are those that a right key gets for a wrong or unsettled organization;
 * NO_ORGANIZATION_MEMBERSHIP is FORBIDDEN, since the caller then has no other tenant to be set. An organization that
 * is not found is a configuration error and never an empty result (section 10 rule 9).
 */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['MISSING_AUTHENTICATION', noKeyFound],
  ['AUTHENTICATION_REQUIRED', noKeyFound],
  [
    'INVALID_CREDENTIALS',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The provider did not accept the API key of this source.',
      remedy: checkKey,
    },
  ],
  ['TOKEN_INVALID', invalidToken],
  ['TOKEN_MISSING_SUBJECT', invalidToken],
  [
    'TOKEN_EXPIRED',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The credential of this source has expired.',
      remedy: 'Set a current API key in credentials.apiKey.',
    },
  ],
  [
    'INVALID_API_KEY',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The provider does not know the API key of this source.',
      remedy: 'Set a valid API key in credentials.apiKey.',
    },
  ],
  [
    'API_KEY_EXPIRED',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The API key of this source has expired.',
      remedy: 'Make a new API key at the provider and set it in credentials.apiKey.',
    },
  ],
  [
    'API_KEY_DEACTIVATED',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The API key of this source is deactivated.',
      remedy: 'Make a new API key at the provider and set it in credentials.apiKey.',
    },
  ],
  [
    'API_KEY_PAUSED',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The API key of this source is paused.',
      remedy: 'Resume the API key at the provider.',
    },
  ],
  [
    'INSUFFICIENT_PERMISSIONS',
    {
      kind: 'FORBIDDEN',
      message: 'The API key of this source may not read the audit logs.',
      remedy: 'Grant the API key the right to read the audit logs of the organization.',
    },
  ],
  [
    'ORGANIZATION_ACCESS_DENIED',
    {
      kind: 'TENANT_MISMATCH',
      message: 'The API key of this source has no access to the configured organization.',
      remedy: 'Set organizationId to the organization of the API key, or use a key of this one.',
    },
  ],
  [
    'NO_ORGANIZATION_MEMBERSHIP',
    {
      kind: 'FORBIDDEN',
      message: 'The provider finds no organization membership of the owner of this API key.',
      remedy:
        'Make the owner of the API key a member of the organization, with the right to read audit logs.',
    },
  ],
  [
    'AMBIGUOUS_ORGANIZATION',
    {
      kind: 'TENANT_MISMATCH',
      message: 'The provider cannot tell which organization the API key stands for.',
      remedy: 'Use an API key that belongs to the organization in organizationId alone.',
    },
  ],
  ['OPERATION_NOT_ALLOWED', refused],
  ['ACCESS_DENIED', refused],
  // Codes of registration and membership (the Aitronos copy of F4), not expected on this endpoint.
  ['DOMAIN_NOT_REGISTERED', refused],
  ['REGISTRATION_RESTRICTED', refused],
  ['CANNOT_REMOVE_LAST_OWNER', refused],
  [
    'ORGANIZATION_NOT_FOUND',
    {
      kind: 'NOT_FOUND',
      message: 'The provider does not know the configured organization.',
      remedy: 'Set organizationId of this source to an organization that exists at the provider.',
    },
  ],
  [
    'VALIDATION_ERROR',
    {
      kind: 'INVALID_REQUEST',
      message: 'The provider found a parameter of the request invalid.',
      remedy: 'See upstreamMessage and details for the parameter.',
    },
  ],
])
