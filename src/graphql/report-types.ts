import type { NoveltyDimension, ReportComparison, ReportDimension } from '../reading/report/shapes.js'
import type { GatewayBuilder } from './builder.js'
import { calendarEdges, isTimeZone } from './calendar.js'
import { bucketsMax } from './count-types.js'
import { badUserInput, quote } from './errors.js'
import { type ReportParts, readReportArgs, reportArgs } from './report-args.js'
import { defineReportParts } from './report-parts.js'
import { defineExplainReport, defineReportPlan, type ReportPlanType } from './report-plan.js'
import { type ReportSession, reportSession } from './report-session.js'

/** Rows of one breakdown at most, and what is taken when that is not said. */
const topMax = 1_000
const topDefault = 10
/** The same for the split of a timeline, which has a row in every bucket. */
const splitTopMax = 50
const splitTopDefault = 5

/** Defines `Query.auditReport` and what it gives. */
export function defineReport(builder: GatewayBuilder, parts: ReportParts): void {
  const Plan = defineReportPlan(builder, parts)
  const Report = defineReportType(builder, parts, Plan)
  builder.queryField('auditReport', (t) =>
    t.field({
      type: Report,
      description:
        'Figures over all entries that match, from one reading of them, however many fields are selected and under however many aliases. What is not selected is not found out.',
      args: {
        ...reportArgs(t, parts),
        onSourceError: t.arg({
          type: parts.enums.SourceErrorPolicy,
          required: true,
          defaultValue: 'FAIL',
          description:
            'What a failing source does to the report. PARTIAL: figures are AT_LEAST, and numbers of actors an ESTIMATE; `coverage` says what is missing.',
        }),
      },
      resolve: (_, { onSourceError, ...args }, context) =>
        reportSession({ ...readReportArgs(args), onSourceError }, context),
    }),
  )
  defineExplainReport(builder, parts, Plan)
}

const breakdownFields = {
  bySource: ['SOURCE', 'By source.'],
  byAction: [
    'ACTION',
    'By what was done, in the provider’s word. The same word of two sources is one value.',
  ],
  byActionKind: ['ACTION_KIND', 'By what was done, as a verb over all providers.'],
  byActor: [
    'ACTOR',
    'By who acted. Identities of different sources that name the same e-mail address are one actor, with the evidence.',
  ],
  byActorType: ['ACTOR_TYPE', 'By the kind of actor.'],
  byResourceType: ['RESOURCE_TYPE', 'By the kind of object, in the provider’s word.'],
  byResource: ['RESOURCE', 'By object: its source, type and id.'],
  byOrganization: ['ORGANIZATION', 'By organization at the provider.'],
} satisfies Record<string, readonly [ReportDimension, string]>

function defineReportType(builder: GatewayBuilder, parts: ReportParts, Plan: ReportPlanType) {
  const figures = defineReportParts(builder, parts)
  const Comparison = defineComparison(builder, parts, figures)
  const { SourceCoverage } = parts.connection
  return builder.objectRef<ReportSession>('AuditReport').implement({
    description: 'Figures over all entries that match, and what they cover.',
    fields: (t) => {
      const breakdown = ([dimension, description]: readonly [ReportDimension, string]) =>
        t.field({
          type: figures.Breakdown,
          description,
          args: { top: t.arg.int({ required: true, defaultValue: topDefault, description: topDescription }) },
          resolve: (report, { top }) => {
            const rows = checkTop(top, topMax)
            return report.find({ dimension }).then((figures) => figures.breakdown(dimension, rows))
          },
        })
      return {
        asOf: t.field({
          type: 'DateTime',
          description: 'The instant at which the report was pinned. Nothing later is in it.',
          resolve: ({ open }) => open.asOfMs,
        }),
        window: t.field({
          type: parts.TimeRangeType,
          description: 'The range of time that the report is about: what the filter and the as-of leave.',
          resolve: ({ open }) => open.window,
        }),
        complete: t.boolean({
          description: 'Whether nothing is missing: every source was read to its end, without a gap.',
          resolve: (report) => report.find({}).then(({ complete }) => complete),
        }),
        coverage: t.field({
          type: [SourceCoverage],
          description:
            'What was read and what was not: one for every source asked, in the order of the configuration.',
          resolve: (report) => report.find({}).then(({ coverage }) => coverage),
        }),
        plan: t.field({
          type: [Plan],
          description:
            'How each source was counted: by its totals, in bulk or by reading. See `explainAuditReport`, which asks nobody.',
          resolve: (report) => report.find({}).then(({ ways }) => ways),
        }),
        total: t.field({
          type: figures.Count,
          description: 'How many entries match.',
          resolve: (report) => report.find({}).then(({ total }) => total),
        }),
        first: t.field({
          type: figures.Time,
          description: 'When the first of them happened.',
          resolve: (report) => report.find({ times: true }).then(({ first }) => first),
        }),
        last: t.field({
          type: figures.Time,
          description: 'When the last of them happened.',
          resolve: (report) => report.find({ times: true }).then(({ last }) => last),
        }),
        distinctActors: t.field({
          type: figures.Count,
          description:
            'How many different actors they have: `byActor.distinct`. An ESTIMATE where not all was read: what is missing may join some of them.',
          resolve: (report) =>
            report.find({ dimension: 'ACTOR' }).then((figures) => figures.breakdown('ACTOR', 0).distinct),
        }),
        ...mapValues(breakdownFields, breakdown),
        timeline: t.field({
          type: [figures.Bucket],
          description:
            'By the calendar: oldest first, without holes. `filter.occurredAt.since` must be given, there or in a filter within `and`; at most ' +
            `${bucketsMax} buckets.`,
          args: {
            interval: t.arg({
              type: parts.enums.CalendarUnit,
              required: true,
              defaultValue: 'DAY',
              description: 'What one bucket is. The first and the last are cut to the window.',
            }),
            timeZone: t.arg.string({
              required: true,
              defaultValue: 'UTC',
              description: 'Time zone of the IANA database in which buckets begin, such as Europe/Zurich.',
            }),
            splitBy: t.arg({
              type: parts.enums.ReportDimension,
              description: 'Tells each bucket by the values of this dimension. Left out: not.',
            }),
            top: t.arg.int({
              required: true,
              defaultValue: splitTopDefault,
              description: `How many values of the split are told: 1 to ${splitTopMax}.`,
            }),
          },
          resolve: (report, { interval, timeZone, splitBy, top }) => {
            const rows = checkTop(top, splitTopMax)
            const timeline = { edgesMs: edgesOf(report, interval, timeZone), splitBy: splitBy ?? null }
            return report.find({ timeline }).then((figures) => figures.timeline(timeline, rows))
          },
        }),
        comparison: t.field({
          type: Comparison,
          description:
            'What is new in this window against the one of the same length directly before it, which is read as well when this is selected. `filter.occurredAt.since` must be given, there or in a filter within `and`.',
          resolve: (report) => {
            if (report.open.previous) return report
            throw badUserInput(
              ['filter', 'occurredAt', 'since'],
              'A comparison needs a window with a begin. Give `filter.occurredAt.since`.',
            )
          },
        }),
      }
    },
  })
}

