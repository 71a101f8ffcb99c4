/**
 * What a provider declares, and what its answers say, about how often it may be asked. Pure: data and parsing.
 */

import { parseInstant } from './instant.js'

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
 *
 * All of these headers may come more than once, from an application and a proxy before it: the strictest counts.
 */
export function readWait(
  headers: Headers,
  receivedAtMs: number,
  declared: RateLimitDeclaration,
): number | null {
  const names = ['retry-after', ...declared.families.flatMap(({ retryAfter }) => retryAfter ?? [])]
  const latestMs = greatest([
    ...names.flatMap((name) => valuesOf(headers[name])).map((value) => waitInstant(value, receivedAtMs)),
    ...readAllowances(headers, receivedAtMs, declared)
      .filter(({ remaining }) => remaining === 0)
      .map(({ resetMs }) => resetMs),
  ])
  return latestMs === null ? null : clamp(latestMs, receivedAtMs)
}

/** Every allowance that an answer tells: the declared families, and the IETF draft's headers in its three forms. */
export function readAllowances(
  headers: Headers,
  receivedAtMs: number,
  { families }: RateLimitDeclaration,
): readonly AllowanceTold[] {
  const told = [...families, draftHeaders].flatMap((family) =>
    familyAllowances(family, headers, receivedAtMs),
  )
  const { ratelimit } = headers
  return ratelimit === undefined
    ? told
    : [...told, ...draftItems(ratelimit, headers['ratelimit-policy'] ?? '', receivedAtMs)]
}

/** What three headers tell: where they come as often as each other, each time an allowance; else the strictest of all. */
function familyAllowances(
  names: AllowanceHeaders,
  headers: Headers,
  receivedAtMs: number,
): readonly AllowanceTold[] {
  const limits = limitsOf(headers[names.limit])
  const remaining = valuesOf(headers[names.remaining])
  const resets = valuesOf(headers[names.reset]).map((value) => resetInstant(value, receivedAtMs))
  const isPaired = resets.length === remaining.length && remaining.length <= repeatsMax
  if (!isPaired) return allowanceOf(names.remaining, limits, remaining, resets)
  const hasLimits = limits.length === remaining.length
  return remaining.flatMap((value, index) =>
    allowanceOf(
      repeated(names.remaining, index),
      hasLimits ? limits.slice(index, index + 1) : limits,
      [value],
      resets.slice(index, index + 1),
    ),
  )
}

/** One allowance of the strictest of some values; none where nothing tells what remains. */
function allowanceOf(
  family: string,
  limits: readonly string[],
  remaining: readonly string[],
  resetsMs: readonly (number | null)[],
): readonly AllowanceTold[] {
  // Less than nothing is nothing; but of a limit that is less than nothing, too, it means that there is none.
  const isUnlimited = limits.some(isNegative)
  const left = least(remaining.map((value) => (isNegative(value) ? (isUnlimited ? null : 0) : count(value))))
  if (left === null) return []
  return [{ family, limit: least(limits.map(count)), remaining: left, resetMs: greatest(resetsMs) }]
}

/** Allowances of one name that are followed one by one; of more only the strictest values are. */
const repeatsMax = 8

function repeated(name: string, index: number): string {
  return index === 0 ? name : `${name} ${index}`
}

/** Each by itself, or all together where they are too many. */
function oneByOne(items: readonly string[]): readonly (readonly string[])[] {
  return items.length <= repeatsMax ? items.map((item) => [item]) : [items]
}

/** Whether a 429 is for all sources of the provider. */
export function isProviderWide(headers: Headers, { providerScope }: RateLimitDeclaration): boolean {
  if (providerScope === undefined) return false
  const { header, value } = providerScope
  return valuesOf(headers[header]).some((said) => said.trim().toLowerCase() === value)
}

/**
 * The values of a header that may have been repeated, which the client joins by commas (RFC 9110 section 5.3). The comma
 * of an HTTP date, behind its weekday, divides nothing.
 */
function valuesOf(text: string | undefined): readonly string[] {
  return text?.split(/(?<!\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}),/i) ?? []
}

/** The least of what could be read. */
function least(values: readonly (number | null)[]): number | null {
  const read = values.filter((value) => value !== null)
  return read.length === 0 ? null : Math.min(...read)
}

function greatest(values: readonly (number | null)[]): number | null {
  const read = values.filter((value) => value !== null)
  return read.length === 0 ? null : Math.max(...read)
}

/** draft-ietf-httpapi-ratelimit-headers, to its version 06: three headers, the reset in seconds from now. */
const draftHeaders: AllowanceHeaders = {
  limit: 'ratelimit-limit',
  remaining: 'ratelimit-remaining',
  reset: 'ratelimit-reset',
}

/** The parameters of version 07, `limit=100, remaining=50, reset=30`, and of later ones, `"name";r=50;t=30`. */
const flatNames: AllowanceHeaders = { limit: 'limit', remaining: 'remaining', reset: 'reset' }
const itemNames: AllowanceHeaders = { limit: 'q', remaining: 'r', reset: 't' }

