import { describe, expect, it } from 'vitest'
import { Secret } from '../../model/secret.js'
import { SimulatedLog } from '../../simulation/log.js'
import { sampleEvent, sampleEvents, sampleRequest, sampleStartMs } from '../../simulation/sample.js'
import { readExport } from './csv-export.js'
import { aitronos } from './index.js'
import { type AitronosSwitches, createAitronosSimulator } from './simulator.js'

const settings = {
  organizationId: 'org_sim',
  baseUrl: 'https://api.aitronos.com',
  credentials: { kind: 'token', secret: new Secret('sim-token') },
  dates: 'day',
  csvExport: true,
} as const
const nowMs = sampleStartMs + 86_400_000 * 10
const header =
  'Timestamp,Entity Type,Entity Name,Action,Actor Name,Actor Email,Target Name,Previous Value,New Value'

function responseOf(body: string, status = 200, contentType = 'text/csv; charset=utf-8') {
  return { status, headers: { 'content-type': contentType }, body, receivedAtMs: nowMs }
}

function exportOf(events = sampleEvents(3), switches: Partial<AitronosSwitches> = {}, token = 'sim-token') {
  const log = new SimulatedLog()
  log.appendAll(events)
  const simulator = createAitronosSimulator({ log, switches })
  const path = '/v1/organizations/org_sim/audit-log/export'
  return simulator.handle(sampleRequest(path, { headers: { authorization: `Bearer ${token}` } }), nowMs)
}

describe('the simulated export (sheet section 9)', () => {
  it('has the columns of the sheet, quoted as RFC 4180 has it', () => {
    const event = sampleEvent({
      id: 'e',
      timeMs: Date.UTC(2026, 2, 2, 8, 15, 41),
      action: 'updated',
      resource: { type: 'role', id: 'r', name: 'He said "no",\nthen yes' },
      values: { before: { a: 1 }, after: '=SUM(A1)' },
    })
    const { body, headers } = exportOf([event], { exportEscapesFormulas: true })
    expect(headers['content-type']).toBe('text/csv')
    expect(headers['content-disposition']).toMatch(/filename="audit-log-org_sim-\d{4}-\d\d-\d\d\.csv"/)
    expect(body).toBe(
      `${header}\r\n2026-03-02T08:15:41Z,role,"He said ""no"",\nthen yes",updated,Mira Kovač,mira@corp.example,,"{""a"":1}",'=SUM(A1)\r\n`,
    )
  })

  it.each([
    ['newest', 'newestFirst', [4, 3]],
    ['oldest', 'newestFirst', [1, 0]],
    ['newest', 'oldestFirst', [3, 4]],
    ['oldest', 'oldestFirst', [0, 1]],
  ] as const)('cut keeps the %s, listed %s', (exportKeeps, order, kept) => {
    const events = sampleEvents(5)
    const { body } = exportOf(events, { exportRowsMax: 2, exportKeeps, order, timePrecision: 'millisecond' })
    const times = body
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0])
    expect(times).toEqual(kept.map((index) => new Date(events[index]?.timeMs ?? 0).toISOString()))
  })
})

describe('the adapter', () => {
  it('reads what the simulator writes', () => {
    const events = sampleEvents(3)
    const rows = readExport(
      { ...exportOf(events, { exportByteOrderMark: true }), receivedAtMs: nowMs },
      settings,
    )
    expect(rows).toEqual(
      [...events].reverse().map(({ timeMs, action, resource }) => ({
        timeMs: Math.floor(timeMs / 1_000) * 1_000,
        action,
        actionKind: expect.any(String),
        resourceType: resource.type,
        organizationId: 'org_sim',
      })),
    )
  })

  it('asks for what a page would page over', () => {
    const dialect = aitronos.open(settings)
    const ask = { sinceMs: nowMs - 5_000, untilMs: nowMs, pushdown: { actions: ['created'] } }
    const page = dialect.pageRequest({ ...ask, limit: 100 })
    const asked = dialect.bulk?.request(ask)
    expect(asked?.path).toBe(`${page.path}/export`)
    expect(asked?.query).toEqual(page.query.filter(([name]) => name !== 'skip' && name !== 'limit'))
  })

  it.each([
    ['a time without a zone', `${header}\r\n2026-03-02 08:15:41,a,b,c,,,,,\r\n`],
    ['a missing column', 'Timestamp,Action\r\n2026-03-02T08:15:41Z,c\r\n'],
    ['a row of another length', `${header}\r\n2026-03-02T08:15:41Z,a\r\n`],
    ['an open quote', `${header}\r\n"2026-03-02T08:15:41Z`],
    ['nothing', ''],
  ])('takes %s for no answer', (_, body) => {
    expect(readExport(responseOf(body), settings)).toMatchObject({ failed: true, kind: 'INVALID_RESPONSE' })
  })

  it('takes failures as those of the list', () => {
    const { status, body } = exportOf([], {}, 'other')
    expect(readExport(responseOf(body, status, 'application/json'), settings)).toMatchObject({
      kind: 'UNAUTHENTICATED',
    })
    expect(readExport(responseOf('{"items":[]}', 200, 'application/json'), settings)).toMatchObject({
      kind: 'INVALID_RESPONSE',
    })
    expect(readExport(responseOf('{"success":false}', 200, 'application/json'), settings)).toMatchObject({
      failed: true,
    })
  })
})
