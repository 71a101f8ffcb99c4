import type { TimeRange } from '../../model/filter.js'
import type { EntryKey } from '../../model/order.js'
import { keysOf, type Transcript } from './play.js'
import type { EventScript, Script, SourceScript } from './script.js'

/**
 * Judges what a client saw by the providers' timelines alone: design.md section 4. It never looks into the gateway.
 * Gives every complaint in words; an empty list is a history that keeps the promise.
 */
export function judge(script: Script, seen: Transcript): readonly string[] {
  const delivered = inReadingOrder(
    script,
    seen.pages.map(({ page }) => keysOf(page)),
  )
  const finished = seen.refusals.length === 0
  return [
    ...judgeOrder(script, delivered, 'the reading'),
    ...judgeTruth(script, seen, delivered),
    ...(finished ? judgeCompleteness(script, seen, delivered) : []),
    ...judgePages(script, seen),
    ...judgeCauses(script, seen),
    ...judgeCost(script, seen, delivered.length),
  ]
}

/** Pages put together as the client came to their entries. */
function inReadingOrder({ client }: Script, pages: readonly (readonly EntryKey[])[]): readonly EntryKey[] {
  return pages.flatMap((keys) => (client.backward ? [...keys].reverse() : keys))
}

/** Whether trouble is to be expected of a source: faults, disorder, or ties that do not hold still. */
function hasCause({ behaviour, faults, events }: SourceScript): boolean {
  return (
    faults.length > 0 ||
    behaviour.order !== 'newestFirst' ||
    behaviour.ties === 'random' ||
    behaviour.cursors === 'positional' ||
    behaviour.cursorLifeMs !== null ||
    behaviour.offsetMax !== null ||
    // A window whose first page is empty is read to its end, twice: too long for entries that come and go.
    behaviour.emptyPageEvery > 0 ||
    hasRestlessStep(events, behaviour.pageSizeGiven)
  )
}

/** Whether no order is sure, though pages may look sorted by luck: reliability.md section 4, W5. */
function isHaphazard({ behaviour: { order } }: SourceScript): boolean {
  return order === 'unsorted' || order === 'nearly'
}

/** Whether entries come or go in a time step that does not fit into a page: reliability.md section 4, W4. */
function hasRestlessStep(events: readonly EventScript[], pageSize: number): boolean {
  const steps = new Map<number, { count: number; changes: boolean }>()
  for (const { timeMs, fromMs, untilMs } of events) {
    const step = steps.get(timeMs) ?? { count: 0, changes: false }
    steps.set(timeMs, { count: step.count + 1, changes: step.changes || fromMs !== 0 || untilMs !== null })
  }
  return [...steps.values()].some(({ count, changes }) => changes && count > pageSize - 2)
}

/** The order of design.md section 4, written once more: the one that is judged must not judge itself. */
function compareNewestFirst(a: EntryKey, b: EntryKey): number {
  if (a.timeMs !== b.timeMs) return a.timeMs > b.timeMs ? -1 : 1
  const [left, right] = a.sourceKey === b.sourceKey ? [a.id, b.id] : [a.sourceKey, b.sourceKey]
  return left === right ? 0 : left < right ? -1 : 1
}

function judgeOrder(script: Script, keys: readonly EntryKey[], what: string): readonly string[] {
  const down = (script.client.order === 'NEWEST_FIRST') !== script.client.backward
  const complaints: string[] = []
  for (let index = 1; index < keys.length; index += 1) {
    const [before, after] = [keys[index - 1], keys[index]]
    if (!before || !after) continue
    const sign = compareNewestFirst(before, after) * (down ? 1 : -1)
    if (sign === 0) complaints.push(`${what} repeats ${name(after)}`)
    if (sign > 0) complaints.push(`${what} gives ${name(after)} after ${name(before)}`)
  }
  return complaints
}

