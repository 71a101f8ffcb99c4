import { type FigureAsk, reportDimensions, type SourceWay } from '../reading/report/shapes.js'
import type { GatewayBuilder } from './builder.js'
import type { ReportFigure } from './enums.js'
import { type ReportParts, readReportArgs, reportArgs } from './report-args.js'
import { reportSession } from './report-session.js'

export type ReportPlanType = ReturnType<typeof defineReportPlan>

/** Defines `ReportSourcePlan`: how one source is counted. */
export function defineReportPlan(
  builder: GatewayBuilder,
  { enums, sources, TimeRangeType }: Pick<ReportParts, 'enums' | 'sources' | 'TimeRangeType'>,
) {
  return builder.objectRef<SourceWay>('ReportSourcePlan').implement({
    description: 'How the figures of one source are found out.',
    fields: (t) => ({
      source: t.field({
        type: sources.Source,
        description: 'Which source.',
        resolve: ({ sourceKey }, _, context) => sources.find(context, sourceKey),
      }),
      way: t.expose('way', { type: enums.ReportWay, description: 'How.' }),
      reasons: t.exposeStringList('reasons', { description: 'Why so. Sentences for people.' }),
      windows: t.expose('windows', {
        type: [TimeRangeType],
        description: 'The windows of time that were asked for in bulk, oldest first. Empty otherwise.',
      }),
    }),
  })
}

/** Defines `Query.explainAuditReport`. */
export function defineExplainReport(builder: GatewayBuilder, parts: ReportParts, Plan: ReportPlanType): void {
  builder.queryField('explainAuditReport', (t) =>
    t.field({
      type: [Plan],
      description:
        'How `auditReport` with the same arguments would find out some figures, source by source in the order of the configuration. No request is made, so a way that depends on how much there is may turn out to be READING; `AuditReport.plan` tells what was done.',
      args: {
        ...reportArgs(t, parts),
        figures: t.arg({
          type: [parts.enums.ReportFigure],
          required: true,
          description: 'What would be selected beside the total. An empty list: the total alone.',
        }),
      },
      resolve: (_, { figures, ...args }, context) => {
        const request = { ...readReportArgs(args), onSourceError: 'FAIL' } as const
        return reportSession(request, context).open.explain(askOf(figures))
      },
    }),
  )
}

function askOf(figures: readonly ReportFigure[]): FigureAsk {
  return {
    dimensions: new Set(reportDimensions.filter((dimension) => figures.includes(dimension))),
    timelines: figures.includes('TIMELINE') ? [{ edgesMs: [], splitBy: null }] : [],
    times: figures.includes('TIMES'),
    comparison: null,
  }
}
