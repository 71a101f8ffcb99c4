import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyEntry, cellText, exportSources } from '../../test/support/export-entries.js'
import type { AuditEntry } from '../model/entry.js'
import {
  type Cell,
  columnSets,
  decodeCell,
  decodeRecord,
  encodeCell,
  encodeRecord,
  knownColumns,
  recordMaker,
} from './csv.js'

const [source] = exportSources
if (!source) throw new Error('no source')

/** RFC 4180 and nothing of ours: what any program reads. */
function readWithLibrary(text: string): string[][] {
  return parse(text, { relax_column_count: false, skip_empty_lines: false, record_delimiter: '\r\n' })
}

const formulaStart = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠﹦﹢﹣﹫−]|^[\t\r\n\0]/u

const anyCell: fc.Arbitrary<Cell> = fc.option(cellText)

describe('a record of CSV', () => {
  it('is read by a library as the cells that were written, none of which begins a formula, and each is its value', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((columns) =>
          fc.array(fc.array(anyCell, { minLength: columns, maxLength: columns }), {
            minLength: 1,
            maxLength: 8,
          }),
        ),
        (rows) => {
          const text = rows.map((row) => encodeRecord(row.map(encodeCell))).join('')
          // As a file has it: what UTF-8 cannot hold must not be there.
          const read = readWithLibrary(Buffer.from(text).toString('utf8'))
          expect(read.map((row) => row.map(decodeCell))).toEqual(rows)
          for (const cell of read.flat()) {
            expect(cell).not.toMatch(formulaStart)
            expect(cell).not.toContain('\0')
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('is read back by our own reader, which takes no other spelling', () => {
    fc.assert(
      fc.property(
        fc.array(anyCell, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.constantFrom('"', ',', "'", ' ', 'x'),
        (row, at, extra) => {
          const text = encodeRecord(row.map(encodeCell))
          expect(decodeRecord(text)?.map(decodeCell)).toEqual(row)
          const place = at % (text.length + 1)
          const changed = text.slice(0, place) + extra + text.slice(place)
          const cells = decodeRecord(changed)
          if (cells) expect(encodeRecord(cells)).toBe(changed)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it.each([
    [null, ''],
    ['', "'"],
    ['plain', 'plain'],
    ["it's", "it's"],
    ["'quoted'", "''quoted'"],
    ['=SUM(A1)', "'=SUM(A1)"],
    ['  @x', "'  @x"],
    ['＝1', "'＝1"],
    ['-', "'-"],
    ['a=b', 'a=b'],
    ['\tx', "'\tx"],
    ['nul\0', '\'"nul\\u0000"'],
    ['half\ud800', '\'"half\\ud800"'],
    ['#auditgraph-manifest {}', "'#auditgraph-manifest {}"],
    ['#general', '#general'],
  ])('writes %j as %j', (value, cell) => {
    expect(encodeCell(value)).toBe(cell)
    expect(decodeCell(cell)).toBe(value)
  })

  it.each(['\'"not json', '\'"plain"', "'plain", '=1'])('takes %j for no cell of this program', (cell) => {
    expect(decodeCell(cell)).toBeUndefined()
  })
})

describe('the columns', () => {
  const valuesOf = (entry: AuditEntry, columns: readonly string[]) =>
    Object.fromEntries(
      (readWithLibrary(recordMaker(columns)(entry, source))[0] ?? []).map((cell, index) => [
        columns[index],
        decodeCell(cell),
      ]),
    )

  it('hold the whole entry, whatever its texts are', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const values = valuesOf(entry, knownColumns)
        expect(values).toMatchObject({
          source: entry.sourceKey,
          provider: 'PAPER',
          upstreamId: entry.upstreamId,
          occurredAt: new Date(entry.occurredAtMs).toISOString(),
          action: entry.action,
          'actor.id': entry.actor.id,
          'actor.email': entry.actor.email,
          'resource.type': entry.resource.type,
          'counterparty.id': entry.counterparty?.id ?? null,
          'origin.userAgent': entry.origin?.userAgent ?? null,
          reason: entry.reason,
          raw: entry.raw === null ? null : JSON.stringify(entry.raw),
          changes: entry.changes === null ? null : JSON.stringify(entry.changes),
        })
      }),
    )
  })

  it('cover those of the export that Aitronos has, in its order', () => {
    // Sheet aitronos, section 9.
    expect(columnSets['compact']).toEqual([
      'Timestamp',
      'Entity Type',
      'Entity Name',
      'Action',
      'Actor Name',
      'Actor Email',
      'Target Name',
      'Previous Value',
      'New Value',
    ])
  })

  it.each([
    [[{ field: null, before: 'a', after: { b: 1 } }], 'a', '{"b":1}'],
    [[{ field: 'role', before: null, after: 'x' }], '{"role":null}', '{"role":"x"}'],
    [[], null, null],
    [null, null, null],
  ])('show the values of %j before and after', (changes, before, after) => {
    const entry = { ...(fc.sample(anyEntry, { numRuns: 1, seed: 1 })[0] as AuditEntry), changes }
    expect(valuesOf(entry, ['Previous Value', 'New Value'])).toEqual({
      'Previous Value': before,
      'New Value': after,
    })
  })
})
