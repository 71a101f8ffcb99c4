import { describe, expect, it } from 'vitest'
import { fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { plainDialect } from '../../test/support/limited-provider.js'
import { scriptedClient } from '../../test/support/scripted-client.js'
import { isFailure, type SourceFailure, sourceFailure } from '../model/failure.js'
import type { UpstreamPage, UpstreamResponse } from '../model/provider.js'
import type { FetchTerms } from '../reading/page.js'
import type { OwnedResponse } from './client.js'
import type { UpstreamLimits } from './limits.js'
import type { UpstreamObserver } from './observer.js'

type Reply = Partial<UpstreamResponse> | SourceFailure

/** A source whose answers come from a list, the last one again and again, and how it is asked. */
function scripted(
  replies: readonly Reply[] | ((number: number) => Reply | null),
  limits: Partial<UpstreamLimits> = {},
  random = () => 0,
) {
  const timing = fakeTiming(undefined, random)
  const replyTo = (number: number) =>
    typeof replies === 'function' ? replies(number) : (replies[number - 1] ?? replies.at(-1) ?? null)
  const { client, sent } = scriptedClient(timing, (_, number) => replyTo(number))
  const upstream = sharedUpstream(timing, limits)
  const events: string[] = []
  const observer: UpstreamObserver = {
    attempt: ({ method, retry }) => {
      events.push(`${method} ${retry}`)
      return ({ outcome, httpStatus }) => events.push(`${outcome} ${httpStatus}`)
    },
    page: (_, from) => events.push(from),
    breaker: (_, state) => events.push(`breaker ${state}`),
    allowance: (_, { limit, remaining }) => events.push(`${remaining} of ${limit}`),
  }
  const dialect = plainDialect()
  const source = upstream.connect({ dialect, client, observer })
  let offset = 0
  /** Asks for a page of its own and passes time until it has come. */
  async function ask(terms: Partial<FetchTerms> = {}, from = source): Promise<string> {
    offset += 1
    const answer = begin(terms, from)
    let told: UpstreamPage | SourceFailure | undefined
    void answer.then((page) => {
      told = page
    })
    for (let step = 0; told === undefined && step < 2_000; step += 1) await timing.pass(50)
    return told === undefined ? 'nothing' : isFailure(told) ? told.kind : 'OK'
  }
  function begin(terms: Partial<FetchTerms> = {}, from = source) {
    const signal = new AbortController().signal
    return from.fetchPage(
      { pushdown: {}, limit: 1, offset },
      { signal, deadlineMs: timing.now() + 9_850, ...terms },
    )
  }
  return { timing, sent, events, ask, begin, source, upstream, client, dialect }
}

const reset = sourceFailure('UNREACHABLE')
const tls = sourceFailure('UNREACHABLE', { retryable: false })
const late = sourceFailure('TIMEOUT')
const wait = (seconds: string) => ({ 'retry-after': seconds })

describe('a retry', () => {
  it.each<[string, Reply, number, string]>([
    ['a broken connection', reset, 3, 'UNREACHABLE'],
    ['502', { status: 502 }, 3, 'UNAVAILABLE'],
    ['503', { status: 503 }, 3, 'UNAVAILABLE'],
    ['504', { status: 504 }, 3, 'UNAVAILABLE'],
    ['429 that says when', { status: 429, headers: wait('1') }, 3, 'RATE_LIMITED'],
    ['429 that does not', { status: 429 }, 1, 'RATE_LIMITED'],
    ['429 that says too late', { status: 429, headers: wait('11') }, 1, 'RATE_LIMITED'],
    ['429 that says nonsense', { status: 429, headers: wait('-5 pigs') }, 1, 'RATE_LIMITED'],
    ['502 that says too late', { status: 502, headers: wait('11') }, 1, 'UNAVAILABLE'],
    ['503 that says too late', { status: 503, headers: wait('11') }, 1, 'UNAVAILABLE'],
    ['504 that says too late', { status: 504, headers: wait('11') }, 1, 'UNAVAILABLE'],
    ['500', { status: 500 }, 1, 'UNAVAILABLE'],
    ['a certificate', tls, 1, 'UNREACHABLE'],
    ['a time-out', late, 1, 'TIMEOUT'],
    ['400', { status: 400 }, 1, 'INVALID_REQUEST'],
    ['401', { status: 401 }, 1, 'UNAUTHENTICATED'],
    ['403', { status: 403 }, 1, 'FORBIDDEN'],
    ['404', { status: 404 }, 1, 'NOT_FOUND'],
    ['a body that breaks its form', { status: 204 }, 1, 'INVALID_RESPONSE'],
  ])('after %s', async (_, reply, attempts, kind) => {
    const { ask, sent } = scripted([reply])
    expect(await ask()).toBe(kind)
    expect(sent).toHaveLength(attempts)
  })

  it('may bring the page', async () => {
    const { ask, events } = scripted([reset, { status: 503 }, {}])
    expect(await ask()).toBe('OK')
    expect(events).toEqual([
      'provider',
      'GET 0',
      'UNREACHABLE null',
      'GET 1',
      'UNAVAILABLE 503',
      'GET 2',
      'OK 200',
    ])
  })

  it('comes after 100 ms to a second', async () => {
    for (const [drawn, delayMs] of [
      [0, 100],
      [0.999999, 1_000],
    ] as const) {
      const { ask, sent } = scripted([reset, {}], {}, () => drawn)
      await ask()
      expect((sent[1]?.atMs ?? 0) - (sent[0]?.atMs ?? 0)).toBe(delayMs)
    }
  })

  it('is not made sooner than in 15 minutes for a wait of millennia', async () => {
    const { ask, sent, timing } = scripted([{ status: 429, headers: wait('99999999999') }])
    expect(await ask()).toBe('RATE_LIMITED')
    await timing.pass(890_000)
    expect(await ask()).toBe('RATE_LIMITED')
    expect(sent).toHaveLength(1)
  })

  it('comes no sooner than Retry-After says, in seconds or as a date, and neither does another request', async () => {
    for (const dated of [false, true]) {
      const { ask, begin, sent, timing } = scripted((number) =>
        number === 1
          ? {
              status: 429,
              headers: wait(dated ? new Date(timing.now() + 4_000).toUTCString() : '4'),
            }
          : {},
      )
      const waiting = ask()
      await timing.pass(0)
      const other = begin()
      expect(await waiting).toBe('OK')
      expect(await other).toMatchObject({ rows: [] })
      for (const { atMs } of sent.slice(1)) expect(atMs - (sent[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(4_000)
    }
  })

  it('is not made when the deadline is nearer', async () => {
    const { ask, sent, timing } = scripted([reset])
    expect(await ask({ deadlineMs: timing.now() + 90 })).toBe('UNREACHABLE')
    expect(sent).toHaveLength(1)
  })

  it('is waited for as long as the deadline lets it, and ten seconds where there is none', async () => {
    for (const [deadlineMs, kind] of [
      [30_000, 'OK'],
      [Number.POSITIVE_INFINITY, 'RATE_LIMITED'],
    ] as const) {
      const { ask, timing } = scripted([{ status: 429, headers: wait('12') }, {}])
      expect(await ask({ deadlineMs: timing.now() + deadlineMs })).toBe(kind)
    }
  })

  it('ends with its caller, who waits no longer', async () => {
    const { begin, sent, timing } = scripted([reset])
    const controller = new AbortController()
    const answer = begin({ signal: controller.signal })
    await timing.pass(50)
    controller.abort(new Error('gone'))
    await expect(answer).rejects.toThrow('gone')
    await timing.pass(10_000)
    expect(sent).toHaveLength(1)
    expect(timing.armed()).toBe(0)
  })

  it('is spent by a provider that is down: half of ten tokens, and successes give them back', async () => {
    const down = { value: true }
    const { ask, sent } = scripted(() => (down.value ? reset : {}), { breakerCalls: 1_000 })
    for (let count = 0; count < 20; count += 1) await ask()
    expect(sent).toHaveLength(20 + 3)
    down.value = false
    for (let count = 0; count < 100; count += 1) await ask()
    down.value = true
    await ask()
    expect(sent).toHaveLength(20 + 3 + 100 + 3)
  })
})

describe('an answer that waited for its turn until nobody wanted it', () => {
  it('still says how long to wait', async () => {
    const { upstream, timing, begin, dialect } = scripted([])
    const answers: ((answer: OwnedResponse) => void)[] = []
    const send = () => new Promise<OwnedResponse>((resolve) => answers.push(resolve))
    const source = upstream.connect({ dialect, client: { send } })
    const controller = new AbortController()
    const page = begin({ signal: controller.signal }, source)
    await timing.pass(0)
    controller.abort(new Error('gone'))
    await expect(page).rejects.toThrow('gone')
    answers[0]?.({ status: 429, headers: wait('60'), body: '', receivedAtMs: timing.now() })
    await timing.pass(0)
    expect(source.allowance?.()).toMatchObject({ pausedUntilMs: timing.now() + 60_000 })
  })
})

describe('waiting for a place', () => {
  it('is not ended by a rate that nobody limits, however long others hold the places', async () => {
    const { begin, ask, sent, timing, source } = scripted((number) => (number > 4 ? {} : null), {
      headersMs: 60_000,
    })
    const held = Array.from({ length: 4 }, (_, index) =>
      source.fetchPage(
        { pushdown: {}, limit: 1, offset: 100 + index },
        { signal: new AbortController().signal },
      ),
    )
    await timing.pass(0)
    const bulk = begin({ priority: 'bulk', deadlineMs: timing.now() + 120_000 })
    await timing.pass(11_000)
    // Another that comes looks at all who wait.
    const other = ask()
    await timing.pass(100)
    for (const { answer } of sent.slice(0, 4)) answer({})
    expect(await bulk).toMatchObject({ rows: [] })
    expect(await other).toBe('OK')
    await Promise.all(held)
  })
})

describe('a provider that is in trouble and says how long', () => {
  it.each([500, 502, 503, 504, 529])(
    'is told to those who come meanwhile as what it is: %i',
    async (status) => {
      const { ask, begin, source, sent } = scripted([{ status, headers: wait('60') }])
      expect(await ask()).toBe('UNAVAILABLE')
      expect(await begin()).toMatchObject({
        kind: 'UNAVAILABLE',
        message: expect.stringContaining('asks to wait'),
      })
      expect(source.allowance?.()).toMatchObject({ pauseReason: 'FAILING' })
      expect(sent).toHaveLength(1)
    },
  )

  it.each([502, 503, 504])('is asked again when that has passed, by nobody sooner: %i', async (status) => {
    const { ask, sent, timing } = scripted((number) => (number <= 2 ? { status, headers: wait('3') } : {}))
    const waiting = ask()
    await timing.pass(0)
    const other = ask()
    expect(await waiting).toBe('OK')
    expect(await other).toBe('OK')
    const [first, ...others] = sent.map(({ atMs }) => atMs)
    for (const atMs of others) expect(atMs - (first ?? 0)).toBeGreaterThanOrEqual(3_000)
    expect(others).toHaveLength(3)
  })

  it('may say it with 200, too', async () => {
    const { client, upstream, ask, dialect, sent } = scripted([{ headers: wait('60') }])
    const readPage = () => sourceFailure('UNAVAILABLE', { httpStatus: 200 })
    const source = upstream.connect({ dialect: { ...dialect, readPage }, client })
    expect(await ask({}, source)).toBe('UNAVAILABLE')
    expect(await ask({}, source)).toBe('UNAVAILABLE')
    expect(sent).toHaveLength(1)
  })
})

describe('a limit that is told as a refusal', () => {
  it('holds as long as it says, and shuts nothing', async () => {
    const throttled = { status: 403, headers: wait('1'), body: 'slow down' }
    const { timing, client, upstream, ask, dialect } = scripted((number) => (number === 1 ? throttled : {}), {
      retriesMax: 0,
    })
    const limiting = {
      ...dialect,
      readPage: (response: UpstreamResponse) =>
        response.status === 403
          ? sourceFailure('RATE_LIMITED', { httpStatus: 403 })
          : dialect.readPage(response),
    }
    const source = upstream.connect({ dialect: limiting, client })
    expect(await ask({}, source)).toBe('RATE_LIMITED')
    await timing.pass(2_000)
    expect(await ask({}, source)).toBe('OK')
  })
})

describe('a limit that is of the whole provider', () => {
  it('pauses its sources of other credentials', async () => {
    const scope = { header: 'x-ratelimit-scope', value: 'integration-partner' }
    for (const [said, kind] of [
      ['Integration-Partner', 'RATE_LIMITED'],
      ['key', 'OK'],
    ]) {
      const headers = { ...wait('60'), 'x-ratelimit-scope': said ?? '' }
      const { ask, upstream, client } = scripted((number) => (number === 1 ? { status: 429, headers } : {}))
      const [one, two] = ['one', 'two'].map((credential) =>
        upstream.connect({
          sourceKey: credential,
          dialect: plainDialect(credential, { families: [], providerScope: scope }),
          client,
        }),
      )
      expect(await ask({}, one)).toBe('RATE_LIMITED')
      expect(await ask({}, one)).toBe('RATE_LIMITED')
      expect(await ask({}, two)).toBe(kind)
    }
  })
})

describe('a breaker', () => {
  it('opens after 20 calls of which half failed, and one probe at a time closes it', async () => {
    const down = { value: true }
    const { ask, begin, sent, events, timing, source } = scripted(
      () => (down.value ? { status: 500 } : {}),
      {},
      () => 0.5,
    )
    for (let count = 0; count < 20; count += 1) expect(await ask()).toBe('UNAVAILABLE')
    expect(sent).toHaveLength(20)
    expect(events.at(-1)).toBe('UNAVAILABLE 500')
    expect(events).toContain('breaker open')
    const openedMs = timing.now()
    const refused = await begin()
    expect(refused).toMatchObject({ kind: 'UNAVAILABLE', message: expect.stringContaining('kept failing') })
    expect(isFailure(refused) && refused.retryAfterMs).toBeLessThanOrEqual(openedMs + 10_000)
    expect(isFailure(refused) && refused.unsent).toBe(true)
    expect(source.allowance?.()).toMatchObject({ pauseReason: 'FAILING' })
    // The first probe fails; the next comes after twice the time.
    await timing.pass(10_000)
    await Promise.all([ask(), ask(), ask()])
    expect(sent).toHaveLength(21)
    await timing.pass(15_000)
    expect(await ask()).toBe('UNAVAILABLE')
    expect(sent).toHaveLength(21)
    down.value = false
    await timing.pass(10_000)
    expect(await ask()).toBe('OK')
    expect(events.at(-1)).toBe('OK 200')
    expect(events.filter((event) => event.startsWith('breaker'))).toEqual([
      'breaker open',
      'breaker probing',
      'breaker open',
      'breaker probing',
      'breaker closed',
    ])
    expect(source.allowance?.()).toMatchObject({ pausedUntilMs: null, pauseReason: null })
  })

  it.each([
    ['of the same credential', 'one'],
    ['of another credential', 'two'],
  ])('of a source that always fails leaves a healthy one %s alone', async (_, credential) => {
    const { upstream, timing, ask, events } = scripted([{}])
    const { client } = scriptedClient(timing, () => ({ status: 500 }))
    const failing = upstream.connect({ sourceKey: 'failing', dialect: plainDialect(credential), client })
    for (let count = 0; count < 60; count += 1) {
      await ask({}, failing)
      expect(await ask()).toBe('OK')
    }
    expect(failing.allowance?.()).toMatchObject({ pauseReason: 'FAILING' })
    expect(events).not.toContain('breaker open')
  })

  it.each([
    ['fails', sourceFailure('UNAVAILABLE'), 25],
    ['hangs', late, 6],
  ])('of a source that alone is asked and %s leaves an idle one alone', async (_, failure, times) => {
    const { upstream, timing, ask } = scripted([{}])
    const send = () =>
      new Promise<SourceFailure>((resolve) => {
        timing.after(failure === late ? 4_000 : 0, () => resolve(failure))
      })
    const failing = upstream.connect({ sourceKey: 'failing', dialect: plainDialect(), client: { send } })
    for (let count = 0; count < times; count += 1) await ask({}, failing)
    expect(failing.allowance?.()).toMatchObject({ pauseReason: 'FAILING' })
    expect(await ask()).toBe('OK')
  })

  it('that all shared is closed by the one that is well again, whoever is asked first', async () => {
    const isDown = { value: true }
    const { upstream, timing, begin, source } = scripted(
      () => (isDown.value ? { status: 500 } : {}),
      {},
      () => 0.5,
    )
    const { client } = scriptedClient(timing, () => ({ status: 500 }))
    const broken = upstream.connect({ sourceKey: 'broken', dialect: plainDialect('two'), client })
    const operation = async () => {
      const [, page] = await Promise.all([begin({}, broken), begin()])
      await timing.pass(1_000)
      return isFailure(page) ? page.kind : 'OK'
    }
    for (let count = 0; count < 12; count += 1) await operation()
    expect(source.allowance?.()).toMatchObject({ pauseReason: 'FAILING' })
    isDown.value = false
    const outcomes: string[] = []
    for (let count = 0; count < 120; count += 1) outcomes.push(await operation())
    expect(outcomes.slice(60).filter((outcome) => outcome !== 'OK').length).toBeLessThan(6)
  })

  it('that all shared lets one that alone is asked probe within half a minute, too', async () => {
    const isDown = { value: true }
    const { upstream, timing, ask, source, client } = scripted(
      () => (isDown.value ? { status: 500 } : {}),
      {},
      () => 1,
    )
    const idle = upstream.connect({ sourceKey: 'idle', dialect: plainDialect('two'), client })
    for (let count = 0; count < 12; count += 1) await Promise.all([ask(), ask({}, idle)])
    for (let count = 0; count < 120; count += 1) {
      await ask()
      await timing.pass(1_000)
    }
    expect(source.allowance?.()).toMatchObject({ pauseReason: 'FAILING' })
    isDown.value = false
    await timing.pass(30_000)
    expect(await ask()).toBe('OK')
  })

  it('is shared by sources that all fail', async () => {
    const { upstream, client, ask, sent, source } = scripted([{ status: 500 }])
    const twin = upstream.connect({ sourceKey: 'twin', dialect: plainDialect('two'), client })
    for (let count = 0; count < 20; count += 1) await ask({}, count % 2 === 0 ? source : twin)
    await ask()
    await ask({}, twin)
    expect(sent).toHaveLength(20)
  })

  it('is opened by trouble that is told with 200', async () => {
    const { upstream, client, ask, sent } = scripted([{}])
    const readPage = () => sourceFailure('UNAVAILABLE', { httpStatus: 200 })
    const troubled = upstream.connect({ dialect: { ...plainDialect(), readPage }, client })
    for (let count = 0; count < 60; count += 1) await ask({}, troubled)
    expect(sent).toHaveLength(20)
  })

  it.each<[string, Reply]>([
    ['400', { status: 400 }],
    ['404', { status: 404 }],
  ])('is not opened by %s', async (_, reply) => {
    const { ask, sent } = scripted([reply])
    for (let count = 0; count < 60; count += 1) await ask()
    expect(sent).toHaveLength(60)
  })

  it('opens for a provider that hangs, however much it answered before', async () => {
    const { ask, begin, sent, timing } = scripted((number) => (number > 100 ? null : {}))
    for (let count = 0; count < 100; count += 1) await ask()
    for (let count = 0; count < 10; count += 1) {
      const controller = new AbortController()
      const answer = begin({ signal: controller.signal })
      await timing.pass(500)
      controller.abort(new DOMException('late', 'TimeoutError'))
      expect(await answer).toMatchObject({ kind: count < 8 ? 'TIMEOUT' : 'UNAVAILABLE' })
    }
    expect(sent).toHaveLength(100 + 8)
  })

  it('opens after five time-outs in a row, not when one of five is answered', async () => {
    for (const answered of [0, 5]) {
      const slow = (number: number) => (answered > 0 && number % answered === 0 ? {} : null)
      const { begin, sent, timing } = scripted(slow)
      for (let count = 0; count < 7; count += 1) {
        const page = begin()
        await timing.pass(4_000)
        sent.at(-1)?.answer(late)
        await page
      }
      expect(sent).toHaveLength(answered === 0 ? 5 : 7)
    }
  })

  it('is not opened by answers that wait for their turn until the deadline', async () => {
    const { upstream, timing, begin, events, dialect } = scripted([])
    const answers: ((answer: OwnedResponse) => void)[] = []
    const send = () => new Promise<OwnedResponse>((resolve) => answers.push(resolve))
    const source = upstream.connect({ dialect, client: { send } })
    for (let count = 0; count < 10; count += 1) {
      const controller = new AbortController()
      const page = begin({ signal: controller.signal }, source)
      await timing.pass(1_000)
      controller.abort(new DOMException('late', 'TimeoutError'))
      expect(await page).toMatchObject({ kind: 'TIMEOUT' })
      answers[count]?.({ status: 200, headers: {}, body: '{}', receivedAtMs: timing.now() })
      await timing.pass(0)
    }
    expect(answers).toHaveLength(10)
    expect(events).not.toContain('breaker open')
  })

  it('is not opened by callers that give up', async () => {
    const { begin, ask, sent, timing } = scripted((number) => (number > 60 ? {} : null))
    for (let count = 0; count < 60; count += 1) {
      const controller = new AbortController()
      const answer = begin({ signal: controller.signal })
      await timing.pass(0)
      controller.abort(new DOMException('late', 'TimeoutError'))
      expect(await answer).toMatchObject({ kind: 'TIMEOUT' })
    }
    expect(await ask()).toBe('OK')
    expect(sent).toHaveLength(61)
  })
})

describe('a credential that was refused', () => {
  it('is not sent again for a minute, by no source that has it', async () => {
    const { ask, sent, timing, upstream, client, source } = scripted([{ status: 401 }])
    const twin = upstream.connect({ sourceKey: 'twin', dialect: plainDialect(), client })
    const other = upstream.connect({ sourceKey: 'other', dialect: plainDialect('two'), client })
    expect(await ask()).toBe('UNAUTHENTICATED')
    expect(await ask()).toBe('UNAUTHENTICATED')
    expect(await ask({}, twin)).toBe('UNAUTHENTICATED')
    expect(sent).toHaveLength(1)
    expect(source.allowance?.()).toMatchObject({ pauseReason: 'CREDENTIAL_REFUSED' })
    await ask({}, other)
    expect(sent).toHaveLength(2)
    await timing.pass(60_000)
    await ask()
    expect(sent).toHaveLength(3)
  })

  it('says of a failure whether anything was sent for it', async () => {
    const { begin, timing, sent } = scripted([{ status: 401 }])
    const told: (true | undefined | null)[] = []
    for (let request = 0; request < 2; request += 1) {
      const answer = begin()
      await timing.pass(0)
      const page = await answer
      told.push(isFailure(page) ? page.unsent : null)
    }
    expect(told).toEqual([undefined, true])
    expect(sent).toHaveLength(1)
  })

  it.each([
    ['UNAUTHENTICATED', 'twin'],
    ['FORBIDDEN', 'main'],
  ] as const)('in a body with status 200 is not sent again either: %s', async (kind, sourceKey) => {
    const { upstream, client, ask, sent } = scripted([{}])
    const readPage = () => sourceFailure(kind, { httpStatus: 200 })
    const dialect = { ...plainDialect(), readPage }
    const [first, second] = ['main', sourceKey].map((key) =>
      upstream.connect({ sourceKey: key, dialect, client }),
    )
    await ask({}, first)
    expect(await ask({}, sourceKey === 'main' ? first : second)).toBe(kind)
    expect(sent).toHaveLength(1)
  })

  it('with 403 for something beside the list may still read the list', async () => {
    const { upstream, client, ask, sent, timing } = scripted((number) =>
      number === 1 ? { status: 403 } : {},
    )
    const plain = plainDialect()
    const source = upstream.connect({
      client,
      dialect: {
        ...plain,
        bulk: {
          request: () => ({ method: 'GET', path: '/export', query: [], headers: {}, ownRight: true }),
          read: () => sourceFailure('FORBIDDEN', { httpStatus: 403 }),
        },
      },
    })
    const { signal } = new AbortController()
    const bulk = () => source.fetchBulk?.({ pushdown: {}, untilMs: 0 }, { signal })
    expect(await bulk()).toMatchObject({ kind: 'FORBIDDEN' })
    const retryAfterMs = timing.now() + 60_000
    expect(await ask({}, source)).toBe('OK')
    expect(source.allowance?.()).toMatchObject({ pausedUntilMs: null })
    expect(sent).toHaveLength(2)
    // What was refused is not sent again before a minute has passed.
    expect(await bulk()).toMatchObject({ kind: 'FORBIDDEN', retryAfterMs })
    expect(sent).toHaveLength(2)
    await timing.pass(60_000)
    await bulk()
    expect(sent).toHaveLength(3)
  })

  it('with 403 may still do for another source', async () => {
    const { ask, sent, upstream, client } = scripted([{ status: 403 }])
    const twin = upstream.connect({ sourceKey: 'twin', dialect: plainDialect(), client })
    await ask()
    expect(await ask()).toBe('FORBIDDEN')
    expect(sent).toHaveLength(1)
    await ask({}, twin)
    expect(sent).toHaveLength(2)
  })
})
