import { describe, expect, it } from 'vitest'
import { SimulatedLog } from './log.js'
import { SeededRandom } from './random.js'
import { sampleEvent, sampleStartMs } from './sample.js'

const always = { fromUs: Number.NEGATIVE_INFINITY, untilUs: Number.POSITIVE_INFINITY }

describe('SimulatedLog', () => {
  it('stays in order of time, then of appending, whatever is added and removed', () => {
    const log = new SimulatedLog()
    const random = new SeededRandom(11)
    const expected: { id: string; timeMs: number; number: number }[] = []
    for (let number = 0; number < 500; number += 1) {
      const event = sampleEvent({ id: `e${number}`, timeMs: sampleStartMs + random.integer(0, 40) })
      log.append(event)
      expected.push({ id: event.id, timeMs: event.timeMs, number })
      if (number % 5 === 4) {
        const [gone] = expected.splice(random.integer(0, expected.length - 1), 1)
        expect(log.remove(gone?.id ?? '')).toBe(true)
      }
    }
    expected.sort((a, b) => a.timeMs - b.timeMs || a.number - b.number)
    expect(log.visible(Number.POSITIVE_INFINITY).map((event) => event.id)).toEqual(
      expected.map((event) => event.id),
    )
    expect(log.size).toBe(400)
  })

  it('selects half-open windows to the microsecond', () => {
    const log = new SimulatedLog()
    log.appendAll([0, 1, 2].map((micros) => sampleEvent({ id: `m${micros}`, micros })))
    const startUs = sampleStartMs * 1_000
    const selected = log.select({ fromUs: startUs + 1, untilUs: startUs + 2 }, sampleStartMs)
    expect(selected.map((entry) => entry.event.id)).toEqual(['m1'])
  })

  it('hides an event until its time has come', () => {
    const log = new SimulatedLog()
    log.append(sampleEvent({ id: 'a', visibleFromMs: sampleStartMs + 5 }))
    expect(log.select(always, sampleStartMs + 4)).toHaveLength(0)
    expect(log.find('a', sampleStartMs + 4)).toBeUndefined()
    expect(log.select(always, sampleStartMs + 5)).toHaveLength(1)
    expect(log.find('a', sampleStartMs + 5)?.event.id).toBe('a')
  })

  it('refuses an id twice, and lets it come back after its removal', () => {
    const log = new SimulatedLog()
    log.append(sampleEvent({ id: 'a' }))
    expect(() => log.append(sampleEvent({ id: 'a' }))).toThrow('The log already holds an event a.')
    expect(log.remove('a')).toBe(true)
    expect(log.remove('a')).toBe(false)
    log.append(sampleEvent({ id: 'a' }))
    expect(log.size).toBe(1)
  })
})
