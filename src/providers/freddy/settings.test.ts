import { describe, expect, it } from 'vitest'
import { authorizationWith, settings } from './settings.js'

const base = { organizationId: 'org_55', credentials: { apiKey: 'ak_1' } }

describe('settings', () => {
  it('takes the defaults of the list page', () => {
    const given = settings.parse(base)
    expect(given.baseUrl).toBe('https://api.freddy.aitronos.com')
    expect(given.authStyle).toBe('bearer-key')
  })

  it.each([
    ['bearer-key', { authorization: 'Bearer ak_1' }],
    ['x-api-key', { 'x-api-key': 'ak_1' }],
    ['api-key', { 'api-key': 'ak_1' }],
  ])('sends the key in the style %s', (authStyle, headers) => {
    expect(authorizationWith(settings.parse({ ...base, authStyle }))).toEqual(headers)
  })

  it.each([
    ['no credential', { ...base, credentials: {} }, 'apiKey'],
    ['an unknown credential', { ...base, credentials: { apiKey: 'a', token: 'b' } }, 'token'],
    ['an unknown key', { ...base, dates: 'day' }, 'dates'],
    ['an unknown style', { ...base, authStyle: 'basic' }, 'bearer-key'],
    ['an organization that is a path', { ...base, organizationId: '..' }, 'letters, digits'],
  ])('refuses %s', (_, given, text) => {
    const parsed = settings.safeParse(given)
    expect(parsed.success).toBe(false)
    expect(JSON.stringify(parsed.error?.issues)).toContain(text)
  })
})
