import { type FailureKind, isFailure, type SourceFailure } from '../../model/failure.js'
import type { JsonValue } from '../../model/json.js'
import { countField, isJsonObject, jsonField, objectField, textField } from '../../model/loose.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { failureKindOfStatus, foreignError, parseJsonBody, statusFailure } from '../../model/wire.js'
import { rateLimits } from './capabilities.js'
import type { Credentials } from './settings.js'

interface Meaning {
  readonly kind: FailureKind
  readonly message: string
  readonly remedy: string
}

/** The platform's error object: sheet section 6. */
interface WireError {
  readonly code: string | null
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
 * case, then the status. 408, 429, 5xx and redirects stand whatever the code says: they are not about the request.
 */
export function readBody(
  response: UpstreamResponse,
  credentialKind: Credentials['kind'],
): { readonly json: JsonValue } | SourceFailure {
  const body = parseJsonBody(response)
  const error = isFailure(body) ? undefined : reportedError(body.json)
  if (response.status === 200 && error === undefined) {
    return isFailure(body) ? body : (foreignError(response, body.json) ?? body)
  }
  return toFailure(response, error ?? noError, credentialKind)
}

const noError: WireError = { code: null, message: null, status: undefined, traceId: null, details: null }

function reportedError(json: JsonValue): WireError | undefined {
  if (!isJsonObject(json)) return undefined
  const error = objectField(json, 'error')
  if (error === null) return json['success'] === false ? noError : undefined
  return {
    code: textField(error, 'code'),
    message: textField(error, 'message', 'system_message'),
    status: countField(error, 'status'),
    traceId: textField(error, 'trace_id'),
    details: jsonField(error, 'details'),
  }
}

function toFailure(
  response: UpstreamResponse,
  error: WireError,
  credentialKind: Credentials['kind'],
): SourceFailure {
  return statusFailure(
    response,
    {
      ...meaningOf(response.status, error, credentialKind),
      upstreamCode: error.code,
      upstreamMessage: error.message,
      traceId: error.traceId,
      details: error.details,
    },
    rateLimits,
  )
}

/** What is better known than by the status alone; empty when the status says it all. */
function meaningOf(status: number, error: WireError, credentialKind: Credentials['kind']): Partial<Meaning> {
  if (status !== 200 && !isAboutRequest(status)) return {}
  const meaning = meanings.get(error.code?.toUpperCase() ?? '')
  const kind = meaning?.kind ?? kindByStatus(status, error)
  const capability = requiredCapability(error.details)
  if (kind === 'UNAUTHENTICATED') {
    return { kind, ...meaning, remedy: `${meaning?.remedy ?? checkCredential} ${inUse[credentialKind]}` }
  }
  if (kind === 'FORBIDDEN' && capability !== undefined) {
    return { kind, ...meaning, remedy: `Grant the capability ${capability} to the credential's user.` }
  }
  if (kind === 'NOT_FOUND' && meaning === undefined) return { kind, remedy: checkOrganization }
  return { kind, ...meaning }
}

/** A 4xx other than 408 (too slow) and 429 (too many). */
function isAboutRequest(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** A 200 counts as the status that its error names; without one as a refusal without a known reason. */
function kindByStatus(status: number, error: WireError): FailureKind {
  if (status !== 200) return failureKindOfStatus(status)
  const named = error.status ?? 0
  return named >= 400 && named < 600 ? failureKindOfStatus(named) : 'INVALID_REQUEST'
}

/** The capability that the caller lacks (sheet section 1); only a short identifier is fit for our own words. */
function requiredCapability(details: JsonValue): string | undefined {
  const name = isJsonObject(details) ? textField(details, 'required_capability') : null
  return name !== null && /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(name) ? name : undefined
}

const checkCredential = 'Check that the credential of this source is set and current.'
const checkOrganization =
  'Check organizationId and baseUrl of this source: the provider has no such organization or no such address.'
const inUse: Record<Credentials['kind'], string> = {
  token: 'This source uses credentials.token, sent as Authorization: Bearer.',
  apiKey: 'This source uses credentials.apiKey, sent as X-API-Key.',
}

const refused: Meaning = {
  kind: 'FORBIDDEN',
  message: 'The provider refuses this operation to the credentials of this source.',
  remedy: "Grant the credential's user the capability view_audit_log.",
}
const invalidToken: Meaning = {
  kind: 'UNAUTHENTICATED',
  message: 'The provider did not accept the token of this source.',
  remedy: 'Set a new access token in credentials.token.',
}

/**
 * The codes that the error reference names (sheet section 6; its list goes on past what could be read).
 *
 * Of the organization codes, TENANT_MISMATCH are those that a right credential gets for a wrong or unsettled
 * organization; NO_ORGANIZATION_MEMBERSHIP is FORBIDDEN, since the caller then has no other tenant to be set.
 */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  [
    'AUTHENTICATION_REQUIRED',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The provider found no credential in the request.',
      remedy: 'Use the other of credentials.token and credentials.apiKey if the provider expects it.',
    },
  ],
  [
    'INVALID_CREDENTIALS',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The provider did not accept the credentials of this source.',
      remedy: checkCredential,
    },
  ],
  [
    'TOKEN_EXPIRED',
    {
      kind: 'UNAUTHENTICATED',
      message: 'The token of this source has expired.',
      remedy: 'Set a new access token in credentials.token.',
    },
  ],
  ['TOKEN_INVALID', invalidToken],
  ['TOKEN_MISSING_SUBJECT', invalidToken],
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
      message: 'The credentials of this source may not read the audit log.',
      remedy: "Grant the credential's user the capability view_audit_log.",
    },
  ],
  [
    'ORGANIZATION_ACCESS_DENIED',
    {
      kind: 'TENANT_MISMATCH',
      message: 'The credentials of this source have no access to the configured organization.',
      remedy: 'Set organizationId to the organization of the credential, or use a credential of this one.',
    },
  ],
  [
    'NO_ORGANIZATION_MEMBERSHIP',
    {
      kind: 'FORBIDDEN',
      message: "The provider finds no organization membership of the credential's user.",
      remedy: "Make the credential's user a member of the organization, with the capability view_audit_log.",
    },
  ],
  [
    'AMBIGUOUS_ORGANIZATION',
    {
      kind: 'TENANT_MISMATCH',
      message: 'The provider cannot tell which organization the credential stands for.',
      remedy: 'Use a credential that belongs to the organization in organizationId alone.',
    },
  ],
  ['OPERATION_NOT_ALLOWED', refused],
  ['ACCESS_DENIED', refused],
  // Codes of registration and membership, not expected on this endpoint.
  ['DOMAIN_NOT_REGISTERED', refused],
  ['REGISTRATION_RESTRICTED', refused],
  ['CANNOT_REMOVE_LAST_OWNER', refused],
  [
    'VALIDATION_ERROR',
    {
      kind: 'INVALID_REQUEST',
      message: 'The provider found a parameter of the request invalid.',
      remedy:
        'See upstreamMessage and details for the parameter. If it is a date, check the setting dates of this source.',
    },
  ],
])
