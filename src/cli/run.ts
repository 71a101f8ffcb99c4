import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { version } from '../version.js'
import { exitCodes, type ProcessHost } from './process-host.js'
import { type ServeOptions, serve } from './serve.js'

/**
 * Runs a command line (without the program's own name) and gives the exit code: 0 when it did what it was asked, 1
 * for trouble while it ran, 2 for a wrong command line or configuration. Trouble that nobody foresaw rejects.
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
    .option('--config <file>', 'YAML file with the sources and their credentials')
    .option('--host <address>', 'address to listen on, whatever the file says (default: 127.0.0.1)')
    .option(
      '--port <number>',
      'port to listen on, whatever the file says; 0 takes a free one (default: 4000)',
      parsePort,
    )
    .action(async (options: ServeOptions) => onExitCode(await serve(options, host)))
  program.addHelpText('after', () => `\nThe default command:\n\n${serveCommand.helpInformation()}`)
  return program
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 65535.')
  }
  return Number(text)
}
