import type { ActionKind, ActorType } from '../model/entry.js'
import type { FailureKind } from '../model/failure.js'
import type { AuditEntryOrder } from '../model/order.js'
import type { PauseReason } from '../model/rate-limit.js'
import type { CoverageState, FetchTerms, ResidualReason, SourceErrorPolicy } from '../reading/page.js'
import type { ReportCount, ReportDimension, SourceWay } from '../reading/report/shapes.js'
import type { GatewayBuilder } from './builder.js'
import type { CalendarUnit } from './calendar.js'
import { providerName } from './provider-name.js'

/** Who evaluates a field of the filter. */
export type FilterEvaluation = 'PROVIDER' | 'PARTLY_PROVIDER' | 'GATEWAY'
/** What a report can be asked to find out beside the total. */
export type ReportFigure = ReportDimension | 'TIMES' | 'TIMELINE'
/** Why two identities of a report are taken for one actor. */
type JoinEvidence = 'SAME_EMAIL'
/** `Capabilities.paging` as the schema names it. */
type SourcePaging = 'OFFSET' | 'CURSOR'

const actionKinds = {
  CREATE: 'Something was made.',
  READ: 'Something was looked at, exported or downloaded.',
  UPDATE: 'Something was changed.',
  DELETE: 'Something was removed.',
  MOVE: 'Something was moved to another place.',
  ENROLL: 'Somebody or something was added to a group, a team or a programme.',
  UNENROLL: 'Somebody or something was taken out of a group, a team or a programme.',
  ENABLE: 'An account or a feature was switched on.',
  DISABLE: 'An account or a feature was switched off.',
  ACTIVATE: 'Something was put into use.',
  DEACTIVATE: 'Something was taken out of use.',
  SUSPEND: 'Something was halted for a time.',
  RESUME: 'Something that was halted goes on.',
  ATTACH_POLICY: 'A right, a role or a policy was given.',
  DETACH_POLICY: 'A right, a role or a policy was taken away.',
  OTHER: 'An action that is known and has no verb here. See `action`.',
  UNKNOWN: 'A word of the provider that is not known to the gateway. See `action`.',
} satisfies Record<ActionKind, string>

const actorTypes = {
  USER: 'A person with an account.',
  API_KEY: 'A program that used an API key.',
  AUTOMATION: 'A rule, a workflow or an agent that acts by itself.',
  SYSTEM: 'The provider’s own system.',
  PROVIDER_STAFF: 'Staff of the provider, such as its support.',
  CANDIDATE: 'A candidate in a hiring process.',
  UNKNOWN: 'The provider does not say, or its word is not known to the gateway. See `rawType`.',
} satisfies Record<ActorType, string>

const orders = {
  NEWEST_FIRST:
    'By `occurredAt` descending; entries of the same instant by source key and upstream id ascending.',
  OLDEST_FIRST: 'The exact reverse of NEWEST_FIRST.',
} satisfies Record<AuditEntryOrder, string>

const policies = {
  PARTIAL:
    'A failing source costs only itself: the others’ entries stand and `coverage` says what is missing. It is an error only when all sources fail.',
  FAIL: 'One failing source makes the whole field an error with the code UPSTREAM_FAILED. No entries are given.',
} satisfies Record<SourceErrorPolicy, string>

const coverageStates = {
  COMPLETE: 'Everything that was asked of this source was searched.',
  SCAN_LIMIT:
    'The page ended before everything was searched: at its budget, at the deadline or at the rate that the provider permits. Go on with `endCursor`.',
  FAILED: 'The source could not be read for this page. See `error` and `gap`.',
  EXCLUDED: 'Nothing of the source can match: the filter says so, or its times do.',
} satisfies Record<CoverageState, string>

