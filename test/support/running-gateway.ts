import { loadConfig } from '../../src/config/load-config.js'
import { createGateway, type GatewayOptions } from '../../src/gateway.js'
import { createAitronosSimulator } from '../../src/providers/aitronos/simulator.js'
import { createAshbySimulator } from '../../src/providers/ashby/simulator.js'
import { createFreddySimulator } from '../../src/providers/freddy/simulator.js'
import { createJitsudoSimulator } from '../../src/providers/jitsudo/simulator.js'
import { builtInProviders, createRegistry } from '../../src/providers/registry.js'
import { listen } from '../../src/server/listen.js'
import { startSimulatorHost } from '../../src/simulation/host.js'
import type { SimulatedEvent, SimulatedLog } from '../../src/simulation/log.js'
import { createWorld } from '../../src/simulation/world.js'
import type { AuditEntryOrder } from '../generated/graphql.js'

/** What brute force over a log says of an entry. */
export interface LoggedEntry {
  readonly sourceKey: string
  readonly upstreamId: string
  /** As the provider shows it, UTC milliseconds. */
  readonly timeMs: number
  readonly event: SimulatedEvent
}

export interface RunningGateway {
  /** Where it serves, on a socket of loopback. */
  readonly url: string
  /** Every entry that a reading begun now has to give: the logs, merged and sorted by hand. Newest first. */
  entries(order?: AuditEntryOrder): readonly LoggedEntry[]
  /** Lets a second pass in which every source writes an entry: none of them belongs to a reading already begun. */
  write(): void
  /** Headers of the requests that a simulated provider has got. */
  upstreamHeaders(key: string): readonly Readonly<Record<string, string>>[]
  close(): Promise<void>
}

/** An entry by what tells it apart, from a log or from an answer: `crew/evt_1`. */
export function nameOf(
  entry:
    | Pick<LoggedEntry, 'sourceKey' | 'upstreamId'>
    | { readonly source: { readonly key: string }; readonly upstreamId: string },
): string {
  return `${'source' in entry ? entry.source.key : entry.sourceKey}/${entry.upstreamId}`
}

/** A Friday before noon, of which the world has the morning. A whole second, in UTC milliseconds. */
const beginMs = Date.UTC(2026, 10, 20, 11)
const organizationId = 'org_clients'
const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'
const credential = 'a-credential-of-this-test'

/** Step of the times that a source shows, in milliseconds; the order of entries knows nothing finer. */
const timeStepMs: Readonly<Record<string, number>> = { crew: 1_000, assistants: 1_000, access: 1, hiring: 1 }

/**
 * Starts four simulated providers and the gateway over them, on sockets: crew, assistants, access and hiring, together
 * some 600 entries of one world, with 230 of the same second in assistants and in hiring. Sources of `refused` have
 * wrong credentials.
 */
export async function startGateway(
  options: {
    readonly refused?: readonly string[]
    readonly createTraces?: GatewayOptions['createTraces']
  } = {},
): Promise<RunningGateway> {
  let nowMs = beginMs
  const now = () => nowMs
  const logs = logsByKey()
  const simulated = { credentials: [{ key: credential }], organizationId, tenantId }
  const host = await startSimulatorHost(
    {
      crew: createAitronosSimulator({ ...simulated, log: logs.crew, switches: { timePrecision: 'second' } }),
      assistants: createFreddySimulator({
        ...simulated,
        log: logs.assistants,
        switches: { timePrecision: 'second' },
      }),
      access: createJitsudoSimulator({
        ...simulated,
        log: logs.access,
        switches: { timePrecision: 'millisecond' },
      }),
      hiring: createAshbySimulator({
        log: logs.hiring,
        credentials: [{ apiKey: credential }],
        switches: { timePrecision: 'millisecond' },
      }),
    },
    { now },
  )
  const credentialOf = (key: string) => (options.refused?.includes(key) ? 'a-wrong-credential' : credential)
  const { baseUrls } = host
  const gateway = createGateway({
    config: configOf([
      {
        key: 'crew',
        provider: 'aitronos',
        organizationId,
        baseUrl: baseUrls['crew'],
        credentials: { token: credentialOf('crew') },
      },
      {
        key: 'assistants',
        provider: 'freddy',
        organizationId,
        baseUrl: baseUrls['assistants'],
        credentials: { apiKey: credentialOf('assistants') },
      },
      {
        key: 'access',
        provider: 'jitsudo',
        tenantId,
        baseUrl: baseUrls['access'],
        credentials: { apiKey: credentialOf('access') },
      },
      {
        key: 'hiring',
        provider: 'ashby',
        baseUrl: baseUrls['hiring'],
        credentials: { apiKey: credentialOf('hiring') },
      },
    ]),
    registry,
    now,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    ...(options.createTraces && { createTraces: options.createTraces }),
  })
  const listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
  return {
    url: listening.url,
    entries: (order = 'NEWEST_FIRST') => {
      const newestFirst = mergedByHand(logs, nowMs)
      return order === 'NEWEST_FIRST' ? newestFirst : newestFirst.toReversed()
    },
    write: () => {
      nowMs += 1_000
      // The same id in every source: entries are told apart by their source too.
      const id = `00000000-0000-4000-8000-${String(nowMs - beginMs).padStart(12, '0')}`
      for (const log of Object.values(logs)) appendAgain(log, id, nowMs - 500)
    },
    upstreamHeaders: (key) => host.account(key).requests.map(({ headers }) => headers),
    close: async () => {
      await listening.close(1_000)
      await gateway.close()
      await host.close()
    },
  }
}

const registry = createRegistry(builtInProviders)

function configOf(sources: readonly object[]) {
  // JSON is YAML.
  const text = JSON.stringify({ cursorSecret: 'a-secret-of-this-test', sources })
  const loaded = loadConfig({ text, env: {}, registry })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

function logsByKey() {
  const { logs } = createWorld({ seed: 10, nowMs: beginMs, days: 0 })
  return { crew: logs.aitronos, assistants: logs.freddy, access: logs.jitsudo, hiring: logs.ashby }
}

function mergedByHand(logs: Readonly<Record<string, SimulatedLog>>, asOfMs: number): readonly LoggedEntry[] {
  return Object.entries(logs)
    .flatMap(([sourceKey, log]) =>
      log.visible(asOfMs).map((event) => {
        const stepMs = timeStepMs[sourceKey] ?? 1
        const timeMs = Math.floor(event.timeMs / stepMs) * stepMs
        return { sourceKey, upstreamId: event.id, timeMs, event }
      }),
    )
    .filter(({ timeMs }) => timeMs < asOfMs)
    .sort(
      (a, b) =>
        b.timeMs - a.timeMs ||
        (a.sourceKey < b.sourceKey ? -1 : a.sourceKey > b.sourceKey ? 1 : 0) ||
        (a.upstreamId < b.upstreamId ? -1 : 1),
    )
}

function appendAgain(log: SimulatedLog, id: string, timeMs: number): void {
  const [like] = log.visible(timeMs)
  if (like) log.append({ ...like, id, timeMs })
}
