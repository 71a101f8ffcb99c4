import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { usePlannedExecution } from '../../src/server/planned-execution.js'
import { settingsOf, tellPort } from '../child-side.js'
import { entryOf } from '../merged-entry.js'
import { connectionOf, typeDefs } from '../operation.js'
import { rowsPerPage, sourceKeys, type Text, wireRow } from '../rows.js'

/** Yoga over objects that are there already: what GraphQL over HTTP costs by itself. */
const { text, newestMs, executor } = settingsOf<{
  text: Text
  newestMs: number
  executor: 'graphql-js' | 'ours'
}>()

const entries = Array.from({ length: rowsPerPage }, (_, index) => {
  const key = sourceKeys[index % sourceKeys.length] ?? 'crew'
  return entryOf(key, wireRow(key, index, newestMs, text) as Record<string, unknown>)
})
const connection = connectionOf(entries)

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { Query: { auditEntries: () => connection } } }),
  plugins: executor === 'ours' ? [usePlannedExecution()] : [],
  logging: false,
})
const server = createServer(yoga)
server.listen(0, '127.0.0.1', () => tellPort(server))
