import { z } from 'zod'
import { rowList } from '../../model/wire-row.js'

/**
 * The envelope of `auditLog.list`: sheet ashby section 4. Only `results` cannot be missing. Entries are taken as they
 * are, by reference, because no copy of their schema could be found (section 5): normalize.ts is the tolerant reader.
 *
 * Flags of a wrong type are refused: taken for "no" they would end a reading in silence. `nextCursor` and `warnings`
 * may be anything; what is not usable reads as none.
 */
export const listWire = z.object({
  success: z.boolean().nullish(),
  results: rowList,
  moreDataAvailable: z.boolean().nullish(),
  nextCursor: z.unknown().optional(),
})
