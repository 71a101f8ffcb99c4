import { describe, expect, it } from 'vitest'
import { isFailure, type SourceFailure } from '../../model/failure.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { readBody } from './failures.js'
import { authStyles } from './settings.js'

function answer(status: number, body: unknown, headers: Record<string, string> = {}): UpstreamResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    receivedAtMs: Date.UTC(2026, 2, 2),
  }
}

const settings = { authStyle: 'bearer-key', preferHistory: false } as const

function failureOf(response: UpstreamResponse): SourceFailure {
  const read = readBody(response, settings)
  if (!isFailure(read)) throw new Error('expected a failure')
  return read
}

/** The envelope of the list page. */
function listError(code: string, type = 'some_error') {
  return { error: { message: 'text for people', type, code } }
}

/** The envelope of the error reference. */
function referenceError(code: string, more: object = {}) {
  return { success: false, error: { code, message: 'text for people', type: 'client_error', ...more } }
}

describe('documented codes', () => {
  it.each([
    [401, 'MISSING_AUTHENTICATION', 'UNAUTHENTICATED'],
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
    [404, 'ORGANIZATION_NOT_FOUND', 'NOT_FOUND'],
    [422, 'VALIDATION_ERROR', 'INVALID_REQUEST'],
  ])('%s %s is %s in both envelopes, either case, and within a 200', (status, code, kind) => {
    for (const response of [
      answer(status, listError(code.toLowerCase())),
      answer(status, listError(code)),
      answer(status, referenceError(code)),
      answer(status, referenceError(code.toLowerCase())),
      answer(200, referenceError(code)),
      answer(200, listError(code)),
    ]) {
      const failure = failureOf(response)
      expect(failure.kind).toBe(kind)
      expect(failure.message).not.toContain('text for people')
      expect(failure.upstreamMessage).toBe('text for people')
      expect(failure.httpStatus).toBe(response.status)
      expect(failure.retryable).toBe(false)
    }
  })

  it('takes an organization that is not found for a configuration error', () => {
    const failure = failureOf(answer(404, listError('organization_not_found', 'not_found_error')))
    expect(failure.remedy).toContain('organizationId')
  })
})

describe('status and type', () => {
  it.each([
    [401, 'new', 'permission_error', 'UNAUTHENTICATED'],
    [403, 'new', 'authentication_error', 'FORBIDDEN'],
    [404, 'new', 'permission_error', 'NOT_FOUND'],
    [400, 'new', 'authentication_error', 'UNAUTHENTICATED'],
    [400, 'new', 'PERMISSION_ERROR', 'FORBIDDEN'],
    [400, 'new', 'constructor', 'INVALID_REQUEST'],
    [200, 'new', 'permission_error', 'FORBIDDEN'],
    [200, 'new', 'not_found_error', 'NOT_FOUND'],
    [200, 'new', 'new_error', 'INVALID_REQUEST'],
    [408, 'token_expired', 'authentication_error', 'TIMEOUT'],
    [429, 'access_denied', 'permission_error', 'RATE_LIMITED'],
    [500, 'validation_error', 'not_found_error', 'UNAVAILABLE'],
    [302, 'token_expired', 'authentication_error', 'INVALID_RESPONSE'],
  ])('%s with the code %s and the type %s is %s', (status, code, type, kind) => {
    expect(failureOf(answer(status, listError(code, type))).kind).toBe(kind)
  })

  it.each([
    [401, 'UNAUTHENTICATED'],
    [404, 'NOT_FOUND'],
    [429, 'RATE_LIMITED'],
    [502, 'UNAVAILABLE'],
  ])('%s with a page of a proxy is %s', (status, kind) => {
    const failure = failureOf(answer(status, '<html>', { 'content-type': 'text/html' }))
    expect(failure).toMatchObject({ kind, httpStatus: status, upstreamCode: null, upstreamMessage: null })
  })

  it('takes the status that the error of a 200 names', () => {
    expect(failureOf(answer(200, referenceError('NEW', { status: 503 }))).kind).toBe('UNAVAILABLE')
  })

  it.each([
    ['success: true', { success: true, auditLogs: [] }],
    ['error: null', { error: null, auditLogs: [] }],
    ['no object', []],
  ])('has no failure for a 200 with %s', (_, body) => {
    expect(readBody(answer(200, body), settings)).toEqual({ json: body })
  })
})

describe('what a failure carries', () => {
  it('keeps code, details and trace id as sent', () => {
    const body = referenceError('INSUFFICIENT_PERMISSIONS', {
      details: { required_capability: 'view_audit_log' },
      trace_id: '6e1f',
    })
    expect(failureOf(answer(403, body, { 'x-request-id': 'header' }))).toMatchObject({
      remedy: 'Grant the capability view_audit_log to the API key.',
      upstreamCode: 'INSUFFICIENT_PERMISSIONS',
      traceId: '6e1f',
      details: { required_capability: 'view_audit_log' },
    })
  })

  it('takes the trace id from the header when the body has none', () => {
    expect(failureOf(answer(403, listError('x'), { 'x-request-id': 'header' })).traceId).toBe('header')
  })

  it.each(['<b>now</b>', 'a b', 'x'.repeat(80)])(
    'takes no text of a provider for a capability: %j',
    (name) => {
      const failure = failureOf(answer(403, referenceError('X', { details: { required_capability: name } })))
      expect(failure.remedy).not.toContain(name)
    },
  )

  it.each([
    [true, 'NEW', true],
    [false, 'NEW', false],
    [true, 'ORGANIZATION_NOT_FOUND', false],
  ])(
    'with preferHistory %s and the code %s on 404, blames the history: %s',
    (preferHistory, code, blamed) => {
      const failure = readBody(answer(404, listError(code)), { ...settings, preferHistory })
      expect(failure).toMatchObject({
        kind: 'NOT_FOUND',
        remedy: blamed
          ? expect.stringContaining('set preferHistory to false')
          : expect.not.stringContaining('preferHistory'),
      })
    },
  )

  it.each(authStyles)('names the style %s on 401, whatever the body says', (authStyle) => {
    for (const body of [listError('invalid_api_key'), listError('new'), '<html>', '']) {
      const failure = readBody(answer(401, body), { ...settings, authStyle })
      expect(failure).toMatchObject({ remedy: expect.stringContaining(`style ${authStyle} (`) })
    }
  })
})
