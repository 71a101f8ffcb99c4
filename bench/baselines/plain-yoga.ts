import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { z } from 'zod'
import { settingsOf, tellPort } from '../child-side.js'
import { entryOf, listPaths, type MergedEntry } from '../merged-entry.js'
import { connectionOf, typeDefs } from '../operation.js'
import { type SourceKey, sourceKeys } from '../rows.js'

/** The merge as it is plainly written: fetch, zod, every row made an entry with a Date, resolvers that are async. */
const { upstream } = settingsOf<{ upstream: string }>()

const text = z.string().nullable()
const pages = {
  crew: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        entity_type: z.string(),
        entity_id: text,
        entity_name: text,
        action_type: z.string(),
        actor_id: text,
        actor_name: text,
        actor_email: text,
        metadata: z.record(z.string(), z.unknown()).nullable(),
        organization_id: z.string(),
        created_at: z.string(),
      }),
    ),
  }),
  assistants: z.object({
    auditLogs: z.array(
      z.object({
        id: z.string(),
        timestamp: z.string(),
        action: z.string(),
        userId: text,
        userName: text,
        userEmail: text,
        resourceType: z.string(),
        resourceId: text,
        resourceName: text,
        changes: z.array(z.object({ field: z.string(), oldValue: z.unknown(), newValue: z.unknown() })),
        metadata: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  }),
  access: z.object({
    data: z.array(
      z.object({
        id: z.string(),
        action: z.string(),
        actor_id: text,
        actor_type: text,
        resource_type: z.string(),
        resource_id: text,
        reasoning: text,
        metadata: z.record(z.string(), z.unknown()).nullable(),
        created_at: z.string(),
      }),
    ),
  }),
}

async function entriesOf(
  key: SourceKey,
): Promise<(Omit<MergedEntry, 'occurredAt'> & { occurredAt: Date })[]> {
  const response = await fetch(upstream + listPaths[key])
  const page: Record<string, unknown> = pages[key].parse(await response.json())
  const rows = Object.values(page)[0] as Record<string, unknown>[]
  return rows.map((row) => {
    const entry = entryOf(key, row)
    return { ...entry, occurredAt: new Date(entry.occurredAt) }
  })
}

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Query: {
        auditEntries: async (_: unknown, { first }: { first: number }) => {
          const lists = await Promise.all(sourceKeys.map(entriesOf))
          const entries = lists.flat().sort((a, b) => b.occurredAt.getTime() - a.occurredAt.getTime())
          return connectionOf(entries.slice(0, first) as never)
        },
      },
      Entry: {
        occurredAt: async ({ occurredAt }: { occurredAt: Date }) => occurredAt.toISOString(),
        source: async ({ source }: MergedEntry) => source,
        actor: async ({ actor }: MergedEntry) => actor,
        resource: async ({ resource }: MergedEntry) => resource,
      },
    },
  }),
  logging: false,
})
const server = createServer(yoga)
server.listen(0, '127.0.0.1', () => tellPort(server))
