import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { version } from '../version.js'
import type { ProcessHost } from './process-host.js'
import { run } from './run.js'

const canary = 'canary-Xq7'
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auditgraph-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileOf(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.yaml`)
  await writeFile(path, text)
  return path
}

/** A process that writes to memory; `ready` resolves with the URL that it says it listens on. */
function fakeProcess(env: Record<string, string> = {}) {
  const written = { out: '', err: '' }
  const exits: number[] = []
  const listeners = new Set<(signal: string) => void>()
  let onReady = (_url: string) => {}
  const ready = new Promise<string>((resolve) => {
    onReady = resolve
  })
  const clock = { aheadMs: 0 }
  let onUnhandled: ((reason: unknown) => void) | null = null
  const host: ProcessHost = {
    env,
    now: () => Date.now() + clock.aheadMs,
    stdout: {
      write: (text: string) => {
        written.out += text
        const url = /listening on (\S+)/.exec(written.out)?.[1]
        if (url) onReady(url)
        return true
      },
    },
    stderr: {
      write: (text: string) => {
        written.err += text
        return true
      },
    },
    onStopSignal: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onUnhandledRejection: (listener) => {
      onUnhandled = listener
      return () => {
        onUnhandled = null
      }
    },
    exit: (code) => void exits.push(code),
  }
  const signal = (name: string) => {
    for (const listener of listeners) listener(name)
  }
  const leaveUnhandled = (reason: unknown) => onUnhandled?.(reason)
  return { host, written, exits, listeners, ready, signal, clock, leaveUnhandled }
}

/** A server on a free port of loopback, and its URL. */
async function serverOf(listener: RequestListener): Promise<readonly [Server, string]> {
  const server = createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`]
}

const sources = `sources:
  - { key: main, provider: aitronos, organizationId: org, baseUrl: "http://127.0.0.1:9", credentials: { token: ${canary} } }
`

