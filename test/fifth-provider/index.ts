import { z } from 'zod'
import type { UpstreamRow } from '../../src/model/provider.js'
import { defineProvider } from '../../src/model/provider.js'
import { baseUrlSetting, secretSetting } from '../../src/model/settings.js'
import { parseJsonBody, schemaFailure, statusFailure } from '../../src/model/wire.js'

/** An invented provider, as small as one can be: a file of lines, newest first, by offset, with bounds in seconds. */
const settings = z.strictObject({
  baseUrl: baseUrlSetting.default('https://api.lighthouse.example'),
  station: z.string().min(1).describe('Name of the lighthouse.'),
  credentials: z.strictObject({ lamp: secretSetting }),
})

const wirePage = z.object({
  lines: z.array(z.looseObject({ no: z.string(), at: z.int(), who: z.string(), what: z.string() })),
  more: z.boolean(),
})
type Line = z.output<typeof wirePage>['lines'][number]

export const lighthouse = defineProvider({
  id: 'light-house',
  displayName: 'Lighthouse',
  settings,
  open: (given) => ({
    baseUrl: given.baseUrl,
    organizationId: given.station,
    capabilities: {
      paging: 'offset',
      pageSizeMax: 3,
      order: 'newestFirst',
      totals: false,
      boundSlackMs: { since: 1_000, until: 1_000 },
      lookup: false,
      filters: {
        actorIds: { valuesMax: 0 },
        actions: { valuesMax: 0 },
        resourceTypes: { valuesMax: 0 },
        resourceIds: { valuesMax: 0 },
      },
      exclusive: [],
    },
    authorization: () => ({ 'x-lamp': given.credentials.lamp.reveal() }),
    pageRequest: (ask) => ({
      method: 'GET',
      path: `/lines/${encodeURIComponent(given.station)}`,
      query: [
        ['limit', String(ask.limit)],
        ['skip', String(ask.offset ?? 0)],
        ...(ask.sinceMs === undefined ? [] : [['from', String(Math.floor(ask.sinceMs / 1_000))] as const]),
        ...(ask.untilMs === undefined ? [] : [['to', String(Math.ceil(ask.untilMs / 1_000))] as const]),
      ],
      headers: {},
    }),
    readPage: (response) => {
      if (response.status !== 200) return statusFailure(response)
      const parsed = parseJsonBody(response)
      if (!('json' in parsed)) return parsed
      const page = wirePage.safeParse(parsed.json)
      if (!page.success) return schemaFailure(response, page.error)
      return { rows: page.data.lines.map((line) => rowOf(line, given.station)), more: page.data.more }
    },
  }),
})

function rowOf(line: Line, station: string): UpstreamRow {
  return {
    id: line.no,
    timeMs: line.at * 1_000,
    content: () => ({
      upstreamId: line.no,
      occurredAtMs: line.at * 1_000,
      action: line.what,
      actionKind: 'UNKNOWN',
      actor: { id: line.who, type: 'UNKNOWN', rawType: null, name: null, email: null },
      resource: { type: 'lamp', id: null, name: null },
      counterparty: null,
      changes: null,
      reason: null,
      origin: null,
      organizationId: station,
      metadata: null,
      raw: { no: line.no },
    }),
  }
}
