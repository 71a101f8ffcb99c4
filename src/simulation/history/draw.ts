import { hashText, SeededRandom } from '../random.js'
import type { Behaviour, ClientScript, EventScript, FaultScript, Script, SourceScript } from './script.js'

const dayMs = 86_400_000
/** Some rounds of requests to four sources, as long as latencies are drawn. */
const roundsMs = 1_000
const beginMs = Date.UTC(2026, 5, 15, 12, 30, 17, 250)

/** Draws a history. The same seed gives the same script. */
export function drawScript(seed: number): Script {
  const random = new SeededRandom(seed)
  const sourceCount = random.integer(1, 4)
  const churn = random.pick([0, 0.2, 0.6])
  // Bulk changes touch several systems at once: times that entries of all sources share.
  const shared = Array.from({ length: 6 }, () => beginMs - 250 - random.integer(1, 3_600) * 1_000)
  // What was added later is drawn apart, so that the rest of a history stays what its seed gave.
  const further = new SeededRandom(`${seed}/further`)
  const sources = Array.from({ length: sourceCount }, (_, index) =>
    drawSource(random, further, ['crew', 'Access', 'hiring', 'a-b'][index] ?? 'more', churn, shared),
  )
  return { seed, beginMs, sources, client: drawClient(random, sources) }
}

function drawSource(
  random: SeededRandom,
  further: SeededRandom,
  key: string,
  churn: number,
  shared: readonly number[],
): SourceScript {
  const behaviour = drawBehaviour(random)
  const count = random.pick([0, random.integer(1, 20), random.integer(20, 200), random.integer(100, 400)])
  const events = drawEvents(random, key, count, churn, shared)
  const deniesMore = drawDenial(further, behaviour, events)
  const ceilings = drawCeilings(further, behaviour, events)
  return { key, behaviour: { ...behaviour, deniesMore, ...ceilings }, events, faults: drawFaults(random) }
}

/**
 * Only where it can be told: a total tells by itself, and behind a page that is fuller than a window can be made narrow
 * only a cursor leads, that can be used before it expires.
 */
function drawDenial(
  random: SeededRandom,
  behaviour: Behaviour,
  events: readonly EventScript[],
): Behaviour['deniesMore'] {
  const { totals, pageSizeGiven, pageSizeMax, paging, boundStepMs, cursorLifeMs } = behaviour
  if (totals || pageSizeGiven < pageSizeMax || !random.chance(0.3)) return 'never'
  const isDense = holds(events, pageSizeMax, 16 * boundStepMs)
  if (isDense && paging === 'cursor' && (cursorLifeMs ?? roundsMs) < roundsMs) return 'never'
  return paging === 'offset' || isDense ? 'withCursor' : random.pick(['withCursor', 'withoutCursor'] as const)
}

/**
 * Lists that are cut off, and offsets that are refused. Cut where it can be told only: windows can be made narrow enough,
 * and no list of a few pages that has no order is read to its end.
 */
function drawCeilings(
  random: SeededRandom,
  { paging, order, pageSizeMax, boundStepMs }: Behaviour,
  events: readonly EventScript[],
): Pick<Behaviour, 'listMax' | 'offsetMax'> {
  const [kind, most] = [random.pick(['cut', 'refused', 'none', 'none'] as const), random.integer(81, 200)]
  const isSorted = order === 'newestFirst' || order === 'oldestFirst'
  const isTold = isSorted && pageSizeMax <= 20 && !holds(events, most - pageSizeMax, 16 * boundStepMs)
  if (paging === 'cursor') return { listMax: null, offsetMax: null }
  return { listMax: kind === 'cut' && isTold ? most : null, offsetMax: kind === 'refused' ? most : null }
}

/** Whether so many entries lie within a span of time somewhere. */
function holds(events: readonly EventScript[], count: number, spanMs: number): boolean {
  const times = events.map(({ timeMs }) => timeMs).sort((a, b) => a - b)
  return times.some((timeMs, index) => (times[index + count - 1] ?? Infinity) - timeMs < spanMs)
}

function drawBehaviour(random: SeededRandom): Behaviour {
  const paging = random.pick(['offset', 'cursor'] as const)
  const stated = random.chance(0.2)
  const order = stated
    ? 'newestFirst'
    : random.pick([
        'newestFirst',
        'newestFirst',
        'newestFirst',
        'newestFirst',
        'oldestFirst',
        'nearly',
        'unsorted',
      ] as const)
  const cursors = random.pick(['keyset', 'keyset', 'positional'] as const)
  const pageSizeMax = random.pick([8, 20, 50, 100])
  const pageSizeGiven = random.chance(0.2) ? Math.max(8, Math.floor(pageSizeMax / 4)) : pageSizeMax
  const totals = paging === 'offset' ? random.chance(0.9) : false
  return {
    paging,
    order,
    stated,
    ties:
      paging === 'offset' || cursors === 'positional'
        ? random.pick(['byId', 'byIdDescending', 'random'] as const)
        : random.pick(['byId', 'byIdDescending'] as const),
    pageSizeMax,
    pageSizeGiven,
    sinceInclusive: random.chance(0.5),
    untilInclusive: random.chance(0.5),
    boundStepMs: random.pick([1, 1000, 1000, paging === 'offset' ? dayMs : 1000]),
    totals,
    listMax: null,
    offsetMax: null,
    promisesMore: random.chance(0.15),
    forgetsClamp: totals && random.chance(0.2),
    deniesMore: 'never',
    cursors,
    cursorsOnce: random.chance(0.3),
    cursorLifeMs: random.chance(0.3) ? random.integer(60, 2_000) : null,
    emptyPageEvery: paging === 'cursor' && random.chance(0.2) ? random.integer(2, 5) : 0,
    windowMaxMs: paging === 'cursor' && random.chance(0.4) ? random.integer(20, 400) * dayMs : null,
    filtersActions: random.chance(0.5),
    latencyMs: random.integer(1, 60),
  }
}

