import { expect, it } from 'vitest'
import type { SourceInfo } from '../model/source-info.js'
import { vocabularyOf } from './vocabulary-types.js'

const source: SourceInfo = {
  key: 'desk',
  providerId: 'paper',
  displayName: 'The desk',
  organizationId: 'org',
  capabilities: {
    paging: 'offset',
    pageSizeMax: 100,
    order: 'unknown',
    totals: false,
    boundSlackMs: { since: 0, until: 0 },
    lookup: false,
    filters: { actions: { valuesMax: 1, accepts: (word) => word === 'signed' } },
    exclusive: [],
    vocabulary: {
      actions: new Map([
        ['signed', 'UPDATE'],
        ['burnt', 'DELETE'],
      ]),
      resourceTypes: ['contract'],
      actorTypes: ['USER'],
      absent: [],
    },
  },
}

it('joins documented words with those that were seen, and tells who can be asked for them', () => {
  const seen = { count: 2, oldestMs: 1, newestMs: 9 }
  const { actions, resourceTypes } = vocabularyOf(source, {
    actions: [
      { word: 'shredded', ...seen },
      { word: 'signed', ...seen },
    ],
    resourceTypes: [],
  })
  expect(actions).toEqual([
    {
      word: 'signed',
      actionKind: 'UPDATE',
      documented: true,
      askable: true,
      seen: { word: 'signed', ...seen },
    },
    { word: 'burnt', actionKind: 'DELETE', documented: true, askable: false, seen: null },
    {
      word: 'shredded',
      actionKind: 'UNKNOWN',
      documented: false,
      askable: false,
      seen: { word: 'shredded', ...seen },
    },
  ])
  expect(resourceTypes).toEqual([
    { word: 'contract', actionKind: null, documented: true, askable: false, seen: null },
  ])
})
