import type { EntryFilter } from '../../model/filter.js'
import type { EntryKey } from '../../model/order.js'
import { Secret } from '../../model/secret.js'
import type {
  EntryPage,
  InputProblem,
  PageRequest,
  ReadableSource,
  Reader,
  ReadingFailed,
} from '../../reading/page.js'
import { createReader, type ReaderOptions } from '../../reading/reader.js'
import type { Script } from './script.js'
import { createVirtualSource, type VirtualClock, type VirtualSource } from './virtual-upstream.js'

/** What a client saw of a history, and nothing else. */
export interface Transcript {
  readonly beganMs: number
  readonly endedMs: number
  /** As the pages came; the reading is over when the last says that nothing follows. */
  readonly pages: readonly SeenPage[]
  /** Pages asked for a second time. */
  readonly repeats: readonly RepeatedPage[]
  /** Looks back from a place in the reading: how many entries had been delivered, and what was seen. */
  readonly looksBack: readonly { readonly delivered: number; readonly keys: readonly EntryKey[] }[]
  /** What reading each gap's resumeCursor to its end gave, by source key. */
  readonly replays: ReadonlyMap<string, readonly EntryKey[]>
  /** Kinds of failure for which the reading, or a replay, could not be brought to its end. */
  readonly refusals: readonly string[]
  readonly requests: ReadonlyMap<string, number>
  /** How often the client asked for a page, failed tries included. */
  readonly asked: number
  /**
   * Sources without an order whose pages had shown it when the last page of the reading came: pages of the reading
   * itself, and all that were asked for beside it where one process answers everything.
   */
  readonly disordered: ReadonlySet<string>
  /** Those whose pages had contradicted themselves or each other when all was over, replays included. */
  readonly contradicted: ReadonlySet<string>
}

interface RepeatedPage {
  /** Number of the page that it repeats. */
  readonly page: number
  readonly again: EntryPage
  /** Sources without an order of which the gateway knew it when it first gave the page. */
  readonly disordered: ReadonlySet<string>
}

interface SeenPage {
  /** Where the client kept only half of a page, with the edges that it kept. */
  readonly page: EntryPage
  readonly size: number
  readonly halved: boolean
}

/** How the reading layer is made; tests put a broken one here. */
export type MakeReader = (options: ReaderOptions) => Reader

const secrets = [new Secret('a secret of the simulation')]
const neverAborted = new AbortController().signal
/** A client that gets an error asks again this often, then gives up. */
const triesMax = 14
/** A reading, or the replay of a gap, of more pages than this has no end. */
const pagesMax = 1_000

/** Plays a script against the real reading layer. Throws only when a page is refused as a mistake of the client. */
export async function play(script: Script, makeReader: MakeReader = createReader): Promise<Transcript> {
  const clock: VirtualClock = { nowMs: script.beginMs }
  const sources = script.sources.map((source) => createVirtualSource(source, clock))
  const client = new Client(script, sources, clock, makeReader)
  const pages: SeenPage[] = []
  const repeats: RepeatedPage[] = []
  const looksBack: { delivered: number; keys: readonly EntryKey[] }[] = []
  const beganMs = clock.nowMs
  const { backward, halves, thinkMs } = script.client
  let delivered = 0
  const disordered = new Set<string>()
  const hasOneMemory = !script.client.replicas && script.client.restarts.length === 0
  let cursor: string | undefined
  let over = false
  while (!over && pages.length < pagesMax) {
    const size = script.client.sizes[pages.length % script.client.sizes.length] ?? 50
    client.turnTo(pages.length)
    const shownBefore = sources.map((source) => (hasOneMemory ? 0 : source.disorderedPages()))
    const whole = await client.ask(cursor, size)
    const shown = sources.filter((source, index) => source.disorderedPages() > (shownBefore[index] ?? 0))
    for (const { key } of shown) disordered.add(key)
    if (whole === null) break
    if (script.client.repeats.includes(pages.length)) {
      const again = await client.ask(cursor, size)
      const known = new Set(shown.map(({ key }) => key))
      if (again !== null) repeats.push({ page: pages.length, again, disordered: known })
    }
    const halved = halves.includes(pages.length) && whole.edges.length > 1
    const page = halved ? halfOf(whole, backward) : whole
    over = !halved && (backward ? !page.hasPreviousPage : !page.hasNextPage)
    cursor = (backward ? page.startCursor : page.endCursor) ?? undefined
    if (!over && cursor === undefined)
      throw new Error('A page promises more but gives no cursor to read it with.')
    delivered += page.edges.length
    if (script.client.looksBack.includes(pages.length) && page.edges.length > 0 && cursor !== undefined) {
      const back = await client.lookBack(cursor, size)
      if (back !== null) looksBack.push({ delivered, keys: keysOf(back) })
    }
    pages.push({ page, size, halved })
    clock.nowMs += thinkMs
  }
  if (!over && client.refusals.length === 0) throw new Error('The reading does not come to an end.')
  const endedMs = clock.nowMs
  const replays = new Map<string, readonly EntryKey[]>()
  for (const { sourceKey, resumeCursor } of pages.at(-1)?.page.coverage ?? []) {
    const source = sources.find(({ key }) => key === sourceKey)
    if (resumeCursor !== null && source) replays.set(sourceKey, await client.replay(resumeCursor, source))
  }
  return {
    beganMs,
    endedMs,
    pages,
    repeats,
    looksBack,
    replays,
    refusals: client.refusals,
    requests: new Map(sources.map((source) => [source.key, source.requests()])),
    asked: client.asked,
    disordered,
    contradicted: new Set(sources.filter((source) => source.contradicted()).map(({ key }) => key)),
  }
}

