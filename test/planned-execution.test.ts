import fc from 'fast-check'
import { type ExecutionResult, execute, GraphQLError, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGraphContext, type SourceDirectory } from '../src/graphql/context.js'
import { createExecute, type Execute } from '../src/graphql/execution/execute.js'
import { encodeEntryId, encodeSourceId } from '../src/graphql/global-id.js'
import { buildSchema } from '../src/graphql/schema.js'
import type { EntryPage } from '../src/reading/page.js'
import { SeededRandom } from '../src/simulation/random.js'
import { type ArgumentValues, drawDocument } from './support/draw-document.js'
import { covered, emptyTail, entry, FakeReader, page, refused } from './support/fake-gateway.js'

const schema = buildSchema(['paper', 'stone-tablet'])
const sources: SourceDirectory = new Map(
  ['desk', 'vault'].map((key) => [
    key,
    {
      key,
      providerId: key === 'desk' ? 'paper' : 'stone-tablet',
      displayName: key,
      organizationId: 'org-1',
      capabilities: {
        paging: 'offset',
        pageSizeMax: 100,
        order: 'newestFirst',
        totals: true,
        boundSlackMs: { since: 0, until: 0 },
        lookup: false,
        filters: {
          actorIds: { valuesMax: 1 },
          actions: { valuesMax: 0 },
          resourceTypes: { valuesMax: 0 },
          resourceIds: { valuesMax: 0 },
        },
        exclusive: [],
      },
    },
  ]),
)

const text = (value: string) => JSON.stringify(value)
const entryId = encodeEntryId({ timeMs: 7, sourceKey: 'desk', id: 'e-1' })
const values: ArgumentValues = {
  first: ['1'],
  order: ['OLDEST_FIRST'],
  countLimit: ['5', '0'],
  key: [text('desk'), text('nobody')],
  id: [text(entryId), text(encodeSourceId('vault')), text('none of ours')],
  ids: [`[${text(entryId)}, ${text(encodeSourceId('desk'))}, ${text('none')}]`],
  filter: ['{ occurredAt: { since: "2026-01-01T00:00:00Z" } }', '{ not: { actionKinds: [CREATE] } }'],
}

/** A page of two good entries, with parts that no reader should give put in at random places. */
function drawPage(random: SeededRandom): EntryPage {
  const bad = { ...entry('e-2', 'vault'), origin: { ipAddress: '::1', userAgent: null, channel: null } }
  const whole = page({
    edges: [
      { cursor: 'c-1', entry: entry('e-1') },
      { cursor: 'c-2', entry: bad },
    ],
    coverage: [covered('desk'), covered('vault', { state: 'FAILED', error: refused, gap: { untilMs: 8 } })],
    hasNextPage: true,
  })
  return spoil(whole, random, random.pick([0, 0.02, 0.1])) as EntryPage
}

function spoil(value: unknown, random: SeededRandom, share: number): unknown {
  if (random.chance(share)) return random.pick(spoilers)(value)
  if (Array.isArray(value)) return value.map((item) => spoil(item, random, share))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoil(item, random, share)]))
}

const odd = { valueOf: () => 'odd' }

const spoilers: readonly ((value: unknown) => unknown)[] = [
  () => null,
  () => undefined,
  () => Number.NaN,
  () => 'NO_MEMBER',
  () => 7,
  () => true,
  () => [],
  () => ({}),
  () => new Error('spoilt'),
  (value) => Promise.resolve(value),
  (value) => () => value,
  (value) => (Array.isArray(value) ? new Set(value) : value),
  (value) => (Array.isArray(value) ? [...value, null, ...value.map((item) => Promise.resolve(item))] : odd),
]

