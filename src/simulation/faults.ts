/** What goes wrong between a simulated upstream and its caller, as a seeded plan (reliability.md section 6). */

import { gzipSync } from 'node:zlib'
import type { Json, Simulator, SimulatorRequest, SimulatorResponse } from './exchange.js'
import { SeededRandom } from './random.js'

/** One thing that goes wrong with one answer. Sizes are bytes, times milliseconds. */
export type Fault =
  /** `retryAfter`: seconds as sent, or an HTTP date that many milliseconds from now. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: 'json' | 'html' | 'empty'
      readonly retryAfter?: number | string | { readonly dateInMs: number }
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'resetBeforeHeaders' }
  | { readonly kind: 'resetMidBody' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** One byte at a time, with the right length announced. */
  | { readonly kind: 'slowBody'; readonly intervalMs: number }
  /** Half of the JSON, with the length of the half. */
  | { readonly kind: 'truncatedJson' }
  /** Half of the JSON, with the length of the whole, then the connection ends. */
  | { readonly kind: 'cutBody' }
  | { readonly kind: 'htmlOk' }
  | { readonly kind: 'wrongContentType'; readonly contentType?: string }
  | { readonly kind: 'emptyOk' }
  | { readonly kind: 'noContent' }
  /** Compressed whether asked for or not; `bytes` of white space behind the JSON make a bomb of it. */
  | { readonly kind: 'gzip'; readonly bytes?: number }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: 301 | 302 | 307 | 308 }
  /** Status 200 with the provider's form of a failure. */
  | { readonly kind: 'softFailure'; readonly code?: string }
  | { readonly kind: 'invalidUtf8' }
  | BodyFault

/** The faults that change the text of the body alone. */
type BodyFault =
  | { readonly kind: 'twoDocuments' }
  /** The right JSON with this much white space behind it. */
  | { readonly kind: 'hugeBody'; readonly bytes: number }
  | { readonly kind: 'deepJson'; readonly depth: number }
  /** The first row loses a field. */
  | { readonly kind: 'rowWithout'; readonly field: 'id' | 'time' }
  | { readonly kind: 'duplicateRow' }
  | { readonly kind: 'byteOrderMark' }
  /** Anything else that can be done to the body. */
  | { readonly kind: 'rewrite'; readonly rewrite: (body: string) => string }

/** When a fault strikes. All that is given must hold; nothing given means always. */
export interface FaultRule {
  readonly fault: Fault
  /** Numbers of requests of the account, from 1. */
  readonly requests?: readonly number[]
  /** Every so many requests. */
  readonly every?: number
  /** 0 to 1; drawn from the plan's seed. */
  readonly probability?: number
  readonly matches?: (request: SimulatorRequest) => boolean
  /** How many times at most. */
  readonly times?: number
}

/** The faults of one account, asked once for each request. */
export interface FaultPlan {
  /** The fault for request `number` (from 1), or undefined. */
  next(request: SimulatorRequest, number: number): Fault | undefined
}

/** A plan of rules; the first rule that strikes wins. Same rules, seed and requests give the same faults. */
export function createFaultPlan(rules: readonly FaultRule[], seed = 1): FaultPlan {
  const random = new SeededRandom(`${seed}/faults`)
  const struck = rules.map(() => 0)
  return {
    next: (request, number) => {
      for (const [index, rule] of rules.entries()) {
        const times = struck[index] ?? 0
        if (rule.times !== undefined && times >= rule.times) continue
        if (rule.requests !== undefined && !rule.requests.includes(number)) continue
        if (rule.every !== undefined && number % rule.every !== 0) continue
        if (rule.matches !== undefined && !rule.matches(request)) continue
        if (rule.probability !== undefined && !random.chance(rule.probability)) continue
        struck[index] = times + 1
        return rule.fault
      }
      return undefined
    },
  }
}

/** How the bytes of an answer reach the caller. */
type Delivery =
  | { readonly kind: 'whole'; readonly delayMs: number }
  | { readonly kind: 'slow'; readonly intervalMs: number }
  /** The connection ends after the body, of which the headers announced `announced` bytes. */
  | { readonly kind: 'cut'; readonly announced: number }
  /** The connection is reset after half of the body. */
  | { readonly kind: 'resetMidBody' }
  | { readonly kind: 'resetBeforeHeaders' }
  | { readonly kind: 'hang' }

export interface FaultedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly delivery: Delivery
}

