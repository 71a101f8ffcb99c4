import { z } from 'zod'
import type { TimeRange } from '../model/filter.js'
import { formatInstant } from '../model/instant.js'
import type { EntryKey } from '../model/order.js'
import type { SourceCoverage } from '../reading/page.js'
import type { ExportSource } from './entry-json.js'
import { exportFormats } from './layout.js'
import { type ExportPlan, filterJson } from './plan.js'
import type { Tally } from './tally.js'

const manifestFormat = 'auditgraph-export'
const manifestVersion = 1

const keySchema = z.object({ occurredAt: z.string(), upstreamId: z.string() })
const rangeSchema = z.object({ since: z.string().nullable(), until: z.string().nullable() })
const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits')

const coverageSchema = z.object({
  source: z.string(),
  provider: z.string(),
  count: z.int().min(0),
  /** Keys of the first and the last row in the order of the file. */
  first: keySchema.nullable(),
  last: keySchema.nullable(),
  /** Over the rows of this source, in the order of the file; null when a row does not tell its source. */
  sha256: digestSchema.nullable(),
  state: z.enum(['COMPLETE', 'SCAN_LIMIT', 'FAILED', 'EXCLUDED']),
  searchedSince: z.string().nullable(),
  searchedUntil: z.string().nullable(),
  gap: rangeSchema.nullable(),
  resumeCursor: z.string().nullable(),
  /** The last trouble of the source, also when it was over in the end. */
  error: z.object({ kind: z.string(), message: z.string(), remedy: z.string() }).nullable(),
  notices: z.array(z.string()),
})

/** What a file of an export says of itself. */
export const manifestSchema = z.object({
  manifest: z.literal(manifestFormat),
  version: z.literal(manifestVersion),
  format: z.enum(exportFormats),
  columns: z.array(z.string()),
  bom: z.boolean(),
  gzip: z.boolean(),
  filter: z.record(z.string(), z.unknown()),
  sources: z.array(z.string()),
  order: z.enum(['NEWEST_FIRST', 'OLDEST_FIRST']),
  after: z.string().nullable(),
  /** Nothing of this instant or later is in the file. */
  asOf: z.string(),
  /** Whether nothing is missing: no source has a gap. */
  complete: z.boolean(),
  count: z.int().min(0),
  /** Over all bytes before the manifest, uncompressed. */
  sha256: digestSchema,
  /** Size of the file as it is stored; null in a stream. */
  bytes: z.int().min(0).nullable(),
  coverage: z.array(coverageSchema),
})

export type Manifest = z.infer<typeof manifestSchema>

/**
 * The manifest of a finished export. Nothing in it depends on how often the export was broken off, so that it is the
 * same, too. `resumable`: whether another process can open the cursors of this one.
 */
export function makeManifest(parts: {
  readonly plan: ExportPlan
  readonly sources: ReadonlyMap<string, ExportSource>
  readonly tally: Tally
  readonly namesSource: boolean
  readonly asOfMs: number
  readonly coverage: readonly SourceCoverage[]
  readonly bytes: number | null
  readonly resumable: boolean
}): Manifest {
  const { plan, tally, coverage } = parts
  return {
    manifest: manifestFormat,
    version: manifestVersion,
    format: plan.format,
    columns: [...plan.columns],
    bom: plan.bom,
    gzip: plan.gzip,
    filter: filterJson(plan.filter),
    sources: [...tally.sources.keys()],
    order: plan.order,
    after: plan.after ?? null,
    asOf: formatInstant(parts.asOfMs),
    complete: coverage.every(isWhole),
    count: tally.rows,
    sha256: tally.digest(),
    bytes: parts.bytes,
    coverage: coverage.map((source) => coverageJson(source, parts)),
  }
}

/** Whether nothing of a source is missing at the end of a reading. */
export function isWhole({
  state,
  gap,
}: {
  readonly state: SourceCoverage['state']
  readonly gap: object | null
}): boolean {
  return gap === null && (state === 'COMPLETE' || state === 'EXCLUDED')
}

function coverageJson(
  covered: SourceCoverage,
  parts: Parameters<typeof makeManifest>[0],
): Manifest['coverage'][number] {
  const { sourceKey } = covered
  const rows = parts.tally.sources.get(sourceKey)
  return {
    source: sourceKey,
    provider: parts.sources.get(sourceKey)?.providerId ?? '',
    count: rows?.count ?? 0,
    first: rows?.first ? keyJson(rows.first) : null,
    last: rows?.last ? keyJson(rows.last) : null,
    sha256: parts.namesSource ? parts.tally.digestOf(sourceKey) : null,
    state: covered.state,
    searchedSince: instantJson(covered.searchedSinceMs),
    searchedUntil: instantJson(covered.searchedUntilMs),
    gap: covered.gap && rangeJson(covered.gap),
    resumeCursor: parts.resumable ? covered.resumeCursor : null,
    error: rows?.failure ?? null,
    notices: [...covered.notices],
  }
}

export function keyJson({ timeMs, id }: EntryKey): z.infer<typeof keySchema> {
  return { occurredAt: formatInstant(timeMs), upstreamId: id }
}

function rangeJson({ sinceMs, untilMs }: TimeRange): z.infer<typeof rangeSchema> {
  return { since: instantJson(sinceMs ?? null), until: instantJson(untilMs ?? null) }
}

function instantJson(instantMs: number | null): string | null {
  return instantMs === null ? null : formatInstant(instantMs)
}
