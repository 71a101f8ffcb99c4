import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { graphqlPath, safeHeaders } from './http-edge.js'
import { refuseUnreadable } from './request-target.js'
import type { GatewayServer } from './server.js'

export interface Listening {
  /** Where operations are served, with the port that was really taken: `http://HOST:PORT/graphql`. */
  readonly url: string
  /**
   * Says at /readyz that no more requests should come, and takes those that come all the same for `pauseMs`, in which a
   * load balancer notices. Resolves then, or when `close` is called.
   */
  retire(pauseMs: number): Promise<void>
  /**
   * Takes no more connections, closes the idle ones, lets what is under way end within `graceMs`, aborts the rest and
   * closes what is left, at most two seconds after that. Resolves when all are closed.
   */
  close(graceMs: number): Promise<void>
}

/** How long an answer that was made may still be on its way to a slow client when all else is over, in milliseconds. */
const sendingMs = 1_000

/** How long a client may take to send its headers, and its whole request, in milliseconds. */
interface SendingTimes {
  readonly headersMs: number
  readonly requestMs: number
}

const defaultSendingTimes: SendingTimes = { headersMs: 10_000, requestMs: 30_000 }

/** Serves on a socket; port 0 takes a free one. Rejects with the system's error when the address cannot be taken. */
export async function listen(
  server: GatewayServer,
  address: { readonly host: string; readonly port: number },
  { headersMs, requestMs }: SendingTimes = defaultSendingTimes,
): Promise<Listening> {
  const http = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      // Node looks every 30 seconds by itself, which is how long either may then last beyond its time.
      connectionsCheckingInterval: headersMs / 10,
      // A missing Host is refused by the listener, in the form of any other refusal.
      requireHostHeader: false,
    },
    server.listener,
  )
  // An expectation that is not known may be passed over: RFC 9110 section 10.1.1.
  http.on('checkExpectation', server.listener)
  http.on('checkContinue', server.waitingListener)
  const answering = new WeakMap<Duplex, ServerResponse>()
  // A list, since a Set keeps what it once held: src/upstream/single-flight.ts.
  const unsent: ServerResponse[] = []
  let onAllSent = () => {}
  const track = (request: IncomingMessage, response: ServerResponse) => {
    answering.set(request.socket, response)
    unsent.push(response)
    response.once('close', () => {
      unsent.splice(unsent.indexOf(response), 1)
      if (unsent.length === 0) onAllSent()
    })
  }
  // Of requests that a client sent one after the other without waiting, Node tells the answer alone that is being sent
  // when the connection is gone: those behind it would wait for ever, and so would who made them.
  http.on('connection', (socket) => {
    socket.once('close', () => {
      for (const response of unsent.filter(({ req }) => req.socket === socket)) {
        response.destroy()
        response.emit('close')
      }
    })
  })
  /** The server itself sees to the answers of requests that come from now on. */
  const retire = () => {
    server.retire()
    for (const response of unsent) if (!response.headersSent) response.setHeader('connection', 'close')
  }
  http.on('request', track)
  http.on('checkExpectation', track)
  http.on('checkContinue', track)
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
  const pause = cancellablePause()
  // A TCP server's address is an object; text is for pipes only.
  const { address: host, port, family } = http.address() as AddressInfo
  server.listensOn(host, address.host)
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}${graphqlPath}`,
    retire: (pauseMs) => {
      retire()
      return pause.wait(pauseMs)
    },
    close: async (graceMs) => {
      retire()
      pause.end()
      const endMs = performance.now() + graceMs
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      await server.drain(graceMs)
      if (unsent.length > 0) {
        const sending = cancellablePause()
        onAllSent = sending.end
        await sending.wait(Math.max(sendingMs, endMs - performance.now()))
      }
      http.closeAllConnections()
      await closed
    },
  }
}

/** A wait that can be ended early, once. */
function cancellablePause(): { wait(durationMs: number): Promise<void>; end(): void } {
  let end = () => {}
  return {
    wait: (durationMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, durationMs)
        end = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    end: () => end(),
  }
}
