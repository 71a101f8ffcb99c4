import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createFaultPlan, type Fault } from '../../src/simulation/faults.js'
import type { UpstreamErrorKind } from '../generated/graphql.js'
import { type SourceKey, sourceKeys } from './support/events.js'
import { everything, expectAllBut, onePageEvents, onePageSettings } from './support/one-page.js'
import { coverageOf, entriesOf, flawless, judge, post, readPage, variablesOf } from './support/reading.js'
import { type Situation, type SituationOptions, startSituation } from './support/situation.js'

describe('one source in trouble', () => {
  let situation: Situation

  beforeAll(async () => {
    situation = await startSituation({ events: onePageEvents, settings: onePageSettings })
  })
  afterAll(() => situation.close())
  afterEach(() => {
    for (const key of sourceKeys) situation.host.account(key).setFaults(undefined)
    // Pauses, latches and breakers have ended.
    situation.clock.nowMs += 20 * 60_000
  })

  interface Trouble {
    readonly name: string
    readonly fault: Fault
    readonly kind: UpstreamErrorKind
    /** Where a source has a meaning of its own for it; null when it is no trouble there. */
    readonly kinds?: Partial<Record<SourceKey, UpstreamErrorKind | null>>
    readonly httpStatus?: number
    /** After the instant of the request. */
    readonly retryAfterMs?: number
    /** Part of the gateway's own message. */
    readonly message?: RegExp
  }

  const status = (code: number, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): Fault => ({
    kind: 'status',
    status: code,
    ...more,
  })

  const troubles: readonly Trouble[] = [
    {
      name: '429 with Retry-After in seconds',
      fault: status(429, { retryAfter: 20 }),
      kind: 'RATE_LIMITED',
      httpStatus: 429,
      retryAfterMs: 20_000,
    },
    {
      name: '429 with Retry-After as a date',
      fault: status(429, { retryAfter: { dateInMs: 30_000 } }),
      kind: 'RATE_LIMITED',
      retryAfterMs: 30_000,
    },
    {
      name: '429 with an absurd Retry-After',
      fault: status(429, { retryAfter: 9_999_999 }),
      kind: 'RATE_LIMITED',
      retryAfterMs: 900_000,
    },
    {
      name: '429 with an unreadable Retry-After',
      fault: status(429, { retryAfter: 'soon' }),
      kind: 'RATE_LIMITED',
    },
    {
      name: '429 without Retry-After from a proxy',
      fault: status(429, { body: 'html' }),
      kind: 'RATE_LIMITED',
    },
    { name: '500', fault: status(500), kind: 'UNAVAILABLE', httpStatus: 500 },
    {
      name: '502 with HTML from a proxy',
      fault: status(502, { body: 'html' }),
      kind: 'UNAVAILABLE',
      httpStatus: 502,
    },
    {
      name: '503 with Retry-After',
      fault: status(503, { body: 'empty', retryAfter: 20 }),
      kind: 'UNAVAILABLE',
      retryAfterMs: 20_000,
    },
    {
      name: '504 without a body',
      fault: status(504, { body: 'empty' }),
      kind: 'UNAVAILABLE',
      httpStatus: 504,
    },
    { name: '408', fault: status(408, { body: 'html' }), kind: 'TIMEOUT', httpStatus: 408 },
    {
      name: 'a redirect',
      fault: { kind: 'redirect', location: 'http://127.0.0.1:1/elsewhere' },
      kind: 'INVALID_RESPONSE',
      httpStatus: 302,
      message: /redirect/,
    },
    { name: 'a reset before the headers', fault: { kind: 'resetBeforeHeaders' }, kind: 'UNREACHABLE' },
    { name: 'a reset in the body', fault: { kind: 'resetMidBody' }, kind: 'UNREACHABLE' },
    { name: 'a body that ends early', fault: { kind: 'cutBody' }, kind: 'UNREACHABLE' },
    { name: 'truncated JSON', fault: { kind: 'truncatedJson' }, kind: 'INVALID_RESPONSE', httpStatus: 200 },
    { name: 'two documents', fault: { kind: 'twoDocuments' }, kind: 'INVALID_RESPONSE' },
    { name: 'HTML from a proxy', fault: { kind: 'htmlOk' }, kind: 'INVALID_RESPONSE', message: /text\/html/ },
    {
      name: 'a wrong content type',
      fault: { kind: 'wrongContentType', contentType: 'text/csv' },
      kind: 'INVALID_RESPONSE',
      message: /text\/csv/,
    },
    { name: 'an empty body', fault: { kind: 'emptyOk' }, kind: 'INVALID_RESPONSE', message: /empty/ },
    { name: 'no content', fault: { kind: 'noContent' }, kind: 'INVALID_RESPONSE', httpStatus: 204 },
    {
      name: 'a body of 5 MiB',
      fault: { kind: 'hugeBody', bytes: 5 * 1024 * 1024 },
      kind: 'INVALID_RESPONSE',
      message: /4 MiB/,
    },
    {
      name: 'a gzip bomb',
      fault: { kind: 'gzip', bytes: 8 * 1024 * 1024 },
      kind: 'INVALID_RESPONSE',
      message: /4 MiB/,
    },
    { name: 'JSON 100,000 deep', fault: { kind: 'deepJson', depth: 100_000 }, kind: 'INVALID_RESPONSE' },
    { name: 'invalid UTF-8', fault: { kind: 'invalidUtf8' }, kind: 'INVALID_RESPONSE', message: /UTF-8/ },
    {
      name: 'an entry without id',
      fault: { kind: 'rowWithout', field: 'id' },
      kind: 'INVALID_RESPONSE',
      message: /\[0\]/,
      // The name of the id is inferred there, so an entry may lack it (sheet ashby section 5): one is derived.
      kinds: { hiring: null },
    },
    {
      name: 'an entry without time',
      fault: { kind: 'rowWithout', field: 'time' },
      kind: 'INVALID_RESPONSE',
      message: /\[0\]/,
    },
  ]

  const cases = troubles.flatMap((trouble) =>
    sourceKeys.flatMap((key) => {
      const kind = trouble.kinds?.[key] === undefined ? trouble.kind : trouble.kinds[key]
      return kind === null ? [] : [[`${key}: ${trouble.name}`, { ...trouble, key, kind }] as const]
    }),
  )

  it.each(cases)('%s', async (_, { key, fault, kind, httpStatus, retryAfterMs, message }) => {
    situation.host.account(key).setFaults(createFaultPlan([{ fault }]))
    const askedMs = situation.clock.nowMs
    const page = await readPage(situation.url, everything)
    expectAllBut(key, page, situation)
    const { error, resumeCursor } = coverageOf(page, key)
    expect(error).toMatchObject({
      kind,
      retryAfter: retryAfterMs === undefined ? null : new Date(askedMs + retryAfterMs).toISOString(),
      ...(httpStatus !== undefined && { httpStatus }),
    })
    expect(error?.message).toMatch(message ?? /./)
    expect(error?.remedy).toMatch(/.\.$/)

    // Healed, and asked when the waits are over, it gives what it held back: once.
    situation.host.account(key).setFaults(undefined)
    situation.clock.nowMs += 20 * 60_000
    const asked = { ...variablesOf({ order: 'NEWEST_FIRST', sources: [key] }), ...everything }
    const resumed = await readPage(situation.url, { ...asked, after: resumeCursor })
    expect(judge(entriesOf(resumed), 'NEWEST_FIRST', situation.entries({ sources: [key] }))).toEqual(flawless)
  })

  const harmless: readonly { readonly name: string; readonly fault: Fault }[] = [
    { name: 'a byte order mark', fault: { kind: 'byteOrderMark' } },
    { name: 'gzip that was not asked for', fault: { kind: 'gzip' } },
    { name: 'a repeated entry', fault: { kind: 'duplicateRow' } },
    { name: 'a short delay', fault: { kind: 'delay', delayMs: 20 } },
    { name: 'white space behind the JSON', fault: { kind: 'hugeBody', bytes: 100_000 } },
  ]

  it.each(
    harmless.flatMap(({ name, fault }) =>
      sourceKeys.map((key) => [`${key}: ${name}`, { key, fault }] as const),
    ),
  )('is no trouble: %s', async (_, { key, fault }) => {
    situation.host.account(key).setFaults(createFaultPlan([{ fault }]))
    const page = await readPage(situation.url, everything)
    expect(judge(entriesOf(page), 'NEWEST_FIRST', situation.entries())).toEqual(flawless)
    expect(page.complete).toBe(true)
  })

  it.each(sourceKeys)('under FAIL it is one error with the cursor to retry: %s', async (key) => {
    const first = await readPage(situation.url, { first: 10 })
    const after = first.pageInfo.endCursor
    const restarted = await situation.startGateway()
    situation.host.account(key).setFaults(createFaultPlan([{ fault: status(503) }]))
    const { data, errors } = await post(restarted, { first: 10, after, onSourceError: 'FAIL' })
    expect(data ?? null).toBeNull()
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'UPSTREAM_FAILED', after, failures: [{ source: key, kind: 'UNAVAILABLE' }] },
    ])
  })

  it('is an error when it is the trouble of all', async () => {
    for (const key of sourceKeys)
      situation.host.account(key).setFaults(createFaultPlan([{ fault: status(503) }]))
    const { data, errors } = await post(situation.url, everything)
    expect(data ?? null).toBeNull()
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['UPSTREAM_FAILED'])
  })
})

