import type { Actor, EntryContent, FieldChange, Resource } from '../../model/entry.js'
import { isFailure, type SourceFailure } from '../../model/failure.js'
import type { JsonObject, JsonValue } from '../../model/json.js'
import { idField, isJsonObject, jsonField, textField } from '../../model/loose.js'
import type { UpstreamPage, UpstreamResponse, UpstreamRow } from '../../model/provider.js'
import { brokenForm, invalidResponse, schemaFailure } from '../../model/wire.js'
import { type RowKey, readWireRow } from '../../model/wire-row.js'
import { readBody } from './failures.js'
import type { Settings } from './settings.js'
import { actionKindOf } from './vocabulary.js'
import { wirePage } from './wire.js'

/**
 * An answer of the list -> its rows in the provider's order, or a failure.
 *
 * A row without a usable id or time, or of another organization than the configured one, makes the whole page
 * INVALID_RESPONSE that names its path: a dropped row would be an entry lost in silence, a foreign one a leak.
 * `more` is `has_more`; when the flag is missing every page but an empty one promises more. `total` is left out
 * unless it is a count, and so is `offset`. Pure; never throws.
 */
export function readPage(response: UpstreamResponse, settings: Settings): UpstreamPage | SourceFailure {
  const body = readBody(response, settings.credentials.kind)
  if (isFailure(body)) return body
  const page = wirePage.safeParse(body.json)
  if (!page.success) return schemaFailure(response, page.error)
  const { organizationId } = settings
  const normalize = (record: JsonObject, key: RowKey) => toContent(record, key, organizationId)
  const rows: UpstreamRow[] = []
  for (const [index, record] of page.data.items.entries()) {
    const path = `items[${index}]`
    const row = readWireRow(record, 'created_at', normalize)
    if (typeof row === 'string') return brokenForm(response, path + row)
    if (isForeign(record, organizationId)) {
      return invalidResponse(
        response,
        `The provider sent an entry of another organization than the configured one, at ${path}.organization_id.`,
      )
    }
    rows.push(row)
  }
  const { total, skip: offset, has_more: more } = page.data
  return {
    rows,
    more: more ?? rows.length > 0,
    ...(total !== undefined && { total }),
    ...(offset !== undefined && { offset }),
  }
}

/** Whether a record says that it belongs to another organization. What it says may be of any type. */
function isForeign(record: JsonValue, organizationId: string): boolean {
  const said = isJsonObject(record) ? jsonField(record, 'organization_id') : null
  return said !== null && said !== organizationId
}

/**
 * A wire entry -> the model: the table "Where each normalised concept comes from" of the sheets' README, and sheet
 * section 4. Total: an optional field of a wrong type reads as null, a missing word as ''. `department_id` has no
 * place in the model and stays in `raw`.
 */
export function toContent(raw: JsonObject, { id, timeMs }: RowKey, organizationId: string): EntryContent {
  const action = textField(raw, 'action_type') ?? ''
  return {
    upstreamId: id,
    occurredAtMs: timeMs,
    action,
    actionKind: actionKindOf(action),
    actor: actorOf(raw),
    resource: {
      type: textField(raw, 'entity_type') ?? '',
      id: idField(raw, 'entity_id'),
      name: textField(raw, 'entity_name'),
    },
    counterparty: counterpartyOf(raw),
    changes: changesOf(raw),
    reason: null,
    // No IP address, user agent or channel is documented: sheet section 4.
    origin: null,
    organizationId,
    metadata: jsonField(raw, 'metadata'),
    raw,
  }
}

/** The wire has no actor type; actors are users (section 8), unless nothing is said of one (section 4). */
function actorOf(raw: JsonObject): Actor {
  const id = idField(raw, 'actor_id')
  const name = textField(raw, 'actor_name')
  const email = textField(raw, 'actor_email')
  const isNamed = id !== null || name !== null || email !== null
  return { id, type: isNamed ? 'USER' : 'UNKNOWN', rawType: null, name, email }
}

/**
 * The other party, which the provider calls target; not what other providers call target (false friend, sheets'
 * README). Its kind is not on the wire: mostly a user, but the sheet gives that as an example only (section 4), so
 * its type is the provider's own name for the part, 'target', instead of a claim.
 */
function counterpartyOf(raw: JsonObject): Resource | null {
  const id = idField(raw, 'target_id')
  const name = textField(raw, 'target_name')
  return id === null && name === null ? null : { type: 'target', id, name }
}

/**
 * One pair for the whole entry, without a field name (section 4). Kept as one pair even where both are objects: that
 * their keys are field names is a guess. Both missing or null: no change detail, which is not "nothing changed".
 */
function changesOf(raw: JsonObject): readonly FieldChange[] | null {
  const before = jsonField(raw, 'previous_value')
  const after = jsonField(raw, 'new_value')
  return before === null && after === null ? null : [{ field: null, before, after }]
}
