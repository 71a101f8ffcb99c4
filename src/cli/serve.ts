import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { type Config, loadConfig } from '../config/load-config.js'
import { type ConfigProblem, formatProblem } from '../config/problem.js'
import { tracesConfigOf } from '../config/trace-environment.js'
import { createGateway } from '../gateway.js'
import { builtInProviders, createRegistry, type Registry } from '../providers/registry.js'
import { type Listening, listen } from '../server/listen.js'
import { monitorProcess } from '../server/process-load.js'
import { loadTraces } from '../telemetry/load-traces.js'
import { version } from '../version.js'
import { codeText } from './error-code.js'
import { exampleText } from './example.js'
import { createLogger } from './logger.js'
import { exitCodes, type ProcessHost } from './process-host.js'
import { readTextFile } from './read-text.js'
import { stopPauseMs } from './stop-pause.js'

export interface ServeOptions {
  /** Path of the configuration; the demo is served when left out. */
  readonly config?: string
  /** These two go before what the configuration says. */
  readonly host?: string
  readonly port?: number
}

/**
 * Signals that follow the first within this time are the first once more: at Ctrl+C the terminal sends it to npm and to
 * this process, and npm passes its own on. In milliseconds.
 */
const sameSignalMs = 500

/** Sources to serve or to export from, and what ends them. */
export interface Served {
  readonly config: Config
  readonly isDemo: boolean
  close(): Promise<void>
}

/**
 * Serves until a stop signal and gives the exit code.
 *
 * Prints one line with `listening on http://HOST:PORT/graphql` to standard output when it is ready; without a
 * configuration it serves the embedded simulators and prints an example after it. What is wrong with the
 * configuration, or why it cannot listen, goes to standard error in plain lines. A second stop signal ends the
 * process at once.
 */
export async function serve(options: ServeOptions, host: ProcessHost): Promise<number> {
  const registry = createRegistry(builtInProviders)
  const logger = createLogger(host)
  const served =
    options.config === undefined
      ? await serveDemo(registry, host)
      : await serveConfigured(options.config, registry, host)
  if (!served) return exitCodes.misused

  const stop = stopSignal(host, logger)
  // A bug in one operation, ours or a library's, must not end the others: graphql-js 16 leaves a rejection unhandled
  // where a list has an error in one item, and an error beside a promise in another.
  const endWatch = host.onUnhandledRejection((reason) =>
    logger.error(
      { err: reason instanceof Error ? reason : new Error(String(reason)) },
      'unhandled rejection',
    ),
  )
  try {
    return await runGateway({ served, registry, logger, options, host, stopped: stop.received })
  } finally {
    stop.end()
    await served.close()
    endWatch()
  }
}

async function runGateway(parts: {
  readonly served: Served
  readonly registry: Registry
  readonly logger: Logger
  readonly options: ServeOptions
  readonly host: ProcessHost
  /** Resolves with the name of the signal. */
  readonly stopped: Promise<string>
}): Promise<number> {
  const { served, registry, logger, options, host } = parts
  const { config } = served
  const traces = tracesConfigOf(config.telemetry.traces, host.env)
  if ('problems' in traces) {
    tellProblems('the environment', traces.problems, host)
    return exitCodes.misused
  }
  const createTraces = await loadTraces({
    settings: traces.ok,
    env: host.env,
    serviceVersion: version,
    onError: (error) => logger.warn({ err: error }, 'traces could not be sent'),
  })
  const monitor = monitorProcess()
  const gateway = createGateway({
    config,
    registry,
    now: host.now,
    logger,
    processLoad: monitor.load,
    ...(createTraces && { createTraces }),
  })
  try {
    const address = { host: options.host ?? config.server.host, port: options.port ?? config.server.port }
    const listening = await tryListen(gateway.server, address, host)
    if (!listening) return exitCodes.failed
    const sources = gateway.sources.map(({ key, providerId }) => ({ key, provider: providerId }))
    logger.info({ url: listening.url, sources, demo: served.isDemo }, 'listening')
    host.stdout.write(`auditgraph listening on ${listening.url}\n`)
    if (served.isDemo) host.stdout.write(exampleText(listening.url))
    const signal = await parts.stopped
    const { pauseMs: configuredMs, drainMs } = config.server.stop
    await listening.retire(stopPauseMs({ signal, configuredMs, isWatched: gateway.server.isWatched() }))
    gateway.flushTraces()
    await listening.close(drainMs)
    logger.info('stopped')
    return exitCodes.done
  } finally {
    monitor.close()
    await gateway.close()
  }
}

