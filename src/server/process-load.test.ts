import { expect, it } from 'vitest'
import { monitorProcess } from './process-load.js'

it('measures the heap at once, and takes a process for calm until it has watched for a while', () => {
  const monitor = monitorProcess()
  try {
    const { eventLoopDelayMs, heapUsed } = monitor.load()
    expect(eventLoopDelayMs).toBe(0)
    expect(heapUsed).toBeGreaterThan(0)
    expect(heapUsed).toBeLessThan(1)
  } finally {
    monitor.close()
  }
})
