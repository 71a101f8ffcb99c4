import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/model/secret.js'
import type { EntryPage, PageRequest } from '../../src/reading/page.js'
import { createReader } from '../../src/reading/reader.js'
import { nowMs, simulatedSource } from '../support/simulated-source.js'

/** Twenty entries, of which the ten in the middle share one time. */
const timesMs = Array.from({ length: 20 }, (_, index) => {
  const minute = index < 5 ? index : index < 15 ? 5 : index - 9
  return nowMs - 3_600_000 - minute * 60_000
})

describe.each(['aitronos', 'freddy', 'jitsudo', 'ashby'] as const)(
  'a page between two cursors of %s',
  (id) => {
    async function setup() {
      const sources = [simulatedSource(id, timesMs)]
      const reader = createReader({ sources, secrets: [new Secret('secret')], now: () => nowMs })
      const read = async (asked: Partial<PageRequest>): Promise<EntryPage> => {
        const { signal } = new AbortController()
        const page = await reader.readPage({
          filter: {},
          order: 'NEWEST_FIRST',
          onSourceError: 'FAIL',
          signal,
          ...asked,
        })
        if (page.kind !== 'page') throw new Error(JSON.stringify(page))
        return page
      }
      const idsOf = ({ edges }: EntryPage) => edges.map(({ entry }) => entry.upstreamId)
      const whole = await read({ first: 50 })
      const cursorAt = (index: number) => whole.edges[index]?.cursor ?? ''
      return { read, idsOf, all: idsOf(whole), cursorAt }
    }

    it('is gone on from to the end, without the second cursor', async () => {
      const { read, idsOf, all, cursorAt } = await setup()
      for (const bound of [4, 8, 14, 19]) {
        const page = await read({ first: 3, after: cursorAt(0), before: cursorAt(bound) })
        expect(idsOf(page)).toEqual(all.slice(1, 4))
        const rest = await read({ first: 50, after: page.endCursor ?? '' })
        expect(idsOf(rest), `bound at ${bound}`).toEqual(all.slice(4))
      }
    })

    it('is gone on from to the begin, without the second cursor', async () => {
      const { read, idsOf, all, cursorAt } = await setup()
      for (const bound of [0, 5, 8, 15]) {
        const page = await read({ last: 3, before: cursorAt(19), after: cursorAt(bound) })
        expect(idsOf(page)).toEqual(all.slice(16, 19))
        const rest = await read({ last: 50, before: page.startCursor ?? '' })
        expect(idsOf(rest), `bound at ${bound}`).toEqual(all.slice(0, 16))
      }
    })
  },
)
