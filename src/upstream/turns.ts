/**
 * Lets one piece of work begin in each turn of the event loop, first come, first served.
 *
 * Answers that arrive together would else be worked off in one turn, one after the other, and requests that came in
 * meanwhile would be read, and sent on to the providers, only behind the last of them: callers who once met in time
 * would wait for each other again and again.
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #isTaken = false

  /** Resolves when the caller's work may begin; undefined: at once, since no other has begun in this turn. */
  next(): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#isTaken = true
    setImmediate(this.#pass)
    return undefined
  }

  readonly #pass = (): void => {
    const resolve = this.#waiting.shift()
    if (resolve) {
      setImmediate(this.#pass)
      resolve()
    } else {
      this.#isTaken = false
    }
  }
}
