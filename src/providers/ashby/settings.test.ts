import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { settings } from './settings.js'

const given = { credentials: { apiKey: 'key-1' } }

describe('settings of Ashby', () => {
  it('needs a key and nothing else', () => {
    const { credentials, ...rest } = settings.parse(given)
    expect(rest).toEqual({
      baseUrl: 'https://api.ashbyhq.com',
      organizationId: 'ashby',
      apiVersion: '2026-01-01',
      historyFloor: Date.UTC(2018, 0),
    })
    expect(credentials.apiKey.reveal()).toBe('key-1')
    expect(inspect(credentials, { depth: 9 })).not.toContain('key-1')
  })

  it('reads the history floor as an instant', () => {
    expect(settings.parse({ ...given, historyFloor: '2024-05-01T02:00:00+02:00' }).historyFloor).toBe(
      Date.UTC(2024, 4),
    )
  })

  it.each([
    ['no credentials', { credentials: undefined }, ['credentials']],
    ['no key', { credentials: {} }, ['credentials', 'apiKey']],
    ['a token', { credentials: { apiKey: 'a', token: 'b' } }, ['credentials']],
    ['a key with a colon', { credentials: { apiKey: 'a:b' } }, ['credentials', 'apiKey']],
    ['an empty organization', { organizationId: '' }, ['organizationId']],
    ['a version that is no date', { apiVersion: 'latest' }, ['apiVersion']],
    ['a floor without time', { historyFloor: '2018-01-01' }, ['historyFloor']],
    ['an unknown key', { tenantId: 'x' }, []],
  ])('refuses %s', (_name, change, path) => {
    expect(settings.safeParse({ ...given, ...change }).error?.issues[0]?.path).toEqual(path)
  })

  it('can be written as JSON Schema, with defaults as they are written in the file', () => {
    const schema = z.toJSONSchema(settings, { io: 'input' })
    expect(schema['required']).toEqual(['credentials'])
    expect(schema.properties?.['historyFloor']).toMatchObject({
      type: 'string',
      default: '2018-01-01T00:00:00Z',
    })
  })
})
