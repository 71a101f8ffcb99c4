import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'

/**
 * To be called once, at the start. When it ends, Node puts each terminal back as it was, and aborts, with a dump of the
 * memory where the system keeps these, if one was closed meanwhile: `ResetStdio` in src/node.cc, seen with Node 20.20.
 * It passes over what is closed here.
 */
export function outliveTerminal(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd))
  process.once('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd)
  })
}
