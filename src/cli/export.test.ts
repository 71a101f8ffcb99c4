import { execFileSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Tally } from '../export/tally.js'
import { type Demo, startDemo } from '../simulation/demo.js'
import { createProgress } from './export-progress.js'
import type { ProcessHost } from './process-host.js'
import { run } from './run.js'

/** A Friday noon; the world has its morning. Time stands still, so the same command gives the same export. */
const nowMs = Date.UTC(2026, 10, 20, 12)
/** Makes it later. */
let aheadMs = 0
let folder = ''
let demo: Demo
let config = ''
/** The same sources, one of them with a wrong credential. */
let brokenConfig = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auditgraph-export-'))
  demo = await startDemo({ now: () => nowMs, days: 2 })
  const cursorSecret = 'a-secret-of-this-test'
  config = await fileOf('config.yaml', JSON.stringify({ cursorSecret, sources: demo.sources }))
  const sources = demo.sources.map((source) =>
    source.key === 'hiring' ? { ...source, credentials: { apiKey: 'a-wrong-key' } } : source,
  )
  brokenConfig = await fileOf('broken.yaml', JSON.stringify({ cursorSecret, sources }))
})
afterAll(async () => {
  await demo.close()
  await rm(folder, { recursive: true })
})

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const newFile = (extension: string) => join(folder, `${Math.random()}.${extension}`)

/**
 * Runs a command and gives its exit code and what it wrote; `onOut` sees what goes to standard output, `onNow` when it
 * looks at the clock.
 */
