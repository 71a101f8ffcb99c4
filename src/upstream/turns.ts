/** Answers that somebody waits for together, such as the pages of one operation: the same object for all of them. */
export type Group = object

interface Waiting {
  readonly group: Group
  readonly resolve: () => void
}

/** What is known of a group whose answers have not all come. */
interface OnTheirWay {
  answers: number
  readonly sinceMs: number
}

/** Answers that may wait before no operation begins any more: those of about five operations over three sources. */
const waitingMax = 15
/** The same where answers come while a turn or two is worked off, so that more operations under way are of no use. */
const waitingMaxOfQuick = 6
/** Operations that begin in one turn, and groups that are worked off in one while operations are held back, at most. */
const sideBySide = 4
/** Turns in a row in which no operation begins though one would: long reports may keep answers waiting all the time. */
const heldTurnsMax = 3
/** Turns in a row in which answers have one each: those of some twenty operations. Beyond, there is more work than time. */
const busyTurnsMax = 100

/**
 * Spreads the work on answers over the turns of the event loop: one group after the other, first come, first served, but
 * a group that still has answers on their way lets complete ones go first. Nobody waits where nothing else is to do.
 *
 * Answers that arrive together would else be worked off in one turn, one after the other, and requests that came in
 * meanwhile would be read, and sent on to the providers, only behind the last of them: callers who once met in time
 * would wait for each other again and again. Even behind one group they would: a caller asks anew as soon as it has its
 * answer, while the next caller's is made. So each answer has a turn, and between two of a group others begin. Where
 * answers come quickly, or there has been no rest for long, a group has one turn: callers meet anyway, and what lives
 * from turn to turn is copied.
 *
 * An answer worked off long before its siblings is garbage that the collector has to carry until they come: as bytes it
 * costs nothing. So a group that has begun is finished before the next begins.
 *
 * Where answers come faster than they can be worked off, operations are held back (`begin`): what is begun is finished
 * first, since its pages would come no sooner to any use, and all that lives meanwhile the collector copies. In every
 * fourth turn some begin all the same.
 *
 * Operations that come together begin together, and as long as some are held back, several groups have their turn
 * together: promises take them through the same steps side by side, and a step that has just been taken is still in the
 * caches of the processor. One request goes through more code and data than these hold, so that alone it waits for memory
 * most of the time. Where answers take long, one group at a time is better: its caller need not wait for the others.
 */
export class Turns {
  readonly #now: () => number
  #waiting: Waiting[] = []
  readonly #beginning: (() => void)[] = []
  #heldTurns = 0
  // Weak, since a Map keeps what it once held: single-flight.ts.
  readonly #onTheirWay = new WeakMap<Group, OnTheirWay>()
  #isTaken = false
  /** Turns in a row in which something was to do. */
  #busyTurns = 0
  /** Whose answer was worked off last. */
  #begun: Group | undefined
  readonly #quickest = new RecentLeast()
  #turnMs = 0
  #scheduledAtMs = 0

  /** `now`: milliseconds of any clock. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Tells that an answer of the group is on its way. Each is ended by one `arrived`. */
  expect(group: Group): void {
    const known = this.#onTheirWay.get(group)
    if (known) known.answers += 1
    else this.#onTheirWay.set(group, { answers: 1, sinceMs: this.#now() })
  }

  /** Tells that an answer of the group has come, or will not. */
  arrived(group: Group): void {
    const known = this.#onTheirWay.get(group)
    if (!known) return
    known.answers -= 1
    if (known.answers > 0) return
    this.#onTheirWay.delete(group)
    const nowMs = this.#now()
    this.#quickest.note(nowMs - known.sinceMs, nowMs)
  }

