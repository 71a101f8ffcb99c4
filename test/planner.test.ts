import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../src/model/capabilities.js'
import type { EntryFilter } from '../src/model/filter.js'
import { Secret } from '../src/model/secret.js'
import { builtInProviders, openDialect } from '../src/providers/registry.js'
import { planFilter } from '../src/reading/plan.js'
import { createReader } from '../src/reading/reader.js'
import { fakeTiming, sharedUpstream } from './support/connected-source.js'

const settings: Record<string, object> = {
  aitronos: { organizationId: 'org_1', credentials: { token: 't' } },
  freddy: { organizationId: 'org_1', credentials: { apiKey: 'k' } },
  jitsudo: {
    baseUrl: 'https://jitsudo.example.com',
    tenantId: '5e1f0c2a-7b1d-4c57-9a43-0d6b8f2e9c11',
    credentials: { apiKey: 'k' },
  },
  ashby: { credentials: { apiKey: 'k' } },
}
const capabilitiesOf = new Map<string, Capabilities>(
  builtInProviders.map((provider) => [
    provider.id,
    openDialect(provider, provider.settings.parse(settings[provider.id])).capabilities,
  ]),
)

function plan(provider: string, filter: EntryFilter, partsPerSource = 8) {
  const capabilities = capabilitiesOf.get(provider)
  if (!capabilities) throw new Error(`There is no provider ${provider}.`)
  const { parts, residual } = planFilter(filter, capabilities, { partsPerSource })
  return {
    asks: parts.map(({ pushdown }) => pushdown),
    residual: Object.fromEntries(residual.map(({ field, reason }) => [field, reason])),
  }
}

/** Every other day. */
const days = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    occurredAt: { sinceMs: index * 172_800_000, untilMs: (index * 2 + 1) * 86_400_000 },
  }))
