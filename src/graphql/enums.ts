import type { ActionKind, ActorType } from '../model/entry.js'
import type { FailureKind } from '../model/failure.js'
import type { AuditEntryOrder } from '../model/order.js'
import type { CoverageState, EntryCount, ResidualReason, SourceErrorPolicy } from '../reading/page.js'
import type { GatewayBuilder } from './builder.js'
import type { CalendarUnit } from './calendar.js'

/** Who evaluates a field of the filter. */
export type FilterEvaluation = 'PROVIDER' | 'PARTLY_PROVIDER' | 'GATEWAY'
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
    'The page ended before everything was searched, because it had looked at as much as one page may. Go on with `endCursor`.',
  FAILED: 'The source could not be read for this page. See `error` and `gap`.',
  EXCLUDED: 'The source was not asked, because nothing of it can match.',
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
  UNKNOWN: 'Nothing is known of the number.',
} satisfies Record<EntryCount['exactness'], string>

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
    ResidualReason: define(
      'ResidualReason',
      'Why the gateway evaluates a field of the filter itself. New members may come.',
      residualReasons,
    ),
    FilterEvaluation: define('FilterEvaluation', 'Who evaluates a field of the filter.', evaluations),
    SourcePaging: define('SourcePaging', 'How the provider names its pages.', pagings),
  }
}

/**
 * Defines `Provider` from the ids of the registry: upper case, anything but letters, digits and `_` as `_`. Inside,
 * the value is the id. Throws when there are none or two ids give one name.
 */
export function defineProviderEnum(builder: GatewayBuilder, providerIds: readonly string[]) {
  const values: Record<string, { readonly value: string; readonly description: string }> = {}
  for (const id of providerIds) {
    const name = id.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
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
