import { z } from 'zod'
import type { Secret } from '../../model/secret.js'
import { baseUrlSetting, pathIdSetting, secretSetting } from '../../model/settings.js'

/** How the source proves who it is: a JWT as Bearer (stated for this endpoint) or an API key (inferred). Sheet section 1. */
export type Credentials =
  | { readonly kind: 'token'; readonly secret: Secret }
  | { readonly kind: 'apiKey'; readonly secret: Secret }

const credentials = z
  .strictObject({
    token: secretSetting.optional().describe('Access token, sent as Authorization: Bearer'),
    apiKey: secretSetting.optional().describe('API key, sent as X-API-Key'),
  })
  .transform(({ token, apiKey }, context): Credentials => {
    if (token && !apiKey) return { kind: 'token', secret: token }
    if (apiKey && !token) return { kind: 'apiKey', secret: apiKey }
    context.addIssue({ code: 'custom', message: 'expected exactly one of token and apiKey' })
    return z.NEVER
  })

/** What a source of Aitronos may set. */
export const settings = z.strictObject({
  organizationId: pathIdSetting,
  baseUrl: baseUrlSetting.default('https://api.aitronos.com'),
  credentials,
  dates: z
    .enum(['day', 'instant'])
    .default('day')
    .describe(
      'How time bounds are sent. day: dates only, as in the documented sample. instant: full UTC timestamps, which ' +
        'spares requests but is not documented; take it only after seeing that the provider honours them',
    ),
  csvExport: z
    .boolean()
    .default(true)
    .describe(
      'Whether reports may count by the CSV export of the provider, up to 10,000 rows a request, where they need ' +
        'neither ids nor names. It is checked against the list; false never asks for it',
    ),
})
export type Settings = z.output<typeof settings>

/** The header that carries the credential. Sheet section 1. */
export function authorizationWith({ kind, secret }: Credentials): Record<string, string> {
  return kind === 'token' ? { authorization: `Bearer ${secret.reveal()}` } : { 'x-api-key': secret.reveal() }
}
