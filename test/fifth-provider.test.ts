import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { configJsonSchema } from '../src/config/json-schema.js'
import { loadConfig } from '../src/config/load-config.js'
import { createGateway } from '../src/gateway.js'
import { builtInProviders, createRegistry } from '../src/providers/registry.js'
import { lighthouse } from './fifth-provider/index.js'

/** A provider that nobody has foreseen plugs in through the registry alone. */

const registry = createRegistry([...builtInProviders, lighthouse])
const beginSeconds = Math.floor(Date.UTC(2026, 0, 1) / 1_000)
const lines = Array.from({ length: 10 }, (_, index) => ({
  no: `n${index}`,
  at: beginSeconds - index,
  who: index % 2 === 0 ? 'keeper' : 'gull',
  what: 'lit',
}))

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Ten lines behind HTTP, by offset, both bounds inclusive. */
async function startLighthouse(): Promise<string> {
  const server = createServer((request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? '', 'http://x')
    response.setHeader('content-type', 'application/json')
    if (request.headers['x-lamp'] !== 'secret-lamp' || pathname !== '/lines/Cape%20North') {
      response.writeHead(401).end('{}')
      return
    }
    const number = (name: string, otherwise: number) => Number(searchParams.get(name) ?? otherwise)
    const [skip, limit] = [number('skip', 0), number('limit', 3)]
    const inWindow = lines.filter(
      ({ at }) => at >= number('from', 0) && at <= number('to', Number.POSITIVE_INFINITY),
    )
    const page = inWindow.slice(skip, skip + limit)
    response.end(JSON.stringify({ lines: page, more: skip + limit < inWindow.length }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

function configOf(source: object) {
  const loaded = loadConfig({
    text: JSON.stringify({ cursorSecret: 'a-secret-of-this-test', sources: [source] }),
    env: {},
    registry,
  })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

async function gatewayOver(baseUrl: string, lamp: string) {
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  const gateway = createGateway({
    config: configOf({
      key: 'cape',
      provider: 'light-house',
      station: 'Cape North',
      baseUrl,
      credentials: { lamp },
    }),
    registry,
    now: () => Date.now(),
    logger: silent,
  })
  closers.push(() => gateway.close())
  return async (query: string): Promise<unknown> => {
    const response = await gateway.server.fetch(
      new Request('http://gateway/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    )
    return response.json()
  }
}

it('is in the JSON Schema of the configuration', () => {
  expect(JSON.stringify(configJsonSchema(registry))).toContain('Name of the lighthouse.')
})

it('is checked by its own settings', () => {
  expect(() =>
    configOf({ key: 'cape', provider: 'light-house', stations: 'x', credentials: { lamp: 'l' } }),
  ).toThrow(/did you mean station\?/)
})

it('is read, merged and filtered over real HTTP, and is a member of the enum', async () => {
  const ask = await gatewayOver(await startLighthouse(), 'secret-lamp')
  const answer = await ask(
    '{ auditEntries(first: 4, filter: { actorIds: ["keeper"] }) { nodes { upstreamId } complete pageInfo { hasNextPage } } sources { provider } }',
  )
  expect(answer).toEqual({
    data: {
      auditEntries: {
        nodes: ['n0', 'n2', 'n4', 'n6'].map((upstreamId) => ({ upstreamId })),
        complete: true,
        pageInfo: { hasNextPage: true },
      },
      sources: [{ provider: 'LIGHT_HOUSE' }],
    },
  })
})

it('has its refusals told in coverage or, as the only source, as an error', async () => {
  const ask = await gatewayOver(await startLighthouse(), 'wrong-lamp')
  const answer = JSON.stringify(await ask('{ auditEntries { nodes { id } } }'))
  expect(answer).toContain('UNAUTHENTICATED')
  expect(answer).not.toContain('wrong-lamp')
})
