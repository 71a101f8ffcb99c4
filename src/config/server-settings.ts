import { z } from 'zod'

const originSetting = z
  .string()
  .refine(
    isOrigin,
    'expected an origin: scheme, host and port without a path, such as https://app.example.com',
  )

const hostSetting = z
  .string()
  .refine(
    isHost,
    'expected a host name or an address without scheme, port and path, such as audit.example.com',
  )
  .transform((text) => new URL(`http://${text}/`).hostname.replace(/\.$/, ''))

/** Names and units are those of src/server/overload.ts, where the defaults are. */
const overloadSettings = z.strictObject({
  operationsMax: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Operations under way at once; more are refused with 503. 64 when left out.'),
  eventLoopDelayMaxMs: z
    .int()
    .min(10)
    .max(60_000)
    .optional()
    .describe(
      'Milliseconds that timers come late (median of two seconds) beyond which only half of operationsMax are taken. 200 when left out.',
    ),
  heapUsedMax: z
    .number()
    .min(0.1)
    .max(1)
    .optional()
    .describe('Share of the heap in use beyond which operations are refused with 503. 0.8 when left out.'),
})

const stopSettings = z.strictObject({
  pauseMs: z
    .int()
    .min(0)
    .max(600_000)
    .optional()
    .describe(
      'Milliseconds between SIGTERM or SIGHUP, from which on /readyz answers 503, and the end of listening. When left out: 5000 ' +
        'if /readyz was asked within the last minute, else 0.',
    ),
  drainMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(25_000)
    .describe('Milliseconds in which operations under way may end after that; the rest is cancelled.'),
})

export const serverSettings = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1').describe('Address to listen on.'),
  port: z.int().min(0).max(65_535).default(4_000).describe('Port to listen on; 0 takes a free one.'),
  allowedOrigins: z
    .array(originSetting)
    .max(100)
    .default([])
    .describe('Web origins whose pages may read answers (CORS). None when left out.'),
  allowedHosts: z
    .array(hostSetting)
    .max(100)
    .default([])
    .describe(
      'Host names that requests may have in Host, with any port, beside localhost, the addresses of loopback and the hosts of ' +
        'allowedOrigins. On loopback others are refused; elsewhere only when this is given.',
    ),
  persistedOperations: z
    .enum(['off', 'allow', 'only'])
    .default('off')
    .describe('Operations by the hash of their document, of the list in schema/persisted-operations.json.'),
  overload: overloadSettings.prefault({}).describe('Beyond which load operations are refused.'),
  stop: stopSettings.prefault({}).describe('How the gateway stops.'),
})

/** Serialized as a browser sends it in `Origin`: RFC 6454 section 6.2. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** As it may stand in `Host` before the port; an IPv6 address is in brackets. */
function isHost(text: string): boolean {
  return /^([A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]+\])$/.test(text) && URL.canParse(`http://${text}/`)
}
