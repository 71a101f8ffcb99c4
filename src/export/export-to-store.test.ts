import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { anyReading, asOfMs, exportSources } from '../../test/support/export-entries.js'
import { Killed, type MemoryStore, memoryStore } from '../../test/support/memory-store.js'
import { completeCoverage, pagedReader } from '../../test/support/paged-reader.js'
import type { AuditEntry } from '../model/entry.js'
import { sourceFailure } from '../model/failure.js'
import { readCheckpoint } from './checkpoint.js'
import { knownColumns } from './csv.js'
import { exportToStore, type StoredExport } from './export-to-store.js'
import { exportFormats } from './layout.js'
import type { ExportPlan } from './plan.js'
import { BadFile } from './records.js'
import { verifyExport } from './verify.js'

// Small members, so that a test has several of them.
vi.mock('./limits.js', () => ({ memberLength: 3_000, checkpointMs: 1_000 }))

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

const never = new AbortController().signal

function work(parts: Partial<StoredExport> & Pick<StoredExport, 'reader' | 'store'>): StoredExport {
  return {
    sources: exportSources,
    plan,
    checkpoint: null,
    asOfMs,
    secret: null,
    now: () => 0,
    termsOf: () => ({ signal: never }),
    stop: never,
    ...parts,
  }
}

async function undisturbed(entries: readonly AuditEntry[], plan: ExportPlan): Promise<MemoryStore> {
  const store = memoryStore()
  await exportToStore(work({ reader: pagedReader(entries, () => 7), store, plan }))
  return store
}

const anyPlan: fc.Arbitrary<ExportPlan> = fc
  .record({
    format: fc.constantFrom(...exportFormats),
    columns: fc.shuffledSubarray([...knownColumns], { minLength: 1 }),
    bom: fc.boolean(),
    gzip: fc.boolean(),
  })
  .map((options) => ({
    ...plan,
    ...options,
    ...(options.format !== 'csv' && { columns: [], bom: false }),
  }))

/** What happens to an export until it is left alone. */
const anyFate = fc.record({
  /** Rows of each page, or a source that fails. */
  sizes: fc.infiniteStream(
    fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) }, fc.constant('fail' as const)),
  ),
  /** Operations of the store after which each run is killed. */
  kills: fc.infiniteStream(fc.integer({ min: 0, max: 30 })),
  /** How the clock goes, in milliseconds: when the place is written down. */
  ticks: fc.infiniteStream(fc.integer({ min: 0, max: 1_500 })),
  /** What stands at the end of the file after a crash. */
  rubbish: fc.infiniteStream(fc.uint8Array({ minLength: 1, maxLength: 60 })),
})
type Fate = typeof anyFate extends fc.Arbitrary<infer Value> ? Value : never

/** Runs that are disturbed; the next one is left alone. */
const disturbedRuns = 12

