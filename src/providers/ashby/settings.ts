import { z } from 'zod'
import { baseUrlSetting, instantSetting, secretSetting } from '../../model/settings.js'

/** What an Ashby source may set beside `key`, `provider`, `displayName` and `settleMs`. */
export const settings = z.strictObject({
  baseUrl: baseUrlSetting.prefault('https://api.ashbyhq.com').describe('Address of the API.'),
  credentials: z.strictObject({
    // The key is the user name of HTTP Basic, which ends at the first colon (RFC 7617 section 2).
    apiKey: secretSetting
      .refine((secret) => !secret.reveal().includes(':'), 'expected a key without a colon')
      .describe('API key with the permission auditLogsRead.'),
  }),
  // Neither request nor answer names the organization, the key decides it (sheet ashby section 1). An entry must have
  // one, so the provider's name stands in; who has two organizations sets both.
  organizationId: z
    .string()
    .min(1)
    .max(200)
    .default('ashby')
    .describe('Organization stamped on every entry, since the API names none.'),
  // Sent although it could be left out: without it a key's own default version applies, and the form of the answers
  // would change under us when that moves. 2026-01-01 is the only active one (sheet ashby section 1, B12).
  apiVersion: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date, such as 2026-01-01')
    .default('2026-01-01')
    .describe('API version, sent as Ashby-Version.'),
  // An instant in the configuration, UTC milliseconds here. How far back data goes is unknown (section 3); Ashby itself
  // is not older than this.
  historyFloor: instantSetting
    .prefault('2018-01-01T00:00:00Z')
    .describe('How far back to read when a filter names no start. Each 500 days cost at least one request.'),
})
export type Settings = z.output<typeof settings>
