import { openSources } from '../reading/open-reading.js'
import type { InputProblem, ReadableSource } from '../reading/page.js'
import type { CursorSeal } from '../reading/sealed-cursor.js'
import { catchUp, isFarBehind } from './catch-up.js'
import type { Tail, TailEvent, TailFull, TailRequest } from './event.js'
import { Hub, type HubOptions } from './hub.js'
import { defaultTailLimits, type TailLimits } from './limits.js'
import { type Moment, Progress } from './progress.js'
import { Subscriber } from './subscriber.js'
import { createTailCursors, type TailCursors } from './tail-cursor.js'
import { createTurns } from './turns.js'

export interface TailOptions extends Omit<HubOptions, 'limits'> {
  /** Of the same secrets as the reader's: cursors work on every replica that has them. */
  readonly seal: CursorSeal
  readonly limits?: Partial<TailLimits>
}

/** Makes the live tail over a reader: docs/tail.md. Nothing is read while nobody has subscribed. */
export function createTail(options: TailOptions): Tail {
  const limits: TailLimits = { ...defaultTailLimits, ...options.limits }
  const { reader, now, schedule, report } = options
  const hub = new Hub({ ...options, limits })
  const turns = createTurns(limits.catchingUpMax)
  const open = new Set<Subscriber>()
  const waiting: (() => void)[] = []
  let isClosing = false

  function leave(subscriber: Subscriber): void {
    hub.remove(subscriber)
    if (!subscriber.finished) return
    open.delete(subscriber)
    if (open.size === 0) for (const resolve of waiting.splice(0)) resolve()
  }

  function subscribe(request: TailRequest): AsyncIterableIterator<TailEvent> | InputProblem | TailFull {
    const sources = openSources(request, reader.sources)
    if ('kind' in sources) return sources
    const sourceKeys = sources.map(({ key }) => key)
    const cursors = createTailCursors(
      options.seal,
      { filter: request.filter, sources },
      limits.cursorLifetimeMs,
    )
    const nowMs = now()
    const moment = openMoment(request, sources, cursors, nowMs)
    if ('kind' in moment) return moment
    if (open.size >= limits.subscribersMax) return { kind: 'tailFull', subscribersMax: limits.subscribersMax }

    const isResumed = request.after !== undefined
    const floorsMs = [...moment.sources.values()].map(({ floor }) => floor.timeMs)
    const subscriber = new Subscriber({
      filter: request.filter,
      progress: new Progress(moment, limits.marksMax),
      beganMs: Math.min(...floorsMs),
      batch: hub.batches,
      encode: (each) => cursors.encode(each),
      limits,
      now,
      leave,
    })
    open.add(subscriber)
    if (request.signal.aborted) void subscriber.return()
    else request.signal.addEventListener('abort', () => void subscriber.return(), { once: true })
    const feeds = sourceKeys.map((key) => hub.feed(key))
    const behind = feeds.filter((feed) => {
      const floorMs = subscriber.progress.floorOf(feed.source.key).timeMs
      return isResumed && isFarBehind(floorMs, feed, nowMs, limits)
    })
    for (const feed of feeds) {
      subscriber.attach(feed, behind.includes(feed) ? 'away' : isResumed ? 'all' : 'begin')
    }
    if (isClosing) subscriber.end('SHUTTING_DOWN')
    if (subscriber.ended) return subscriber
    hub.add(subscriber)
    if (behind.length > 0) {
      catchUp(subscriber, behind, { hub, reader, limits, now, schedule, turns }).catch((error) => {
        report(error)
        // The hub reads up for it what is left.
        for (const feed of behind) subscriber.join(feed.source.key)
      })
    }
    return subscriber
  }

  return {
    subscribe,
    async close(graceMs) {
      isClosing = true
      for (const subscriber of [...open]) subscriber.end('SHUTTING_DOWN')
      if (open.size === 0) return
      await new Promise<void>((resolve) => {
        const cancel = schedule(graceMs, resolve)
        waiting.push(() => {
          cancel()
          resolve()
        })
      })
      for (const subscriber of [...open]) void subscriber.return()
    },
  }
}

/** Where a subscription begins: at what its cursor says, else now. */
function openMoment(
  { after }: TailRequest,
  sources: readonly ReadableSource[],
  cursors: TailCursors,
  nowMs: number,
): Moment | InputProblem {
  if (after === undefined) {
    const start = { floor: { timeMs: nowMs, id: null }, marks: [], count: 0 }
    return { high: null, sources: new Map(sources.map(({ key }) => [key, start])) }
  }
  const opened = cursors.decode(after, nowMs)
  if ('moment' in opened) return opened.moment
  return { kind: 'inputProblem', path: ['after'], message: `The cursor in \`after\` ${opened.problem}.` }
}
