import { z } from 'zod'
import type { Secret } from '../../model/secret.js'
import { baseUrlSetting, secretSetting, uuidSetting } from '../../model/settings.js'

/** How a source signs its requests: sheet jitsudo section 1, `auth`. */
interface Credentials {
  readonly kind: 'apiKey' | 'token'
  readonly secret: Secret
}

const credentialsSetting = z
  .strictObject({
    apiKey: secretSetting.optional().describe('API key of the tenant, sent as X-API-Key.'),
    token: secretSetting.optional().describe('JSON Web Token, sent as Authorization: Bearer.'),
  })
  .transform(({ apiKey, token }, context): Credentials => {
    if (apiKey !== undefined && token === undefined) return { kind: 'apiKey', secret: apiKey }
    if (token !== undefined && apiKey === undefined) return { kind: 'token', secret: token }
    context.addIssue({ code: 'custom', message: 'expected exactly one of apiKey and token' })
    return z.NEVER
  })

/** What a JITSudo source may set beside `key`, `provider`, `displayName` and `settleMs`. */
export const settings = z.strictObject({
  baseUrl: baseUrlSetting.describe(
    'Address of the deployment. JITSudo is self-hosted, so there is no default.',
  ),
  tenantId: uuidSetting.describe('Tenant that the credential belongs to, sent as X-Tenant-ID.'),
  credentials: credentialsSetting.describe('Exactly one of apiKey and token.'),
  // The maximum of `limit` is unknown and 50 the inferred default (sheet section 2; its rule 4 says to ask for 50
  // unless told otherwise). 100 is asked for because the cost targets count requests per 100 rows. A server that
  // gives fewer costs requests only; one that refuses 100 says so with a 400 or 422, whose remedy names this setting.
  pageSize: z
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .describe('Rows asked for in one page. Lower it, to 50 say, when the deployment refuses the limit.'),
})
export type Settings = z.output<typeof settings>
