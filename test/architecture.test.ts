import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { builtInProviders } from '../src/providers/registry.js'

const root = fileURLToPath(new URL('../', import.meta.url))

interface SourceFile {
  /** Below the root, with slashes, such as `src/model/entry.ts`. */
  readonly path: string
  /** Files of ours by their path, others by their name as it is written. */
  readonly imports: readonly string[]
  /** Texts of identifiers and literals; comments are not in it. */
  readonly words: readonly string[]
  /** Calls and constructions as they are written, such as `Date.now()`. */
  readonly calls: readonly string[]
  readonly hasReExport: boolean
}

const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !/\.(test|test-d|d)\.ts$/.test(path))
  .filter((path) => !path.startsWith('src/generated/'))
  .sort()
  .map(readSource)

function readSource(path: string): SourceFile {
  const text = readFileSync(`${root}${path}`, 'utf8')
  const imports = ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName).replace(/\.js$/, '.ts') : fileName,
    )
  const words: string[] = []
  const calls: string[] = []
  let hasReExport = false
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      words.push(node.text)
    } else if (ts.isTemplateHead(node)) words.push(node.text)
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) calls.push(node.getText(tree))
    if (ts.isPropertyAccessExpression(node)) calls.push(node.getText(tree))
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) hasReExport = true
    ts.forEachChild(node, visit)
  }
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023)
  visit(tree)
  return { path, imports, words, calls, hasReExport }
}

const historyFolder = 'simulation/history'
const filtersFolder = 'simulation/filters'

/** Folder of `src` that a file is in, or its own path when it stands beside the folders. */
function layerOf(path: string): string {
  for (const folder of [historyFolder, filtersFolder]) if (path.startsWith(`src/${folder}/`)) return folder
  const [, first = '', ...rest] = path.split('/')
  return rest.length === 0 ? path : first
}

function filesIn(...layers: readonly string[]): readonly SourceFile[] {
  return files.filter(({ path }) => layers.includes(layerOf(path)))
}

/**
 * What each layer may import of ours: a folder of `src`, or one file where no more is needed. style.md section 2.
 * `providers` and `simulation` have rules of their own below.
 */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  model: ['model'],
  reading: ['model', 'reading'],
  // Stands on whole readings and has their cursors' envelope; how a page is made is none of its business.
  tail: [
    'model',
    'tail',
    'src/reading/page.ts',
    'src/reading/read-all.ts',
    'src/reading/open-reading.ts',
    'src/reading/sealed-cursor.ts',
  ],
  // The interface of a source is the reading layer's; sending implements it.
  upstream: ['model', 'upstream', 'src/reading/page.ts'],
  // What pages and reports are made of; how they are read is handed in.
  graphql: ['model', 'graphql', 'src/reading/page.ts', 'src/reading/report/shapes.ts', 'src/tail/event.ts'],
  server: ['model', 'graphql', 'export', 'server', 'src/reading/page.ts', 'src/tail/event.ts'],
  // Listens to what the server and the upstream layer tell of themselves; neither of them knows it.
  telemetry: [
    'telemetry',
    'src/server/operation-report.ts',
    'src/server/overload.ts',
    'src/server/probes.ts',
    'src/upstream/observer.ts',
  ],
  // Rows have the names and ids of the GraphQL type; what is read comes through the loop over a whole reading.
  export: [
    'model',
    'export',
    'src/reading/page.ts',
    'src/reading/read-all.ts',
    'src/graphql/global-id.ts',
    'src/graphql/provider-name.ts',
  ],
  config: ['model', 'config', 'src/providers/registry.ts'],
  simulation: ['model', 'simulation', 'providers'],
  // Plays random histories against the reading layer itself, below the wire; the simulators know nothing of it.
  [historyFolder]: ['model', 'reading', historyFolder, 'src/simulation/random.ts'],
  // Wires the real adapters to the simulators in process and reads filters through them.
  [filtersFolder]: ['model', 'reading', 'providers', 'simulation', filtersFolder],
  providers: ['model', 'providers', 'simulation'],
  cli: [
    'cli',
    'model',
    'export',
    'src/reading/page.ts',
    'src/graphql/errors.ts',
    'src/graphql/filter-value.ts',
    'src/gateway.ts',
    'src/version.ts',
    'src/config/load-config.ts',
    'src/config/problem.ts',
    'src/config/trace-environment.ts',
    'src/providers/registry.ts',
    'src/server/listen.ts',
    'src/server/process-load.ts',
    'src/telemetry/load-traces.ts',
    'src/simulation/demo.ts',
    historyFolder,
    filtersFolder,
  ],
  'src/gateway.ts': [
    'model',
    'config',
    'upstream',
    'reading',
    'tail',
    'server',
    'telemetry',
    'src/providers/registry.ts',
    'src/version.ts',
  ],
  'src/version.ts': [],
}

