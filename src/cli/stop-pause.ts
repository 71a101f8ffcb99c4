/**
 * How long requests are still taken after SIGTERM or SIGHUP where something watches /readyz, in milliseconds: time for it to send
 * them elsewhere (reliability.md section 5, row shutdown).
 */
const watchedPauseMs = 5_000

/**
 * How long requests are still taken after a stop signal, in milliseconds: what is configured, or, when that is left
 * undefined, long enough for what watches /readyz, if anything does. Who types Ctrl+C (SIGINT) wants it to end.
 */
export function stopPauseMs(stop: {
  readonly signal: string
  readonly configuredMs: number | undefined
  readonly isWatched: boolean
}): number {
  if (stop.signal === 'SIGINT') return 0
  return stop.configuredMs ?? (stop.isWatched ? watchedPauseMs : 0)
}
