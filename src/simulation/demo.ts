/** The four accounts that `npm start` shows when nothing is configured. */

import { createAitronosSimulator } from '../providers/aitronos/simulator.js'
import { createAshbySimulator } from '../providers/ashby/simulator.js'
import { createFreddySimulator } from '../providers/freddy/simulator.js'
import { createJitsudoSimulator } from '../providers/jitsudo/simulator.js'
import { type SimulatorHost, startSimulatorHost } from './host.js'
import { createWorld, type World } from './world.js'

/** One source as the configuration has it (design.md section 6). */
export interface DemoSource {
  readonly key: string
  readonly provider: string
  readonly baseUrl: string
  readonly organizationId?: string
  readonly tenantId?: string
  readonly credentials: Readonly<Record<string, string>>
}

export interface Demo {
  /** crew, assistants, access and hiring, in this order. */
  readonly sources: readonly DemoSource[]
  readonly host: SimulatorHost
  readonly world: World
  close(): Promise<void>
}

export interface DemoOptions {
  /** UTC milliseconds; the clock of the simulated providers too. */
  readonly now: () => number
  /** 1 when left out. */
  readonly seed?: number
  /** Length of the log in days; 120 when left out. */
  readonly days?: number
}

const organizationId = 'org_demo42'
const tenantId = '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0'

/** Credentials of the demo: they open nothing but the simulators on loopback. */
const keys = {
  crew: 'demo-crew-token',
  assistants: 'demo-assistants-key',
  access: 'demo-access-key',
  hiring: 'demo-hiring-key',
}

/** Starts the four simulators over one world that grows as time passes. Rejects when no port can be had. */
export async function startDemo({ now, seed = 1, days = 120 }: DemoOptions): Promise<Demo> {
  const world = createWorld({ seed, nowMs: now(), days })
  const beforeRequest = (nowMs: number) => world.growUntil(nowMs)
  const host = await startSimulatorHost(
    {
      crew: createAitronosSimulator({
        log: world.logs.aitronos,
        organizationId,
        credentials: [{ key: keys.crew }],
        beforeRequest,
      }),
      assistants: createFreddySimulator({
        log: world.logs.freddy,
        organizationId,
        credentials: [{ key: keys.assistants }],
        beforeRequest,
      }),
      access: createJitsudoSimulator({
        log: world.logs.jitsudo,
        tenantId,
        credentials: [{ key: keys.access }],
        beforeRequest,
      }),
      hiring: createAshbySimulator({
        log: world.logs.ashby,
        credentials: [{ apiKey: keys.hiring }],
        beforeRequest,
      }),
    },
    { now, recordMax: 100 },
  )
  return { sources: demoSources(host), host, world, close: () => host.close() }
}

function demoSources(host: SimulatorHost): readonly DemoSource[] {
  const baseUrl = (key: string) => host.account(key).baseUrl
  return [
    {
      key: 'crew',
      provider: 'aitronos',
      organizationId,
      baseUrl: baseUrl('crew'),
      credentials: { token: keys.crew },
    },
    {
      key: 'assistants',
      provider: 'freddy',
      organizationId,
      baseUrl: baseUrl('assistants'),
      credentials: { apiKey: keys.assistants },
    },
    {
      key: 'access',
      provider: 'jitsudo',
      baseUrl: baseUrl('access'),
      tenantId,
      credentials: { apiKey: keys.access },
    },
    {
      key: 'hiring',
      provider: 'ashby',
      baseUrl: baseUrl('hiring'),
      credentials: { apiKey: keys.hiring },
    },
  ]
}