async function command(
  args: readonly string[],
  onOut: (stop: (signal: string) => void) => void = () => {},
  onNow: (stop: (signal: string) => void) => void = () => {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = ''
  let err = ''
  const listeners = new Set<(signal: string) => void>()
  const stop = (signal: string) => {
    for (const listener of listeners) listener(signal)
  }
  const host: ProcessHost = {
    env: {},
    now: () => {
      onNow(stop)
      return nowMs + aheadMs
    },
    stdout: new Writable({
      write: (chunk: Buffer, _, done) => {
        out += chunk.toString()
        onOut(stop)
        done()
      },
    }),
    stderr: {
      write: (text: string) => {
        err += text
        return true
      },
    },
    onUnhandledRejection: () => () => {},
    onStopSignal: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    exit: () => {},
  }
  const code = await run(args, host)
  expect(listeners.size).toBe(0)
  return { code, out, err }
}

const exported = (...args: readonly string[]) => command(['export', '--config', config, ...args])

describe('auditgraph export', () => {
  it('writes NDJSON to standard output, the manifest last, and a summary to standard error', async () => {
    const { code, out, err } = await exported('--sources', 'crew,access')
    const lines = out.trimEnd().split('\n')
    const last = JSON.parse(lines.at(-1) ?? '') as { auditgraphManifest: { count: number } }
    expect(last.auditgraphManifest).toMatchObject({
      count: lines.length - 1,
      sources: ['crew', 'access'],
      // The sources settle in five minutes.
      asOf: '2026-11-20T11:55:00.000Z',
      complete: true,
    })
    expect(lines.length).toBeGreaterThan(50)
    expect(err).toBe(`auditgraph: ${lines.length - 1} entries as of 2026-11-20T11:55:00.000Z in 0.0 s.\n`)
    expect(code).toBe(0)
  })

  it('says nothing with --quiet, and no manifest with --no-manifest', async () => {
    const { out, err } = await exported('--quiet', '--no-manifest', '--format', 'csv', '--columns', 'compact')
    expect(out.split('\r\n')[0]).toBe(
      'Timestamp,Entity Type,Entity Name,Action,Actor Name,Actor Email,Target Name,Previous Value,New Value',
    )
    expect(out).not.toContain('auditgraph-manifest')
    expect(err).toBe('')
  })

  it('exports the demo without a configuration', async () => {
    const { code, out } = await command(['export', '--since', '2026-11-20', '--format', 'ocsf', '--quiet'])
    expect(code).toBe(0)
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ category_uid: 3 })
  })

  it('takes format and compression from the name of a file, which verify compares with its manifest', async () => {
    const file = newFile('csv.gz')
    expect(await exported('-o', file)).toMatchObject({ code: 0, out: '' })
    expect(JSON.parse(await readFile(`${file}.manifest.json`, 'utf8'))).toMatchObject({
      format: 'csv',
      gzip: true,
    })
    await expect(stat(`${file}.checkpoint.json`)).rejects.toThrow('ENOENT')
    const verified = await command(['verify', file])
    expect(verified).toMatchObject({ code: 0, err: '' })
    expect(verified.out).toContain('is what its manifest says: ')
    await writeFile(file, (await readFile(file)).subarray(0, -1))
    const changed = await command(['verify', file])
    expect(changed.code).toBe(4)
    expect(changed.out).toContain(`${file} is NOT what its manifest says.`)
    expect(await command(['verify', newFile('csv')])).toMatchObject({ code: 1, out: '' })
  })

  it('writes over nothing unless it is told to, and goes on only with what it was begun with', async () => {
    const file = newFile('ndjson')
    await exported('-o', file, '--sources', 'crew')
    const again = await exported('-o', file)
    expect(again).toMatchObject({ code: 2 })
    expect(again.err).toBe(`auditgraph: --output: ${file} exists. Give --force to write over it.\n`)
    const finished = await exported('-o', file, '--sources', 'crew', '--resume')
    expect(finished).toMatchObject({ code: 0, err: `auditgraph: ${file} is finished already.\n` })
    const other = await exported('-o', file, '--sources', 'crew', '--order', 'oldest', '--resume')
    expect(other.code).toBe(2)
    expect(other.err).toBe(
      'auditgraph: --order: The export was begun with "NEWEST_FIRST" and is to go on with "OLDEST_FIRST". Give the options that it was begun with, or begin anew with --force.\n',
    )
    expect(await exported('-o', file, '--force')).toMatchObject({ code: 0 })
  })

  it('begins anew in an empty file that it was killed in before its first checkpoint, when told to go on', async () => {
    const file = newFile('ndjson')
    await exported('-o', file, '--sources', 'crew')
    const whole = await readFile(file, 'utf8')
    // The manifest is one of a file that is gone.
    await writeFile(file, '')
    expect((await exported('-o', file, '--sources', 'crew')).code).toBe(2)
    expect((await exported('-o', file, '--sources', 'crew', '--resume')).err).toContain('entries as of')
    expect(await readFile(file, 'utf8')).toBe(whole)
    await writeFile(file, 'of somebody else')
    const other = await exported('-o', file, '--sources', 'crew', '--resume')
    expect(other.err).toBe(
      `auditgraph: --resume: ${file} is no export to go on with. Give --force to write over it.\n`,
    )
  })

  it('writes through no link that names nothing, unless it is told to', async () => {
    const file = newFile('ndjson')
    const aim = newFile('ndjson')
    await symlink(aim, file)
    const exists = `auditgraph: --output: ${file} exists. Give --force to write over it.\n`
    expect(await exported('-o', file)).toMatchObject({ code: 2, err: exists })
    expect((await exported('-o', file, '--resume')).code).toBe(2)
    await expect(stat(aim)).rejects.toThrow('ENOENT')
    await expect(stat(`${file}.checkpoint.json`)).rejects.toThrow('ENOENT')
    expect((await exported('-o', file, '--force')).code).toBe(0)
    expect((await command(['verify', file])).code).toBe(0)
  })

  it('writes to regular files only, and opens nothing else', async () => {
    const pipe = newFile('ndjson')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    const device = newFile('ndjson')
    await symlink('/dev/null', device)
    const noFile = 'It is not a regular file. Leave --output out to write to standard output.'
    const inWay = async (name: string) => {
      const file = newFile('ndjson')
      await mkdir(`${file}.${name}`)
      return [file, `${file}.${name} is a folder, and is to be written. Take it away, or name another file.`]
    }
    const cases = [
      [pipe, noFile],
      [device, noFile],
      [folder, 'It is a folder. Name a file in it.'],
      [`${newFile('csv')}/`, 'It is a folder. Name a file in it.'],
      [
        join(folder, 'nowhere', 'x.csv'),
        `There is no folder ${join(folder, 'nowhere')}. Make it, or name another.`,
      ],
      [join(config, 'x.csv'), `${config} is no folder. Name a file in one.`],
      [join(config, 'x', 'x.csv'), `There is no folder ${join(config, 'x')}. Make it, or name another.`],
      await inWay('manifest.json'),
      await inWay('checkpoint.json'),
      await inWay('checkpoint.json.tmp'),
    ]
    for (const [file = '', message] of cases) {
      for (const way of [[], ['--force'], ['--resume']]) {
        const told = { code: 2, out: '', err: `auditgraph: --output: ${message}\n` }
        expect(await exported('-o', file, ...way)).toEqual(told)
      }
    }
    expect([pipe, device].filter((file) => existsSync(`${file}.checkpoint.json`))).toEqual([])
  })

  it('writes over nothing that comes while it begins', async () => {
    const file = newFile('ndjson')
    let looked = 0
    const { code, err } = await command(['export', '--config', config, '-o', file], undefined, () => {
      looked += 1
      // It looks at the clock once before it looks for the file.
      if (looked === 2) writeFileSync(file, 'of somebody else')
    })
    expect(err).toBe(`auditgraph: --output: ${file} exists. Give --force to write over it.\n`)
    expect(code).toBe(2)
    expect(await readFile(file, 'utf8')).toBe('of somebody else')
    await expect(stat(`${file}.checkpoint.json`)).rejects.toThrow('ENOENT')
  })

  it('takes a filter as JSON, from a file, and from a saved operation', async () => {
    const filter = '{"actionKinds":["CREATE"],"occurredAt":{"since":"2026-11-19T00:00:00Z"}}'
    const operation = `query Created($kinds: [ActionKind!], $since: DateTime) {
      auditEntries(first: 5, filter: { actionKinds: $kinds, occurredAt: { since: $since } }) { nodes { id } }
    }`
    const ways = [
      ['--filter', filter],
      ['--filter', await fileOf('filter.json', filter)],
      [
        ...['--filter', await fileOf('created.graphql', operation)],
        ...['--variables', '{"kinds":["CREATE"],"since":"2026-11-19T00:00:00Z"}'],
      ],
    ]
    const outputs = await Promise.all(ways.map(async (way) => (await exported(...way)).out))
    expect(outputs[0]?.split('\n').length).toBeGreaterThan(5)
    expect(new Set(outputs).size).toBe(1)
  })

  it.each([
    [['--format', 'xml'], '--format: It must be one of csv, ndjson, ocsf.'],
    [['--filter', '{"acton":[]}'], '--filter: '],
    [['--filter', '{"occurredAt":{"since":"x"}}'], '--filter.occurredAt.since: '],
    [
      ['--filter', '/nowhere.json'],
      '--filter: Cannot read /nowhere.json (ENOENT). There is no such file. Give JSON, or the path of a file.',
    ],
    [['--filter', ''], '--filter: It is empty. Give JSON, or the path of a file.'],
    [['--filter', '{"actions": [}'], '--filter: It is not JSON: see line 1, column 14.\n'],
    [['--variables', '{}'], '--variables: Variables belong to an operation.'],
    [['--sources', 'nobody'], '--sources: There is no source "nobody". The sources are: crew, assistants,'],
    [['--resume'], '--resume: It needs a file'],
    [['-o', 'audit.csv', '--resume', '--force'], '--force: It begins anew'],
    [['-o', 'audit.csv', '--no-manifest'], '--no-manifest: It is for a stream'],
    [['--after', 'x'], '--after: The cursor in `after` is not a cursor that this gateway issued'],
    [['--settle', '40d'], '--settle: It must be a duration of at most 30 days'],
  ])('%j ends with 2 and says why', async (args, message) => {
    const { code, err } = await exported(...args)
    expect(err).toContain(`auditgraph: ${message}`)
    expect(code).toBe(2)
  })

  it.each([
    ['TOKEN=canary-Xq7', ': see line 1, column 1'],
    ['{"a":1,\n "b": canary-Xq7}', ': see line 2, column 7'],
    ['{\n"a":"canary-Xq7" 1}', ': see line 2, column 18'],
    ['undefined', ': see line 1, column 1'],
    ['', ''],
  ])('shows nothing of a file that is not JSON: %j', async (text, place) => {
    const file = await fileOf(`${Math.random()}.json`, text)
    const operation = await fileOf('complete.graphql', 'query { auditEntries { complete } }')
    for (const [name, ...args] of [
      ['filter', '--filter', file],
      ['variables', '--filter', operation, '--variables', file],
    ]) {
      const { code, err } = await exported(...args)
      expect([code, err]).toEqual([2, `auditgraph: --${name}: ${file} is not JSON${place}.\n`])
    }
  })

  it.each([
    ['query { source(key: "crew") { key } }', 'must have exactly one field auditEntries'],
    ['query { auditEntries { nope } }', 'does not fit the schema. Cannot query field "nope"'],
    ['query {', 'is not a GraphQL document'],
    ['query Q($a: Int!) { auditEntries(first: $a) { complete } }', 'Variable "$a" of required type "Int!"'],
  ])('refuses the operation %s', async (operation, message) => {
    const { code, err } = await exported('--filter', await fileOf(`${Math.random()}.graphql`, operation))
    expect(err).toContain(message)
    expect(code).toBe(2)
  })

  const filterVariables = `query Q($a: [String!], $b: [ActionKind!] = [CREATE], $first: Int, $c: DateTime) {
    auditEntries(first: $first, filter: { actions: $a, and: [{ actionKinds: $b, occurredAt: { since: $c } }] }) { complete }
  }`

  it.each([
    ['{"A":["x"],"c":null}', 'There is no variable "A"; the operation has: a, b, first, c.'],
    ['{"a":["x"],"__proto__":1,"c":null}', 'There is no variable "__proto__"; the operation has:'],
    [
      '{"a":["x"]}',
      'The filter has the variable "c", which is not given. Give it, or null so that it does not restrict.',
    ],
    ['{"c":null}', 'The filter has the variable "a", which is not given.'],
  ])('refuses the variables %s, which would leave the filter open', async (variables, message) => {
    const file = await fileOf('variables.graphql', filterVariables)
    const { code, err } = await exported('--filter', file, '--variables', variables)
    expect(err).toContain(`auditgraph: --variables: ${message}`)
    expect(code).toBe(2)
    const none = await exported(
      '--filter',
      await fileOf('none.graphql', '{ auditEntries { complete } }'),
      '--variables',
      '{"a":1}',
    )
    expect(none.err).toContain('There is no variable "a"; the operation has none.')
  })

  it('takes null and a default for a variable of the filter, and none for others', async () => {
    const file = await fileOf('variables.graphql', filterVariables)
    const { code, out } = await exported('--filter', file, '--variables', '{"a":null,"c":null}')
    expect(code).toBe(0)
    expect(out).toBe((await exported('--filter', '{"and":[{"actionKinds":["CREATE"],"occurredAt":{}}]}')).out)
  })

  it('leaves nothing behind when a cursor is refused', async () => {
    const file = newFile('ndjson')
    expect(await exported('-o', file, '--after', 'x')).toMatchObject({ code: 2 })
    await expect(stat(file)).rejects.toThrow('ENOENT')
    await expect(stat(`${file}.checkpoint.json`)).rejects.toThrow('ENOENT')
  })

  it('keeps the place when a source fails, and goes on when it is well, or without it', async () => {
    const file = newFile('ndjson')
    const broken = await command(['export', '--config', brokenConfig, '-o', file])
    expect(broken.code).toBe(1)
    expect(broken.err).toContain('auditgraph: broke off. hiring: Ashby did not accept the API key')
    expect(broken.err).toContain('The place is kept: run the same command with --resume to go on.')
    expect((await stat(`${file}.checkpoint.json`)).mode & 0o777).toBe(0o600)

    const partialFile = newFile('ndjson')
    const partial = await command(['export', '--config', brokenConfig, '-o', partialFile, '--partial'])
    expect(partial.code).toBe(3)
    expect(partial.err).toMatch(
      /hiring: entries from the first on to 2026-11-20T11:55:00.000Z may be missing/,
    )
    expect(JSON.parse(await readFile(`${partialFile}.manifest.json`, 'utf8'))).toMatchObject({
      complete: false,
    })
    expect((await command(['verify', partialFile])).code).toBe(0)
    const { coverage } = JSON.parse(await readFile(`${partialFile}.manifest.json`, 'utf8')) as {
      readonly coverage: readonly { readonly source: string; readonly resumeCursor: string | null }[]
    }
    const after = coverage.find(({ source }) => source === 'hiring')?.resumeCursor ?? ''
    const gapFile = newFile('ndjson')
    expect((await exported('-o', gapFile, '--sources', 'hiring', '--after', after)).code).toBe(0)
    expect((await command(['verify', gapFile])).code).toBe(0)

    expect((await exported('-o', file, '--resume')).code).toBe(0)
    const whole = newFile('ndjson')
    await exported('-o', whole)
    expect(await readFile(file, 'utf8')).toBe(await readFile(whole, 'utf8'))
  })

  describe('is gone on with', () => {
    const [first, other] = ['the-first-secret-of-all', 'another-secret-of-all']
    const configOf = (cursorSecret: unknown, more: object = {}) =>
      fileOf(`${Math.random()}.yaml`, JSON.stringify({ cursorSecret, sources: demo.sources, ...more }))
    /** An export that was stopped behind its first rows. */
    const stopped = async (cursorSecret: unknown) => {
      const file = newFile('ndjson')
      const small = await configOf(cursorSecret, { limits: { scannedPerPage: 100 } })
      const { code } = await command(['export', '--config', small, '-o', file], undefined, (stop) => {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) stop('SIGINT')
      })
      expect(code).toBe(1)
      expect(JSON.parse(await readFile(`${file}.checkpoint.json`, 'utf8'))).toMatchObject({
        cursor: expect.any(String),
      })
      return file
    }
    const resumed = async (file: string, path: string) =>
      command(['export', '--config', path, '-o', file, '--resume', '--quiet'])

    it.each([
      [first, [other, first]],
      [undefined, undefined],
      [undefined, first],
    ])('where the secret that it was begun with is known: %j, then %j', async (begun, then) => {
      const file = await stopped(begun)
      expect(await resumed(file, await configOf(then))).toEqual({ code: 0, out: '', err: '' })
      expect((await command(['verify', file])).code).toBe(0)
    })

    it('only there, and blames no --after that nobody gave', async () => {
      const file = await stopped(first)
      for (const then of [other, undefined]) {
        const { code, err } = await resumed(file, await configOf(then))
        expect([code, err.split('\n').filter((line) => !line.startsWith('{'))]).toEqual([
          2,
          [
            'auditgraph: --resume: The checkpoint was signed with another cursorSecret. Configure the one it was begun with, also as the second of a list, or begin anew with --force.',
            '',
          ],
        ])
      }
      expect((await resumed(file, await configOf(first))).code).toBe(0)
    })

    it('only with the accounts that it was begun with', async () => {
      const file = await stopped(first)
      const sources = demo.sources.map((source) => ({
        ...source,
        ...('organizationId' in source && { organizationId: 'another' }),
      }))
      const { code, err } = await resumed(file, await configOf(first, { sources }))
      const told = 'auditgraph: --resume: The checkpoint is of other accounts behind the keys of the sources,'
      expect([code, err]).toEqual([2, expect.stringContaining(told)])
    })

    it('only while its cursors are taken', async () => {
      const file = await stopped(first)
      const path = await configOf(first, { limits: { cursorLifetimeMs: 60_000 } })
      aheadMs = 600_000
      const { code, err } = await resumed(file, path)
      aheadMs = 0
      expect([code, err]).toEqual([
        2,
        expect.stringContaining(
          'auditgraph: --resume: The checkpoint is older than limits.cursorLifetimeMs.',
        ),
      ])
    })
  })

  it('ends at a stop signal', async () => {
    const { code, err } = await command(['export', '--config', config], (stop) => stop('SIGINT'))
    expect(code).toBe(1)
    expect(err).toContain('auditgraph: stopped. What was written is not all.')
  })
})

