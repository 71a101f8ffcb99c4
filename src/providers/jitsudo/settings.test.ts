import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { settings } from './settings.js'

const given = {
  baseUrl: 'https://jitsudo.example.com/',
  tenantId: '2489e9ad-2ee2-4e00-8ec9-32d5f69181c0',
  credentials: { apiKey: 'key-1' },
}

describe('settings of JITSudo', () => {
  it('takes a base URL, a tenant and one credential', () => {
    const parsed = settings.parse(given)
    expect(parsed.baseUrl).toBe('https://jitsudo.example.com')
    expect(parsed.credentials.kind).toBe('apiKey')
    expect(parsed.credentials.secret.reveal()).toBe('key-1')
    expect(parsed.pageSize).toBe(100)
    expect(inspect(parsed, { depth: 9 })).not.toContain('key-1')
  })

  it.each([
    ['no base URL', { baseUrl: undefined }, ['baseUrl']],
    ['no tenant', { tenantId: undefined }, ['tenantId']],
    ['a tenant that is no UUID', { tenantId: 'acme' }, ['tenantId']],
    ['no credential', { credentials: {} }, ['credentials']],
    ['both credentials', { credentials: { apiKey: 'a', token: 'b' } }, ['credentials']],
    ['an unknown credential', { credentials: { apiKey: 'a', secret: 'b' } }, ['credentials']],
    ['a page size of 0', { pageSize: 0 }, ['pageSize']],
    ['a page size over 1000', { pageSize: 1_001 }, ['pageSize']],
    ['an unknown key', { tenant: 'x' }, []],
  ])('refuses %s', (_name, change, path) => {
    const parsed = settings.safeParse({ ...given, ...change })
    expect(parsed.error?.issues[0]?.path).toEqual(path)
  })

  it('says which credentials it wants and shows none', () => {
    const parsed = settings.safeParse({ ...given, credentials: { apiKey: 'hush-1', token: 'hush-2' } })
    expect(parsed.error?.issues[0]?.message).toBe('expected exactly one of apiKey and token')
    expect(JSON.stringify(parsed.error)).not.toContain('hush')
  })

  it('can be written as JSON Schema', () => {
    expect(z.toJSONSchema(settings, { io: 'input' })['required']).toEqual([
      'baseUrl',
      'tenantId',
      'credentials',
    ])
  })
})
