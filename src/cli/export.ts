import { randomBytes } from 'node:crypto'
import { type Checkpoint, changedOptions, readCheckpoint } from '../export/checkpoint.js'
import { exportToStore } from '../export/export-to-store.js'
import { exportToStream, failureText } from '../export/export-to-stream.js'
import { fileStore, manifestPathOf } from '../export/file-store.js'
import { pageMs } from '../export/limits.js'
import { type Manifest, manifestSchema } from '../export/manifest.js'
import { ExportOptionError, type ExportTexts, readPlan } from '../export/options.js'
import { pageSignals } from '../export/page-signals.js'
import { askedSources, asOfMsFor, boundOptions, type ExportPlan } from '../export/plan.js'
import type { ExportStore } from '../export/store.js'
import { createGateway, type Gateway } from '../gateway.js'
import { Secret } from '../model/secret.js'
import { builtInProviders, createRegistry } from '../providers/registry.js'
import type { InputProblem, PageTerms, ReadingFailed } from '../reading/page.js'
import { codeOf } from './error-code.js'
import { existsAlready, goOnText, ofCheckpoint, problemText, tellFailure } from './export-failure.js'
import { readFilterOption } from './export-filter.js'
import { createProgress, type ExportProgress } from './export-progress.js'
import { spanKnown, spanOf } from './export-span.js'
import { createLogger } from './logger.js'
import { exitCodes, type ProcessHost } from './process-host.js'
import { type Served, serveConfigured, serveDemo } from './serve.js'

/** Options as commander gives them: texts, and booleans for those without a value. */
export interface ExportCommandOptions {
  readonly config?: string
  readonly output?: string
  readonly format?: string
  readonly gzip?: boolean
  readonly columns?: string
  readonly bom?: boolean
  readonly since?: string
  readonly until?: string
  readonly sources?: string
  readonly filter?: string
  readonly variables?: string
  readonly order?: string
  readonly settle?: string
  readonly after?: string
  readonly partial?: boolean
  readonly resume?: boolean
  readonly force?: boolean
  readonly quiet?: boolean
  /** False with --no-manifest. */
  readonly manifest?: boolean
}

/** Rows kept for the next page: there is one reader only, which goes on at once. */
const readAheadRows = 4_000

/**
 * Exports to a file or to standard output and gives the exit code: 0 when nothing is missing, 3 when the manifest names
 * gaps, 1 when it broke off, which `--resume` goes on from, 2 for a wrong command line or configuration.
 */
export async function exportEntries(options: ExportCommandOptions, host: ProcessHost): Promise<number> {
  const registry = createRegistry(builtInProviders)
  const served =
    options.config === undefined
      ? await serveDemo(registry, host)
      : await serveConfigured(options.config, registry, host)
  if (!served) return exitCodes.misused
  const stop = new AbortController()
  const ended = host.onStopSignal((signal) => {
    if (stop.signal.aborted) host.exit(exitCodes.failed)
    stop.abort(new Error(`stopped by ${signal}`))
  })
  try {
    return await new ExportCommand(options, host, served, stop.signal).run()
  } catch (error) {
    return tellFailure(error, options, host, stop.signal)
  } finally {
    ended()
    await served.close()
  }
}

/** Throws ExportOptionError for an option that says nothing beside the others. */
function checkTogether({ output, resume, force, manifest }: ExportCommandOptions): void {
  if (output === undefined && (resume || force)) {
    throw new ExportOptionError([resume ? 'resume' : 'force'], 'It needs a file: name it with --output.')
  }
  if (resume && force) {
    throw new ExportOptionError(['force'], 'It begins anew, and --resume goes on: give one of the two.')
  }
  if (output !== undefined && manifest === false) {
    const message = 'It is for a stream: a file has its manifest beside it, for `auditgraph verify`.'
    throw new ExportOptionError(['no-manifest'], message)
  }
}

class ExportCommand {
  readonly #options: ExportCommandOptions
  readonly #host: ProcessHost
  readonly #served: Served
  readonly #stop: AbortSignal
  readonly #startedMs: number

  constructor(options: ExportCommandOptions, host: ProcessHost, served: Served, stop: AbortSignal) {
    this.#options = options
    this.#host = host
    this.#served = served
    this.#stop = stop
    this.#startedMs = host.now()
  }

