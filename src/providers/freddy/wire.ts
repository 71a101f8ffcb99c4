import { z } from 'zod'
import type { JsonValue } from '../../model/json.js'
import { isJsonObject, jsonField, objectField } from '../../model/loose.js'
import { rowList } from '../../model/wire-row.js'

/**
 * The answer of the list, in the names that F1 shows: sheet section 3. Only the rows are required; a flag or count
 * of a wrong type is as missing.
 */
const page = z.object({
  auditLogs: rowList,
  total: z.int().nonnegative().optional().catch(undefined),
  offset: z.int().nonnegative().optional().catch(undefined),
  hasMore: z.boolean().optional().catch(undefined),
})

/**
 * Checks an answer of the list. Both spellings are taken for every name (section 10 rule 1), and the paging fields
 * beside the rows too where there is no `pagination` object: F2's block could not be read (section 3).
 */
export function parsePage(json: JsonValue) {
  if (!isJsonObject(json)) return page.safeParse(json)
  const pagination = objectField(json, 'pagination') ?? json
  return page.safeParse({
    auditLogs: jsonField(json, 'auditLogs', 'audit_logs'),
    total: jsonField(pagination, 'total'),
    offset: jsonField(pagination, 'offset'),
    hasMore: jsonField(pagination, 'hasMore', 'has_more'),
  })
}
