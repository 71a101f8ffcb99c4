import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

async function startScript(): Promise<string> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    readonly scripts: { readonly start: string }
  }
  return scripts.start
}

/** npm passes a stop signal on to the shell that it runs a script in, and to nothing below that. */
it('npm start leaves no shell between npm and the gateway, which a signal would end in its stead', async () => {
  const start = await startScript()
  const folder = await mkdtemp(join(tmpdir(), 'auditgraph-start-'))
  try {
    await mkdir(join(folder, 'dist/cli'), { recursive: true })
    await writeFile(join(folder, 'dist/cli/main.js'), 'console.log(process.pid)')
    const shell = spawn('sh', ['-c', start], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    expect(Number(await text(shell.stdout))).toBe(shell.pid)
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('the command starts with the options of npm start, in as many letters as Linux before 5.1 reads', async () => {
  const start = await startScript()
  const [first = ''] = (await readFile('src/cli/main.ts', 'utf8')).split('\n')
  const optionsOf = (line: string) => line.split(' ').filter((word) => word.startsWith('--'))
  expect(optionsOf(first)).toEqual(optionsOf(start))
  expect(first.length).toBeLessThanOrEqual(127)
})
