import type { EntryContent } from '../../model/entry.js'
import type { SourceFailure } from '../../model/failure.js'
import { isFailure } from '../../model/failure.js'
import type { JsonObject } from '../../model/json.js'
import { hasForeignError, idField, jsonField, textField } from '../../model/loose.js'
import type { UpstreamPage, UpstreamResponse, UpstreamRow } from '../../model/provider.js'
import { brokenForm, invalidResponse, schemaFailure } from '../../model/wire.js'
import { type RowKey, readWireRow } from '../../model/wire-row.js'
import { bodyOf, saysNoSuchEntry } from './failures.js'
import type { Settings } from './settings.js'
import { actionKindOfWord, actorTypeOfWord } from './vocabulary.js'
import { listWire } from './wire.js'

/** As many rows as the default of `limit` is presumed to be; a server may give no more, whatever is asked. */
const givenRowsLeast = 50

/**
 * An answer of the list -> its rows in the provider's order and what it says of further ones, or the failure.
 *
 * `has_more` decides; where it is missing a usable cursor means more. One beside 50 rows or more that deny it leaves it open. One row without a usable id or time fails the
 * page as INVALID_RESPONSE with the path: a row left out would be lost in silence. Pure; never throws.
 */
export function readPage(settings: Settings, response: UpstreamResponse): UpstreamPage | SourceFailure {
  const answer = bodyOf(response, (body) => Array.isArray(jsonField(body, 'data')) && !hasForeignError(body))
  if (isFailure(answer)) return answer
  const list = listWire.safeParse(answer.body)
  if (!list.success) return schemaFailure(response, list.error)

  const rows: UpstreamRow[] = []
  const normalize = normalizerOf(settings)
  for (const [index, record] of list.data.data.entries()) {
    const row = readWireRow(record, 'created_at', normalize)
    if (typeof row === 'string') return brokenForm(response, `data[${index}]${row}`)
    rows.push(row)
  }
  const { next_cursor: token, has_more: hasMore } = list.data
  const upstreamCursor = typeof token === 'string' && token !== '' ? token : undefined
  // By a page that was asked for larger than it gives, a server may reckon that there is no more; the cursor knows.
  const mayBeCut = hasMore === false && upstreamCursor !== undefined && rows.length >= givenRowsLeast
  return {
    rows,
    more: hasMore ?? upstreamCursor !== undefined,
    ...(mayBeCut && { full: true }),
    ...(upstreamCursor !== undefined && { upstreamCursor }),
  }
}

/**
 * An answer of the single entry -> the entry, null when JITSudo says that there is none, or the failure. Given the
 * id that was asked for, an entry with another id is INVALID_RESPONSE. Pure; never throws.
 */
export function readEntry(
  settings: Settings,
  response: UpstreamResponse,
  askedId?: string,
): UpstreamRow | null | SourceFailure {
  if (saysNoSuchEntry(response)) return null
  const answer = bodyOf(response, (body) => idField(body, 'id') !== null)
  if (isFailure(answer)) return answer
  const row = readWireRow(answer.body, 'created_at', normalizerOf(settings))
  if (typeof row === 'string') return brokenForm(response, row.slice(1))
  if (askedId !== undefined && row.id.toLowerCase() !== askedId.toLowerCase()) {
    return invalidResponse(response, 'The provider sent another entry than the one asked for.')
  }
  return row
}

function normalizerOf(settings: Settings): (record: JsonObject, key: RowKey) => EntryContent {
  return (record, key) => contentOf(settings, record, key)
}

/**
 * The entry of a record: upstreams/README.md, "Where each normalised concept comes from". A required word that is
 * missing or not text reads as the empty text; every other such field as null.
 */
function contentOf(settings: Settings, record: JsonObject, { id, timeMs }: RowKey): EntryContent {
  const action = textField(record, 'action') ?? ''
  const actorType = textField(record, 'actor_type')
  return {
    upstreamId: id,
    occurredAtMs: timeMs,
    action,
    actionKind: actionKindOfWord.get(action) ?? 'UNKNOWN',
    actor: {
      // Not parsed as an e-mail, even where it looks like one: sheet jitsudo section 9 rule 9.
      id: idField(record, 'actor_id'),
      type: actorTypeOfWord.get(actorType ?? '') ?? 'UNKNOWN',
      rawType: actorType,
      name: null,
      email: null,
    },
    resource: {
      type: textField(record, 'resource_type') ?? '',
      id: idField(record, 'resource_id'),
      name: null,
    },
    counterparty: null,
    // No before or after on this wire; whatever `metadata` may hold of it has no known keys (section 4).
    changes: null,
    reason: textField(record, 'reasoning'),
    origin: null,
    organizationId: settings.tenantId,
    metadata: jsonField(record, 'metadata'),
    raw: record,
  }
}