/** Everything delivered was readable at some time, matches, and is older than the as-of, which never moves. */
function judgeTruth(script: Script, seen: Transcript, delivered: readonly EntryKey[]): readonly string[] {
  const complaints: string[] = []
  const asOf = seen.pages[0]?.page.asOfMs ?? 0
  if (seen.pages.some(({ page }) => page.asOfMs !== asOf)) complaints.push('the as-of moved')
  const events = eventsByName(script)
  for (const key of [...delivered, ...[...seen.replays.values()].flat()]) {
    const event = events.get(name(key))
    if (!event || !matches(script, event) || event.timeMs >= asOf || event.fromMs > seen.endedMs + 1e9) {
      complaints.push(`${name(key)} was delivered and should not have been`)
    }
  }
  return complaints
}

function judgeCompleteness(
  script: Script,
  seen: Transcript,
  delivered: readonly EntryKey[],
): readonly string[] {
  const complaints: string[] = []
  const last = seen.pages.at(-1)?.page
  if (!last) return []
  const had = new Set(delivered.map(name))
  for (const source of script.sources) {
    const row = last.coverage.find(({ sourceKey }) => sourceKey === source.key)
    const replayed = new Map<string, number>()
    for (const key of seen.replays.get(source.key) ?? [])
      replayed.set(name(key), (replayed.get(name(key)) ?? 0) + 1)
    for (const event of source.events) {
      const stable =
        matches(script, event) &&
        event.timeMs < last.asOfMs &&
        event.fromMs <= seen.beganMs &&
        event.untilMs === null
      const key = name({ timeMs: event.timeMs, sourceKey: source.key, id: event.id })
      const undetectable = isHaphazard(source) && !seen.disordered.has(source.key)
      const times = (had.has(key) ? 1 : 0) + (replayed.get(key) ?? 0)
      if (stable && times === 0 && !undetectable) {
        const told = isWithin(event.timeMs, row?.gap)
        complaints.push(`${key} is missing ${told ? 'from the replay of its gap' : 'and no gap names it'}`)
      }
      // What was delivered before disorder showed is not taken back: it comes again in the replay of the gap.
      if (times > 1 && !seen.contradicted.has(source.key))
        complaints.push(`${key} came ${times} times, replays included`)
    }
    const outside = (seen.replays.get(source.key) ?? []).find(({ timeMs }) => !isWithin(timeMs, row?.gap))
    if (outside) complaints.push(`${name(outside)} comes in a replay but lies outside the gap that is told`)
    if (last.complete && row?.gap) complaints.push('complete in spite of a gap')
  }
  return complaints
}

function isWithin(timeMs: number, gap: TimeRange | null | undefined): boolean {
  if (!gap) return false
  return (
    timeMs >= (gap.sinceMs ?? Number.NEGATIVE_INFINITY) && timeMs < (gap.untilMs ?? Number.POSITIVE_INFINITY)
  )
}

