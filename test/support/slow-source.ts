import { setMaxListeners } from 'node:events'
import { deadlineReached } from '../../src/model/deadline.js'
import { type SourceFailure, sourceFailure } from '../../src/model/failure.js'
import type { FetchTerms, ReadableSource } from '../../src/reading/page.js'
import { VirtualTime } from './virtual-time.js'

/** A clock, and sources whose answers take time on it. */
export class SlowTime {
  readonly time: VirtualTime

  constructor(nowMs: number) {
    this.time = new VirtualTime(nowMs)
  }

  /** A source of which each answer takes that long: TIMEOUT when the deadline comes first. Infinity: it hangs. */
  slow(source: ReadableSource, delayMs: number): ReadableSource {
    const { fetchBulk } = source
    return {
      ...source,
      fetchPage: (ask, terms) => this.#after(delayMs, terms, () => source.fetchPage(ask, terms)),
      ...(fetchBulk && {
        fetchBulk: (ask, terms) => this.#after(delayMs, terms, () => fetchBulk(ask, terms)),
      }),
    }
  }

  /** Does something under a deadline, and passes time until that and no further. */
  async within<Result>(
    durationMs: number,
    act: (terms: Required<Pick<FetchTerms, 'signal' | 'deadlineMs'>>) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController()
    setMaxListeners(0, controller.signal)
    const deadlineMs = this.time.nowMs + durationMs
    this.time.schedule(durationMs, () => controller.abort(deadlineReached('request')))
    const result = act({ signal: controller.signal, deadlineMs })
    await this.time.passUntil(deadlineMs)
    return result
  }

  #after<Answer>(
    delayMs: number,
    { signal }: FetchTerms,
    answer: () => Promise<Answer>,
  ): Promise<Answer | SourceFailure> {
    return new Promise((resolve, reject) => {
      const late = () => resolve(sourceFailure('TIMEOUT'))
      if (signal.aborted) return late()
      signal.addEventListener('abort', late)
      if (Number.isFinite(delayMs)) this.time.schedule(delayMs, () => answer().then(resolve, reject))
    })
  }
}
