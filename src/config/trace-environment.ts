import type { Environment } from './environment.js'
import type { TracesConfig } from './load-config.js'
import { type ConfigProblem, describeValue } from './problem.js'

/**
 * Where traces are sent to: what the file says, else what the standard variables of OpenTelemetry say, which is
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT with `/v1/traces` added to it. Undefined when
 * nothing says so, or when OTEL_SDK_DISABLED=true ends all of it. A variable that is empty is not set.
 */
export function tracesConfigOf(
  configured: TracesConfig | undefined,
  environment: Environment,
): { readonly ok: TracesConfig | undefined } | { readonly problems: readonly ConfigProblem[] } {
  if (textOf(environment, 'OTEL_SDK_DISABLED').toLowerCase() === 'true') return { ok: undefined }
  if (configured) return { ok: configured }
  const [name, isBase] = textOf(environment, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
    ? (['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', false] as const)
    : (['OTEL_EXPORTER_OTLP_ENDPOINT', true] as const)
  const text = textOf(environment, name)
  if (text === '') return { ok: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isFit = url && /^https?:$/.test(url.protocol) && !(isBase && /[?#]/.test(text))
  if (!isFit) {
    // Somebody may have put a credential there that no rule knows how to find.
    const shown = text.includes('@') ? undefined : describeValue(text)
    const expected = isBase
      ? 'an absolute URL without query, such as http://127.0.0.1:4318'
      : 'an absolute URL, such as http://127.0.0.1:4318/v1/traces'
    return { problems: [{ path: name, expected, ...(shown !== undefined && { value: shown }) }] }
  }
  const endpoint = isBase ? `${text.replace(/\/+$/, '')}/v1/traces` : text
  return { ok: { endpoint, sampleRatio: 1, sendUpstream: false } }
}

function textOf(environment: Environment, name: string): string {
  return environment[name]?.trim() ?? ''
}
