import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkpointPathOf, manifestPathOf } from '../src/export/file-store.js'
import { type Demo, startDemo } from '../src/simulation/demo.js'

/**
 * The built command, killed for real. How much it exports and how often it is killed can be set, for a long trial:
 * EXPORT_DAYS=560 EXPORT_KILLS=10 npx vitest run test/killed-export.test.ts
 */
const isLong = process.env['EXPORT_DAYS'] !== undefined
const days = Number(process.env['EXPORT_DAYS'] ?? 12)
const kills = Number(process.env['EXPORT_KILLS'] ?? 2)
const trialMs = 100_000 + days * 2_000

let folder = ''
let demo: Demo
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auditgraph-killed-'))
  demo = await startDemo({ now: () => Date.now(), days })
  // JSON is YAML.
  await writeFile(join(folder, 'config.yaml'), JSON.stringify({ sources: demo.sources }))
  await promisify(execFile)('node', ['node_modules/typescript/bin/tsc', '--build', 'tsconfig.build.json'])
}, trialMs)
afterAll(async () => {
  await demo.close()
  await rm(folder, { recursive: true })
})

const until = new Date(Date.now() - 3_600_000).toISOString()

/** Begins an export or goes on with it. */
function begin(file: string, options: readonly string[]) {
  const args = ['dist/cli/main.js', 'export', '--config', join(folder, 'config.yaml'), '--until', until]
  const child = spawn('node', [...args, '--settle', '0', '--output', file, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  return { child, ended, told: () => told }
}

/** Exports without a disturbance, and says how fast and in how much memory. */
async function undisturbed(file: string, options: readonly string[]): Promise<void> {
  const startedMs = performance.now()
  const { child, ended, told } = begin(file, options)
  let memory = ''
  const watch = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, 'utf8').then(
      (status) => {
        memory = /VmHWM:\s*(.*)/.exec(status)?.[1] ?? memory
      },
      () => {},
    )
  }, 100)
  expect([await ended, told()]).toEqual([0, expect.anything()])
  clearInterval(watch)
  const { count } = JSON.parse(await readFile(manifestPathOf(file), 'utf8')) as { count: number }
  const seconds = (performance.now() - startedMs) / 1_000
  if (!isLong) return
  console.log(`${count} entries, ${Math.round(count / seconds)}/s, at most ${memory} of memory, ${told()}`)
}

/**
 * Waits until more was exported and, where that is asked, the place was written down anew; or the export has ended.
 * Says whether it was killed.
 */
async function killUnderWay(
  file: string,
  { child, ended }: ReturnType<typeof begin>,
  atCheckpoint: boolean,
): Promise<boolean> {
  const sizeOf = async () => (await stat(file).catch(() => null))?.size ?? 0
  const rowsOf = async () => {
    const text = await readFile(checkpointPathOf(file), 'utf8').catch(() => '{}')
    return Number((JSON.parse(text) as { rows?: number }).rows ?? 0)
  }
  const [size, rows] = [await sizeOf(), await rowsOf()]
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  while (!hasEnded) {
    if ((await sizeOf()) > size && (!atCheckpoint || (await rowsOf()) > rows)) break
    await new Promise((resolve) => setTimeout(resolve, 7))
  }
  child.kill('SIGKILL')
  return (await ended) === 'SIGKILL'
}

const files: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['audit.csv.gz', ['--order', 'oldest', '--bom']],
  ['audit.ndjson', []],
]

it.each(isLong ? files : files.slice(0, 1))(
  '%s ends with the bytes of an undisturbed export, however often it was killed',
  async (name, options) => {
    const expected = join(folder, `undisturbed-${name}`)
    const file = join(folder, name)
    await undisturbed(expected, options)
    let killed = 0
    for (let run = 0; run < kills; run += 1) {
      const under = begin(file, [...options, '--resume'])
      if (!(await killUnderWay(file, under, run > 0))) break
      killed += 1
    }
    const last = begin(file, [...options, '--resume'])
    expect([await last.ended, last.told()]).toEqual([0, expect.stringContaining('audit')])
    expect((await readFile(file)).equals(await readFile(expected))).toBe(true)
    expect(await readFile(manifestPathOf(file), 'utf8')).toBe(
      await readFile(manifestPathOf(expected), 'utf8'),
    )
    expect(await stat(checkpointPathOf(file)).catch(() => null)).toBeNull()
    expect(killed).toBeGreaterThan(0)
  },
  trialMs,
)
