import { compareText } from '../../model/order.js'

/** How often a key came: at least `count`, at most `count + slack` times. */
export interface KeyCount<About> {
  readonly key: string
  readonly about: About
  readonly count: number
  readonly slack: number
}

interface Held<About> {
  readonly about: About
  count: number
  slack: number
}

/**
 * Counts keys exactly while there are at most `keysMax`, then keeps the most frequent half and goes on: the idea of
 * Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient computation of frequent and top-k elements in data streams",
 * 2005), dropping many keys at once. A key that comes after some were dropped may be one of them, so as many as a
 * dropped key can have had are its slack. Every count is between `count` and `count + slack`; one that was never
 * dropped has no slack and is exact.
 */
export class KeyCounter<About> {
  readonly #keysMax: number
  readonly #held = new Map<string, Held<About>>()
  #droppedMax = 0

  /** `keysMax`: 2 or more. */
  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  /** The most that a key can have that is not held. 0: none was ever dropped. */
  get droppedMax(): number {
    return this.#droppedMax
  }

  get size(): number {
    return this.#held.size
  }

  /** Counts a key. `aboutOf` is asked when the key is not held yet. */
  add(key: string, aboutOf: () => About, count = 1, slack = 0): void {
    const held = this.#held.get(key)
    if (held) {
      held.count += count
      held.slack += slack
      return
    }
    this.#held.set(key, { about: aboutOf(), count, slack: slack + this.#droppedMax })
    if (this.#held.size > this.#keysMax) this.#drop()
  }

  has(key: string): boolean {
    return this.#held.has(key)
  }

  get(key: string): Pick<KeyCount<About>, 'count' | 'slack'> {
    return this.#held.get(key) ?? { count: 0, slack: this.#droppedMax }
  }

  /** All that are held, the most frequent first, then by key. */
  sorted(): readonly KeyCount<About>[] {
    return [...this.#held]
      .map(([key, { about, count, slack }]) => ({ key, about, count, slack }))
      .sort((a, b) => b.count - a.count || compareText(a.key, b.key))
  }

  /** Adds what another counter has counted of other entries. */
  merge(other: KeyCounter<About>): void {
    for (const { key, about, count, slack } of other.sorted()) this.add(key, () => about, count, slack)
    for (const [key, held] of this.#held) if (!other.has(key)) held.slack += other.droppedMax
    this.#droppedMax += other.droppedMax
  }

  #drop(): void {
    const byMost = [...this.#held].sort(([, a], [, b]) => b.count + b.slack - (a.count + a.slack))
    for (const [key, { count, slack }] of byMost.slice(Math.floor(this.#keysMax / 2))) {
      this.#held.delete(key)
      this.#droppedMax = Math.max(this.#droppedMax, count + slack)
    }
  }
}
