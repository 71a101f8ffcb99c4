import { z } from 'zod'
import type { JsonValue } from '../../model/json.js'

/** The answer of the list: sheet section 3. Only the rows are required; a flag or count of a wrong type is as missing. */
export const wirePage = z.object({
  items: z.array(z.custom<JsonValue>()),
  total: z.int().nonnegative().optional().catch(undefined),
  has_more: z.boolean().optional().catch(undefined),
})