describe('progress', () => {
  const span = { fromMs: nowMs, toMs: nowMs - 1_000_000 }

  function tallyAt(count: number, ago: number): Tally {
    const tally = new Tally(['crew'])
    for (let row = 0; row < count; row += 1) {
      tally.add({ timeMs: nowMs - (ago * (row + 1)) / count, sourceKey: 'crew', id: String(row) }, 'row')
    }
    return tally
  }

  it('is a line every five seconds where there is no terminal', () => {
    let err = ''
    let clockMs = 0
    const stderr = {
      write: (text: string) => {
        err += text
        return true
      },
    }
    const host = { stderr, now: () => clockMs }
    const progress = createProgress({ host, quiet: false, span, rowsBefore: 0 })
    for (clockMs of [1_000, 5_000, 6_000, 10_000]) progress.page(tallyAt(clockMs / 10, clockMs * 25))
    expect(err.split('\n')).toEqual([
      'auditgraph: 500 entries, 100/s, at 2026-11-20T11:57Z, 12 %, 35 s left',
      'auditgraph: 1000 entries, 100/s, at 2026-11-20T11:55Z, 25 %, 30 s left',
      '',
    ])
  })

  it('is a bar for all and one for each source on a terminal, and is taken off in the end', () => {
    let shown = ''
    const terminal = Object.assign(
      new Writable({
        write: (chunk: Buffer, _, done) => {
          shown += chunk.toString()
          done()
        },
      }),
      { isTTY: true, columns: 120, rows: 40 },
    )
    const host = { stderr: terminal, terminal, now: () => 0 }
    const progress = createProgress({ host, quiet: false, span, rowsBefore: 0 })
    progress.page(tallyAt(10, 500_000))
    progress.end()
    expect(shown).toContain('crew')
    expect(shown).toContain('10 entries')
    expect(shown).toContain('50 %')
  })
})
