import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deadlineReached } from '../../src/model/deadline.js'
import { isFailure, sourceFailure } from '../../src/model/failure.js'
import { Secret } from '../../src/model/secret.js'
import type { EntryPage, ReadableSource } from '../../src/reading/page.js'
import { readAll } from '../../src/reading/read-all.js'
import { createReader, type ReaderOptions } from '../../src/reading/reader.js'
import type { FigureAsk, ReportFigures, ReportRequest } from '../../src/reading/report/shapes.js'
import { nowMs, simulatedSource } from '../support/simulated-source.js'
import { SlowTime } from '../support/slow-source.js'

const count = 1_500
const timesMs = Array.from({ length: count }, (_, index) => nowMs - 1_000 - index * 60_000)
const filter = { occurredAt: { sinceMs: nowMs - 2 * 86_400_000 } }
const ask: FigureAsk = {
  dimensions: new Set(['ACTION', 'SOURCE']),
  timelines: [],
  times: false,
  comparison: null,
}
const exact = (value: number) => ({ value, exactness: 'EXACT', atLeast: value, atMost: value })
const providers = ['aitronos', 'freddy', 'jitsudo', 'ashby'] as const
type Provider = (typeof providers)[number]

function readerOf(sources: readonly ReadableSource[], now = () => nowMs) {
  return createReader({ sources, secrets: [new Secret('a-secret-of-this-test')], now })
}

/** A report of all providers, of which some take time to answer, until its deadline. */
async function report(
  delaysMs: Partial<Record<Provider, number>>,
  more: Partial<ReportRequest> & {
    readonly ask?: Partial<FigureAsk>
    readonly ids?: readonly Provider[]
  } = {},
) {
  const { ask: own, ids = providers, ...request } = more
  const clock = new SlowTime(nowMs)
  const asked = new Map<string, number>()
  const sources = ids.map((id): ReadableSource => {
    // What is quick answers nothing after the deadline either.
    const slow = clock.slow(simulatedSource(id, timesMs), delaysMs[id] ?? 1)
    const fetchPage: ReadableSource['fetchPage'] = (page, terms) => {
      asked.set(id, (asked.get(id) ?? 0) + 1)
      return slow.fetchPage(page, terms)
    }
    return { ...slow, fetchPage }
  })
  const result = await clock.within(9_900, async (terms) => {
    const open = readerOf(sources, clock.time.now).openReport({
      filter,
      onSourceError: 'PARTIAL',
      settleMs: 0,
      ...request,
      ...terms,
    })
    if (open.kind !== 'open') throw new Error(open.message)
    return open.read({ ...ask, ...own })
  })
  return { result, asked }
}

function told(result: { readonly kind: string }): ReportFigures {
  if (result.kind !== 'report') throw new Error(JSON.stringify(result))
  return result as ReportFigures
}

function statesOf({ coverage }: ReportFigures) {
  return Object.fromEntries(
    coverage.map(({ sourceKey, state, error }) => [sourceKey, error ? `${state} ${error.kind}` : state]),
  )
}

describe.each(providers)('a report beside %s', (id) => {
  const others = providers.filter((other) => other !== id)

  it('that hangs has all that the others have, exactly', async () => {
    const figures = told((await report({ [id]: Number.POSITIVE_INFINITY })).result)
    expect(figures.complete).toBe(false)
    expect(figures.total).toMatchObject({ value: 3 * count, exactness: 'AT_LEAST' })
    expect(statesOf(figures)).toEqual({
      [id]: 'FAILED TIMEOUT',
      ...Object.fromEntries(others.map((other) => [other, 'COMPLETE'])),
    })
    const rows = figures.breakdown('SOURCE', 9).rows.map((row) => [row.key, row.count])
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(others.map((other) => [other, exact(count)])))
  })

  it.each(['PARTIAL', 'FAIL'] as const)(
    'whose answers take 3.5 s has of it what it could read, under %s',
    async (onSourceError) => {
      const figures = told((await report({ [id]: 3_500 }, { onSourceError })).result)
      expect(figures.complete).toBe(false)
      expect(figures.total.exactness).toBe('AT_LEAST')
      // A full page at least, and never too much.
      expect(figures.total.value).toBeGreaterThanOrEqual(3 * count + 90)
      expect(figures.total.value).toBeLessThan(4 * count)
      expect(statesOf(figures)).toEqual({
        [id]: 'SCAN_LIMIT',
        ...Object.fromEntries(others.map((other) => [other, 'COMPLETE'])),
      })
      const row = figures.coverage.find(({ sourceKey }) => sourceKey === id)
      const searchedMs = row?.searchedSinceMs ?? nowMs
      const read = timesMs.filter((timeMs) => timeMs >= searchedMs).length
      expect(figures.total.value - 3 * count).toBe(read)
      expect(row?.notices.join()).toContain('The deadline of the request came')
    },
  )
})

