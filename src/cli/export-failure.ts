import type { Checkpoint } from '../export/checkpoint.js'
import { ExportOptionError } from '../export/options.js'
import { BadFile } from '../export/records.js'
import type { CursorFault, InputProblem, ReadingFailed } from '../reading/page.js'
import { codeOf } from './error-code.js'
import { exitCodes, type ProcessHost } from './process-host.js'

/** What an export writes to. */
interface Named {
  readonly output?: string
}

/** Tells why an export ended with an error, and gives the exit code. Throws the error again where nobody foresaw it. */
export function tellFailure(error: unknown, options: Named, host: ProcessHost, stop: AbortSignal): number {
  const tell = (text: string) => host.stderr.write(`auditgraph: ${text}\n`)
  if (error instanceof ExportOptionError) {
    tell(problemText(error.problem))
    return exitCodes.misused
  }
  if (stop.aborted) {
    tell(`stopped. ${goOnText(options)}`)
    return exitCodes.failed
  }
  if (error instanceof BadFile) {
    tell(`${options.output ?? 'the export'} cannot be gone on with. ${error.message}`)
    return exitCodes.failed
  }
  const code = codeOf(error)
  if (code === undefined) throw error
  // Who reads standard output has gone away and wants no more.
  if (code !== 'EPIPE') {
    const remedy = writeRemedies[code]
    tell(`cannot write ${placeOf(error, options)} (${code}).${remedy === undefined ? '' : ` ${remedy}`}`)
  }
  return exitCodes.failed
}

/** What a system's error code means to somebody who has just typed a command. */
const writeRemedies: Readonly<Record<string, string>> = {
  EACCES: 'This user may not write there.',
  EROFS: 'Nothing can be written there.',
  ENOSPC: 'The disk is full.',
  EDQUOT: 'This user may take no more of the disk.',
}

/** The file that an error is about: the one that was named, or one beside it, whose name begins with it. */
function placeOf(error: unknown, { output }: Named): string {
  if (output === undefined) return 'to standard output'
  const path = error instanceof Error && 'path' in error ? String(error.path) : ''
  return path.startsWith(output) ? path : output
}

export function existsAlready(output: string): ExportOptionError {
  return new ExportOptionError(['output'], `${output} exists. Give --force to write over it.`)
}

/** An option's or an argument's name as it stands on the command line, and what is wrong with it. */
export function problemText({ path: [name = '', ...rest], message }: InputProblem): string {
  return `--${[name, ...rest].join('.')}: ${message}`
}

/** What is wrong with the cursor of a checkpoint, to somebody who gave none. */
const checkpointFaults: Readonly<Record<CursorFault, string>> = {
  unverified:
    'The checkpoint was signed with another cursorSecret. Configure the one it was begun with, also as the second of a list, or begin anew with --force.',
  bound:
    'The checkpoint is of other accounts behind the keys of the sources, or of a newer version. Configure the accounts it was begun with, or begin anew with --force.',
  expired:
    'The checkpoint is older than limits.cursorLifetimeMs. Set that higher to go on with it, or begin anew with --force.',
}

/** The end of an export that was gone on with: a cursor that is refused is the checkpoint's, where that has one. */
export function ofCheckpoint(
  end: InputProblem | ReadingFailed,
  { cursor }: Pick<Checkpoint, 'cursor'>,
): InputProblem | ReadingFailed {
  if (end.kind !== 'inputProblem' || end.cursor === undefined || cursor === null) return end
  return { kind: 'inputProblem', path: ['resume'], message: checkpointFaults[end.cursor] }
}

/** What becomes of an export that broke off. */
export function goOnText({ output }: Named): string {
  return output === undefined
    ? 'What was written is not all.'
    : 'The place is kept: run the same command with --resume to go on.'
}