/** Runs a document with everything drawn from one seed, so that two runs meet the same values. */
async function run(document: ReturnType<typeof parse>, variables: object, seed: number, how: Execute) {
  const random = new SeededRandom(`page ${seed}`)
  const reader = new FakeReader({
    readPage: async () => drawPage(random),
    readEntry: async ({ id }) => {
      if (random.chance(0.2)) throw new Error('a bug')
      return random.chance(0.3) ? refused : entry(id)
    },
  })
  const context = contextOf(reader)
  const result = (await how({
    schema,
    document,
    contextValue: context,
    variableValues: { ...variables },
  })) as ExecutionResult
  return {
    data: JSON.parse(JSON.stringify(result.data ?? null)) as unknown,
    errors: (result.errors ?? []).map(told).sort(),
    reads: [reader.asked.length, reader.lookedUp.length],
  }
}

type Ran = Awaited<ReturnType<typeof run>>

/**
 * Whether two fields of the query leave nothing of the answer: it tells of the one that is through first (specification
 * October 2021, section 6.4.4), which is a matter of promises.
 */
function failsElsewhere(expected: Ran, given: Ran): boolean {
  const [path, otherPath] = [expected, given].map(({ data, errors }) => {
    return data === null && errors.length === 1 ? rootOf(errors[0] ?? '') : null
  })
  return path !== null && otherPath !== null && path !== otherPath
}

/** The first part of the path of a told error. */
function rootOf(error: string): string | null {
  const [path] = JSON.parse(error) as [path: readonly string[] | null]
  return path?.[0] ?? null
}

function told({ message, path, locations, originalError }: GraphQLError): string {
  return JSON.stringify([path, message, locations, originalError?.message])
}

/**
 * graphql-js 16 leaves a rejection unhandled where a list has an item with an error and a promise in it, and another item
 * with an error. Nothing else may be left so.
 */
const listeners = process.listeners('unhandledRejection')
const onUnhandled = (reason: unknown, promise: Promise<unknown>) => {
  if (reason instanceof GraphQLError) return
  for (const listener of listeners) listener(reason, promise)
}
beforeAll(() => {
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', onUnhandled)
})
afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', onUnhandled)
  for (const listener of listeners) process.on('unhandledRejection', listener)
})

describe('planned execution', () => {
  const planned = createExecute()

  it('gives what graphql-js gives, errors included, and reads nothing twice', async () => {
    let [clean, failed] = [0, 0]
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (seed) => {
        const { text: drawn, variables } = drawDocument(schema, new SeededRandom(`document ${seed}`), values)
        const document = parse(drawn)
        if (validate(schema, document).some(({ message }) => !/never used/.test(message))) return
        const expected = await run(document, variables, seed, (args) => execute(args))
        const given = await run(document, variables, seed, (args) => planned(args, (again) => execute(again)))
        if (!failsElsewhere(expected, given)) expect(given, drawn).toEqual(expected)
        if (expected.errors.length === 0) clean += 1
        else failed += 1
      }),
      { numRuns: 1_500, examples: [[1_313_707_415], [87_570_121]] },
    )
    expect(clean).toBeGreaterThan(300)
    expect(failed).toBeGreaterThan(300)
  })

  it('runs clean queries from the plan alone', async () => {
    const document = parse('{ auditEntries { edges { cursor node { id action source { key } } } complete } }')
    const reference: Execute = () => {
      throw new Error('asked for')
    }
    const reader = new FakeReader()
    const context = contextOf(reader)
    const result = await planned({ schema, document, contextValue: context }, reference)
    expect(result).toMatchObject({ data: { auditEntries: { complete: true, edges: [{ cursor: 'c-1' }] } } })
  })

  it.each([
    ['introspection', '{ __schema { queryType { name } } }'],
    ['__proto__ as a name in the answer', '{ __proto__: sources { key } }'],
  ])('leaves %s to graphql-js', async (_, query) => {
    const context = contextOf(new FakeReader())
    const result = await planned({ schema, document: parse(query), contextValue: context }, () => 'reference')
    expect(result).toBe('reference')
  })
})

function contextOf(reader: FakeReader) {
  const { signal } = new AbortController()
  return createGraphContext({ reader, tail: emptyTail, sources, clientGone: signal, signal })
}
