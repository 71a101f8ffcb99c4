import { z } from 'zod'
import { rowList } from '../../model/wire-row.js'

/** The answer of the list: sheet section 3. Only the rows are required; a flag or count of a wrong type is as missing. */
export const wirePage = z.object({
  items: rowList,
  total: z.int().nonnegative().optional().catch(undefined),
  skip: z.int().nonnegative().optional().catch(undefined),
  has_more: z.boolean().optional().catch(undefined),
})
