import { createServer } from 'node:http'
import { Pool } from 'undici'
import { settingsOf, tellPort } from '../child-side.js'
import { entryOf, listPaths, rowsOf, timeOf } from '../merged-entry.js'
import { answerOf } from '../operation.js'
import { sourceKeys } from '../rows.js'

/** The merge without GraphQL: three pages, parsed, ordered by time, and twelve fields of the first hundred written. */
const { upstream } = settingsOf<{ upstream: string }>()
const pools = new Map(sourceKeys.map((key) => [key, new Pool(upstream, { connections: 64 })]))

async function merged(): Promise<string> {
  const pages = await Promise.all(
    sourceKeys.map(async (key) => {
      const response = await pools.get(key)?.request({ path: listPaths[key], method: 'GET' })
      const page = JSON.parse((await response?.body.text()) ?? '{}') as Record<string, unknown>
      return rowsOf(key, page).map((row) => ({ key, row, timeMs: Date.parse(timeOf(key, row)) }))
    }),
  )
  const newest = pages
    .flat()
    .sort((a, b) => b.timeMs - a.timeMs)
    .slice(0, 100)
  return JSON.stringify(answerOf(newest.map(({ key, row }) => entryOf(key, row))))
}

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    merged().then(
      (body) => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        })
        response.end(body)
      },
      () => response.writeHead(502).end(),
    )
  })
})
server.listen(0, '127.0.0.1', () => tellPort(server))
