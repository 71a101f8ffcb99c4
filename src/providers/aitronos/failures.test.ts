import { describe, expect, it } from 'vitest'
import { isFailure, type SourceFailure } from '../../model/failure.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { readBody } from './failures.js'

function answer(status: number, body: unknown, headers: Record<string, string> = {}): UpstreamResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    receivedAtMs: Date.UTC(2026, 2, 2),
  }
}

function failureOf(response: UpstreamResponse): SourceFailure {
  const read = readBody(response, 'token')
  if (!isFailure(read)) throw new Error('expected a failure')
  return read
}

function wireError(code: string, more: object = {}) {
  return { success: false, error: { code, message: 'text for people', type: 'client_error', ...more } }
}

describe('documented codes', () => {
  it.each([
    [401, 'AUTHENTICATION_REQUIRED', 'UNAUTHENTICATED'],
    [401, 'INVALID_CREDENTIALS', 'UNAUTHENTICATED'],
    [401, 'TOKEN_EXPIRED', 'UNAUTHENTICATED'],
    [401, 'TOKEN_INVALID', 'UNAUTHENTICATED'],
    [401, 'TOKEN_MISSING_SUBJECT', 'UNAUTHENTICATED'],
    [401, 'INVALID_API_KEY', 'UNAUTHENTICATED'],
    [401, 'API_KEY_EXPIRED', 'UNAUTHENTICATED'],
    [401, 'API_KEY_DEACTIVATED', 'UNAUTHENTICATED'],
    [401, 'API_KEY_PAUSED', 'UNAUTHENTICATED'],
    [403, 'INSUFFICIENT_PERMISSIONS', 'FORBIDDEN'],
    [403, 'ORGANIZATION_ACCESS_DENIED', 'TENANT_MISMATCH'],
    [403, 'NO_ORGANIZATION_MEMBERSHIP', 'FORBIDDEN'],
    [403, 'AMBIGUOUS_ORGANIZATION', 'TENANT_MISMATCH'],
    [403, 'OPERATION_NOT_ALLOWED', 'FORBIDDEN'],
    [403, 'ACCESS_DENIED', 'FORBIDDEN'],
    [403, 'DOMAIN_NOT_REGISTERED', 'FORBIDDEN'],
    [403, 'REGISTRATION_RESTRICTED', 'FORBIDDEN'],
    [403, 'CANNOT_REMOVE_LAST_OWNER', 'FORBIDDEN'],
    [422, 'VALIDATION_ERROR', 'INVALID_REQUEST'],
    [400, 'VALIDATION_ERROR', 'INVALID_REQUEST'],
  ])('%s %s is %s, also in lower case and within a 200', (status, code, kind) => {
    for (const response of [
      answer(status, wireError(code)),
      answer(status, wireError(code.toLowerCase())),
      answer(200, wireError(code)),
    ]) {
      const failure = failureOf(response)
      expect(failure.kind).toBe(kind)
      expect(failure.message).not.toContain('text for people')
      expect(failure.upstreamMessage).toBe('text for people')
      expect(failure.httpStatus).toBe(response.status)
      expect(failure.retryable).toBe(false)
    }
  })
})

