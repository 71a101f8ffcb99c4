import { createServer } from 'node:http'
import { settingsOf, tellPort } from '../child-side.js'
import { entryOf } from '../merged-entry.js'
import { answerOf } from '../operation.js'
import { rowsPerPage, sourceKeys, type Text, wireRow } from '../rows.js'

/** node:http that answers with bytes made before: what the machine and the load client can do at most. */
const { text, newestMs } = settingsOf<{ text: Text; newestMs: number }>()
const entries = Array.from({ length: rowsPerPage }, (_, index) => {
  const key = sourceKeys[index % sourceKeys.length] ?? 'crew'
  return entryOf(key, wireRow(key, index, newestMs, text) as Record<string, unknown>)
})
const body = Buffer.from(JSON.stringify(answerOf(entries)))

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => tellPort(server))