describe('totals', () => {
  it('that have come are kept where another source hangs', async () => {
    const { result, asked } = await report(
      { aitronos: Number.POSITIVE_INFINITY },
      { ids: ['aitronos', 'freddy'], ask: { dimensions: new Set(['SOURCE']) } },
    )
    const figures = told(result)
    expect(figures.total).toMatchObject({ value: count, exactness: 'AT_LEAST' })
    expect(figures.ways.map(({ way }) => way)).toEqual(['READING', 'TOTALS'])
    expect(statesOf(figures)).toEqual({ aitronos: 'FAILED TIMEOUT', freddy: 'COMPLETE' })
    expect(asked.get('freddy')).toBeLessThan(5)
  })

  it('that are slow to be proven leave time for reading', async () => {
    const { result } = await report(
      { freddy: 3_400 },
      { ids: ['freddy'], ask: { dimensions: new Set(['SOURCE']) } },
    )
    const figures = told(result)
    expect(figures.ways).toMatchObject([
      { way: 'READING', reasons: ['The time for counting by totals was over.'] },
    ])
    expect(statesOf(figures)).toEqual({ freddy: 'SCAN_LIMIT' })
    expect(figures.total.value).toBeGreaterThanOrEqual(90)
  })
})

describe('the deadline', () => {
  it('is an error where nothing was read of any source', async () => {
    const hangs = Object.fromEntries(providers.map((id) => [id, Number.POSITIVE_INFINITY]))
    const { result } = await report(hangs)
    expect(result).toMatchObject({
      kind: 'readingFailed',
      failures: providers.map((sourceKey) => ({ sourceKey, failure: { kind: 'TIMEOUT' } })),
    })
  })

  it('under FAIL accuses only the source that has not answered', async () => {
    const { result } = await report({ jitsudo: Number.POSITIVE_INFINITY }, { onSourceError: 'FAIL' })
    expect(result).toMatchObject({
      kind: 'readingFailed',
      failures: [{ sourceKey: 'jitsudo', failure: { kind: 'TIMEOUT' } }],
    })
  })

  it('leaves the window itself as it was counted, where it comes in the window before', async () => {
    const sinceMs = nowMs - 86_400_000
    const inside = timesMs.filter((timeMs) => timeMs >= sinceMs).length
    // Fifteen answers for the window, and one for what is left before.
    const compared = async (delayMs: number) => {
      const more = { dimensions: new Set<never>(), comparison: new Set(['ACTOR'] as const) }
      const request = { ids: ['jitsudo', 'ashby'] as const, filter: { occurredAt: { sinceMs } }, ask: more }
      return told((await report({ ashby: delayMs }, request)).result)
    }
    const whole = await compared(600)
    expect(whole.total).toEqual(exact(2 * inside))
    expect(whole.comparison?.total).toEqual(exact(2 * (count - inside)))
    const half = await compared(650)
    expect(half.total).toEqual(exact(2 * inside))
    expect(half.comparison?.total).toMatchObject({ value: count - inside, exactness: 'AT_LEAST' })
    const cut = await compared(700)
    expect(cut.total.exactness).toBe('AT_LEAST')
    expect(cut.comparison?.total).toMatchObject({ value: 0, exactness: 'UNKNOWN' })
    expect(cut.comparison?.coverage.map(({ state }) => state)).toEqual(['SCAN_LIMIT', 'SCAN_LIMIT'])
    expect(cut.comparison?.novelty('ACTOR', 9).distinct.exactness).toBe('ESTIMATE')
  })
})

