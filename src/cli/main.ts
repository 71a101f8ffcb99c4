#!/usr/bin/env -S node --max-semi-space-size=32 --max-old-space-size=768 --v8-pool-size=1 --no-allocation-site-pretenuring
import './production.js'
import { outliveTerminal } from './closed-terminal.js'
import { processHost } from './process-host.js'
import { run } from './run.js'

// A reader that has gone away, as behind `| head`, is told to whoever writes; without a listener it would be a crash.
process.stdout.on('error', () => {})
outliveTerminal()
process.exitCode = await run(process.argv.slice(2), processHost)
// Everything is closed by now; should a handle be left open all the same, it must not keep the process alive.
setTimeout(() => process.exit(), 1_000).unref()
