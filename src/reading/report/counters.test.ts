import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryOf } from '../../../test/support/actor-entry.js'
import { ActorLedger } from './actor-ledger.js'
import { Aggregate } from './aggregate.js'
import { KeyCounter } from './key-counter.js'

const stream = fc.array(fc.integer({ min: 0, max: 40 }).map((key) => `k${key % 7 === 0 ? 0 : key}`))

function countsOf(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

describe('KeyCounter', () => {
  it('counts exactly up to its cap, and truly between bounds past it', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 2, max: 30 }), (keys, keysMax) => {
        const counter = new KeyCounter<null>(keysMax)
        for (const key of keys) counter.add(key, () => null)
        const truth = countsOf(keys)
        expect(counter.size).toBeLessThanOrEqual(keysMax)
        for (const [key, count] of truth) {
          const held = counter.get(key)
          expect(held.count).toBeLessThanOrEqual(count)
          expect(held.count + held.slack).toBeGreaterThanOrEqual(count)
        }
        if (truth.size <= keysMax) {
          expect(new Map(counter.sorted().map(({ key, count }) => [key, count]))).toEqual(truth)
          expect(counter.sorted().every(({ slack }) => slack === 0)).toBe(true)
        }
      }),
    )
  })

  it('keeps its bounds when two are merged', () => {
    fc.assert(
      fc.property(stream, stream, fc.integer({ min: 2, max: 30 }), (some, others, keysMax) => {
        const [counter, other] = [new KeyCounter<null>(keysMax), new KeyCounter<null>(keysMax)]
        for (const key of some) counter.add(key, () => null)
        for (const key of others) other.add(key, () => null)
        counter.merge(other)
        expect(counter.size).toBeLessThanOrEqual(keysMax)
        for (const [key, count] of countsOf([...some, ...others])) {
          const held = counter.get(key)
          expect(held.count).toBeLessThanOrEqual(count)
          expect(held.count + held.slack).toBeGreaterThanOrEqual(count)
        }
      }),
    )
  })
})

describe('ActorLedger', () => {
  it('joins identities of a person by e-mail, over sources and in a row, with the evidence', () => {
    const ledger = new ActorLedger(100)
    ledger.add(entryOf('crew', { id: 'usr_1', email: 'Ada@Corp.example' }))
    ledger.add(entryOf('crew', { id: 'usr_1' }))
    ledger.add(entryOf('hiring', { id: 'h1', email: 'ada@corp.example' }))
    ledger.add(entryOf('hiring', { id: 'h1', email: 'ada@new.example' }))
    ledger.add(entryOf('access', { id: 'x', email: 'ADA@NEW.EXAMPLE' }))
    ledger.add(entryOf('access', { id: 'y', name: 'Ada' }))
    const [ada, other] = ledger.sorted()
    expect(ledger.sorted()).toHaveLength(2)
    expect(ada?.count).toBe(5)
    expect(
      ada?.identities.map(({ sourceKey, actor, value, joinedBy }) => [sourceKey, actor.id, value, joinedBy]),
    ).toEqual([
      ['access', 'x', 1, ['ada@new.example']],
      ['crew', 'usr_1', 2, ['ada@corp.example']],
      ['hiring', 'h1', 2, ['ada@corp.example', 'ada@new.example']],
    ])
    expect(other?.identities[0]?.joinedBy).toEqual([])
  })

  it('never joins a program with the person whose address it uses', () => {
    const ledger = new ActorLedger(100)
    ledger.add(entryOf('crew', { id: 'usr_1', email: 'ada@corp.example' }))
    for (const type of ['API_KEY', 'AUTOMATION', 'SYSTEM'] as const) {
      ledger.add(entryOf('crew', { id: `key of ${type}`, email: 'ada@corp.example', type }))
    }
    expect(ledger.sorted().map(({ count }) => count)).toEqual([1, 1, 1, 1])
  })

  it('tells actors without an id apart by e-mail, then by name, then by type', () => {
    const ledger = new ActorLedger(100)
    ledger.add(entryOf('crew', { email: 'ada@corp.example' }))
    ledger.add(entryOf('crew', { name: 'Ada' }))
    ledger.add(entryOf('hiring', { name: 'Ada' }))
    ledger.add(entryOf('crew', { type: 'SYSTEM' }))
    ledger.add(entryOf('crew', { type: 'SYSTEM' }))
    expect(ledger.sorted().map(({ count }) => count)).toEqual([2, 1, 1, 1])
  })

  it('bounds its counts truly past its cap', () => {
    const actor = fc.record({
      id: fc.integer({ min: 0, max: 30 }).map((id) => (id % 5 === 0 ? 'often' : `u${id}`)),
    })
    fc.assert(
      fc.property(fc.array(actor), fc.integer({ min: 4, max: 40 }), (actors, nodesMax) => {
        const ledger = new ActorLedger(nodesMax)
        for (const each of actors) ledger.add(entryOf('crew', each))
        const truth = countsOf(actors.map(({ id }) => id))
        for (const { identities, count, slack } of ledger.sorted()) {
          const id = identities[0]?.actor.id ?? ''
          expect(count).toBeLessThanOrEqual(truth.get(id) ?? 0)
          expect(count + slack).toBeGreaterThanOrEqual(truth.get(id) ?? 0)
        }
      }),
    )
  })
})

describe('Aggregate', () => {
  it('holds no more than its cap, however many values come, and knows the frequent one', () => {
    const keysMax = 500
    const edgesMs = [0, 1, 2]
    const asked = { edgesMs, splitBy: 'RESOURCE' } as const
    const dimensions = new Set(['ACTOR', 'ACTION', 'RESOURCE'] as const)
    const aggregate = new Aggregate({ dimensions, timelines: [asked] }, keysMax)
    const [rare, frequent] = [100_000, 20_000]
    for (let index = 0; index < rare; index += 1) {
      const email = `p${index}@corp.example`
      const more = { action: `a${index}`, resource: { type: 't', id: `r${index}`, name: null } }
      aggregate.add(entryOf('crew', { id: `u${index}`, email }, more))
      if (index % 5 === 0) aggregate.add(entryOf('crew', { id: 'boss' }, { occurredAtMs: 1 }))
    }
    expect(aggregate.total).toBe(rare + frequent)
    for (const dimension of dimensions) {
      const values = aggregate.valuesOf(dimension)
      const droppedMax = aggregate.droppedMaxOf(dimension)
      expect(values.length).toBeLessThanOrEqual(keysMax)
      expect(values[0]).toMatchObject({ count: frequent, slack: 0 })
      expect(droppedMax).toBeLessThanOrEqual((2 * (rare + frequent)) / keysMax)
    }
    const [boss] = aggregate.valuesOf('RESOURCE')
    if (!boss) throw new Error('nothing is held')
    expect(aggregate.cellCount(0, 1, boss)).toEqual({ count: frequent, slack: 0 })
    expect(aggregate.bucketCount(0, 0)).toBe(rare)
  })
})
