import type { Actor, EntryContent, FieldChange } from '../../model/entry.js'
import type { SourceFailure } from '../../model/failure.js'
import { isFailure } from '../../model/failure.js'
import { parseInstant } from '../../model/instant.js'
import type { JsonObject, JsonValue } from '../../model/json.js'
import { idField, isJsonObject, jsonField, objectField, textField, textsOf } from '../../model/loose.js'
import type { UpstreamPage, UpstreamResponse, UpstreamRow } from '../../model/provider.js'
import { brokenForm, schemaFailure } from '../../model/wire.js'
import { type RowKey, WireRow } from '../../model/wire-row.js'
import { derivedId } from './derived-id.js'
import { bodyOf } from './failures.js'
import type { Settings } from './settings.js'
import { actionKindOfCategory, actorTypeOfWord } from './vocabulary.js'
import { listWire } from './wire.js'

/** The field of the time is inferred; these are looked at in turn. Sheet ashby section 10 rule 1. */
const timeFields = ['createdAt', 'occurredAt', 'timestamp', 'date'] as const

/** Warnings of the provider that are kept from one page. */
const warningsMax = 10

/**
 * An answer of `auditLog.list` -> its rows in the provider's order and what it says of further ones, or the failure.
 *
 * `moreDataAvailable` decides; where it is missing, a usable cursor means more. One record without a time fails the
 * page as INVALID_RESPONSE with the path: a record left out would be lost in silence. Pure; never throws.
 */
export function readPage(settings: Settings, response: UpstreamResponse): UpstreamPage | SourceFailure {
  const answer = bodyOf(response)
  if (isFailure(answer)) return answer
  const list = listWire.safeParse(answer.body)
  if (!list.success) return schemaFailure(response, list.error)

  const normalize = (record: JsonObject, key: RowKey) => contentOf(settings, record, key)
  const rows: UpstreamRow[] = []
  const derivedIds: string[] = []
  for (const [index, record] of list.data.results.entries()) {
    if (!isJsonObject(record)) return brokenForm(response, `results[${index}]: expected an object`)
    const timeMs = timeOf(record)
    if (timeMs === undefined) {
      return brokenForm(response, `results[${index}].createdAt: expected an RFC 3339 date-time`)
    }
    const wireId = idField(record, 'id')
    const id = wireId ?? derivedId(identityOf(record))
    if (wireId === null) derivedIds.push(id)
    rows.push(new WireRow(id, timeMs, record, normalize))
  }
  const { nextCursor: token, moreDataAvailable } = list.data
  const upstreamCursor = typeof token === 'string' && token !== '' ? token : undefined
  const notices = noticesOf(response, answer.body, derivedIds)
  return {
    rows,
    more: moreDataAvailable ?? upstreamCursor !== undefined,
    ...(upstreamCursor !== undefined && { upstreamCursor }),
    ...(notices.length > 0 && { notices }),
  }
}

function timeOf(record: JsonObject): number | undefined {
  for (const name of timeFields) {
    const instantMs = parseInstant(textField(record, name) ?? '')
    if (instantMs !== undefined) return instantMs
  }
  return undefined
}

/** What tells records without id apart: time, actor, category, target and changed fields, as they came. */
function identityOf(record: JsonObject): JsonValue[] {
  const times = timeFields.map((name) => jsonField(record, name))
  return [
    ...times,
    ...['actor', 'category', 'target', 'changedFields'].map((name) => jsonField(record, name)),
  ]
}

function noticesOf(response: UpstreamResponse, body: JsonObject, derivedIds: readonly string[]): string[] {
  const notices = textsOf(jsonField(body, 'warnings'), warningsMax)
  if (response.headers['ashby-version-status'] === 'deprecated') {
    notices.push('Ashby is about to end the API version of this source: set apiVersion to a newer one.')
  }
  if (derivedIds.length > 0)
    notices.push('Ashby sent entries without id: theirs are derived from their content.')
  if (new Set(derivedIds).size < derivedIds.length) {
    notices.push('Ashby sent entries without id that are alike in every part: those count as one.')
  }
  return notices
}

/**
 * The entry of a record: upstreams/README.md, "Where each normalised concept comes from". A required word that is
 * missing or not text reads as the empty text; every other such field as null.
 */
function contentOf(settings: Settings, record: JsonObject, { id, timeMs }: RowKey): EntryContent {
  const category = textField(record, 'category') ?? ''
  const target = objectField(record, 'target') ?? {}
  return {
    upstreamId: id,
    occurredAtMs: timeMs,
    action: category,
    actionKind: actionKindOfCategory.get(category) ?? 'UNKNOWN',
    actor: actorOf(objectField(record, 'actor') ?? {}),
    resource: {
      type: textField(target, 'type') ?? '',
      id: idField(target, 'id'),
      name: textField(target, 'name'),
    },
    counterparty: null,
    changes: changesOf(objectField(record, 'changedFields') ?? {}),
    reason: null,
    origin: null,
    organizationId: settings.organizationId,
    metadata: null,
    raw: record,
  }
}

function actorOf(actor: JsonObject): Actor {
  const rawType = textField(actor, 'type')
  const type = actorTypeOfWord.get(rawType ?? '') ?? 'UNKNOWN'
  return {
    id: idField(actor, 'id'),
    type,
    rawType,
    // The provider never gives a candidate's name (B9). Should one slip through, it goes no further than `raw`.
    name: type === 'CANDIDATE' ? null : textField(actor, 'name'),
    email: null,
  }
}

/**
 * One change for every changed field. A missing, null or empty map all mean "no field detail" (sheet ashby section 10
 * rule 13), so they give null and never the empty list. References `{ref, type}` stay the objects that they are. What
 * is not a pair has no known sides: all of it stands as `after`.
 */
function changesOf(changedFields: JsonObject): FieldChange[] | null {
  const changes = Object.entries(changedFields).map(([field, value]): FieldChange => {
    if (!Array.isArray(value) || value.length !== 2) return { field, before: null, after: value }
    const [before = null, after = null]: readonly JsonValue[] = value
    return { field, before, after }
  })
  return changes.length === 0 ? null : changes
}
