import { describe, expect, it } from 'vitest'
import { authorizationWith, settings } from './settings.js'

const base = { organizationId: 'org_55', credentials: { token: 'jwt.text' } }

describe('settings', () => {
  it('takes the defaults of the sheet', () => {
    const given = settings.parse(base)
    expect(given.baseUrl).toBe('https://api.aitronos.com')
    expect(given.dates).toBe('day')
  })

  it.each([
    ['a token', { token: 'jwt.text' }, { authorization: 'Bearer jwt.text' }],
    ['an API key', { apiKey: 'ak_1' }, { 'x-api-key': 'ak_1' }],
  ])('sends %s', (_, credentials, headers) => {
    expect(authorizationWith(settings.parse({ ...base, credentials }).credentials)).toEqual(headers)
  })

  it.each([
    ['both credentials', { ...base, credentials: { token: 'a', apiKey: 'b' } }, 'exactly one'],
    ['no credential', { ...base, credentials: {} }, 'exactly one'],
    ['an unknown credential', { ...base, credentials: { token: 'a', password: 'b' } }, 'password'],
    ['an unknown key', { ...base, tenantId: 'x' }, 'tenantId'],
    ['a credential with a line break', { ...base, credentials: { token: 'a\nb' } }, 'visible ASCII'],
    ['an organization that is a path', { ...base, organizationId: '../x' }, 'letters, digits'],
    ['an unknown way of dates', { ...base, dates: 'second' }, 'day'],
  ])('refuses %s', (_, given, text) => {
    const parsed = settings.safeParse(given)
    expect(parsed.success).toBe(false)
    expect(JSON.stringify(parsed.error?.issues)).toContain(text)
  })
})
