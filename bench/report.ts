import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { names } from './contestants.js'
import { type Added, upstreamDelayMs } from './latency.js'
import type { Memory } from './memory.js'
import type { Text } from './rows.js'
import { processorRatioOf, ratioOf, type Speed } from './throughput.js'

export interface Results {
  readonly throughput: readonly { readonly text: Text; readonly speeds: readonly Speed[] }[]
  readonly latency: readonly Added[]
  /** From the start of the process to listening, ms, ascending. */
  readonly startMs: readonly number[]
  /** One reader through, then many at once; empty when it was not measured. */
  readonly memory: readonly Memory[]
  readonly quick: boolean
}

interface Target {
  readonly what: string
  readonly measured: string
  readonly wanted: string
  readonly met: boolean
}

const textNames: Readonly<Record<Text, string>> = { ascii: 'ASCII', unicode: 'non-ASCII' }

/** The results as a page, with every target beside what was measured. */
export function reportOf(results: Results): string {
  return [
    '# Results of the benchmark',
    `Written by \`npm run bench${results.quick ? ' -- --quick' : ''}\`. What is measured and how: [the README](../README.md#benchmarks).`,
    machine(),
    '## Targets',
    table(
      ['target', 'measured', 'wanted', ''],
      targetsOf(results).map(({ what, measured, wanted, met }) => [
        what,
        measured,
        wanted,
        met ? 'met' : '**not met**',
      ]),
    ),
    ...results.throughput.flatMap(({ text, speeds }) => [
      `## The newest 100 entries of three pages of 100 rows, ${textNames[text]}`,
      table(
        ['', 'requests/s', 'processor time of the server, ms a request'],
        speeds.map(({ name, requestsPerSecond, processorMs }) => [
          name,
          requestsPerSecond.toFixed(0),
          processorMs === null ? '' : processorMs.toFixed(2),
        ]),
      ),
    ]),
    `## Latency over providers that take ${upstreamDelayMs} ms, 8 at once`,
    table(
      ['', 'p50, ms', 'p99, ms'],
      results.latency.map(({ name, p50, p99 }) => [name, p50.toFixed(1), p99.toFixed(1)]),
    ),
    ...memorySection(results.memory),
  ].join('\n\n')
}

function targetsOf({ throughput, latency, startMs, memory }: Results): readonly Target[] {
  const ratios = throughput.flatMap(({ text, speeds }) => [
    ratio(
      `fresh pages against the merge over bare HTTP, ${textNames[text]}`,
      speeds,
      names.fresh,
      names.httpMerge,
      0.85,
    ),
    ratio(
      `fresh pages against the merge written plainly, ${textNames[text]}`,
      speeds,
      names.fresh,
      names.plainYoga,
      3,
    ),
    ratio(
      `read-ahead against bare yoga with our executor, ${textNames[text]}`,
      speeds,
      names.kept,
      names.bareYogaFast,
      0.7,
    ),
  ])
  const added = latency.find(({ name }) => name === names.fresh)
  const starting = startMs[Math.floor(startMs.length / 2)]
  return [
    ...ratios,
    ...(added
      ? [atMost('latency added, p50', added.p50, 8, 'ms'), atMost('latency added, p99', added.p99, 40, 'ms')]
      : []),
    ...(starting === undefined ? [] : [atMost('start to listening, median', starting, 1_500, 'ms')]),
    ...memory.flatMap(({ entries, readers, idle, peak }) => {
      if (idle === null || peak === null) return []
      return readers === 1
        ? [atMost(`memory over idle, ${entries} entries read through`, peak - idle, 96, 'MiB')]
        : [atMost(`memory of the process, ${readers} readers at once`, peak, 400, 'MiB')]
    }),
  ]
}

function ratio(what: string, speeds: readonly Speed[], name: string, to: string, least: number): Target {
  const measured = ratioOf(speeds, name, to)
  const processor = processorRatioOf(speeds, name, to)
  const told = processor === null ? '' : ` (${processor.toFixed(2)} by processor time)`
  return { what, measured: measured.toFixed(2) + told, wanted: `at least ${least}`, met: measured >= least }
}

function atMost(what: string, measured: number, most: number, unit: string): Target {
  return {
    what,
    measured: `${measured.toFixed(0)} ${unit}`,
    wanted: `at most ${most} ${unit}`,
    met: measured <= most,
  }
}

function memorySection(memory: readonly Memory[]): readonly string[] {
  if (memory.length === 0) return []
  const shown = (mib: number | null) => (mib === null ? '' : mib.toFixed(0))
  return [
    '## Memory',
    table(
      ['readers', 'entries', 'idle, MiB', 'peak, MiB', 'seconds'],
      memory.map(({ readers, entries, idle, peak, seconds }) => [
        String(readers),
        String(entries),
        shown(idle),
        shown(peak),
        seconds.toFixed(0),
      ]),
    ),
  ]
}

/** What the figures depend on; no name of the machine. */
function machine(): string {
  const versions = ['graphql', 'graphql-yoga', 'undici', 'zod'].map((name) => {
    const path = new URL(`../../../node_modules/${name}/package.json`, import.meta.url)
    return `${name} ${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`
  })
  const cores = cpus()
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return `${cores[0]?.model.trim()}, ${cores.length} cores, ${memory} GiB; Node ${process.version}, ${versions.join(', ')}.`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