function drawEvents(
  random: SeededRandom,
  key: string,
  count: number,
  churn: number,
  shared: readonly number[],
): readonly EventScript[] {
  const events: EventScript[] = []
  const step = random.pick([1, 1000])
  const spanMs = random.pick([60_000, 3_600_000, 30 * dayMs, 300 * dayMs])
  const bursty = random.chance(0.3)
  // Ids are the provider's own: two sources may well use the same.
  const prefix = random.chance(0.5) ? `${key}-` : ''
  const sharing = random.pick([0, 0, 0.1])
  let burstLeft = 0
  let burstMs = 0
  while (events.length < count) {
    if (bursty && burstLeft === 0 && random.chance(0.03)) {
      burstLeft = random.integer(2, 150)
      burstMs = Math.floor((beginMs - random.next() * spanMs) / step) * step
    }
    const spread = Math.floor((beginMs - random.next() * spanMs) / step) * step
    const alone = random.chance(0.2) ? (events.at(-1)?.timeMs ?? spread) : spread
    const timeMs = burstLeft > 0 ? burstMs : random.chance(sharing) ? random.pick(shared) : alone
    burstLeft = Math.max(0, burstLeft - 1)
    const text = hashText(String(events.length)).toString(36)
    // By code unit 'Z' comes before 'a', by locale after it.
    const id = `${prefix}${events.length % 3 === 0 ? text.toUpperCase() : text}-${events.length}`
    events.push(drawLife(random, id, timeMs, churn))
  }
  return events
}

/** Most entries are there all the time; some come late, are written while the client reads, or vanish. */
function drawLife(random: SeededRandom, id: string, timeMs: number, churn: number): EventScript {
  const action = random.pick(
    ['created', 'updated', 'updated', 'rare'].concat(random.chance(0.1) ? ['seldom'] : []),
  )
  const soon = () => beginMs + random.integer(1, 1500)
  const fate = random.chance(churn)
    ? random.pick(['late', 'new', 'gone', 'stays', 'stays'] as const)
    : 'stays'
  if (fate === 'new') {
    const bornMs = soon()
    return { id, timeMs: bornMs, action, fromMs: bornMs, untilMs: null }
  }
  return {
    id,
    timeMs,
    action,
    fromMs: fate === 'late' ? soon() : 0,
    untilMs: fate === 'gone' ? soon() : null,
  }
}

function drawFaults(random: SeededRandom): readonly FaultScript[] {
  if (!random.chance(0.25)) return []
  const kinds = ['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED', 'INVALID_RESPONSE'] as const
  const faults: FaultScript[] = []
  const first = random.integer(0, 12)
  const length = random.integer(1, 6)
  for (let request = first; request < first + length; request += 1)
    faults.push({ request, kind: random.pick(kinds) })
  return faults
}

function drawClient(random: SeededRandom, sources: readonly SourceScript[]): ClientScript {
  const times = sources.flatMap(({ events }) => events.map(({ timeMs }) => timeMs))
  const bound = () =>
    times.length > 0 && random.chance(0.25) ? random.pick(times) + random.integer(-1, 1) : null
  const [one, other] = [bound(), bound()]
  const inverted = one !== null && other !== null && one > other
  return {
    order: random.pick(['NEWEST_FIRST', 'NEWEST_FIRST', 'OLDEST_FIRST'] as const),
    backward: random.chance(0.3),
    sizes: Array.from({ length: random.integer(1, 3) }, () =>
      random.pick([1, 2, 5, 10, 25, 50, 100, 37]),
    ).map((size) => (sources.some(({ events }) => events.length > 150) ? Math.max(size, 5) : size)),
    actions: random.pick([null, null, ['updated'], ['rare', 'seldom'], ['seldom']]),
    sinceMs: inverted ? other : one,
    untilMs: inverted ? one : other,
    onSourceError: random.pick(['PARTIAL', 'PARTIAL', 'PARTIAL', 'FAIL'] as const),
    restarts: random.chance(0.3) ? [random.integer(1, 4), random.integer(1, 12)] : [],
    replicas: random.chance(0.2),
    repeats: random.chance(0.3) ? [random.integer(0, 3), random.integer(0, 9)] : [],
    halves: random.chance(0.2) ? [random.integer(0, 3), random.integer(0, 9)] : [],
    looksBack: random.chance(0.2) ? [random.integer(0, 3), random.integer(0, 9)] : [],
    thinkMs: random.pick([0, 0, 100, 3_000]),
    readAhead: random.chance(0.7),
  }
}
