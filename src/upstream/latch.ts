import type { SourceFailure } from '../model/failure.js'

/**
 * Remembers for a minute that a credential was refused, so that a bad one is not sent again and again. What was
 * refused is answered with the provider's own refusal meanwhile.
 */
export class Latch {
  readonly #durationMs: number
  readonly #now: () => number
  #refused: { readonly failure: SourceFailure; readonly untilMs: number } | null = null

  constructor(durationMs: number, now: () => number) {
    this.#durationMs = durationMs
    this.#now = now
  }

  /** The refusal that still counts, with when it ends. */
  get refusal(): { readonly failure: SourceFailure; readonly untilMs: number } | null {
    if (this.#refused !== null && this.#now() >= this.#refused.untilMs) this.#refused = null
    return this.#refused
  }

  close(failure: SourceFailure): void {
    this.#refused = { failure, untilMs: this.#now() + this.#durationMs }
  }
}
