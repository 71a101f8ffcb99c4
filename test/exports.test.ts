import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntryFilter } from './generated/graphql.js'
import { type LoggedEntry, nameOf, type RunningGateway, startGateway } from './support/running-gateway.js'

/** GET /export of a whole gateway over sockets, against brute force over the logs of the simulated providers. */

let gateway: RunningGateway
let broken: RunningGateway
beforeAll(async () => {
  gateway = await startGateway()
  broken = await startGateway({ refused: ['hiring'] })
})
afterAll(async () => {
  await gateway.close()
  await broken.close()
})

type Row = Readonly<Record<string, unknown>>

async function ask(of: RunningGateway, parameters: Readonly<Record<string, string>>, headers?: HeadersInit) {
  const url = new URL('/export', of.url)
  // Sources have settled: time stands still in these tests.
  url.search = new URLSearchParams({ settle: '0', ...parameters }).toString()
  return fetch(url, headers ? { headers } : {})
}

/** The rows of NDJSON, and what stands in its last record. */
async function rowsOf(response: Response): Promise<{ readonly rows: Row[]; readonly manifest: Row }> {
  const lines = (await response.text()).trimEnd().split('\n')
  const records = lines.map((line) => JSON.parse(line) as Row)
  return { rows: records.slice(0, -1), manifest: (records.at(-1)?.['auditgraphManifest'] ?? {}) as Row }
}

const namesOf = (entries: readonly LoggedEntry[]) => entries.map(nameOf)

describe('an export', () => {
  it('gives every entry of every source in the form of GraphQL, and a manifest', async () => {
    const response = await ask(gateway, {})
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="auditgraph-20261120T110000Z.ndjson"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    const { rows, manifest } = await rowsOf(response)
    const expected = gateway.entries()
    expect(rows.map((row) => nameOf(row as never))).toEqual(namesOf(expected))
    expect(manifest).toMatchObject({ complete: true, count: expected.length, order: 'NEWEST_FIRST' })
    for (const covered of manifest['coverage'] as readonly Row[]) {
      const own = expected.filter(({ sourceKey }) => sourceKey === covered['source'])
      expect(covered).toMatchObject({ count: own.length, first: { upstreamId: own[0]?.upstreamId } })
    }
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `{ auditEntries(first: 1) { nodes { id source { key provider displayName } upstreamId occurredAt action
          actionKind actor { id type rawType name email } resource { type id name } counterparty { type id name }
          changes { field before after } reason origin { ipAddress userAgent channel } organizationId summary
          metadata raw } } }`,
      }),
    })
    const { data } = (await answer.json()) as { data: { auditEntries: { nodes: unknown[] } } }
    expect(JSON.stringify(rows[0])).toBe(JSON.stringify(data.auditEntries.nodes[0]))
  })

  it('gives CSV that a library reads, oldest first, compressed', async () => {
    const parameters = { format: 'csv', columns: 'source,upstreamId', order: 'oldest', gzip: 'true' }
    const response = await ask(gateway, parameters)
    expect(response.headers.get('content-type')).toBe('application/gzip')
    expect(response.headers.get('content-disposition')).toMatch(/\.csv\.gz"$/)
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString()
    const records: string[][] = parse(text, { record_delimiter: '\r\n' })
    expect(records[0]).toEqual(['source', 'upstreamId'])
    const names = records.slice(1, -1).map(([key, id]) => `${key}/${id}`)
    expect(names).toEqual(namesOf(gateway.entries('OLDEST_FIRST')))
    const [last = '', empty] = records.at(-1) ?? []
    expect(JSON.parse(last.replace('#auditgraph-manifest ', ''))).toMatchObject({
      complete: true,
      count: names.length,
    })
    expect(empty).toBe('')
  })

  it('takes a filter, times and sources, and ends with the last row where no manifest is wanted', async () => {
    const filter: AuditEntryFilter = { actionKinds: ['READ'] }
    const since = '2026-11-20T08:00:00Z'
    const response = await ask(gateway, {
      filter: JSON.stringify(filter),
      since,
      sources: 'assistants,crew',
      manifest: 'false',
      format: 'ocsf',
    })
    const events = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
    expect(events.length).toBeGreaterThan(10)
    for (const event of events) {
      expect(event).toMatchObject({ class_uid: 3004, activity_id: 2 })
      expect(event['time']).toBeGreaterThanOrEqual(Date.parse(since))
      expect(['assistants', 'crew']).toContain((event['metadata'] as Row)['log_name'])
    }
  })

  it('takes the format from what is accepted', async () => {
    const types: [accept: string, status: number, type: string][] = [
      ['text/csv', 200, 'text/csv; charset=utf-8; header=present'],
      ['application/x-ndjson', 200, 'application/x-ndjson; charset=utf-8'],
      ['text/html, */*;q=0.1', 200, 'application/x-ndjson; charset=utf-8'],
      ['image/png', 406, 'application/json; charset=utf-8'],
    ]
    for (const [accept, status, type] of types) {
      const answer = await ask(gateway, { sources: 'crew' }, { accept })
      await answer.text()
      expect([accept, answer.status, answer.headers.get('content-type')]).toEqual([accept, status, type])
    }
  })
})

