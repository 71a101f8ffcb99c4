import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  buildSchema,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { run } from '../src/cli/run.js'
import { loadConfig } from '../src/config/load-config.js'
import { formatProblem } from '../src/config/problem.js'
import { columnSets } from '../src/export/csv.js'
import { exportTextNames } from '../src/export/options.js'
import type { EntryContent } from '../src/model/entry.js'
import { Secret } from '../src/model/secret.js'
import { builtInProviders, createRegistry } from '../src/providers/registry.js'
import { defaultReadingLimits } from '../src/reading/limits.js'
import { pageSizeMax, type ReadableSource } from '../src/reading/page.js'
import { createReader } from '../src/reading/reader.js'
import { defaultLimits } from '../src/server/limits.js'
import { parameterDepthMax } from '../src/server/request-params.js'
import { defaultTailLimits } from '../src/tail/limits.js'
import { lighthouse } from './fifth-provider/index.js'

/** What README.md and docs say is true as far as a machine can tell. */

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
    `${folder}/${name}`.replaceAll('\\', '/'),
  )
}

const pages = ['README.md', 'CHANGELOG.md', ...filesBelow('docs').filter((path) => path.endsWith('.md'))]
const paths = [
  ...readdirSync(root).filter((name) => !['node_modules', 'dist', '.git'].includes(name)),
  ...['src', 'test', 'schema', 'docs'].flatMap(filesBelow),
]

/** A fenced block: its language, its text, and the comment in the line before it. */
interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly text: string
  readonly note: string
}

const blockPattern = /(?:^<!-- (.+) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm

function blocksOf(page: string): readonly Block[] {
  const text = read(page)
  return [...text.matchAll(blockPattern)].map((match) => {
    const [, note = '', language = '', body = ''] = match
    return { page, line: text.slice(0, match.index).split('\n').length, language, text: body, note }
  })
}

/** A page without its blocks. */
const proseOf = (page: string) => read(page).replaceAll(blockPattern, '')

const blocks = pages.flatMap(blocksOf)
const inLanguage = (language: string) =>
  blocks
    .filter((block) => block.language === language)
    .map((block) => [`${block.page}:${block.line}`, block] as const)

const schema = buildSchema(read('schema/schema.graphql'))
const registry = createRegistry(builtInProviders)

describe('GraphQL', () => {
  it.each(inLanguage('graphql'))('%s fits the schema', (_, { text }) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([])
  })

  const answers = inLanguage('json').filter(([, { text }]) => text.includes('"data"'))
  it.each(answers)('%s answers the query before it', (_, answer) => {
    const queries = blocks.filter(
      ({ page, line, language }) => page === answer.page && line < answer.line && language === 'graphql',
    )
    const [operation] = parse(queries.at(-1)?.text ?? '').definitions
    const { selectionSet } = operation as OperationDefinitionNode // the test above has parsed it
    expect(differences(JSON.parse(answer.text).data, selectionSet, 'data')).toEqual([])
  })

  it('are in README.md, with answers', () => {
    expect(inLanguage('graphql').length).toBeGreaterThan(3)
    expect(answers.length).toBeGreaterThan(1)
  })

  it('names every field of the filter', () => {
    const filter = schema.getType('AuditEntryFilter')
    const fields = isInputObjectType(filter) ? Object.keys(filter.getFields()) : []
    expect(fields).toContain('occurredAt')
    expect(fields.filter((field) => !proseOf('README.md').includes(`| \`${field}\``))).toEqual([])
  })
})

/** Where the fields of a value are not those that were asked for. No aliases, no fragments. */
function differences(value: unknown, selectionSet: SelectionSetNode | undefined, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => differences(item, selectionSet, path))
  if (selectionSet === undefined || value === null) return []
  const asked = selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? [field] : []))
  const names = asked.map(({ name }) => name.value)
  const given = value as Readonly<Record<string, unknown>>
  const wrong = [
    ...names.filter((name) => !(name in given)),
    ...Object.keys(given).filter((name) => !names.includes(name)),
  ].map((name) => `${path}.${name}`)
  return [
    ...wrong,
    ...asked.flatMap((field) =>
      differences(given[field.name.value] ?? null, field.selectionSet, `${path}.${field.name.value}`),
    ),
  ]
}

describe('configuration', () => {
  const [wrong, right] = [true, false].map((isWrong) =>
    inLanguage('yaml').filter(([, { note }]) => (note === 'wrong') === isWrong),
  )

  it.each(right ?? [])('%s loads', (_, { text }) => {
    const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
    const env = Object.fromEntries(names.map((name) => [name, `value-of-${name}`]))
    expect(loadConfig({ text, env, registry })).toHaveProperty('ok')
  })

  it.each(wrong ?? [])('%s is refused as the block after it says', (_, block) => {
    const loaded = loadConfig({ text: block.text, env: {}, registry })
    if (!('problems' in loaded)) throw new Error('It loads.')
    const told = blocks.find(({ page, line }) => page === block.page && line > block.line)?.text
    expect(told?.trimEnd().split('\n').slice(1)).toEqual(
      loaded.problems.map((problem) => `  ${formatProblem(problem)}`),
    )
    expect(told).toContain(`, ${loaded.problems.length} problems:`)
  })

  it('is in README.md, right and wrong', () => {
    expect(right?.length).toBeGreaterThan(1)
    expect(wrong).toHaveLength(1)
  })
})