describe('the command line', () => {
  it.each([
    [['--version'], 0, version],
    [['--help'], 0, '--config <file>'],
    [['-h'], 0, '--config <file>'],
    [['serve', '--help'], 0, '--port <number>'],
  ])('%j ends with %i and prints to standard output', async (args, code, text) => {
    const { host, written } = fakeProcess()
    expect(await run(args, host)).toBe(code)
    expect(written.out).toContain(text)
    expect(written.err).toBe('')
  })

  it.each([
    [['--prt', '1'], "unknown option '--prt'"],
    [['--port', 'x'], 'Expected a whole number from 0 to 65535'],
    [['--port', '65536'], 'Expected a whole number from 0 to 65535'],
    [['sevre'], 'error: there is no command sevre; the commands are serve, export, verify\n'],
    [['exprot', '--output', 'x.csv'], 'there is no command exprot; the commands are serve, export, verify'],
    [['serve', 'all'], 'too many arguments'],
    [['--port', '0', 'all'], 'too many arguments'],
    // What is left of `npm start --port 4001`.
    [['4001'], 'npm start -- --port 4001'],
    [['--config'], 'argument missing'],
    [
      ['--config', '/nowhere/at-all.yaml'],
      'cannot read /nowhere/at-all.yaml (ENOENT). There is no such file.',
    ],
    [['--config', tmpdir()], '(EISDIR). It is a folder.'],
    [['--config', ''], "'--config <file>' argument '' is invalid. Expected the path of a file."],
    [['--host', ''], "'--host <address>' argument '' is invalid. Expected an address, such as 127.0.0.1."],
    [['--host', ' '], 'Expected an address, such as 127.0.0.1.'],
    [['export', '--config', ''], 'Expected the path of a file.'],
    [['export', '--output', ''], 'Expected the path of a file.'],
    [['export', '--output', '-'], 'Leave it out to write to standard output; a file of that name is ./-.'],
    [['verify', ''], 'Expected the path of a file.'],
  ])('%j ends with 2 and says why on standard error', async (args, text) => {
    const { host, written } = fakeProcess()
    expect(await run(args, host)).toBe(2)
    expect(written.err).toContain(text)
    expect(written.out).toBe('')
  })

  it('tells every problem of a configuration in plain lines, and ends with 2', async () => {
    const path = await fileOf(
      `server: { port: x }\nsource: []\nsources: [{ provider: none, token: ${canary} }]\n`,
    )
    const { host, written } = fakeProcess()
    expect(await run(['--config', path], host)).toBe(2)
    expect(written.err.split('\n')).toEqual([
      `auditgraph: ${path} is not a valid configuration, 3 problems:`,
      '  line 1: server.port: expected a number, found "x"',
      '  line 2: source: expected no such key; did you mean sources?',
      expect.stringMatching(/^ {2}line 3: sources\[0\]\.provider: expected one of .*, found "none"$/),
      '',
    ])
    expect(written.err).not.toContain(canary)
  })

  it('shows nothing of a file that is no configuration, nor of one in another encoding', async () => {
    const dotenv = await fileOf(`AITRONOS_TOKEN=${canary}\n`)
    const utf16 = join(folder, 'utf16.yaml')
    await writeFile(utf16, Buffer.from(`\ufeff${sources}`, 'utf16le'))
    const { host, written } = fakeProcess()
    expect([await run(['--config', dotenv], host), await run(['--config', utf16], host)]).toEqual([2, 2])
    expect(written.err).toBe(
      `auditgraph: ${dotenv} is not a valid configuration, 1 problem:\n  expected a mapping, found a text\n` +
        `auditgraph: ${utf16} is not in UTF-8, which is expected. Save it in that encoding.\n`,
    )
  })

  it.each([[[]], [['--config']]])(
    'tells what is wrong in the environment, and ends with 2: %j',
    async (args) => {
      const { host, written } = fakeProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' })
      const path = args.map(() => fileOf(sources))
      expect(await run([...args, ...(await Promise.all(path))], host)).toBe(2)
      expect(written.err).toContain(
        'auditgraph: the environment is not a valid configuration, 1 problem:\n' +
          '  OTEL_EXPORTER_OTLP_ENDPOINT: expected an absolute URL without query, such as http://127.0.0.1:4318, found "localhost:4318"\n',
      )
      expect(written.out).toBe('')
    },
  )
})