const errorKinds = {
  UNAUTHENTICATED: 'The provider did not accept the credentials of the source.',
  FORBIDDEN: 'The credentials may not read the audit log.',
  TENANT_MISMATCH: 'The credentials belong to another tenant.',
  NOT_FOUND: 'The provider does not know the organization or the address that is configured.',
  FEATURE_DISABLED: 'The audit log is not enabled for the organization.',
  INVALID_REQUEST: 'The provider refused what was asked.',
  RATE_LIMITED: 'The provider asks to wait. See `retryAfter`.',
  TIMEOUT: 'No answer in time.',
  UNREACHABLE: 'No connection, or it broke off.',
  UNAVAILABLE: 'The provider is in trouble.',
  INVALID_RESPONSE: 'What came is not an answer of the provider’s audit log, or breaks its documented form.',
  TOO_DENSE: 'More entries share one time step than can be told apart safely.',
  UNSTABLE: 'The provider’s answers contradict each other, so that their order cannot be relied on.',
  NO_PROGRESS: 'The provider announces more entries and brings nothing new.',
} satisfies Record<FailureKind, string>

const exactness = {
  EXACT: 'The value is the number of all matching entries.',
  AT_LEAST: 'There are at least this many matching entries.',
  ESTIMATE: 'Only in reports: the number lies between `atLeast` and `atMost`.',
  UNKNOWN: 'Nothing is known of the number.',
} satisfies Record<ReportCount['exactness'], string>

const dimensions = {
  SOURCE: 'The source.',
  ACTION: 'What was done, in the provider’s word.',
  ACTION_KIND: 'What was done, as a verb over all providers.',
  ACTOR: 'Who acted: identities that an e-mail address joins are one actor.',
  ACTOR_TYPE: 'What kind of actor.',
  RESOURCE_TYPE: 'The kind of object, in the provider’s word.',
  RESOURCE: 'The object.',
  ORGANIZATION: 'The organization at the provider.',
} satisfies Record<ReportDimension, string>

const figures = {
  ...dimensions,
  TIMES: 'The first and the last time.',
  TIMELINE: 'By the calendar, without a split.',
} satisfies Record<ReportFigure, string>

const ways = {
  TOTALS: 'By the totals that the provider gives, without reading the entries.',
  BULK: 'By what the provider gives many of at once, without ids.',
  READING: 'By reading the entries.',
  EXCLUDED: 'Nothing of the source can match, so it is not asked.',
} satisfies Record<SourceWay['way'], string>

const joinEvidence = {
  SAME_EMAIL: 'Entries of both identities name this e-mail address, whatever the case.',
} satisfies Record<JoinEvidence, string>

const residualReasons = {
  NO_PARAMETER: 'The provider has no parameter for it, or none that is known to give all that is asked for.',
  VALUE_NOT_SENDABLE: 'A value may change its meaning on the way, or the provider is not known to take it.',
  TOO_MANY_REQUESTS: 'Its values would take more requests at once than the gateway allows itself.',
  EXCLUSIVE: 'The provider would combine it otherwise than the filter with a field that is sent.',
  NEEDS_OTHER_FIELD: 'The provider takes it only together with another field, which cannot be sent.',
  NOT_REQUIRED: 'It is negated, or one of alternatives that are not asked for one by one.',
} satisfies Record<ResidualReason, string>

const evaluations = {
  PROVIDER: 'The provider evaluates it, so entries that do not match are not even fetched.',
  PARTLY_PROVIDER: 'The provider evaluates some values, the gateway the others.',
  GATEWAY: 'The gateway evaluates it on the entries it fetched. A filter that matches little takes longer.',
} satisfies Record<FilterEvaluation, string>

const pagings = {
  OFFSET: 'Pages are named by a number of rows to skip.',
  CURSOR: 'Pages are named by a token that the provider gives.',
} satisfies Record<SourcePaging, string>

const freshnesses = {
  CACHED:
    'Pages of times that are settled may be a few minutes old, and a request that somebody else has under way is shared.',
  LIVE: 'Everything is asked of the providers now.',
} satisfies Record<NonNullable<FetchTerms['freshness']>, string>

const pauseReasons = {
  RATE_LIMITED: 'The provider asked to wait, or nothing remains of its allowance.',
  FAILING: 'The provider kept failing. One request finds out whether it is well again.',
  CREDENTIAL_REFUSED: 'The provider refused the credential, which is not sent again for a while.',
} satisfies Record<PauseReason, string>

