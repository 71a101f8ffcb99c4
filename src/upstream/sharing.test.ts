import { describe, expect, it } from 'vitest'
import { fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { plainDialect } from '../../test/support/limited-provider.js'
import { scriptedClient } from '../../test/support/scripted-client.js'
import type { EntryContent } from '../model/entry.js'
import { sourceFailure } from '../model/failure.js'
import type { Dialect, PageAsk } from '../model/provider.js'
import { Secret } from '../model/secret.js'
import type { FetchTerms } from '../reading/page.js'
import { createReader } from '../reading/reader.js'
import type { UpstreamLimits } from './limits.js'

const whenever = { sentAfter: 0 }

function setUp(limits: Partial<UpstreamLimits> = {}, dialect: Dialect = plainDialect()) {
  const timing = fakeTiming()
  const { client, sent } = scriptedClient(timing)
  const { connect } = sharedUpstream(timing, limits)
  const from: string[] = []
  const observer = {
    attempt: () => () => {},
    page: (_: string, origin: string) => from.push(origin),
    breaker: () => {},
    allowance: () => {},
  }
  const source = connect({ dialect, client, observer, settleMs: 1_000 })
  const fetch = (ask: Partial<PageAsk>, terms: Partial<FetchTerms> = {}) => {
    const { signal } = new AbortController()
    return source.fetchPage({ pushdown: {}, limit: 1, ...ask }, { signal, ...terms })
  }
  return { timing, sent, source, fetch, from, connect, client }
}

describe('identical requests under way', () => {
  it('are one, and end with the last caller', async () => {
    const { fetch, sent, timing, from } = setUp()
    const controllers = [new AbortController(), new AbortController()]
    const answers = controllers.map(({ signal }) => fetch({}, { ...whenever, signal }))
    await timing.pass(0)
    expect(sent).toHaveLength(1)
    expect(from).toEqual(['provider', 'shared'])
    controllers[0]?.abort(new Error('the first went'))
    await expect(answers[0]).rejects.toThrow('the first went')
    expect(sent[0]?.signal.aborted).toBe(false)
    controllers[1]?.abort(new DOMException('late', 'TimeoutError'))
    expect(await answers[1]).toMatchObject({ kind: 'TIMEOUT' })
    expect(sent[0]?.signal.aborted).toBe(true)
  })

  it('give all the page, and say who made no request', async () => {
    const { fetch, sent, timing } = setUp()
    const answers = [fetch({}, whenever), fetch({}, whenever), fetch({ offset: 1 }, whenever)]
    await timing.pass(0)
    expect(sent.map(({ path }) => path)).toEqual(['/0', '/1'])
    for (const { answer } of sent) answer({})
    const pages = await Promise.all(answers)
    expect(pages.map((page) => 'reused' in page && page.reused === true)).toEqual([false, true, false])
  })

  it('give all the failure, and say who made no request', async () => {
    const { fetch, sent, timing } = setUp({ retriesMax: 0 })
    const answers = [fetch({}, whenever), fetch({}, whenever)]
    await timing.pass(0)
    for (const { answer } of sent) answer({ status: 404 })
    const failures = await Promise.all(answers)
    expect(sent).toHaveLength(1)
    expect(failures.map((failure) => 'unsent' in failure && failure.unsent === true)).toEqual([false, true])
  })

  it('are not shared by whom an earlier one does not do', async () => {
    const { fetch, sent, timing } = setUp()
    const first = fetch({}, whenever)
    await timing.pass(0)
    sent[0]?.answer({})
    const page = await first
    const answeredAt = 'answeredAt' in page ? page.answeredAt : undefined
    expect(answeredAt).toBe(2)
    void fetch({}, whenever)
    await timing.pass(0)
    // That one was sent after the answer that this walk has seen; the last is not for who wants it live, or counts.
    void fetch({}, { sentAfter: 2 })
    await timing.pass(0)
    expect(sent).toHaveLength(2)
    void fetch({}, { sentAfter: 3 })
    await timing.pass(0)
    expect(sent).toHaveLength(3)
    void fetch({}, { ...whenever, freshness: 'LIVE' })
    await timing.pass(0)
    void fetch({})
    await timing.pass(0)
    expect(sent).toHaveLength(5)
  })

  it('are not shared once the answer is there, however little of the way to its callers is left', async () => {
    for (let steps = 0; steps < 20; steps += 1) {
      const { fetch, sent, timing } = setUp()
      const first = fetch({}, whenever)
      await timing.pass(0)
      sent[0]?.answer({})
      for (let step = 0; step < steps; step += 1) await null
      const live = fetch({}, { freshness: 'LIVE' })
      await timing.pass(0)
      expect(sent, `${steps} steps after the answer`).toHaveLength(2)
      sent[1]?.answer({})
      expect(await live).not.toHaveProperty('reused')
      await first
    }
  })

  it('are shared while they wait for another attempt', async () => {
    const { fetch, sent, timing } = setUp()
    const first = fetch({}, whenever)
    await timing.pass(0)
    sent[0]?.answer(sourceFailure('UNREACHABLE'))
    await timing.pass(50)
    const live = fetch({}, { freshness: 'LIVE' })
    await timing.pass(50)
    expect(sent).toHaveLength(2)
    sent[1]?.answer({})
    expect(await live).toMatchObject({ reused: true })
    await first
  })

  it('are of one source and one priority', async () => {
    const { fetch, sent, timing, connect, client } = setUp()
    const twin = connect({ sourceKey: 'twin', dialect: plainDialect(), client })
    void fetch({}, whenever)
    void fetch({}, { ...whenever, priority: 'bulk' })
    void twin.fetchPage({ pushdown: {}, limit: 1 }, { ...whenever, signal: new AbortController().signal })
    await timing.pass(0)
    expect(sent).toHaveLength(3)
  })
})

describe('identical readings at the same time', () => {
  it('cost the requests of one', async () => {
    const { source, sent, timing } = setUp()
    const reader = createReader({
      sources: [source],
      secrets: [new Secret('a secret of this test')],
      now: timing.now,
    })
    const read = () => {
      const { signal } = new AbortController()
      return reader.readPage({ filter: {}, order: 'NEWEST_FIRST', onSourceError: 'PARTIAL', signal })
    }
    const pages = Array.from({ length: 30 }, read)
    await timing.pass(0)
    expect(sent).toHaveLength(1)
    sent[0]?.answer({})
    for (const page of await Promise.all(pages)) expect(page).toMatchObject({ complete: true })
    expect(sent).toHaveLength(1)
    const requests = (await Promise.all(pages)).map(
      (page) => page.kind === 'page' && page.coverage[0]?.requests,
    )
    expect(requests.toSorted().join('')).toBe(`${'0'.repeat(29)}1`)
  })
})

describe('requests of one credential', () => {
  it('are four at once at first, up to eight after good answers, half after a time-out', async () => {
    const { fetch, sent, timing, source } = setUp()
    let offset = 0
    let answered = 0
    const ask = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        offset += 1
        void fetch({ offset })
      }
      await timing.pass(0)
    }
    const answerAll = async () => {
      while (answered < sent.length) {
        sent[answered]?.answer({})
        answered += 1
        await timing.pass(0)
      }
    }
    await ask(20)
    expect(sent).toHaveLength(4)
    await answerAll()
    await ask(400)
    await answerAll()
    expect(source.allowance?.().concurrency).toBe(8)
    await ask(20)
    expect(sent).toHaveLength(answered + 8)
    for (const { answer } of sent.slice(answered, answered + 8)) answer(sourceFailure('TIMEOUT'))
    await timing.pass(0)
    expect(source.allowance?.().concurrency).toBe(4)
  })

  it('are let out in turn, interactive ones first, and bulk ones into half of the places', async () => {
    const { fetch, sent, timing } = setUp()
    for (let offset = 0; offset < 6; offset += 1) void fetch({ offset }, { priority: 'bulk' })
    await timing.pass(0)
    expect(sent.map(({ path }) => path)).toEqual(['/0', '/1'])
    for (let offset = 10; offset < 14; offset += 1) void fetch({ offset })
    await timing.pass(0)
    expect(sent.map(({ path }) => path)).toEqual(['/0', '/1', '/10', '/11'])
    sent[0]?.answer({})
    await timing.pass(0)
    expect(sent.at(-1)?.path).toBe('/12')
  })

  it('leave the queue when their caller goes, and the others go on', async () => {
    const { fetch, sent, timing } = setUp({ concurrencyStart: 1 })
    const controllers = Array.from({ length: 5 }, () => new AbortController())
    const answers = controllers.map(({ signal }, offset) => fetch({ offset }, { signal }))
    await timing.pass(0)
    for (const index of [1, 3]) controllers[index]?.abort(new Error('gone'))
    for (const index of [1, 3]) await expect(answers[index]).rejects.toThrow('gone')
    for (let turn = 0; turn < 3; turn += 1) {
      sent[turn]?.answer({})
      await timing.pass(0)
    }
    expect(sent.map(({ path }) => path)).toEqual(['/0', '/2', '/4'])
  })
})

