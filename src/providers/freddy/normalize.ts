import type { EntryContent, FieldChange, Origin } from '../../model/entry.js'
import { isFailure, type SourceFailure } from '../../model/failure.js'
import type { JsonObject, JsonValue } from '../../model/json.js'
import { idField, isJsonObject, jsonField, objectField, textField } from '../../model/loose.js'
import type { UpstreamPage, UpstreamResponse, UpstreamRow } from '../../model/provider.js'
import { brokenForm, schemaFailure } from '../../model/wire.js'
import { type RowKey, readWireRow } from '../../model/wire-row.js'
import { readBody } from './failures.js'
import type { Settings } from './settings.js'
import { actionKindOf, actorTypeOf } from './vocabulary.js'
import { parsePage } from './wire.js'

/**
 * An answer of the list -> its rows in the provider's order, or a failure.
 *
 * A row without a usable id or time makes the whole page INVALID_RESPONSE that names its path (by the name
 * `auditLogs`, whichever spelling came): a dropped row would be an entry lost in silence. `more` is the provider's
 * flag; when it is missing every page but an empty one promises more. `total` is left out unless it is a count, and so is
 * `offset`. Pure; never throws.
 */
export function readPage(response: UpstreamResponse, settings: Settings): UpstreamPage | SourceFailure {
  const body = readBody(response, settings)
  if (isFailure(body)) return body
  const page = parsePage(body.json)
  if (!page.success) return schemaFailure(response, page.error)
  const { organizationId } = settings
  const normalize = (record: JsonObject, key: RowKey) => toContent(record, key, organizationId)
  const rows: UpstreamRow[] = []
  for (const [index, record] of page.data.auditLogs.entries()) {
    const row = readWireRow(record, 'timestamp', normalize)
    if (typeof row === 'string') return brokenForm(response, `auditLogs[${index}]${row}`)
    rows.push(row)
  }
  const { total, offset, hasMore } = page.data
  return {
    rows,
    more: hasMore ?? rows.length > 0,
    ...(total !== undefined && { total }),
    ...(offset !== undefined && { offset }),
  }
}

/**
 * A wire entry, in either spelling, -> the model: the table "Where each normalised concept comes from" of the
 * sheets' README, and sheet section 4. Total: an optional field of a wrong type reads as null, a missing word as ''.
 * The organization is the configured one, since the wire has none.
 */
export function toContent(raw: JsonObject, { id, timeMs }: RowKey, organizationId: string): EntryContent {
  const action = textField(raw, 'action') ?? ''
  const context = objectField(raw, 'metadata') ?? {}
  const channel = textField(context, 'source')
  const hasApiKeyId = idField(context, 'api_key_id', 'apiKeyId') !== null
  return {
    upstreamId: id,
    occurredAtMs: timeMs,
    action,
    actionKind: actionKindOf(action),
    actor: {
      id: idField(raw, 'userId', 'user_id'),
      type: actorTypeOf(channel, hasApiKeyId),
      rawType: channel,
      name: textField(raw, 'userName', 'user_name'),
      email: textField(raw, 'userEmail', 'user_email'),
    },
    resource: {
      type: textField(raw, 'resourceType', 'resource_type') ?? '',
      id: idField(raw, 'resourceId', 'resource_id'),
      name: textField(raw, 'resourceName', 'resource_name'),
    },
    counterparty: null,
    changes: changesOf(raw, action),
    reason: null,
    origin: originOf(context, channel),
    organizationId,
    metadata: jsonField(raw, 'metadata'),
    raw,
  }
}

/**
 * The changed fields; null when the provider gives no change detail.
 *
 * An empty list says "nothing changed", but not for `created` and `deleted`, where the list is always empty (sheet
 * section 4, F3) although something did change: there it is no detail. A list in which nothing is a change object
 * is no detail either. A side that is missing reads as null: the docs do not tell the two apart; `raw` does.
 */
function changesOf(raw: JsonObject, action: string): readonly FieldChange[] | null {
  const listed = jsonField(raw, 'changes')
  if (!isList(listed)) return null
  const changes = listed.filter(isJsonObject).map((change) => ({
    field: textField(change, 'field'),
    before: jsonField(change, 'oldValue', 'old_value'),
    after: jsonField(change, 'newValue', 'new_value'),
  }))
  if (changes.length > 0) return changes
  return listed.length > 0 || action === 'created' || action === 'deleted' ? null : []
}

function originOf(context: JsonObject, channel: string | null): Origin | null {
  const ipAddress = textField(context, 'ipAddress', 'ip_address')
  const userAgent = textField(context, 'userAgent', 'user_agent')
  return ipAddress === null && userAgent === null && channel === null
    ? null
    : { ipAddress, userAgent, channel }
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