describe('what the status decides', () => {
  it.each([
    [400, 'SOMETHING_NEW', 'INVALID_REQUEST'],
    [401, 'SOMETHING_NEW', 'UNAUTHENTICATED'],
    [403, 'constructor', 'FORBIDDEN'],
    [404, 'SOMETHING_NEW', 'NOT_FOUND'],
    [408, 'TOKEN_EXPIRED', 'TIMEOUT'],
    [429, 'ACCESS_DENIED', 'RATE_LIMITED'],
    [500, 'VALIDATION_ERROR', 'UNAVAILABLE'],
    [503, '__proto__', 'UNAVAILABLE'],
    [302, 'TOKEN_EXPIRED', 'INVALID_RESPONSE'],
    [204, 'TOKEN_EXPIRED', 'INVALID_RESPONSE'],
  ])('%s with the code %s is %s', (status, code, kind) => {
    expect(failureOf(answer(status, wireError(code))).kind).toBe(kind)
  })

  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [429, 'RATE_LIMITED'],
    [502, 'UNAVAILABLE'],
  ])('%s with a page of a proxy is %s', (status, kind) => {
    const failure = failureOf(answer(status, '<html>TOKEN_EXPIRED</html>', { 'content-type': 'text/html' }))
    expect(failure).toMatchObject({ kind, httpStatus: status, upstreamCode: null, upstreamMessage: null })
  })

  it('says that a redirect is not followed', () => {
    expect(failureOf(answer(301, '')).message).toContain('redirect')
  })

  it('keeps the wait of a 429', () => {
    const failure = failureOf(answer(429, wireError('X'), { 'retry-after': '7' }))
    expect(failure.retryAfterMs).toBe(Date.UTC(2026, 2, 2) + 7_000)
  })
})

describe('a 200 that is a failure', () => {
  it.each([
    ['success: false alone', { success: false }, 'INVALID_REQUEST'],
    [
      'success: false beside rows',
      { success: false, items: [], total: 0, has_more: false },
      'INVALID_REQUEST',
    ],
    ['an error object alone', { error: {} }, 'INVALID_REQUEST'],
    ['an error text beside an empty list', { error: 'backend unavailable', items: [] }, 'INVALID_RESPONSE'],
    ['errors beside an empty list', { errors: ['no'], items: [], has_more: false }, 'INVALID_RESPONSE'],
    ['a status in the error', { error: { code: 'NEW', status: 503 } }, 'UNAVAILABLE'],
    ['a status that is none', { error: { code: 'NEW', status: 7 } }, 'INVALID_REQUEST'],
  ])('%s', (_, body, kind) => {
    expect(failureOf(answer(200, body)).kind).toBe(kind)
  })

  it.each([
    ['success: true', { success: true, items: [] }],
    ['error: null', { error: null, items: [] }],
    ['no object', []],
  ])('is not: %s', (_, body) => {
    expect(readBody(answer(200, body), 'token')).toEqual({ json: body })
  })

  it('is not told by its text', () => {
    const failure = failureOf(answer(200, '<html>', { 'content-type': 'text/html' }))
    expect(failure.kind).toBe('INVALID_RESPONSE')
  })
})

describe('what a failure carries', () => {
  it('keeps code, details and trace id as sent', () => {
    const error = {
      code: 'INSUFFICIENT_PERMISSIONS',
      message: 'no',
      status: 403,
      details: { required_capability: 'view_audit_log' },
      trace_id: '6e1f',
    }
    const response = answer(403, { success: false, error }, { 'x-request-id': 'header' })
    expect(failureOf(response)).toMatchObject({
      kind: 'FORBIDDEN',
      remedy: "Grant the capability view_audit_log to the credential's user.",
      upstreamCode: 'INSUFFICIENT_PERMISSIONS',
      upstreamMessage: 'no',
      traceId: '6e1f',
      details: { required_capability: 'view_audit_log' },
    })
  })

  it('takes the trace id from the header when the body has none', () => {
    expect(failureOf(answer(403, wireError('X'), { 'x-request-id': 'header' })).traceId).toBe('header')
  })

  it.each(['<b>now</b>', 'a b', 'x'.repeat(80), 7, ''])(
    'takes no text of a provider for a capability: %j',
    (name) => {
      const failure = failureOf(answer(403, wireError('X', { details: { required_capability: name } })))
      expect(failure.remedy).not.toContain(String(name || '<'))
    },
  )

  it('says on 401 which credential is in use', () => {
    expect(failureOf(answer(401, wireError('X'))).remedy).toContain('credentials.token')
    expect(readBody(answer(401, ''), 'apiKey')).toMatchObject({
      remedy: expect.stringContaining('X-API-Key'),
    })
  })
})
