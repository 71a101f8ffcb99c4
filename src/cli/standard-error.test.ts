import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** In a process of its own, since it is what Node does with the process that matters. */
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auditgraph-stderr-'))
  const source = await readFile('src/cli/standard-error.ts', 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  await writeFile(join(folder, 'standard-error.mjs'), outputText)
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs code that writes with `write`, waits for a line of standard input with `line`, and tells with `console.log`. */
async function start(code: string, stderr: 'pipe' | number): Promise<ChildProcess> {
  const script = join(folder, 'script.mjs')
  const begin = `
    import { createInterface } from 'node:readline'
    import { openStandardError } from './standard-error.mjs'
    const { write } = openStandardError()
    const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
    const line = () => lines.next()
  `
  await writeFile(script, `${begin}\n${code}\nprocess.exit(0)`)
  return spawn('node', [script], { stdio: ['pipe', 'pipe', stderr] })
}

/** What it told, a value of JSON a line, and how it ended. */
async function outcome(child: ChildProcess): Promise<readonly unknown[]> {
  const exit = once(child, 'exit')
  const told = child.stdout ? await text(child.stdout) : ''
  const [code] = (await exit) as [number | null]
  return [
    ...told
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
    code,
  ]
}

const tell = 'console.log(JSON.stringify(write("x\\n")))'

describe('openStandardError', () => {
  it('writes to a file, in order', async () => {
    const path = join(folder, 'log')
    const child = await start(`write('a\\n'); write('b\\n'); ${tell}`, openSync(path, 'w'))
    expect(await outcome(child)).toEqual([true, 0])
    expect(await readFile(path, 'utf8')).toBe('a\nb\nx\n')
  })

  it.runIf(process.platform === 'linux')('leaves out what a full disk does not take', async () => {
    const child = await start(`${tell}; await new Promise(setImmediate); ${tell}`, openSync('/dev/full', 'w'))
    expect(await outcome(child)).toEqual([false, false, 0])
  })

  it('goes on when its reader has gone away', async () => {
    const child = await start(`await line(); ${tell}; await new Promise(setImmediate); ${tell}`, 'pipe')
    child.stderr?.destroy()
    child.stdin?.end('gone\n')
    const [first, second, code] = await outcome(child)
    expect([typeof first, typeof second, code]).toEqual(['boolean', 'boolean', 0])
  })

  it('keeps no more than a bound for a reader that is slow, and goes on when that has read', async () => {
    const kib = 'x'.repeat(1023)
    const child = await start(
      `
        let taken = 0
        while (taken < 4096 && write('${kib}\\n')) taken += 1
        console.log(taken)
        while (!write('again\\n')) await new Promise(setImmediate)
        while (process.stderr.writableLength > 0) await new Promise(setImmediate)
      `,
      'pipe',
    )
    const received = child.stderr && text(child.stderr)
    const [taken, code] = await outcome(child)
    expect(code).toBe(0)
    // What the pipe itself takes comes on top.
    expect(taken).toBeGreaterThan(1024)
    expect(taken).toBeLessThan(3072)
    expect(await received).toBe(`${`${kib}\n`.repeat(taken as number)}again\n`)
  })
})