/** What each layer may import of packages and of Node; a layer that is not here may import any dependency. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  model: ['zod'],
  reading: ['lru-cache'],
  tail: [],
  config: ['zod', 'yaml'],
  // Only file-store.ts touches a file: see below.
  export: [
    'zod',
    'node:crypto',
    'node:zlib',
    'node:util',
    'node:stream',
    'node:events',
    'node:net',
    'node:fs',
    'node:fs/promises',
    'node:path',
  ],
  graphql: ['graphql', '@pothos/core', '@pothos/plugin-relay', 'dataloader', 'luxon'],
  // node:crypto: a credential is told from another by a digest.
  upstream: ['undici', 'lru-cache', 'node:buffer', 'node:crypto', 'node:util', 'node:zlib'],
  telemetry: [
    'prom-client',
    'node:async_hooks',
    '@opentelemetry/api',
    '@opentelemetry/core',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace',
  ],
}

/** The exceptions, each with its reason. */
const packageExceptions: readonly string[] = [
  // A long key gives way to its digest, in the stores of two layers.
  'src/model/store-key.ts -> node:crypto',
  // Cursors are authenticated by HMAC, which is computation and no I/O; an own HMAC would be worse.
  'src/reading/sealed-cursor.ts -> node:crypto',
]
const nameExceptions: readonly string[] = [
  // A product of that company: its documented address is below the company's domain.
  'src/providers/freddy/settings.ts: https://api.freddy.aitronos.com',
]

