import { isDeadline } from '../model/deadline.js'
import { type SourceFailure, sourceFailure } from '../model/failure.js'
import { compareNewestFirst } from '../model/order.js'
import { SteadyClock } from '../model/steady-clock.js'
import type { Reader } from '../reading/page.js'
import type { TailLimits } from './limits.js'
import { boundPages } from './page-bounds.js'
import type { TailRow } from './progress.js'
import { type FeedReading, readFeed, SourceFeed } from './source-feed.js'
import type { Batch, HandedRow, Subscriber } from './subscriber.js'

/** Runs something after a delay in milliseconds, unless what is given back is called before. */
export type Schedule = (delayMs: number, run: () => void) => () => void

export interface HubOptions {
  readonly reader: Reader
  readonly limits: TailLimits
  /** UTC milliseconds. */
  readonly now: () => number
  readonly schedule: Schedule
  /** Told of what nobody expected; it is not lost, since the source is read again. */
  readonly report: (error: unknown) => void
}

/** Rows that are held back to be merged at most; more are handed out at once. */
const mergedMax = 5_000
/** Readings are pinned at whole seconds: before that, a provider that shows seconds has shown all of them. */
const pinStepMs = 1_000

/**
 * Reads every source once for all subscribers, and only while there are any.
 *
 * All sources are read at the same instant, so that what they give can be merged. The next instant comes the sooner, the
 * more was new; a source that fails or is limited sits out until it is due again.
 */
export class Hub {
  readonly #options: HubOptions
  readonly #feeds: ReadonlyMap<string, SourceFeed>
  readonly #subscribers = new Set<Subscriber>()
  readonly #aborts = new Set<AbortController>()
  /** Intervals are reckoned on it, so that none becomes longer when the clock is set back. */
  readonly #clock: SteadyClock
  #intervalMs: number
  #startedMs = Number.NEGATIVE_INFINITY
  #cancelRound: (() => void) | null = null
  #cancelBeat: (() => void) | null = null
  #inRound = false
  #batches = 0

