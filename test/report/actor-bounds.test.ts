import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../src/model/entry.js'
import type { SourceCoverage } from '../../src/reading/page.js'
import { Aggregate } from '../../src/reading/report/aggregate.js'
import { figuresOf, type ReadFigures } from '../../src/reading/report/figures.js'
import type { ReportCount, RowSubject } from '../../src/reading/report/shapes.js'
import { entryOf } from '../support/actor-entry.js'
import { groupsBy, namesOf } from './brute-force.js'

const edgesMs = [0, 50, 100]
const bySplit = { edgesMs, splitBy: 'ACTOR' } as const
const dimensions = new Set(['ACTOR'] as const)
const sourceKeys = ['access', 'crew', 'hiring'] as const

function actedAt(sourceKey: string, id: string, email: string | null, occurredAtMs: number): AuditEntry {
  return entryOf(sourceKey, { id, email }, { occurredAtMs })
}

/** What a report knows that has read each source down to a time: null where it was read to its end. */
function readDownTo(
  entries: readonly AuditEntry[],
  downTo: Readonly<Record<string, number | null>>,
  window: ReadFigures['window'] = { sinceMs: 0, untilMs: 100 },
): ReadFigures {
  const aggregate = new Aggregate({ dimensions, timelines: [bySplit] }, 1_000)
  for (const entry of entries) {
    if (entry.occurredAtMs >= (downTo[entry.sourceKey] ?? Number.NEGATIVE_INFINITY)) aggregate.add(entry)
  }
  const coverage = sourceKeys.map((sourceKey): SourceCoverage => {
    const searchedSinceMs = downTo[sourceKey] ?? null
    const state = searchedSinceMs === null ? 'COMPLETE' : 'SCAN_LIMIT'
    const nothing = { gap: null, resumeCursor: null, error: null, notices: [], scanned: 0 }
    return { sourceKey, state, searchedSinceMs, searchedUntilMs: 100, requests: 1, matched: 1, ...nothing }
  })
  const cut = new Set(sourceKeys.filter((key) => (downTo[key] ?? null) !== null))
  return { window, aggregate, coverage, cut }
}

function expectTrue(count: ReportCount, truth: number): void {
  expect(count.atLeast).toBeLessThanOrEqual(truth)
  expect(count.atMost ?? truth).toBeGreaterThanOrEqual(truth)
  if (count.exactness === 'EXACT') expect(count.value).toBe(truth)
  if (count.exactness === 'AT_LEAST') expect(count.value).toBeLessThanOrEqual(truth)
}

const isOf = (subject: RowSubject) => (entry: AuditEntry) =>
  subject.kind === 'actor' &&
  subject.identities.some(
    ({ sourceKey, actor }) => sourceKey === entry.sourceKey && actor.id === entry.actor.id,
  )

const anEntry = fc
  .record({
    sourceKey: fc.constantFrom(...sourceKeys),
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    email: fc.option(fc.constantFrom('p@corp.example', 'q@corp.example', 'r@corp.example')),
    occurredAtMs: fc.integer({ min: 0, max: 99 }),
  })
  .map(({ sourceKey, id, email, occurredAtMs }) => actedAt(sourceKey, id, email, occurredAtMs))
const downTo = fc.record(
  Object.fromEntries(sourceKeys.map((key) => [key, fc.option(fc.integer({ min: 1, max: 99 }))])),
)

describe('figures of actors', () => {
  it('bound the truth where entries are missing that may join two actors', () => {
    fc.assert(
      fc.property(
        fc.array(anEntry, { maxLength: 20 }),
        fc.array(anEntry, { maxLength: 5 }),
        downTo,
        fc.integer({ min: 0, max: 3 }),
        (entries, before, reached, top) => {
          const previous = readDownTo(before, {}, { sinceMs: -100, untilMs: 0 })
          const figures = figuresOf(readDownTo(entries, reached), previous, [bySplit], [])
          const groups = groupsBy('ACTOR', entries)
          const { rows, rest, distinct } = figures.breakdown('ACTOR', top)
          const ofRows = (group: readonly AuditEntry[], of = rows) =>
            group.some((entry) => of.some(({ subject }) => isOf(subject)(entry)))
          expectTrue(distinct, groups.length)
          const left = groups.filter((group) => !ofRows(group))
          expectTrue(rest.values, left.length)
          expectTrue(rest.count, left.flat().length)
          for (const { subject, count } of rows) {
            expectTrue(count, groups.find((group) => group.some(isOf(subject)))?.length ?? 0)
          }
          for (const bucket of figures.timeline(bySplit, top)) {
            const inside = ({ occurredAtMs }: AuditEntry) =>
              occurredAtMs >= bucket.sinceMs && occurredAtMs < bucket.untilMs
            for (const { subject, count } of bucket.split) {
              const group = groups.find((each) => each.some(isOf(subject))) ?? []
              expectTrue(count, group.filter(inside).length)
            }
            const others = groups.filter((group) => !ofRows(group, [...bucket.split]))
            expectTrue(bucket.rest, others.flat().filter(inside).length)
          }
          const known = new Set(before.flatMap(namesOf))
          const fresh = groups.filter((group) => !group.flatMap(namesOf).some((name) => known.has(name)))
          const novelty = figures.comparison?.novelty('ACTOR', top)
          if (!novelty) throw new Error('no comparison')
          expectTrue(novelty.distinct, fresh.length)
          const freshLeft = fresh.filter((group) => !ofRows(group, [...novelty.rows]))
          expectTrue(novelty.rest.values, freshLeft.length)
          expectTrue(novelty.rest.count, freshLeft.flat().length)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('count those for certain that name no address where all was read', () => {
    const entries = [
      actedAt('crew', 'a', 'p@corp.example', 10),
      actedAt('crew', 'b', 'q@corp.example', 10),
      actedAt('hiring', 'c', null, 10),
      actedAt('hiring', 'd', null, 10),
      actedAt('access', 'e', null, 90),
    ]
    const distinct = (reached: Readonly<Record<string, number | null>>) =>
      figuresOf(readDownTo(entries, reached), null, [bySplit], []).breakdown('ACTOR', 0).distinct
    expect(distinct({})).toEqual({ value: 5, exactness: 'EXACT', atLeast: 5, atMost: 5 })
    expect(distinct({ access: 50 })).toEqual({ value: 5, exactness: 'ESTIMATE', atLeast: 3, atMost: null })
    expect(distinct({ access: 50, crew: 50 })).toEqual({
      value: 3,
      exactness: 'AT_LEAST',
      atLeast: 3,
      atMost: null,
    })
    expect(distinct({ access: 50, hiring: 5, crew: 5 })).toMatchObject({ exactness: 'ESTIMATE', atLeast: 1 })
  })
})
