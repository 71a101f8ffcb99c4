import { createHash } from 'node:crypto'
import { formatInstant } from '../model/instant.js'
import { compareNewestFirst, type EntryKey } from '../model/order.js'
import { keyOfFacts, type Layout, layoutOf, type RowFacts } from './layout.js'
import { keyJson, type Manifest, manifestSchema } from './manifest.js'
import { contradictionsOf, manifestIssue, type RowTimes, rowTimesOf } from './manifest-check.js'
import { BadFile, splitRecords } from './records.js'
import type { ExportStore } from './store.js'
import { plainBytes, storedRecords } from './stored-rows.js'
import { Tally } from './tally.js'

export interface Verification {
  readonly manifest: Manifest
  /** Whether the manifest is the last record of the file, and not beside it. */
  readonly within: boolean
  /** What is wrong, in sentences; empty when the file is what its manifest says. */
  readonly problems: readonly string[]
  /** What the rows do not tell, so that it could not be compared. */
  readonly unchecked: readonly string[]
}

/** Rows that are told as wrong one by one; the others are counted. */
const toldRowsMax = 10
/** Bytes at the end of a file in which its own manifest is looked for. */
const gzipMagic = Buffer.from([0x1f, 0x8b])

/**
 * Compares a file with its manifest: the one beside it, else the one that is its last record. Reads the file once, or
 * twice when the manifest is in it; holds a row at a time.
 *
 * Throws BadFile when there is no manifest, or one that cannot be read.
 */
export async function verifyExport(store: ExportStore): Promise<Verification> {
  const size = await store.size()
  if (size === null) throw new BadFile('There is no such file.')
  const isGzip = await beginsWith(store, gzipMagic)
  const beside = await store.readManifest()
  const manifest = beside === null ? await manifestWithin(store, isGzip) : readManifest(beside)
  const check = new Check(manifest, beside === null)
  for (const problem of contradictionsOf(manifest)) check.tell(problem)
  if (manifest.gzip !== isGzip)
    check.tell(`It is ${isGzip ? '' : 'not '}compressed, and its manifest says otherwise.`)
  if (manifest.bytes !== null && manifest.bytes !== size) {
    check.tell(`It has ${size} bytes in place of ${manifest.bytes}.`)
  }
  try {
    for await (const record of storedRecords(plainBytes(store.read(), isGzip), check.layout))
      check.add(record)
  } catch (error) {
    if (!(error instanceof BadFile)) throw error
    check.tell(error.message)
  }
  return check.end()
}

type Stored = ReturnType<typeof storedRecords> extends AsyncGenerator<infer Value> ? Value : never

/** What has been seen of a file so far. */
class Check {
  readonly layout: Layout
  readonly #manifest: Manifest
  readonly #within: boolean
  readonly #problems: string[] = []
  readonly #tally: Tally
  readonly #times: RowTimes
  readonly #plain = createHash('sha256')
  #badRows = 0
  #last: EntryKey | null = null
  #ended = false

  constructor(manifest: Manifest, within: boolean) {
    this.#manifest = manifest
    this.#within = within
    this.layout = layoutOf(manifest)
    this.#times = rowTimesOf(manifest)
    this.#tally = new Tally(manifest.coverage.map(({ source }) => source))
  }

  tell(problem: string): void {
    this.#problems.push(problem)
  }

  add(record: Stored): void {
    if (this.#ended) this.#tellRow('comes after the manifest')
    if (record.kind === 'manifest' && this.#within) {
      this.#ended = true
      return
    }
    this.#plain.update(record.bytes)
    if (record.kind === 'head') return
    if (record.kind === 'row') this.#addRow(record.facts, record.bytes)
    else {
      this.#tally.digestRow(record.bytes, null)
      this.#tellRow(
        record.kind === 'bad' ? record.problem : 'is a manifest, and there is another beside the file',
      )
    }
  }

