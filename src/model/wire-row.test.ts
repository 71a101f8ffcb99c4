import { describe, expect, it } from 'vitest'
import type { EntryContent } from './entry.js'
import type { JsonValue } from './json.js'
import { readWireRow } from './wire-row.js'

const at = '2026-02-03T00:00:00.123999+01:00'

function read(record: JsonValue) {
  return readWireRow(record, 'at', (raw) => ({ raw }) as unknown as EntryContent)
}

describe('readWireRow', () => {
  it.each([
    ['x', true],
    [17, true],
    ['', false],
    [1.5, false],
    [2 ** 60, true],
    [1e21, false],
    [{}, false],
    [null, false],
  ])('takes the id %j: %s', (id, isTaken) => {
    const row = read({ id, at })
    expect(row).toEqual(
      isTaken ? expect.objectContaining({ id: String(id) }) : '.id: expected a string that is not empty',
    )
  })

  it.each(['2026-02-30T00:00:00Z', '2026-02-03', '', 0, null])('refuses the time %j', (time) => {
    expect(read({ id: 'x', at: time })).toBe('.at: expected an RFC 3339 date-time')
  })

  it.each([null, [], 'x', 7])('refuses the record %j', (record) => {
    expect(read(record)).toBe(': expected an object')
  })

  it('cuts a time to milliseconds', () => {
    expect(read({ id: 'x', at })).toMatchObject({ timeMs: Date.UTC(2026, 1, 2, 23, 0, 0, 123) })
  })

  it('normalizes when it is asked to, and once', () => {
    let normalized = 0
    const row = readWireRow({ id: 'x', at }, 'at', (raw) => {
      normalized += 1
      return { raw } as unknown as EntryContent
    })
    if (typeof row === 'string') throw new Error(row)
    expect(normalized).toBe(0)
    expect(row.content().raw).toEqual({ id: 'x', at })
    expect(row.content()).toBe(row.content())
    expect(normalized).toBe(1)
  })
})
