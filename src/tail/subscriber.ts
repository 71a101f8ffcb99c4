import type { AuditEntry } from '../model/entry.js'
import type { EntryFilter } from '../model/filter.js'
import { conditionOf, testOf } from '../model/filter-condition.js'
import type { SourceCoverage } from '../reading/page.js'
import type { ResumeReason, TailEvent } from './event.js'
import type { TailLimits } from './limits.js'
import type { Moment, Progress, TailRow } from './progress.js'
import { SealedEvent } from './sealed-event.js'
import type { FeedReading, SourceFeed } from './source-feed.js'

/** A row of a reading on its way to the subscribers. */
export interface HandedRow {
  readonly row: TailRow
  readonly reading: FeedReading
  readonly isNew: boolean
}

/** What is handed to every subscriber at once: rows in the order OLDEST_FIRST, then readings that came to an end. */
export interface Batch {
  /** Rises from batch to batch. */
  readonly number: number
  readonly rows: readonly HandedRow[]
  readonly ends: readonly { readonly reading: FeedReading; readonly whole: boolean }[]
}

/**
 * How a source is read for one subscriber.
 * `begin`: what the next whole reading gives was there before the subscription began.
 * `all`: it may lack anything behind its floor, so it is offered all that is read.
 * `live`: it has had everything so far, so it is offered what is new.
 * `away`: it is read up by itself.
 */
export type Mode = 'begin' | 'all' | 'live' | 'away'

interface Attachment {
  readonly feed: SourceFeed
  mode: Mode
  /** Number of the latest batch when it began: a reading of which a part was handed before is of no use. */
  joinedAt: number
  /** The reading that was handed last, and whether it is of use. */
  current: FeedReading | null
  takesPart: boolean
  /** In mode `begin`: the matching rows of the current reading. */
  held: TailRow[]
}

/** One subscription: what it has had, and the events that wait for its client. */
export class Subscriber implements AsyncIterableIterator<TailEvent> {
  readonly filter: EntryFilter
  readonly progress: Progress
  readonly #beganMs: number
  readonly #encode: (moment: Moment) => string
  readonly #limits: TailLimits
  readonly #now: () => number
  readonly #leave: (subscriber: Subscriber) => void
  readonly #matches: (entry: AuditEntry) => boolean
  readonly #attachments = new Map<string, Attachment>()
  readonly #told = new Map<string, string>()
  readonly #queue: TailEvent[] = []
  readonly #pulls: ((result: IteratorResult<TailEvent, undefined>) => void)[] = []
  readonly #waitingForRoom: (() => void)[] = []
  readonly #waitingToOpen: (() => void)[] = []
  readonly #left = new AbortController()
  /** The event of changed sources that was told last, but for the first; it may be waiting. */
  #changes: TailEvent | null = null
  #batch: number
  #fullSinceMs: number | null = null
  #isQuiet = true
  #ended = false
  #finished = false

  constructor(parts: {
    readonly filter: EntryFilter
    readonly progress: Progress
    readonly beganMs: number
    /** Number of the latest batch, which it does not get. */
    readonly batch: number
    readonly encode: (moment: Moment) => string
    readonly limits: TailLimits
    readonly now: () => number
    /** Called once, when nothing more is to be handed to it; again when its client has taken all. */
    readonly leave: (subscriber: Subscriber) => void
  }) {
    this.filter = parts.filter
    this.progress = parts.progress
    this.#beganMs = parts.beganMs
    this.#batch = parts.batch
    this.#encode = parts.encode
    this.#limits = parts.limits
    this.#now = parts.now
    this.#leave = parts.leave
    this.#matches = testOf(conditionOf(parts.filter))
  }

  /** Aborts when the subscription is over. */
  get left(): AbortSignal {
    return this.#left.signal
  }

  /** Whether it waits for a reading of a source that is well. */
  get isBehind(): boolean {
    return [...this.#attachments.values()].some(
      ({ mode, feed }) => (mode === 'begin' || mode === 'all') && feed.failure === null,
    )
  }

