/** The log of one simulated account: what happened, in no provider's form, and since when it can be read. */

import type { Json, JsonObject } from './exchange.js'

/** One audited event. Words (`action`, types) are the provider's own; the simulators only lay out the fields. */
export interface SimulatedEvent {
  readonly id: string
  /** When it happened, UTC milliseconds. */
  readonly timeMs: number
  /** Finer digits of the time, 0 to 999 microseconds. 0 when left out. */
  readonly micros?: number
  /** When readers can see it first, UTC milliseconds. `timeMs` when left out; later makes a late arrival. */
  readonly visibleFromMs?: number
  readonly action: string
  readonly actor: {
    readonly id: string | null
    readonly type?: string
    readonly name?: string | null
    readonly email?: string | null
  }
  readonly resource: { readonly type: string; readonly id: string | null; readonly name?: string | null }
  /** The other party, as `target_*` of Aitronos. */
  readonly counterparty?: { readonly id: string | null; readonly name: string | null }
  readonly departmentId?: string | null
  /** One pair for the whole event, as Aitronos has it. */
  readonly values?: { readonly before: Json; readonly after: Json }
  /** Per field; a side left out is missing from the wire, null is null. `null` as a whole: no detail is kept. */
  readonly changes?: readonly SimulatedChange[] | null
  /** Undefined: the field is missing from the wire. */
  readonly reasoning?: string | null
  readonly metadata?: JsonObject | null
  /** Laid over the wire record last: unknown fields, or wrong values on purpose. */
  readonly wireExtras?: JsonObject
}

export interface SimulatedChange {
  readonly field: string
  readonly before?: Json
  readonly after?: Json
}

export interface LogEntry {
  readonly event: SimulatedEvent
  /** UTC microseconds; below 2^53 until the year 2255. */
  readonly timeUs: number
  /** Rises by one with every event appended. */
  readonly sequence: number
  readonly visibleFromMs: number
}

/** A half-open span of UTC microseconds. */
export interface LogWindow {
  readonly fromUs: number
  readonly untilUs: number
}

/** A mutable list of events, kept in order of (time, order of appending). */
export class SimulatedLog {
  #entries: LogEntry[] = []
  readonly #byId = new Map<string, LogEntry>()
  #sequence = 0

  /** Events held, visible or not yet. */
  get size(): number {
    return this.#entries.length
  }

  /** Adds one event. Throws a RangeError when its id is taken. Cheap at the end, linear before it. */
  append(event: SimulatedEvent): void {
    const entry = this.#register(event)
    const last = this.#entries.at(-1)
    if (last === undefined || last.timeUs <= entry.timeUs) this.#entries.push(entry)
    else this.#entries.splice(this.#firstAtOrAfter(entry.timeUs + 1), 0, entry)
  }

  /** Adds many events at the price of one sort. Throws a RangeError when an id is taken. */
  appendAll(events: Iterable<SimulatedEvent>): void {
    for (const event of events) this.#entries.push(this.#register(event))
    this.#entries.sort((a, b) => a.timeUs - b.timeUs || a.sequence - b.sequence)
  }

  /** Takes an event away, as retention or erasure does. False when there is none of that id. */
  remove(id: string): boolean {
    const entry = this.#byId.get(id)
    if (entry === undefined) return false
    this.#byId.delete(id)
    const index = this.#entries.indexOf(entry, this.#firstAtOrAfter(entry.timeUs))
    this.#entries.splice(index, 1)
    return true
  }

  /** The entry of an id if it can be read at `nowMs`. */
  find(id: string, nowMs: number): LogEntry | undefined {
    const entry = this.#byId.get(id)
    return entry !== undefined && entry.visibleFromMs <= nowMs ? entry : undefined
  }

  /** Entries of a window that can be read at `nowMs` and match, oldest first. One pass over the window. */
  select(window: LogWindow, nowMs: number, matches?: (event: SimulatedEvent) => boolean): LogEntry[] {
    const start = this.#firstAtOrAfter(window.fromUs)
    const end = this.#firstAtOrAfter(window.untilUs)
    const selected: LogEntry[] = []
    for (let index = start; index < end; index += 1) {
      const entry = this.#entries[index]
      if (entry === undefined || entry.visibleFromMs > nowMs) continue
      if (matches === undefined || matches(entry.event)) selected.push(entry)
    }
    return selected
  }

  /** Every event that can be read at `nowMs`, oldest first: what a test compares a reading with. */
  visible(nowMs: number): readonly SimulatedEvent[] {
    return this.select({ fromUs: Number.NEGATIVE_INFINITY, untilUs: Number.POSITIVE_INFINITY }, nowMs).map(
      (entry) => entry.event,
    )
  }

  #register(event: SimulatedEvent): LogEntry {
    if (this.#byId.has(event.id)) throw new RangeError(`The log already holds an event ${event.id}.`)
    const entry: LogEntry = {
      event,
      timeUs: event.timeMs * 1_000 + (event.micros ?? 0),
      sequence: this.#sequence,
      visibleFromMs: event.visibleFromMs ?? event.timeMs,
    }
    this.#sequence += 1
    this.#byId.set(event.id, entry)
    return entry
  }

  /** Index of the first entry whose time is `timeUs` or later; the length when there is none. */
  #firstAtOrAfter(timeUs: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = this.#entries[middle]
      if (entry !== undefined && entry.timeUs < timeUs) low = middle + 1
      else high = middle
    }
    return low
  }
}
