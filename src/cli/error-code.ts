/** The code that the system or Node gives an error, such as ENOENT; undefined for an error without one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** The same for a sentence. */
export function codeText(error: unknown): string {
  return codeOf(error) ?? 'unknown reason'
}
