import { hash } from 'node:crypto'

/** Up to so many UTF-16 code units a key is kept as it is; the requests of small filters have fewer. */
const plainLengthMax = 512

/**
 * The key under which something is kept that is told apart by text: a filter may make the text as long as a request may
 * be, so a long one gives way to its SHA-256. What is kept then weighs what it weighs, whatever its key.
 */
export function storeKey(text: string): string {
  return text.length <= plainLengthMax ? text : hash('sha256', text, 'base64url')
}
