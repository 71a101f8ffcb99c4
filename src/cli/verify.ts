import { fileStore } from '../export/file-store.js'
import { BadFile } from '../export/records.js'
import { type Verification, verifyExport } from '../export/verify.js'
import { codeOf } from './error-code.js'
import { exitCodes, type ProcessHost } from './process-host.js'

/**
 * Compares a file of an export with its manifest and gives the exit code: 0 when it is what the manifest says, 4 when
 * it is not, 1 when that cannot be told. What is said goes to standard output.
 */
export async function verifyFile(path: string, host: ProcessHost): Promise<number> {
  let verification: Verification
  try {
    verification = await verifyExport(fileStore(path))
  } catch (error) {
    const code = codeOf(error)
    if (!(error instanceof BadFile) && code === undefined) throw error
    const reason = error instanceof BadFile ? error.message : `It cannot be read (${code}).`
    host.stderr.write(`auditgraph: ${path} cannot be verified. ${reason}\n`)
    return exitCodes.failed
  }
  const { manifest, problems, unchecked } = verification
  const say = (text: string) => host.stdout.write(`${text}\n`)
  for (const problem of problems) say(`  ${problem}`)
  if (problems.length > 0) {
    say(`${path} is NOT what its manifest says.`)
    return exitCodes.mismatch
  }
  say(
    `${path} is what its manifest says: ${manifest.count} entries as of ${manifest.asOf}, SHA-256 ${manifest.sha256}.`,
  )
  if (unchecked.length > 0) say(`  Not compared: ${unchecked.join('; ')}.`)
  for (const { source, gap } of manifest.coverage) {
    if (gap) say(`  ${source}: entries from ${gap.since ?? 'the first on'} to ${gap.until} may be missing.`)
  }
  return exitCodes.done
}
