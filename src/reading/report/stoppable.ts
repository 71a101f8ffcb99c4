import type { ReadableSource } from '../page.js'

/** Sources of one piece of work that can be given up as a whole. */
export interface Stoppable {
  readonly sources: readonly ReadableSource[]
  /** From now on the sources are asked no more: who asks one rejects. Requests that are under way end by themselves. */
  readonly stop: () => void
  /** Whether something was thrown because of `stop`. */
  readonly isStop: (error: unknown) => boolean
}

/** Makes sources stoppable: they are independent of each other, but for one that makes what the others give worthless. */
export function stoppable(given: readonly ReadableSource[]): Stoppable {
  const stopped = new Error('The source is not needed any more.')
  let isStopped = false
  const guarded = <Args extends readonly unknown[], Result>(ask: (...args: Args) => Promise<Result>) => {
    return async (...args: Args) => {
      if (isStopped) throw stopped
      return ask(...args)
    }
  }
  return {
    sources: given.map((source) => ({
      ...source,
      fetchPage: guarded((ask, terms) => source.fetchPage(ask, terms)),
      ...(source.fetchBulk && { fetchBulk: guarded(source.fetchBulk.bind(source)) }),
    })),
    stop: () => {
      isStopped = true
    },
    isStop: (error) => error === stopped,
  }
}
