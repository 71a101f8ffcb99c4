import { describe, expect, it } from 'vitest'
import { jitsudo } from './index.js'
import { actionKindOfWord, actorTypeOfWord, knownResourceTypes } from './vocabulary.js'

const source = jitsudo.open(
  jitsudo.settings.parse({
    baseUrl: 'https://jitsudo.example.com',
    tenantId: '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0',
    credentials: { token: 'a.b.c' },
    pageSize: 50,
  }),
)

describe('jitsudo', () => {
  it('opens a source', () => {
    expect(source.baseUrl).toBe('https://jitsudo.example.com')
    expect(source.organizationId).toBe('2489e9ad-2ee2-4e00-8ec9-32d5f69181c0')
    expect(source.authorization()).toEqual({ Authorization: 'Bearer a.b.c' })
    expect(source.capabilities).toMatchObject({
      paging: 'cursor',
      pageSizeMax: 50,
      order: 'unknown',
      lookup: true,
    })
    expect(source.capabilities.window).toBeUndefined()
    expect(source.pageRequest({ pushdown: {}, limit: 50, sinceMs: 1_000 }).query).toEqual([
      ['from', '1970-01-01T00:00:00.000Z'],
      ['limit', '50'],
    ])
    expect(source.lookup?.request('no-uuid')).toBeUndefined()
  })

  it('holds the words of the sheet', () => {
    expect([...actorTypeOfWord.keys()]).toEqual(['api_key', 'oidc', 'system'])
    expect(actionKindOfWord.size).toBe(9)
    expect(knownResourceTypes).toContain('aws_account')
  })
})