export function keysOf(page: Pick<EntryPage, 'edges'>): readonly EntryKey[] {
  return page.edges.map(({ entry }) => ({
    timeMs: entry.occurredAtMs,
    sourceKey: entry.sourceKey,
    id: entry.upstreamId,
  }))
}

/** The half of a page that a reader comes to first, as if it had been the page. */
function halfOf(page: EntryPage, backward: boolean): EntryPage {
  const half = Math.ceil(page.edges.length / 2)
  const edges = backward ? page.edges.slice(-half) : page.edges.slice(0, half)
  return {
    ...page,
    edges,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  }
}

class Client {
  readonly refusals: string[] = []
  asked = 0
  readonly #script: Script
  readonly #make: () => Reader
  readonly #sources: readonly VirtualSource[]
  #readers: [Reader, Reader]
  #turn = 0

  constructor(
    script: Script,
    sources: readonly VirtualSource[],
    clock: VirtualClock,
    makeReader: MakeReader,
  ) {
    this.#script = script
    this.#sources = sources
    const limits = {
      ...(script.client.readAhead ? {} : { readAheadRows: 0 }),
      scannedPerPage: 150,
      requestsPerPage: 12,
    }
    this.#make = () => makeReader({ sources, secrets, now: () => clock.nowMs, limits })
    this.#readers = [this.#make(), this.#make()]
  }

  /** Restarts the gateway before a page, and takes the replicas in turn. */
  turnTo(page: number): void {
    if (this.#script.client.restarts.includes(page)) this.#readers = [this.#make(), this.#make()]
    this.#turn = this.#script.client.replicas ? page % 2 : 0
  }

  /** The next page, the way the client reads. null when it was refused again and again. */
  ask(cursor: string | undefined, size: number): Promise<EntryPage | null> {
    return this.#ask(cursor, size, this.#script.client.backward)
  }

  /** What lies before a cursor, seen the way the client reads. */
  lookBack(cursor: string, size: number): Promise<EntryPage | null> {
    return this.#ask(cursor, size, !this.#script.client.backward)
  }

  #ask(cursor: string | undefined, size: number, backward: boolean): Promise<EntryPage | null> {
    const { order, onSourceError } = this.#script.client
    const place = backward
      ? { last: size, ...(cursor && { before: cursor }) }
      : { first: size, ...(cursor && { after: cursor }) }
    return this.#insist({
      ...place,
      filter: this.#filter(),
      sources: this.#sources.map(({ key }) => key),
      order,
      onSourceError,
      signal: neverAborted,
    })
  }

  async replay(resumeCursor: string, source: ReadableSource): Promise<readonly EntryKey[]> {
    const { order } = this.#script.client
    const keys: EntryKey[] = []
    let after: string | undefined = resumeCursor
    for (let pages = 0; after !== undefined; pages += 1) {
      if (pages === pagesMax) throw new Error('The replay of a gap does not come to an end.')
      const request: PageRequest = {
        first: 40,
        after,
        filter: this.#filter(),
        sources: [source.key],
        order,
        onSourceError: 'PARTIAL',
        signal: neverAborted,
      }
      const page: EntryPage | null = await this.#insist(request)
      if (page === null) break
      keys.push(...keysOf(page))
      if (page.coverage.some(({ gap }) => gap !== null)) this.refusals.push('gap within a replay')
      after = page.hasNextPage ? (page.endCursor ?? undefined) : undefined
    }
    return keys
  }

  async #insist(request: PageRequest): Promise<EntryPage | null> {
    let result: EntryPage | InputProblem | ReadingFailed | null = null
    for (let attempt = 0; attempt < triesMax; attempt += 1) {
      this.asked += 1
      result = (await this.#readers[this.#turn]?.readPage(request)) ?? null
      if (result?.kind === 'page') return result
      if (result?.kind === 'inputProblem') {
        if (!result.message.includes('gaps'))
          throw new Error(`The gateway refused the client: ${result.message}`)
        this.refusals.push('too many gaps')
        return null
      }
    }
    for (const { failure } of result?.failures ?? []) this.refusals.push(failure.kind)
    return null
  }

  #filter(): EntryFilter {
    const { actions, sinceMs, untilMs } = this.#script.client
    return {
      ...(actions && { actions }),
      ...((sinceMs !== null || untilMs !== null) && {
        occurredAt: { ...(sinceMs !== null && { sinceMs }), ...(untilMs !== null && { untilMs }) },
      }),
    }
  }
}
