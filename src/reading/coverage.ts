import { type PushdownField, pushdownFields } from '../model/filter.js'
import type { Lane, SourceRun } from './lanes.js'
import { outOfTime } from './open-lanes.js'
import type { Reading } from './open-reading.js'
import type { ReadableSource, SourceCoverage } from './page.js'
import type { FilterPlan } from './plan.js'
import { beginning } from './position-cursor.js'
import type { Gap } from './ranges.js'
import { type Cut, compareCuts, type KeyRange } from './travel.js'

/** What one page knows of one source when it is finished. */
export interface SourceReport {
  /** What was read for the page; without lanes when there was nothing to ask. */
  readonly run: SourceRun
  readonly plan: FilterPlan
  /** What the reading had to search of this source, and how far it has; null when that is nothing. */
  readonly searched: KeyRange | null
  /** The gaps of this source in the reading, this page included. */
  readonly gaps: readonly Gap[]
  /** The page ended because of this source's budget. */
  readonly limited: boolean
}

/** One row of coverage: design.md section 3, `SourceCoverage`. */
export function coverageOf(report: SourceReport, reading: Reading): SourceCoverage {
  const { run, gaps } = report
  const { failure, lanes } = run
  const sourceKey = run.source.key
  const whole = report.searched && withoutGaps(report.searched, gaps, reading)
  return {
    sourceKey,
    state: isExcluded(report, reading)
      ? 'EXCLUDED'
      : failure
        ? 'FAILED'
        : report.limited
          ? 'SCAN_LIMIT'
          : 'COMPLETE',
    searchedSinceMs: whole?.bottom ? sinceOf(whole.bottom, 'whole') : null,
    searchedUntilMs: whole ? untilOf(whole.top, 'whole') : null,
    gap: gaps.length === 0 ? null : hullOf(gaps),
    resumeCursor: gaps.length === 0 ? null : resumeCursor(run.source, gaps, reading),
    requests: run.requests - run.reused,
    scanned: sum(lanes, (lane) => lane.walk.scanned),
    matched: sum(lanes, (lane) => lane.walk.matched),
    error: failure,
    notices: noticesOf(report, reading),
  }
}

/** A cursor that reads exactly what the gaps of one source hold, in a reading of that source alone. */
function resumeCursor(source: ReadableSource, gaps: readonly Gap[], reading: Reading): string {
  const { filter, order } = reading.request
  const segments = gaps.map(({ top, bottom }) => ({ top, bottom }))
  return reading.bindCursors({ filter, order, sources: [source] }).encode(beginning(reading, segments))
}

/** The part of what was searched, from where the reading began, in which nothing is missing. */
function withoutGaps(searched: KeyRange, gaps: readonly Gap[], reading: Reading): KeyRange | null {
  let { top, bottom } = searched
  for (const gap of gaps) {
    if (reading.request.order === 'NEWEST_FIRST')
      bottom = bottom === null || compareCuts(gap.top, bottom) < 0 ? gap.top : bottom
    else top = gap.bottom !== null && compareCuts(gap.bottom, top) > 0 ? gap.bottom : top
  }
  return bottom !== null && compareCuts(top, bottom) >= 0 ? null : { top, bottom }
}

function hullOf(gaps: readonly Gap[]): { sinceMs?: number; untilMs: number } {
  const untilMs = Math.max(...gaps.map(({ top }) => untilOf(top, 'touched')))
  const bottoms = gaps.map(({ bottom }) => bottom)
  const bounded = bottoms.filter((bottom) => bottom !== null)
  if (bounded.length < bottoms.length) return { untilMs }
  return { sinceMs: Math.min(...bounded.map((bottom) => sinceOf(bottom, 'touched'))), untilMs }
}

/** `whole`: the time steps that lie wholly below the cut. `touched`: all that may have an entry below it. */
function untilOf(cut: Cut, reach: 'whole' | 'touched'): number {
  return reach === 'whole' && !isBetweenSteps(cut) ? cut.timeMs : cut.timeMs + 1
}

/** `whole`: the time steps that lie wholly above the cut. `touched`: all that may have an entry above it. */
function sinceOf(cut: Cut, reach: 'whole' | 'touched'): number {
  return reach === 'touched' && !isBetweenSteps(cut) ? cut.timeMs : cut.timeMs + 1
}

function isBetweenSteps(cut: Cut): boolean {
  return cut.sourceKey === '' && !cut.after
}

/** Nothing of the source can match: the filter says so, or its times do. */
export function isExcluded({ plan, run }: Pick<SourceReport, 'plan' | 'run'>, reading: Reading): boolean {
  return !plan.possible || outOfTime(run.source, plan, reading) !== null
}

function noticesOf({ plan, run, limited }: SourceReport, reading: Reading): readonly string[] {
  const { lanes } = run
  if (!plan.possible) return ['The filter can match no entry of this source, so it was not asked.']
  const outside = outOfTime(run.source, plan, reading)
  if (outside !== null) return [outside]
  const notices = new Set(refusalsOf(run))
  if (plan.residual.length > 0) {
    const fields = plan.residual.map(({ field }) => field)
    notices.add(
      `The gateway evaluates ${fields.join(', ')} itself: the provider cannot, or not with these values.`,
    )
  }
  for (const lane of lanes) {
    const { order } = lane.walk.hints
    if (order.kind === 'unsorted') {
      notices.add(
        'The provider sends its entries in no order, so they are read by small windows and sorted here.',
      )
    }
  }
  if (limited && run.isRateLimited) {
    notices.add('The provider limits the rate of requests, so a page ended early.')
  }
  for (const notice of run.notices) notices.add(notice)
  return [...notices]
}

/** A sentence for every kind of request that the provider refused as naming what it does not know. */
export function refusalsOf({ lanes }: SourceRun): readonly string[] {
  return lanes.flatMap((lane) => {
    const refused = refusedFields(lane)
    if (refused.length === 0) return []
    const named = refused.map((field) => `${field} ${JSON.stringify(lane.part.pushdown[field])}`).join(', ')
    return [
      `The provider refuses ${named} as not known to it, so the gateway reads without that filter and evaluates it itself.`,
    ]
  })
}

/** Fields of a part that are not sent, since the provider has refused words of theirs. */
export function refusedFields({ part: { pushdown, withoutWords }, refused }: Lane): readonly PushdownField[] {
  if (refused === null) return []
  return pushdownFields.filter((field) => pushdown[field] && !withoutWords?.[field])
}

function sum(lanes: readonly Lane[], count: (lane: Lane) => number): number {
  return lanes.reduce((total, lane) => total + count(lane), 0)
}
