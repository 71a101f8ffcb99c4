import { createServer } from 'node:http'
import { settingsOf, tellPort } from './child-side.js'
import {
  rowsPerPage,
  rowTimeMs,
  type SourceKey,
  sourceKeys,
  stepMs,
  type Text,
  wirePage,
  wireRow,
} from './rows.js'

/**
 * The three providers on one port, each below a path of its key.
 *
 * `fixed`: every request gets the page of the newest 100 rows, whose bytes were made before, after `delayMs`.
 * `endless`: rows without end, made for the window, the offset and the cursor that are asked for.
 */
export interface UpstreamSettings {
  readonly mode: 'fixed' | 'endless'
  readonly text: Text
  readonly newestMs: number
  readonly delayMs: number
  /** Rows of each source in the endless mode. */
  readonly rowsPerSource: number
}

const settings = settingsOf<UpstreamSettings>()
const headers = { 'content-type': 'application/json' }

const fixedPages = new Map(
  sourceKeys.map((key) => {
    const rows = Array.from({ length: rowsPerPage }, (_, index) =>
      wireRow(key, index, settings.newestMs, settings.text),
    )
    return [key, Buffer.from(wirePage(key, rows, { more: true, total: 1_000_000, cursor: 'c100' }))]
  }),
)

/** Index of the newest row before `untilMs`, or of the first at `untilMs` or older. */
function firstIndex(key: SourceKey, untilMs: number): number {
  return Math.max(0, Math.ceil((rowTimeMs(key, 0, settings.newestMs) - untilMs) / stepMs))
}

function endlessPage(key: SourceKey, query: URLSearchParams): string {
  const read = (...fields: string[]) =>
    fields.map((field) => query.get(field)).find((value) => value !== null)
  const until = read('to_date', 'endDate', 'to')
  const since = read('from_date', 'startDate', 'from')
  const begin = until ? firstIndex(key, Date.parse(until)) : 0
  const end = since
    ? Math.min(settings.rowsPerSource, firstIndex(key, Date.parse(since) - 1))
    : settings.rowsPerSource
  const from = begin + Number(read('skip', 'offset', 'cursor')?.replace('c', '') ?? 0)
  const to = Math.min(end, from + rowsPerPage)
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, index) =>
    wireRow(key, from + index, settings.newestMs, settings.text),
  )
  return wirePage(key, rows, { more: to < end, total: Math.max(0, end - begin), cursor: `c${to - begin}` })
}

const server = createServer((request, response) => {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const key = sourceKeys.find((candidate) => path.startsWith(`/${candidate}/`)) ?? 'crew'
  const body =
    settings.mode === 'fixed'
      ? fixedPages.get(key)
      : Buffer.from(endlessPage(key, new URLSearchParams(query)))
  const answer = () => {
    response.writeHead(200, { ...headers, 'content-length': body?.length ?? 0 })
    response.end(body)
  }
  if (settings.delayMs > 0) setTimeout(answer, settings.delayMs)
  else answer()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => tellPort(server))
