import { isFailure } from '../model/failure.js'
import type { Outcome } from './attempts.js'
import type { Flight } from './single-flight.js'
import { type SteadyTiming, wait } from './timing.js'

/** By how much a provider's clock may be behind ours, and still take a date when its time has come. */
const clockBehindMs = 500

/** Dates farther ahead are not waited for, milliseconds: our clock may have been set back since the reading began. */
const aheadMaxMs = 5_000

/** How long what a provider has shown is believed, milliseconds. */
const believedMs = 3_600_000

/** What of a request a provider may refuse, beside a date that its clock has not reached. */
export interface DatedAsk {
  /** The latest instant that it names, UTC milliseconds. */
  readonly latestDateMs: number
  /** Whether it carries words, which may as well be the reason of a refusal. */
  readonly hasWords: boolean
}

/**
 * Requests of a source whose provider may refuse dates ahead of its clock (sheet ashby section 3: unknown).
 *
 * Bounds are sent with a margin, since it is unknown too whether they include their instant, so those of the newest page lie
 * a little ahead. One that is refused is sent again when its time has come. A provider that has once refused so is not
 * asked before; one that takes such dates is never waited for.
 */
export class FutureDates {
  readonly #timing: SteadyTiming
  #accepts = false
  /** Until when, on the clock of the policies, it is believed that they are refused; and that waiting changes nothing. */
  #refusesUntilMs = 0
  #inVainUntilMs = 0

  constructor(timing: SteadyTiming) {
    this.#timing = timing
  }

  /** Makes the attempts at a request, once or twice. Rejects with the reason of the flight's signal. */
  async run<Result>(
    { latestDateMs, hasWords }: DatedAsk,
    flight: Flight,
    attempt: () => Promise<Outcome<Result>>,
  ): Promise<Outcome<Result>> {
    const { now } = this.#timing
    if (now() < this.#refusesUntilMs) await this.#reach(latestDateMs, flight)
    const first = await attempt()
    const { result } = first
    const wasAhead = latestDateMs > first.sentAtMs
    if (!isFailure(result)) {
      this.#accepts ||= wasAhead
      return first
    }
    const isOther = result.kind !== 'INVALID_REQUEST' || !wasAhead || now() < this.#inVainUntilMs
    if (isOther || (hasWords && this.#accepts) || !(await this.#reach(latestDateMs, flight))) return first
    const second = await attempt()
    if (!isFailure(second.result)) this.#refusesUntilMs = now() + believedMs
    else if (!hasWords && second.result.kind === result.kind) this.#inVainUntilMs = now() + believedMs
    return second
  }

  /** Waits until the provider's clock has reached a date, if there is time for that. */
  async #reach(dateMs: number, flight: Flight): Promise<boolean> {
    const { now, toUtc } = this.#timing
    const reachedMs = dateMs + clockBehindMs
    const delayMs = reachedMs - toUtc(now())
    if (reachedMs >= flight.deadlineMs || delayMs > aheadMaxMs) return false
    if (delayMs > 0) {
      flight.sentAt = null
      await wait(this.#timing, delayMs, flight.signal)
    }
    return true
  }
}
