import { setMaxListeners } from 'node:events'
import { deadlineReached } from '../model/deadline.js'
import type { PageTerms } from '../reading/page.js'

/** Gives each page of an export a signal of its own: there is no deadline as a whole. */
export interface PageSignals {
  /** The signal of the next page and when it will abort; that of the page before has no clock any more. */
  next(): PageTerms
  /** Stops the clock. */
  end(): void
}

/**
 * Signals that abort with the reason of `stop`, or with a TimeoutError when a page has taken `pageMs` milliseconds.
 * `now`: UTC milliseconds.
 */
export function pageSignals(stop: AbortSignal, pageMs: number, now: () => number): PageSignals {
  let current = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onStop = () => current.abort(stop.reason)
  stop.addEventListener('abort', onStop)
  return {
    next() {
      clearTimeout(timer)
      const controller = new AbortController()
      // Every request to a provider listens to it: more than ten listeners are no leak.
      setMaxListeners(0, controller.signal)
      current = controller
      if (stop.aborted) onStop()
      timer = setTimeout(() => {
        controller.abort(deadlineReached('page'))
      }, pageMs)
      return { signal: controller.signal, deadlineMs: now() + pageMs }
    },
    end() {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
    },
  }
}
