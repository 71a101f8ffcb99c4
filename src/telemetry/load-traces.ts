import type { Traces } from './traces.js'

/** What of the configuration concerns traces. */
interface TracesSettings {
  readonly endpoint: string
  readonly sampleRatio: number
  readonly sendUpstream: boolean
}

/**
 * Loads OpenTelemetry when traces are to be sent somewhere, and gives what makes them; undefined otherwise. The exporter
 * itself reads OTEL_EXPORTER_OTLP_HEADERS and the like.
 */
export async function loadTraces(options: {
  readonly settings: TracesSettings | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly serviceVersion: string
  readonly onError: (error: Error) => void
}): Promise<((baseUrls: Readonly<Record<string, string>>) => Traces) | undefined> {
  const { settings, env, serviceVersion, onError } = options
  if (!settings) return undefined
  const { createTraces } = await import('./traces.js')
  const { endpoint, sampleRatio, sendUpstream } = settings
  return (baseUrls) =>
    createTraces({
      serviceName: env['OTEL_SERVICE_NAME'] || 'auditgraph',
      serviceVersion,
      sampleRatio,
      sendUpstream,
      baseUrls,
      sink: { endpoint, onError },
    })
}
