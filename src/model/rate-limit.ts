/**
 * What a provider declares, and what its answers say, about how often it may be asked. Pure: data and parsing.
 */

/** Names, in lower case, of headers that tell an allowance together. */
interface AllowanceHeaders {
  readonly limit: string
  readonly remaining: string
  readonly reset: string
  /** Seconds to wait, beside or in place of Retry-After. */
  readonly retryAfter?: string
}

/** What a provider's sheet says about its limits. Retry-After and the RateLimit headers of the IETF draft are read of everyone. */
export interface RateLimitDeclaration {
  readonly families: readonly AllowanceHeaders[]
  /** The header, in lower case, and its value that say that a 429 is for all sources of the provider, not for one credential. */
  readonly providerScope?: { readonly header: string; readonly value: string }
}

export const noDeclaredLimits: RateLimitDeclaration = { families: [] }

/** One allowance that an answer told. */
export interface AllowanceTold {
  /** Tells the allowances of one credential apart. */
  readonly family: string
  /** Requests in a full allowance; null when it is not told. */
  readonly limit: number | null
  readonly remaining: number
  /** When more is granted, UTC milliseconds; null when it is not told. */
  readonly resetMs: number | null
}

/** What is known of the allowance of a source. Null is "not told", never a guess. */
export interface Allowance {
  readonly limit: number | null
  readonly remaining: number | null
  readonly resetMs: number | null
  /** Until then the gateway sends no request for the source; null when it may ask now. */
  readonly pausedUntilMs: number | null
  readonly pauseReason: PauseReason | null
  /** Requests that the gateway allows itself at once now. */
  readonly concurrency: number
}

/** Why a source is not asked: the provider limits the rate, it keeps failing, or it refused the credential. */
export type PauseReason = 'RATE_LIMITED' | 'FAILING' | 'CREDENTIAL_REFUSED'

type Headers = Readonly<Record<string, string>>

/** The longest wait that a provider can impose on us; more is taken for a mistake of its. 15 minutes. */
const waitMaxMs = 900_000

/**
 * The instant before which an answer asks not to be called again, or null: the latest of Retry-After (RFC 9110 section
 * 10.2.3, seconds or HTTP date), the declared headers of the same meaning and, when nothing remains of an allowance,
 * its reset. At most 15 minutes after `receivedAtMs`; what cannot be read is passed over.
 */
export function readWait(
  headers: Headers,
  receivedAtMs: number,
  declared: RateLimitDeclaration,
): number | null {
  const names = ['retry-after', ...declared.families.flatMap(({ retryAfter }) => retryAfter ?? [])]
  const instants = [
    ...names.map((name) => waitInstant(headers[name], receivedAtMs)),
    ...readAllowances(headers, receivedAtMs, declared)
      .filter(({ remaining }) => remaining === 0)
      .map(({ resetMs }) => resetMs),
  ].filter((instant) => instant !== null)
  return instants.length === 0 ? null : clamp(Math.max(...instants), receivedAtMs)
}

/** Every allowance that an answer tells: the declared families, and the IETF draft's headers in its three forms. */
export function readAllowances(
  headers: Headers,
  receivedAtMs: number,
  { families }: RateLimitDeclaration,
): readonly AllowanceTold[] {
  const told: AllowanceTold[] = []
  for (const family of [...families, draftHeaders]) {
    const remaining = count(headers[family.remaining])
    if (remaining === null) continue
    const resetMs = resetInstant(headers[family.reset], receivedAtMs)
    told.push({ family: family.remaining, limit: count(headers[family.limit]), remaining, resetMs })
  }
  const { ratelimit } = headers
  return ratelimit === undefined
    ? told
    : [...told, ...draftItems(ratelimit, headers['ratelimit-policy'], receivedAtMs)]
}

/** Whether a 429 is for all sources of the provider. */
export function isProviderWide(headers: Headers, { providerScope }: RateLimitDeclaration): boolean {
  if (providerScope === undefined) return false
  return headers[providerScope.header]?.trim().toLowerCase() === providerScope.value
}

/** draft-ietf-httpapi-ratelimit-headers, to its version 06: three headers, the reset in seconds from now. */
const draftHeaders: AllowanceHeaders = {
  limit: 'ratelimit-limit',
  remaining: 'ratelimit-remaining',
  reset: 'ratelimit-reset',
}

/** Version 07, `limit=100, remaining=50, reset=30`, and later, `"name";r=50;t=30` beside a policy `"name";q=100;w=60`. */
function draftItems(text: string, policy: string | undefined, receivedAtMs: number): AllowanceTold[] {
  const quotas = new Map((policy ?? '').split(',').map((item) => [nameOf(item), parameter(item, 'q')]))
  const flat = /(^|[\s,])remaining\s*=/.test(text)
  return (flat ? [text.replaceAll(',', ';')] : text.split(',')).flatMap((item) => {
    const remaining = parameter(item, flat ? 'remaining' : 'r')
    if (remaining === null) return []
    const seconds = parameter(item, flat ? 'reset' : 't')
    const limit = flat ? parameter(item, 'limit') : (quotas.get(nameOf(item)) ?? null)
    const resetMs = seconds === null ? null : clamp(receivedAtMs + seconds * 1_000, receivedAtMs)
    return [{ family: `ratelimit ${nameOf(item)}`, limit, remaining, resetMs }]
  })
}

function nameOf(item: string): string {
  return /^\s*"?([\w-]{1,60})"?\s*(;|$)/.exec(item)?.[1] ?? ''
}

function parameter(item: string, name: string): number | null {
  for (const part of item.split(';')) {
    const [key = '', value] = part.split('=')
    if (key.trim().toLowerCase() === name) return count(value)
  }
  return null
}

/** A whole number as headers write it; the draft lets a list of policies follow the limit. */
function count(text: string | undefined): number | null {
  const digits = /^\s*(\d{1,12})\s*(?:[,;]|$)/.exec(text ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}

function waitInstant(text: string | undefined, receivedAtMs: number): number | null {
  if (text === undefined) return null
  if (/^\s*\d{1,30}(\.\d{1,9})?\s*$/.test(text)) return receivedAtMs + Math.ceil(Number(text) * 1_000)
  const date = /^[A-Za-z]{3,9},? .{10,40}$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : date
}

/** Unix seconds or milliseconds, seconds from now, or a duration such as `6m0s` or `20ms`. */
function resetInstant(text: string | undefined, receivedAtMs: number): number | null {
  if (text === undefined) return null
  const trimmed = text.trim()
  if (/^\d{9,11}$/.test(trimmed)) return clamp(Number(trimmed) * 1_000, receivedAtMs)
  if (/^\d{12,14}$/.test(trimmed)) return clamp(Number(trimmed), receivedAtMs)
  if (/^\d{1,8}(\.\d{1,9})?$/.test(trimmed))
    return clamp(receivedAtMs + Number(trimmed) * 1_000, receivedAtMs)
  const parts = /^(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?$/.exec(trimmed)
  if (!parts || trimmed === '') return null
  const [hours, minutes, seconds, millis] = parts.slice(1).map((part) => Number(part ?? 0))
  const durationMs =
    (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000 + (millis ?? 0)
  return clamp(receivedAtMs + durationMs, receivedAtMs)
}

function clamp(instantMs: number, receivedAtMs: number): number {
  return Math.ceil(Math.min(Math.max(receivedAtMs, instantMs), receivedAtMs + waitMaxMs))
}