  #addRow(facts: RowFacts, bytes: Buffer): void {
    const { sourceKey } = facts
    this.#tally.digestRow(bytes, sourceKey)
    const source = sourceKey === null ? undefined : this.#tally.sources.get(sourceKey)
    if (sourceKey !== null && !source)
      this.#tellRow(`is of the source ${sourceKey}, which the manifest does not name`)
    if (source) source.count += 1
    const wrongTime = facts.timeMs === null ? null : this.#times.problemOf(facts.timeMs)
    if (wrongTime !== null) this.#tellRow(wrongTime)
    const key = keyOfFacts(facts)
    if (!key) return
    if (source) {
      source.first ??= key
      source.last = key
    }
    if (this.#last && this.#compare(this.#last, key) >= 0)
      this.#tellRow('does not come after the row before it')
    this.#last = key
  }

  #compare(a: EntryKey, b: EntryKey): number {
    return this.#manifest.order === 'NEWEST_FIRST' ? compareNewestFirst(a, b) : compareNewestFirst(b, a)
  }

  #tellRow(problem: string): void {
    this.#badRows += 1
    if (this.#badRows <= toldRowsMax) this.tell(`Row ${this.#tally.rows} ${problem}.`)
  }

  end(): Verification {
    const manifest = this.#manifest
    if (this.#badRows > toldRowsMax)
      this.tell(`${this.#badRows - toldRowsMax} more rows have something wrong.`)
    if (this.#tally.rows !== manifest.count)
      this.tell(`It has ${this.#tally.rows} rows in place of ${manifest.count}.`)
    if (this.#plain.digest('hex') !== manifest.sha256)
      this.tell('Its SHA-256 is not the one of the manifest.')
    for (const coverage of manifest.coverage) this.#compareSource(coverage)
    return {
      manifest,
      within: this.#within,
      problems: this.#problems,
      unchecked: uncheckedOf(manifest, this.layout),
    }
  }

  #compareSource(expected: Manifest['coverage'][number]): void {
    const { source: key } = expected
    const seen = this.#tally.sources.get(key)
    if (!seen || !this.layout.namesSource) return
    if (seen.count !== expected.count) this.tell(`${key}: ${seen.count} rows in place of ${expected.count}.`)
    if (expected.sha256 !== null && this.#tally.digestOf(key) !== expected.sha256) {
      this.tell(`${key}: the SHA-256 of its rows is not the one of the manifest.`)
    }
    for (const side of ['first', 'last'] as const) {
      const found = seen[side]
      if (found && JSON.stringify(keyJson(found)) !== JSON.stringify(expected[side])) {
        this.tell(
          `${key}: its ${side} row is ${found.id} of ${formatInstant(found.timeMs)}, not that of the manifest.`,
        )
      }
    }
  }
}

function uncheckedOf({ format, columns }: Manifest, layout: Layout): readonly string[] {
  if (format !== 'csv') return []
  const hasKey = layout.namesSource && columns.includes('upstreamId') && columns.some(isTimeColumn)
  return [
    ...(layout.namesSource ? [] : ['counts and digests by source, since there is no column source']),
    ...(hasKey ? [] : ['the order, since not all of occurredAt, source and upstreamId are columns']),
  ]
}

function isTimeColumn(heading: string): boolean {
  return heading === 'occurredAt' || heading === 'Timestamp'
}

async function beginsWith(store: ExportStore, magic: Buffer): Promise<boolean> {
  const chunks: Buffer[] = []
  for await (const chunk of store.read(magic.length)) chunks.push(chunk)
  return Buffer.concat(chunks).equals(magic)
}

/** The manifest in the last record, of whichever format. */
async function manifestWithin(store: ExportStore, isGzip: boolean): Promise<Manifest> {
  let last: Buffer | undefined
  for await (const record of splitRecords(plainBytes(store.read(), isGzip), false)) last = record
  const text = last?.toString('utf8') ?? ''
  const candidates = (['ndjson', 'csv'] as const).map((format) =>
    layoutOf({ format, columns: [], bom: false }).manifestOf(text),
  )
  const found = candidates.find((candidate) => candidate !== undefined)
  if (found === undefined) {
    throw new BadFile(
      'There is no manifest, neither beside it nor as its last record: the export was not finished.',
    )
  }
  return checkManifest(found)
}

function readManifest(text: string): Manifest {
  try {
    return checkManifest(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadFile('Its manifest is not JSON.')
    throw error
  }
}

function checkManifest(value: unknown): Manifest {
  const result = manifestSchema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new BadFile(`Its manifest is not one${issue ? `: ${manifestIssue(issue)}` : ''}.`)
}