  /** Resolves when work on an answer of the group may begin; undefined: at once, since no other has begun in this turn. */
  next(group: Group): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push({ group, resolve }))
    this.#isTaken = true
    this.#begun = group
    this.#schedule()
    return undefined
  }

  /** Resolves when a further operation may begin; undefined: at once, since nothing else has begun in this turn. */
  begin(): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => this.#beginning.push(resolve))
    this.#isTaken = true
    this.#schedule()
    return undefined
  }

  /** Whether as many answers wait as make up for the time in which those of further operations come. */
  get #isFull(): boolean {
    const { length } = this.#waiting
    return length >= waitingMax || (length >= waitingMaxOfQuick && this.#isQuick)
  }

  /** Whether answers come while a turn or two is worked off. */
  get #isQuick(): boolean {
    return this.#quickest.value <= 2 * this.#turnMs
  }

  #schedule(): void {
    this.#scheduledAtMs = this.#now()
    setImmediate(this.#pass)
  }

  readonly #pass = (): void => {
    this.#noteTurn()
    const isHeld = this.#isFull && this.#beginning.length > 0
    this.#busyTurns += 1
    const areWhole = this.#isQuick || this.#busyTurns > busyTurnsMax
    const next = this.#ofGroups(isHeld && this.#isQuick ? sideBySide : 1)
    const answers = areWhole ? next : next.slice(0, 1)
    this.#heldTurns = isHeld && this.#heldTurns < heldTurnsMax ? this.#heldTurns + 1 : 0
    // Operations that begin together have their answers together, which is of no use where these are long on their way.
    const beginMax = this.#waiting.length === 0 || this.#isQuick ? sideBySide : 1
    const beginning = this.#heldTurns > 0 ? [] : this.#beginning.splice(0, beginMax)
    this.#begun = answers[0]?.group
    if (answers.length === 0 && beginning.length === 0) {
      this.#isTaken = false
      this.#busyTurns = 0
      return
    }
    this.#schedule()
    for (const resolve of beginning) resolve()
    if (answers.length === 0) return
    this.#waiting = this.#waiting.filter((waiting) => !answers.includes(waiting))
    for (const { resolve } of answers) resolve()
  }

  /** All answers of the next groups. */
  #ofGroups(countMax: number): readonly Waiting[] {
    const groups = this.#groupsOfTurn(countMax)
    return this.#waiting.filter(({ group }) => groups.includes(group))
  }

  /** The groups whose answers are worked off next: complete ones, that which has begun before all others; else the first. */
  #groupsOfTurn(countMax: number): readonly Group[] {
    const begun = this.#waiting.find(({ group }) => group === this.#begun)
    const groups: Group[] = []
    for (const { group } of begun ? [begun, ...this.#waiting] : this.#waiting) {
      if (groups.length === countMax) break
      if (!this.#onTheirWay.has(group) && !groups.includes(group)) groups.push(group)
    }
    const [first] = this.#waiting
    return groups.length === 0 && first ? [first.group] : groups
  }

  /** How long turns take, of late. */
  #noteTurn(): void {
    const turnMs = Math.max(0, this.#now() - this.#scheduledAtMs)
    this.#turnMs += (turnMs - this.#turnMs) / 8
  }
}

/** How long the least is remembered at least, and half of how long at most, in milliseconds. */
const rememberedMs = 1_000

/** The least value of the last second or two; none: infinite. */
class RecentLeast {
  #before = Number.POSITIVE_INFINITY
  #current = Number.POSITIVE_INFINITY
  #sinceMs = Number.NEGATIVE_INFINITY

  get value(): number {
    return Math.min(this.#before, this.#current)
  }

  note(value: number, nowMs: number): void {
    const ageMs = nowMs - this.#sinceMs
    // A clock may be set back.
    if (ageMs >= rememberedMs || ageMs < 0) {
      this.#before = ageMs < 2 * rememberedMs ? this.#current : Number.POSITIVE_INFINITY
      this.#current = Number.POSITIVE_INFINITY
      this.#sinceMs = nowMs
    }
    this.#current = Math.min(this.#current, value)
  }
}
