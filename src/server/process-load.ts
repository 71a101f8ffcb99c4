import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { ProcessLoad } from './overload.js'

/** How often the delay is sampled; a sample holds this time itself, which is taken off. In milliseconds. */
const resolutionMs = 10

/**
 * How long samples are gathered for one figure, in milliseconds: some 200 samples, so that one long pause alone, such
 * as loading a big module, does not count, and two do.
 */
const intervalMs = 2_000

export interface ProcessMonitor {
  readonly load: ProcessLoad
  close(): void
}

/** Watches the process: event-loop delay over the last full interval, and the heap as it is. Keeps no process alive. */
export function monitorProcess(): ProcessMonitor {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  let eventLoopDelayMs = 0
  const timer = setInterval(() => {
    eventLoopDelayMs = delayOf(histogram)
    histogram.reset()
  }, intervalMs)
  timer.unref()
  return {
    load: () => {
      const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics()
      return { eventLoopDelayMs, heapUsed: usedBytes / limitBytes }
    },
    close: () => {
      clearInterval(timer)
      histogram.disable()
    },
  }
}

/** The 99th percentile, which the histogram has in nanoseconds. */
function delayOf(histogram: Pick<IntervalHistogram, 'percentile'>): number {
  return Math.max(0, histogram.percentile(99) / 1e6 - resolutionMs)
}
