import { describe, expect, it } from 'vitest'
import type { UpstreamErrorKind } from '../generated/graphql.js'
import type { SourceKey } from './support/events.js'
import { everything, expectAllBut, onePageEvents } from './support/one-page.js'
import { coverageOf, readPage } from './support/reading.js'
import {
  credentialWithoutRight,
  expiredCredential,
  type SituationOptions,
  type Switches,
  startSituation,
} from './support/situation.js'

describe('refusals in their documented forms', () => {
  interface Refusal {
    readonly name: string
    readonly key: SourceKey
    readonly settings?: Readonly<Record<string, unknown>>
    readonly switches?: Switches
    readonly expected: {
      readonly kind: UpstreamErrorKind
      readonly httpStatus: number | null
      readonly upstreamCode: string | null
    }
    /** Part of what the reader is told to do. */
    readonly remedy: RegExp
  }

  const refusals: readonly Refusal[] = [
    {
      name: 'a wrong token',
      key: 'crew',
      settings: { credentials: { token: 'wrong' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'TOKEN_INVALID' },
      remedy: /credentials\.token/,
    },
    {
      name: 'a wrong API key',
      key: 'crew',
      settings: { credentials: { apiKey: 'wrong' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'INVALID_API_KEY' },
      remedy: /credentials\.apiKey/,
    },
    {
      name: 'a wrong token, told with status 200',
      key: 'crew',
      settings: { credentials: { token: 'wrong' } },
      switches: { crew: { errorTransport: 'softFailure' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 200, upstreamCode: 'TOKEN_INVALID' },
      remedy: /credentials\.token/,
    },
    {
      name: 'an expired token',
      key: 'crew',
      settings: { credentials: { token: expiredCredential } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'TOKEN_EXPIRED' },
      remedy: /new access token/,
    },
    {
      name: 'a token where an API key is taken',
      key: 'crew',
      switches: { crew: { auth: 'x-api-key' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'AUTHENTICATION_REQUIRED' },
      remedy: /credentials\.apiKey/,
    },
    {
      name: 'a token that may not read the log',
      key: 'crew',
      settings: { credentials: { token: credentialWithoutRight } },
      expected: { kind: 'FORBIDDEN', httpStatus: 403, upstreamCode: 'INSUFFICIENT_PERMISSIONS' },
      remedy: /view_audit_log/,
    },
    {
      name: 'another organization',
      key: 'crew',
      settings: { organizationId: 'org_of_others' },
      expected: { kind: 'TENANT_MISMATCH', httpStatus: 403, upstreamCode: 'ORGANIZATION_ACCESS_DENIED' },
      remedy: /organizationId/,
    },
    {
      name: 'times of day in the dates',
      key: 'crew',
      settings: { dates: 'instant' },
      switches: { crew: { timestamps: 'refused' } },
      expected: { kind: 'INVALID_REQUEST', httpStatus: 422, upstreamCode: 'VALIDATION_ERROR' },
      remedy: /details/,
    },
    {
      name: 'the page size',
      key: 'crew',
      switches: { crew: { pageSizeMax: 50, overMax: 'refuse', badParameterStatus: 400 } },
      expected: { kind: 'INVALID_REQUEST', httpStatus: 400, upstreamCode: 'VALIDATION_ERROR' },
      remedy: /details/,
    },
    {
      name: 'a wrong key, in the form of the list page',
      key: 'assistants',
      settings: { credentials: { apiKey: 'wrong' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'invalid_api_key' },
      remedy: /credentials\.apiKey.*bearer-key/,
    },
    {
      name: 'a wrong key, in the form of the error reference',
      key: 'assistants',
      settings: { credentials: { apiKey: 'wrong' } },
      switches: { assistants: { errorStyle: 'F4' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'INVALID_API_KEY' },
      remedy: /credentials\.apiKey/,
    },
    {
      name: 'a key in a header that is not read',
      key: 'assistants',
      switches: { assistants: { auth: 'x-api-key' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'missing_authentication' },
      remedy: /authStyle/,
    },
    {
      name: 'a key that may not read the log',
      key: 'assistants',
      settings: { credentials: { apiKey: credentialWithoutRight } },
      expected: { kind: 'FORBIDDEN', httpStatus: 403, upstreamCode: 'insufficient_permissions' },
      remedy: /Grant/,
    },
    {
      name: 'another organization',
      key: 'assistants',
      settings: { organizationId: 'org_of_others' },
      expected: { kind: 'NOT_FOUND', httpStatus: 404, upstreamCode: 'organization_not_found' },
      remedy: /organizationId/,
    },
    {
      name: 'the page size',
      key: 'assistants',
      switches: { assistants: { pageSizeMax: 50, overMax: 'refuse', badParameterStatus: 422 } },
      expected: { kind: 'INVALID_REQUEST', httpStatus: 422, upstreamCode: 'validation_error' },
      remedy: /details/,
    },
    {
      name: 'a wrong key',
      key: 'access',
      settings: { credentials: { apiKey: 'wrong' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 401, upstreamCode: 'unauthorized' },
      remedy: /apiKey/,
    },
    {
      name: 'a key that may not read the log',
      key: 'access',
      settings: { credentials: { apiKey: credentialWithoutRight } },
      expected: { kind: 'FORBIDDEN', httpStatus: 403, upstreamCode: 'forbidden' },
      remedy: /Cedar/,
    },
    {
      name: 'another tenant',
      key: 'access',
      settings: { tenantId: '00000000-0000-4000-8000-000000000000' },
      expected: { kind: 'TENANT_MISMATCH', httpStatus: 403, upstreamCode: 'tenant_mismatch' },
      remedy: /tenantId/,
    },
    {
      name: 'the page size',
      key: 'access',
      switches: { access: { pageSizeMax: 50, overMax: 'refuse' } },
      expected: { kind: 'INVALID_REQUEST', httpStatus: 400, upstreamCode: 'invalid_request' },
      remedy: /pageSize/,
    },
    {
      name: 'a wrong key',
      key: 'hiring',
      settings: { credentials: { apiKey: 'wrong' } },
      expected: { kind: 'UNAUTHENTICATED', httpStatus: 403, upstreamCode: null },
      remedy: /credentials\.apiKey/,
    },
    {
      name: 'a key without the permission',
      key: 'hiring',
      settings: { credentials: { apiKey: credentialWithoutRight } },
      expected: { kind: 'FORBIDDEN', httpStatus: 403, upstreamCode: 'missing_endpoint_permission' },
      remedy: /auditLogsRead/,
    },
    {
      name: 'a key without the permission, told with status 200',
      key: 'hiring',
      settings: { credentials: { apiKey: credentialWithoutRight } },
      switches: { hiring: { failureStatus: 'always200', errorsList: true } },
      expected: { kind: 'FORBIDDEN', httpStatus: 200, upstreamCode: 'missing_endpoint_permission' },
      remedy: /auditLogsRead/,
    },
    {
      name: 'a feature that is off, told with status 200',
      key: 'hiring',
      switches: { hiring: { auditLogsEnabled: false } },
      expected: { kind: 'FEATURE_DISABLED', httpStatus: 200, upstreamCode: 'audit_logs_not_enabled' },
      remedy: /enable Audit Logs/,
    },
    {
      name: 'a feature that is off, told with status 403',
      key: 'hiring',
      switches: { hiring: { auditLogsEnabled: false, failureStatus: 'always4xx' } },
      expected: { kind: 'FEATURE_DISABLED', httpStatus: 403, upstreamCode: 'audit_logs_not_enabled' },
      remedy: /enable Audit Logs/,
    },
    {
      name: 'a version that is not served',
      key: 'hiring',
      settings: { apiVersion: '2025-01-01' },
      expected: { kind: 'INVALID_REQUEST', httpStatus: 400, upstreamCode: 'invalid_input' },
      remedy: /./,
    },
    {
      name: 'the page size',
      key: 'hiring',
      switches: { hiring: { pageSizeMax: 50, overMax: 'refuse' } },
      expected: { kind: 'INVALID_REQUEST', httpStatus: 200, upstreamCode: 'invalid_input' },
      remedy: /upstreamMessage/,
    },
    {
      name: 'every connection',
      key: 'hiring',
      // Nothing listens on the port of TCP's own echo of old.
      settings: { baseUrl: 'http://127.0.0.1:7' },
      expected: { kind: 'UNREACHABLE', httpStatus: null, upstreamCode: null },
      remedy: /base URL/,
    },
  ]

  it.each(refusals.map((refusal) => [`${refusal.key}: ${refusal.name}`, refusal] as const))(
    '%s',
    async (_, { key, settings, switches, expected, remedy }) => {
      const options: SituationOptions = {
        events: onePageEvents,
        ...(settings && { settings: { [key]: settings } }),
        ...(switches && { switches }),
      }
      const situation = await startSituation(options)
      try {
        const page = await readPage(situation.url, everything)
        expectAllBut(key, page, situation)
        const { error } = coverageOf(page, key)
        expect(error).toMatchObject(expected)
        expect(error?.remedy).toMatch(remedy)
      } finally {
        await situation.close()
      }
    },
  )
})
