import { CsvError, parse } from 'csv-parse/sync'
import type { SourceFailure } from '../../model/failure.js'
import { parseInstant } from '../../model/instant.js'
import type { BulkRow, UpstreamResponse } from '../../model/provider.js'
import { invalidResponse } from '../../model/wire.js'
import { readBody } from './failures.js'
import type { Settings } from './settings.js'
import { actionKindOf } from './vocabulary.js'

/** The columns of the export that are used, by the names of sheet section 9. */
const columns = { time: 'Timestamp', resourceType: 'Entity Type', action: 'Action' } as const

/**
 * An answer of the CSV export -> its rows, or a failure.
 *
 * Only columns whose text no spreadsheet escaping changes are read: the time, the type and the action. The sheet says
 * nothing of the form of a time; one without a zone, or of no form that is known, makes the export INVALID_RESPONSE,
 * as do a missing column and text that is not RFC 4180. Pure; never throws.
 */
export function readExport(
  response: UpstreamResponse,
  settings: Settings,
): readonly BulkRow[] | SourceFailure {
  const contentType = response.headers['content-type'] ?? ''
  if (response.status !== 200 || !/^\s*text\/csv\s*(;|$)/i.test(contentType)) {
    const body = readBody(response, settings.credentials.kind)
    return 'failed' in body
      ? body
      : invalidResponse(response, 'The provider sent JSON where CSV was expected.')
  }
  const records = recordsOf(response)
  if ('failed' in records) return records
  const [header, ...lines] = records
  const at = (name: string) => header?.indexOf(name) ?? -1
  const [time, type, action] = [at(columns.time), at(columns.resourceType), at(columns.action)]
  if (Math.min(time, type, action) < 0) {
    return invalidResponse(
      response,
      `The provider's export lacks one of ${Object.values(columns).join(', ')}.`,
    )
  }
  const rows: BulkRow[] = []
  for (const [index, line] of lines.entries()) {
    const timeMs = parseInstant(line[time] ?? '')
    const word = line[action] ?? ''
    if (timeMs === undefined) {
      return invalidResponse(
        response,
        `The provider's export has a time of an unknown form in row ${index + 1}.`,
      )
    }
    rows.push({
      timeMs,
      action: word,
      actionKind: actionKindOf(word),
      resourceType: line[type] ?? '',
      organizationId: settings.organizationId,
    })
  }
  return rows
}

function recordsOf(response: UpstreamResponse): readonly (readonly string[])[] | SourceFailure {
  try {
    // Without the option `columns` every record is a list of texts.
    return parse(response.body, { bom: true, skip_empty_lines: true }) as string[][]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return invalidResponse(response, 'The provider sent a body that is not CSV.')
  }
}
