import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyReading, asOfMs, exportSources } from '../../test/support/export-entries.js'
import { memoryStore } from '../../test/support/memory-store.js'
import { pagedReader } from '../../test/support/paged-reader.js'
import type { AuditEntry } from '../model/entry.js'
import { formatInstant } from '../model/instant.js'
import { knownColumns } from './csv.js'
import { exportToStore } from './export-to-store.js'
import { exportToStream } from './export-to-stream.js'
import { exportFormats } from './layout.js'
import type { Manifest } from './manifest.js'
import type { ExportPlan } from './plan.js'
import { BadFile } from './records.js'
import { verifyExport } from './verify.js'

const never = new AbortController().signal
const plan: ExportPlan = {
  format: 'ndjson',
  columns: [],
  bom: false,
  gzip: false,
  filter: {},
  order: 'NEWEST_FIRST',
  partial: false,
  manifest: true,
}
const anyPlan: fc.Arbitrary<ExportPlan> = fc
  .record({ format: fc.constantFrom(...exportFormats), bom: fc.boolean() })
  .map(({ format, bom }) =>
    format === 'csv' ? { ...plan, format, bom, columns: knownColumns } : { ...plan, format },
  )

const work = (entries: readonly AuditEntry[], plan: ExportPlan) => ({
  reader: pagedReader(entries, () => 7),
  sources: exportSources,
  plan,
  asOfMs,
  secret: null,
  termsOf: () => ({ signal: never }),
  stop: never,
})

async function exported(entries: readonly AuditEntry[], plan: ExportPlan) {
  const store = memoryStore()
  await exportToStore({ ...work(entries, plan), store, checkpoint: null, now: () => 0 })
  return { file: store.file() ?? Buffer.alloc(0), manifest: store.manifest() ?? '' }
}

/** A file as a stream writes it, with its manifest as the last record. */
async function streamed(entries: readonly AuditEntry[], plan: ExportPlan): Promise<Buffer> {
  const chunks: Buffer[] = []
  const write = async (bytes: Buffer) => void chunks.push(bytes)
  await exportToStream({ ...work(entries, plan), write })
  return Buffer.concat(chunks)
}

async function problemsOf(file: Buffer, manifest?: string): Promise<readonly string[]> {
  try {
    return (await verifyExport(memoryStore({ file, ...(manifest !== undefined && { manifest }) }))).problems
  } catch (error) {
    if (!(error instanceof BadFile)) throw error
    return [error.message]
  }
}

/** Lines of NDJSON, which has no line end within a row. */
const linesOf = (file: Buffer) => file.toString().split(/(?<=\n)/)

