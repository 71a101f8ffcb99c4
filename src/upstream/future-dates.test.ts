import { expect, it } from 'vitest'
import { fakeTiming, sharedUpstream } from '../../test/support/connected-source.js'
import { plainDialect } from '../../test/support/limited-provider.js'
import { scriptedClient } from '../../test/support/scripted-client.js'
import { isFailure } from '../model/failure.js'
import type { PageAsk } from '../model/provider.js'
import type { FetchTerms } from '../reading/page.js'

/** A source whose pages name a date two seconds behind what is asked, and a provider that refuses what `isRefused` says. */
function setUp(isRefused: (dateMs: number, nowMs: number, words: string) => boolean) {
  const timing = fakeTiming()
  const { client, sent } = scriptedClient(timing, ({ path }) => {
    const [, date, words = ''] = path.split('/')
    return { status: isRefused(Number(date), timing.now(), words) ? 400 : 200 }
  })
  const latestDateMs = ({ untilMs = 0 }: PageAsk) => untilMs + 2_000
  const dialect = {
    ...plainDialect(),
    latestDateMs,
    pageRequest: (ask: PageAsk) => ({
      method: 'GET' as const,
      path: `/${latestDateMs(ask)}/${ask.pushdown.actions ?? ''}`,
      query: [],
      headers: {},
    }),
  }
  const source = sharedUpstream(timing).connect({ dialect, client })
  /** How the newest page comes, after how long, and how often the provider was asked. */
  const newest = async (words: readonly string[] = [], terms: Partial<FetchTerms> = {}, aheadMs = 0) => {
    const [beganMs, before] = [timing.now(), sent.length]
    const { signal } = new AbortController()
    const ask = {
      pushdown: words.length === 0 ? {} : { actions: words },
      limit: 1,
      untilMs: beganMs + aheadMs,
    }
    let took = Number.NaN
    const answer = source.fetchPage(ask, { signal, ...terms }).then((page) => {
      took = timing.now() - beganMs
      return isFailure(page) ? page.kind : 'page'
    })
    await timing.pass(5_000)
    return [await answer, took, sent.length - before]
  }
  return { newest, timing }
}

it('a page whose date is refused as one of the future is asked for when its time has come, from then on at once', async () => {
  const { newest, timing } = setUp((dateMs, nowMs) => dateMs > nowMs)
  expect(await newest()).toEqual(['page', 2_500, 2])
  expect(await newest()).toEqual(['page', 2_500, 1])
  // It may have changed its mind.
  await timing.pass(3_600_000)
  expect(await newest()).toEqual(['page', 2_500, 2])
})

it('is not waited for beyond the deadline of who asks', async () => {
  const { newest, timing } = setUp((dateMs, nowMs) => dateMs > nowMs)
  expect(await newest([], { deadlineMs: timing.now() + 2_400 })).toEqual(['INVALID_REQUEST', 0, 1])
  expect(await newest()).toEqual(['page', 2_500, 2])
  expect(await newest([], { deadlineMs: timing.now() + 2_400 })).toEqual(['INVALID_REQUEST', 0, 1])
})

it('is not waited for where it lies far ahead, as after a clock that was set back', async () => {
  const { newest } = setUp((dateMs, nowMs) => dateMs > nowMs)
  expect(await newest([], {}, 10_000)).toEqual(['INVALID_REQUEST', 0, 1])
})

it('a provider that takes dates of the future is not waited for, whatever else it refuses', async () => {
  const { newest } = setUp((_date, _now, words) => words === 'unknown')
  expect(await newest()).toEqual(['page', 0, 1])
  expect(await newest(['unknown'])).toEqual(['INVALID_REQUEST', 0, 1])
})

it('a refusal that waiting does not end is waited for once', async () => {
  const { newest } = setUp(() => true)
  expect(await newest()).toEqual(['INVALID_REQUEST', 2_500, 2])
  expect(await newest()).toEqual(['INVALID_REQUEST', 0, 1])
})

it('a word that is refused does not hide that dates are', async () => {
  const { newest } = setUp((dateMs, nowMs, words) => dateMs > nowMs || words === 'unknown')
  expect(await newest(['unknown'])).toEqual(['INVALID_REQUEST', 2_500, 2])
  expect(await newest(['known'])).toEqual(['page', 2_500, 2])
})
