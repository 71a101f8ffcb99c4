import { describe, expect, it } from 'vitest'
import { Turns } from './turns.js'

/** A clock on which answers take no time, and turns neither. */
const timeless = () => 0
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** Notes which work has begun by the end of each turn. */
async function turnByTurn(begun: readonly string[], turns: number): Promise<readonly string[]> {
  const seen: string[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    await nextTurn()
    seen.push(begun.join(''))
  }
  return seen
}

describe('Turns', () => {
  it('lets one begin in each turn, first come, first served', async () => {
    const turns = new Turns(timeless)
    const begun: string[] = []
    const begin = async (name: string) => {
      await turns.next({})
      begun.push(name)
    }
    const all = Promise.all(['a', 'b', 'c'].map(begin))
    const seen = await turnByTurn(begun, 4)
    await all
    expect(seen[0]).toMatch(/^ab?$/)
    expect(seen.at(-1)).toBe('abc')
    expect(new Set(seen).size).toBeGreaterThan(1)
  })

  it('lets answers that are waited for together begin together, once all of them have come', async () => {
    const turns = new Turns(timeless)
    const begun: string[] = []
    const groups = { x: {}, y: {}, z: {} }
    const arrive = async (group: keyof typeof groups, name: string) => {
      turns.arrived(groups[group])
      await turns.next(groups[group])
      begun.push(name)
    }
    for (const group of [groups.z, groups.x, groups.x, groups.y, groups.y, groups.y]) turns.expect(group)
    void arrive('z', 'z')
    void arrive('x', '1')
    void arrive('y', 'a')
    void arrive('y', 'b')
    void arrive('y', 'c')
    const seen = await turnByTurn(begun, 2)
    expect(seen).toEqual(expect.arrayContaining(['zabc']))
    void arrive('x', '2')
    expect((await turnByTurn(begun, 3)).at(-1)).toBe('zabc12')
  })

  it('does not wait for an answer that is on its way when nothing else is to do', async () => {
    const turns = new Turns(timeless)
    const slow = {}
    turns.expect(slow)
    turns.expect(slow)
    turns.arrived(slow)
    expect(turns.next({})).toBeUndefined()
    let hasBegun = false
    void turns.next(slow)?.then(() => {
      hasBegun = true
    })
    await turnByTurn([], 3)
    expect(hasBegun).toBe(true)
  })

  it('keeps nobody waiting where nothing else has begun', async () => {
    const turns = new Turns(timeless)
    expect(turns.next({})).toBeUndefined()
    expect(turns.next({})).toBeInstanceOf(Promise)
    await turnByTurn([], 3)
    expect(turns.next({})).toBeUndefined()
  })

  it('lets an operation begin at once where nothing else has, and those that come with it side by side', async () => {
    const turns = new Turns(timeless)
    const begun: string[] = []
    expect(turns.begin()).toBeUndefined()
    for (const name of '12345') void turns.begin()?.then(() => begun.push(name))
    expect(begun).toEqual([])
    expect((await turnByTurn(begun, 3)).map((names) => names.slice(0, 4))).toEqual(['1234', '1234', '1234'])
    expect(begun.join('')).toBe('12345')
    await turnByTurn([], 2)
    expect(turns.begin()).toBeUndefined()
  })

  it('lets one at a time begin while answers wait that have been long on their way, up to fourteen', async () => {
    const turns = new Turns(timeless)
    const begun: string[] = []
    void turns.next({})
    for (let answer = 0; answer < 14; answer += 1) void turns.next({})
    for (const name of '12') void turns.begin()?.then(() => begun.push(name))
    const seen = await turnByTurn(begun, 3)
    expect(seen).toContain('1')
    expect(seen.at(-1)).toBe('12')
  })

  it('lets operations begin in their order once answers have been worked off, and all of them', async () => {
    const turns = new Turns(timeless)
    const begun: string[] = []
    const note = (name: string, when: Promise<void> | undefined) => {
      expect(when).toBeInstanceOf(Promise)
      void when?.then(() => begun.push(name))
    }
    void turns.next({})
    for (let answer = 0; answer < 17; answer += 1) note('a', turns.next({}))
    for (const operation of ['1', '2', '3']) note(operation, turns.begin())
    const seen = await turnByTurn(begun, 21)
    const first = seen.find((names) => names.includes('1')) ?? ''
    // Three of seventeen answers have been worked off before the first operation begins, and not many more.
    expect(first.replace(/\d/g, '')).toMatch(/^a{3,5}$/)
    expect(seen.at(-1)?.replaceAll('a', '')).toBe('123')
    expect(seen.at(-1)?.replace(/\d/g, '')).toHaveLength(17)
  })

  it('lets one operation begin in every fourth turn, though answers keep coming', async () => {
    const turns = new Turns(timeless)
    let begun = 0
    for (let answer = 0; answer < 30; answer += 1) void turns.next({})
    for (let operation = 0; operation < 4; operation += 1) void turns.begin()?.then(() => (begun += 1))
    for (let turn = 0; turn < 17; turn += 1) {
      void turns.next({})
      await nextTurn()
    }
    expect(begun).toBe(4)
  })

  it('lets operations begin that wait when the last answer is worked off', async () => {
    const turns = new Turns(timeless)
    const group = {}
    let begun = 0
    void turns.next({})
    for (let answer = 0; answer < 16; answer += 1) void turns.next(group)
    for (let operation = 0; operation < 40; operation += 1) void turns.begin()?.then(() => (begun += 1))
    await turnByTurn([], 50)
    expect(begun).toBe(40)
  })
})

