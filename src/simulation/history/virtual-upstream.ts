import type { Capabilities } from '../../model/capabilities.js'
import { type SourceFailure, sourceFailure } from '../../model/failure.js'
import type { PageAsk, UpstreamPage, UpstreamRow } from '../../model/provider.js'
import type { ReadableSource } from '../../reading/page.js'
import { hashText } from '../random.js'
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
}

/**
 * An invented provider on a virtual network: it answers from its script at the virtual now, and every answer takes
 * virtual time, so that writes, late arrivals and deletions fall between requests. Not one byte is serialized.
 */
export function createVirtualSource(script: SourceScript, clock: VirtualClock): VirtualSource {
  const { behaviour } = script
  const rows = new Map(script.events.map((event) => [event, rowOf(event)]))
  const usedCursors = new Set<string>()
  let requests = 0
  return {
    key: script.key,
    capabilities: capabilitiesOf(behaviour),
    requests: () => requests,
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
    const list = listOf(ask, number)
    const given = Math.min(ask.limit, behaviour.pageSizeGiven)
    const start = startOf(ask, list)
    const page = list.slice(start, start + given)
    const reach = start + (behaviour.forgetsClamp ? ask.limit : page.length)
    const more = behaviour.promisesMore ? page.length > 0 : reach < list.length
    const last = page.at(-1)
    return {
      rows: page.map((event) => rows.get(event) ?? rowOf(event)),
      more,
      ...(behaviour.totals && { total: list.length }),
      ...(behaviour.paging === 'cursor' &&
        more && { upstreamCursor: cursorAfter(last, start + page.length, number) }),
    }
  }

  /** Everything that the request pages over, in the provider's order at this moment. */
  function listOf(ask: PageAsk, number: number): readonly EventScript[] {
    const now = clock.nowMs
    const inWindow = windowTest(ask, behaviour)
    const actions = ask.pushdown.actions
    const list = script.events.filter(
      (event) =>
        event.fromMs <= now &&
        (event.untilMs === null || event.untilMs > now) &&
        inWindow(event.timeMs) &&
        (actions === undefined || actions.includes(event.action)),
    )
    return list.sort(comparator(behaviour, number))
  }

  function startOf(ask: PageAsk, list: readonly EventScript[]): number {
    if (ask.upstreamCursor === undefined) return ask.offset ?? 0
    const [position = '', timeMs = '', ...id] = ask.upstreamCursor.split(':').slice(1)
    if (behaviour.cursors === 'positional' || behaviour.order === 'unsorted') return Number(position)
    const anchor = { id: id.join(':'), timeMs: Number(timeMs) }
    const compare = comparator(behaviour, 0)
    const index = list.findIndex((event) => compare(event, anchor) > 0)
    return index < 0 ? list.length : index
  }
}

function cursorAfter(last: EventScript | undefined, position: number, number: number): string {
  return `${number}:${position}:${last?.timeMs ?? 0}:${last?.id ?? ''}`
}

/** Keyset cursors need ties that stay put, so random ties come with positional cursors only. */
function comparator(behaviour: Behaviour, number: number) {
  const sign = behaviour.order === 'oldestFirst' ? 1 : -1
  type Placed = Pick<EventScript, 'id' | 'timeMs'>
  return (a: Placed, b: Placed): number => {
    if (behaviour.order === 'unsorted') return hashText(a.id) - hashText(b.id)
    if (a.timeMs !== b.timeMs) return sign * (a.timeMs - b.timeMs)
    if (behaviour.ties === 'random') return hashText(a.id, number) - hashText(b.id, number)
    const byId = a.id < b.id ? -1 : a.id > b.id ? 1 : 0
    return behaviour.ties === 'byId' ? byId : -byId
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
