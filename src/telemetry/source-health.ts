import type { SourceHealth } from '../server/probes.js'
import type { UpstreamObserver } from '../upstream/observer.js'

export interface SourceHealthWatch {
  readonly upstream: UpstreamObserver
  /** By source key, in the order of the configuration. */
  readonly report: () => Readonly<Record<string, SourceHealth>>
}

/** Keeps how each source fared last, from the requests that are made anyhow. */
export function watchSourceHealth(sourceKeys: readonly string[]): SourceHealthWatch {
  const lastAttempt = new Map<string, SourceHealth>()
  const paused = new Set<string>()
  return {
    upstream: {
      attempt:
        ({ sourceKey }) =>
        ({ outcome }) => {
          if (outcome === 'CANCELLED') return
          lastAttempt.set(sourceKey, healthOf(outcome))
        },
      page: () => {},
      breaker: (sourceKey, state) => {
        if (state === 'closed') paused.delete(sourceKey)
        else paused.add(sourceKey)
      },
      allowance: () => {},
    },
    report: () =>
      Object.fromEntries(
        sourceKeys.map((key) => {
          const last = lastAttempt.get(key) ?? 'UNKNOWN'
          // A latch on a refused credential is told as what it is about.
          return [key, paused.has(key) && last !== 'CREDENTIAL_REFUSED' ? 'PAUSED' : last]
        }),
      ),
  }
}

function healthOf(outcome: string): SourceHealth {
  if (outcome === 'OK') return 'OK'
  const refused = ['UNAUTHENTICATED', 'FORBIDDEN', 'TENANT_MISMATCH'].includes(outcome)
  return refused ? 'CREDENTIAL_REFUSED' : 'FAILING'
}
