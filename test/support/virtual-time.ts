/** A clock and timers that only move when the test says so. */
export class VirtualTime {
  nowMs: number
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>()

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  readonly now = (): number => this.nowMs

  readonly schedule = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Lets time pass until `untilMs`: every timer runs at its time, and what it began ends before the next. */
  async passUntil(untilMs: number): Promise<void> {
    for (;;) {
      await settled()
      const next = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      this.#timers.delete(next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.run()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }
}

/** Resolves when every promise that could be kept without a timer or a socket was kept. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