describe('settings of clients', () => {
  it.each(inLanguage('ts'))('%s stand in the file that is named', (_, { text, note }) => {
    const file = /^from (\S+)$/.exec(note)?.[1] ?? ''
    const lines = new Set(read(file).split('\n').map(trimmed))
    expect(
      text
        .split('\n')
        .map(trimmed)
        .filter((line) => !lines.has(line)),
    ).toEqual([])
  })
})

const trimmed = (line: string) => line.trim()

describe.each(pages)('%s', (page) => {
  it('has links that lead somewhere', () => {
    const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const broken = targets.filter((target) => {
      if (/^https?:/.test(target)) return false
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : posix.join(dirname(page), path)
      if (!existsSync(join(root, file))) return true
      return anchor !== undefined && !anchorsOf(file).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('names files that exist', () => {
    const names = [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name)
    const missing = names.filter(isFileName).filter((name) => !paths.some((path) => isNamed(path, name)))
    expect(missing).toEqual([])
  })

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...read(page).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]
    expect(named.map(([, run, short]) => run ?? short ?? '').filter((name) => !(name in scripts))).toEqual([])
  })
})

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** What the pages call a file that is the reader's own, or still to be made. */
const readersOwn: readonly string[] = [
  'auditgraph.yaml',
  'src/providers/NAME',
  'FILE.manifest.json',
  'FILE.checkpoint.json',
]

function isFileName(name: string): boolean {
  if (readersOwn.includes(name) || /\s/.test(name)) return false
  return (
    /^(src|test|schema|docs|dist)\/./.test(name) ||
    /^[\w*/<>.-]+\.(ts|js|md|ya?ml|json|graphql|svg)$/.test(name)
  )
}

/** Whether a name means a path: all of it or its end; `*` and `<name>` stand for one step. dist is built from src. */
function isNamed(path: string, name: string): boolean {
  const pattern = name
    .replace(/^dist\/(.+)\.js$/, 'src/$1.ts')
    .replace(/[.+]/g, '\\$&')
    .replace(/\*|<\w+>/g, '[^/]+')
  return new RegExp(`(^|/)${pattern}$`).test(path)
}

describe('README.md', () => {
  const readme = read('README.md')

  it('gives the two commands, and CI runs the second', () => {
    expect(readme).toContain('npm ci && npm start')
    expect(readme).toContain('npm ci && npm test')
    expect(read('.ci/run')).toContain('npm ci && npm test')
  })

  it('tells every option of the command line, and no other', async () => {
    const help = await helpOf(['--help'])
    const optionsIn = (text: string) =>
      [...new Set(text.match(/(?<=[ `])--[a-z]+(?: <\w+>)?(?=[ `])/g))].sort()
    const table = readme
      .split('\n')
      .filter((line) => line.startsWith('| `--'))
      .join('\n')
    expect(optionsIn(table)).toEqual(optionsIn(help))
  })

  it('gives the limits as they are', () => {
    const limits: Readonly<Record<string, number>> = {
      ...defaultReadingLimits,
      ...defaultLimits,
      pageSizeMax,
      parameterDepthMax,
    }
    const told = [...readme.matchAll(/^\| `(\w+)` ?(\*?) +\| +([\d,]+) +\|/gm)]
    expect(told.length).toBeGreaterThan(10)
    for (const [, name = '', , value = ''] of told) {
      expect([name, Number(value.replaceAll(',', ''))]).toEqual([name, limits[name]])
    }
    const settable = told.flatMap(([, name = '', star]) => (star === '*' ? [name] : []))
    const { properties } = JSON.parse(read('schema/config.schema.json')) as {
      properties: { limits: { properties: object } }
    }
    expect(settable.sort()).toEqual(Object.keys(properties.limits.properties).sort())
  })

  it('refers to a schema that gives the defaults of the tail', () => {
    const { properties } = JSON.parse(read('schema/config.schema.json')) as {
      properties: { tail: { properties: Record<string, { description: string }> } }
    }
    const limits: Readonly<Record<string, number>> = { ...defaultTailLimits }
    for (const [name, { description }] of Object.entries(properties.tail.properties)) {
      expect(description).toContain(`; ${limits[name]} when left out.`)
    }
  })
})

/** What a command line prints. */
async function helpOf(args: readonly string[]): Promise<string> {
  let help = ''
  const write = (text: string) => {
    help += text
    return true
  }
  await run(args, {
    env: {},
    now: () => 0,
    stdout: { write },
    stderr: { write },
    onStopSignal: () => () => {},
    onUnhandledRejection: () => () => {},
    exit: () => {},
  })
  return help
}

describe('docs/exports.md', () => {
  const page = read('docs/exports.md')

  it('tells every option of export and every parameter of GET /export, and no other', async () => {
    const help =
      (await helpOf(['export', '--help'])).match(/^ {2}(?:-\w, )?--(?!help)[a-z-]+(?: <[^>]+>)?/gm) ?? []
    const rows = [...page.matchAll(/^\| `(--[a-z-]+(?: <[^>]+>)?)` \| (?:`(\w+)[=`])?/gm)]
    expect(rows.map(([, option]) => option).sort()).toEqual(
      help.map((option) => option.replace(/^.*?(?=--)/, '')).sort(),
    )
    const parameters = rows.flatMap(([, , parameter]) => (parameter ? [parameter] : []))
    expect(parameters.sort()).toEqual([...exportTextNames, 'filter'].sort())
  })

  it('tells every column of CSV', () => {
    const listed = page.slice(page.indexOf('Columns are named'), page.indexOf('Those with a structure'))
    const columns = [...listed.matchAll(/`([\w.]+)`/g)].map(([, name]) => name)
    expect(columns.filter((name) => name !== 'AuditEntry')).toEqual(columnSets['all'])
    for (const heading of columnSets['compact'] ?? []) expect(page.replaceAll('\n', ' ')).toContain(heading)
  })
})