  constructor(options: HubOptions) {
    this.#options = options
    this.#clock = new SteadyClock(options.now)
    this.#intervalMs = options.limits.intervalMinMs
    this.#feeds = new Map(
      options.reader.sources.map((source) => [source.key, new SourceFeed(source, options.limits)]),
    )
  }

  feed(sourceKey: string): SourceFeed {
    const feed = this.#feeds.get(sourceKey)
    if (!feed) throw new Error(`The tail has no source ${sourceKey}.`)
    return feed
  }

  /** Begins to hand to a subscriber, which is attached to its sources; at once what the last readings gave. */
  add(subscriber: Subscriber): void {
    if (this.#subscribers.size === 0) this.#scheduleBeat()
    for (const feed of this.#feeds.values()) {
      const isWanted = subscriber.modeOf(feed.source.key) !== undefined
      if (isWanted && !this.#isWanted(feed)) feed.beginAnew(this.#clock.now())
    }
    this.#subscribers.add(subscriber)
    this.#give(subscriber, this.#windowsFor(subscriber))
    this.hurry()
  }

  /** The last one to leave ends all readings: what they would give is nobody's. */
  remove(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber) || this.#subscribers.size > 0) return
    this.#cancelRound?.()
    this.#cancelBeat?.()
    this.#cancelRound = null
    for (const abort of this.#aborts) abort.abort()
    // What is kept of readings would be too old for whoever comes next.
    for (const feed of this.#feeds.values()) feed.forget()
    this.#intervalMs = this.#options.limits.intervalMinMs
  }

  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers
  }

  /** Number of the latest batch. */
  get batches(): number {
    return this.#batches
  }

  #countBatch(): number {
    this.#batches += 1
    return this.#batches
  }

  /** Somebody waits for a reading: the next comes as soon as the shortest interval allows. */
  hurry(): void {
    if (this.#inRound || this.#subscribers.size === 0) return
    this.#scheduleAfter(this.#options.limits.intervalMinMs)
  }

  /** Has the next round begin so long after the last one began, in place of the one that is scheduled. */
  #scheduleAfter(intervalMs: number): void {
    this.#cancelRound?.()
    const delayMs = Math.max(0, this.#startedMs + intervalMs - this.#clock.now())
    this.#cancelRound = this.#options.schedule(delayMs, () => {
      this.#cancelRound = null
      void this.#round()
    })
  }

  #scheduleBeat(): void {
    const { schedule, limits } = this.#options
    this.#cancelBeat = schedule(limits.heartbeatMs, () => {
      for (const subscriber of this.#subscribers) subscriber.beat()
      this.#scheduleBeat()
    })
  }

  /** What the last readings gave, for the sources where that reaches back far enough. */
  #windowsFor(subscriber: Subscriber): Batch {
    const number = this.#countBatch()
    const windows = [...this.#feeds.values()].flatMap((feed) => {
      const window = feed.window()
      const sinceMs = window && subscriber.needsSinceMs(feed, window.last.untilMs)
      const reaches = window && typeof sinceMs === 'number' && window.last.settledBeforeMs <= sinceMs
      return reaches ? [{ rows: window.rows, reading: { ...window.last, begunAt: number } }] : []
    })
    return {
      number,
      rows: inOrder(
        windows.flatMap(({ rows, reading }) => rows.map((row) => ({ row, reading, isNew: true }))),
      ),
      ends: windows.map(({ reading }) => ({ reading, whole: true })),
    }
  }

  /** One round, and when the next begins. Whatever goes wrong in it ends no subscription, nor the rounds. */
  async #round(): Promise<void> {
    const { limits, report } = this.#options
    this.#startedMs = this.#clock.now()
    this.#inRound = true
    const hand = new Hand((rows, ends) => {
      const number = this.#countBatch()
      for (const { reading } of [...rows, ...ends]) reading.begunAt ??= number
      for (const subscriber of [...this.#subscribers]) this.#give(subscriber, { number, rows, ends })
    })
    try {
      await this.#readDue(hand)
    } catch (error) {
      report(error)
    }
    this.#inRound = false
    hand.release()
    this.#adapt(hand.gaveNew)
    if (this.#subscribers.size === 0 || this.#cancelRound !== null) return
    const isWaitedFor = [...this.#subscribers].some((subscriber) => subscriber.isBehind)
    this.#scheduleAfter(isWaitedFor ? limits.intervalMinMs : this.#intervalMs)
  }

  /** Reads every source that is due. What they give is handed out together, but for stragglers. */
  async #readDue(hand: Hand): Promise<void> {
    const { now, schedule, limits, report } = this.#options
    const nowMs = now()
    const untilMs = nowMs - (nowMs % pinStepMs)
    const readings = this.#dueFeeds(untilMs).map((feed) => this.#read(feed, untilMs, hand).catch(report))
    let release = () => {}
    const waited = new Promise<void>((resolve) => {
      release = schedule(limits.mergeWaitMs, resolve)
    })
    await Promise.race([Promise.all(readings), waited])
    release()
  }

  /** Who cannot take a batch is offered all of it again with the next reading, and costs the others nothing. */
  #give(subscriber: Subscriber, batch: Batch): void {
    try {
      subscriber.take(batch)
    } catch (error) {
      this.#options.report(error)
      subscriber.offerAgain()
    }
  }

  #dueFeeds(untilMs: number): readonly SourceFeed[] {
    const nowMs = this.#clock.now()
    return [...this.#feeds.values()].filter((feed) => {
      // Behind an earlier pin only when the clock was set back: then what is read again is known by its marks.
      if (feed.reading || feed.dueAtMs > nowMs || feed.last?.untilMs === untilMs) return false
      return this.#isWanted(feed)
    })
  }

  /** Whether somebody has subscribed to a source. */
  #isWanted({ source }: SourceFeed): boolean {
    for (const subscriber of this.#subscribers) if (subscriber.modeOf(source.key) !== undefined) return true
    return false
  }

  #adapt(gaveNew: boolean): void {
    const { intervalMinMs, intervalMaxMs } = this.#options.limits
    this.#intervalMs = gaveNew
      ? Math.max(intervalMinMs, this.#intervalMs / 2)
      : Math.min(intervalMaxMs, this.#intervalMs * 1.5)
  }

  /** Reads one source for all who need it, from the earliest that one of them needs. */
  async #read(feed: SourceFeed, untilMs: number, hand: Hand): Promise<void> {
    const needed = [...this.#subscribers].flatMap((each) => each.needsSinceMs(feed, untilMs) ?? [])
    const sinceMs = Math.min(untilMs - feed.overlapMs, ...needed)
    const reading = feed.begin(sinceMs, untilMs)
    const rows: TailRow[] = []
    const failure = await this.#readPages(feed, reading, (page) => {
      rows.push(...page.filter(({ key }) => key.timeMs >= reading.settledBeforeMs))
      hand.add(page.map((row) => ({ row, reading, isNew: feed.isNew(row) })))
      feed.note(page)
    })
    if (feed.reading !== reading) return // all have left
    const nowMs = this.#clock.now()
    if (failure) feed.fail(failure, nowMs, this.#clock.fromUtc(failure.retryAfterMs ?? 0))
    else feed.succeed(rows, nowMs)
    hand.end(reading, failure === null)
  }

  async #readPages(
    feed: SourceFeed,
    reading: FeedReading,
    give: (page: readonly TailRow[]) => void,
  ): Promise<SourceFailure | null> {
    const { reader, report } = this.#options
    const abort = new AbortController()
    this.#aborts.add(abort)
    const bounds = boundPages(abort.signal, this.#options)
    try {
      const pages = readFeed(reader, feed, reading, bounds.termsOf)
      for (;;) {
        const { done, value } = await pages.next()
        if (abort.signal.aborted) return null
        if (done) return value
        give(value)
      }
    } catch (error) {
      if (abort.signal.aborted) return null
      if (isDeadline(error)) return sourceFailure('TIMEOUT')
      report(error)
      return sourceFailure('UNAVAILABLE')
    } finally {
      bounds.end()
      this.#aborts.delete(abort)
    }
  }
}

