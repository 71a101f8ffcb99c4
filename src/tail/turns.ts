/** Lets so many pieces of work run at once; the others wait, first come, first served. */
export interface Turns {
  /** Runs the work when its turn has come; undefined when whoever it is for has left before. */
  take<Result>(left: AbortSignal, work: (turn: Turn) => Promise<Result>): Promise<Result | undefined>
}

export interface Turn {
  /** Leaves the turn to others while the work waits for something, and resolves when it has one again, or has left. */
  pause(wait: () => Promise<void>): Promise<void>
}

export function createTurns(max: number): Turns {
  const waiting = new Set<() => void>()
  let running = 0

  /** Takes a turn when one is there; false when `left` aborts before. */
  async function enter(left: AbortSignal): Promise<boolean> {
    if (left.aborted) return false
    if (running < max) {
      running += 1
      return true
    }
    return new Promise((resolve) => {
      const take = () => end(true)
      const leave = () => end(false)
      const end = (isTaken: boolean) => {
        waiting.delete(take)
        left.removeEventListener('abort', leave)
        resolve(isTaken)
      }
      waiting.add(take)
      left.addEventListener('abort', leave)
    })
  }

  /** The turn goes to the next in line. */
  function leave(): void {
    const [next] = waiting
    if (next) next()
    else running -= 1
  }

  return {
    async take(left, work) {
      let isTaken = await enter(left)
      const pause: Turn['pause'] = async (wait) => {
        isTaken = false
        leave()
        await wait()
        isTaken = await enter(left)
      }
      try {
        return isTaken && !left.aborted ? await work({ pause }) : undefined
      } finally {
        if (isTaken) leave()
      }
    },
  }
}
