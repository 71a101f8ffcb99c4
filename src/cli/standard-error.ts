import { fstatSync, type Stats, writeFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'

/** Where text goes that tells how the process fares. */
export interface StandardError {
  /** Writes text, in order. False: it was left out, since nobody takes it. Never throws and never waits. */
  write(text: string): boolean
}

/** Its file descriptor: POSIX. */
const standardError = 2
/** Text that may wait for a slow reader, in UTF-16 code units: some 2,000 lines of the log. */
const waitingMax = 1024 * 1024

/**
 * Standard error of a process that goes on whatever becomes of it. Left to itself Node would end the process when the
 * reader has gone away or the disk is full, and keep everything in memory that a slow reader has not taken.
 */
export function openStandardError(): StandardError {
  const isFile = isWrittenAtOnce(fstatSync(standardError)) && !isatty(standardError)
  return isFile ? toFile(standardError) : toStream(process.stderr)
}

/** Files and devices, such as /dev/null, but for terminals. Pipes and sockets take what they can. */
function isWrittenAtOnce(stats: Stats): boolean {
  return stats.isFile() || stats.isCharacterDevice()
}

/** Not through Node's stream for files, which is stuck once a write has failed. */
function toFile(fd: number): StandardError {
  return {
    write(text) {
      try {
        writeFileSync(fd, text)
        return true
      } catch {
        return false
      }
    },
  }
}

/** When `waitingMax` waits, text is left out until half of it has been taken. */
function toStream(stream: Pick<Writable, 'write' | 'writableLength' | 'on'>): StandardError {
  let isFull = false
  // The reader has gone away: there is nobody left to be told.
  stream.on('error', () => {})
  return {
    write(text) {
      isFull = stream.writableLength > (isFull ? waitingMax / 2 : waitingMax)
      if (!isFull) stream.write(text)
      return !isFull
    },
  }
}
