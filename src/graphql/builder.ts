import SchemaBuilder from '@pothos/core'
import type { JsonValue } from '../model/json.js'
import type { GraphContext } from './context.js'

/** What the schema is made of: Pothos' type parameter. Instants are UTC milliseconds inside, DateTime outside. */
export interface GatewayTypes {
  Context: GraphContext
  DefaultFieldNullability: false
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: number; Output: number }
    JSON: { Input: never; Output: JsonValue }
  }
}

/**
 * A new builder: fields are non-null unless they say otherwise. There is one for each schema and none for the
 * process, since the members of the `Provider` enum are handed in.
 */
export function createBuilder() {
  return new SchemaBuilder<GatewayTypes>({ defaultFieldNullability: false })
}

export type GatewayBuilder = ReturnType<typeof createBuilder>
