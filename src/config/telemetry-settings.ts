import { z } from 'zod'

export const telemetrySettings = z.strictObject({
  metrics: z
    .boolean()
    .default(true)
    .describe('Whether /metrics is served, in the text format of Prometheus.'),
  traces: z
    .strictObject({
      endpoint: z
        .url({
          protocol: /^https?$/,
          error: 'expected an absolute URL, such as http://127.0.0.1:4318/v1/traces',
        })
        .describe('Where spans are sent to by OTLP over HTTP, path included.'),
      sampleRatio: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe('Share of the operations traced, where the caller has not decided it by its traceparent.'),
      sendUpstream: z
        .boolean()
        .default(false)
        .describe('Whether providers are sent a traceparent, so that their traces can be joined to these.'),
    })
    .optional()
    .describe('Traces by OpenTelemetry. None when left out, unless OTEL_EXPORTER_OTLP_ENDPOINT is set.'),
})
