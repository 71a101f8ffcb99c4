/** The reason of a signal whose deadline has come, as `AbortSignal.timeout` gives it: who reads takes it for a time-out. */
export function deadlineReached(of: 'request' | 'page'): DOMException {
  return new DOMException(`The deadline of the ${of} has come.`, 'TimeoutError')
}

/** Whether the reason of an aborted signal, or what was thrown for it, is a deadline. */
export function isDeadline(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError'
}

/** Whether a signal was aborted by a deadline. */
export function isPastDeadline({ aborted, reason }: Pick<AbortSignal, 'aborted' | 'reason'>): boolean {
  return aborted && isDeadline(reason)
}
