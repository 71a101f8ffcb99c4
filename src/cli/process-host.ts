import type { Writable } from 'node:stream'
import { openStandardError, type StandardError } from './standard-error.js'

/** What a command may touch of the process that it runs in, so that a test can hand in another. */
export interface ProcessHost {
  readonly env: Readonly<Record<string, string | undefined>>
  /** UTC milliseconds. */
  readonly now: () => number
  readonly stdout: Pick<Writable, 'write'>
  /** Takes log lines as they come, in order, also right before the process ends. */
  readonly stderr: StandardError
  /** Standard error where it is a terminal, on which a line can be written over; left out elsewhere. */
  readonly terminal?: NodeJS.WritableStream
  /** Calls back at SIGTERM, SIGINT and SIGHUP, which comes when a terminal is closed; gives the function that ends that. */
  onStopSignal(listener: (signal: string) => void): () => void
  /**
   * Calls back for each promise whose rejection nobody handles, which would end the process otherwise; gives the function
   * that ends that.
   */
  onUnhandledRejection(listener: (reason: unknown) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

/** The process itself. */
export const processHost: ProcessHost = {
  env: process.env,
  now: () => Date.now(),
  stdout: process.stdout,
  stderr: openStandardError(),
  ...(process.stderr.isTTY && { terminal: process.stderr }),
  onStopSignal(listener) {
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, listener)
    return () => {
      for (const signal of signals) process.off(signal, listener)
    }
  },
  onUnhandledRejection(listener) {
    process.on('unhandledRejection', listener)
    return () => void process.off('unhandledRejection', listener)
  },
  exit: (code) => process.exit(code),
}

/** What a process ends with. */
export const exitCodes = {
  done: 0,
  /** Something went wrong while it ran. */
  failed: 1,
  /** The command line or the configuration is wrong: trying again without changing it is useless. */
  misused: 2,
  /** An export is finished, and its manifest names gaps. */
  incomplete: 3,
  /** A file is not what its manifest says. */
  mismatch: 4,
} as const
