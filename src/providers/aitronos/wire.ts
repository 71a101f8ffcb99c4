import { z } from 'zod'
import type { JsonValue } from '../../model/json.js'
import { wireRowId, wireRowTime } from '../../model/loose.js'

/** The answer of the list: sheet section 3. Only the rows are required; a flag or count of a wrong type is as missing. */
export const wirePage = z.object({
  items: z.array(z.custom<JsonValue>()),
  total: z.int().nonnegative().optional().catch(undefined),
  has_more: z.boolean().optional().catch(undefined),
})

/**
 * What an entry cannot live without: sheet section 4. The other fields are read when the entry is wanted.
 * `organization_id` is here to be compared, whatever its type.
 */
export const wireRow = z.object({
  id: wireRowId,
  created_at: wireRowTime,
  organization_id: z.unknown().optional(),
})
