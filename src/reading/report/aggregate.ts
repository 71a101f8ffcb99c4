import type { AuditEntry } from '../../model/entry.js'
import { type ActorCount, ActorLedger } from './actor-ledger.js'
import { type KeyCount, KeyCounter } from './key-counter.js'
import type { FigureAsk, ReportDimension, RowSubject, TimelineAsk } from './shapes.js'
import { keyOf, subjectOf, wordSubject } from './subjects.js'

/** What an aggregate counts: the part of a FigureAsk that one window needs. */
export type AggregateAsk = Pick<FigureAsk, 'dimensions' | 'timelines' | 'times'>

/** A value of a dimension with its count, and the keys under which a timeline has its cells. */
export interface TalliedValue extends Pick<KeyCount<unknown>, 'key' | 'count' | 'slack'> {
  readonly subject: RowSubject
  readonly cellKeys: readonly string[]
  /** What another aggregate would know it by. */
  readonly nodes: readonly string[]
}

interface Timeline {
  readonly ask: TimelineAsk
  readonly counts: number[]
  /** Entries by bucket and value of the split. */
  readonly cells: KeyCounter<null> | null
}

/** Counts that came without entries: by the totals of a provider. */
export interface Sums {
  readonly sourceKey: string
  readonly total: number
  /** By dimension, then by word. */
  readonly words: ReadonlyMap<ReportDimension, ReadonlyMap<string, number>>
  /** One list for every timeline that was asked for: entries by bucket. */
  readonly buckets: readonly (readonly number[])[]
}

/** Counts entries, one after another, in whatever order. Holds at most some `keysMax` values of each dimension. */
export class Aggregate {
  total = 0
  firstMs = Number.POSITIVE_INFINITY
  lastMs = Number.NEGATIVE_INFINITY
  readonly #words = new Map<ReportDimension, KeyCounter<RowSubject>>()
  readonly #actors: ActorLedger | null
  readonly #timelines: readonly Timeline[]

  constructor({ dimensions, timelines }: Omit<AggregateAsk, 'times'>, keysMax: number) {
    const asked = new Set([...dimensions, ...timelines.flatMap(({ splitBy }) => splitBy ?? [])])
    for (const dimension of asked) {
      if (dimension !== 'ACTOR') this.#words.set(dimension, new KeyCounter(keysMax))
    }
    this.#actors = asked.has('ACTOR') ? new ActorLedger(2 * keysMax) : null
    this.#timelines = timelines.map((ask) => ({
      ask,
      counts: ask.edgesMs.slice(1).map(() => 0),
      cells: ask.splitBy === null ? null : new KeyCounter(keysMax),
    }))
  }

  add(entry: AuditEntry): void {
    const { occurredAtMs } = entry
    this.total += 1
    this.firstMs = Math.min(this.firstMs, occurredAtMs)
    this.lastMs = Math.max(this.lastMs, occurredAtMs)
    for (const [dimension, counter] of this.#words) {
      counter.add(keyOf[dimension](entry), () => subjectOf(dimension, entry))
    }
    this.#actors?.add(entry)
    for (const { ask, counts, cells } of this.#timelines) {
      const bucket = bucketOf(ask.edgesMs, occurredAtMs)
      counts[bucket] = (counts[bucket] ?? 0) + 1
      if (ask.splitBy !== null) cells?.add(cellKey(bucket, keyOf[ask.splitBy](entry)), () => null)
    }
  }

  /** Adds counts of words: the dimensions asked for are SOURCE and those of `sums.words`. */
  addSums({ sourceKey, total, words, buckets }: Sums): void {
    this.total += total
    for (const [dimension, counter] of this.#words) {
      const counts = dimension === 'SOURCE' ? new Map([[sourceKey, total]]) : words.get(dimension)
      for (const [word, count] of counts ?? []) {
        if (count > 0) counter.add(word, () => wordSubject(dimension, word), count)
      }
    }
    for (const [index, { counts, cells }] of this.#timelines.entries()) {
      for (const [bucket, count] of (buckets[index] ?? []).entries()) {
        counts[bucket] = (counts[bucket] ?? 0) + count
        if (count > 0) cells?.add(cellKey(bucket, sourceKey), () => null, count)
      }
    }
  }

  /** Adds what another one has counted for the same ask, in which ACTOR is not. */
  merge(other: Aggregate): void {
    this.total += other.total
    this.firstMs = Math.min(this.firstMs, other.firstMs)
    this.lastMs = Math.max(this.lastMs, other.lastMs)
    for (const [dimension, counter] of this.#words) {
      const counted = other.#words.get(dimension)
      if (counted) counter.merge(counted)
    }
    for (const [index, { counts, cells }] of this.#timelines.entries()) {
      const counted = other.#timelines[index]
      for (const [bucket, count] of (counted?.counts ?? []).entries()) {
        counts[bucket] = (counts[bucket] ?? 0) + count
      }
      if (cells && counted?.cells) cells.merge(counted.cells)
    }
  }

  /** The values of a dimension that was asked for that are held. Sorts them: call it once. */
  valuesOf(dimension: ReportDimension): readonly TalliedValue[] {
    if (dimension === 'ACTOR') return this.#actors?.sorted().map(actorValue) ?? []
    const values = this.#words.get(dimension)?.sorted() ?? []
    return values.map(({ about, ...value }) => ({
      ...value,
      subject: about,
      cellKeys: [value.key],
      nodes: [value.key],
    }))
  }

  /** The most entries that a value of a dimension can have which is not held. 0: none was ever dropped. */
  droppedMaxOf(dimension: ReportDimension): number {
    if (dimension === 'ACTOR') return this.#actors?.missedMax ?? 0
    return this.#words.get(dimension)?.droppedMax ?? 0
  }

  /** Whether a value of another aggregate was seen here; of an actor, any of its identities or addresses. */
  knows(dimension: ReportDimension, value: TalliedValue): boolean {
    const counter = this.#words.get(dimension)
    return value.nodes.some((node) =>
      dimension === 'ACTOR' ? this.#actors?.knows(node) : counter?.has(node),
    )
  }

  /** Entries of a bucket of a timeline that was asked for. */
  bucketCount(timeline: number, bucket: number): number {
    return this.#timelines[timeline]?.counts[bucket] ?? 0
  }

  /** Entries of a bucket that have a value of the split. */
  cellCount(
    timeline: number,
    bucket: number,
    { cellKeys }: TalliedValue,
  ): Pick<KeyCount<unknown>, 'count' | 'slack'> {
    const cells = this.#timelines[timeline]?.cells
    const found = cellKeys.map((key) => cells?.get(cellKey(bucket, key)) ?? { count: 0, slack: 0 })
    return {
      count: found.reduce((sum, { count }) => sum + count, 0),
      slack: found.reduce((sum, { slack }) => sum + slack, 0),
    }
  }
}

function actorValue({ key, count, slack, identities, identityKeys, nodes }: ActorCount): TalliedValue {
  return { key, count, slack, subject: { kind: 'actor', identities }, cellKeys: identityKeys, nodes }
}

function cellKey(bucket: number, key: string): string {
  return `${bucket} ${key}`
}

/** The bucket of a time that lies between the first and the last edge. */
function bucketOf(edgesMs: readonly number[], timeMs: number): number {
  let [low, high] = [0, edgesMs.length - 1]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (timeMs < (edgesMs[middle] ?? Number.POSITIVE_INFINITY)) high = middle
    else low = middle
  }
  return low
}
