/** What passes between a caller and a simulated upstream, free of sockets, so that it runs in process or over HTTP. */

import type { SimulatedLog } from './log.js'

/** JSON as it is written; a property that is undefined is left out, as JSON.stringify does. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

export interface SimulatorRequest {
  readonly method: string
  /** Path alone, still percent-encoded, such as `/v1/audit-log`. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Text of the body; empty when there is none. */
  readonly body: string
}

export interface SimulatorResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One account of one simulated provider. */
export interface Simulator {
  readonly provider: 'aitronos' | 'freddy' | 'jitsudo' | 'ashby'
  readonly log: SimulatedLog
  /** Answers a request as of `nowMs` (UTC milliseconds). Never throws, whatever the request holds. */
  handle(request: SimulatorRequest, nowMs: number): SimulatorResponse
}

/** A simulator whose switches can be turned while it runs. */
export interface SwitchableSimulator<Switches> extends Simulator {
  /** Turns the switches named in `changes`, from the next request on. */
  configure(changes: Partial<Switches>): void
}

/** Options that every simulator takes beside its own. */
export interface SimulatorOptions<Switches> {
  /** Left out: an empty log, reachable as `simulator.log`. */
  readonly log?: SimulatedLog
  readonly switches?: Partial<Switches>
  /** Called before each request with its time; lets a world add what happened since the last one. */
  readonly beforeRequest?: (nowMs: number) => void
}

/** An answer with a JSON body. */
export function jsonResponse(
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): SimulatorResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

/** An answer with a body for people. */
export function textResponse(status: number, body: string): SimulatorResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Text after `Bearer `, or undefined. The scheme is case-insensitive (RFC 9110 section 11.1). */
export function bearerOf(request: SimulatorRequest): string | undefined {
  return /^bearer +(\S+)\s*$/i.exec(request.headers['authorization'] ?? '')?.[1]
}

/** Decoded segments of a path, or undefined when one is not valid percent-encoding. */
export function segmentsOf(path: string): readonly string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** A query parameter; undefined when it is missing or empty. The first one counts when it is repeated. */
export function parameterOf(request: SimulatorRequest, name: string): string | undefined {
  const value = request.query.get(name)
  return value === null || value === '' ? undefined : value
}
