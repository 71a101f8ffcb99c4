import { expect, it } from 'vitest'
import { settled } from '../../test/support/virtual-time.js'
import { createTurns, type Turns } from './turns.js'

const { signal } = new AbortController()

/** Work that notes when it begins and goes on when it is told to. */
function begin(turns: Turns, began: string[], name: string, left = signal) {
  let goOn = () => {}
  const work = turns.take(left, async () => {
    began.push(name)
    await new Promise<void>((resolve) => {
      goOn = resolve
    })
    return name
  })
  return { work, goOn: () => goOn() }
}

it('lets so many run at once, first come, first served, and passes over who has left', async () => {
  const [turns, began] = [createTurns(2), [] as string[]]
  const [first, second] = [begin(turns, began, 'first'), begin(turns, began, 'second')]
  const gone = new AbortController()
  const third = begin(turns, began, 'third', gone.signal)
  const fourth = begin(turns, began, 'fourth')
  await settled()
  expect(began).toEqual(['first', 'second'])
  gone.abort()
  expect(await third.work).toBeUndefined()
  second.goOn()
  expect(await second.work).toBe('second')
  await settled()
  expect(began).toEqual(['first', 'second', 'fourth'])
  first.goOn()
  fourth.goOn()
  expect(await Promise.all([first.work, fourth.work])).toEqual(['first', 'fourth'])
})

it('gives the turn of who waits for something to others, and one back when it is its turn again', async () => {
  const [turns, began] = [createTurns(1), [] as string[]]
  let come = () => {}
  const waiting = turns.take(signal, async ({ pause }) => {
    await pause(
      () =>
        new Promise<void>((resolve) => {
          come = resolve
        }),
    )
    began.push('again')
  })
  const other = begin(turns, began, 'other')
  await settled()
  come()
  await settled()
  expect(began).toEqual(['other'])
  other.goOn()
  await Promise.all([other.work, waiting])
  expect(began).toEqual(['other', 'again'])
  // No turn was lost, and none was made.
  const [one, two] = [begin(turns, began, 'one'), begin(turns, began, 'two')]
  await settled()
  expect(began.slice(2)).toEqual(['one'])
  one.goOn()
  await settled()
  two.goOn()
  expect(await Promise.all([one.work, two.work])).toEqual(['one', 'two'])
})

it('keeps no turn of who leaves in a pause', async () => {
  const turns = createTurns(1)
  const gone = new AbortController()
  const paused = turns.take(gone.signal, async ({ pause }) => {
    await pause(async () => gone.abort())
    return 'ended'
  })
  expect(await paused).toBe('ended')
  expect(await turns.take(signal, async () => 'next')).toBe('next')
})
