import { describe, expect, it } from 'vitest'
import { isFailure } from '../src/model/failure.js'
import type { FetchTerms, PageRequest, ReadableSource, Reader } from '../src/reading/page.js'
import { readAll } from '../src/reading/read-all.js'
import { createReader, type ReaderOptions } from '../src/reading/reader.js'
import { runCampaign } from '../src/simulation/history/campaign.js'
import { SettledPages } from '../src/upstream/settled-pages.js'

/**
 * Random histories with kept pages between the reading layer and its invented providers. Every window that has passed
 * counts as settled, though entries come late and are deleted all the time: harder than the settle time allows. Before
 * each history somebody else reads a part of the same, so that the reading under judgement meets pages of before its
 * time among its own.
 */

interface Tally {
  kept: number
  asked: number
}

interface Play {
  readonly sources: readonly ReadableSource[]
  warm: boolean
}

function cachingReader(tally: Tally, termsOf: (terms: FetchTerms) => FetchTerms) {
  const plays = new WeakMap<readonly ReadableSource[], Play>()
  let histories = 0
  return (options: ReaderOptions): Reader => {
    let play = plays.get(options.sources)
    if (!play) {
      const pages = new SettledPages({ settledPageBytes: 1e9, settledPageMs: 600_000 }, options.now)
      play = { sources: options.sources.map((source) => caching(source, pages, options.now)), warm: false }
      plays.set(options.sources, play)
      histories += 1
    }
    return warming(play, { ...options, sources: play.sources }, histories % 7)
  }

  function caching(source: ReadableSource, pages: SettledPages, now: () => number): ReadableSource {
    let last = 0
    return {
      ...source,
      fetchPage: async (ask, terms) => {
        const key = `${source.key} ${JSON.stringify(ask)}`
        tally.asked += 1
        const kept = pages.get(key, ask, 0, termsOf(terms).sentAfter)
        if (kept) {
          tally.kept += 1
          return kept
        }
        last += 1
        const sent = { sentAt: last, sentAtMs: now() }
        const page = await source.fetchPage(ask, terms)
        last += 1
        return isFailure(page)
          ? page
          : pages.keep(key, ask, 0, { ...page, answeredAt: last }, sent, page.rows.length)
      },
    }
  }
}

/** A reader that lets somebody else read up to `pages` pages of the first request before it. */
function warming(play: Play, options: ReaderOptions, pages: number): Reader {
  const reader = createReader(options)
  return {
    ...reader,
    readPage: async (request: PageRequest) => {
      if (!play.warm) {
        play.warm = true
        const { last: size, before: _, ...rest } = request
        let count = 0
        const forward = { ...rest, first: request.first ?? size ?? 50, onSourceError: 'PARTIAL' as const }
        if (pages > 0) {
          for await (const page of readAll(createReader(options), forward, () => ({
            signal: request.signal,
          }))) {
            count += 1
            if (count >= pages || page.kind !== 'page') break
          }
        }
      }
      return reader.readPage(request)
    },
  }
}

const histories = 500

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

describe('kept pages in random histories', () => {
  let refusals = Number.NaN

  it('lose and repeat nothing', async () => {
    const tally: Tally = { kept: 0, asked: 0 }
    const report = await runCampaign({
      seed: 1,
      histories,
      brokenMax: 3,
      makeReader: cachingReader(tally, (terms) => terms),
    })
    refusals = sumOf(report.refusals)
    expect(report.broken.map(({ seed, complaints }) => ({ seed, complaints }))).toEqual([])
    expect(report.histories).toBe(histories)
    expect(tally.kept).toBeGreaterThan(tally.asked / 20)
  })

  it('would end readings without the rule that a walk never goes back to an older state of the list', async () => {
    const report = await runCampaign({
      seed: 1,
      histories,
      brokenMax: histories,
      makeReader: cachingReader({ kept: 0, asked: 0 }, (terms) => ({ ...terms, sentAfter: 0 })),
    })
    // Pages of several states are never believed for long: they count rows that are gone, cursors that have ended.
    expect(sumOf(report.refusals)).toBeGreaterThan(3 * refusals)
  })
})
