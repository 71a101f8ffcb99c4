import { describe, expect, it } from 'vitest'
import { Turns } from './turns.js'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('Turns', () => {
  it('lets one begin in each turn, first come, first served', async () => {
    const turns = new Turns()
    const begun: string[] = []
    const begin = async (name: string) => {
      await turns.next()
      begun.push(name)
    }
    const all = Promise.all(['a', 'b', 'c'].map(begin))
    const seen: string[] = []
    for (let turn = 0; turn < 4; turn += 1) {
      await nextTurn()
      seen.push(begun.join(''))
    }
    await all
    expect(seen[0]).toMatch(/^ab?$/)
    expect(seen.at(-1)).toBe('abc')
    expect(new Set(seen).size).toBeGreaterThan(1)
  })

  it('keeps nobody waiting where nothing else has begun', async () => {
    const turns = new Turns()
    expect(turns.next()).toBeUndefined()
    expect(turns.next()).toBeInstanceOf(Promise)
    await nextTurn()
    await nextTurn()
    await nextTurn()
    expect(turns.next()).toBeUndefined()
  })
})
