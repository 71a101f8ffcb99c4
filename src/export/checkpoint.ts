import { z } from 'zod'
import type { JsonObject, JsonValue } from '../model/json.js'
import type { Tally } from './tally.js'

/** Where an export stands that is not finished. Written beside its file, for its owner's eyes only. */
const checkpointSchema = z.object({
  checkpoint: z.literal('auditgraph-export'),
  version: z.literal(1),
  /** `boundOptions` of the export. */
  options: z.record(z.string(), z.json()),
  asOfMs: z.int(),
  /** Go on after it; null at the very begin. */
  cursor: z.string().nullable(),
  /**
   * What signs the cursors of this export where no secret is configured. It opens nothing but this cursor, so it is
   * not worth more than the file beside it.
   */
  secret: z.string().nullable(),
  /** Bytes of the file that count; what comes after them is cut off. */
  bytes: z.int().min(0),
  /** Rows, as text, that are in no finished gzip member yet. */
  pending: z.string(),
  rows: z.int().min(0),
  /** Over the head and all rows, those of `pending` included. */
  sha256: z.string(),
  sources: z.array(
    z.object({
      key: z.string(),
      count: z.int().min(0),
      first: z.object({ timeMs: z.int(), id: z.string() }).nullable(),
      last: z.object({ timeMs: z.int(), id: z.string() }).nullable(),
      failure: z.object({ kind: z.string(), message: z.string(), remedy: z.string() }).nullable(),
    }),
  ),
})

export type Checkpoint = z.infer<typeof checkpointSchema>

/** Reads a checkpoint; undefined when the text is none. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  try {
    return checkpointSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function writeCheckpoint(
  place: Pick<Checkpoint, 'asOfMs' | 'cursor' | 'secret' | 'bytes' | 'pending'> & {
    readonly options: JsonObject
  },
  tally: Tally,
): string {
  const checkpoint = {
    checkpoint: 'auditgraph-export',
    version: 1,
    ...place,
    rows: tally.rows,
    sha256: tally.digest(),
    sources: [...tally.sources].map(([key, { count, first, last, failure }]) => ({
      key,
      count,
      first: first && { timeMs: first.timeMs, id: first.id },
      last: last && { timeMs: last.timeMs, id: last.id },
      failure,
    })),
  }
  return `${JSON.stringify(checkpoint)}\n`
}

/** The options that differ from those that the export was begun with. */
export function changedOptions(
  begun: { readonly options: Readonly<Record<string, unknown>> },
  options: JsonObject,
): readonly { readonly name: string; readonly begunWith: unknown; readonly now: JsonValue }[] {
  return Object.entries(options)
    .map(([name, now]) => ({ name, begunWith: begun.options[name] ?? null, now }))
    .filter(({ begunWith, now }) => JSON.stringify(begunWith) !== JSON.stringify(now))
}
