import { type Field, startField } from './contestants.js'
import { load, median } from './load.js'
import { processorMs } from './process.js'
import type { Text } from './rows.js'

export interface Speed {
  readonly name: string
  /** Median over the rounds. */
  readonly requestsPerSecond: number
  /** Processor time of the server's process for one request, ms, median over the rounds; null where it is not told. */
  readonly processorMs: number | null
  /** Requests per second of each round, in the order of the rounds. */
  readonly rounds: readonly number[]
}

export interface Rounds {
  readonly count: number
  readonly seconds: number
  /** Before the first round, by number and not by time: code is compiled by how often it ran. */
  readonly warmUpRequests: number
}

const connections = 16

/** Measures everybody in rounds, one after the other within a round, so that a busy moment of the machine hits all. */
export async function measureThroughput(text: Text, rounds: Rounds): Promise<readonly Speed[]> {
  const field = await startField(text, 0)
  try {
    return await measureField(field, rounds)
  } finally {
    await field.stop()
  }
}

async function measureField({ contestants }: Field, rounds: Rounds): Promise<readonly Speed[]> {
  const results = contestants.map(() => ({ perSecond: [] as number[], processor: [] as (number | null)[] }))
  for (let round = -1; round < rounds.count; round += 1) {
    for (const [index, { pid, target }] of contestants.entries()) {
      const toward = await target()
      if (round < 0) {
        await load(toward, { connections, seconds: 0, requestsMin: rounds.warmUpRequests })
        continue
      }
      const before = processorMs(pid)
      const { requests, seconds } = await load(toward, { connections, seconds: rounds.seconds })
      const after = processorMs(pid)
      results[index]?.perSecond.push(requests / seconds)
      results[index]?.processor.push(before === null || after === null ? null : (after - before) / requests)
    }
  }
  return contestants.map(({ name }, index) => {
    const { perSecond = [], processor = [] } = results[index] ?? {}
    const told = processor.filter((value) => value !== null)
    return {
      name,
      requestsPerSecond: median(perSecond),
      processorMs: told.length === 0 ? null : median(told),
      rounds: perSecond,
    }
  })
}

/** The ratio of two contestants, taken round by round: the median of these ratios. */
export function ratioOf(speeds: readonly Speed[], name: string, to: string): number {
  const [a, b] = [name, to].map((wanted) => speeds.find((speed) => speed.name === wanted)?.rounds ?? [])
  return median((a ?? []).map((value, round) => value / (b?.[round] ?? Number.NaN)))
}

/**
 * The same by the processor time of a request alone, which other work on the machine disturbs less than the rate; null
 * where it is not told.
 */
export function processorRatioOf(speeds: readonly Speed[], name: string, to: string): number | null {
  const [a, b] = [name, to].map(
    (wanted) => speeds.find((speed) => speed.name === wanted)?.processorMs ?? null,
  )
  return a && b ? b / a : null
}
