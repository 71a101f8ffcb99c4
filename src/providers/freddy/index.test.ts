import { expect, it } from 'vitest'
import { freddy } from './index.js'

it('opens a source with its settings', () => {
  const dialect = freddy.open(
    freddy.settings.parse({
      organizationId: 'org_55',
      baseUrl: 'http://127.0.0.1:4002/',
      credentials: { apiKey: 'ak_1' },
      authStyle: 'api-key',
    }),
  )
  expect(dialect).toMatchObject({ baseUrl: 'http://127.0.0.1:4002', organizationId: 'org_55' })
  expect(dialect.authorization()).toEqual({ 'api-key': 'ak_1' })
  expect(dialect.pageRequest({ pushdown: {}, limit: 1 }).path).toBe('/v1/org_55/audit-logs')
  expect(JSON.stringify(dialect)).not.toContain('ak_1')
  expect(dialect.lookup).toBeUndefined()
})
