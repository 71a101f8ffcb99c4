import { isFailure } from '../../src/model/failure.js'
import type { Dialect, UpstreamRequest, UpstreamResponse } from '../../src/model/provider.js'
import { createAitronosSimulator } from '../../src/providers/aitronos/simulator.js'
import { createAshbySimulator } from '../../src/providers/ashby/simulator.js'
import { createFreddySimulator } from '../../src/providers/freddy/simulator.js'
import { createJitsudoSimulator, simulatedTenantId } from '../../src/providers/jitsudo/simulator.js'
import { builtInProviders, openDialect } from '../../src/providers/registry.js'
import type { ReadableSource } from '../../src/reading/page.js'
import type { Simulator } from '../../src/simulation/exchange.js'
import { type SimulatedEvent, SimulatedLog } from '../../src/simulation/log.js'

/** A source whose adapter speaks with its simulator in process, without a socket, at one instant. */
export interface SimulatedSource extends ReadableSource {
  /** Requests made so far. */
  readonly requests: () => number
}

export const nowMs = Date.UTC(2026, 5, 15, 12, 30, 17, 250)

const historyFloor = '2026-01-01T00:00:00Z'
const settings = {
  aitronos: { organizationId: 'org_sim', credentials: { token: 'sim-token' } },
  freddy: { organizationId: 'org_sim', credentials: { apiKey: 'sim-key' } },
  jitsudo: {
    baseUrl: 'https://jitsudo.example.com',
    tenantId: simulatedTenantId,
    credentials: { apiKey: 'sim-key' },
  },
  ashby: { credentials: { apiKey: 'sim-key' }, historyFloor },
} as const

export type SimulatedProvider = keyof typeof settings
export const simulatedProviders = Object.keys(settings) as readonly SimulatedProvider[] // the keys of the object above

const simulators = {
  aitronos: createAitronosSimulator,
  freddy: createFreddySimulator,
  jitsudo: createJitsudoSimulator,
  ashby: createAshbySimulator,
}

/** A source of one provider, key as its provider, whose log has one entry at each of `timesMs`. */
export function simulatedSource(
  id: SimulatedProvider,
  timesMs: readonly number[],
  options: { readonly settings?: object; readonly switches?: object } = {},
): SimulatedSource {
  const provider = builtInProviders.find((candidate) => candidate.id === id)
  if (!provider) throw new Error(`There is no provider ${id}.`)
  const dialect = openDialect(provider, provider.settings.parse({ ...settings[id], ...options.settings }))
  const log = new SimulatedLog()
  log.appendAll(timesMs.map((timeMs, index) => eventAt(timeMs, index)))
  const switches = { timePrecision: 'millisecond', ...options.switches } as const
  return connect(id, dialect, simulators[id]({ log, switches }))
}

/** A source over one dialect and the simulator that it speaks with. */
export function connect(key: string, dialect: Dialect, simulator: Simulator): SimulatedSource {
  let requests = 0
  const { bulk } = dialect
  const send = ({ method, path, query, headers, body = '' }: UpstreamRequest): UpstreamResponse => {
    requests += 1
    const sent = Object.entries({ ...headers, ...dialect.authorization() })
    const answer = simulator.handle(
      {
        method,
        path,
        query: new URLSearchParams(query.map(([name, value]) => [name, value])),
        headers: Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), value])),
        body,
      },
      nowMs,
    )
    return { ...answer, receivedAtMs: nowMs }
  }
  return {
    key,
    capabilities: dialect.capabilities,
    settleMs: 0,
    requests: () => requests,
    fetchPage(ask) {
      const page = dialect.readPage(send(dialect.pageRequest(ask)))
      if (isFailure(page)) throw new Error(`${key}: ${page.kind} ${page.upstreamMessage ?? page.message}`)
      return Promise.resolve(page)
    },
    ...(bulk && { fetchBulk: (ask) => Promise.resolve(bulk.read(send(bulk.request(ask)))) }),
  }
}

function eventAt(timeMs: number, index: number): SimulatedEvent {
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    timeMs,
    action: 'update',
    actor: { id: 'u1', type: 'user', name: 'Ada', email: 'ada@example.com' },
    resource: { type: 'project', id: 'p1', name: 'Atlas' },
  }
}
