import type { Plugin } from 'graphql-yoga'
import type { OverloadReason } from './overload.js'

/** How a source fares, as far as the requests made for others have shown. Nothing is asked for this. */
export type SourceHealth = 'UNKNOWN' | 'OK' | 'CREDENTIAL_REFUSED' | 'PAUSED' | 'FAILING'

/** What /readyz tells. */
interface Readiness {
  readonly status: 'ready' | 'draining' | 'overloaded'
  /** Which limit is reached, when overloaded. */
  readonly reason?: OverloadReason
  readonly sources: Readonly<Record<string, SourceHealth>>
}

/** What is answered whatever the Host: an orchestrator asks by an address that nobody configured. */
export const probePaths: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

interface Parts {
  readonly readiness: () => Readiness
  /** The text of /metrics with its media type, null when it is not served. */
  readonly metrics: (() => Promise<{ readonly contentType: string; readonly text: string }>) | null
}

/**
 * What a machine asks about this process: /livez, /readyz and /metrics. They are answered whatever the load.
 *
 * A source in trouble does not make the gateway unready: every replica has the same sources, so all of them would be
 * taken out at once, and with them the entries of the sources that work. Answers say what they cover instead.
 */
export function useProbes(parts: Parts): Plugin {
  return {
    // Not async, here and in the other plugins: each promise takes every operation another turn.
    onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
      const answer = (status: number, text: string, contentType: string) =>
        endResponse(new fetchAPI.Response(text, { status, headers: { 'content-type': contentType } }))
      const answerJson = (status: number, json: object) =>
        answer(status, JSON.stringify(json), 'application/json; charset=utf-8')

      if (url.pathname === '/livez') return answerJson(200, { status: 'live' })
      if (url.pathname === '/readyz') {
        const readiness = parts.readiness()
        return answerJson(readiness.status === 'ready' ? 200 : 503, readiness)
      }
      if (url.pathname === '/metrics' && parts.metrics) {
        return parts.metrics().then(({ text, contentType }) => answer(200, text, contentType))
      }
      return undefined
    },
  }
}