describe('serving', () => {
  it('says where it listens, serves, and ends with 0 at a stop signal', async () => {
    const path = await fileOf(sources)
    const { host, written, ready, signal, listeners, exits } = fakeProcess()
    const ended = run(['serve', '--config', path, '--port', '0'], host)
    const url = await ready
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/)
    expect(written.out).toBe(`auditgraph listening on ${url}\n`)
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ sources { key displayName } auditEntries { nodes { id } } }' }),
    })
    const text = await answer.text()
    expect(text).toContain('UNREACHABLE')
    signal('SIGTERM')
    expect(await ended).toBe(0)
    expect(listeners.size).toBe(0)
    expect(exits).toEqual([])
    await expect(fetch(url)).rejects.toThrow()
    const lines = written.err.trim().split('\n')
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level')
    expect(lines.some((line) => line.includes('no cursorSecret'))).toBe(true)
    expect(`${text}${written.err}${written.out}`).not.toContain(canary)
  })

  it('tells a rejection that nobody handles in its log, and serves on', async () => {
    const { host, written, ready, signal, exits, leaveUnhandled } = fakeProcess()
    const ended = run(['--config', await fileOf(sources), '--port', '0'], host)
    const url = await ready
    leaveUnhandled(new Error('left alone'))
    leaveUnhandled('no error')
    expect((await fetch(new URL('/livez', url))).status).toBe(200)
    signal('SIGTERM')
    expect(await ended).toBe(0)
    expect(exits).toEqual([])
    const errors = written.err
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { readonly level: string; readonly err?: { readonly message: string } },
      )
      .filter(({ level }) => level === 'error')
    expect(errors.map(({ err }) => err?.message)).toEqual(['left alone', 'no error'])
  })

  it('ends at once at the second signal', async () => {
    const { host, ready, signal, exits, clock } = fakeProcess()
    const ended = run(['--config', await fileOf(sources), '--port', '0'], host)
    await ready
    signal('SIGINT')
    clock.aheadMs = 500
    signal('SIGINT')
    expect(exits).toEqual([1])
    await ended
  })

  it('takes a signal that comes twice at once, from the terminal and through npm, for one', async () => {
    const { host, ready, signal, exits } = fakeProcess()
    const ended = run(['--config', await fileOf(sources), '--port', '0'], host)
    await ready
    signal('SIGINT')
    signal('SIGINT')
    expect(await ended).toBe(0)
    expect(exits).toEqual([])
  })

  const readyz = async (url: string) => {
    const response = await fetch(new URL('/readyz', url))
    return [response.status, await response.json()]
  }
  const health = { main: 'UNKNOWN' }

  it('after SIGTERM, says that it is not ready while it pauses, and then ends', async () => {
    const { host, ready, signal } = fakeProcess()
    const path = await fileOf(`server: { stop: { pauseMs: 3000 } }\n${sources}`)
    const ended = run(['--config', path, '--port', '0'], host)
    const url = await ready
    expect(await readyz(url)).toEqual([200, { status: 'ready', sources: health }])
    signal('SIGTERM')
    await expect.poll(() => readyz(url)).toEqual([503, { status: 'draining', sources: health }])
    expect(await ended).toBe(0)
  })

  it('sends the traces that there are while operations under way may still end', async () => {
    const sent: string[] = []
    const [collector, collectorUrl] = await serverOf((request, response) => {
      sent.push(request.url ?? '')
      response.end()
    })
    let onAsked = () => {}
    const asked = new Promise<void>((resolve) => {
      onAsked = resolve
    })
    const [provider, providerUrl] = await serverOf(() => onAsked())
    const path = await fileOf(sources.replace('http://127.0.0.1:9', providerUrl))
    const { host, ready, signal } = fakeProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl })
    const ended = run(['--config', path, '--port', '0'], host)
    const url = await ready
    await (await fetch(`${url}?query={__typename}`)).text()
    const client = new AbortController()
    const underWay = fetch(`${url}?query={auditEntries{complete}}`, { signal: client.signal }).catch(() => {})
    await asked
    signal('SIGTERM')
    // By themselves they are sent five seconds after the first of them.
    await expect.poll(() => sent, { timeout: 4_000 }).toEqual(['/v1/traces'])
    client.abort()
    await underWay
    expect(await ended).toBe(0)
    for (const server of [collector, provider]) server.close()
  })

  it('ends with 1 when the port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const { host, written } = fakeProcess()
    expect(await run(['--config', await fileOf(sources), '--port', port], host)).toBe(1)
    expect(written.err).toContain(`cannot listen on 127.0.0.1:${port} (EADDRINUSE)`)
    other.close()
  })

  it('warns about credentials that leave the machine in the clear', async () => {
    const path = await fileOf(sources.replace('127.0.0.1:9', 'provider.invalid'))
    const { host, written, ready, signal } = fakeProcess()
    const ended = run(['--config', path, '--port', '0'], host)
    await ready
    signal('SIGTERM')
    await ended
    expect(written.err).toContain('plain http')
    expect(written.err).not.toContain(canary)
  })

  it('without a configuration, serves the demo and prints an example that works', async () => {
    const { host, written, ready, signal } = fakeProcess()
    const ended = run(['--port', '0'], host)
    const url = await ready
    const [body = ''] = /(?<=-d ')\{.*\}(?=')/.exec(written.out) ?? []
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await answer.json()).toMatchObject({
      data: { auditEntries: { complete: true, nodes: Array.from({ length: 5 }, () => expect.anything()) } },
    })
    expect(written.out.match(/listening on/g)).toHaveLength(1)
    signal('SIGTERM')
    expect(await ended).toBe(0)
  })
})
