import { expect, it } from 'vitest'
import { processHost } from './process-host.js'

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s asks the process to stop, until nobody listens',
  (signal) => {
    const listeners = process.listenerCount(signal)
    const heard: string[] = []
    const end = processHost.onStopSignal((name) => heard.push(name))
    try {
      process.emit(signal, signal)
      expect(heard).toEqual([signal])
    } finally {
      end()
    }
    expect(process.listenerCount(signal)).toBe(listeners)
  },
)
