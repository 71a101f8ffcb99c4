import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { version } from '../version.js'
import { type ExportCommandOptions, exportEntries } from './export.js'
import { exitCodes, type ProcessHost } from './process-host.js'
import { type ServeOptions, serve } from './serve.js'
import { verifyFile } from './verify.js'

/**
 * Runs a command line (without the program's own name) and gives the exit code: 0 when it did what it was asked, 1
 * for trouble while it ran, 2 for a wrong command line or configuration; exports and their verification have two more
 * (src/cli/process-host.ts). Trouble that nobody foresaw rejects.
 */
export async function run(args: readonly string[], host: ProcessHost): Promise<number> {
  let exitCode: number = exitCodes.done
  const program = createProgram(host, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exitCodes.done : exitCodes.misused
  }
  return exitCode
}

function createProgram(host: ProcessHost, onExitCode: (code: number) => void): Command {
  const program = new Command('auditgraph')
    .description('One GraphQL gateway over many audit logs, in which every answer says what it covers.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
    })
    .showHelpAfterError(
      '(auditgraph --help tells what there is. Through npm, options stand after --: npm start -- --port 4001)',
    )
  const serveCommand = program
    .command('serve', { isDefault: true })
    .description('Serve the configured sources; without --config, four simulated ones with sample data.')
    .option('--config <file>', 'YAML file with the sources and their credentials', parsePath)
    .option(
      '--host <address>',
      'address to listen on, whatever the file says (default: 127.0.0.1)',
      parseAddress,
    )
    .option(
      '--port <number>',
      'port to listen on, whatever the file says; 0 takes a free one (default: 4000)',
      parsePort,
    )
    .action(async (options: ServeOptions) => onExitCode(await serve(options, host)))
  addExport(program, host, onExitCode)
  program
    .command('verify')
    .description('Compare a file of an export with its manifest.')
    .argument('<file>', 'the file, compressed or not', parsePath)
    .action(async (file: string) => onExitCode(await verifyFile(file, host)))
  program.hook('preSubcommand', (_, chosen) => {
    // What names no command is taken for an argument of the default one, and its options for unknown ones.
    const [first = ''] = program.args
    if (chosen !== serveCommand || first === '' || first.startsWith('-') || first === serveCommand.name())
      return
    const names = program.commands.map((command) => command.name()).join(', ')
    program.error(`error: there is no command ${first}; the commands are ${names}`)
  })
  program.addHelpText('after', () => `\nThe default command:\n\n${serveCommand.helpInformation()}`)
  return program
}

function addExport(program: Command, host: ProcessHost, onExitCode: (code: number) => void): void {
  program
    .command('export')
    .description(
      'Write all entries that match to a file or to standard output; without --config, those of the demo.',
    )
    .option('--config <file>', 'YAML file with the sources and their credentials', parsePath)
    .option('-o, --output <file>', 'file to write; standard output when left out', parseOutput)
    .option('--format <name>', 'csv, ndjson or ocsf (default: by the name of the file, else ndjson)')
    .option('--gzip', 'compress (default: when the name of the file ends in .gz)')
    .option('--since <instant>', 'the first instant, such as 2026-01-31 or 2026-01-31T08:00:00Z')
    .option('--until <instant>', 'the instant before which to end')
    .option('--sources <keys>', 'keys of sources, with commas (default: all)')
    .option(
      '--filter <json or file>',
      'AuditEntryFilter as JSON, or a .json file, or a .graphql file with auditEntries',
    )
    .option('--variables <json or file>', 'variables of the operation in --filter')
    .option('--order <name>', 'newest or oldest first (default: newest)')
    .option(
      '--settle <duration>',
      'how long ago to end, such as 5m (default: the largest settle time of the sources)',
    )
    .option('--after <cursor>', 'begin after a cursor, such as the resumeCursor of a gap')
    .option('--columns <names>', 'columns of CSV with commas, or all, or compact (default: all)')
    .option('--bom', 'begin CSV with a byte-order mark')
    .option('--partial', 'go on without a source that fails; gaps are named in the manifest')
    .option('--resume', 'go on with an export that was broken off')
    .option('--force', 'write over a file that exists')
    .option('--no-manifest', 'on standard output: no manifest as the last record')
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText('after', '\nExit codes: 0 complete, 1 broken off, 2 misused, 3 finished with gaps.')
    .action(async (options: ExportCommandOptions) => onExitCode(await exportEntries(options, host)))
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 65535.')
  }
  return Number(text)
}

/** Node takes the empty text for all addresses of the machine; nobody means these by a variable that is not set. */
function parseAddress(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected an address, such as 127.0.0.1.')
  return text
}

function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected the path of a file.')
  return text
}

/** Elsewhere `-` stands for standard output, so that a file of that name would surprise. */
function parseOutput(text: string): string {
  if (text === '-') {
    throw new InvalidArgumentError('Leave it out to write to standard output; a file of that name is ./-.')
  }
  return parsePath(text)
}