describe('docs/reading.md', () => {
  const day = '2026-11-20T'
  const at = (clock: string) => Date.parse(`${day}${clock}:00Z`)
  const clockOf = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  const logs: Readonly<Record<string, readonly string[]>> = {
    crew: ['12:09', '12:07', '12:04', '12:01', '11:58', '11:50'],
    hiring: ['12:08', '12:03', '12:03', '12:02', '11:40'],
  }

  it('plays its page in figures as the code does', async () => {
    const played: string[][] = []
    const sourceOf = (key: string): ReadableSource => ({
      key,
      capabilities: plainCapabilities,
      settleMs: 0,
      fetchPage: async ({ untilMs = 0 }) => {
        const below = (logs[key] ?? []).filter((clock) => at(clock) < untilMs)
        const rows = below.slice(0, 3)
        const before = `${clockOf(untilMs)}${untilMs % 60_000 === 0 ? '' : ' incl.'}`
        played.push([String(played.length + 1), key, before, rows.join(', '), rows.at(-1) ?? ''])
        return {
          rows: rows.map((clock, index) => ({
            id: `${clock} ${index}`,
            timeMs: at(clock),
            content: () => contentAt(at(clock)),
          })),
          more: rows.length < below.length,
        }
      },
    })
    const reader = createReader({
      sources: Object.keys(logs).map(sourceOf),
      secrets: [new Secret('a-secret-of-this-test')],
      now: () => at('12:10'),
    })
    const ask = (after?: string) =>
      reader.readPage({
        first: 4,
        ...(after !== undefined && { after }),
        filter: {},
        order: 'NEWEST_FIRST',
        onSourceError: 'PARTIAL',
        signal: new AbortController().signal,
      })
    const page = await ask()
    if (page.kind !== 'page') throw new Error(page.kind)

    const table = read('docs/reading.md')
      .split('\n')
      .filter((line) => /^\| \d /.test(line))
      .map((line) => line.split('|').slice(1, -1).map(trimmed))
    expect(table).toEqual(played)
    const shown = page.edges.map(({ entry }) => `${clockOf(entry.occurredAtMs)} \`${entry.sourceKey}\``)
    expect(read('docs/reading.md')).toContain(`Delivered: ${shown.join(', ')}.`)

    played.length = 0
    await ask(page.endCursor ?? '')
    expect(played[0]?.slice(1, 3)).toEqual(['hiring', '12:02 incl.'])
  })
})

/** Pages of three by cursor, whose bounds are exact. */
const plainCapabilities: ReadableSource['capabilities'] = {
  ...lighthouse.open({
    baseUrl: 'https://provider.example',
    station: 'x',
    credentials: { lamp: new Secret('x') },
  }).capabilities,
  paging: 'cursor',
  boundSlackMs: { since: 0, until: 0 },
}

function contentAt(occurredAtMs: number): EntryContent {
  return {
    upstreamId: 'x',
    occurredAtMs,
    action: 'updated',
    actionKind: 'UPDATE',
    actor: { id: null, type: 'UNKNOWN', rawType: null, name: null, email: null },
    resource: { type: 'thing', id: null, name: null },
    counterparty: null,
    changes: null,
    reason: null,
    origin: null,
    organizationId: 'org',
    metadata: null,
    raw: {},
  }
}
