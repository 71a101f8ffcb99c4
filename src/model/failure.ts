import type { JsonValue } from './json.js'
import { isSmallJson, smallJsonDepthMax, smallJsonLengthMax } from './loose.js'

/** The kinds of trouble that a source can have: design.md section 3, `UpstreamErrorKind`. */
export type FailureKind =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'TENANT_MISMATCH'
  | 'NOT_FOUND'
  | 'FEATURE_DISABLED'
  | 'INVALID_REQUEST'
  | 'RATE_LIMITED'
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'UNAVAILABLE'
  | 'INVALID_RESPONSE'
  | 'TOO_DENSE'
  | 'UNSTABLE'
  | 'NO_PROGRESS'

/**
 * Expected trouble of a source, as a value.
 *
 * `message` and `remedy` are the gateway's own words and safe to show. What the provider said stands apart, in
 * `upstreamCode`, `upstreamMessage`, `traceId` and `details`; a failure never holds a credential.
 */
export interface SourceFailure {
  readonly failed: true
  readonly kind: FailureKind
  readonly message: string
  /** What the reader of the answer can do. */
  readonly remedy: string
  readonly retryable: boolean
  /** The instant before which another try is useless; null when the provider named none. */
  readonly retryAfterMs: number | null
  readonly httpStatus: number | null
  readonly upstreamCode: string | null
  readonly upstreamMessage: string | null
  readonly traceId: string | null
  readonly details: JsonValue | null
  /** No request was made that it could be the answer of: it was held back, or somebody else's has failed. */
  readonly unsent?: true
}

/** What each kind means when the place that fails has nothing better to say. */
const policy: Record<FailureKind, { retryable: boolean; message: string; remedy: string }> = {
  UNAUTHENTICATED: {
    retryable: false,
    message: 'The provider did not accept the credentials of this source.',
    remedy:
      'Check that the credential in the configuration of this source is set, current and of the right kind.',
  },
  FORBIDDEN: {
    retryable: false,
    message: 'The credentials of this source may not read the audit log.',
    remedy: 'Grant the credential the right to read the audit log at the provider.',
  },
  TENANT_MISMATCH: {
    retryable: false,
    message: 'The credentials of this source belong to another tenant.',
    remedy: 'Set the tenant of this source to the one that the credential was made for.',
  },
  NOT_FOUND: {
    retryable: false,
    message: 'The provider does not know what this source asks for.',
    remedy: 'Check the organization id and the base URL of this source.',
  },
  FEATURE_DISABLED: {
    retryable: false,
    message: 'The audit log is not enabled for this organization.',
    remedy: 'Have the provider enable the audit log for the organization.',
  },
  INVALID_REQUEST: {
    retryable: false,
    message: 'The provider refused the request.',
    remedy: 'Change the filter, or see what the provider says in upstreamCode and upstreamMessage.',
  },
  RATE_LIMITED: {
    retryable: true,
    message: 'The provider limits the rate of requests and asks to wait.',
    remedy: 'Ask again later, not before retryAfter where it is given.',
  },
  TIMEOUT: {
    retryable: true,
    message: 'The provider did not answer in time.',
    remedy: 'Ask again. If it keeps happening, see whether the provider is slow.',
  },
  UNREACHABLE: {
    retryable: true,
    message: 'No connection to the provider, or it broke off.',
    remedy:
      'Check the base URL of this source and the network between the gateway and the provider, then ask again.',
  },
  UNAVAILABLE: {
    retryable: true,
    message: 'The provider is in trouble.',
    remedy: 'Ask again later.',
  },
  INVALID_RESPONSE: {
    retryable: false,
    message: 'The provider sent something that is not an answer of its audit log.',
    remedy:
      'Check the base URL of this source. If it is right, the provider may have changed its format: report it.',
  },
  TOO_DENSE: {
    retryable: false,
    message: 'More entries share one time step than can be told apart safely.',
    remedy: 'Narrow the filter so that fewer entries of that time step match.',
  },
  UNSTABLE: {
    retryable: true,
    message: 'The answers of the provider contradict each other, so their order cannot be relied on.',
    remedy: 'Ask again. What could not be placed is named as a gap.',
  },
  NO_PROGRESS: {
    retryable: true,
    message: 'The provider announces more entries but brings nothing new.',
    remedy: 'Ask again. If it keeps happening, report it to the provider.',
  },
}

/** How much of a provider's own text is kept, in UTF-16 code units. */
const upstreamTextLengthMax = 500

/**
 * Makes a failure of a kind. What is left out is taken from the kind's policy; the provider's own texts are cut to
 * 500 characters and lose control characters, and details of more than 4,000 characters of JSON or 20 levels give way
 * to a note, so that a hostile page cannot flood an answer.
 */
export function sourceFailure(
  kind: FailureKind,
  parts: Partial<Omit<SourceFailure, 'failed' | 'kind'>> = {},
): SourceFailure {
  return {
    failed: true,
    kind,
    message: parts.message ?? policy[kind].message,
    remedy: parts.remedy ?? policy[kind].remedy,
    retryable: parts.retryable ?? policy[kind].retryable,
    retryAfterMs: parts.retryAfterMs ?? null,
    httpStatus: parts.httpStatus ?? null,
    upstreamCode: shorten(parts.upstreamCode),
    upstreamMessage: shorten(parts.upstreamMessage),
    traceId: shorten(parts.traceId),
    details: boundDetails(parts.details ?? null),
  }
}

/** Tells a failure from any other value. */
export function isFailure(value: unknown): value is SourceFailure {
  return typeof value === 'object' && value !== null && (value as { failed?: unknown }).failed === true
}

function boundDetails(details: JsonValue): JsonValue {
  if (isSmallJson(details)) return details
  return {
    note: `Left out: more than ${smallJsonLengthMax} characters of JSON or ${smallJsonDepthMax} levels.`,
  }
}

function shorten(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = text.replace(/[\u0000-\u001f\u007f]+/g, ' ')
  return plain.length <= upstreamTextLengthMax ? plain : `${plain.slice(0, upstreamTextLengthMax - 1)}…`
}