const topDescription = `How many rows at most: 1 to ${topMax}.`

function checkTop(top: number, max: number): number {
  if (top >= 1 && top <= max) return top
  throw badUserInput(['top'], `\`top\` is ${top}; it must be from 1 to ${max}.`)
}

function edgesOf(
  { open: { window, previous } }: ReportSession,
  interval: Parameters<typeof calendarEdges>[1],
  timeZone: string,
): readonly number[] {
  const { sinceMs, untilMs } = window
  if (!isTimeZone(timeZone)) {
    throw badUserInput(
      ['timeZone'],
      `${quote(timeZone)} is not a time zone of the IANA database. Give one such as "Europe/Zurich", or "UTC".`,
    )
  }
  // A begin that the filter requires is what a comparison needs, too.
  if (sinceMs === undefined || previous === null) {
    throw badUserInput(
      ['filter', 'occurredAt', 'since'],
      'A timeline needs a begin. Give `filter.occurredAt.since`.',
    )
  }
  const edgesMs = calendarEdges({ sinceMs, untilMs }, interval, timeZone, bucketsMax)
  if (edgesMs !== null) return edgesMs
  throw badUserInput(
    ['interval'],
    `The window has more than ${bucketsMax} buckets of this interval. Take a longer interval or a shorter window.`,
  )
}

function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  map: (value: From) => To,
): Record<Key, To> {
  const entries = Object.entries<From>(record).map(([key, value]) => [key, map(value)])
  // fromEntries forgets the keys; they are those of `record`.
  return Object.fromEntries(entries) as Record<Key, To>
}

const noveltyFields = {
  newActors: ['ACTOR', 'Actors of whom no identity and no e-mail address is in the window before.'],
  newActions: ['ACTION', 'Words for actions that are not in the window before.'],
  newResources: ['RESOURCE', 'Objects that are not in the window before.'],
} satisfies Record<string, readonly [NoveltyDimension, string]>

function defineComparison(
  builder: GatewayBuilder,
  { connection, TimeRangeType }: ReportParts,
  figures: ReturnType<typeof defineReportParts>,
) {
  return builder.objectRef<ReportSession>('ReportComparison').implement({
    description:
      'What is in the window of a report and was never seen in the window of the same length directly before it, with its counts in the report. Where the window before was not read whole, the number of new values is an ESTIMATE from above.',
    fields: (t) => {
      const novelty = ([dimension, description]: readonly [NoveltyDimension, string]) =>
        t.field({
          type: figures.Breakdown,
          description,
          args: { top: t.arg.int({ required: true, defaultValue: topDefault, description: topDescription }) },
          resolve: (report, { top }) => {
            const rows = checkTop(top, topMax)
            return compared(report, dimension).then((comparison) => comparison.novelty(dimension, rows))
          },
        })
      return {
        window: t.field({
          type: TimeRangeType,
          description: 'The window before.',
          resolve: ({ open }) => open.previous ?? {},
        }),
        total: t.field({
          type: figures.Count,
          description: 'How many entries match in the window before.',
          resolve: (report) => compared(report).then(({ total }) => total),
        }),
        coverage: t.field({
          type: [connection.SourceCoverage],
          description: 'What was read of the window before.',
          resolve: (report) => compared(report).then(({ coverage }) => coverage),
        }),
        ...mapValues(noveltyFields, novelty),
      }
    },
  })
}

async function compared(report: ReportSession, novelty?: NoveltyDimension): Promise<ReportComparison> {
  const { comparison } = await report.find({ comparison: true, ...(novelty && { novelty }) })
  if (comparison) return comparison
  throw new Error('a comparison was asked for and not made')
}
