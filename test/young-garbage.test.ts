import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  execute,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  type ExecutionArgs as GraphqlArgs,
  parse,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { createExecute } from '../src/graphql/execution/execute.js'
import { Admission } from '../src/server/admission.js'
import { OperationScopes } from '../src/server/operation-scope.js'
import { defaultOverloadLimits } from '../src/server/overload.js'
import { SingleFlight } from '../src/upstream/single-flight.js'
import { Turns } from '../src/upstream/turns.js'

/**
 * What an operation leaves behind must go with the next collection of the young generation. Where something old still
 * leads to it, it is copied twice and stays until the next full collection: at 16 callers a fifth of all they allocated.
 */

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (how: { readonly type: 'minor' | 'major' }) => void

const atOnce = 16
const operations = 250
/** Operations between two collections of the young generation, as at 32 MiB and a page of 100 entries. */
const betweenCollections = 22
const ballastBytes = 32 * 1024

/** Bytes of live memory in the size of a page, to hang on to what an operation is known by. */
const makeBallast = () => new Array<number>(ballastBytes / 8).fill(0.5)

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Bytes that are left of each operation after collections of the young generation alone. */
async function leftOfEach(operation: () => Promise<unknown>): Promise<number> {
  let begun = 0
  const play = (count: number) => {
    const end = begun + count
    return Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (begun < end) {
          begun += 1
          if (begun % betweenCollections === 0) collect({ type: 'minor' })
          for (let wait = begun % 5; wait > 0; wait -= 1) await turn()
          await operation()
        }
      }),
    )
  }
  await play(100)
  collect({ type: 'major' })
  const before = process.memoryUsage().heapUsed
  await play(operations)
  await turn()
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  return (process.memoryUsage().heapUsed - before) / operations
}

const withBallast = <Thing extends object>(thing: Thing) => Object.assign(thing, { ballast: makeBallast() })
const littleBytes = ballastBytes / 4

describe('an operation that has ended leaves nothing that outlives a collection of the young generation', () => {
  it('among the scopes', async () => {
    const scopes = new OperationScopes(() => 0)
    const left = await leftOfEach(async () => {
      const request = withBallast(new Request('http://gateway/graphql'))
      withBallast(scopes.open(request, 10_000))
      await turn()
      await turn()
      scopes.close(request)
    })
    expect(left).toBeLessThan(littleBytes)
  })

  it('among those taken on', async () => {
    const admission = new Admission({
      limits: defaultOverloadLimits,
      processLoad: () => ({ eventLoopDelayMs: 0, heapUsed: 0 }),
      random: () => 0,
      clock: () => 0,
      logger: { warn: () => {} },
      onShed: () => {},
    })
    const left = await leftOfEach(async () => {
      const request = withBallast(new Request('http://gateway/graphql'))
      expect(admission.enter(request)).toBeNull()
      await turn()
      await turn()
      admission.leave(request)
      admission.leave(request)
    })
    expect(left).toBeLessThan(littleBytes)
    expect(admission.load().operations).toBe(0)
  })

  it('among the requests to providers that are under way', async () => {
    const flights = new SingleFlight<{ readonly ballast: readonly number[] }>()
    let last = 0
    const left = await leftOfEach(async () => {
      last += 1
      const caller = { signal: new AbortController().signal, deadlineMs: Number.POSITIVE_INFINITY }
      await flights.join(`page ${last}`, caller, async () => {
        await turn()
        await turn()
        return withBallast({})
      }).answer
    })
    expect(left).toBeLessThan(littleBytes)
  })

  it('among the groups of answers that take turns', async () => {
    const turns = new Turns(() => 0)
    const left = await leftOfEach(async () => {
      const group = withBallast({})
      turns.expect(group)
      await turn()
      await turn()
      turns.arrived(group)
    })
    expect(left).toBeLessThan(littleBytes)
  })

  it('in the execution of its query', async () => {
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: {
        word: {
          type: GraphQLString,
          resolve: async () => {
            await turn()
            return 'yes'
          },
        },
      },
    })
    const schema = new GraphQLSchema({ query })
    const document = parse('{ word }')
    const run = createExecute()
    const left = await leftOfEach(async () => {
      const args: GraphqlArgs = { schema, document, contextValue: withBallast({}) }
      expect(await run(args, (given) => execute(given))).toEqual({ data: { word: 'yes' } })
    })
    expect(left).toBeLessThan(littleBytes)
  })
})