/** What a fault makes of an answer. Pure, so that it serves in process as well as on sockets. */
export function applyFault(
  fault: Fault | undefined,
  response: SimulatorResponse,
  provider: Simulator['provider'],
  nowMs: number,
): FaultedResponse {
  const { status, headers, body } = response
  const whole = { kind: 'whole', delayMs: 0 } as const
  const sent = (text: string): FaultedResponse => ({
    status,
    headers,
    body: Buffer.from(text),
    delivery: whole,
  })
  const half = body.slice(0, Math.floor(body.length / 2))
  if (fault === undefined) return sent(body)
  switch (fault.kind) {
    case 'status':
      return statusAnswer(fault, provider, nowMs)
    case 'resetBeforeHeaders':
    case 'resetMidBody':
    case 'hang':
      return { ...sent(body), delivery: { kind: fault.kind } }
    case 'delay':
      return { ...sent(body), delivery: { kind: 'whole', delayMs: fault.delayMs } }
    case 'slowBody':
      return { ...sent(body), delivery: { kind: 'slow', intervalMs: fault.intervalMs } }
    case 'truncatedJson':
      return sent(half)
    case 'cutBody':
      return { ...sent(half), delivery: { kind: 'cut', announced: Buffer.byteLength(body) } }
    case 'htmlOk':
      return { status: 200, headers: htmlHeaders, body: Buffer.from(loginPage), delivery: whole }
    case 'wrongContentType':
      return { ...sent(body), headers: { ...headers, 'content-type': fault.contentType ?? 'text/html' } }
    case 'emptyOk':
      return { ...sent(''), status: 200 }
    case 'noContent':
      return { status: 204, headers: {}, body: Buffer.alloc(0), delivery: whole }
    case 'gzip': {
      const packed = gzipSync(Buffer.from(body + ' '.repeat(fault.bytes ?? 0)))
      return { ...sent(''), headers: { ...headers, 'content-encoding': 'gzip' }, body: packed }
    }
    case 'redirect':
      return { ...sent(''), status: fault.status ?? 302, headers: { location: fault.location } }
    case 'softFailure':
      return { ...sent(failureBody(provider, 200, fault.code ?? 'internal_error')), status: 200 }
    case 'invalidUtf8':
      return { ...sent(''), body: breakUtf8(body) }
    default:
      return sent(rewritten(fault, body))
  }
}

const htmlHeaders = { 'content-type': 'text/html; charset=utf-8' }
const loginPage =
  '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>'

function rewritten(fault: BodyFault, body: string): string {
  switch (fault.kind) {
    case 'twoDocuments':
      return `${body}\n${body}`
    case 'hugeBody':
      return body + ' '.repeat(fault.bytes)
    case 'deepJson':
      return `{"deep":${'['.repeat(fault.depth)}${']'.repeat(fault.depth)}}`
    case 'rowWithout':
      return changeRows(body, ([first = {}, ...rest]) => [
        Object.fromEntries(Object.entries(first).filter(([name]) => !lostFields[fault.field].includes(name))),
        ...rest,
      ])
    case 'duplicateRow':
      return changeRows(body, ([first = {}, ...rest]) => [first, first, ...rest])
    case 'byteOrderMark':
      return `\ufeff${body}`
    case 'rewrite':
      return fault.rewrite(body)
  }
}

const lostFields: Readonly<Record<'id' | 'time', readonly string[]>> = {
  id: ['id'],
  time: ['created_at', 'timestamp', 'createdAt'],
}

type Row = Record<string, Json>

/** Changes the list of rows, whatever its envelope calls it. A body without rows stays as it is. */
function changeRows(body: string, change: (rows: readonly Row[]) => readonly Row[]): string {
  try {
    // JSON.parse gives JSON; the bodies of the simulators are objects or text.
    const envelope = JSON.parse(body) as Record<string, Json>
    for (const name of ['items', 'auditLogs', 'audit_logs', 'data', 'results']) {
      const rows = envelope[name]
      // The rows of every provider are objects.
      if (Array.isArray(rows) && rows.length > 0) envelope[name] = change(rows as readonly Row[])
    }
    return JSON.stringify(envelope)
  } catch {
    return body
  }
}

/** Puts a lone continuation byte into the middle of the body, in place of what stood there. */
function breakUtf8(body: string): Uint8Array {
  const bytes = Buffer.from(body)
  const index = bytes.indexOf('"', Math.floor(bytes.length / 2))
  if (index >= 0 && index + 1 < bytes.length) bytes[index + 1] = 0xff
  return bytes
}

function statusAnswer(
  fault: Extract<Fault, { kind: 'status' }>,
  provider: Simulator['provider'],
  nowMs: number,
): FaultedResponse {
  const { status, retryAfter } = fault
  const isHtml = fault.body === 'html'
  const wait =
    typeof retryAfter === 'object' ? new Date(nowMs + retryAfter.dateInMs).toUTCString() : retryAfter
  const body =
    fault.body === 'empty'
      ? ''
      : isHtml
        ? `<html><body><h1>${status}</h1><hr>nginx</body></html>`
        : failureBody(provider, status, status === 429 ? 'rate_limit_exceeded' : 'internal_error')
  return {
    status,
    headers: {
      'content-type': isHtml ? 'text/html' : 'application/json',
      ...(wait !== undefined && { 'retry-after': String(wait) }),
      ...fault.headers,
    },
    body: Buffer.from(body),
    delivery: { kind: 'whole', delayMs: 0 },
  }
}

/** A failure in the documented envelope of a provider (sheets: section 6, for Ashby section 7). */
function failureBody(provider: Simulator['provider'], status: number, code: string): string {
  const message = 'A failure of the simulated provider.'
  switch (provider) {
    case 'aitronos':
      return JSON.stringify({
        success: false,
        error: { code: code.toUpperCase(), message, status, details: {}, trace_id: 'trace_sim_fault' },
      })
    case 'freddy':
      return JSON.stringify({ error: { message, type: 'api_error', code } })
    case 'jitsudo':
      return JSON.stringify({ code, message })
    case 'ashby':
      return JSON.stringify({ success: false, errorInfo: { code, message, requestId: '01KSIMFAULT' } })
  }
}