  /** Whether it takes no more. */
  get ended(): boolean {
    return this.#ended
  }

  /** Whether its client has taken all, or is gone. */
  get finished(): boolean {
    return this.#finished
  }

  attach(feed: SourceFeed, mode: Mode): void {
    const joinedAt = this.#batch
    this.#attachments.set(feed.source.key, {
      feed,
      mode,
      joinedAt,
      current: null,
      takesPart: false,
      held: [],
    })
  }

  /** Has a source that was read up by itself read with the others from now on. */
  join(sourceKey: string): void {
    const attachment = this.#attachments.get(sourceKey)
    if (!attachment) return
    attachment.mode = 'all'
    attachment.joinedAt = this.#batch
  }

  /** Has everything behind the floors offered once more: a batch was not taken as a whole. */
  offerAgain(): void {
    for (const attachment of this.#attachments.values()) {
      if (attachment.mode === 'live') attachment.mode = 'all'
      attachment.joinedAt = this.#batch
      attachment.current = null
      attachment.takesPart = false
      attachment.held = []
    }
  }

  modeOf(sourceKey: string): Mode | undefined {
    return this.#attachments.get(sourceKey)?.mode
  }

  /** From where the next reading of a source has to begin for this subscriber; undefined when it does not matter. */
  needsSinceMs(feed: SourceFeed, untilMs: number): number | undefined {
    const mode = this.modeOf(feed.source.key)
    if (mode === undefined || mode === 'away') return undefined
    if (mode === 'begin') return Math.min(untilMs - feed.overlapMs, this.#beganMs)
    return this.progress.floorOf(feed.source.key).timeMs
  }

  take({ number, rows, ends }: Batch): void {
    this.#batch = number
    if (this.#isSlow()) this.end('SLOW_CONSUMER')
    if (this.#ended) return
    const matching: HandedRow[] = []
    for (const handed of rows) {
      const attachment = this.#partIn(handed.reading)
      if (!attachment || (attachment.mode === 'live' && !handed.isNew) || !this.#matches(handed.row.entry))
        continue
      if (attachment.mode === 'begin') attachment.held.push(handed.row)
      else matching.push(handed)
    }
    const ended = ends.flatMap(({ reading, whole }) => {
      const attachment = this.#partIn(reading)
      return attachment ? [{ attachment, reading, whole }] : []
    })
    for (const { attachment, reading, whole } of ended) if (whole) this.#begin(attachment, reading)
    // Its cursor shall know what was there when the subscription began, and nothing that comes behind it.
    this.#tellChanges()
    for (const { row, reading } of matching) this.offer(row, reading.settledBeforeMs)
    for (const { attachment, reading, whole } of ended) this.#endReading(attachment, reading, whole)
  }

  /** Takes one matching row. See `Progress.offer` for what must have been offered before. */
  offer(row: TailRow, settledBeforeMs: number): void {
    const room = this.#queue.length < this.#limits.bufferedMax
    const verdict = this.progress.offer(row, settledBeforeMs, room && this.#isOpen)
    if (verdict === 'wait' && !room) this.#fullSinceMs ??= this.#now()
    if (typeof verdict === 'object') this.#push({ kind: 'ENTRY', entry: row.entry, late: verdict.late })
  }

  /**
   * Tells the client what it may lack behind the floor of a source, where nothing is offered any more: a source that was
   * read up there as one that has an order may show further on that it has none.
   */
  miss(row: SourceCoverage): void {
    const floorMs = this.progress.floorOf(row.sourceKey).timeMs
    const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = floorMs } = row.gap ?? {}
    if (sinceMs >= floorMs) return
    const gap = { ...row.gap, untilMs: Math.min(untilMs, floorMs) }
    this.#push({ kind: 'COVERAGE', coverage: [{ ...row, gap, resumeCursor: null }] })
  }

  /** Tells the client that nothing has happened, unless something was told since the last call. */
  beat(): void {
    if (this.#isQuiet && this.#isOpen && this.#queue.length === 0) this.#push({ kind: 'HEARTBEAT' })
    this.#isQuiet = true
  }

  /** Ends the subscription behind what waits for its client. */
  end(reason: ResumeReason): void {
    if (this.#ended) return
    this.#push({ kind: 'RESUME', reason })
    this.#stop()
    this.#giveDone()
  }

  /** Whether half of the buffer is free. */
  get hasRoom(): boolean {
    return this.#queue.length <= this.#limits.bufferedMax / 2
  }

  /** Resolves when half of the buffer is free, or the subscription is over, as it soon is for a client that takes nothing. */
  async room(): Promise<void> {
    if (this.#ended || this.hasRoom) return
    this.#fullSinceMs ??= this.#now()
    await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve))
  }

  /** Resolves when the first event was told, behind which others can come, or the subscription is over. */
  async opened(): Promise<void> {
    if (this.#ended || this.#isOpen) return
    await new Promise<void>((resolve) => this.#waitingToOpen.push(resolve))
  }

  next(): Promise<IteratorResult<TailEvent, undefined>> {
    const event = this.#queue.shift()
    if (this.hasRoom) {
      this.#fullSinceMs = null
      for (const resolve of this.#waitingForRoom.splice(0)) resolve()
    } else if (this.#waitingForRoom.length > 0) {
      // What is read up for it waits meanwhile: however slowly it takes what is there, it takes it.
      this.#fullSinceMs = this.#now()
    }
    if (event) return Promise.resolve({ done: false, value: event })
    if (this.#ended) {
      this.#finish()
      return Promise.resolve({ done: true, value: undefined })
    }
    return new Promise((resolve) => this.#pulls.push(resolve))
  }

  return(): Promise<IteratorResult<TailEvent, undefined>> {
    this.#queue.length = 0
    if (!this.#ended) this.#stop()
    this.#finish()
    this.#giveDone()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /**
   * The attachment that a reading is for; undefined when it is of no use to this subscriber, since a part of it was handed
   * before it joined, or since it begins behind its floor. What such a reading gives is not new when the next gives it.
   */
  #partIn(reading: FeedReading): Attachment | undefined {
    const attachment = this.#attachments.get(reading.sourceKey)
    if (!attachment || attachment.mode === 'away') return undefined
    if (attachment.current !== reading) {
      const { timeMs } = this.progress.floorOf(reading.sourceKey)
      const isWhole = reading.sinceMs <= timeMs
      attachment.current = reading
      attachment.takesPart = isWhole && (reading.begunAt ?? 0) > attachment.joinedAt
      attachment.held = []
      if (!attachment.takesPart && attachment.mode === 'live') attachment.mode = 'all'
      if (attachment.takesPart && attachment.mode === 'all') this.progress.offerAgain(reading.sourceKey)
    }
    return attachment.takesPart ? attachment : undefined
  }

  /** Takes what the first whole reading of a source gave from before the subscription for what was there. */
  #begin(attachment: Attachment, reading: FeedReading): void {
    if (attachment.mode !== 'begin') return
    const { sourceKey, settledBeforeMs } = reading
    const max = Math.floor(this.#limits.marksMax / 2 / this.#attachments.size)
    const older = attachment.held.filter(({ key }) => key.timeMs < this.#beganMs)
    const sinceMs = Math.max(reading.sinceMs, Math.min(settledBeforeMs, this.#beganMs))
    this.progress.begin(sourceKey, older, sinceMs, max)
    attachment.held = attachment.held.slice(older.length)
    attachment.mode = 'live'
  }

  #endReading(attachment: Attachment, { sourceKey, settledBeforeMs }: FeedReading, whole: boolean): void {
    if (whole) {
      for (const row of attachment.held) this.offer(row, settledBeforeMs)
      this.progress.settle(sourceKey, settledBeforeMs)
      attachment.mode = 'live'
    }
    attachment.held = []
    if (attachment.mode === 'live' && this.progress.isWaiting(sourceKey)) attachment.mode = 'all'
  }

  #isSlow(): boolean {
    if (this.#fullSinceMs === null) return false
    const nowMs = this.#now()
    // A clock may be set back.
    this.#fullSinceMs = Math.min(this.#fullSinceMs, nowMs)
    return nowMs - this.#fullSinceMs >= this.#limits.slowAfterMs
  }

  /** Whether the first event was told, which has all sources: nothing else comes before it. */
  get #isOpen(): boolean {
    return this.#told.size > 0
  }

  /** Whether it is known of a source how it fares and, if it is well, what was there when the subscription began. */
  #isKnown({ feed, mode }: Attachment): boolean {
    return feed.isKnown && (mode !== 'begin' || feed.failure !== null)
  }

  /**
   * Tells which sources are in trouble or well again, for the first time when that is known of all. Behind the first event
   * of this kind at most one waits: a source that comes and goes must not fill the queue of a client that takes nothing, and
   * its last state is what counts.
   */
  #tellChanges(): void {
    const isFirst = !this.#isOpen
    if (isFirst && ![...this.#attachments.values()].every((each) => this.#isKnown(each))) return
    const changed = [...this.#attachments.values()].filter(({ feed }) => {
      const state = feed.failure?.kind ?? 'COMPLETE'
      if (this.#told.get(feed.source.key) === state) return false
      this.#told.set(feed.source.key, state)
      return true
    })
    if (changed.length === 0) return
    const waitingAt = this.#changes ? this.#queue.indexOf(this.#changes) : -1
    const waiting = waitingAt < 0 ? [] : this.#queue.splice(waitingAt, 1)
    const keys = new Set(waiting.flatMap(({ coverage }) => coverage.map(({ sourceKey }) => sourceKey)))
    for (const { feed } of changed) keys.add(feed.source.key)
    const told = [...this.#attachments.values()].filter(({ feed }) => keys.has(feed.source.key))
    const event = this.#push({ kind: 'COVERAGE', coverage: told.map((each) => this.#coverageOf(each)) })
    if (!isFirst) this.#changes = event
    for (const resolve of this.#waitingToOpen.splice(0)) resolve()
  }

  #coverageOf({ feed, mode }: Attachment): SourceCoverage {
    const { failure, last, requests, scanned } = feed
    const sourceKey = feed.source.key
    const floorMs = this.progress.floorOf(sourceKey).timeMs
    const isBehind = failure !== null || mode === 'away' || mode === 'all'
    const untilMs = isBehind ? Math.max(floorMs, this.#beganMs) : (last?.untilMs ?? floorMs)
    return {
      sourceKey,
      state: failure ? 'FAILED' : 'COMPLETE',
      searchedSinceMs: Math.min(this.#beganMs, untilMs),
      searchedUntilMs: untilMs,
      gap: failure ? { sinceMs: floorMs, untilMs: Math.max(this.#now(), floorMs) } : null,
      resumeCursor: null,
      requests,
      scanned,
      matched: feed.window()?.rows.filter(({ entry }) => this.#matches(entry)).length ?? 0,
      error: failure,
      notices: [],
    }
  }

  #push(parts: Partial<Omit<TailEvent, 'cursor' | 'settledUntilMs'>> & Pick<TailEvent, 'kind'>): TailEvent {
    const event = new SealedEvent(parts, this.progress.moment(), this.progress.settledUntilMs(), this.#encode)
    this.#isQuiet = false
    const pull = this.#pulls.shift()
    if (pull) pull({ done: false, value: event })
    else this.#queue.push(event)
    return event
  }

  #stop(): void {
    this.#ended = true
    this.#attachments.clear()
    this.#left.abort()
    for (const resolve of [...this.#waitingForRoom.splice(0), ...this.#waitingToOpen.splice(0)]) resolve()
    this.#leave(this)
  }

  #finish(): void {
    if (this.#finished) return
    this.#finished = true
    this.#leave(this)
  }

  #giveDone(): void {
    const pulls = this.#pulls.splice(0)
    if (pulls.length === 0) return
    this.#finish()
    for (const pull of pulls) pull({ done: true, value: undefined })
  }
}
