import { type Logger, pino } from 'pino'
import type { ProcessHost } from './process-host.js'

/** Names under which a credential might come into a log line by mistake. */
const secretNames = [
  'authorization',
  'cookie',
  'credentials',
  'cursorSecret',
  'cursorSecrets',
  'apiKey',
  'token',
]

/**
 * The log of the process: one JSON object a line, on standard error, times in RFC 3339.
 *
 * Nothing secret should ever be handed to it (secrets are a type that prints as `[secret]`); what goes by the usual
 * names is taken out all the same, two levels deep.
 */
export function createLogger(host: Pick<ProcessHost, 'stderr'>): Logger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[hidden]',
      },
    },
    { write: (line) => void host.stderr.write(line) },
  )
}
