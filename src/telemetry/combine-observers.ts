import type { UpstreamObserver } from '../upstream/observer.js'

/** One observer that tells all of them, in their order. */
export function combineObservers(observers: readonly UpstreamObserver[]): UpstreamObserver {
  return {
    attempt: (about) => {
      const ends = observers.map((observer) => observer.attempt(about))
      return (end) => {
        for (const tell of ends) tell(end)
      }
    },
    page: (...told) => {
      for (const observer of observers) observer.page(...told)
    },
    breaker: (...told) => {
      for (const observer of observers) observer.breaker(...told)
    },
    allowance: (...told) => {
      for (const observer of observers) observer.allowance(...told)
    },
  }
}