describe('imports', () => {
  it('are read from every layer', () => {
    expect(files.length).toBeGreaterThan(50)
    for (const layer of Object.keys(allowedImports)) {
      expect(filesIn(layer), `files of ${layer}`).not.toHaveLength(0)
    }
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })

  it('name every folder of src in the rules', () => {
    expect([...new Set(files.map(({ path }) => layerOf(path)))].sort()).toEqual(
      Object.keys(allowedImports).sort(),
    )
  })

  it('of our own files go in the direction of the layers, and to files that exist', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith('src/'))
        .filter((target) => {
          const allowed = allowedImports[layerOf(path)] ?? []
          return (
            !existsSync(`${root}${target}`) ||
            !(allowed.includes(layerOf(target)) || allowed.includes(target))
          )
        })
        .map((target) => `${path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('of packages are those that the layer is for', () => {
    const wrong = files.flatMap(({ path, imports }) => {
      const allowed = allowedPackages[layerOf(path)]
      return imports
        .filter((target) => !target.startsWith('src/') && allowed && !allowed.includes(target))
        .map((target) => `${path} -> ${target}`)
    })
    expect(wrong.sort()).toEqual(packageExceptions)
  })

  it('of the file system are in one file of export', () => {
    const others = filesIn('export').filter(({ path }) => path !== 'src/export/file-store.ts')
    const wrong = others.filter(({ imports }) => imports.some((target) => /^node:(fs|path)/.test(target)))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('of undici are in upstream only', () => {
    const others = files.filter(({ path }) => layerOf(path) !== 'upstream')
    expect(others.filter(({ imports }) => imports.includes('undici')).map(({ path }) => path)).toEqual([])
  })

  it('stay within src', () => {
    const outside = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith('..') || /^(test|scripts|schema)\//.test(target))
        .map((target) => `${path} -> ${target}`),
    )
    expect(outside).toEqual([])
  })
})

describe('model, reading and tail', () => {
  it('are handed clock, randomness and I/O', () => {
    const impure =
      /^(Date\.now\b|new Date\(\)|Date\(\)|Math\.random\b|performance\.|process\.|crypto\.|console\.|setTimeout\(|setInterval\(|setImmediate\(|fetch\(|AbortSignal\.timeout\b)/
    const wrong = filesIn('model', 'reading', 'tail').flatMap(({ path, calls }) =>
      calls.filter((call) => impure.test(call)).map((call) => `${path}: ${call.slice(0, 60)}`),
    )
    expect(wrong).toEqual([])
  })
})

const providerFolders = readdirSync(`${root}src/providers`, { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map(({ name }) => name)
  .sort()

describe('a provider', () => {
  const standardFiles = [
    'README.md',
    'capabilities.ts',
    'failures.ts',
    'index.ts',
    'normalize.ts',
    'request.ts',
    'settings.ts',
    'simulator.ts',
    'vocabulary.ts',
    'wire.ts',
  ]

  it('has a folder of its name and a line in the registry', () => {
    expect(providerFolders).toEqual(builtInProviders.map(({ id }) => id).sort())
  })

  it.each(providerFolders)('%s has the files that every provider has', (name) => {
    const present = readdirSync(`${root}src/providers/${name}`)
    expect(standardFiles.filter((file) => !present.includes(file))).toEqual([])
  })

  it.each(providerFolders)(
    '%s imports the model, zod, a parser of CSV and its own folder, and has no I/O',
    (name) => {
      const folder = `src/providers/${name}`
      const own = files.filter(({ path }) => dirname(path) === folder && !path.endsWith('/simulator.ts'))
      expect(own).not.toHaveLength(0)
      const wrong = own.flatMap(({ path, imports }) =>
        imports
          // Parsing CSV is computation and no I/O; an own parser would be worse.
          .filter((target) => !['zod', 'csv-parse/sync'].includes(target) && layerOf(target) !== 'model')
          .filter((target) => dirname(target) !== folder || target.endsWith('/simulator.ts'))
          .map((target) => `${path} -> ${target}`),
      )
      expect(wrong).toEqual([])
    },
  )

  it.each(providerFolders)('%s has a simulator that shares no code with the adapter', (name) => {
    const simulator = files.find(({ path }) => path === `src/providers/${name}/simulator.ts`)
    const targets = simulator?.imports ?? []
    expect(targets).not.toHaveLength(0)
    const wrong = targets.filter(
      (target) => target.startsWith('src/') && !['model', 'simulation'].includes(layerOf(target)),
    )
    expect(wrong).toEqual([])
    // The adapter's reading of the wire is in model/wire.ts and model/settings.ts; a shared one would hide a mistake.
    expect(targets.filter((target) => /^src\/model\/(wire|settings|provider)\.ts$/.test(target))).toEqual([])
  })

  it('is reached by its index from the registry, by its simulator from the simulation, and from nowhere else', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => /^src\/providers\/[^/]+\//.test(target) && dirname(target) !== dirname(path))
        .filter((target) =>
          path.startsWith('src/simulation/') && target !== 'src/providers/registry.ts'
            ? !target.endsWith('/simulator.ts')
            : path !== 'src/providers/registry.ts' || !target.endsWith('/index.ts'),
        )
        .map((target) => `${path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('is named nowhere but in its folder, the registry and the simulation', () => {
    const names = new RegExp(providerFolders.join('|'), 'i')
    const wrong = files
      .filter(({ path }) => !path.startsWith('src/simulation/') && path !== 'src/providers/registry.ts')
      .flatMap(({ path, words }) => {
        const own = /^src\/providers\/([^/]+)\//.exec(path)?.[1]
        return words
          .filter((word) => names.test(own === undefined ? word : word.replace(new RegExp(own, 'gi'), '')))
          .map((word) => `${path}: ${word.slice(0, 60)}`)
      })
    expect(wrong.sort()).toEqual(nameExceptions)
  })
})

describe('files', () => {
  it('are no index of a folder that exports again what others define, but a provider', () => {
    const wrong = files.filter(
      ({ path, hasReExport }) => hasReExport || (path.endsWith('/index.ts') && layerOf(path) !== 'providers'),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('are at most 400 lines, tests aside', () => {
    const long = files.filter(({ path }) => readFileSync(`${root}${path}`, 'utf8').split('\n').length > 400)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('have kebab-case names', () => {
    expect(files.map(({ path }) => path).filter((path) => !/^[a-z0-9/-]+\.ts$/.test(path))).toEqual([])
  })
})
