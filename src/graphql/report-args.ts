import type { GatewayBuilder } from './builder.js'
import { parseDuration } from './calendar.js'
import type { defineConnectionTypes } from './connection-types.js'
import type { EntryTypes } from './entry-types.js'
import type { GatewayEnums } from './enums.js'
import { badUserInput, quote } from './errors.js'
import type { defineTimeRange } from './explain-types.js'
import { type defineFilterInput, type FilterInput, readFilter } from './filter-input.js'
import type { SourceTypes } from './source-types.js'

/** Types that those of a report are made of. */
export interface ReportParts {
  readonly enums: GatewayEnums
  readonly sources: SourceTypes
  readonly entries: EntryTypes
  readonly connection: ReturnType<typeof defineConnectionTypes>
  readonly Filter: ReturnType<typeof defineFilterInput>
  readonly TimeRangeType: ReturnType<typeof defineTimeRange>
}

/** `settle` at most: as long as a source may set. */
const settleMaxMs = 30 * 86_400_000

type ArgBuilder = Parameters<Parameters<GatewayBuilder['queryField']>[1]>[0]

/** What is asked for: the same arguments for a report and its explanation. */
export function reportArgs(t: ArgBuilder, { Filter }: ReportParts) {
  return {
    filter: t.arg({ type: Filter, description: 'Which entries. Left out: all.' }),
    sources: t.arg.stringList({ description: 'Keys of the sources. Left out or null: all of them.' }),
    settle: t.arg.string({
      description:
        'How long ago the as-of lies, as an ISO 8601 duration of weeks, days, hours, minutes and seconds such as PT5M; PT0S for now. Left out: the longest time after which an entry of one of the sources may still appear, so that the report is settled.',
    }),
  }
}

interface GivenReportArgs {
  readonly filter?: FilterInput | null | undefined
  readonly sources?: readonly string[] | null | undefined
  readonly settle?: string | null | undefined
}

/** The arguments of `reportArgs`, checked. Throws BAD_USER_INPUT. */
export function readReportArgs({ filter, sources, settle }: GivenReportArgs) {
  const settleMs = readSettle(settle)
  return {
    filter: readFilter(filter),
    ...(sources && { sources }),
    ...(settleMs !== undefined && { settleMs }),
  }
}

function readSettle(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string') return undefined
  const settleMs = parseDuration(text)
  if (settleMs !== undefined && settleMs <= settleMaxMs) return settleMs
  throw badUserInput(
    ['settle'],
    `${quote(text)} is not a duration that a report can be set back by. Give an ISO 8601 duration of at most 30 days, such as "PT5M" or "P1D".`,
  )
}
