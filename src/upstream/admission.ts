import type { AllowanceState, Priority } from './allowance.js'
import type { CancelSignal } from './cancellation.js'
import type { AdaptiveLimit } from './concurrency.js'
import type { Timing } from './timing.js'

/** A request may go out. One of the two is called, once. */
export interface Permit {
  /** It has ended, and the allowances have learned from it. */
  readonly release: () => void
  /** It is not sent after all. */
  readonly giveBack: () => void
}

/** A request may not go out in the time that it has. */
export interface Refusal {
  readonly untilMs: number
}

interface Waiter {
  readonly priority: Priority
  /** The last instant at which going out is of use, UTC milliseconds. */
  readonly latestMs: number
  readonly settle: (outcome: Permit | Refusal) => void
}

/**
 * The gate of one credential: lets requests out as far as the allowances and the limit of requests under way permit.
 * First come, first served; interactive work goes before bulk work, which has half of the places at most. Who cannot
 * go out in time is told so at once, and who gives up leaves the queue.
 *
 * An own semaphore: cockatiel 3's stalls after a waiter was aborted (reliability.md V22).
 */
export class Admission {
  readonly #allowances: readonly AllowanceState[]
  readonly #limit: AdaptiveLimit
  readonly #timing: Timing
  readonly #underWay = { interactive: 0, bulk: 0 }
  readonly #queues: Record<Priority, Waiter[]> = { interactive: [], bulk: [] }
  #callOff: (() => void) | null = null

  /** `allowances`: of the credential and of its provider. */
  constructor(allowances: readonly AllowanceState[], limit: AdaptiveLimit, timing: Timing) {
    this.#allowances = allowances
    this.#limit = limit
    this.#timing = timing
  }

  /** Rejects with the signal's reason when that is aborted before the request may go out. */
  async enter(priority: Priority, latestMs: number, signal: CancelSignal): Promise<Permit | Refusal> {
    const nowMs = this.#timing.now()
    const isFree = !this.#isQueued && this.#hasPlace(priority) && !signal.aborted
    if (isFree && this.#startsAtMs(nowMs, priority, 0) <= nowMs) return this.#letOut(priority, nowMs)
    return this.#queue(priority, latestMs, signal)
  }

  #queue(priority: Priority, latestMs: number, signal: CancelSignal): Promise<Permit | Refusal> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const onAbort = () => {
        const queue = this.#queues[priority]
        queue.splice(queue.indexOf(waiter), 1)
        reject(signal.reason)
        this.#pump()
      }
      const waiter: Waiter = {
        priority,
        latestMs,
        settle: (outcome) => {
          signal.removeEventListener('abort', onAbort)
          resolve(outcome)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#queues[priority].push(waiter)
      this.#pump()
      this.#dismissLate()
    })
  }

  #pump(): void {
    this.#callOff?.()
    this.#callOff = null
    for (let waiter = this.#head(); waiter; waiter = this.#head()) {
      const nowMs = this.#timing.now()
      const startMs = this.#startsAtMs(nowMs, waiter.priority, 0)
      if (startMs > nowMs) {
        if (Number.isFinite(startMs)) {
          this.#callOff = this.#timing.after(startMs - nowMs, () => {
            this.#callOff = null
            this.#pump()
          })
        }
        return
      }
      this.#queues[waiter.priority].shift()
      waiter.settle(this.#letOut(waiter.priority, nowMs))
    }
  }

  /** Whose turn it is, when there is a place. */
  #head(): Waiter | undefined {
    const [first] = this.#queues.interactive
    if (first) return this.#hasPlace('interactive') ? first : undefined
    return this.#hasPlace('bulk') ? this.#queues.bulk[0] : undefined
  }

  get #isQueued(): boolean {
    return this.#queues.interactive.length > 0 || this.#queues.bulk.length > 0
  }

  #hasPlace(priority: Priority): boolean {
    const { interactive, bulk } = this.#underWay
    const limit = this.#limit.value
    if (interactive + bulk >= limit) return false
    return priority === 'interactive' || bulk < Math.max(1, Math.floor(limit / 2))
  }

  #letOut(priority: Priority, nowMs: number): Permit {
    this.#underWay[priority] += 1
    for (const allowance of this.#allowances) allowance.begin(nowMs, priority)
    const release = () => {
      this.#underWay[priority] -= 1
      if (!this.#isQueued) return
      this.#pump()
      this.#dismissLate()
    }
    return {
      release,
      giveBack: () => {
        for (const allowance of this.#allowances) allowance.undo()
        release()
      },
    }
  }

  /**
   * Turns away who waits for an allowance that is not granted in time. Waiting for a place alone has no known end, and
   * says nothing of the provider: only the caller's signal ends it.
   */
  #dismissLate(): void {
    const nowMs = this.#timing.now()
    let ahead = 0
    for (const priority of ['interactive', 'bulk'] as const) {
      const staying: Waiter[] = []
      for (const waiter of this.#queues[priority]) {
        const startMs = this.#startsAtMs(nowMs, priority, ahead)
        if (Number.isFinite(startMs) && startMs > nowMs && startMs > waiter.latestMs) {
          waiter.settle({ untilMs: startMs })
          continue
        }
        staying.push(waiter)
        ahead += 1
      }
      this.#queues[priority] = staying
    }
  }

  #startsAtMs(nowMs: number, priority: Priority, ahead: number): number {
    return Math.max(...this.#allowances.map((allowance) => allowance.startsAtMs(nowMs, priority, ahead)))
  }
}
