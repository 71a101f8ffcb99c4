import type { EntryPage, InputProblem, ReadingFailed } from '../reading/page.js'
import type { StoredExport } from './export-to-store.js'
import { layoutOf } from './layout.js'
import { type Manifest, makeManifest } from './manifest.js'
import { Packer } from './packer.js'
import { runExport } from './run-export.js'
import { Tally } from './tally.js'

export type StreamedExport = Omit<StoredExport, 'store' | 'checkpoint' | 'now' | 'stop'> & {
  /** Takes bytes and resolves when more may come. */
  readonly write: (bytes: Buffer) => Promise<void>
  /** What the last record says of an error that the export rejects with; null for one that it says nothing of. */
  readonly problemOf?: (error: unknown) => Readonly<Record<string, string>> | null
}

/** How a stream ended. `tail` is what a broken one can still be given: a record that says why, where there is one. */
export type StreamEnd =
  | { readonly kind: 'done'; readonly manifest: Manifest }
  | { readonly kind: 'broken'; readonly why: InputProblem | ReadingFailed; readonly after: string | null }

/**
 * Exports to a stream, which nobody can go on with but by the cursor of its end. The last record is the manifest where
 * the plan says so. When the reading breaks off, an NDJSON stream ends with a record that says why, unless nothing was
 * written before: then the stream is left untouched. Rejects as `runExport` does, after such a record where `problemOf`
 * has one.
 */
export async function exportToStream(work: StreamedExport): Promise<StreamEnd> {
  const { plan } = work
  const layout = layoutOf(plan)
  const sources = new Map(work.sources.map((source) => [source.key, source]))
  const tally = new Tally([...sources.keys()])
  const packer = new Packer(plan.gzip, layout.head)
  tally.addHead(layout.head)
  let isBegun = false
  let after = plan.after ?? null
  const breakOff = async (problem: object) => {
    if (!isBegun) return
    packer.add(layout.note('error', { ...problem, after }))
    await work.write(await packer.finish(false))
  }
  const end = await runExport({
    ...work,
    sources,
    layout,
    tally,
    packer,
    ...(plan.after !== undefined && { after: plan.after }),
    onPage: (page: EntryPage) => {
      isBegun = true
      after = page.endCursor ?? after
      work.onPage?.(page, tally)
    },
  }).catch(async (error: unknown) => {
    const problem = work.problemOf?.(error)
    if (problem) await breakOff(problem)
    throw error
  })
  if (end.kind !== 'done') {
    await breakOff(problemJson(end))
    return { kind: 'broken', why: end, after }
  }
  const manifest = makeManifest({
    plan,
    sources,
    tally,
    namesSource: layout.namesSource,
    asOfMs: end.asOfMs,
    coverage: end.coverage,
    bytes: null,
    resumable: work.secret === null,
  })
  if (plan.manifest) packer.add(layout.note('manifest', manifest))
  await work.write(await packer.finish(tally.rows === 0))
  return { kind: 'done', manifest }
}

/** Why a reading ended early, as JSON: safe to show. */
function problemJson(problem: InputProblem | ReadingFailed) {
  if (problem.kind === 'inputProblem') {
    return { code: 'BAD_USER_INPUT', argument: problem.path, message: problem.message }
  }
  const failures = problem.failures.map(({ sourceKey, failure: { kind, message, remedy, retryable } }) => ({
    source: sourceKey,
    kind,
    message,
    remedy,
    retryable,
  }))
  return { code: 'UPSTREAM_FAILED', message: failureText(problem), failures }
}

/** One sentence or two for each source that failed. */
export function failureText({ failures }: ReadingFailed): string {
  return failures
    .map(({ sourceKey, failure }) => `${sourceKey}: ${failure.message} ${failure.remedy}`)
    .join(' ')
}