const units = {
  HOUR: 'An hour.',
  DAY: 'A day, as long as daylight saving makes it.',
  WEEK: 'A week that begins on Monday (ISO 8601).',
  MONTH: 'A month of the calendar.',
} satisfies Record<CalendarUnit, string>

export type GatewayEnums = ReturnType<typeof defineEnums>

/** Defines every enum whose members are known to the code. */
export function defineEnums(builder: GatewayBuilder) {
  const define = <Member extends string>(
    name: string,
    description: string,
    members: Readonly<Record<Member, string>>,
  ) => builder.enumType(name, { description, values: describedValues(members) })

  return {
    ActionKind: define(
      'ActionKind',
      'What was done, as one verb over all providers (the activities of OCSF’s Entity Management and Account Change classes). New members may come: treat an unknown one as OTHER.',
      actionKinds,
    ),
    ActorType: define('ActorType', 'What kind of actor did it, over all providers.', actorTypes),
    AuditEntryOrder: define(
      'AuditEntryOrder',
      'The order of entries. Both are total: no two entries are equal.',
      orders,
    ),
    SourceErrorPolicy: define('SourceErrorPolicy', 'What a failing source does to the answer.', policies),
    CoverageState: define('CoverageState', 'How far one source was searched for this page.', coverageStates),
    UpstreamErrorKind: define('UpstreamErrorKind', 'What kind of trouble a source has.', errorKinds),
    CalendarUnit: define('CalendarUnit', 'A unit of the calendar.', units),
    CountExactness: define('CountExactness', 'How sure a count is.', exactness),
    ReportDimension: define('ReportDimension', 'What entries can be told apart by.', dimensions),
    ReportFigure: define('ReportFigure', 'A figure of a report beside the total.', figures),
    ReportWay: define('ReportWay', 'How a source is counted for a report.', ways),
    ActorJoinEvidence: define(
      'ActorJoinEvidence',
      'Why two identities are taken for one actor. New members may come.',
      joinEvidence,
    ),
    ResidualReason: define(
      'ResidualReason',
      'Why the gateway evaluates a field of the filter itself. New members may come.',
      residualReasons,
    ),
    FilterEvaluation: define('FilterEvaluation', 'Who evaluates a field of the filter.', evaluations),
    Freshness: define('Freshness', 'How new the answers of providers have to be.', freshnesses),
    PauseReason: define('PauseReason', 'Why a source is not asked for a while.', pauseReasons),
    SourcePaging: define('SourcePaging', 'How the provider names its pages.', pagings),
  }
}

/** The argument `freshness` of fields that read entries. */
export function freshnessArgument({ Freshness }: GatewayEnums) {
  return {
    type: Freshness,
    required: true,
    defaultValue: 'CACHED',
    description: 'How new the answers of providers have to be.',
  } as const
}

/**
 * Defines `Provider` from the ids of the registry: upper case, anything but letters, digits and `_` as `_`. Inside,
 * the value is the id. Throws when there are none or two ids give one name.
 */
export function defineProviderEnum(builder: GatewayBuilder, providerIds: readonly string[]) {
  const values: Record<string, { readonly value: string; readonly description: string }> = {}
  for (const id of providerIds) {
    const name = providerName(id)
    if (values[name]) throw new Error(`two providers have the enum member ${name}`)
    values[name] = { value: id, description: `The provider with the id \`${id}\` in the configuration.` }
  }
  if (providerIds.length === 0) throw new Error('a schema needs at least one provider')
  return builder.enumType('Provider', {
    description: 'The families of APIs that the gateway reads. New members may come.',
    values,
  })
}

export function describedValues<Member extends string>(members: Readonly<Record<Member, string>>) {
  const entries = Object.entries<string>(members).map(([name, description]) => [
    name,
    { value: name, description },
  ])
  // fromEntries forgets the keys; they are those of `members`, each with itself as its value.
  return Object.fromEntries(entries) as {
    readonly [Name in Member]: { readonly value: Name; readonly description: string }
  }
}
