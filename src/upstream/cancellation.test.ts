import { describe, expect, it } from 'vitest'
import { Cancellation, type CancelSignal } from './cancellation.js'

/** Both are held to the same: what is written for one works with the other. */
const kinds: readonly (readonly [
  string,
  () => { signal: CancelSignal; abort: (reason: unknown) => void },
])[] = [
  [
    'a Cancellation',
    () => {
      const cancellation = new Cancellation()
      return { signal: cancellation, abort: (reason) => cancellation.abort(reason) }
    },
  ],
  [
    'an AbortController of Node',
    () => {
      const controller = new AbortController()
      return { signal: controller.signal, abort: (reason) => controller.abort(reason) }
    },
  ],
]

describe.each(kinds)('%s', (_, make) => {
  it('tells its listeners once, in their order, with the first reason', () => {
    const { signal, abort } = make()
    const calls: string[] = []
    signal.addEventListener('abort', () => calls.push(`one: ${String(signal.reason)}`), { once: true })
    signal.addEventListener('abort', () => calls.push(`two: ${String(signal.aborted)}`), { once: true })
    expect([signal.aborted, signal.reason]).toEqual([false, undefined])
    abort('gone')
    abort('again')
    expect(calls).toEqual(['one: gone', 'two: true'])
    expect([signal.aborted, signal.reason]).toEqual([true, 'gone'])
  })

  it('calls nobody who was removed, also by another listener', () => {
    const { signal, abort } = make()
    const calls: string[] = []
    const early = () => calls.push('early')
    const late = () => calls.push('late')
    signal.addEventListener('abort', early, { once: true })
    signal.addEventListener('abort', () => signal.removeEventListener('abort', late), { once: true })
    signal.addEventListener('abort', late, { once: true })
    signal.removeEventListener('abort', early)
    abort('gone')
    expect(calls).toEqual([])
  })

  it('does not call who listens after the abort', () => {
    const { signal, abort } = make()
    const calls: string[] = []
    abort('gone')
    signal.addEventListener('abort', () => calls.push('late'), { once: true })
    expect(calls).toEqual([])
  })
})
