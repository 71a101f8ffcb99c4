/** Whether the reason of an aborted signal, or what was thrown for it, is a deadline (DOM, `AbortSignal.timeout`). */
export function isDeadline(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError'
}
