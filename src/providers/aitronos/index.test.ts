import { expect, it } from 'vitest'
import { aitronos } from './index.js'

it('opens a source with its settings', () => {
  const dialect = aitronos.open(
    aitronos.settings.parse({
      organizationId: 'org_55',
      baseUrl: 'http://127.0.0.1:4001/',
      credentials: { apiKey: 'ak_1' },
      dates: 'instant',
    }),
  )
  expect(dialect).toMatchObject({ baseUrl: 'http://127.0.0.1:4001', organizationId: 'org_55' })
  expect(dialect.capabilities.boundSlackMs.since).toBeLessThan(10_000)
  expect(dialect.authorization()).toEqual({ 'x-api-key': 'ak_1' })
  expect(dialect.pageRequest({ pushdown: {}, limit: 1 }).path).toContain('org_55')
  expect(JSON.stringify(dialect)).not.toContain('ak_1')
  expect(dialect.lookup).toBeUndefined()
})