describe('Turns of ten milliseconds', () => {
  /** Turns that take ten milliseconds each, of answers that come in so many. */
  async function turnsOf(answerMs: number) {
    const clock = { ms: 1_000_000 }
    const turns = new Turns(() => clock.ms)
    for (let turn = 0; turn < 30; turn += 1) {
      void turns.next({})
      clock.ms += 10
      await nextTurn()
    }
    await turnByTurn([], 2)
    const answer = (ms: number) => {
      const group = {}
      turns.expect(group)
      turns.expect(group)
      turns.arrived(group)
      clock.ms += ms
      turns.arrived(group)
    }
    answer(answerMs)
    const begun: string[] = []
    void turns.next({})
    /** Lets so many answers wait, each of its own group, behind the one that has begun. */
    const wait = (count: number) => {
      for (let index = 0; index < count; index += 1) void turns.next({})?.then(() => begun.push('a'))
    }
    const begin = () => void turns.begin()?.then(() => begun.push('o'))
    /** Lets a group of complete answers wait, noted by their names. */
    const waitTogether = (names: string) => {
      const group = {}
      for (const name of names) void turns.next(group)?.then(() => begun.push(name))
    }
    return { turns, clock, answer, begun, wait, waitTogether, begin }
  }

  it('give each answer its own where answers take long, so that operations begin between those of a group', async () => {
    const { begun, wait, waitTogether, begin } = await turnsOf(25)
    wait(1)
    waitTogether('123')
    waitTogether('456')
    let turn = 0
    while (!begun.includes('1') && turn++ < 9) await nextTurn()
    begin()
    await turnByTurn([], 9)
    expect(begun.join('')).toMatch(/^a12?o2?3456$/)
  })

  it('finish a group that has begun before a complete one that came between its answers', async () => {
    const { turns, begun, wait } = await turnsOf(25)
    const [x, y] = [{}, {}]
    wait(1)
    for (const [group, name] of [
      [x, '1'],
      [y, '4'],
      [x, '2'],
      [y, '5'],
    ] as const)
      void turns.next(group)?.then(() => begun.push(name))
    await turnByTurn([], 8)
    expect(begun.join('')).toBe('a1245')
  })

  it('take a group whole where answers come quickly, and where there has been no rest for long', async () => {
    const quick = await turnsOf(5)
    quick.wait(1)
    quick.waitTogether('123')
    const steps = await turnByTurn(quick.begun, 4)
    expect(steps.some((names) => /^a?1$|12$/.test(names))).toBe(false)

    const busy = await turnsOf(25)
    busy.wait(110)
    busy.waitTogether('123')
    const busySteps = await turnByTurn(busy.begun, 120)
    expect(busySteps.at(-1)).toMatch(/a123$/)
    expect(busySteps.some((names) => /1$|12$/.test(names))).toBe(false)
    busy.begun.length = 0
    busy.wait(1)
    busy.waitTogether('123')
    expect((await turnByTurn(busy.begun, 6)).some((names) => /1$|12$/.test(names))).toBe(true)
  })

  it('hold operations back from six answers on where answers come within two turns, and take four together', async () => {
    const { begun, wait, begin } = await turnsOf(5)
    wait(18)
    for (let operation = 0; operation < 5; operation += 1) begin()
    const seen = await turnByTurn(begun, 12)
    const steps = seen.map((names, turn) => names.slice((seen[turn - 1] ?? '').length)).filter(Boolean)
    // In the fourth turn some begin all the same; then fewer than six wait, and one at a time is enough.
    expect(steps).toEqual(['aaaa', 'aaaa', 'aaaa', 'ooooaaaa', 'oa', 'a'])
  })

  it('take one at a time where answers take longer, and hold operations back from fifteen on', async () => {
    const { begun, wait, begin } = await turnsOf(25)
    wait(14)
    begin()
    await turnByTurn([], 2)
    expect(begun.join('')).toContain('o')
    wait(6)
    begin()
    const before = begun.length
    const seen = (await turnByTurn(begun, 3)).map((names) => names.slice(before))
    expect(seen.at(-1)).toMatch(/^a+$/)
    expect((seen.at(-1) ?? '').length).toBeLessThanOrEqual(4)
  })

  it('go by the quickest answers of the last second or two', async () => {
    const { clock, answer, begun, wait, begin } = await turnsOf(5)
    answer(50)
    wait(8)
    begin()
    await nextTurn()
    expect(begun.join('')).not.toContain('o')
    await turnByTurn([], 12)
    expect(begun.join('')).toContain('o')
    clock.ms += 2_000
    answer(50)
    begun.length = 0
    wait(9)
    begin()
    await nextTurn()
    expect(begun.join('')).toContain('o')
  })
})
