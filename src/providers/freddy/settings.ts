import { z } from 'zod'
import { baseUrlSetting, pathIdSetting, secretSetting } from '../../model/settings.js'

/**
 * The headers in which the provider's pages show the API key: sheet section 1. They contradict each other, so the
 * style is a setting, the list page's own is the default, and the others are never tried by ourselves (section 10
 * rule 8).
 */
export const authStyles = ['bearer-key', 'x-api-key', 'api-key'] as const
export type AuthStyle = (typeof authStyles)[number]

/** What a source of Freddy may set. The host is moving, so it is a setting too (sheet section 1). */
export const settings = z.strictObject({
  organizationId: pathIdSetting,
  baseUrl: baseUrlSetting.default('https://api.freddy.aitronos.com'),
  credentials: z.strictObject({ apiKey: secretSetting }),
  authStyle: z
    .enum(authStyles)
    .default('bearer-key')
    .describe(
      'Header that carries the API key. bearer-key: Authorization: Bearer. x-api-key: X-API-Key. api-key: api-key',
    ),
  preferHistory: z
    .boolean()
    .default(false)
    .describe(
      'Ask the history of a resource in place of the list where a filter names its type and id. Take it only when the list does not honour resourceId',
    ),
})
export type Settings = z.output<typeof settings>

/** The header that carries the API key, in the style of the source. */
export function authorizationWith({ credentials, authStyle }: Settings): Record<string, string> {
  const key = credentials.apiKey.reveal()
  return authStyle === 'bearer-key' ? { authorization: `Bearer ${key}` } : { [authStyle]: key }
}
