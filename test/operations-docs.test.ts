import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../src/telemetry/metrics.js'

/** docs/operations.md tells the metrics as they are. */

const text = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8')

const metrics = createMetrics({
  sources: [],
  load: () => ({ operations: 0, eventLoopDelayMs: 0, heapUsed: 0 }),
  withProcess: true,
})
const rendered = (await metrics.render()).text
const types = new Map(
  [...rendered.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
)
const existing = new Set(
  [...types].flatMap(([name, type]) =>
    type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
)

describe('the page on operations', () => {
  it('names metrics that exist', () => {
    const named = text.match(/\b(auditgraph|process|nodejs)_[a-z_]+[a-z]\b/g) ?? []
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((name) => !existing.has(name))).toEqual([])
  })

  it('has every metric of ours in its table, and with its labels', () => {
    const told = [...text.matchAll(/^\| `(auditgraph_\w+)` +\|([^|]*)\|/gm)]
    expect(told.map(([, name]) => name).sort()).toEqual(
      [...types.keys()].filter((name) => name.startsWith('auditgraph_')).sort(),
    )
    const allowed = new Set(['source', 'provider', 'outcome', 'type', 'field', 'state', 'from', 'reason'])
    const labels = told.flatMap(([, , cell = '']) => cell.match(/\w+/g) ?? [])
    expect(labels.filter((label) => !allowed.has(label))).toEqual([])
  })

  it('has a scrape and rules that are YAML, with a summary for each alert', () => {
    const blocks = [...text.matchAll(/^```yml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => parse(block))
    const [scrape, rules] = blocks as [
      { readonly scrape_configs: readonly unknown[] },
      { readonly groups: readonly { readonly rules: readonly { readonly annotations: unknown }[] }[] },
    ]
    expect(scrape.scrape_configs).toHaveLength(1)
    const [group] = rules.groups
    expect(group?.rules.length).toBeGreaterThan(4)
    for (const rule of group?.rules ?? []) {
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^Auditgraph/),
        expr: expect.stringContaining('auditgraph_'),
        annotations: { summary: expect.any(String) },
      })
    }
  })
})
