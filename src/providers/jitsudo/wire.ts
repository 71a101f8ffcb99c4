import { z } from 'zod'
import { rowList } from '../../model/wire-row.js'

/**
 * The envelope of `GET /v1/audit-log`: sheet jitsudo section 3. Only `data` cannot be missing. Rows are taken as they
 * are, by reference: normalize.ts looks at what each cannot live without, and at the rest when it is asked for.
 *
 * `has_more` of a wrong type is refused: taken for "no" it would end a reading in silence. `next_cursor` may be
 * anything; what is not a usable token reads as none.
 */
export const listWire = z.object({
  data: rowList,
  has_more: z.boolean().nullish(),
  next_cursor: z.unknown().optional(),
})
