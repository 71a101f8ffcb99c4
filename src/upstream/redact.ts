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

/**
 * Makes the redactor for the headers of `Dialect.authorization()`: providers and proxies echo what they refuse, and a
 * failure is shown to whoever asks. Taken out are the value of each header without its scheme (`Bearer`, `Basic`), the
 * user and the password within `Basic`, and each of these percent-encoded.
 */
export function createRedactor(authorization: Readonly<Record<string, string>>): Redactor {
  const plain = Object.values(authorization).flatMap(secretsOf)
  const secrets = [...new Set([...plain, ...plain.map(encodeURIComponent)])]
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
  return [credential, user, rest.join(':')].filter((part) => part !== '')
}

/** Any of the texts, the longest first; nothing at all when there is none. */
function patternOf(texts: readonly string[]): RegExp {
  const escaped = texts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return escaped.length === 0 ? /(?!)/g : new RegExp(escaped.join('|'), 'g')
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
