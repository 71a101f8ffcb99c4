import type { Capabilities } from '../../model/capabilities.js'
import { type SourceFailure, sourceFailure } from '../../model/failure.js'
import type { PageAsk, UpstreamPage, UpstreamRow } from '../../model/provider.js'
import type { ReadableSource } from '../../reading/page.js'
import { hashText, mix } from '../random.js'
import type { Behaviour, EventScript, SourceScript } from './script.js'

/** How far back providers with a longest window are read; before every event of a script. */
const historyFloorMs = Date.UTC(2025, 0, 1)

/** A clock that only moves when something is done. */
export interface VirtualClock {
  nowMs: number
}

/** What became of the requests to one source. */
export interface VirtualSource extends ReadableSource {
  readonly requests: () => number
  /** How many pages have shown, each by itself, that there is no order. Until then nobody need tell. */
  readonly disorderedPages: () => number
  /** Whether pages have shown it, one or two that contradict each other. Until then nobody can tell. */
  readonly contradicted: () => boolean
}

/**
 * An invented provider on a virtual network: it answers from its script at the virtual now, and every answer takes
 * virtual time, so that writes, late arrivals and deletions fall between requests. Not one byte is serialized.
 */
export function createVirtualSource(script: SourceScript, clock: VirtualClock): VirtualSource {
  const { behaviour } = script
  const rows = new Map(script.events.map((event) => [event, rowOf(event)]))
  const hashes = new Map(script.events.map((event) => [event, hashText(event.id)]))
  const hashOf = (event: EventScript) => hashes.get(event) ?? 0
  const sorted =
    behaviour.order === 'unsorted'
      ? script.events.toSorted((a, b) => hashOf(a) - hashOf(b))
      : script.events.toSorted(comparator(behaviour))
  const usedCursors = new Set<string>()
  const givenAtMs = new Map<string, number>()
  let requests = 0
  let disorderedPages = 0
  let [risen, fallen] = [false, false]
  return {
    key: script.key,
    capabilities: capabilitiesOf(behaviour),
    settleMs: 0,
    requests: () => requests,
    disorderedPages: () => disorderedPages,
    contradicted: () => risen && fallen,
    fetchPage(ask) {
      const number = requests
      requests += 1
      clock.nowMs += behaviour.latencyMs
      const fault = script.faults.find(({ request }) => request === number)
      if (fault) return Promise.resolve(sourceFailure(fault.kind))
      return Promise.resolve(answer(ask, number))
    },
  }

  function answer(ask: PageAsk, number: number): UpstreamPage | SourceFailure {
    if (ask.upstreamCursor !== undefined && behaviour.cursorsOnce) {
      if (usedCursors.has(ask.upstreamCursor)) return sourceFailure('INVALID_REQUEST')
      usedCursors.add(ask.upstreamCursor)
    }
    const ageMs = clock.nowMs - (givenAtMs.get(ask.upstreamCursor ?? '') ?? clock.nowMs)
    if (ageMs > (behaviour.cursorLifeMs ?? ageMs)) return sourceFailure('INVALID_REQUEST')
    if (exceedsWindow(ask, behaviour)) return sourceFailure('INVALID_REQUEST')
    if ((ask.offset ?? 0) > (behaviour.offsetMax ?? Infinity)) return sourceFailure('INVALID_REQUEST')
    const list = listOf(ask, number).slice(0, behaviour.listMax ?? undefined)
    const given = Math.min(ask.limit, behaviour.pageSizeGiven)
    const start = startOf(ask, list)
    if (behaviour.emptyPageEvery > 0 && number % behaviour.emptyPageEvery === 1 && start < list.length) {
      return { rows: [], more: true, upstreamCursor: give(cursorAfter(list[start - 1], start, number)) }
    }
    const page = list.slice(start, start + given)
    const shown = directionsOf(page)
    if (shown.rises && shown.falls) disorderedPages += 1
    // The step from the page before is seen too, by who goes on from there.
    const joint = directionsOf(list.slice(Math.max(0, start - 1), start + 1))
    risen ||= shown.rises || joint.rises
    fallen ||= shown.falls || joint.falls
    const reach = start + (behaviour.forgetsClamp ? ask.limit : page.length)
    const goesOn = behaviour.promisesMore ? page.length > 0 : reach < list.length
    const denied = behaviour.deniesMore !== 'never' && page.length >= ask.limit
    const leads = goesOn && !(denied && behaviour.deniesMore === 'withoutCursor')
    const last = page.at(-1)
    return {
      rows: page.map((event) => rows.get(event) ?? rowOf(event)),
      more: goesOn && !denied,
      ...(behaviour.totals && { total: list.length }),
      ...(behaviour.paging === 'cursor' &&
        leads && { upstreamCursor: give(cursorAfter(last, start + page.length, number)) }),
    }
  }

  function give(cursor: string): string {
    givenAtMs.set(cursor, clock.nowMs)
    return cursor
  }

  /** Everything that the request pages over, in the provider's order at this moment. */
  function listOf(ask: PageAsk, number: number): readonly EventScript[] {
    const now = clock.nowMs
    const inWindow = windowTest(ask, behaviour)
    const actions = ask.pushdown.actions
    const list = sorted.filter(
      (event) =>
        event.fromMs <= now &&
        (event.untilMs === null || event.untilMs > now) &&
        inWindow(event.timeMs) &&
        (actions === undefined || actions.includes(event.action)),
    )
    return behaviour.ties === 'random' && behaviour.order !== 'unsorted' ? shuffleTies(list, number) : list
  }

  /** Entries of one time in another order at every request. */
  function shuffleTies(list: readonly EventScript[], number: number): readonly EventScript[] {
    const shuffled = list.slice()
    for (let from = 0, to = 1; to <= list.length; to += 1) {
      if (list[to]?.timeMs === list[from]?.timeMs && to < list.length) continue
      if (to - from > 1) {
        const keyed = list.slice(from, to).map((event) => ({ event, key: mix(hashOf(event), number) }))
        keyed.sort((a, b) => a.key - b.key)
        shuffled.splice(from, keyed.length, ...keyed.map(({ event }) => event))
      }
      from = to
    }
    return shuffled
  }

  function startOf(ask: PageAsk, list: readonly EventScript[]): number {
    if (ask.upstreamCursor === undefined) return ask.offset ?? 0
    const [position = '', timeMs = '', ...id] = ask.upstreamCursor.split(':').slice(1)
    if (behaviour.cursors === 'positional' || behaviour.order === 'unsorted') return Number(position)
    if (id.join(':') === '') return 0
    const anchor = { id: id.join(':'), timeMs: Number(timeMs) }
    const compare = comparator(behaviour)
    const index = list.findIndex((event) => compare(event, anchor) > 0)
    return index < 0 ? list.length : index
  }
}

