/** Lets so many pieces of work run at once; the others wait, first come, first served. */
export interface Turns {
  /** Runs the work when its turn has come; undefined when whoever it is for has left before. */
  take<Result>(left: AbortSignal, work: () => Promise<Result>): Promise<Result | undefined>
}

export function createTurns(max: number): Turns {
  const waiting = new Set<() => void>()
  let running = 0

  /** Resolves when a turn is there, which is taken then, or when `left` aborts. */
  function turn(left: AbortSignal): Promise<boolean> {
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

  return {
    async take(left, work) {
      if (left.aborted) return undefined
      if (running < max) running += 1
      else if (!(await turn(left))) return undefined
      try {
        return left.aborted ? undefined : await work()
      } finally {
        // The turn goes to the next in line.
        const [next] = waiting
        if (next) next()
        else running -= 1
      }
    },
  }
}
