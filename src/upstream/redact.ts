import type { SourceFailure } from '../model/failure.js'
import type { JsonValue } from '../model/json.js'

const shown = '[secret]'

/** The shortest beginning of a credential that is taken out at the end of a text, where a cut may have left it. */
const cutLengthMin = 4

/** Takes the credential of one source out of what its provider said. */
export interface Redactor {
  text(text: string): string
  failure(failure: SourceFailure): SourceFailure
}

/** A shorter credential is a word or a part of many: it is taken out only where it stands alone. */
const partLengthMin = 4

/**
 * Makes the redactor for the headers of `Dialect.authorization()`: providers and proxies echo what they refuse, and a
 * failure is shown to whoever asks. Taken out are the value of each header without its scheme (`Bearer`, `Basic`), the
 * user and the password within `Basic`, and each of these as URLs, forms and JSON texts write it. One of fewer than
 * four characters is taken out only where no letter or digit is next to it.
 */
export function createRedactor(authorization: Readonly<Record<string, string>>): Redactor {
  const plain = Object.values(authorization).flatMap(secretsOf)
  const secrets = [...new Set(plain.flatMap(writtenForms))].filter((form) => form !== '')
  const whole = patternOf(secrets)

  function text(given: string): string {
    const [, kept = '', ellipsis = ''] = /^(.*?)(\u2026?)$/s.exec(given.replace(whole, shown)) ?? []
    const cut = Math.max(0, ...secrets.map((secret) => cutLength(kept, secret)))
    return cut < cutLengthMin ? kept + ellipsis : `${kept.slice(0, -cut)}${shown}${ellipsis}`
  }

  function json(value: JsonValue): JsonValue {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    if (isList(value)) return value.map(json)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [text(name), json(item)]))
  }

  const orNull = (given: string | null) => given && text(given)
  return {
    text,
    failure: (failure) => ({
      ...failure,
      message: text(failure.message),
      remedy: text(failure.remedy),
      upstreamCode: orNull(failure.upstreamCode),
      upstreamMessage: orNull(failure.upstreamMessage),
      traceId: orNull(failure.traceId),
      details: json(failure.details),
    }),
  }
}

function secretsOf(headerValue: string): readonly string[] {
  const [, scheme = '', credential = headerValue] = /^([A-Za-z][\w-]*) +(\S.*)$/.exec(headerValue) ?? []
  if (scheme.toLowerCase() !== 'basic') return [credential]
  const [user = '', ...rest] = Buffer.from(credential, 'base64').toString('utf8').split(':')
  return [credential, withoutPadding(credential), user, rest.join(':')]
}

/** Some write base64 without the `=` at its end (RFC 4648 section 3.2). */
function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '')
}

/** A secret as it is, percent-encoded in either case, as a field of a form, and within JSON text, `/` escaped or not. */
function writtenForms(secret: string): readonly string[] {
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  const encoded = [encodeURIComponent(secret), encodeURI(secret), form]
  const json = JSON.stringify(secret).slice(1, -1)
  return [secret, ...encoded, ...encoded.map(lowerHex), json, json.replaceAll('/', '\\/')]
}

function lowerHex(percentEncoded: string): string {
  return percentEncoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
}

/** Any of the texts, the longest first; nothing at all when there is none. */
function patternOf(texts: readonly string[]): RegExp {
  const patterns = texts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => {
      const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      return text.length < partLengthMin ? `(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])` : escaped
    })
  return patterns.length === 0 ? /(?!)/g : new RegExp(patterns.join('|'), 'g')
}

/** How many characters of a secret's beginning stand at the end of a text. */
function cutLength(text: string, secret: string): number {
  for (let length = Math.min(secret.length, text.length); length > 0; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return length
  }
  return 0
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
