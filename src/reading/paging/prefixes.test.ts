import { expect, it } from 'vitest'
import { seenRow } from '../../../test/support/seen-row.js'
import { absorbPrefix, type PrefixTask, placeOfPrefix, prefixOf } from './prefixes.js'
import type { Terrain } from './step.js'

const pageRows = 8

it('a first page of one time says nothing of the order: what comes behind it may lie before it', () => {
  const list = [
    ...Array.from({ length: pageRows }, (_, index) => seenRow(500, `tie${index}`)),
    seenRow(100, 'before'),
  ]
  const terrain: Terrain = { frontier: 0, direction: 'along', proven: false, slackBeforeMs: 0, slackMs: 0 }
  let task: PrefixTask = prefixOf(0, 1_000)
  for (let request = 0; request < 20; request += 1) {
    const offset = Number(placeOfPrefix(task).upstreamCursor ?? 0)
    const rows = list.slice(offset, offset + pageRows)
    const next = offset + rows.length
    const more = next < list.length
    const step = absorbPrefix(
      task,
      {
        rows,
        more,
        full: rows.length === pageRows,
        total: undefined,
        upstreamCursor: more ? String(next) : undefined,
      },
      terrain,
    )
    if (step.kind === 'claim') {
      expect(step.rows.map(({ id }) => id).sort()).toEqual(list.map(({ id }) => id).sort())
      expect(step.to).toBe(1_000)
      return
    }
    if (step.kind !== 'again' || step.task === null) throw new Error(`The step is ${step.kind}.`)
    task = step.task
  }
  throw new Error('The list is not read within 20 requests.')
})