describe('one source that takes its time', () => {
  // Long enough for healthy answers on a busy machine, and short enough to be waited for. All four at once.
  const upstream = { connectMs: 800, headersMs: 800, bodyMs: 900 }
  const cases: readonly (readonly [string, Fault, SituationOptions['limits'], RegExp])[] = [
    ['no answer', { kind: 'hang' }, { upstream }, /begin to answer within 0\.8 seconds/],
    [
      'a slow body',
      { kind: 'slowBody', intervalMs: 50 },
      { upstream },
      /finish its answer within 0\.9 seconds/,
    ],
    [
      'no answer before the deadline of the operation',
      { kind: 'hang' },
      { server: { deadlineMs: 1_000 } },
      /time that this page may take/,
    ],
  ]

  it.each(cases)('%s', async (_, fault, limits, message) => {
    const situations = await Promise.all(
      sourceKeys.map((key) =>
        startSituation({ events: onePageEvents, settings: onePageSettings, ...(limits && { limits }) }).then(
          (situation) => ({
            key,
            situation,
          }),
        ),
      ),
    )
    try {
      await Promise.all(situations.map(({ situation }) => readPage(situation.url, everything)))
      for (const { key, situation } of situations) {
        situation.host.account(key).setFaults(createFaultPlan([{ fault }]))
      }
      const pages = await Promise.all(
        situations.map(async ({ key, situation }) => ({
          key,
          situation,
          page: await readPage(situation.url, everything),
        })),
      )
      for (const { key, situation, page } of pages) {
        expectAllBut(key, page, situation)
        const { error } = coverageOf(page, key)
        expect(error).toMatchObject({ kind: 'TIMEOUT', retryable: true })
        expect(error?.message).toMatch(message)
      }
    } finally {
      await Promise.all(situations.map(({ situation }) => situation.close()))
    }
  })

  it('at the deadline the others end the page early, and go on from there', async () => {
    // Without a floor close by, hiring has more windows to be asked for when crew is still being waited for.
    const situation = await startSituation({
      events: onePageEvents,
      limits: { server: { deadlineMs: 1_000 } },
    })
    try {
      situation.host.account('crew').setFaults(createFaultPlan([{ fault: { kind: 'hang' } }]))
      const page = await readPage(situation.url, everything)
      const others = situation.entries({ sources: sourceKeys.filter((key) => key !== 'crew') })
      expect(judge(entriesOf(page), 'NEWEST_FIRST', others)).toEqual(flawless)
      expect(coverageOf(page, 'crew')).toMatchObject({ state: 'FAILED', error: { kind: 'TIMEOUT' } })
      expect(coverageOf(page, 'hiring')).toMatchObject({ state: 'SCAN_LIMIT', error: null, gap: null })
      situation.host.account('crew').setFaults(createFaultPlan([]))
      const rest = await readPage(situation.url, { ...everything, after: page.pageInfo.endCursor })
      expect(coverageOf(rest, 'hiring')).toMatchObject({ state: 'COMPLETE', error: null, gap: null })
      expect(rest.pageInfo.hasNextPage).toBe(false)
    } finally {
      await situation.close()
    }
  })
})
