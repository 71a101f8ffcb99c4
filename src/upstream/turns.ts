/** Answers that somebody waits for together, such as the pages of one operation: the same object for all of them. */
export type Group = object

interface Waiting {
  readonly group: Group
  readonly resolve: () => void
}

/** Answers that may wait before no operation begins any more: those of about five operations over three sources. */
const waitingMax = 15
/** Turns in a row in which no operation begins though one would: long reports may keep answers waiting all the time. */
const heldTurnsMax = 3

/**
 * Spreads the work on answers over the turns of the event loop: in each turn the answers of one group, first come, first
 * served, but a group that still has answers on their way lets complete ones go first.
 *
 * Answers that arrive together would else be worked off in one turn, one after the other, and requests that came in
 * meanwhile would be read, and sent on to the providers, only behind the last of them: callers who once met in time
 * would wait for each other again and again. And an answer worked off long before its siblings is garbage that the
 * collector has to carry until they come: as bytes it costs nothing. Nobody waits where nothing else is to do.
 *
 * Where answers come faster than they can be worked off, operations wait to begin (`begin`): what is begun is finished
 * first, since its pages would come no sooner to any use, and all that lives meanwhile the collector copies. In every
 * fourth turn one begins all the same.
 */
export class Turns {
  #waiting: Waiting[] = []
  readonly #beginning: (() => void)[] = []
  #heldTurns = 0
  // Weak, since a Map keeps what it once held: single-flight.ts.
  readonly #onTheirWay = new WeakMap<Group, number>()
  #isTaken = false

  /** Tells that an answer of the group is on its way. Each is ended by one `arrived`. */
  expect(group: Group): void {
    this.#onTheirWay.set(group, (this.#onTheirWay.get(group) ?? 0) + 1)
  }

  /** Tells that an answer of the group has come, or will not. */
  arrived(group: Group): void {
    const left = (this.#onTheirWay.get(group) ?? 0) - 1
    if (left > 0) this.#onTheirWay.set(group, left)
    else this.#onTheirWay.delete(group)
  }

  /** Resolves when work on an answer of the group may begin; undefined: at once, since no other has begun in this turn. */
  next(group: Group): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push({ group, resolve }))
    this.#isTaken = true
    setImmediate(this.#pass)
    return undefined
  }

  /** Resolves when a further operation may begin; undefined: at once, since few answers wait. */
  begin(): Promise<void> | undefined {
    if (this.#waiting.length < waitingMax && this.#beginning.length === 0) return undefined
    // Answers wait, or operations behind them: so a pass is due.
    return new Promise((resolve) => this.#beginning.push(resolve))
  }

  readonly #pass = (): void => {
    const next = this.#waiting.find(({ group }) => !this.#onTheirWay.has(group)) ?? this.#waiting[0]
    const isHeld = this.#waiting.length >= waitingMax && this.#heldTurns < heldTurnsMax
    const beginning = isHeld ? undefined : this.#beginning.shift()
    this.#heldTurns = isHeld && this.#beginning.length > 0 ? this.#heldTurns + 1 : 0
    if (!next && !beginning) {
      this.#isTaken = false
      return
    }
    setImmediate(this.#pass)
    beginning?.()
    if (!next) return
    const isNext = ({ group }: Waiting) => group === next.group
    const begun = this.#waiting.filter(isNext)
    this.#waiting = this.#waiting.filter((waiting) => !isNext(waiting))
    for (const { resolve } of begun) resolve()
  }
}
