import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../model/json.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { readEntry, readPage } from './normalize.js'
import { settings } from './settings.js'

const source = settings.parse({
  baseUrl: 'https://jitsudo.example.com',
  tenantId: '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0',
  credentials: { apiKey: 'key-1' },
})
const json = (status: number, body: JsonValue, headers: Record<string, string> = {}): UpstreamResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
  receivedAtMs: 1_000,
})
const html = (status: number): UpstreamResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html>key-1</html>',
  receivedAtMs: 1_000,
})
/** Composed here from the form of sheet jitsudo section 6. */
const error = (code: string) => ({ code, message: `about ${code}` })

describe('refused pages', () => {
  it.each<[string, UpstreamResponse, object]>([
    ['401', json(401, error('unauthorized')), { kind: 'UNAUTHENTICATED', upstreamCode: 'unauthorized' }],
    ['403 of the tenant', json(403, error('tenant_mismatch')), { kind: 'TENANT_MISMATCH', retryable: false }],
    [
      'other 403',
      json(403, error('policy_denied')),
      { kind: 'FORBIDDEN', upstreamMessage: 'about policy_denied' },
    ],
    ['404', json(404, error('not_found')), { kind: 'NOT_FOUND' }],
    ['400', json(400, error('bad_cursor')), { kind: 'INVALID_REQUEST' }],
    ['422', json(422, error('bad_limit')), { kind: 'INVALID_REQUEST' }],
    ['410', json(410, error('gone')), { kind: 'NOT_FOUND' }],
    [
      '429',
      json(429, {}, { 'retry-after': '3' }),
      { kind: 'RATE_LIMITED', retryable: true, retryAfterMs: 4_000 },
    ],
    ['500', json(500, error('internal')), { kind: 'UNAVAILABLE', retryable: true, httpStatus: 500 }],
    ['a nested error', json(403, { error: error('tenant_mismatch') }), { kind: 'TENANT_MISMATCH' }],
    [
      'a code that is a number',
      json(403, { code: 7, message: 'no' }),
      { kind: 'FORBIDDEN', upstreamCode: '7' },
    ],
    ['401 of a proxy', html(401), { kind: 'UNAUTHENTICATED', upstreamMessage: null }],
    ['502 of a proxy', html(502), { kind: 'UNAVAILABLE', upstreamCode: null }],
    ['a redirect', html(302), { kind: 'INVALID_RESPONSE', message: expect.stringContaining('redirect') }],
    ['200 with an error', json(200, error('oops')), { kind: 'INVALID_RESPONSE', upstreamCode: 'oops' }],
    ['200 with a known error', json(200, error('tenant_mismatch')), { kind: 'TENANT_MISMATCH' }],
    ['200 with a nested error', json(200, { error: error('oops') }), { kind: 'INVALID_RESPONSE' }],
    ['200 that is HTML', html(200), { kind: 'INVALID_RESPONSE' }],
    ['200 that is a list', json(200, []), { kind: 'INVALID_RESPONSE' }],
    ['204', { ...json(204, ''), body: '' }, { kind: 'INVALID_RESPONSE', httpStatus: 204 }],
    [
      'a body that claims to be a failure',
      json(200, { failed: true }),
      {
        kind: 'INVALID_RESPONSE',
        message: "The provider's answer breaks its documented form at data: expected array.",
      },
    ],
  ])('%s', (_name, response, expected) => {
    expect(readPage(source, response)).toMatchObject({ failed: true, ...expected })
  })

  it('keeps details and notices apart from its own words', () => {
    const body = {
      ...error('policy_denied'),
      details: { rule: 'r1' },
      notices: ['audit needs a manager'],
      extra: 1,
    }
    const failure = readPage(source, json(403, body, { 'x-request-id': 'q-1' }))
    expect(failure).toMatchObject({
      message: 'The credential of this source may not read the audit log of its tenant.',
      upstreamMessage: 'about policy_denied',
      traceId: 'q-1',
      details: { details: { rule: 'r1' }, notices: ['audit needs a manager'] },
    })
  })

  it('leaves out details that would flood an answer', () => {
    const body = { ...error('policy_denied'), details: { text: 'x'.repeat(5_000) } }
    expect(readPage(source, json(403, body))).toMatchObject({ details: null })
  })

  it('names the setting when a request is refused, which may be for its limit', () => {
    expect(readPage(source, json(422, error('bad_limit')))).toMatchObject({
      remedy: expect.stringContaining('pageSize'),
    })
  })

  it('says so when a proxy may have answered', () => {
    expect(readPage(source, html(403))).toMatchObject({ remedy: expect.stringContaining('proxy') })
    expect(readPage(source, json(403, error('denied')))).toMatchObject({
      remedy: expect.not.stringContaining('proxy'),
    })
  })
})

describe('an entry that is not there', () => {
  it.each<[string, UpstreamResponse, object | null]>([
    ['404 not_found', json(404, error('not_found')), null],
    ['404 with another code in its own form', json(404, error('audit_entry_missing')), null],
    ['404 without message', json(404, { code: 'not_found' }), { kind: 'NOT_FOUND' }],
    ['404 of the tenant', json(404, error('tenant_mismatch')), { kind: 'TENANT_MISMATCH' }],
    ['404 in the form of a proxy', json(404, { error: error('not_found') }), { kind: 'NOT_FOUND' }],
    [
      '404 in the form of a gRPC gateway',
      json(404, { code: 5, message: 'Not Found' }),
      { kind: 'NOT_FOUND' },
    ],
    ['404 that is HTML', html(404), { kind: 'NOT_FOUND' }],
    ['410', json(410, error('not_found')), { kind: 'NOT_FOUND' }],
    ['200 with not_found', json(200, error('not_found')), { kind: 'NOT_FOUND' }],
    ['503', json(503, error('busy')), { kind: 'UNAVAILABLE' }],
  ])('%s', (_name, response, expected) => {
    const read = readEntry(source, response)
    if (expected === null) expect(read).toBeNull()
    else expect(read).toMatchObject({ failed: true, ...expected })
  })
})
