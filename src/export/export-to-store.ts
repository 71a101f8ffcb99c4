import type { EntryPage, InputProblem, PageTerms, Reader, ReadingFailed } from '../reading/page.js'
import { type Checkpoint, writeCheckpoint } from './checkpoint.js'
import type { ExportSource } from './entry-json.js'
import { type Layout, layoutOf } from './layout.js'
import { checkpointMs } from './limits.js'
import { type Manifest, makeManifest } from './manifest.js'
import { Packer } from './packer.js'
import { boundOptions, type ExportPlan } from './plan.js'
import { BadFile } from './records.js'
import { type ExportDone, runExport } from './run-export.js'
import type { ExportOutput, ExportStore } from './store.js'
import { plainBytes, storedRecords } from './stored-rows.js'
import { Tally } from './tally.js'

export interface StoredExport {
  readonly reader: Pick<Reader, 'readPage'>
  /** The sources asked, in configuration order. */
  readonly sources: readonly ExportSource[]
  readonly plan: ExportPlan
  readonly store: ExportStore
  /** Where an earlier run has come to; null begins anew. */
  readonly checkpoint: Checkpoint | null
  /** Whether a new export is written over what may stand in the store. Default: it rejects with EEXIST then. */
  readonly overwrite?: boolean
  /** For a new export; one that is gone on with keeps its own. UTC milliseconds. */
  readonly asOfMs: number
  /** The secret that the reader's cursors are signed with, where it is this export's own. */
  readonly secret: string | null
  /** UTC milliseconds. */
  readonly now: () => number
  /** What bounds each page, and the signal behind them all that ends the export. */
  readonly termsOf: () => PageTerms
  readonly stop: AbortSignal
  readonly onPage?: (page: EntryPage, tally: Tally) => void
}

/**
 * Exports to a file that can be gone on with: what it holds in the end is the same, byte for byte, however often it was
 * broken off, and wherever.
 *
 * The checkpoint names a length of the file that is on disk, the cursor behind it, and a digest. It is replaced as a
 * whole, after the file was flushed; going on cuts the file to that length, whatever comes after it. The file is
 * finished when its manifest is there; the checkpoint is taken away last.
 *
 * Throws BadFile when the file is not what the checkpoint says. Rejects as `runExport` does; the place is kept.
 */
export async function exportToStore(
  work: StoredExport,
): Promise<{ readonly kind: 'done'; readonly manifest: Manifest } | InputProblem | ReadingFailed> {
  const { plan, store, checkpoint } = work
  const layout = layoutOf(plan)
  const tally = new Tally(work.sources.map(({ key }) => key))
  const packer = new Packer(plan.gzip, checkpoint?.pending ?? layout.head)
  if (checkpoint) await recount(store, checkpoint, plan, layout, tally)
  else tally.addHead(layout.head)
  const place = new Place(work, tally, packer)
  await place.begin()
  try {
    const end = await runExport({
      reader: work.reader,
      sources: new Map(work.sources.map((source) => [source.key, source])),
      plan,
      layout,
      tally,
      packer,
      asOfMs: place.asOfMs,
      ...(place.after !== undefined && { after: place.after }),
      termsOf: work.termsOf,
      write: (bytes) => place.write(bytes),
      onPage: async (page) => {
        await place.reached(page)
        work.onPage?.(page, tally)
      },
    })
    if (end.kind !== 'done') {
      await place.save()
      return end
    }
    return { kind: 'done', manifest: await place.finish(end, layout) }
  } catch (error) {
    if (work.stop.aborted) await place.save()
    throw error
  } finally {
    await place.close()
  }
}

/** How far a file has got, on disk and in the reading. */
class Place {
  readonly asOfMs: number
  readonly #work: StoredExport
  readonly #tally: Tally
  readonly #packer: Packer
  #output: ExportOutput | undefined
  #cursor: string | null
  #bytes: number
  #savedAtMs: number
  /** Whether a page is written in part: no place to go on from. */
  #isBetweenPages = true

  constructor(work: StoredExport, tally: Tally, packer: Packer) {
    this.#work = work
    this.#tally = tally
    this.#packer = packer
    this.asOfMs = work.checkpoint?.asOfMs ?? work.asOfMs
    this.#cursor = work.checkpoint?.cursor ?? null
    this.#bytes = work.checkpoint?.bytes ?? 0
    this.#savedAtMs = work.now()
  }

  /** Where the reading goes on. */
  get after(): string | undefined {
    return this.#cursor ?? this.#work.plan.after
  }