describe('a source that fails', () => {
  it('makes the export an error that says what to do', async () => {
    const response = await ask(broken, {})
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      errors: [
        {
          extensions: { code: 'UPSTREAM_FAILED', failures: [{ source: 'hiring', kind: 'UNAUTHENTICATED' }] },
        },
      ],
    })
  })

  it('is a gap of a partial export, which its cursor reads when the source is well', async () => {
    const { rows, manifest } = await rowsOf(await ask(broken, { partial: 'true' }))
    const others = broken.entries().filter(({ sourceKey }) => sourceKey !== 'hiring')
    expect(rows.map((row) => nameOf(row as never))).toEqual(namesOf(others))
    expect(manifest['complete']).toBe(false)
    const hiring = (manifest['coverage'] as readonly Row[]).find(({ source }) => source === 'hiring')
    expect(hiring).toMatchObject({ count: 0, state: 'FAILED', error: { kind: 'UNAUTHENTICATED' } })
    const after = String(hiring?.['resumeCursor'])
    const missing = await rowsOf(await ask(gateway, { sources: 'hiring', after }))
    expect(missing.rows.map((row) => nameOf(row as never))).toEqual(
      namesOf(gateway.entries().filter(({ sourceKey }) => sourceKey === 'hiring')),
    )
  })
})

describe('a wrong parameter', () => {
  it.each([
    [{ format: 'xml' }, ['format'], 'It must be one of csv, ndjson, ocsf.'],
    [{ filter: '{' }, ['filter'], 'It is not JSON.'],
    [{ filter: '[]' }, ['filter'], '"actions"'],
    [{ filter: '{"actoin":[]}' }, ['filter'], 'Did you mean "actions"'],
    [
      { filter: '{"occurredAt":{"since":"yesterday"}}' },
      ['filter', 'occurredAt', 'since'],
      'is not an instant',
    ],
    [{ filter: '{"and":[{"actions":["\\u0000"]}]}' }, ['filter', 'and', 0, 'actions', 0], 'NUL'],
    [{ since: '2026-02-30' }, ['since'], 'is not an instant'],
    [{ since: '2026-02-02', until: '2026-02-01' }, ['until'], 'lies before'],
    [{ sources: 'crew,nobody' }, ['sources'], 'There is no source "nobody"'],
    [{ columns: 'action' }, ['columns'], 'Only CSV has columns'],
    [{ format: 'csv', columns: 'acton' }, ['columns'], 'There is no column "acton"'],
    [{ format: 'csv', columns: 'action,action' }, ['columns'], 'asked for twice'],
    [{ bom: 'true' }, ['bom'], 'Only CSV'],
    [{ gzip: 'yes' }, ['gzip'], 'true or false'],
    [{ order: 'up' }, ['order'], 'newest or oldest'],
    [{ settle: '5 minutes' }, ['settle'], 'such as 90s'],
    [{ after: 'x' }, ['after'], 'is not a cursor that this gateway issued'],
    [{ first: '5' }, ['first'], 'There is no such parameter'],
  ])('%j is BAD_USER_INPUT at %j', async (parameters, argument, message) => {
    const response = await ask(gateway, parameters as Record<string, string>)
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors: { message: string; extensions: unknown }[] }
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }])
    expect(errors[0]?.message).toContain(message)
  })
})
