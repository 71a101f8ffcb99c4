import { describe, expect, it } from 'vitest'
import { formatProblem } from './problem.js'
import { tracesConfigOf } from './trace-environment.js'

function endpointOf(environment: Record<string, string>): string | undefined {
  const traces = tracesConfigOf(undefined, environment)
  if ('problems' in traces) throw new Error(traces.problems.map(formatProblem).join('\n'))
  return traces.ok?.endpoint
}

const base = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const whole = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'

describe('the environment', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ [base]: '', [whole]: ' ' }, undefined],
    [{ [base]: 'http://h:4318' }, 'http://h:4318/v1/traces'],
    [{ [base]: ' https://h/otlp// ' }, 'https://h/otlp/v1/traces'],
    [{ [whole]: 'http://h/spans?to=x' }, 'http://h/spans?to=x'],
    [{ [whole]: 'http://h/spans', [base]: 'wrong, and not read' }, 'http://h/spans'],
    [{ [base]: 'wrong, and not read', OTEL_SDK_DISABLED: 'TRUE' }, undefined],
  ])('%j sends traces to %s', (environment, endpoint) => {
    expect(endpointOf(environment)).toBe(endpoint)
  })

  it('goes behind the configuration, but for the variable that switches traces off', () => {
    const configured = { endpoint: 'http://c/v1/traces', sampleRatio: 0.5, sendUpstream: true }
    expect(tracesConfigOf(configured, { [base]: 'wrong, and not read' })).toEqual({ ok: configured })
    expect(tracesConfigOf(configured, { OTEL_SDK_DISABLED: 'true' })).toEqual({ ok: undefined })
  })

  it.each([
    [base, 'not a url', 'found "not a url"'],
    [base, 'http://127.0.0.1:99999', 'found "http://127.0.0.1:99999"'],
    [base, '/v1/traces', 'found "/v1/traces"'],
    [base, 'localhost:4318', 'found "localhost:4318"'],
    [base, 'http://h?key=canary', 'found "http://h?[hidden]"'],
    [whole, 'ftp://x', 'found "ftp://x"'],
    [whole, 'user:canary@h:4318', undefined],
  ])('%s=%s is told as wrong, with what would be right', (name, value, found) => {
    const traces = tracesConfigOf(undefined, { [name]: value })
    const [told = '', ...others] = 'problems' in traces ? traces.problems.map(formatProblem) : []
    expect(others).toEqual([])
    expect(told).toMatch(
      new RegExp(`^${name}: expected an absolute URL.*such as http://127\\.0\\.0\\.1:4318`),
    )
    if (found === undefined) expect(told).not.toContain('found')
    else expect(told).toContain(`, ${found}`)
    expect(told).not.toContain('canary')
  })
})
