import { readFile } from 'node:fs/promises'
import { codeText } from './error-code.js'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a file that somebody has named, or why it cannot be had, in one or two sentences. */
export async function readTextFile(
  path: string,
): Promise<{ readonly ok: string } | { readonly problem: string }> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const code = codeText(error)
    const remedy = remedies[code]
    return { problem: `cannot read ${path} (${code}).${remedy === undefined ? '' : ` ${remedy}`}` }
  }
  try {
    return { ok: decoder.decode(bytes) }
  } catch {
    return { problem: `${path} is not in UTF-8, which is expected. Save it in that encoding.` }
  }
}

/** What a system's error code means to somebody who has just typed a command. */
const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EISDIR: 'It is a folder.',
  EACCES: 'This user may not read it.',
}