/** What a round has to hand out. It is held to be merged until `release`. */
class Hand {
  #isHolding = true
  gaveNew = false
  readonly #give: (rows: Batch['rows'], ends: Batch['ends']) => void
  #rows: HandedRow[] = []
  #ends: { readonly reading: FeedReading; readonly whole: boolean }[] = []

  constructor(give: (rows: Batch['rows'], ends: Batch['ends']) => void) {
    this.#give = give
  }

  add(rows: readonly HandedRow[]): void {
    this.#rows.push(...rows)
    if (!this.#isHolding || this.#rows.length >= mergedMax) this.flush()
  }

  end(reading: FeedReading, whole: boolean): void {
    this.#ends.push({ reading, whole })
    if (!this.#isHolding) this.flush()
  }

  /** Gives what was held, and all that comes from now on at once. */
  release(): void {
    this.#isHolding = false
    this.flush()
  }

  flush(): void {
    const rows = inOrder(this.#rows.filter(({ reading }) => !reading.isVoid))
    const ends = this.#ends.filter(({ reading }) => !reading.isVoid)
    this.#rows = []
    this.#ends = []
    if (rows.length === 0 && ends.length === 0) return
    this.gaveNew ||= rows.some(({ isNew }) => isNew)
    this.#give(rows, ends)
  }
}

/** In the order OLDEST_FIRST. */
function inOrder(rows: readonly HandedRow[]): readonly HandedRow[] {
  return rows.toSorted((a, b) => compareNewestFirst(b.row.key, a.row.key))
}
