import { z } from 'zod'
import { Secret } from '../model/secret.js'
import type { Registry } from '../providers/registry.js'
import { bounded } from './bounded.js'
import { serverSettings } from './server-settings.js'
import { tailSettings } from './tail-settings.js'
import { telemetrySettings } from './telemetry-settings.js'
import { upstreamSettings } from './upstream-settings.js'

/** Lower case, so that keys differ by more than their case; part of cursors and ids. */
const sourceKeySetting = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,39}$/,
    'expected a lower-case letter, then up to 39 lower-case letters, digits, _ or -',
  )
  .describe('Names this source in queries, answers and cursors. Unique.')

const cursorSecretSetting = z
  .string()
  .min(16, 'expected at least 16 characters')
  .max(1_024, 'expected at most 1024 characters')
  .transform((text) => new Secret(text))

/** Nobody states how late entries may come (sheets, section on lateness): five minutes are a cautious guess. */
const settleSetting = z
  .int()
  .min(0)
  .max(30 * 86_400_000)
  .default(300_000)
  .describe(
    'Milliseconds after its time in which an entry may still appear. Reports and exports end that long ago.',
  )

/** Names and units are those of the limits that they replace: src/reading/limits.ts and src/server/limits.ts. */
const limitSettings = z.strictObject({
  deadlineMs: bounded(1_000, 600_000).describe(
    'Milliseconds for one operation; sources that are slower are TIMEOUT.',
  ),
  // Fewer than the empty windows that end a list could never find its end where nothing is kept between pages.
  requestsPerPage: bounded(10, 10_000).describe('Requests to one source for a page, then SCAN_LIMIT.'),
  scannedPerPage: bounded(100, 1_000_000).describe(
    'Rows of one source looked at for a page, then SCAN_LIMIT.',
  ),
  partsPerSource: bounded(1, 50).describe(
    'Requests of different kinds to one source that one filter may be split into; 1 splits nothing.',
  ),
  cursorLifetimeMs: bounded(60_000, 3_650 * 86_400_000).describe(
    'Milliseconds after the begin of a reading for which its cursors are taken.',
  ),
  readAheadRows: bounded(0, 10_000_000).describe('Rows kept for next pages, over all readers; 0 keeps none.'),
  readAheadMs: bounded(0, 86_400_000).describe('Milliseconds for which they are kept.'),
  reportKeysMax: bounded(100, 10_000_000).describe(
    'Different values of one dimension that a report counts exactly; past them counts are estimates with bounds.',
  ),
})

/** A checked source: the gateway's own keys, and what the provider's settings gave. */
interface SourceData {
  readonly key: string
  readonly provider: string
  readonly displayName?: string | undefined
  readonly settleMs: number
  readonly [setting: string]: unknown
}

/**
 * The schema of the whole file: `server`, `telemetry`, `cursorSecret`, `limits` and `sources`, where each source is what its provider's
 * settings say beside `key`, `provider`, `displayName` and `settleMs`. Every object is strict.
 */
export function configSchema(registry: Registry) {
  const [first, ...rest] = registry.providers.map(({ id, displayName, settings }) =>
    settings
      .safeExtend({
        key: sourceKeySetting,
        provider: z.literal(id).describe(displayName),
        displayName: z
          .string()
          .min(1)
          .max(100)
          .optional()
          .describe('Name of this source for people; its key when left out.'),
        settleMs: settleSetting,
      })
      .describe(`A source of ${displayName}.`),
  )
  if (!first) throw new Error('Expected a registry of at least one provider.')
  // The keys are those that every branch was just extended with; the branches' own types are not known here.
  const source = z.discriminatedUnion('provider', [first, ...rest]) as unknown as z.ZodType<SourceData>
  return (
    z
      .strictObject({
        server: serverSettings
          .prefault({})
          .describe('Where the gateway listens, for whom, and what it takes on.'),
        telemetry: telemetrySettings.prefault({}).describe('What is told of the gateway at work.'),
        cursorSecret: z
          .union([
            cursorSecretSetting,
            z.array(cursorSecretSetting).min(1, 'expected at least one secret').max(10),
          ])
          .transform((given) => (Array.isArray(given) ? given : [given]))
          .optional()
          .describe(
            'Signs cursors. Of a list, the first signs and all verify, so that a secret can be changed while readers ' +
              'go on. Made at random when left out: then cursors end with the process.',
          ),
        limits: limitSettings.prefault({}).describe('What one request may cost. Each has a default.'),
        upstream: upstreamSettings
          .prefault({})
          .describe('How providers are asked: times, retries, limits, kept pages. Each has a default.'),
        tail: tailSettings.prefault({}).describe('The live tail. Each has a default.'),
        sources: z
          .array(source)
          .min(1, 'expected at least one source')
          .max(100)
          .describe('The accounts whose audit logs are read, in the order of answers.'),
      })
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the notation itself is meant
      .describe('Configuration of Auditgraph. ${NAME} in a text takes an environment variable.')
  )
}
