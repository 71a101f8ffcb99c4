import { type Logger, pino } from 'pino'
import { formatInstant } from '../model/instant.js'
import type { ProcessHost } from './process-host.js'
import type { StandardError } from './standard-error.js'

/** Names under which a credential might come into a log line by mistake. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'credentials',
  'cursorSecret',
  'cursorSecrets',
  'apiKey',
  'token',
])

/**
 * The log of the process: one JSON object a line, on standard error, times in RFC 3339.
 *
 * Nothing secret should ever be handed to it (secrets are a type that prints as `[secret]`); what goes by the usual
 * names is taken out all the same, two levels deep. By own code: pino's redaction by paths takes ten times as long as
 * the rest of a line, and there is a line for every operation.
 */
export function createLogger(host: Pick<ProcessHost, 'stderr'>): Logger {
  return pino(
    {
      base: null,
      timestamp: () => `,"time":"${formatInstant(Date.now())}"`,
      formatters: {
        level: (level) => ({ level }),
        log: (fields) => hideSecrets(fields, 2),
      },
      serializers: { err: (error: Error) => hideSecrets({ ...pino.stdSerializers.err(error) }, 1) },
    },
    createOutlet(host.stderr),
  )
}

/** Writes lines, and tells how many were left out as soon as there is somebody to be told. */
function createOutlet(stderr: StandardError): { write(line: string): void } {
  let lines = 0
  return {
    write(line) {
      if (lines > 0 && stderr.write(lostLine(lines))) lines = 0
      if (lines > 0 || !stderr.write(line)) lines += 1
    },
  }
}

function lostLine(lines: number): string {
  const time = formatInstant(Date.now())
  const msg = 'log lines were lost: standard error did not take them'
  return `${JSON.stringify({ level: 'warn', time, lines, msg })}\n`
}

/** The same fields, copied only where something is hidden. An error is left to its serializer. */
function hideSecrets(fields: Record<string, unknown>, levels: number): Record<string, unknown> {
  let shown = fields
  for (const [name, value] of Object.entries(fields)) {
    const kept = secretNames.has(name) ? '[hidden]' : within(value, levels)
    if (kept === value) continue
    if (shown === fields) shown = { ...fields }
    shown[name] = kept
  }
  return shown
}

function within(value: unknown, levels: number): unknown {
  if (levels === 0 || typeof value !== 'object' || value === null || value instanceof Error) return value
  if (Array.isArray(value)) return value.map((item: unknown) => within(item, levels - 1))
  return hideSecrets(value as Record<string, unknown>, levels - 1)
}
