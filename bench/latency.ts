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

/** What answers take beyond what the slowest provider does, at a concurrency of 8. */
export async function measureAddedLatency(seconds: number): Promise<readonly Added[]> {
  const field = await startField('ascii', upstreamDelayMs)
  try {
    const added: Added[] = []
    for (const { name, target } of field.contestants) {
      if (name !== names.fresh && name !== names.httpMerge) continue
      const toward = await target()
      await load(toward, { connections: 8, seconds: 0, requestsMin: 1_500 })
      const { latencies } = await load(toward, { connections: 8, seconds })
      const over = (share: number) => quantile(latencies, share) - upstreamDelayMs
      added.push({ name, p50: over(0.5), p99: over(0.99) })
    }
    return added
  } finally {
    await field.stop()
  }
}
