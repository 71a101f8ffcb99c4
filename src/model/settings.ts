import { z } from 'zod'
import { parseInstant } from './instant.js'
import { Secret } from './secret.js'

/** A base URL: http or https, without user info, query or fragment. A trailing slash is taken off. */
export const baseUrlSetting = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const problem = !url
    ? 'an absolute URL, such as https://api.example.com'
    : url.protocol !== 'https:' && url.protocol !== 'http:'
      ? 'an http or https URL'
      : url.username !== '' || url.password !== ''
        ? 'a URL without user name and password; put credentials under credentials'
        : url.search !== '' || url.hash !== ''
          ? 'a URL without query and fragment'
          : undefined
  if (!url || problem !== undefined) {
    context.addIssue({ code: 'custom', message: `expected ${problem}` })
    return z.NEVER
  }
  return url.href.replace(/\/+$/, '')
})

/** Whether a base URL sends credentials in the clear to another machine. */
export function isPlainHttpOffLoopback(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl)
  return protocol === 'http:' && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/** An id that goes into the path of a URL: 1 to 200 letters, digits, `_`, `-`, `.`, `~`, `|`, `:`, `@`, not a dot segment. */
const pathIdPattern = /^(?!\.{1,2}$)[A-Za-z0-9_.~|:@-]{1,200}$/
export const pathIdSetting = z
  .string()
  .regex(
    pathIdPattern,
    'expected 1 to 200 letters, digits or any of _ - . ~ | : @, and neither . nor .. alone',
  )

/** Any form of the 8-4-4-4-12 hexadecimal notation of RFC 9562; versions are not judged. */
export const uuidPattern = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/
export const uuidSetting = z
  .string()
  .regex(uuidPattern, 'expected a UUID, such as 2489e9ad-2ee2-4e00-8ec9-32d5f69181c0')

/** A credential: 1 to 8192 visible ASCII characters, since it goes into a header. Its text is in no message. */
export const secretSetting = z
  .string()
  .regex(/^[\x21-\x7e]{1,8192}$/, 'expected 1 to 8192 visible ASCII characters without blanks')
  .transform((text) => new Secret(text))

/** An RFC 3339 date-time -> UTC milliseconds. */
export const instantSetting = z.string().transform((text, context) => {
  const instantMs = parseInstant(text)
  if (instantMs === undefined) {
    context.addIssue({
      code: 'custom',
      message: 'expected an RFC 3339 date-time, such as 2026-01-31T00:00:00Z',
    })
    return z.NEVER
  }
  return instantMs
})
