import { MultiBar, type SingleBar } from 'cli-progress'
import type { Tally } from '../export/tally.js'
import { formatInstant } from '../model/instant.js'
import type { ProcessHost } from './process-host.js'

/** The times that an export covers, in the order in which it goes through them, UTC milliseconds. */
export interface ExportSpan {
  readonly fromMs: number
  readonly toMs: number
}

export interface ExportProgress {
  /** Called after each page. */
  page(tally: Tally): void
  /** Takes what is shown off the screen; nothing is shown after it. */
  end(): void
}

/** A line of plain progress at most every so often, in milliseconds. */
const lineMs = 5_000
const barSize = 20

/**
 * Shows how far an export is: bars on a terminal, else a line now and then; nothing when `quiet`. `span` is null where
 * nobody knows how much is to come: then there is no share and no time left.
 */
export function createProgress(options: {
  readonly host: Pick<ProcessHost, 'stderr' | 'terminal' | 'now'>
  readonly quiet: boolean
  readonly span: ExportSpan | null
  /** Rows that an earlier run has written. */
  readonly rowsBefore: number
}): ExportProgress {
  const { host, quiet, span, rowsBefore } = options
  if (quiet) return { page: () => {}, end: () => {} }
  const clock = new Clock(host.now, span, rowsBefore)
  return host.terminal ? barProgress(host.terminal, clock, span) : lineProgress(host, clock)
}

/** Rate, share and time left of the rows of this run. */
class Clock {
  readonly #now: () => number
  readonly #span: ExportSpan | null
  readonly #rowsBefore: number
  readonly #startedMs: number
  #startShare: number | null = null

  constructor(now: () => number, span: ExportSpan | null, rowsBefore: number) {
    this.#now = now
    this.#span = span
    this.#rowsBefore = rowsBefore
    this.#startedMs = now()
  }

  /** How much of the span lies behind an instant: 0 to 1. */
  share(instantMs: number | null): number {
    if (!this.#span || instantMs === null) return 0
    const { fromMs, toMs } = this.#span
    if (toMs === fromMs) return 1
    return Math.min(1, Math.max(0, (instantMs - fromMs) / (toMs - fromMs)))
  }

  text(tally: Tally): string {
    const elapsedMs = Math.max(1, this.#now() - this.#startedMs)
    const rate = Math.round(((tally.rows - this.#rowsBefore) * 1_000) / elapsedMs)
    const atMs = positionOf(tally)
    const parts = [`${tally.rows} entries`, `${rate}/s`]
    if (atMs !== null) parts.push(`at ${formatInstant(atMs).slice(0, 16)}Z`)
    if (this.#span && atMs !== null) {
      const share = this.share(atMs)
      this.#startShare ??= share
      parts.push(`${Math.floor(share * 100)} %`)
      const done = share - (this.#rowsBefore === 0 ? 0 : this.#startShare)
      if (done > 0) parts.push(`${durationText(((1 - share) / done) * elapsedMs)} left`)
    }
    return parts.join(', ')
  }

  now(): number {
    return this.#now()
  }
}

/** The time of the last row: sources are merged, so all of them have got there. */
function positionOf(tally: Tally): number | null {
  const lasts = [...tally.sources.values()].flatMap(({ last }) => (last ? [last.timeMs] : []))
  const firsts = [...tally.sources.values()].flatMap(({ first }) => (first ? [first.timeMs] : []))
  if (lasts.length === 0) return null
  const goesDown = Math.min(...lasts) < Math.max(...firsts)
  return goesDown ? Math.min(...lasts) : Math.max(...lasts)
}

function lineProgress(host: Pick<ProcessHost, 'stderr'>, clock: Clock): ExportProgress {
  let toldMs = clock.now()
  return {
    page: (tally) => {
      if (clock.now() - toldMs < lineMs) return
      toldMs = clock.now()
      host.stderr.write(`auditgraph: ${clock.text(tally)}\n`)
    },
    end: () => {},
  }
}

/** One line for all, one for each source with the time of its last entry. */
function barProgress(terminal: NodeJS.WritableStream, clock: Clock, span: ExportSpan | null): ExportProgress {
  const format = span ? '{name} {bar} {text}' : '{name} {text}'
  const bars = new MultiBar({
    stream: terminal,
    format,
    barsize: barSize,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: false,
    fps: 5,
  })
  const shown = new Map<string, SingleBar>()
  const show = (name: string, width: number, share: number, text: string) => {
    const payload = { name: name.padEnd(width), text }
    const bar = shown.get(name)
    if (bar) bar.update(share, payload)
    else shown.set(name, bars.create(1, share, payload))
  }
  return {
    page: (tally) => {
      const names = ['all', ...tally.sources.keys()]
      const width = Math.max(...names.map((name) => name.length))
      show('all', width, clock.share(positionOf(tally)), clock.text(tally))
      for (const [name, { count, last }] of tally.sources) {
        const at = last ? `, ${formatInstant(last.timeMs).slice(0, 10)}` : ''
        show(name, width, clock.share(last?.timeMs ?? null), `${count}${at}`)
      }
      bars.update()
    },
    end: () => bars.stop(),
  }
}

/** Such as `40 s`, `3 min` or `2 h`. */
function durationText(durationMs: number): string {
  const seconds = Math.ceil(durationMs / 1_000)
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