  /**
   * A new export makes the file first: of two that begin at once, one gets the name, and the other touches nothing. Killed
   * right then it leaves an empty file and no checkpoint, which is nothing yet. One that writes over a file leaves its first
   * checkpoint before it touches that, so that either can be trusted.
   */
  async begin(): Promise<void> {
    const { store, checkpoint, overwrite = false } = this.#work
    if (checkpoint) this.#output = await store.open(this.#bytes)
    else if (overwrite) await this.#beginOver()
    else await this.#beginNew()
  }

  async #beginNew(): Promise<void> {
    const { store } = this.#work
    this.#output = await store.create()
    try {
      // Of a file that is gone.
      await store.removeManifest()
      await this.#writeDown()
    } catch (error) {
      await this.close()
      await store.discard()
      throw error
    }
  }

  async #beginOver(): Promise<void> {
    const { store } = this.#work
    await store.removeManifest()
    await this.#writeDown()
    try {
      this.#output = await store.open(0)
    } catch (error) {
      // It would have another run go on over what is not ours.
      await store.removeCheckpoint()
      throw error
    }
  }

  async write(bytes: Buffer): Promise<void> {
    this.#isBetweenPages = false
    if (bytes.length === 0) return
    await this.#output?.append(bytes)
    this.#bytes += bytes.length
  }

  async reached(page: EntryPage): Promise<void> {
    this.#isBetweenPages = true
    this.#cursor = page.endCursor ?? this.#cursor
    if (this.#work.now() - this.#savedAtMs >= checkpointMs && page.hasNextPage) await this.save()
  }

  async save(): Promise<void> {
    if (!this.#isBetweenPages) return
    await this.#output?.sync()
    await this.#writeDown()
    this.#savedAtMs = this.#work.now()
  }

  async finish(end: ExportDone, layout: Layout): Promise<Manifest> {
    const { store, plan, sources, secret } = this.#work
    await this.write(await this.#packer.finish(this.#bytes === 0))
    await this.#output?.sync()
    const manifest = makeManifest({
      plan,
      sources: new Map(sources.map((source) => [source.key, source])),
      tally: this.#tally,
      namesSource: layout.namesSource,
      asOfMs: end.asOfMs,
      coverage: end.coverage,
      bytes: this.#bytes,
      resumable: secret === null,
    })
    await store.writeManifest(`${JSON.stringify(manifest, null, 2)}\n`)
    await store.removeCheckpoint()
    return manifest
  }

  async close(): Promise<void> {
    await this.#output?.close()
  }

  async #writeDown(): Promise<void> {
    const { plan, secret, store, sources } = this.#work
    const options = boundOptions(
      plan,
      sources.map(({ key }) => key),
    )
    const place = { options, asOfMs: this.asOfMs, cursor: this.#cursor, secret, bytes: this.#bytes }
    await store.writeCheckpoint(writeCheckpoint({ ...place, pending: this.#packer.pending }, this.#tally))
  }
}

/** Reads again what an earlier run has written: the digests go on from it, and it must be what the checkpoint says. */
async function recount(
  store: ExportStore,
  checkpoint: Checkpoint,
  plan: ExportPlan,
  layout: Layout,
  tally: Tally,
): Promise<void> {
  const size = (await store.size()) ?? 0
  if (size < checkpoint.bytes) {
    throw new BadFile(`It has ${size} bytes; its checkpoint says that it had ${checkpoint.bytes}.`)
  }
  for await (const record of storedRecords(keptBytes(store, checkpoint, plan), layout)) {
    if (record.kind === 'head') tally.addHead(record.bytes)
    else tally.digestRow(record.bytes, record.kind === 'row' ? record.facts.sourceKey : null)
  }
  if (tally.digest() !== checkpoint.sha256 || tally.rows !== checkpoint.rows) {
    throw new BadFile('It was changed since its checkpoint was written.')
  }
  for (const { key, count, first, last, failure } of checkpoint.sources) {
    const source = tally.sources.get(key)
    if (!source) continue
    source.count = count
    source.first = first && { ...first, sourceKey: key }
    source.last = last && { ...last, sourceKey: key }
    source.failure = failure
  }
}

async function* keptBytes(
  store: ExportStore,
  { bytes, pending }: Checkpoint,
  plan: ExportPlan,
): AsyncGenerator<Buffer, void, void> {
  if (bytes > 0) yield* plainBytes(store.read(bytes), plan.gzip)
  if (pending !== '') yield Buffer.from(pending)
}
