import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Dialect, defineProvider, type Provider } from '../model/provider.js'
import { builtInProviders, createRegistry, openDialect } from './registry.js'

const dialect: Dialect = {
  baseUrl: 'https://api.example.com',
  organizationId: 'org',
  capabilities: {
    paging: 'offset',
    pageSizeMax: 100,
    order: 'unknown',
    totals: false,
    boundSlackMs: { since: 0, until: 0 },
    lookup: false,
    filters: {
      actorIds: { valuesMax: 1 },
      actions: { valuesMax: 0 },
      resourceTypes: { valuesMax: 10 },
      resourceIds: { valuesMax: 0 },
    },
    exclusive: [['actorIds', 'resourceTypes']],
  },
  authorization: () => ({}),
  pageRequest: () => ({ method: 'GET', path: '/', query: [], headers: {} }),
  readPage: () => ({ rows: [], more: false }),
}

function provider(id: string, settings: z.ZodObject = z.strictObject({}), opened = dialect): Provider {
  return defineProvider({ id, displayName: id, settings, open: () => opened })
}

describe('the registry', () => {
  it('knows its providers by id, in order', () => {
    const registry = createRegistry([provider('b'), provider('a')])
    expect(registry.ids).toEqual(['b', 'a'])
    expect(registry.get('a')?.displayName).toBe('a')
    expect(registry.get('toString')).toBeUndefined()
  })

  it('takes the built-in providers', () => {
    expect(createRegistry(builtInProviders).ids).toHaveLength(builtInProviders.length)
  })

  it('tells everything that is wrong at once', () => {
    const wrong = [
      provider('Upper'),
      provider('a-b'),
      provider('a_b'),
      provider('loose', z.object({})),
      provider('greedy', z.strictObject({ key: z.string(), provider: z.string() })),
    ]
    expect(() => createRegistry(wrong)).toThrow(
      [
        'Provider "Upper": expected an id that matches /^[a-z][a-z0-9_-]{0,39}$/.',
        'Provider a_b: there is another one with this id, or one that differs only in - and _.',
        'Provider loose: expected strict settings (z.strictObject), which refuse unknown keys.',
        "Provider greedy: the setting key is the gateway's own.",
        "Provider greedy: the setting provider is the gateway's own.",
      ].join('\n'),
    )
    expect(() => createRegistry([])).toThrow('at least one provider')
  })
})

describe('opening a dialect', () => {
  it('gives it when what it declares holds together', () => {
    expect(openDialect(provider('a'), {})).toBe(dialect)
  })

  it('tells everything that is wrong at once', () => {
    const wrong: Dialect = {
      ...dialect,
      baseUrl: 'api.example.com',
      organizationId: '',
      capabilities: {
        ...dialect.capabilities,
        pageSizeMax: 0,
        lookup: true,
        boundSlackMs: { since: -1, until: 0 },
        window: { spanMaxMs: 0, floorMs: 0 },
        filters: { ...dialect.capabilities.filters, resourceIds: { valuesMax: 0.5 } },
        exclusive: [['actions', 'actions']],
      },
    }
    let message = ''
    try {
      openDialect(provider('a', undefined, wrong), {})
    } catch (error) {
      message = String(error)
    }
    expect(message.split('\n').map((line) => /Provider a: ([\w.]+):/.exec(line)?.[1])).toEqual([
      'baseUrl',
      'organizationId',
      'capabilities.pageSizeMax',
      'capabilities.boundSlackMs',
      'capabilities.window.spanMaxMs',
      'capabilities.lookup',
      'capabilities.filters.resourceIds.valuesMax',
      'capabilities.exclusive',
    ])
  })
})