/** Exports, is killed and goes on, until it is finished. */
async function exportUnderFate(
  entries: readonly AuditEntry[],
  plan: ExportPlan,
  fate: Fate,
): Promise<MemoryStore> {
  const store = memoryStore()
  const next = <Value>(stream: fc.Stream<Value>): Value => stream.next().value as Value // it never ends
  let nowMs = 0
  const now = () => {
    nowMs += next(fate.ticks)
    return nowMs
  }
  for (let run = 1; ; run += 1) {
    const isLeftAlone = run > disturbedRuns
    store.killAfter(isLeftAlone ? Number.POSITIVE_INFINITY : next(fate.kills))
    const reader = pagedReader(entries, () => (isLeftAlone ? 7 : next(fate.sizes)))
    try {
      const text = await store.readCheckpoint()
      if (text === null && store.manifest() !== null) return store
      const checkpoint = text === null ? null : (readCheckpoint(text) ?? null)
      const overwrite = (await store.size()) === 0
      const end = await exportToStore(work({ reader, store, plan, checkpoint, overwrite, now }))
      if (end.kind === 'done') return store
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    const rubbish = Buffer.from(next(fate.rubbish))
    store.reboot((unflushed) => {
      const kept = unflushed.subarray(0, Math.floor((unflushed.length * (rubbish[0] ?? 0)) / 255))
      return Buffer.concat([kept, rubbish])
    })
  }
}

describe('an export that is killed again and again', () => {
  it('ends with the bytes and the manifest of one that was not', async () => {
    await fc.assert(
      fc.asyncProperty(anyReading(40), anyPlan, anyFate, async (entries, plan, fate) => {
        const expected = await undisturbed(entries, plan)
        const store = await exportUnderFate(entries, plan, fate)
        expect(store.file()).toEqual(expected.file())
        expect(store.manifest()).toBe(expected.manifest())
        expect(store.checkpoint()).toBeNull()
        expect((await verifyExport(store)).problems).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('going on', () => {
  const entries = fc.sample(anyReading(40, 30), { numRuns: 1, seed: 3 })[0] ?? []
  const failing = (size: number) => {
    let pages = 0
    return pagedReader(entries, () => {
      pages += 1
      return pages > 2 ? 'fail' : size
    })
  }

  it('begins behind the last whole page, and reads nothing twice when it was stopped in order', async () => {
    const store = memoryStore()
    const end = await exportToStore(work({ reader: failing(5), store }))
    expect(end.kind).toBe('readingFailed')
    const checkpoint = readCheckpoint(store.checkpoint() ?? '')
    expect(checkpoint).toMatchObject({ cursor: '10', rows: 10, bytes: store.file()?.length })
    const reader = pagedReader(entries, () => 5)
    await exportToStore(work({ reader, store, checkpoint: checkpoint ?? null }))
    expect(reader.requests[0]).toMatchObject({
      after: '10',
      first: 500,
      priority: 'bulk',
      onSourceError: 'FAIL',
    })
    expect(store.file()).toEqual((await undisturbed(entries, plan)).file())
  })

  it('begins over what is there only when it is told to, and leaves no place there otherwise', async () => {
    const store = memoryStore({ file: Buffer.from('of somebody else') })
    const reader = pagedReader(entries, () => 5)
    await expect(exportToStore(work({ reader, store }))).rejects.toMatchObject({ code: 'EEXIST' })
    expect([String(store.file()), store.checkpoint(), reader.requests]).toEqual([
      'of somebody else',
      null,
      [],
    ])
    await exportToStore(work({ reader, store, overwrite: true }))
    expect(store.file()).toEqual((await undisturbed(entries, plan)).file())
  })

  it('leaves alone what another has begun at the same moment, and its place', async () => {
    const store = memoryStore()
    let letRead = () => {}
    const gate = new Promise<void>((resolve) => {
      letRead = resolve
    })
    const inner = pagedReader(entries, () => 5)
    const reader = {
      readPage: async (...args: Parameters<typeof inner.readPage>) => {
        await gate
        return inner.readPage(...args)
      },
    }
    const first = exportToStore(work({ reader, store }))
    const second = exportToStore(work({ reader, store, asOfMs: asOfMs + 1 }))
    await expect(second).rejects.toMatchObject({ code: 'EEXIST' })
    await expect.poll(() => readCheckpoint(store.checkpoint() ?? '')).toMatchObject({ asOfMs })
    letRead()
    expect((await first).kind).toBe('done')
    expect(store.file()).toEqual((await undisturbed(entries, plan)).file())
  })

  it('leaves no file behind when its first checkpoint cannot be written', async () => {
    const store = memoryStore()
    const writeCheckpoint = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
    const reader = pagedReader(entries, () => 5)
    const running = exportToStore(work({ reader, store: { ...store, writeCheckpoint } }))
    await expect(running).rejects.toMatchObject({ code: 'ENOSPC' })
    expect([store.file(), reader.requests]).toEqual([null, []])
  })

  it('keeps the place when it is stopped', async () => {
    const store = memoryStore()
    const stop = new AbortController()
    const running = exportToStore(
      work({
        reader: pagedReader(entries, () => 5),
        store,
        stop: stop.signal,
        termsOf: () => ({ signal: stop.signal }),
        onPage: (_, tally) => {
          if (tally.rows >= 15) stop.abort(new Error('stopped'))
        },
      }),
    )
    await expect(running).rejects.toThrow('stopped')
    expect(readCheckpoint(store.checkpoint() ?? '')).toMatchObject({ cursor: '15', rows: 15 })
  })

  it.each([
    ['was changed', (file: Buffer) => Buffer.concat([Buffer.from('x'), file.subarray(1)])],
    ['has fewer bytes than its checkpoint says', (file: Buffer) => file.subarray(0, -1)],
  ])('is refused when the file %s', async (_, change) => {
    const store = memoryStore()
    await exportToStore(work({ reader: failing(5), store }))
    const changed = memoryStore({ file: change(store.file() ?? Buffer.alloc(0)) })
    const checkpoint = readCheckpoint(store.checkpoint() ?? '') ?? null
    const reader = pagedReader(entries, () => 5)
    await expect(exportToStore(work({ reader, store: changed, checkpoint }))).rejects.toBeInstanceOf(BadFile)
    expect(reader.requests).toEqual([])
  })
})

describe('a manifest', () => {
  const entries = fc.sample(anyReading(20, 15), { numRuns: 1, seed: 4 })[0] ?? []
  const gap = { sinceMs: asOfMs - 15, untilMs: asOfMs - 10 }
  const failure = sourceFailure('TIMEOUT')
  const partial = [
    completeCoverage('desk'),
    completeCoverage('vault', { gap, resumeCursor: 'a-cursor', error: failure }),
  ]

  it('names the gaps of a partial export, and the cursor that reads them where its secret is known', async () => {
    const ends = await Promise.all(
      [null, 'own-secret'].map((secret) =>
        exportToStore(
          work({
            reader: pagedReader(entries, () => 5, partial),
            store: memoryStore(),
            plan: { ...plan, partial: true },
            secret,
          }),
        ),
      ),
    )
    const manifests = ends.map((end) => (end.kind === 'done' ? end.manifest : null))
    expect(manifests[0]).toMatchObject({ complete: false, count: entries.length })
    expect(manifests.map((manifest) => manifest?.coverage[1])).toMatchObject(
      ['a-cursor', null].map((resumeCursor) => ({
        source: 'vault',
        gap: { since: '2026-02-11T18:59:59.985Z', until: '2026-02-11T18:59:59.990Z' },
        resumeCursor,
        error: { kind: 'TIMEOUT', message: failure.message, remedy: failure.remedy },
      })),
    )
  })

  it('has the digest that sha256sum gives for the file', async () => {
    const store = await undisturbed(entries, { ...plan, format: 'csv', columns: ['source', 'summary'] })
    const digest = createHash('sha256')
      .update(store.file() ?? '')
      .digest('hex')
    expect(JSON.parse(store.manifest() ?? '')).toMatchObject({ sha256: digest, bytes: store.file()?.length })
  })
})
