import { deadlineReached } from '../model/deadline.js'
import type { PageTerms } from '../reading/page.js'
import type { Schedule } from './hub.js'
import type { TailLimits } from './limits.js'

/** Bounds the pages of one reading: each ends with `left`, or when it takes too long. `end` is called behind the last. */
export function boundPages(
  left: AbortSignal,
  { schedule, limits }: { readonly schedule: Schedule; readonly limits: TailLimits },
): { readonly termsOf: () => PageTerms; readonly end: () => void } {
  let end = () => {}
  return {
    termsOf: () => {
      end()
      const page = new AbortController()
      const gone = () => page.abort(left.reason)
      if (left.aborted) gone()
      left.addEventListener('abort', gone)
      const late = schedule(limits.pageDeadlineMs, () => page.abort(deadlineReached('page')))
      end = () => {
        late()
        left.removeEventListener('abort', gone)
      }
      return { signal: page.signal }
    },
    end: () => end(),
  }
}