describe('verifying', () => {
  it('finds nothing wrong with what was exported, and any byte that was changed, added or taken away', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyReading(12, 1),
        anyPlan,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'add', 'remove', 'cut'),
        async (entries, plan, place, flip, how) => {
          const { file, manifest } = await exported(entries, plan)
          expect(await problemsOf(file, manifest)).toEqual([])
          const at = place % file.length
          const [before, byte = 0, after] = [file.subarray(0, at), file[at], file.subarray(at + 1)]
          const changed = {
            change: Buffer.concat([before, Buffer.from([byte ^ flip]), after]),
            add: Buffer.concat([before, Buffer.from([flip]), file.subarray(at)]),
            remove: Buffer.concat([before, after]),
            cut: before,
          }
          expect(await problemsOf(changed[how], manifest)).not.toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  it('finds a row that was removed, repeated or swapped with another, and says which', async () => {
    await fc.assert(
      fc.asyncProperty(anyReading(12, 3), fc.nat(), fc.nat(), async (entries, place, other) => {
        const { file, manifest } = await exported(entries, plan)
        const rows = linesOf(file)
        const at = place % rows.length
        const removed = await problemsOf(Buffer.from(rows.toSpliced(at, 1).join('')), manifest)
        expect(removed).toContain(`It has ${rows.length - 1} rows in place of ${rows.length}.`)
        const [row = ''] = rows.slice(at)
        const repeated = await problemsOf(Buffer.from(rows.toSpliced(at, 0, row).join('')), manifest)
        expect(repeated).toContain(`Row ${at + 2} does not come after the row before it.`)
        const to = other % rows.length
        if (to === at) return
        const swapped = rows.with(at, rows[to] ?? '').with(to, row)
        const told = await problemsOf(Buffer.from(swapped.join('')), manifest)
        expect(told.some((problem) => /^Row \d+ does not come after/.test(problem))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['ocsf', /"time":-?\d+/, '"time":9007199254740991', '9007199254740991'],
    ['ocsf', /"time":-?\d+/, '"time":-62135596800001', '-62135596800001'],
    ['ocsf', /"time":-?\d+/, '"time":1.5', '1.5'],
    ['ndjson', /"occurredAt":"[^"]*"/, '"occurredAt":"9999-99-99T00:00:00Z"', '"9999-99-99T00:00:00Z"'],
  ] as const)('names a time of %s that is none', async (format, pattern, put, told) => {
    const entries = fc.sample(anyReading(3, 3), { numRuns: 1, seed: 8 })[0] ?? []
    const { file, manifest } = await exported(entries, { ...plan, format })
    const changed = Buffer.from(file.toString().replace(pattern, put))
    expect(await problemsOf(changed, manifest)).toContain(`Row 1 has a time that is none: ${told}.`)
  })

  it('takes a stream with its manifest as the last record, compressed or not', async () => {
    await fc.assert(
      fc.asyncProperty(anyReading(8), anyPlan, fc.boolean(), fc.nat(), async (entries, plan, gzip, place) => {
        const file = await streamed(entries, { ...plan, gzip })
        const verification = await verifyExport(memoryStore({ file }))
        expect(verification).toMatchObject({
          within: true,
          problems: [],
          manifest: { count: entries.length },
        })
        if (gzip) return
        const cut = file.subarray(0, place % file.length)
        expect(await problemsOf(cut)).not.toEqual([])
        expect(
          await problemsOf(Buffer.concat([file, linesOf(file).slice(-1).map(Buffer.from)[0] ?? file])),
        ).not.toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it.each(exportFormats)('finds a %s stream of which only the last byte is missing', async (format) => {
    const entries = fc.sample(anyReading(5, 2), { numRuns: 1, seed: 7 })[0] ?? []
    const columns = format === 'csv' ? knownColumns : []
    const file = await streamed(entries, { ...plan, format, columns })
    expect(await problemsOf(file)).toEqual([])
    expect(await problemsOf(file.subarray(0, -1))).toEqual([
      expect.stringContaining('There is no manifest, neither beside it nor as its last record'),
    ])
  })

  it('finds a gzip file that was cut, lengthened or compressed otherwise than its manifest says', async () => {
    const entries = fc.sample(anyReading(20, 10), { numRuns: 1, seed: 5 })[0] ?? []
    const { file, manifest } = await exported(entries, { ...plan, gzip: true })
    expect(await problemsOf(file, manifest)).toEqual([])
    expect(await problemsOf(file.subarray(0, -9), manifest)).toContain(
      `It has ${file.length - 9} bytes in place of ${file.length}.`,
    )
    expect(await problemsOf(Buffer.concat([file, Buffer.from('rest')]), manifest)).not.toEqual([])
    expect(await problemsOf(Buffer.concat([file, gzipSync('{}\n')]), manifest)).toContain(
      `It has ${entries.length + 1} rows in place of ${entries.length}.`,
    )
    const plain = await exported(entries, plan)
    expect(await problemsOf(plain.file, manifest)).toContain(
      'It is not compressed, and its manifest says otherwise.',
    )
  })

  describe('of a manifest that contradicts itself or its rows', () => {
    const entries = fc.sample(anyReading(9, 5), { numRuns: 1, seed: 9 })[0] ?? []
    const newest = formatInstant(Math.max(...entries.map(({ occurredAtMs }) => occurredAtMs)))
    const oldest = formatInstant(Math.min(...entries.map(({ occurredAtMs }) => occurredAtMs)))
    type Edit = (manifest: Manifest) => object
    const first = ({ coverage }: Manifest) => coverage[0] as Manifest['coverage'][number]

    it.each<[string, Edit, string]>([
      [
        'an as-of',
        () => ({ asOf: newest }),
        `is of ${newest}, and the manifest says that nothing of ${newest} or later is there`,
      ],
      [
        'an end',
        () => ({ filter: { occurredAt: { until: newest } } }),
        `is of ${newest}, which the filter of the manifest leaves out`,
      ],
      [
        'a begin within an and',
        () => ({ filter: { and: [{}, { and: [{ occurredAt: { since: newest, until: null } }] }] } }),
        `is of ${oldest}, which the filter of the manifest leaves out`,
      ],
      ['times that are none', () => ({ asOf: 'now' }), 'Its manifest has a time that is none: "now".'],
      [
        'a source asked twice',
        () => ({ sources: ['desk', 'vault', 'desk'] }),
        'Its manifest names the source desk twice.',
      ],
      [
        'a source covered twice',
        (m) => ({ coverage: [...m.coverage, first(m)] }),
        'Its manifest names the source desk twice.',
      ],
      [
        'a source not covered',
        () => ({ sources: ['desk', 'vault', 'attic'] }),
        'Its manifest says that attic was asked, and has no coverage of it.',
      ],
      [
        'a source not asked',
        () => ({ sources: ['desk'] }),
        'Its manifest has coverage of vault, and does not say that it was asked.',
      ],
      [
        'nothing missing',
        () => ({ complete: false }),
        'Its manifest says that something is missing, and its coverage that nothing is.',
      ],
      [
        'a source that failed',
        (m) => ({ coverage: [{ ...first(m), state: 'FAILED' }, ...m.coverage.slice(1)] }),
        'Its manifest says that nothing is missing, and its coverage says what is.',
      ],
      [
        'a gap',
        (m) => ({ coverage: [{ ...first(m), gap: { since: null, until: newest } }, ...m.coverage.slice(1)] }),
        'Its manifest says that nothing is missing, and its coverage says what is.',
      ],
      [
        'a row less in a source',
        (m) => ({ coverage: [{ ...first(m), count: first(m).count - 1 }, ...m.coverage.slice(1)] }),
        `Its manifest counts ${entries.length} rows, and ${entries.length - 1} of its sources.`,
      ],
      [
        'no first row',
        (m) => ({ coverage: [{ ...first(m), first: null }, ...m.coverage.slice(1)] }),
        'desk: its manifest counts ',
      ],
    ])('%s, it says so', async (_, edit, told) => {
      for (const one of [plan, { ...plan, format: 'csv' as const, columns: ['summary', 'Timestamp'] }]) {
        const { file, manifest } = await exported(entries, one)
        expect(await problemsOf(file, manifest)).toEqual([])
        const changed = JSON.parse(manifest) as Manifest
        const problems = await problemsOf(file, JSON.stringify({ ...changed, ...edit(changed) }))
        expect(problems).toContainEqual(expect.stringContaining(told))
      }
    })

    it('takes the times that the rows keep to', async () => {
      const { file, manifest } = await exported(entries, plan)
      const filter = { occurredAt: { since: oldest }, or: [{ occurredAt: { until: oldest } }, {}] }
      expect(await problemsOf(file, JSON.stringify({ ...JSON.parse(manifest), filter }))).toEqual([])
    })
  })

  it.each([
    ['[]', 'Its manifest is not one: expected an object.'],
    ['{"manifest":"x"}', 'Its manifest is not one: manifest: expected "auditgraph-export".'],
    [{ coverage: [{}] }, 'Its manifest is not one: coverage.0.source: expected a text.'],
    [{ count: -1 }, 'Its manifest is not one: count: expected at least 0.'],
    [{ count: 0.5 }, 'Its manifest is not one: count: expected a whole number.'],
    [{ sha256: '' }, 'Its manifest is not one: sha256: expected 64 hex digits.'],
    [{ filter: 1 }, 'Its manifest is not one: filter: expected an object.'],
    [{ format: 'xml' }, 'Its manifest is not one: format: expected "csv" or "ndjson" or "ocsf".'],
  ])('says in its own words why a manifest is none: %j', async (given, message) => {
    const { file, manifest } = await exported([], plan)
    const text = typeof given === 'string' ? given : JSON.stringify({ ...JSON.parse(manifest), ...given })
    expect(await problemsOf(file, text)).toEqual([message])
  })

  it.each([
    ['no manifest', Buffer.from('{}\n'), undefined, 'There is no manifest'],
    ['a manifest that is not JSON', Buffer.from(''), '{', 'Its manifest is not JSON.'],
    ['a manifest of something else', Buffer.from(''), '{}', 'Its manifest is not one: manifest'],
  ])('says so when there is %s', async (_, file, manifest, message) => {
    expect((await problemsOf(file, manifest))[0]).toContain(message)
  })

  it('says what a file without the columns of the key leaves open', async () => {
    const entries = fc.sample(anyReading(9, 5), { numRuns: 1, seed: 6 })[0] ?? []
    const { file, manifest } = await exported(entries, { ...plan, format: 'csv', columns: ['summary'] })
    const { problems, unchecked } = await verifyExport(memoryStore({ file, manifest }))
    expect(problems).toEqual([])
    expect(unchecked).toEqual([
      'counts and digests by source, since there is no column source',
      'the order, since not all of occurredAt, source and upstreamId are columns',
    ])
  })
})
