import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../model/json.js'
import type { UpstreamResponse } from '../../model/provider.js'
import { readPage } from './normalize.js'
import { settings } from './settings.js'

const source = settings.parse({ credentials: { apiKey: 'key-1' } })
const json = (status: number, body: JsonValue, headers: Record<string, string> = {}): UpstreamResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
  receivedAtMs: 1_000,
})
const html = (status: number): UpstreamResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html></html>',
  receivedAtMs: 1_000,
})
/** Composed: sheet ashby section 7. */
const refused = (code: string) => ({
  success: false,
  errorInfo: { code, message: `about ${code}`, requestId: '01K' },
})

describe('every code, with status 200 and with a 4xx', () => {
  it.each([
    ['invalid_input', 'INVALID_REQUEST', false],
    ['audit_logs_not_enabled', 'FEATURE_DISABLED', false],
    ['cursor_invalid', 'INVALID_REQUEST', false],
    ['invalid_next_cursor', 'INVALID_REQUEST', false],
    ['next_cursor_expired', 'INVALID_REQUEST', false],
    ['missing_endpoint_permission', 'FORBIDDEN', false],
    ['generic_internal_error', 'UNAVAILABLE', true],
  ])('%s is %s', (code, kind, retryable) => {
    for (const status of [200, 400, 403]) {
      expect(readPage(source, json(status, refused(code)))).toMatchObject({
        failed: true,
        kind,
        retryable,
        httpStatus: status,
        upstreamCode: code,
        upstreamMessage: `about ${code}`,
        traceId: '01K',
        message: expect.not.stringContaining('about'),
      })
    }
  })
})

describe('other refusals', () => {
  it.each<[string, UpstreamResponse, object]>([
    [
      '200 with an unknown code',
      json(200, refused('new_thing')),
      { kind: 'INVALID_REQUEST', upstreamCode: 'new_thing' },
    ],
    ['200 without code', json(200, { success: false }), { kind: 'INVALID_REQUEST', upstreamCode: null }],
    ['200 with errors alone', json(200, { errors: ['no'], results: [] }), { kind: 'INVALID_RESPONSE' }],
    [
      'a failure with results',
      json(200, { ...refused('invalid_input'), results: [] }),
      { kind: 'INVALID_REQUEST' },
    ],
    [
      'an error without success',
      json(200, { errorInfo: { code: 'invalid_input' }, results: [] }),
      {
        kind: 'INVALID_REQUEST',
      },
    ],
    [
      'the deprecated list with a code',
      json(200, { success: false, errors: ['audit_logs_not_enabled'] }),
      {
        kind: 'FEATURE_DISABLED',
        upstreamCode: 'audit_logs_not_enabled',
      },
    ],
    [
      'the deprecated list with a text',
      json(200, { success: false, errors: ['Not now.'] }),
      {
        kind: 'INVALID_REQUEST',
        upstreamCode: null,
        upstreamMessage: 'Not now.',
        details: { errors: ['Not now.'] },
      },
    ],
    ['a code like a property of objects', json(200, refused('constructor')), { kind: 'INVALID_REQUEST' }],
    ['401', html(401), { kind: 'UNAUTHENTICATED' }],
    ['403 without code', html(403), { kind: 'UNAUTHENTICATED' }],
    ['403 with a text', json(403, { success: false, errors: ['Key is off.'] }), { kind: 'UNAUTHENTICATED' }],
    ['403 with an unknown code', json(403, refused('no_such_right')), { kind: 'FORBIDDEN' }],
    ['404', html(404), { kind: 'NOT_FOUND' }],
    ['422', json(422, {}), { kind: 'INVALID_REQUEST' }],
    ['500', html(500), { kind: 'UNAVAILABLE', retryable: true }],
    [
      '503 with Retry-After',
      json(503, {}, { 'retry-after': '2' }),
      { kind: 'UNAVAILABLE', retryAfterMs: 3_000 },
    ],
    ['a status of trouble with results', json(500, { results: [] }), { kind: 'UNAVAILABLE' }],
    ['a list with a status of trouble', json(502, []), { kind: 'UNAVAILABLE' }],
    ['a redirect', html(308), { kind: 'INVALID_RESPONSE', message: expect.stringContaining('redirect') }],
    ['200 that is HTML', html(200), { kind: 'INVALID_RESPONSE' }],
    ['200 that is a list', json(200, []), { kind: 'INVALID_RESPONSE' }],
    [
      'a body that claims to be a failure',
      json(200, { success: true, failed: true }),
      {
        kind: 'INVALID_RESPONSE',
        message: "The provider's answer breaks its documented form at results: expected array.",
      },
    ],
  ])('%s', (_name, response, expected) => {
    expect(readPage(source, response)).toMatchObject({ failed: true, ...expected })
  })

  it('names the permission that is missing', () => {
    expect(readPage(source, json(403, refused('missing_endpoint_permission')))).toMatchObject({
      remedy: expect.stringContaining('auditLogsRead'),
    })
  })

  it('keeps the metadata of an error', () => {
    const errorInfo = { code: 'invalid_input', meta: { field: 'startDate' } }
    expect(readPage(source, json(200, { success: false, errorInfo }))).toMatchObject({
      details: { meta: { field: 'startDate' } },
    })
  })

  it('takes the request id from the header when the body has none', () => {
    const headers = { 'x-request-id': 'proxy-1', 'x-ashby-request-id': '01H' }
    expect(readPage(source, json(429, {}, headers))).toMatchObject({ traceId: '01H' })
  })

  it('names the setting when the version is not supported', () => {
    expect(readPage(source, json(400, {}, { 'ashby-version-status': 'unsupported' }))).toMatchObject({
      remedy: expect.stringContaining('apiVersion'),
    })
  })
})

describe('rate limits', () => {
  it('tells the limit of a key', () => {
    expect(readPage(source, { ...html(429), headers: { 'retry-after': '5' } })).toMatchObject({
      kind: 'RATE_LIMITED',
      retryable: true,
      retryAfterMs: 6_000,
      message: 'Ashby limits the rate of requests of this API key.',
      details: null,
    })
  })

  it.each(['integration-partner', 'integration-partner, integration-partner'])(
    'tells the limit of a partner: %s',
    (rateLimitScope) => {
      const headers = { 'x-ratelimit-scope': rateLimitScope }
      expect(readPage(source, json(429, refused('invalid_input'), headers))).toMatchObject({
        kind: 'RATE_LIMITED',
        message: 'Ashby limits the requests of this integration partner over all its customers.',
        details: { rateLimitScope },
      })
    },
  )
})
