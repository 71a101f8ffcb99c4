import { loadConfig } from '../../../src/config/load-config.js'
import { createGateway, type GatewayOptions } from '../../../src/gateway.js'
import { type AitronosSwitches, createAitronosSimulator } from '../../../src/providers/aitronos/simulator.js'
import { type AshbySwitches, createAshbySimulator } from '../../../src/providers/ashby/simulator.js'
import { createFreddySimulator, type FreddySwitches } from '../../../src/providers/freddy/simulator.js'
import { createJitsudoSimulator, type JitsudoSwitches } from '../../../src/providers/jitsudo/simulator.js'
import { builtInProviders, createRegistry } from '../../../src/providers/registry.js'
import { listen } from '../../../src/server/listen.js'
import { type SimulatorHost, startSimulatorHost } from '../../../src/simulation/host.js'
import { type SimulatedEvent, SimulatedLog } from '../../../src/simulation/log.js'
import {
  beginMs,
  bruteForce,
  type Entry,
  type PerSource,
  perSource,
  type Selection,
  type SourceKey,
} from './events.js'

/** Switches of the simulators, by source. */
export interface Switches {
  readonly crew?: Partial<AitronosSwitches>
  readonly assistants?: Partial<FreddySwitches>
  readonly access?: Partial<JitsudoSwitches>
  readonly hiring?: Partial<AshbySwitches>
}

export interface SituationOptions {
  readonly events: PerSource<readonly SimulatedEvent[]>
  readonly switches?: Switches
  /** What a source sets in the configuration beside key, provider, base URL, tenant and credentials. */
  readonly settings?: Partial<PerSource<Readonly<Record<string, unknown>>>>
  readonly limits?: GatewayOptions['limits']
  /** Called for every request that a source gets, before it is answered. */
  readonly beforeRequest?: (key: SourceKey, situation: Situation) => void
}

export interface Situation {
  readonly clock: { nowMs: number }
  readonly logs: PerSource<SimulatedLog>
  readonly host: SimulatorHost
  /** Where the gateway serves: `http://127.0.0.1:PORT/graphql`. */
  readonly url: string
  /** What a reading begun now has to give. */
  entries(selection?: Selection): readonly Entry[]
  /** What a reading pinned at `asOfMs` may give of what can be read now. */
  entriesAsOf(asOfMs: number, selection?: Selection): readonly Entry[]
  /** Starts one more gateway of the same configuration, cursor secret included, and gives its URL. */
  startGateway(): Promise<string>
  /** Ends every gateway, as SIGTERM does, and starts a new one. Gives its URL. */
  restart(): Promise<string>
  close(): Promise<void>
}

const organizationId = 'org_exactly_once'
const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'
const cursorSecret = 'a-cursor-secret-of-these-tests'

/** The credential that opens every source, one that may not read the log, and one that has expired. */
const credential = 'a-credential-of-these-tests'
export const credentialWithoutRight = 'a-credential-that-may-not-read'
export const expiredCredential = 'a-credential-of-yesterday'
const keys = [
  { key: credential },
  { key: credentialWithoutRight, mayRead: false },
  { key: expiredCredential, isExpired: true },
]

const registry = createRegistry(builtInProviders)
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Starts the four simulated providers and the gateway over them, all on sockets of loopback. Close it. */
export async function startSituation(options: SituationOptions): Promise<Situation> {
  const clock = { nowMs: beginMs }
  const now = () => clock.nowMs
  const logs = perSource((key) => {
    const log = new SimulatedLog()
    log.appendAll(options.events[key])
    return log
  })
  const { switches = {} } = options
  const common = (key: SourceKey) => ({
    log: logs[key],
    organizationId,
    tenantId,
    beforeRequest: () => options.beforeRequest?.(key, situation),
  })
  const crew = createAitronosSimulator({
    ...common('crew'),
    credentials: keys,
    switches: { badParameterStatus: 422, ...switches.crew },
  })
  const assistants = createFreddySimulator({
    ...common('assistants'),
    credentials: keys,
    ...(switches.assistants && { switches: switches.assistants }),
  })
  const access = createJitsudoSimulator({
    ...common('access'),
    credentials: keys,
    ...(switches.access && { switches: switches.access }),
  })
  const hiring = createAshbySimulator({
    ...common('hiring'),
    credentials: keys.map(({ key, ...rest }) => ({ apiKey: key, ...rest })),
    ...(switches.hiring && { switches: switches.hiring }),
  })
  const host = await startSimulatorHost({ crew, assistants, access, hiring }, { now })
  const stepMs = {
    crew: stepOf(switches.crew?.timePrecision ?? 'second'),
    assistants: stepOf(switches.assistants?.timePrecision ?? 'second'),
    access: stepOf(switches.access?.timePrecision ?? 'millisecond'),
    hiring: stepOf(switches.hiring?.timePrecision ?? 'millisecond'),
  }
  const closers: (() => Promise<void>)[] = []
  const config = configOf(host, options.settings)

  async function startGateway(): Promise<string> {
    const { limits } = options
    const gateway = createGateway({
      config,
      registry,
      now,
      timing: timingOf(clock),
      logger: quiet,
      ...(limits && { limits }),
    })
    const listening = await listen(gateway.server, { host: '127.0.0.1', port: 0 })
    closers.push(async () => {
      await listening.close(1_000)
      await gateway.close()
    })
    return listening.url
  }

  async function stopGateways(): Promise<void> {
    await Promise.all(closers.splice(0).map((close) => close()))
  }

  const situation: Situation = {
    clock,
    logs,
    host,
    url: await startGateway(),
    entries: (selection = {}) => bruteForce(logs, stepMs, selection, clock.nowMs),
    entriesAsOf: (asOfMs, selection = {}) => bruteForce(logs, stepMs, selection, asOfMs, clock.nowMs),
    startGateway,
    restart: async () => {
      await stopGateways()
      return startGateway()
    },
    close: async () => {
      await stopGateways()
      await host.close()
    },
  }
  return situation
}

/** Whoever waits between two attempts, or for a provider's leave, makes that time pass. */
function timingOf(clock: Situation['clock']): NonNullable<GatewayOptions['timing']> {
  return {
    random: () => 0,
    after: (delayMs, act) => {
      const timer = setImmediate(() => {
        clock.nowMs += delayMs
        act()
      })
      return () => clearImmediate(timer)
    },
  }
}

function stepOf(precision: 'microsecond' | 'millisecond' | 'second'): number {
  return precision === 'second' ? 1_000 : 1
}

function configOf(host: SimulatorHost, settings: SituationOptions['settings']) {
  const accounts = {
    crew: { provider: 'aitronos', organizationId, credentials: { token: credential } },
    assistants: { provider: 'freddy', organizationId, credentials: { apiKey: credential } },
    access: { provider: 'jitsudo', tenantId, credentials: { apiKey: credential } },
    hiring: { provider: 'ashby', credentials: { apiKey: credential } },
  }
  const sources = Object.values(
    perSource((key) => ({ key, baseUrl: host.baseUrls[key], ...accounts[key], ...settings?.[key] })),
  )
  // JSON is YAML.
  const loaded = loadConfig({ text: JSON.stringify({ cursorSecret, sources }), env: {}, registry })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}
