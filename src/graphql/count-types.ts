import { requiredTimes } from '../model/required-times.js'
import type { CountRequest, EntryCount, EntryCounts } from '../reading/page.js'
import type { GatewayBuilder } from './builder.js'
import { calendarEdges, isTimeZone } from './calendar.js'
import { countLimitDescription, type defineConnectionTypes, readCountLimit } from './connection-types.js'
import { type GraphContext, outcomesOf } from './context.js'
import { freshnessArgument, type GatewayEnums } from './enums.js'
import { badUserInput, fromInputProblem, quote } from './errors.js'
import { type defineFilterInput, readFilter } from './filter-input.js'
import { untilEnded } from './operation-end.js'

/** Buckets in one answer at most: a month of hours. */
export const bucketsMax = 750

interface Bucket extends EntryCount {
  readonly sinceMs: number
  readonly untilMs: number
}

interface Histogram extends Omit<EntryCounts, 'counts' | 'edgesMs'> {
  readonly buckets: readonly Bucket[]
}

/** Defines `Query.auditEntryCounts`: a histogram by the calendar. */
export function defineCounts(
  builder: GatewayBuilder,
  enums: GatewayEnums,
  Filter: ReturnType<typeof defineFilterInput>,
  Connection: ReturnType<typeof defineConnectionTypes>,
): void {
  const Counts = defineHistogram(builder, Connection)
  builder.queryField('auditEntryCounts', (t) =>
    t.field({
      type: Counts,
      description:
        'How many entries match, by calendar bucket. A provider that gives exact totals is asked for these, without reading entries; the others are read.',
      args: {
        filter: t.arg({
          type: Filter,
          required: true,
          description:
            'Which entries. `occurredAt.since` must be given, there or in a filter within `and`; `until` is the as-of when left out.',
        }),
        sources: t.arg.stringList({ description: 'Keys of the sources. Left out or null: all of them.' }),
        interval: t.arg({
          type: enums.CalendarUnit,
          required: true,
          defaultValue: 'DAY',
          description: 'What one bucket is. The first and the last are cut to the range of the filter.',
        }),
        timeZone: t.arg.string({
          required: true,
          defaultValue: 'UTC',
          description:
            'Time zone of the IANA database in which days, weeks and months begin, such as Europe/Zurich.',
        }),
        countLimit: t.arg.int({ description: countLimitDescription }),
        freshness: t.arg(freshnessArgument(enums)),
      },
      resolve: (_, { filter: given, sources, interval, timeZone, countLimit, freshness }, context) => {
        const filter = readFilter(given)
        const limit = readCountLimit(countLimit)
        if (!isTimeZone(timeZone)) {
          throw badUserInput(
            ['timeZone'],
            `${quote(timeZone)} is not a time zone of the IANA database. Give one such as "Europe/Zurich", or "UTC".`,
          )
        }
        if (requiredTimes(filter).sinceMs === undefined) {
          throw badUserInput(
            ['filter', 'occurredAt', 'since'],
            'A histogram needs a begin. Give `filter.occurredAt.since`.',
          )
        }
        const edgesOf = (times: { sinceMs: number; untilMs: number }) => {
          const edgesMs = calendarEdges(times, interval, timeZone, bucketsMax)
          if (edgesMs !== null) return edgesMs
          throw badUserInput(
            ['interval'],
            `The range has more than ${bucketsMax} buckets of this interval. Take a longer interval or a shorter range.`,
          )
        }
        return untilEnded(context.signal, () =>
          countBuckets({ filter, ...(sources && { sources }), edgesOf, limit, freshness }, context),
        )
      },
    }),
  )
}

async function countBuckets(
  request: Omit<CountRequest, 'signal'>,
  { reader, terms, noteOutcomes }: GraphContext,
): Promise<Histogram> {
  const result = await reader.count({ ...request, ...terms })
  if (result.kind === 'inputProblem') throw fromInputProblem(result)
  noteOutcomes(outcomesOf(result.coverage))
  const { counts, edgesMs, ...rest } = result
  const buckets = counts.map((count, index) => ({
    ...count,
    // There is one count between each two edges.
    sinceMs: edgesMs[index] as number,
    untilMs: edgesMs[index + 1] as number,
  }))
  return { ...rest, buckets }
}

function defineHistogram(
  builder: GatewayBuilder,
  { SourceCoverage, EntryCount: Count }: ReturnType<typeof defineConnectionTypes>,
) {
  const BucketType = builder.objectRef<Bucket>('EntryCountBucket').implement({
    description: 'How many entries match in one stretch of the calendar.',
    fields: (t) => ({
      since: t.expose('sinceMs', { type: 'DateTime', description: 'Its begin, inclusive.' }),
      until: t.expose('untilMs', { type: 'DateTime', description: 'Its end, exclusive.' }),
      count: t.field({
        type: Count,
        description: 'How many, and how sure that is.',
        resolve: (bucket) => bucket,
      }),
    }),
  })
  return builder.objectRef<Histogram>('AuditEntryCounts').implement({
    description: 'A histogram of matching entries over all sources asked, and what it covers.',
    fields: (t) => ({
      buckets: t.expose('buckets', {
        type: [BucketType],
        description: 'Oldest first, without holes: a bucket in which nothing happened counts 0.',
      }),
      asOf: t.expose('asOfMs', {
        type: 'DateTime',
        description: 'The instant at which the count was pinned. Nothing later is in it.',
      }),
      coverage: t.expose('coverage', {
        type: [SourceCoverage],
        description:
          'What was counted and what was not: one for every source asked, in the order of the configuration.',
      }),
    }),
  })
}
