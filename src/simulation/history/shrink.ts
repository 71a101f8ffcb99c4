import type { Behaviour, Script, SourceScript } from './script.js'

/** How many smaller scripts are tried at most. */
const triesMax = 600

/**
 * Cuts a failing script down as long as it goes on failing: fewer sources and events, fewer faults, a plainer client,
 * plainer providers. Gives the smallest found; the script itself when nothing smaller fails.
 */
export async function shrink(script: Script, fails: (script: Script) => Promise<boolean>): Promise<Script> {
  let smallest = script
  let tries = 0
  for (let progress = true; progress && tries < triesMax; ) {
    progress = false
    for (const candidate of smallerScripts(smallest)) {
      tries += 1
      if (tries > triesMax) break
      if (await fails(candidate)) {
        smallest = candidate
        progress = true
        break
      }
    }
  }
  return smallest
}

function* smallerScripts(script: Script): Generator<Script> {
  const { sources, client } = script
  if (sources.length > 1) {
    for (const source of sources) yield { ...script, sources: sources.filter((other) => other !== source) }
  }
  for (const [index, source] of sources.entries()) {
    for (const smaller of smallerSources(source)) {
      yield { ...script, sources: sources.map((other, at) => (at === index ? smaller : other)) }
    }
  }
  const plainer: readonly Partial<Script['client']>[] = [
    { restarts: [] },
    { repeats: [] },
    { halves: [] },
    { looksBack: [] },
    { thinkMs: 0 },
    { replicas: false },
    { actions: null },
    { sinceMs: null },
    { untilMs: null },
    { onSourceError: 'PARTIAL' },
    { readAhead: false },
    { backward: false },
    { sizes: client.sizes.slice(0, 1) },
  ]
  for (const change of plainer) {
    if (differs(client, change)) yield { ...script, client: { ...client, ...change } }
  }
}

function* smallerSources(source: SourceScript): Generator<SourceScript> {
  const { events, faults, behaviour } = source
  for (let size = Math.ceil(events.length / 2); size >= 1 && events.length > 0; size = Math.floor(size / 2)) {
    for (let start = 0; start < events.length; start += size) {
      yield { ...source, events: [...events.slice(0, start), ...events.slice(start + size)] }
    }
  }
  if (events.some(({ fromMs }) => fromMs !== 0)) {
    yield { ...source, events: events.filter(({ fromMs }) => fromMs === 0) }
  }
  if (events.some(({ untilMs }) => untilMs !== null)) {
    yield { ...source, events: events.map((event) => ({ ...event, untilMs: null })) }
  }
  for (const fault of faults) yield { ...source, faults: faults.filter((other) => other !== fault) }
  const plainer: readonly Partial<Behaviour>[] = [
    { promisesMore: false },
    { forgetsClamp: false },
    { deniesMore: 'never' },
    { listMax: null },
    { offsetMax: null },
    { pageSizeGiven: behaviour.pageSizeMax },
    { cursorsOnce: false },
    { cursorLifeMs: null },
    { emptyPageEvery: 0 },
    { windowMaxMs: null },
    { ties: 'byId' },
    { cursors: 'keyset' },
    { order: 'newestFirst' },
    { boundStepMs: 1 },
    { sinceInclusive: true, untilInclusive: false },
  ]
  for (const change of plainer) {
    if (differs(behaviour, change)) yield { ...source, behaviour: { ...behaviour, ...change } }
  }
}

function differs<Whole extends object>(whole: Whole, change: Partial<Whole>): boolean {
  return JSON.stringify({ ...whole, ...change }) !== JSON.stringify(whole)
}
