import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { graphqlPath, safeHeaders } from './http-edge.js'
import { refuseUnreadable } from './request-target.js'
import type { GatewayServer } from './server.js'

export interface Listening {
  /** Where operations are served, with the port that was really taken: `http://HOST:PORT/graphql`. */
  readonly url: string
  /** Takes no more connections, drains within `graceMs` and closes what is left. Resolves when all are closed. */
  close(graceMs: number): Promise<void>
}

/** How long a client may take to send its headers, and its whole request, in milliseconds. */
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
/** How long the bytes of the last answers may take, and how often it is looked whether they are out, in milliseconds. */
const lastBytesMs = 500
const lastBytesStepMs = 10

/** Serves on a socket; port 0 takes a free one. Rejects with the system's error when the address cannot be taken. */
export async function listen(
  server: GatewayServer,
  address: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const http = createServer(
    // A missing Host is refused by the listener, in the form of any other refusal.
    { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs, requireHostHeader: false },
    server.listener,
  )
  // An expectation that is not known may be passed over: RFC 9110 section 10.1.1.
  http.on('checkExpectation', server.listener)
  const answering = new WeakMap<Duplex, ServerResponse>()
  http.on('request', (request, response) => answering.set(request.socket, response))
  http.on('clientError', (error, socket) =>
    refuseUnreadable(error, socket, safeHeaders, answering.get(socket)),
  )
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(address.port, address.host, () => {
      http.off('error', reject)
      resolve()
    })
  })
  // A TCP server's address is an object; text is for pipes only.
  const { address: host, port, family } = http.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}${graphqlPath}`,
    close: async (graceMs) => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      await server.drain(graceMs)
      // The end of what was answered last is still on its way out.
      for (let waitedMs = 0; waitedMs < lastBytesMs; waitedMs += lastBytesStepMs) {
        http.closeIdleConnections()
        const isClosed = await Promise.race([closed.then(() => true), sleep(lastBytesStepMs, false)])
        if (isClosed) return
      }
      http.closeAllConnections()
      await closed
    },
  }
}