/** The sources of a configuration; what is wrong with it goes to standard error, and undefined is given. */
export async function serveConfigured(
  path: string,
  registry: Registry,
  host: ProcessHost,
): Promise<Served | undefined> {
  const read = await readTextFile(path)
  if ('problem' in read) {
    host.stderr.write(`auditgraph: ${read.problem}\n`)
    return undefined
  }
  const loaded = loadConfig({ text: read.ok, env: host.env, registry })
  if ('ok' in loaded) return { config: loaded.ok, isDemo: false, close: async () => {} }
  tellProblems(path, loaded.problems, host)
  return undefined
}

function tellProblems(place: string, problems: readonly ConfigProblem[], host: ProcessHost): void {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const lines = problems.map((problem) => `  ${formatProblem(problem)}\n`)
  host.stderr.write(`auditgraph: ${place} is not a valid configuration, ${count}:\n${lines.join('')}`)
}

/** The simulators' sources go the way of any configuration, so that nothing is checked less for them. */
export async function serveDemo(registry: Registry, host: ProcessHost): Promise<Served> {
  // Loaded here, so that a gateway over real sources starts without it.
  const { startDemo } = await import('../simulation/demo.js')
  const demo = await startDemo({ now: host.now })
  // JSON is YAML.
  const text = JSON.stringify({ cursorSecret: randomBytes(32).toString('hex'), sources: demo.sources })
  const loaded = loadConfig({ text, env: {}, registry })
  if ('problems' in loaded) {
    await demo.close()
    throw new Error(`The demo is misconfigured: ${loaded.problems.map(formatProblem).join('; ')}`)
  }
  return { config: loaded.ok, isDemo: true, close: () => demo.close() }
}

async function tryListen(
  server: Parameters<typeof listen>[0],
  address: { readonly host: string; readonly port: number },
  host: ProcessHost,
): Promise<Listening | undefined> {
  try {
    return await listen(server, address)
  } catch (error) {
    const code = codeText(error)
    const remedy = listenRemedies[code]
    const way = remedy === undefined ? '' : ` ${remedy}`
    host.stderr.write(`auditgraph: cannot listen on ${address.host}:${address.port} (${code}).${way}\n`)
    return undefined
  }
}

/** Waits for the first stop signal; the second ends the process at once. */
function stopSignal(
  host: ProcessHost,
  logger: Logger,
): { readonly received: Promise<string>; readonly end: () => void } {
  let stoppingSinceMs: number | undefined
  let end = () => {}
  const received = new Promise<string>((resolve) => {
    end = host.onStopSignal((signal) => {
      const nowMs = host.now()
      if (stoppingSinceMs !== undefined) {
        if (nowMs - stoppingSinceMs >= sameSignalMs) host.exit(exitCodes.failed)
        return
      }
      stoppingSinceMs = nowMs
      logger.info({ signal }, 'stopping: operations under way may end, a second signal ends them')
      resolve(signal)
    })
  })
  return { received, end }
}

/** What a system's error code means to somebody who has just typed a command. */
const listenRemedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'The port is in use: take another with --port.',
  EACCES: 'This user may not take the port: take one above 1023 with --port.',
  EADDRNOTAVAIL: 'This machine does not have the address: give another with --host.',
  ENOTFOUND: 'The name is not known: give an address with --host.',
}