const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`)

describe('what a provider is asked', () => {
  it.each<[string, string, EntryFilter, object]>([
    ['one value', 'jitsudo', { actorIds: ['a'] }, { asks: [{ actorIds: ['a'] }], residual: {} }],
    [
      'two values of a parameter that takes one',
      'jitsudo',
      { actorIds: ['a', 'b'] },
      { asks: [{ actorIds: ['a'] }, { actorIds: ['b'] }], residual: {} },
    ],
    [
      'too many values of a parameter that takes one',
      'jitsudo',
      { actorIds: ids(9) },
      { asks: [{}], residual: { actorIds: 'TOO_MANY_REQUESTS' } },
    ],
    [
      'the cheapest split first, the other while it fits',
      'jitsudo',
      { actorIds: ids(5), resourceIds: ['x', 'y'] },
      {
        asks: [{ resourceIds: ['x'] }, { resourceIds: ['y'] }],
        residual: { actorIds: 'TOO_MANY_REQUESTS' },
      },
    ],
    [
      'lists of a hundred',
      'ashby',
      { actorIds: ids(150) },
      { asks: [{ actorIds: ids(150).slice(0, 100) }, { actorIds: ids(150).slice(100) }], residual: {} },
    ],
    [
      'categories without types, which would be OR',
      'ashby',
      { actions: ['JobStatusChanged'], resourceTypes: ['job'] },
      { asks: [{ actions: ['JobStatusChanged'] }], residual: { resourceTypes: 'EXCLUSIVE' } },
    ],
    [
      'an unknown word apart from known ones',
      'ashby',
      { actions: ['JobStatusChanged', 'NewWord'] },
      { asks: [{ actions: ['JobStatusChanged'] }, { actions: ['NewWord'] }], residual: {} },
    ],
    [
      'the other party, which it calls target',
      'aitronos',
      { counterpartyIds: ['u1'] },
      { asks: [{ counterpartyIds: ['u1'] }], residual: {} },
    ],
    [
      'times one by one',
      'aitronos',
      { or: days(16) },
      { asks: Array.from({ length: 16 }, () => ({})), residual: {} },
    ],
    [
      'more times than that, the nearest together, and looks at them itself',
      'aitronos',
      { or: days(17) },
      { asks: Array.from({ length: 16 }, () => ({})), residual: { occurredAt: 'TOO_MANY_REQUESTS' } },
    ],
    [
      'no object, for which it has no parameter',
      'aitronos',
      { resourceIds: ['r1'] },
      { asks: [{}], residual: { resourceIds: 'NO_PARAMETER' } },
    ],
    [
      'no text, since its full text may find less',
      'aitronos',
      { search: 'ada' },
      { asks: [{}], residual: { search: 'NO_PARAMETER' } },
    ],
    [
      'no resource id without its type',
      'freddy',
      { resourceIds: ['r1'] },
      { asks: [{}], residual: { resourceIds: 'NEEDS_OTHER_FIELD' } },
    ],
    [
      'type and id together',
      'freddy',
      { resourceIds: ['r1'], resourceTypes: ['rule'] },
      { asks: [{ resourceIds: ['r1'], resourceTypes: ['rule'] }], residual: {} },
    ],
    [
      'no action that its list does not name',
      'freddy',
      { actions: ['restored'] },
      { asks: [{}], residual: { actions: 'VALUE_NOT_SENDABLE' } },
    ],
    [
      'the words of a kind',
      'aitronos',
      { actionKinds: ['UNENROLL'] },
      { asks: [{ actions: ['removed'] }, { actions: ['membership_removed'] }], residual: {} },
    ],
    [
      'nothing for the kind of unknown words',
      'aitronos',
      { actionKinds: ['UNENROLL', 'UNKNOWN'] },
      { asks: [{}], residual: { actionKinds: 'NOT_REQUIRED' } },
    ],
    [
      'nothing that is negated',
      'jitsudo',
      { not: { actorIds: ['a'] } },
      { asks: [{}], residual: { actorIds: 'NOT_REQUIRED' } },
    ],
    [
      'alternatives one by one, the second without the first',
      'jitsudo',
      { or: [{ actorIds: ['a'] }, { resourceIds: ['r'] }] },
      {
        asks: [{ actorIds: ['a'] }, { resourceIds: ['r'] }],
        residual: { actorIds: 'NOT_REQUIRED' },
      },
    ],
    [
      'no alternatives when one of them needs everything',
      'jitsudo',
      { or: [{ actorIds: ['a'] }, { not: { resourceIds: ['r'] } }] },
      { asks: [{}], residual: { actorIds: 'NOT_REQUIRED', resourceIds: 'NOT_REQUIRED' } },
    ],
    [
      'alternatives of one field as its list',
      'ashby',
      { or: [{ actorIds: ['a'] }, { actorIds: ['b'] }] },
      { asks: [{ actorIds: ['a', 'b'] }], residual: {} },
    ],
    [
      'one request for alternatives that ask for the same',
      'jitsudo',
      { actorIds: ['a'], or: [{ actions: ['x'] }, { actorTypes: ['USER'] }] },
      { asks: [{ actorIds: ['a'] }], residual: { actions: 'NOT_REQUIRED', actorTypes: 'NO_PARAMETER' } },
    ],
  ])('%s: %s', (_, provider, filter, expected) => {
    expect(plan(provider, filter)).toEqual(expected)
  })

  it('is one request where splitting is switched off', () => {
    expect(plan('jitsudo', { actorIds: ['a', 'b'] }, 1).asks).toEqual([{}])
  })
})

describe('a source that can have no such entry', () => {
  it.each<[string, string, EntryFilter]>([
    ['e-mails where there are none', 'jitsudo', { actorEmails: ['a@b.example'] }],
    ['names where there are none', 'jitsudo', { search: 'ada' }],
    ['another party where there is none', 'ashby', { counterpartyIds: ['u1'] }],
    ['an actor type that it never gives', 'aitronos', { actorTypes: ['CANDIDATE'] }],
    ['a kind that none of its words has', 'freddy', { actionKinds: ['ATTACH_POLICY'] }],
    ['a word of another kind', 'aitronos', { actions: ['created'], actionKinds: ['DELETE'] }],
    ['two objects at once', 'ashby', { and: [{ resourceIds: ['a'] }, { resourceIds: ['b'] }] }],
    [
      'alternatives that all contradict',
      'ashby',
      { actions: ['A'], or: [{ actions: ['B'] }, { actorEmails: ['x'] }] },
    ],
  ])('is not asked for %s', (_, provider, filter) => {
    expect(plan(provider, filter)).toEqual({ asks: [], residual: {} })
  })

  it.each<[string, string, EntryFilter]>([
    ['the type of actors that it does not tell', 'ashby', { actorTypes: ['UNKNOWN'] }],
    ['the kind of words that are not known', 'freddy', { actionKinds: ['UNKNOWN'] }],
    ['words that are not known', 'freddy', { resourceTypes: ['no_such_type'] }],
    ['the negation of what it never has', 'jitsudo', { not: { actorEmails: ['a@b.example'] } }],
  ])('is asked for %s', (_, provider, filter) => {
    expect(plan(provider, filter).asks).not.toEqual([])
  })
})

describe('explainAuditEntries', () => {
  it('names the requests, without credentials and without sending one', () => {
    const provider = builtInProviders.find(({ id }) => id === 'jitsudo')
    if (!provider) throw new Error('There is no such provider.')
    const dialect = openDialect(provider, provider.settings.parse(settings['jitsudo']))
    const source = sharedUpstream(fakeTiming()).connect({
      sourceKey: 'access',
      dialect,
      client: {
        send: () => {
          throw new Error('A request was sent.')
        },
      },
    })
    const reader = createReader({
      sources: [source],
      secrets: [new Secret('a secret of a test')],
      now: () => Date.UTC(2026, 0, 2),
    })
    const occurredAt = { sinceMs: Date.UTC(2026, 0, 1) }
    const told = reader.explain({
      filter: { actorIds: ['a', 'b'], not: { actions: ['x'] }, occurredAt },
      order: 'NEWEST_FIRST',
    })
    expect(told).toMatchObject([
      {
        sourceKey: 'access',
        excluded: false,
        requests: ['a', 'b'].map((actor) => ({
          method: 'GET',
          path: '/v1/audit-log',
          parameters: { actor_id: actor, from: '2025-12-31T23:59:59.000Z', limit: '100' },
        })),
        windows: [{ ...occurredAt, untilMs: Date.UTC(2026, 0, 2) }],
        residual: [{ field: 'actions', reason: 'NOT_REQUIRED' }],
        requestsMin: 2,
      },
    ])
    expect(JSON.stringify(told)).not.toContain('X-API-Key')
    const excluded = reader.explain({ filter: { search: 'x' }, order: 'NEWEST_FIRST' })
    expect(excluded).toMatchObject([{ excluded: true, requests: [], requestsMin: 0, requestsMax: 0 }])
    const future = { occurredAt: { sinceMs: Date.UTC(2026, 0, 3) } }
    expect(reader.explain({ filter: future, order: 'NEWEST_FIRST' })).toMatchObject([
      { excluded: true, requests: [], requestsMax: 0 },
    ])
    expect(reader.explain({ filter: {}, order: 'NEWEST_FIRST', first: 501 })).toMatchObject({
      path: ['first'],
    })
  })
})

describe('times in which a source has nothing', () => {
  const nowMs = Date.UTC(2026, 0, 2)
  const signal = new AbortController().signal
  const sources = ['jitsudo', 'ashby'].map((id) => ({
    key: id,
    settleMs: 0,
    capabilities: capabilitiesOf.get(id) as Capabilities,
    fetchPage: async () => ({ rows: [], more: false }),
  }))
  const reader = createReader({ sources, secrets: [new Secret('a secret of a test')], now: () => nowMs })

  it.each<[string, EntryFilter['occurredAt'], object[]]>([
    [
      'that have not come yet',
      { sinceMs: nowMs + 1 },
      [
        { state: 'EXCLUDED', requests: 0, notices: [expect.stringContaining('begin after')] },
        { state: 'EXCLUDED', requests: 0, notices: [expect.stringContaining('begin after')] },
      ],
    ],
    [
      'before what is configured as its beginning',
      { sinceMs: Date.UTC(1999, 0, 1), untilMs: Date.UTC(1999, 0, 2) },
      [
        { state: 'COMPLETE', requests: 1 },
        { state: 'EXCLUDED', requests: 0, notices: [expect.stringMatching(/read from \d{4}-/)] },
      ],
    ],
  ])('are not asked for: times %s', async (_name, occurredAt = {}, coverage) => {
    const page = await reader.readPage({
      filter: { occurredAt },
      order: 'NEWEST_FIRST',
      onSourceError: 'PARTIAL',
      signal,
    })
    expect(page).toMatchObject({ kind: 'page', complete: true, hasNextPage: false, coverage })
  })
})
