import { type GraphQLSchema, printSchema } from 'graphql'
import { createBuilder } from './builder.js'
import { defineEntryTypes } from './entry-types.js'
import { defineEnums } from './enums.js'
import { keepRoots } from './execution/execute.js'
import { defineQuery } from './query.js'
import { defineScalars } from './scalars.js'
import { defineSourceTypes } from './source-types.js'

/**
 * The schema of design.md section 3. `providerIds` are the ids of the registry, in its order: the members of the enum
 * `Provider`. Everything else that a query needs comes with the context (`createGraphContext`).
 */
export function buildSchema(providerIds: readonly string[]): GraphQLSchema {
  const builder = createBuilder()
  defineScalars(builder)
  const enums = defineEnums(builder)
  const sources = defineSourceTypes(builder, enums, providerIds)
  const entries = defineEntryTypes(builder, enums, sources)
  defineQuery(builder, enums, sources, entries)
  const schema = builder.toSchema()
  keepRoots(schema)
  return schema
}

/** The schema as SDL, types and members in alphabetical order, so that a diff shows only what changed. */
export function printSdl(schema: GraphQLSchema): string {
  return `${printSchema(schema)}\n`
}
