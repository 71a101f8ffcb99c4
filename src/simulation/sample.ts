/** Small histories and requests for tests. */

import type { Json, SimulatorRequest, SimulatorResponse } from './exchange.js'
import type { SimulatedEvent } from './log.js'

/** 2026-11-01T00:00:00Z, the usual begin of a sample history. UTC milliseconds. */
export const sampleStartMs = Date.UTC(2026, 10, 1)

/** An event with plain content; what is given stands in place of it. */
export function sampleEvent(parts: Partial<SimulatedEvent> & { readonly id: string }): SimulatedEvent {
  return {
    timeMs: sampleStartMs,
    action: 'updated',
    actor: { id: 'actor-1', name: 'Mira Kovač', email: 'mira@corp.example' },
    resource: { type: 'role', id: 'role-1', name: 'Auditor' },
    ...parts,
  }
}

/** `count` events with ids `e0000`, `e0001`... each `stepMs` after the one before; 0 gives equal times. */
export function sampleEvents(count: number, stepMs = 1_000): readonly SimulatedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    sampleEvent({ id: `e${String(index).padStart(4, '0')}`, timeMs: sampleStartMs + index * stepMs }),
  )
}

/** A request; a body that is given makes it a POST. */
export function sampleRequest(
  path: string,
  parts: {
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: Json
    readonly method?: string
  } = {},
): SimulatorRequest {
  return {
    method: parts.method ?? (parts.body === undefined ? 'GET' : 'POST'),
    path,
    query: new URLSearchParams(parts.query),
    headers: parts.headers ?? {},
    body: parts.body === undefined ? '' : JSON.stringify(parts.body),
  }
}

/** Status and parsed body of an answer. The caller names the shape that it goes on to check. */
export function parsed<Body>(response: SimulatorResponse): { readonly status: number; readonly body: Body } {
  // Tests state what they expect of the body and then assert it.
  return { status: response.status, body: JSON.parse(response.body) as Body }
}