  async run(): Promise<number> {
    checkTogether(this.#options)
    const { output } = this.#options
    if (output === undefined) {
      return this.#withGateway(null, (gateway, plan, secret) => this.#toStream(gateway, plan, secret))
    }
    const store = fileStore(output)
    const obstacle = await store.obstacle()
    if (obstacle !== null) throw new ExportOptionError(['output'], obstacle)
    const checkpoint = await this.#openCheckpoint(store, output)
    return this.#withGateway(checkpoint, (gateway, plan, secret) =>
      this.#toFile(gateway, plan, secret, store, output, checkpoint),
    )
  }

  /** What to go on from; null to begin. Throws ExportOptionError when something stands in the way. */
  async #openCheckpoint(store: ExportStore, output: string): Promise<Checkpoint | null> {
    const text = await store.readCheckpoint()
    if (this.#options.resume && text !== null) {
      const checkpoint = readCheckpoint(text)
      if (checkpoint) return checkpoint
      throw new ExportOptionError(
        ['resume'],
        `The checkpoint of ${output} cannot be read. Begin anew with --force.`,
      )
    }
    if (this.#options.force || this.#options.resume) return null
    if (text !== null) {
      const way = '--resume to go on with the export that it belongs to, or '
      throw new ExportOptionError(['output'], `${output} exists. Give ${way}--force to write over it.`)
    }
    if (await store.exists()) throw existsAlready(output)
    return null
  }

