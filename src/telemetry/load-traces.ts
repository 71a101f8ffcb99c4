import type { Traces } from './traces.js'

/** What of the configuration concerns traces. */
interface TracesSettings {
  readonly endpoint: string
  readonly sampleRatio: number
  readonly sendUpstream: boolean
}

/**
 * Loads OpenTelemetry when traces are to be sent somewhere, and gives what makes them; undefined otherwise.
 *
 * The configuration goes before the standard variables OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and
 * OTEL_EXPORTER_OTLP_ENDPOINT (to which `/v1/traces` is added); OTEL_SDK_DISABLED=true ends all of it. The exporter
 * itself reads OTEL_EXPORTER_OTLP_HEADERS and the like.
 */
export async function loadTraces(options: {
  readonly settings: TracesSettings | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly serviceVersion: string
  readonly onError: (error: Error) => void
}): Promise<((baseUrls: Readonly<Record<string, string>>) => Traces) | undefined> {
  const { env, serviceVersion, onError } = options
  const settings = options.settings ?? settingsOf(env)
  if (!settings || env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
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

function settingsOf(env: Readonly<Record<string, string | undefined>>): TracesSettings | undefined {
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const endpoint =
    env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || (base && `${base.replace(/\/+$/, '')}/v1/traces`)
  return endpoint ? { endpoint, sampleRatio: 1, sendUpstream: false } : undefined
}