describe('a page of settled times', () => {
  let made = 0
  const content = () => {
    made += 1
    // Nobody looks into it.
    return {} as EntryContent
  }
  const dialect: Dialect = {
    ...plainDialect(),
    readPage: () => ({
      rows: [{ id: 'a', timeMs: 1, content }],
      more: false,
    }),
  }
  const settledUntil = (timing: { readonly now: () => number }) => timing.now() - 1_000

  async function fetched(
    parts: ReturnType<typeof setUp>,
    ask: Partial<PageAsk>,
    terms: Partial<FetchTerms> = whenever,
  ) {
    const before = parts.sent.length
    const answer = parts.fetch(ask, terms)
    await parts.timing.pass(0)
    parts.sent[before]?.answer({})
    return { page: await answer, wasSent: parts.sent.length > before }
  }

  it('is kept for five minutes, and its entries are made once', async () => {
    made = 0
    const parts = setUp({}, dialect)
    const ask = { sinceMs: 0, untilMs: settledUntil(parts.timing) }
    const first = await fetched(parts, ask)
    const second = await fetched(parts, ask)
    expect([first.wasSent, second.wasSent]).toEqual([true, false])
    expect(second.page).toMatchObject({ reused: true, answeredAt: 2 })
    for (const { page } of [first, second]) {
      if ('rows' in page) expect(page.rows[0]?.content()).toBe(page.rows[0]?.content())
    }
    expect(made).toBe(1)
    await parts.timing.pass(300_001)
    expect((await fetched(parts, ask)).wasSent).toBe(true)
    expect(parts.from).toEqual(['provider', 'settled', 'provider'])
  })

  it.each<[string, (untilMs: number) => Partial<PageAsk>, Partial<FetchTerms>, Partial<UpstreamLimits>]>([
    ['its window has not settled', (untilMs) => ({ untilMs: untilMs + 1 }), whenever, {}],
    ['its window is open', () => ({ sinceMs: 0 }), whenever, {}],
    ['it is asked for live', (untilMs) => ({ untilMs }), { ...whenever, freshness: 'LIVE' }, {}],
    ['it would be older than what the walk has seen', (untilMs) => ({ untilMs }), { sentAfter: 2 }, {}],
    ['nobody said that an older one will do', (untilMs) => ({ untilMs }), {}, {}],
    ['nothing is to be kept', (untilMs) => ({ untilMs }), whenever, { settledPageBytes: 0 }],
    ['it is too large', (untilMs) => ({ untilMs }), whenever, { settledPageBytes: 500 }],
  ])('is asked for again where %s', async (_, askOf, terms, limits) => {
    const parts = setUp(limits, dialect)
    const ask = askOf(settledUntil(parts.timing))
    await fetched(parts, ask)
    expect((await fetched(parts, ask, terms)).wasSent).toBe(true)
  })

  it('that is asked for live takes the place of the one that was kept', async () => {
    const parts = setUp({}, dialect)
    const ask = { untilMs: settledUntil(parts.timing) }
    await fetched(parts, ask)
    await fetched(parts, ask, { ...whenever, freshness: 'LIVE' })
    const { page, wasSent } = await fetched(parts, ask)
    expect(wasSent).toBe(false)
    expect(page).toMatchObject({ answeredAt: 4 })
  })

  it('is no failure, ever', async () => {
    const parts = setUp({}, { ...dialect, readPage: () => sourceFailure('INVALID_RESPONSE') })
    const ask = { untilMs: settledUntil(parts.timing) }
    await fetched(parts, ask)
    expect((await fetched(parts, ask)).wasSent).toBe(true)
  })

  it('is of one source', async () => {
    const parts = setUp({}, dialect)
    const ask = { pushdown: {}, limit: 1, untilMs: settledUntil(parts.timing) }
    await fetched(parts, ask)
    const twin = parts.connect({ sourceKey: 'twin', dialect, client: parts.client, settleMs: 1_000 })
    void twin.fetchPage(ask, { ...whenever, signal: new AbortController().signal })
    await parts.timing.pass(0)
    expect(parts.sent).toHaveLength(2)
  })
})