  /** Makes the gateway whose cursors are signed with the configured secret, else with the export's own. */
  async #withGateway(
    checkpoint: Checkpoint | null,
    use: (gateway: Gateway, plan: ExportPlan, secret: string | null) => Promise<number>,
  ): Promise<number> {
    const { config, isDemo } = this.#served
    const isConfigured = config.cursorSecrets.length > 0 && !isDemo
    const own = checkpoint?.secret ?? null
    const secret = isConfigured ? null : (own ?? randomBytes(32).toString('base64url'))
    // A checkpoint from before a secret was configured is opened with its own once more.
    const cursorSecrets =
      secret === null
        ? [...config.cursorSecrets, ...(own === null ? [] : [new Secret(own)])]
        : [new Secret(secret)]
    const gateway = createGateway({
      config: { ...config, cursorSecrets },
      registry: createRegistry(builtInProviders),
      now: this.#host.now,
      logger: createLogger(this.#host),
      limits: { reading: { readAheadRows } },
    })
    try {
      const plan = readPlan(this.#texts(), await readFilterOption(gateway.server.schema, this.#options))
      const { filter, sources, order } = plan
      const explained = gateway.reader.explain({ filter, ...(sources && { sources }), order })
      if ('kind' in explained) throw new ExportOptionError(explained.path, explained.message)
      return await use(gateway, plan, secret)
    } finally {
      await gateway.close()
    }
  }

  /** The options as texts; format and compression are taken from the name of the file where they are not given. */
  #texts(): ExportTexts {
    const { output = '', gzip, bom, partial, manifest, ...options } = this.#options
    const [, extension] = /\.(csv|ndjson|jsonl)(?:\.gz)?$/.exec(output) ?? []
    const format = options.format ?? (extension === 'csv' ? 'csv' : undefined)
    return {
      ...options,
      format,
      gzip: String(gzip ?? output.endsWith('.gz')),
      bom: String(bom ?? false),
      partial: String(partial ?? false),
      manifest: String(manifest ?? true),
    }
  }

  async #toFile(
    gateway: Gateway,
    plan: ExportPlan,
    secret: string | null,
    store: ExportStore,
    output: string,
    checkpoint: Checkpoint | null,
  ): Promise<number> {
    const sources = askedSources(plan, gateway.sources)
    const bound = boundOptions(
      plan,
      sources.map(({ key }) => key),
    )
    if (checkpoint) refuseChanged(changedOptions(checkpoint, bound))
    else if (this.#options.resume) {
      const finished = await finishedExport(store)
      if (finished) {
        refuseChanged(changedOptions({ options: finished }, bound))
        this.#tell(`${output} is finished already.`)
        return finished.complete ? exitCodes.done : exitCodes.incomplete
      }
      // An empty one is what an export leaves that was killed before its first checkpoint.
      if ((await store.exists()) && (await store.size()) !== 0) {
        throw new ExportOptionError(
          ['resume'],
          `${output} is no export to go on with. Give --force to write over it.`,
        )
      }
    }
    const work = await this.#work(gateway, plan, secret, checkpoint)
    const { force = false, resume = false } = this.#options
    const overwrite = force || (resume && (await store.size()) === 0)
    const running = exportToStore({ ...work, store, checkpoint, overwrite, now: this.#host.now })
    const end = await work.ended(running).catch((error: unknown) => {
      // It came when it had been looked for already.
      throw codeOf(error) === 'EEXIST' ? existsAlready(output) : error
    })
    if (end.kind === 'inputProblem' && !checkpoint) await store.discard()
    if (end.kind === 'done') return this.#finished(end.manifest, output)
    return this.#broken(checkpoint ? ofCheckpoint(end, checkpoint) : end)
  }

  async #toStream(gateway: Gateway, plan: ExportPlan, secret: string | null): Promise<number> {
    const { stdout } = this.#host
    const work = await this.#work(gateway, plan, secret, null)
    const write = (bytes: Buffer) =>
      new Promise<void>((resolve, reject) => {
        stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
      })
    const end = await work.ended(exportToStream({ ...work, write }))
    return end.kind === 'done' ? this.#finished(end.manifest, null) : this.#broken(end.why)
  }

  /** What both kinds of export are given. `ended` awaits one and takes the progress off the screen. */
  async #work(gateway: Gateway, plan: ExportPlan, secret: string | null, checkpoint: Checkpoint | null) {
    const { reader, sources } = gateway
    const nowMs = this.#host.now()
    const asOfMs = checkpoint?.asOfMs ?? asOfMsFor(plan, reader.sources, nowMs)
    const stop = this.#stop
    const signals = pageSignals(stop, pageMs, this.#host.now)
    const progress = await this.#progress(gateway, plan, asOfMs, checkpoint, () => signals.next())
    return {
      reader,
      sources: askedSources(plan, sources),
      plan,
      asOfMs,
      secret,
      stop,
      termsOf: () => signals.next(),
      onPage: (_: unknown, tally: Parameters<ExportProgress['page']>[0]) => progress.page(tally),
      ended: async <End>(running: Promise<End>): Promise<End> => {
        try {
          return await running
        } finally {
          progress.end()
          signals.end()
        }
      },
    }
  }

  async #progress(
    { reader }: Gateway,
    plan: ExportPlan,
    asOfMs: number,
    checkpoint: Checkpoint | null,
    termsOf: () => PageTerms,
  ): Promise<ExportProgress> {
    const { quiet = false } = this.#options
    const span =
      this.#host.terminal && !quiet ? await spanOf(reader, plan, asOfMs, termsOf) : spanKnown(plan, asOfMs)
    return createProgress({ host: this.#host, quiet, span, rowsBefore: checkpoint?.rows ?? 0 })
  }

  #finished(manifest: Manifest, output: string | null): number {
    const seconds = (this.#host.now() - this.#startedMs) / 1_000
    const where = output === null ? '' : `: ${output} and ${manifestPathOf(output)}`
    this.#tell(`${manifest.count} entries as of ${manifest.asOf} in ${seconds.toFixed(1)} s${where}.`)
    if (manifest.complete) return exitCodes.done
    for (const { source, gap, error } of manifest.coverage) {
      if (!gap && !error) continue
      const range = gap
        ? `entries from ${gap.since ?? 'the first on'} to ${gap.until} may be missing`
        : 'it had trouble'
      this.#host.stderr.write(
        `auditgraph: ${source}: ${range}. ${error ? `${error.message} ${error.remedy}` : ''}\n`,
      )
    }
    return exitCodes.incomplete
  }

  #broken(why: InputProblem | ReadingFailed): number {
    if (why.kind === 'inputProblem') {
      this.#host.stderr.write(`auditgraph: ${problemText(why)}\n`)
      return exitCodes.misused
    }
    this.#host.stderr.write(`auditgraph: broke off. ${failureText(why)}\n`)
    this.#host.stderr.write(
      `auditgraph: ${goOnText(this.#options)} With --partial it goes on without what fails.\n`,
    )
    return exitCodes.failed
  }

  #tell(text: string): void {
    if (!this.#options.quiet) this.#host.stderr.write(`auditgraph: ${text}\n`)
  }
}

function refuseChanged(changes: ReturnType<typeof changedOptions>): void {
  const [change] = changes
  if (!change) return
  throw new ExportOptionError(
    [change.name],
    `The export was begun with ${JSON.stringify(change.begunWith)} and is to go on with ${JSON.stringify(change.now)}. Give the options that it was begun with, or begin anew with --force.`,
  )
}

async function finishedExport(store: ExportStore): Promise<Manifest | undefined> {
  const text = await store.readManifest()
  if (text === null) return undefined
  const size = await store.size()
  try {
    const manifest = manifestSchema.parse(JSON.parse(text))
    return manifest.bytes === size ? manifest : undefined
  } catch {
    return undefined
  }
}
