import { Client } from 'undici'

/** What to send: the body of request `index`, counted over all connections. GET without a body. */
export interface Target {
  readonly url: string
  readonly bodyOf?: (index: number) => string
}

export interface Measured {
  readonly requests: number
  readonly seconds: number
  /** Of every request, ms, ascending. */
  readonly latencies: readonly number[]
}

/** One answer as text, for checks before anything is measured. */
export async function ask(target: Target, index = 0): Promise<string> {
  const body = target.bodyOf?.(index)
  const response = await fetch(target.url, {
    ...(body !== undefined && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  if (response.status !== 200)
    throw new Error(`${target.url} answered ${response.status}: ${text.slice(0, 500)}`)
  return text
}

/**
 * Sends as fast as the answers come, on so many connections, each one request at a time: for so long, and until
 * `requestsMin` were sent.
 */
export async function load(
  target: Target,
  options: { readonly connections: number; readonly seconds: number; readonly requestsMin?: number },
): Promise<Measured> {
  const { origin, pathname } = new URL(target.url)
  const latencies: number[] = []
  const beginMs = performance.now()
  const endMs = beginMs + options.seconds * 1_000
  let sent = 0
  const clients = Array.from({ length: options.connections }, () => new Client(origin, { pipelining: 1 }))
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < endMs || sent < (options.requestsMin ?? 0)) {
        const startMs = performance.now()
        await send(client, pathname, target.bodyOf?.(sent++))
        latencies.push(performance.now() - startMs)
      }
    }),
  )
  const seconds = (performance.now() - beginMs) / 1_000
  await Promise.all(clients.map((client) => client.destroy()))
  return { requests: latencies.length, seconds, latencies: latencies.sort((a, b) => a - b) }
}

/** The answer's bytes are dropped as they come: reading them would be the client's cost. */
function send(client: Client, path: string, body: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0
    client.dispatch(
      {
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, code) {
          status = code
        },
        onResponseData() {},
        onResponseEnd() {
          if (status === 200) resolve()
          else reject(new Error(`${path} answered ${status}`))
        },
        onResponseError(_controller, error) {
          reject(error)
        },
      },
    )
  })
}

/** The value below which a share of ascending values lies. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}
