import { names, startField } from './contestants.js'
import { load, quantile } from './load.js'

/** What each of the three providers takes to answer, in ms. */
export const upstreamDelayMs = 50

export interface Added {
  readonly name: string
  /** Over the delay of the providers, ms. */
  readonly p50: number
  readonly p99: number
}

/** What answers take beyond what the slowest provider does, at a concurrency of 8, in so many rounds of a second. */
export async function measureAddedLatency(rounds: number): Promise<readonly Added[]> {
  const field = await startField('ascii', upstreamDelayMs)
  try {
    const measured = field.contestants
      .filter(({ name }) => name === names.fresh || name === names.httpMerge)
      .map((contestant) => ({ ...contestant, latencies: [] as number[] }))
    for (const { target } of measured) {
      await load(await target(), { connections: 8, seconds: 0, requestsMin: 1_500 })
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const { target, latencies } of measured) {
        latencies.push(...(await load(await target(), { connections: 8, seconds: 1 })).latencies)
      }
    }
    return measured.map(({ name, latencies }) => {
      const ascending = latencies.sort((a, b) => a - b)
      const over = (share: number) => quantile(ascending, share) - upstreamDelayMs
      return { name, p50: over(0.5), p99: over(0.99) }
    })
  } finally {
    await field.stop()
  }
}
