import { describe, expect, it } from 'vitest'
import { dayMs } from '../../model/instant.js'
import { ashby } from './index.js'

const source = ashby.open(
  ashby.settings.parse({ credentials: { apiKey: 'key-1' }, historyFloor: '2020-01-01T00:00:00Z' }),
)

describe('ashby', () => {
  it('opens a source', () => {
    expect(source.baseUrl).toBe('https://api.ashbyhq.com')
    expect(source.organizationId).toBe('ashby')
    expect(source.lookup).toBeUndefined()
    expect(source.capabilities).toMatchObject({
      paging: 'cursor',
      pageSizeMax: 100,
      order: 'newestFirst',
      totals: false,
      lookup: false,
      window: { spanMaxMs: 500 * dayMs, floorMs: Date.UTC(2020, 0) },
      exclusive: [['actions', 'resourceTypes']],
    })
  })

  it('takes every word, and knows which ones the provider is known to list', () => {
    const { actions, resourceTypes, actorIds } = source.capabilities.filters
    expect(['JobStatusChanged', 'JobDeleted', ''].map((value) => actions?.accepts?.(value))).toEqual([
      true,
      true,
      false,
    ])
    expect(['JobStatusChanged', 'JobDeleted'].map((value) => actions?.knows?.(value))).toEqual([true, false])
    expect(['job', 'app_user', 'sim_widget'].map((value) => resourceTypes?.knows?.(value))).toEqual([
      true,
      true,
      false,
    ])
    expect(actorIds?.accepts?.('anything')).toBe(true)
    expect(actorIds?.knows).toBeUndefined()
  })
})