it('no figure is too high, nor EXACT without being so, whatever the answers take', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(
        ...providers.map(() => fc.constantFrom(1, 40, 300, 900, 2_000, 4_000, Number.POSITIVE_INFINITY)),
      ),
      fc.constantFrom<FigureAsk['dimensions']>(new Set(['SOURCE']), new Set(['SOURCE', 'ACTION'])),
      fc.constantFrom('PARTIAL' as const, 'FAIL' as const),
      fc.boolean(),
      async (delays, dimensions, onSourceError, times) => {
        const delaysMs = Object.fromEntries(providers.map((id, at) => [id, delays[at]]))
        const { result } = await report(delaysMs, { onSourceError, ask: { dimensions, times } })
        if (result.kind === 'readingFailed') {
          for (const { sourceKey, failure } of result.failures) {
            expect(failure.kind).toBe('TIMEOUT')
            expect(delaysMs[sourceKey]).toBe(Number.POSITIVE_INFINITY)
          }
          return
        }
        const figures = told(result)
        const isWhole = figures.coverage.every(({ state }) => state === 'COMPLETE')
        expect(figures.complete).toBe(isWhole)
        expect(figures.total.exactness).toBe(isWhole ? 'EXACT' : 'AT_LEAST')
        const rows = new Map(figures.breakdown('SOURCE', 9).rows.map(({ key, count }) => [key, count]))
        for (const { sourceKey, state, searchedSinceMs } of figures.coverage) {
          const own = rows.get(sourceKey)
          if (state === 'COMPLETE') expect(own).toEqual(exact(count))
          else {
            const searched = timesMs.filter((timeMs) => timeMs >= (searchedSinceMs ?? nowMs)).length
            expect(own?.value ?? 0).toBe(searched)
            expect(own?.exactness ?? 'AT_LEAST').toBe('AT_LEAST')
          }
        }
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

it('a source that fails on the way has a gap, whose cursor reads what is missing', async () => {
  for (const served of [0, 3]) {
    let made = 0
    const source = simulatedSource('jitsudo', timesMs)
    const failing: ReadableSource = {
      ...source,
      fetchPage: async (page, terms) => {
        made += 1
        return made > served ? sourceFailure('UNAVAILABLE') : source.fetchPage(page, terms)
      },
    }
    const { signal } = new AbortController()
    const sources = [failing, simulatedSource('freddy', timesMs)]
    const open = readerOf(sources).openReport({ filter, onSourceError: 'PARTIAL', settleMs: 0, signal })
    if (open.kind !== 'open') throw new Error(open.message)
    const figures = told(await open.read(ask))
    expect(statesOf(figures)).toEqual({ jitsudo: 'FAILED UNAVAILABLE', freddy: 'COMPLETE' })
    const { gap, resumeCursor, searchedSinceMs } = figures.coverage[0] ?? {}
    expect(gap).toEqual({ sinceMs: filter.occurredAt.sinceMs, untilMs: searchedSinceMs ?? nowMs })
    const asked = {
      filter,
      sources: ['jitsudo'],
      after: resumeCursor ?? '',
      order: 'NEWEST_FIRST',
      onSourceError: 'FAIL',
    } as const
    let missing = 0
    for await (const page of readAll(readerOf([source]), asked, () => ({ signal }))) {
      missing += (page as EntryPage).edges.length
    }
    expect(missing + figures.total.value).toBe(2 * count)
  }
})

it('under FAIL a failure ends the report at once: no source is asked any more', async () => {
  let made = 0
  const { signal } = new AbortController()
  const quick = simulatedSource('ashby', timesMs)
  const refused = {
    ...simulatedSource('jitsudo', timesMs),
    fetchPage: async () => sourceFailure('FORBIDDEN'),
  }
  const counting: ReadableSource = {
    ...quick,
    fetchPage: (page, terms) => {
      made += 1
      return quick.fetchPage(page, terms)
    },
  }
  const open = readerOf([refused, counting]).openReport({ filter, onSourceError: 'FAIL', signal })
  if (open.kind !== 'open') throw new Error(open.message)
  expect(await open.read(ask)).toEqual({
    kind: 'readingFailed',
    failures: [{ sourceKey: 'jitsudo', failure: expect.objectContaining({ kind: 'FORBIDDEN' }) }],
    after: null,
    before: null,
  })
  expect(made).toBeLessThan(4)
})

describe('a source of a report that fails on the way', () => {
  /** Fails from the `first` request on, for which the deadline of `abort` comes, if it is given. */
  function failing(id: Provider, first: number, abort?: AbortController): ReadableSource {
    const source = simulatedSource(id, timesMs)
    let requests = 0
    return {
      ...source,
      fetchPage: async (page, terms) => {
        requests += 1
        if (requests < first) return source.fetchPage(page, terms)
        abort?.abort(deadlineReached('request'))
        return sourceFailure('UNAVAILABLE')
      },
    }
  }

  /** Shows that it has no order in its eighth answer. */
  function turning(refusedFrom: number) {
    const source = simulatedSource('jitsudo', timesMs)
    const state = { requests: 0 }
    const fetchPage: ReadableSource['fetchPage'] = async (page, terms) => {
      state.requests += 1
      if (state.requests > refusedFrom) return sourceFailure('UNAVAILABLE')
      const answer = await source.fetchPage(page, terms)
      if (isFailure(answer) || state.requests < 8) return answer
      const [first, second, third, ...others] = answer.rows
      if (!first || !second || !third) return answer
      return { ...answer, rows: [second, third, first, ...others] }
    }
    return { odd: { ...source, fetchPage }, state }
  }

  async function read(source: ReadableSource, signal: AbortSignal, limits?: ReaderOptions['limits']) {
    const secrets = [new Secret('a-secret-of-this-test')]
    const reader = createReader({ sources: [source], secrets, now: () => nowMs, ...(limits && { limits }) })
    const open = reader.openReport({ filter, onSourceError: 'PARTIAL', settleMs: 0, signal })
    if (open.kind !== 'open') throw new Error(open.message)
    const figures = await open.read(ask)
    if (figures.kind !== 'report') throw new Error('There are no figures.')
    return { reader, figures }
  }

  it.each(['jitsudo', 'ashby'] as const)('has a gap where the deadline comes with it: %s', async (id) => {
    const abort = new AbortController()
    const { figures } = await read(failing(id, 12, abort), abort.signal)
    expect(figures.coverage).toMatchObject([{ state: 'FAILED', gap: {}, resumeCursor: expect.any(String) }])
  })

  it.each(['PARTIAL', 'FAIL'] as const)('in the window before: under %s', async (onSourceError) => {
    const within = { occurredAt: { sinceMs: nowMs - 6 * 3_600_000 } }
    let made = 0
    const well = simulatedSource('jitsudo', timesMs)
    const counting = {
      ...well,
      fetchPage: (...asked: Parameters<typeof well.fetchPage>) => {
        made += 1
        return well.fetchPage(...asked)
      },
    }
    const { signal } = new AbortController()
    const reportOf = async (source: ReadableSource, comparison: FigureAsk['comparison']) => {
      const open = readerOf([source]).openReport({ filter: within, onSourceError, settleMs: 0, signal })
      if (open.kind !== 'open') throw new Error(open.message)
      return open.read({ ...ask, comparison })
    }
    const alone = told(await reportOf(counting, null))
    const result = await reportOf(failing('jitsudo', made + 1), new Set())
    if (onSourceError === 'FAIL') {
      expect(result.kind).toBe('readingFailed')
      return
    }
    const { comparison, ...figures } = told(result)
    expect(figures.total).toEqual(alone.total)
    expect(statesOf(told(result))).toEqual({ jitsudo: 'COMPLETE' })
    expect(comparison).toMatchObject({
      complete: false,
      total: { value: 0, exactness: 'UNKNOWN' },
      coverage: [{ state: 'FAILED', error: { kind: 'UNAVAILABLE' }, gap: {} }],
    })
  })

  it('has all of the window for its gap where it has shown before that it has no order', async () => {
    const { odd, state } = turning(10)
    const { signal } = new AbortController()
    const { reader, figures } = await read(odd, signal)
    expect(figures.total.value).toBeGreaterThan(0)
    const [row] = figures.coverage
    expect(row).toMatchObject({ state: 'FAILED', gap: { sinceMs: filter.occurredAt.sinceMs } })
    state.requests = Number.NEGATIVE_INFINITY
    let replayed = 0
    const request = { filter, order: 'NEWEST_FIRST', onSourceError: 'FAIL', sources: ['jitsudo'] } as const
    const after = row?.resumeCursor ?? ''
    for await (const page of readAll(reader, { ...request, after, first: 500 }, () => ({ signal }))) {
      if (page.kind === 'page') replayed += page.edges.length
    }
    expect(replayed).toBe(count)
  })

  it('or where it has more gaps than a reading may carry', async () => {
    const { signal } = new AbortController()
    const { figures } = await read(turning(Number.POSITIVE_INFINITY).odd, signal, { gapsMax: 0 })
    expect(figures.total).toMatchObject({ exactness: 'AT_LEAST' })
    expect(figures.coverage).toMatchObject([
      { gap: { ...filter.occurredAt, untilMs: nowMs }, resumeCursor: expect.any(String) },
    ])
  })
})

it('the requests of a report know its deadline, whichever way it counts', async () => {
  const deadlines = new Set<number | undefined>()
  const sources = providers.map((id): ReadableSource => {
    const source = simulatedSource(id, timesMs, { switches: { total: 'tooLow' } })
    return {
      ...source,
      fetchPage: (page, terms) => {
        deadlines.add(terms.deadlineMs)
        return source.fetchPage(page, terms)
      },
    }
  })
  const { signal } = new AbortController()
  const deadlineMs = nowMs + 9_900
  const open = readerOf(sources).openReport({
    filter,
    onSourceError: 'PARTIAL',
    settleMs: 0,
    signal,
    deadlineMs,
  })
  if (open.kind !== 'open') throw new Error(open.message)
  await open.read(ask)
  expect([...deadlines]).toEqual([deadlineMs])
})
