import type { Plugin } from 'graphql-yoga'
import { type ClientError, requestRefused } from '../graphql/errors.js'
import type { GraphiqlPage } from './graphiql.js'

/** Where operations are served. */
export const graphqlPath = '/graphql'

/** What of a request these rules look at, of whichever kind of server. */
export interface RequestHead {
  readonly method: string
  readonly headers: Pick<Headers, 'get'>
}

/** What a page of another site is told. */
export const crossSiteMessage =
  'A page of another site sent this request. Have its origin added to the allowed origins of the gateway.'

interface Parts {
  /** Origins whose pages may read answers, such as `https://console.example.com`. Empty: none. */
  readonly allowedOrigins: readonly string[]
  readonly graphiql: GraphiqlPage | null
}

/** Headers of every answer, unless it sets its own. Answers hold audit data: nobody on the way may keep them. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/**
 * What concerns HTTP and not GraphQL, as one plugin of graphql-yoga: GraphiQL, unknown paths, CORS, requests of other
 * sites, and headers.
 *
 * CORS is own code, since Yoga's reflects any origin with credentials when its list is empty, and answers a foreign
 * origin with `null`, which sandboxed pages have. Here an origin of the list is named, any other gets no header, and
 * credentials are never allowed.
 */
export function useHttpEdge(parts: Parts): Plugin {
  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      const answer = (status: number, body: string | null, headers: Record<string, string>) =>
        endResponse(new fetchAPI.Response(body, { status, headers }))
      const answerJson = (status: number, json: unknown) =>
        answer(status, JSON.stringify(json), { 'content-type': 'application/json; charset=utf-8' })
      const refuse = (status: number, error: ClientError) =>
        answerJson(status, {
          errors: [{ message: error.message, extensions: { code: error.extensions['code'] } }],
        })

      if (url.pathname !== graphqlPath) {
        const message = `Nothing is served here. GraphQL is at ${graphqlPath}, health at /livez and /readyz.`
        return refuse(404, requestRefused('NOT_FOUND', 404, message))
      }
      if (request.method === 'OPTIONS') return answer(204, null, { allow: 'GET, POST, OPTIONS' })
      if (
        parts.graphiql &&
        request.method === 'GET' &&
        request.headers.get('accept')?.includes('text/html')
      ) {
        return parts.graphiql().then((page) => answer(200, page.html, page.headers))
      }
      if (isOfAnotherSite(request, parts.allowedOrigins)) {
        return refuse(403, requestRefused('CROSS_SITE_REQUEST', 403, crossSiteMessage))
      }
      return undefined
    },
    onResponse({ request, response }) {
      const headers = { ...safeHeaders, ...corsHeaders(request, parts.allowedOrigins) }
      for (const [name, value] of Object.entries(headers)) {
        if (!response.headers.has(name)) response.headers.set(name, value)
      }
    },
  }
}

/**
 * Whether a page of another site had the browser send this. A GET needs no preflight, so without this check any page
 * could have the gateway call its providers. Only browsers send the header; it cannot be set by a page's script.
 */
export function isOfAnotherSite(request: RequestHead, allowedOrigins: readonly string[]): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== 'cross-site' && site !== 'same-site') return false
  return !allowedOrigins.includes(request.headers.get('origin') ?? '')
}

/** What an answer says to pages of other origins: those of the list may read it. */
export function corsHeaders(request: RequestHead, allowedOrigins: readonly string[]): Record<string, string> {
  if (allowedOrigins.length === 0) return {}
  const origin = request.headers.get('origin')
  if (origin === null || !allowedOrigins.includes(origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    ...(request.method === 'OPTIONS' && {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type, x-request-timeout-ms, traceparent, tracestate',
      'access-control-max-age': '600',
    }),
  }
}