/** What both forms tell, the newer one beside a policy `"name";q=100;w=60`. */
function draftItems(text: string, policy: string, receivedAtMs: number): readonly AllowanceTold[] {
  const policies = itemsByName(policy)
  return [
    ...oneByOne(flatSets(text)).flatMap((sets, index) =>
      draftAllowance(repeated('ratelimit ', index), sets, sets, flatNames, receivedAtMs),
    ),
    ...[...itemsByName(text)].flatMap(([name, items]) =>
      oneByOne(items).flatMap((own, index) =>
        draftAllowance(
          repeated(`ratelimit ${name}`, index),
          own,
          policies.get(name) ?? [],
          itemNames,
          receivedAtMs,
        ),
      ),
    ),
  ]
}

function draftAllowance(
  family: string,
  items: readonly string[],
  policies: readonly string[],
  names: AllowanceHeaders,
  receivedAtMs: number,
): readonly AllowanceTold[] {
  const resets = parameters(items, names.reset).map((text) => {
    const seconds = count(text)
    return seconds === null ? null : clamp(receivedAtMs + seconds * 1_000, receivedAtMs)
  })
  return allowanceOf(family, parameters(policies, names.limit), parameters(items, names.remaining), resets)
}

/** `limit=5, remaining=0, reset=1`, each time that one of the names comes again. */
function flatSets(text: string): readonly string[] {
  const sets: string[][] = []
  const names = new Set<string>()
  for (const part of text.split(',')) {
    const name = part.split('=')[0]?.trim().toLowerCase() ?? ''
    const last = sets.at(-1)
    if (last && !names.has(name)) last.push(part)
    else {
      sets.push([part])
      names.clear()
    }
    names.add(name)
  }
  return sets.map((set) => set.join(';'))
}

function itemsByName(text: string): ReadonlyMap<string, readonly string[]> {
  const items = new Map<string, string[]>()
  for (const item of text.split(',')) {
    const name = nameOf(item)
    const known = items.get(name)
    if (known) known.push(item)
    else items.set(name, [item])
  }
  return items
}

function nameOf(item: string): string {
  return /^\s*"?([\w-]{1,60})"?\s*(;|$)/.exec(item)?.[1] ?? ''
}

/** All values that items have of one parameter. */
function parameters(items: readonly string[], name: string): readonly string[] {
  return items
    .flatMap((item) => item.split(';'))
    .flatMap((part) => {
      const [key = '', value = ''] = part.split('=')
      return key.trim().toLowerCase() === name ? [value] : []
    })
}

/**
 * What a limit says. Policies may follow it in drafts to version 06 and elsewhere, `10, 10;w=1, 50;w=60`: these are of
 * other spans than what remains, so they count only where nothing else is told.
 */
function limitsOf(text: string | undefined): readonly string[] {
  const values = valuesOf(text)
  const plain = values.filter((value) => !value.includes(';'))
  return plain.length > 0 ? plain : values
}

function isNegative(text: string): boolean {
  return /^\s*-\d/.test(text)
}

/** A whole number as headers write it, also with parameters behind it. */
function count(text: string): number | null {
  const digits = /^\s*(\d{1,12})\s*(?:;|$)/.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Of any number of digits: too many are too long a wait. */
function waitInstant(text: string, receivedAtMs: number): number | null {
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return receivedAtMs + Math.ceil(Number(text) * 1_000)
  return httpDate(text, receivedAtMs)
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, and `Sunday, 06-Nov-94 08:49:37 GMT`; other offsets and none are read, too. */
const fixedDate =
  /^\s*[a-z]{3,9},? +(?<day>\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\d{2}|\d{4}) +(?<time>[\d:]{8}) *(?<zone>GMT|UTC?|Z|[+-]\d{2}:?\d{2})?\s*$/i
/** `Sun Nov  6 08:49:37 1994`. */
const asctimeDate =
  /^\s*[a-z]{3} +(?<month>[a-z]{3}) +(?<day>\d{1,2}) +(?<time>[\d:]{8}) +(?<year>\d{4})\s*$/i
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * The instant of an HTTP date in any of the three forms of RFC 9110 section 5.6.7; all are UTC. Not by `Date.parse`, which
 * takes a date without a zone, as asctime writes it, for one of the zone of this process.
 */
function httpDate(text: string, receivedAtMs: number): number | null {
  const parts = (fixedDate.exec(text) ?? asctimeDate.exec(text))?.groups
  if (!parts) return null
  const { day = '', month = '', year = '', time = '', zone = '' } = parts
  const monthNumber = months.indexOf(month.toLowerCase()) + 1
  const date = `${fullYear(year, receivedAtMs)}-${twoDigits(monthNumber)}-${twoDigits(day)}`
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z'
  return parseInstant(`${date}T${time}${offset}`) ?? null
}

/** Two digits that seem to be more than 50 years ahead are the last such year: RFC 9110 section 5.6.7. */
function fullYear(year: string, receivedAtMs: number): string {
  if (year.length !== 2) return year
  const current = new Date(receivedAtMs).getUTCFullYear()
  const ofCentury = current - (current % 100) + Number(year)
  return String(ofCentury > current + 50 ? ofCentury - 100 : ofCentury)
}

function twoDigits(value: number | string): string {
  return String(value).padStart(2, '0')
}

/** Unix seconds or milliseconds, seconds from now, or a duration such as `6m0s` or `20ms`. */
function resetInstant(text: string, receivedAtMs: number): number | null {
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
