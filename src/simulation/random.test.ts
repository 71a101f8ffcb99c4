import { describe, expect, it } from 'vitest'
import { hashText, SeededRandom } from './random.js'

describe('SeededRandom', () => {
  it('depends on its seed alone', () => {
    const draw = (seed: string) => {
      const random = new SeededRandom(seed)
      return [random.next(), random.integer(1, 6), random.hex(9), random.uuid()]
    }
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })

  it('spreads evenly and stays within its bounds', () => {
    const random = new SeededRandom(3)
    const counts = [0, 0, 0, 0]
    for (let index = 0; index < 4_000; index += 1) {
      const side = random.integer(0, 3)
      counts[side] = (counts[side] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
    expect(counts).toHaveLength(4)
  })

  it('writes UUIDs of version 4 and hexadecimal digits of the length asked for', () => {
    const random = new SeededRandom(4)
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(random.hex(17)).toMatch(/^[0-9a-f]{17}$/)
  })

  it('refuses to pick from nothing', () => {
    expect(() => new SeededRandom(1).pick([])).toThrow(RangeError)
  })
})

describe('hashText', () => {
  it('differs by text and by salt', () => {
    expect(new Set([hashText('a'), hashText('b'), hashText('a', 1)]).size).toBe(3)
    expect(hashText('a')).toBe(hashText('a'))
  })
})