function directionsOf(page: readonly EventScript[]) {
  return {
    rises: page.some(({ timeMs }, index) => timeMs > (page[index - 1]?.timeMs ?? timeMs)),
    falls: page.some(({ timeMs }, index) => timeMs < (page[index - 1]?.timeMs ?? timeMs)),
  }
}

function cursorAfter(last: EventScript | undefined, position: number, number: number): string {
  return `${number}:${position}:${last?.timeMs ?? 0}:${last?.id ?? ''}`
}

/** One entry in twenty is taken in late, by up to an hour. */
function takenInAfterMs(id: string): number {
  const hash = hashText(id, 7)
  return hash % 20 === 0 ? (hash >>> 8) % 3_600_000 : 0
}

/** Providers with a longest window refuse a longer one; what the adapter adds on both sides is allowed for. */
function exceedsWindow(ask: PageAsk, { windowMaxMs, boundStepMs }: Behaviour): boolean {
  if (windowMaxMs === null) return false
  if (ask.sinceMs === undefined || ask.untilMs === undefined) return true
  return ask.untilMs - ask.sinceMs > windowMaxMs + 3 * boundStepMs
}

/** Keyset cursors need ties that stay put, so random ties come with positional cursors only. */
function comparator({ order, ties }: Behaviour) {
  const sign = order === 'oldestFirst' ? 1 : -1
  type Placed = Pick<EventScript, 'id' | 'timeMs'>
  const placeOf = ({ id, timeMs }: Placed) => timeMs + (order === 'nearly' ? takenInAfterMs(id) : 0)
  return (a: Placed, b: Placed): number => {
    const difference = placeOf(a) - placeOf(b)
    if (difference !== 0) return sign * difference
    const byId = a.id < b.id ? -1 : a.id > b.id ? 1 : 0
    return ties === 'byIdDescending' ? -byId : byId
  }
}

/** Bounds as the provider takes them: the adapter has widened them, the provider cuts and compares in its own way. */
function windowTest(ask: PageAsk, behaviour: Behaviour): (timeMs: number) => boolean {
  const { boundStepMs, sinceInclusive, untilInclusive } = behaviour
  const cut = (timeMs: number) => Math.floor(timeMs / boundStepMs) * boundStepMs
  const since = ask.sinceMs === undefined ? null : cut(ask.sinceMs - boundStepMs)
  const until = ask.untilMs === undefined ? null : cut(ask.untilMs + 2 * boundStepMs - 1)
  return (timeMs) =>
    (since === null || (sinceInclusive ? timeMs >= since : timeMs > since)) &&
    (until === null || (untilInclusive ? timeMs <= until : timeMs < until))
}

function capabilitiesOf(behaviour: Behaviour): Capabilities {
  const none = { valuesMax: 0 }
  return {
    paging: behaviour.paging,
    pageSizeMax: behaviour.pageSizeMax,
    order: behaviour.stated ? 'newestFirst' : 'unknown',
    totals: behaviour.totals,
    boundSlackMs: { since: 2 * behaviour.boundStepMs, until: 3 * behaviour.boundStepMs },
    ...(behaviour.windowMaxMs !== null && {
      window: { spanMaxMs: behaviour.windowMaxMs, floorMs: historyFloorMs },
    }),
    lookup: false,
    filters: {
      actorIds: none,
      actions: behaviour.filtersActions ? { valuesMax: 1 } : none,
      resourceTypes: none,
      resourceIds: none,
    },
    exclusive: [],
  }
}

function rowOf(event: EventScript): UpstreamRow {
  return {
    id: event.id,
    timeMs: event.timeMs,
    content: () => ({
      upstreamId: event.id,
      occurredAtMs: event.timeMs,
      action: event.action,
      actionKind: 'UNKNOWN',
      actor: { id: null, type: 'UNKNOWN', rawType: null, name: null, email: null },
      resource: { type: 'thing', id: null, name: null },
      counterparty: null,
      changes: null,
      reason: null,
      origin: null,
      organizationId: 'org',
      metadata: null,
      raw: {},
    }),
  }
}
