import type { Capabilities } from '../../model/capabilities.js'
import { isFailure, type SourceFailure } from '../../model/failure.js'
import type { Dialect, UpstreamPage, UpstreamRequest, UpstreamRow } from '../../model/provider.js'
import { createAitronosSimulator } from '../../providers/aitronos/simulator.js'
import { createAshbySimulator } from '../../providers/ashby/simulator.js'
import { createFreddySimulator } from '../../providers/freddy/simulator.js'
import { createJitsudoSimulator, simulatedTenantId } from '../../providers/jitsudo/simulator.js'
import { builtInProviders, openDialect } from '../../providers/registry.js'
import type { ReadableSource } from '../../reading/page.js'
import type { Simulator, SimulatorRequest } from '../exchange.js'
import { type SimulatedEvent, SimulatedLog } from '../log.js'
import type { SeededRandom } from '../random.js'
import { pools } from './pools.js'

/** One simulated account, wired to its adapter in process: no socket, no timer, not one promise that waits. */
export interface Account {
  readonly key: string
  readonly dialect: Dialect
  readonly simulator: Simulator
}

/** The instant of every request, UTC milliseconds; all events are older. */
export const accountsNowMs = Date.UTC(2026, 5, 15, 12, 30, 17, 250)

/** Entries of one account at most: within one page of every provider, so that the truth is one request. */
const eventsMax = 60
const dayMs = 86_400_000

/** Four accounts, one of each provider, with entries and switches drawn from `random`. */
export function drawAccounts(random: SeededRandom): readonly Account[] {
  const order = random.pick(['newestFirst', 'newestFirst', 'newestFirst', 'oldestFirst'] as const)
  const common = () => ({
    lowerBound: random.pick(['inclusive', 'exclusive'] as const),
    upperBound: random.pick(['inclusive', 'exclusive'] as const),
    pageSizeCap: random.pick([100, 100, 30, 12]),
  })
  const simulators: Record<string, Simulator> = {
    aitronos: createAitronosSimulator({
      log: drawLog(random, 'aitronos'),
      switches: {
        ...common(),
        order,
        typeFamilies: random.chance(0.5),
        timestamps: 'accepted',
        badParameterStatus: 422,
      },
    }),
    freddy: createFreddySimulator({
      log: drawLog(random, 'freddy'),
      switches: {
        ...common(),
        order,
        resourceIdAlone: random.pick(['refused', 'ignored', 'accepted'] as const),
        unlistedActions: random.pick(['refused', 'accepted'] as const),
      },
    }),
    jitsudo: createJitsudoSimulator({
      log: drawLog(random, 'jitsudo'),
      switches: { ...common(), order, reversedWindow: 'refused' },
    }),
    ashby: createAshbySimulator({
      log: drawLog(random, 'ashby'),
      switches: {
        ...common(),
        failureStatus: random.pick(['documented', 'always200', 'always4xx'] as const),
        spanMax: '540days',
      },
    }),
  }
  const preferHistory = random.chance(0.3)
  const dates = random.pick(['day', 'instant', 'instant'] as const)
  const settings: Record<string, object> = {
    aitronos: { organizationId: 'org_sim', credentials: { token: 'sim-token' }, dates },
    freddy: { organizationId: 'org_sim', credentials: { apiKey: 'sim-key' }, preferHistory },
    jitsudo: {
      baseUrl: 'https://jitsudo.example.com',
      tenantId: simulatedTenantId,
      credentials: { apiKey: 'sim-key' },
    },
    ashby: { credentials: { apiKey: 'sim-key' }, historyFloor: '2026-01-01T00:00:00Z' },
  }
  return builtInProviders.map((provider) => {
    const simulator = simulators[provider.id]
    if (!simulator) throw new Error(`There is no simulated account of ${provider.id}.`)
    const dialect = openDialect(provider, provider.settings.parse(settings[provider.id]))
    return { key: provider.id, dialect, simulator }
  })
}

/**
 * An account as the reading layer sees it. Given other capabilities, the plan knows those alone. Nothing changes in
 * an account, so an answer is parsed once.
 */
export function sourceOf(
  { key, dialect, simulator }: Account,
  capabilities: Capabilities = dialect.capabilities,
): ReadableSource {
  const answers = new Map<string, UpstreamPage | SourceFailure>()
  return {
    key,
    capabilities,
    settleMs: 0,
    describe: (ask) => dialect.pageRequest(ask),
    fetchPage(ask) {
      const request = dialect.pageRequest(ask)
      const { path, query, body } = request
      const name = JSON.stringify([path, query, body])
      const answer = answers.get(name) ?? exchange(dialect, simulator, request)
      answers.set(name, answer)
      return Promise.resolve(answer)
    },
  }
}

/** Everything that an account holds, normalized, by one plain request. */
export function truthOf({ dialect, simulator }: Account): readonly UpstreamRow[] {
  const cap = { lowerBound: 'ignored', upperBound: 'ignored', pageSizeCap: 1_000 } as const
  const calm = simulator as Simulator & { configure(changes: object): void }
  const ask = { pushdown: {}, limit: 100, sinceMs: accountsNowMs - 300 * dayMs, untilMs: accountsNowMs }
  calm.configure(cap)
  const page = exchange(dialect, simulator, dialect.pageRequest(ask))
  if (isFailure(page) || page.more) throw new Error('The truth of an account must be one page.')
  return page.rows
}

function exchange(dialect: Dialect, simulator: Simulator, request: UpstreamRequest) {
  const headers = { ...request.headers, ...dialect.authorization() }
  const asked: SimulatorRequest = {
    method: request.method,
    path: request.path,
    query: new URLSearchParams(request.query.map(([name, value]) => [name, value])),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: request.body ?? '',
  }
  const { status, headers: answered, body } = simulator.handle(asked, accountsNowMs)
  return dialect.readPage({ status, headers: answered, body, receivedAtMs: accountsNowMs })
}

function drawLog(random: SeededRandom, provider: keyof typeof pools): SimulatedLog {
  const log = new SimulatedLog()
  const count = random.pick([0, 5, 15, 15, 30, eventsMax])
  const days = random.pick([1, 20, 100])
  let timeMs = accountsNowMs
  for (let index = 0; index < count; index += 1) {
    // Some share a time with the one before; the first are a day and more old, beyond every widened bound.
    if (index === 0 || random.chance(0.8))
      timeMs = accountsNowMs - 3 * dayMs - random.integer(0, days * dayMs)
    log.append(drawEvent(random, provider, timeMs, index))
  }
  return log
}

function drawEvent(
  random: SeededRandom,
  provider: keyof typeof pools,
  timeMs: number,
  index: number,
): SimulatedEvent {
  const pool = pools[provider]
  const person = random.pick(pool.people)
  const isNobody = random.chance(0.1)
  const source = random.pick(['web_ui', 'api', 'system', 'automation', 'sensor'])
  return {
    id: provider === 'jitsudo' ? random.uuid() : `${provider}-${random.hex(5)}-${index}`,
    timeMs,
    action: random.pick(pool.actions),
    actor: isNobody
      ? { id: null, type: random.pick(pool.actorTypes) }
      : { ...person, type: random.pick(pool.actorTypes) },
    resource: {
      type: random.pick(pool.resourceTypes),
      id: random.chance(0.1) ? null : random.pick(pool.resourceIds),
      name: random.chance(0.2) ? null : random.pick(pool.names),
    },
    ...(random.chance(0.5) && { counterparty: { id: random.pick(pool.counterpartyIds), name: 'Somebody' } }),
    metadata: { source, ...(random.chance(0.5) && { apiKeyId: 'key_1' }) },
  }
}
