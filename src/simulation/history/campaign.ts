import { drawScript } from './draw.js'
import { judge } from './oracle.js'
import { type MakeReader, play } from './play.js'
import type { Script } from './script.js'

/** A history that broke the promise. */
export interface BrokenHistory {
  readonly seed: number
  readonly script: Script
  readonly complaints: readonly string[]
}

/** What a number of histories came to. */
export interface CampaignReport {
  readonly histories: number
  readonly pages: number
  readonly entries: number
  readonly requests: number
  /** Histories in which a gap was named. */
  readonly withGaps: number
  /** Histories that could not be read to their end, by the failure that was named. */
  readonly refusals: ReadonlyMap<string, number>
  readonly broken: readonly BrokenHistory[]
}

/** What one history came to: complaints of the oracle, or of the player when it could not go on. */
export async function tryScript(script: Script, makeReader?: MakeReader) {
  try {
    const seen = await play(script, makeReader)
    return { seen, complaints: judge(script, seen) }
  } catch (error) {
    return { seen: null, complaints: [error instanceof Error ? error.message : String(error)] }
  }
}

/**
 * Plays the histories of the seeds `seed` to `seed + histories - 1` and judges each. Stops after `brokenMax` broken
 * ones. `onProgress` is called after each.
 */
export async function runCampaign(options: {
  readonly seed: number
  readonly histories: number
  readonly brokenMax: number
  readonly makeReader?: MakeReader
  readonly onProgress?: (done: number) => void
}): Promise<CampaignReport> {
  const refusals = new Map<string, number>()
  const broken: BrokenHistory[] = []
  const sums = { histories: 0, pages: 0, entries: 0, requests: 0, withGaps: 0 }
  for (let index = 0; index < options.histories && broken.length < options.brokenMax; index += 1) {
    const seed = options.seed + index
    const script = drawScript(seed)
    const { seen, complaints } = await tryScript(script, options.makeReader)
    if (complaints.length > 0) broken.push({ seed, script, complaints })
    sums.histories += 1
    if (seen) {
      sums.pages += seen.pages.length
      for (const { page } of seen.pages) sums.entries += page.edges.length
      for (const requests of seen.requests.values()) sums.requests += requests
      if (seen.replays.size > 0) sums.withGaps += 1
      const [refusal] = seen.refusals
      if (refusal !== undefined) refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1)
    }
    options.onProgress?.(index + 1)
  }
  return { ...sums, refusals, broken }
}
