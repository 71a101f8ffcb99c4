import { isDeadline } from '../model/deadline.js'
import { type EntryPage, pageSizeMax, type Reader } from '../reading/page.js'
import { readAll } from '../reading/read-all.js'
import type { Hub, Schedule } from './hub.js'
import type { TailLimits } from './limits.js'
import { boundPages } from './page-bounds.js'
import { rowOf } from './row.js'
import type { SourceFeed } from './source-feed.js'
import type { Subscriber } from './subscriber.js'
import type { Turn, Turns } from './turns.js'

interface CatchUpParts {
  readonly hub: Hub
  readonly reader: Reader
  readonly limits: TailLimits
  readonly now: () => number
  readonly schedule: Schedule
  /** For the readings that may be under way at once. */
  readonly turns: Turns
}

/** Whether a source is so far behind for a subscriber that the others shall not be read back for it. */
export function isFarBehind(floorMs: number, feed: SourceFeed, nowMs: number, limits: TailLimits): boolean {
  return floorMs < nowMs - feed.overlapMs - limits.reachMs
}

/**
 * Reads up what a subscriber has missed for long: with its own filter, oldest first, as bulk work and no faster than its
 * client takes it. A source that has come near enough is read with the others from then on; one that fails waits until
 * the hub has found it well again.
 */
export async function catchUp(
  subscriber: Subscriber,
  behind: readonly SourceFeed[],
  parts: CatchUpParts,
): Promise<void> {
  const { hub, limits, now } = parts
  await subscriber.opened()
  for (let left = behind; ; ) {
    const floorMs = (feed: SourceFeed) => subscriber.progress.floorOf(feed.source.key).timeMs
    const near = left.filter((feed) => !isFarBehind(floorMs(feed), feed, now(), limits))
    for (const feed of near) subscriber.join(feed.source.key)
    if (near.length > 0) hub.hurry()
    left = left.filter((feed) => !near.includes(feed))
    if (left.length === 0 || subscriber.ended) return
    const well = left.filter(({ failure }) => failure === null)
    if (well.length === 0) await pause(limits.intervalMinMs, subscriber, parts)
    else if (!(await parts.turns.take(subscriber.left, (turn) => readUp(subscriber, well, turn, parts)))) {
      await pause(limits.intervalMinMs, subscriber, parts)
    }
  }
}

/**
 * One reading of some sources, as far as it goes. Gives whether that was to its end. The floors move with every page, be
 * there a match on it or not, so that the next one begins where this breaks off: a provider may grant less at a time than
 * the whole takes.
 */
async function readUp(
  subscriber: Subscriber,
  feeds: readonly SourceFeed[],
  turn: Turn,
  parts: CatchUpParts,
): Promise<boolean> {
  const { reader, hub, now } = parts
  const untilMs = now()
  const keys = feeds.map(({ source }) => source.key)
  const settledBeforeMs = new Map(feeds.map((feed) => [feed.source.key, untilMs - feed.overlapMs]))
  const settle = (upToMs: number) => {
    for (const [key, settledMs] of settledBeforeMs)
      subscriber.progress.settle(key, Math.min(settledMs, upToMs))
  }
  for (const key of keys) subscriber.progress.offerAgain(key)
  const sinceMs = Math.min(...keys.map((key) => subscriber.progress.floorOf(key).timeMs))
  const request = {
    // A page fits into the half of the buffer that is waited for.
    first: Math.max(1, Math.min(pageSizeMax, Math.floor(parts.limits.bufferedMax / 2))),
    filter: { and: [subscriber.filter, { occurredAt: { sinceMs } }] },
    sources: keys,
    order: 'OLDEST_FIRST',
    onSourceError: 'FAIL',
    asOfMs: untilMs,
    priority: 'bulk',
  } as const
  const bounds = boundPages(subscriber.left, parts)
  try {
    for await (const page of readAll(reader, request, bounds.termsOf)) {
      if (subscriber.ended) return false
      if (page.kind === 'inputProblem') throw new Error(page.message)
      if (page.kind === 'readingFailed') {
        for (const { sourceKey, failure } of page.failures) hub.feed(sourceKey).suspect(failure)
        return false
      }
      // What a page with a gap leaves out is not known, so its source is not done there.
      const lacking = page.coverage.filter(({ gap }) => gap !== null)
      for (const row of lacking) subscriber.miss(row)
      if (lacking.length > 0) return false
      for (const { entry } of page.edges) {
        subscriber.offer(rowOf(entry), settledBeforeMs.get(entry.sourceKey) ?? untilMs)
      }
      settle(page.hasNextPage ? searchedUntilMs(page) : untilMs)
      // A client that takes nothing keeps nobody else waiting.
      if (!subscriber.hasRoom) await turn.pause(() => subscriber.room())
      if (subscriber.ended) return false
    }
    return true
  } catch (error) {
    if (subscriber.left.aborted || isDeadline(error)) return false
    throw error
  } finally {
    bounds.end()
  }
}

/**
 * Up to where a page that has no gap leaves nothing to come of any source: all that matches there is on it or on those
 * before it. A source without an instant can have nothing as far as the others were searched.
 */
function searchedUntilMs({ coverage }: EntryPage): number {
  const known = coverage.flatMap((row) => row.searchedUntilMs ?? [])
  return known.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...known)
}

function pause(delayMs: number, { left }: Subscriber, { schedule }: CatchUpParts): Promise<void> {
  if (left.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      cancel()
      left.removeEventListener('abort', end)
      resolve()
    }
    const cancel = schedule(delayMs, end)
    left.addEventListener('abort', end)
  })
}
