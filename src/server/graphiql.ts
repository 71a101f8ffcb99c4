import { randomBytes } from 'node:crypto'

/** What GraphiQL opens on. */
export const exampleQuery = `# The newest entries of all sources, and what the answer covers.
query NewestEntries {
  auditEntries(first: 10) {
    edges {
      node {
        occurredAt
        source { key }
        action
        actor { name }
        summary
      }
    }
    pageInfo { hasNextPage endCursor }
    complete
    coverage {
      source { key }
      state
      searchedSince
      error { kind message remedy }
    }
  }
}
`

/** Gives the HTML of GraphiQL and the headers to send with it. */
export type GraphiqlPage = () => Promise<{ readonly html: string; readonly headers: Record<string, string> }>

/**
 * Makes the function that answers with GraphiQL: one page of about 9 MB with everything in it. It is loaded when it is
 * first asked for, so that a gateway that nobody opens in a browser does not hold it.
 *
 * It loads nothing from outside, and the policy sent with it makes browsers hold to that: scripts need the nonce of
 * this answer, and only this server may be connected to.
 */
export function createGraphiqlPage(endpoint: string): GraphiqlPage {
  let loading: ReturnType<typeof loadPage> | undefined
  return async () => {
    loading ??= loadPage(endpoint)
    const { before, after } = await loading
    const nonce = randomBytes(16).toString('base64')
    return {
      html: `${before}<script nonce="${nonce}">${after}`,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': contentSecurityPolicy(nonce),
      },
    }
  }
}

async function loadPage(endpoint: string): Promise<{ readonly before: string; readonly after: string }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const html = renderGraphiQL({ title: 'Auditgraph', endpoint, defaultQuery: exampleQuery })
  // The template has one script element. The bundle in it names the tag too, but only after it.
  const tag = '<script>'
  const cut = html.indexOf(tag)
  return { before: html.slice(0, cut), after: html.slice(cut + tag.length) }
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    'font-src data:',
    'worker-src blob:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