function judgePages(script: Script, seen: Transcript): readonly string[] {
  const complaints: string[] = []
  for (const [index, { page, size, halved }] of seen.pages.entries()) {
    if (page.edges.length > size)
      complaints.push(`page ${index} has ${page.edges.length} entries for ${size}`)
    if (
      page.edges.length > 0 &&
      (page.startCursor !== page.edges[0]?.cursor || page.endCursor !== page.edges.at(-1)?.cursor)
    ) {
      complaints.push(`page ${index}: startCursor or endCursor is not an edge's`)
    }
    if (page.coverage.length !== script.sources.length)
      complaints.push(`page ${index} does not cover every source`)
    const follows = script.client.backward ? page.hasPreviousPage : page.hasNextPage
    const excused = page.coverage.some(({ state }) => state === 'FAILED' || state === 'SCAN_LIMIT')
    if (follows && page.edges.length < size && !excused && !halved)
      complaints.push(`page ${index} is short without a reason`)
    const length = page.endCursor?.length ?? 0
    if (page.complete && length > 300)
      complaints.push(`a cursor of a gap-free reading has ${length} characters`)
  }
  const calm = script.sources.every(({ events }) =>
    events.every(({ fromMs, untilMs }) => fromMs === 0 && untilMs === null),
  )
  const faultless = script.sources.every(({ faults }) => faults.length === 0)
  if (!calm || !faultless || seen.refusals.length > 0) return complaints
  for (const { page, again, disordered } of seen.repeats) {
    // Disorder that shows only at the second look brings what the first could not know of.
    if (script.sources.some((source) => isHaphazard(source) && !disordered.has(source.key))) continue
    // A page may end earlier at its budget, and what either look names as missing the other may have.
    const looks = [seen.pages[page]?.page ?? again, again]
    const gaps = looks.flatMap(({ coverage }) => coverage)
    const isSure = ({ timeMs, sourceKey }: EntryKey) =>
      !gaps.some((row) => row.sourceKey === sourceKey && isWithin(timeMs, row.gap))
    const [first = [], second = []] = looks.map((look) =>
      inReadingOrder(script, [keysOf(look)])
        .filter(isSure)
        .map(name),
    )
    const shared = Math.min(first.length, second.length)
    if (first.slice(0, shared).join() !== second.slice(0, shared).join())
      complaints.push(`page ${page}, asked for again on a still world, is another page`)
  }
  // Where a source without order was read before it showed that, some may come only now.
  if (script.sources.some(isHaphazard)) return complaints
  const delivered = inReadingOrder(
    script,
    seen.pages.map(({ page }) => keysOf(page)),
  )
  // What a gap names may be seen by who looks again.
  const gaps = new Map(seen.pages.at(-1)?.page.coverage.map(({ sourceKey, gap }) => [sourceKey, gap]))
  const isSure = ({ timeMs, sourceKey }: EntryKey) => !isWithin(timeMs, gaps.get(sourceKey))
  for (const look of seen.looksBack) {
    // The entry at the cursor itself does not lie behind it.
    const passed = delivered.slice(0, look.delivered - 1).filter(isSure)
    const back = inReadingOrder(script, [look.keys]).filter(isSure)
    if (
      back.map(name).join() !==
      passed
        .slice(-back.length || passed.length)
        .map(name)
        .join()
    )
      complaints.push(`looking back after ${look.delivered} entries shows others than were passed`)
  }
  return complaints
}

function judgeCauses(script: Script, seen: Transcript): readonly string[] {
  if (script.sources.some(hasCause)) return []
  const gaps = seen.pages.at(-1)?.page.coverage.some(({ gap }) => gap !== null)
  return [
    ...(gaps ? ['there is a gap without a cause'] : []),
    ...seen.refusals.map((refusal) => `refused without a cause: ${refusal}`),
  ]
}

/** A bound that no honest reading comes near: it catches walks that go in circles. */
function judgeCost(script: Script, seen: Transcript, entries: number): readonly string[] {
  const complaints: string[] = []
  for (const source of script.sources) {
    const { key, behaviour, events } = source
    const requests = seen.requests.get(key) ?? 0
    const perReading = Math.ceil(events.length / Math.max(1, behaviour.pageSizeGiven - 2)) + 40
    const perPage = hasCause(source) ? 420 : 60
    const bound = perPage * seen.asked + 30 * perReading + entries
    if (requests > bound) complaints.push(`${key} was asked ${requests} times, more than ${bound}`)
  }
  return complaints
}

function eventsByName(script: Script): ReadonlyMap<string, EventScript> {
  return new Map(
    script.sources.flatMap((source) =>
      source.events.map(
        (event) => [name({ timeMs: event.timeMs, sourceKey: source.key, id: event.id }), event] as const,
      ),
    ),
  )
}

function matches({ client }: Script, event: EventScript): boolean {
  return (
    (client.actions === null || client.actions.includes(event.action)) &&
    (client.sinceMs === null || event.timeMs >= client.sinceMs) &&
    (client.untilMs === null || event.timeMs < client.untilMs)
  )
}

function name(key: EntryKey): string {
  return `${key.sourceKey}/${key.timeMs}/${key.id}`
}
