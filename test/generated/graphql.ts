/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What was done, as one verb over all providers (the activities of OCSF’s Entity Management and Account Change classes). New members may come: treat an unknown one as OTHER. */
export type ActionKind =
  /** Something was put into use. */
  | 'ACTIVATE'
  /** A right, a role or a policy was given. */
  | 'ATTACH_POLICY'
  /** Something was made. */
  | 'CREATE'
  /** Something was taken out of use. */
  | 'DEACTIVATE'
  /** Something was removed. */
  | 'DELETE'
  /** A right, a role or a policy was taken away. */
  | 'DETACH_POLICY'
  /** An account or a feature was switched off. */
  | 'DISABLE'
  /** An account or a feature was switched on. */
  | 'ENABLE'
  /** Somebody or something was added to a group, a team or a programme. */
  | 'ENROLL'
  /** Something was moved to another place. */
  | 'MOVE'
  /** An action that is known and has no verb here. See `action`. */
  | 'OTHER'
  /** Something was looked at, exported or downloaded. */
  | 'READ'
  /** Something that was halted goes on. */
  | 'RESUME'
  /** Something was halted for a time. */
  | 'SUSPEND'
  /** Somebody or something was taken out of a group, a team or a programme. */
  | 'UNENROLL'
  /** A word of the provider that is not known to the gateway. See `action`. */
  | 'UNKNOWN'
  /** Something was changed. */
  | 'UPDATE';

/** What kind of actor did it, over all providers. */
export type ActorType =
  /** A program that used an API key. */
  | 'API_KEY'
  /** A rule, a workflow or an agent that acts by itself. */
  | 'AUTOMATION'
  /** A candidate in a hiring process. */
  | 'CANDIDATE'
  /** Staff of the provider, such as its support. */
  | 'PROVIDER_STAFF'
  /** The provider’s own system. */
  | 'SYSTEM'
  /** The provider does not say, or its word is not known to the gateway. See `rawType`. */
  | 'UNKNOWN'
  /** A person with an account. */
  | 'USER';

/** Which entries are asked for. Every field that is given must hold: fields combine with AND. A list matches any of its values, exactly and case-sensitively (but for `actorEmails`). A field that is left out or null does not restrict, so the empty filter matches every entry. The meaning is the same for every source, whatever its provider can evaluate; `explainAuditEntries` tells what it can. Filters may stand 10 deep within each other, 100 in all, with 5000 values in all. */
export type AuditEntryFilter = {
  /** What was done, as a verb over all providers: compared with `actionKind`. `UNKNOWN` matches the words that are not known to the gateway. An empty list matches nothing. */
  readonly actionKinds?: ReadonlyArray<ActionKind> | null | undefined;
  /** What was done, in the provider’s word: compared with `action`. At most 1000 values of at most 1000 characters; an empty list matches nothing. */
  readonly actions?: ReadonlyArray<string> | null | undefined;
  /** Who acted: compared with `actor.email`, whatever the case (as `search`). An entry without one is in no list, so it is matched by the negation. At most 1000 values of at most 1000 characters; an empty list matches nothing. */
  readonly actorEmails?: ReadonlyArray<string> | null | undefined;
  /** Who acted: compared with `actor.id`. An entry without one is in no list, so it is matched by the negation. At most 1000 values of at most 1000 characters; an empty list matches nothing. */
  readonly actorIds?: ReadonlyArray<string> | null | undefined;
  /** What kind of actor: compared with `actor.type`. `UNKNOWN` is a type of its own. An empty list matches nothing. */
  readonly actorTypes?: ReadonlyArray<ActorType> | null | undefined;
  /** All of these filters hold. An empty list does not restrict. */
  readonly and?: ReadonlyArray<AuditEntryFilter> | null | undefined;
  /** The other party, such as the user who got a role: compared with `counterparty.id`. An entry without one is in no list, so it is matched by the negation. At most 1000 values of at most 1000 characters; an empty list matches nothing. */
  readonly counterpartyIds?: ReadonlyArray<string> | null | undefined;
  /** This filter does not hold. The negation of the empty filter matches nothing. */
  readonly not?: AuditEntryFilter | null | undefined;
  /** When it happened. */
  readonly occurredAt?: DateTimeRange | null | undefined;
  /** At least one of these filters holds. An empty list matches nothing. */
  readonly or?: ReadonlyArray<AuditEntryFilter> | null | undefined;
  /** The object: compared with `resource.id`. An entry without one is in no list, so it is matched by the negation. At most 1000 values of at most 1000 characters; an empty list matches nothing. */
  readonly resourceIds?: ReadonlyArray<string> | null | undefined;
  /** The kind of object, in the provider’s word: compared with `resource.type`. At most 1000 values of at most 1000 characters; an empty list matches nothing. */
  readonly resourceTypes?: ReadonlyArray<string> | null | undefined;
  /** A part of the resource’s name, the actor’s name or the actor’s e-mail, whatever the case: texts are compared in Unicode’s default lower case, in no locale, with the two small sigmas alike. Accents count, and ß is not ss. The empty text is a part of every name that there is. At most 1000 characters. */
  readonly search?: string | null | undefined;
};

/** The order of entries. Both are total: no two entries are equal. */
export type AuditEntryOrder =
  /** By `occurredAt` descending; entries of the same instant by source key and upstream id ascending. */
  | 'NEWEST_FIRST'
  /** The exact reverse of NEWEST_FIRST. */
  | 'OLDEST_FIRST';

/** A unit of the calendar. */
export type CalendarUnit =
  /** A day, as long as daylight saving makes it. */
  | 'DAY'
  /** An hour. */
  | 'HOUR'
  /** A month of the calendar. */
  | 'MONTH'
  /** A week that begins on Monday (ISO 8601). */
  | 'WEEK';

/** How sure a count is. */
export type CountExactness =
  /** There are at least this many matching entries. */
  | 'AT_LEAST'
  /** Only in reports: the number lies between `atLeast` and `atMost`. */
  | 'ESTIMATE'
  /** The value is the number of all matching entries. */
  | 'EXACT'
  /** Nothing is known of the number. */
  | 'UNKNOWN';

/** How far one source was searched for this page. */
export type CoverageState =
  /** Everything that was asked of this source was searched. */
  | 'COMPLETE'
  /** The source was not asked, because nothing of it can match. */
  | 'EXCLUDED'
  /** The source could not be read for this page. See `error` and `gap`. */
  | 'FAILED'
  /** The page ended before everything was searched, because it had looked at as much as one page may. Go on with `endCursor`. */
  | 'SCAN_LIMIT';

/** A range of time. Half-open: `since` is in it, `until` is not. Equal bounds match nothing. */
export type DateTimeRange = {
  /** Its begin, inclusive. Left out: from the first entry on. */
  readonly since?: string | null | undefined;
  /** Its end, exclusive. Left out: up to the as-of of the reading. */
  readonly until?: string | null | undefined;
};

/** Who evaluates a field of the filter. */
export type FilterEvaluation =
  /** The gateway evaluates it on the entries it fetched. A filter that matches little takes longer. */
  | 'GATEWAY'
  /** The provider evaluates some values, the gateway the others. */
  | 'PARTLY_PROVIDER'
  /** The provider evaluates it, so entries that do not match are not even fetched. */
  | 'PROVIDER';

/** The families of APIs that the gateway reads. New members may come. */
export type Provider =
  /** The provider with the id `aitronos` in the configuration. */
  | 'AITRONOS'
  /** The provider with the id `ashby` in the configuration. */
  | 'ASHBY'
  /** The provider with the id `freddy` in the configuration. */
  | 'FREDDY'
  /** The provider with the id `jitsudo` in the configuration. */
  | 'JITSUDO';

/** What a failing source does to the answer. */
export type SourceErrorPolicy =
  /** One failing source makes the whole field an error with the code UPSTREAM_FAILED. No entries are given. */
  | 'FAIL'
  /** A failing source costs only itself: the others’ entries stand and `coverage` says what is missing. It is an error only when all sources fail. */
  | 'PARTIAL';

/** How the provider names its pages. */
export type SourcePaging =
  /** Pages are named by a token that the provider gives. */
  | 'CURSOR'
  /** Pages are named by a number of rows to skip. */
  | 'OFFSET';

/** What kind of trouble a source has. */
export type UpstreamErrorKind =
  /** The audit log is not enabled for the organization. */
  | 'FEATURE_DISABLED'
  /** The credentials may not read the audit log. */
  | 'FORBIDDEN'
  /** The provider refused what was asked. */
  | 'INVALID_REQUEST'
  /** What came is not an answer of the provider’s audit log, or breaks its documented form. */
  | 'INVALID_RESPONSE'
  /** The provider does not know the organization or the address that is configured. */
  | 'NOT_FOUND'
  /** The provider announces more entries and brings nothing new. */
  | 'NO_PROGRESS'
  /** The provider asks to wait. See `retryAfter`. */
  | 'RATE_LIMITED'
  /** The credentials belong to another tenant. */
  | 'TENANT_MISMATCH'
  /** No answer in time. */
  | 'TIMEOUT'
  /** More entries share one time step than can be told apart safely. */
  | 'TOO_DENSE'
  /** The provider did not accept the credentials of the source. */
  | 'UNAUTHENTICATED'
  /** The provider is in trouble. */
  | 'UNAVAILABLE'
  /** No connection, or it broke off. */
  | 'UNREACHABLE'
  /** The provider’s answers contradict each other, so that their order cannot be relied on. */
  | 'UNSTABLE';

export type AuditEntriesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AuditEntryFilter | null | undefined;
  sources?: ReadonlyArray<string> | string | null | undefined;
  order?: AuditEntryOrder;
  onSourceError?: SourceErrorPolicy;
}>;


export type AuditEntriesQuery = { readonly auditEntries: { readonly asOf: string, readonly complete: boolean, readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly upstreamId: string, readonly occurredAt: string, readonly action: string, readonly actionKind: ActionKind, readonly reason: string | null, readonly organizationId: string, readonly summary: string, readonly metadata: unknown, readonly raw: unknown, readonly source: { readonly id: string, readonly key: string, readonly provider: Provider }, readonly actor: { readonly id: string | null, readonly type: ActorType, readonly rawType: string | null, readonly name: string | null, readonly email: string | null }, readonly resource: { readonly type: string, readonly id: string | null, readonly name: string | null }, readonly counterparty: { readonly type: string, readonly id: string | null, readonly name: string | null } | null, readonly changes: ReadonlyArray<{ readonly field: string | null, readonly before: unknown, readonly after: unknown }> | null, readonly origin: { readonly ipAddress: string | null, readonly userAgent: string | null, readonly channel: string | null } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null }, readonly coverage: ReadonlyArray<{ readonly state: CoverageState, readonly searchedSince: string | null, readonly searchedUntil: string | null, readonly resumeCursor: string | null, readonly requests: number, readonly scanned: number, readonly matched: number, readonly notices: ReadonlyArray<string>, readonly source: { readonly id: string, readonly key: string }, readonly gap: { readonly since: string | null, readonly until: string | null } | null, readonly error: { readonly kind: UpstreamErrorKind, readonly message: string, readonly remedy: string, readonly retryable: boolean, readonly retryAfter: string | null, readonly httpStatus: number | null, readonly upstreamCode: string | null, readonly upstreamMessage: string | null, readonly traceId: string | null, readonly details: unknown } | null }> } };

export type AuditEntryCountQueryVariables = Exact<{
  filter?: AuditEntryFilter | null | undefined;
  sources?: ReadonlyArray<string> | string | null | undefined;
  countLimit?: number | null | undefined;
}>;


export type AuditEntryCountQuery = { readonly auditEntries: { readonly asOf: string, readonly count: { readonly value: number, readonly exactness: CountExactness } } };

export type AuditEntryCountsQueryVariables = Exact<{
  filter: AuditEntryFilter;
  sources?: ReadonlyArray<string> | string | null | undefined;
  interval: CalendarUnit;
  timeZone: string;
  countLimit?: number | null | undefined;
}>;


export type AuditEntryCountsQuery = { readonly auditEntryCounts: { readonly asOf: string, readonly buckets: ReadonlyArray<{ readonly since: string, readonly until: string, readonly count: { readonly value: number, readonly exactness: CountExactness } }>, readonly coverage: ReadonlyArray<{ readonly state: CoverageState, readonly searchedSince: string | null, readonly searchedUntil: string | null, readonly resumeCursor: string | null, readonly requests: number, readonly scanned: number, readonly matched: number, readonly notices: ReadonlyArray<string>, readonly source: { readonly id: string, readonly key: string }, readonly gap: { readonly since: string | null, readonly until: string | null } | null, readonly error: { readonly kind: UpstreamErrorKind, readonly message: string, readonly remedy: string, readonly retryable: boolean, readonly retryAfter: string | null, readonly httpStatus: number | null, readonly upstreamCode: string | null, readonly upstreamMessage: string | null, readonly traceId: string | null, readonly details: unknown } | null }> } };

export type EntryFieldsFragment = { readonly id: string, readonly upstreamId: string, readonly occurredAt: string, readonly action: string, readonly actionKind: ActionKind, readonly reason: string | null, readonly organizationId: string, readonly summary: string, readonly metadata: unknown, readonly raw: unknown, readonly source: { readonly id: string, readonly key: string, readonly provider: Provider }, readonly actor: { readonly id: string | null, readonly type: ActorType, readonly rawType: string | null, readonly name: string | null, readonly email: string | null }, readonly resource: { readonly type: string, readonly id: string | null, readonly name: string | null }, readonly counterparty: { readonly type: string, readonly id: string | null, readonly name: string | null } | null, readonly changes: ReadonlyArray<{ readonly field: string | null, readonly before: unknown, readonly after: unknown }> | null, readonly origin: { readonly ipAddress: string | null, readonly userAgent: string | null, readonly channel: string | null } | null };

export type SourceFieldsFragment = { readonly id: string, readonly key: string, readonly provider: Provider, readonly displayName: string, readonly organizationId: string, readonly capabilities: { readonly paging: SourcePaging, readonly pageSizeMax: number, readonly totals: boolean, readonly lookupById: boolean, readonly statesOrder: boolean, readonly wholeDayBounds: boolean, readonly windowDaysMax: number | null, readonly filters: ReadonlyArray<{ readonly field: string, readonly evaluatedBy: FilterEvaluation, readonly valuesMax: number }> } };

export type CoverageFieldsFragment = { readonly state: CoverageState, readonly searchedSince: string | null, readonly searchedUntil: string | null, readonly resumeCursor: string | null, readonly requests: number, readonly scanned: number, readonly matched: number, readonly notices: ReadonlyArray<string>, readonly source: { readonly id: string, readonly key: string }, readonly gap: { readonly since: string | null, readonly until: string | null } | null, readonly error: { readonly kind: UpstreamErrorKind, readonly message: string, readonly remedy: string, readonly retryable: boolean, readonly retryAfter: string | null, readonly httpStatus: number | null, readonly upstreamCode: string | null, readonly upstreamMessage: string | null, readonly traceId: string | null, readonly details: unknown } | null };

export type NodeQueryVariables = Exact<{
  id: string;
}>;


export type NodeQuery = { readonly node:
    | { readonly id: string, readonly upstreamId: string, readonly occurredAt: string, readonly action: string, readonly actionKind: ActionKind, readonly reason: string | null, readonly organizationId: string, readonly summary: string, readonly metadata: unknown, readonly raw: unknown, readonly source: { readonly id: string, readonly key: string, readonly provider: Provider }, readonly actor: { readonly id: string | null, readonly type: ActorType, readonly rawType: string | null, readonly name: string | null, readonly email: string | null }, readonly resource: { readonly type: string, readonly id: string | null, readonly name: string | null }, readonly counterparty: { readonly type: string, readonly id: string | null, readonly name: string | null } | null, readonly changes: ReadonlyArray<{ readonly field: string | null, readonly before: unknown, readonly after: unknown }> | null, readonly origin: { readonly ipAddress: string | null, readonly userAgent: string | null, readonly channel: string | null } | null }
    | { readonly id: string, readonly key: string, readonly provider: Provider, readonly displayName: string, readonly organizationId: string, readonly capabilities: { readonly paging: SourcePaging, readonly pageSizeMax: number, readonly totals: boolean, readonly lookupById: boolean, readonly statesOrder: boolean, readonly wholeDayBounds: boolean, readonly windowDaysMax: number | null, readonly filters: ReadonlyArray<{ readonly field: string, readonly evaluatedBy: FilterEvaluation, readonly valuesMax: number }> } }
   | null };

export type NodesQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type NodesQuery = { readonly nodes: ReadonlyArray<
    | { readonly id: string, readonly upstreamId: string, readonly occurredAt: string, readonly action: string, readonly actionKind: ActionKind, readonly reason: string | null, readonly organizationId: string, readonly summary: string, readonly metadata: unknown, readonly raw: unknown, readonly source: { readonly id: string, readonly key: string, readonly provider: Provider }, readonly actor: { readonly id: string | null, readonly type: ActorType, readonly rawType: string | null, readonly name: string | null, readonly email: string | null }, readonly resource: { readonly type: string, readonly id: string | null, readonly name: string | null }, readonly counterparty: { readonly type: string, readonly id: string | null, readonly name: string | null } | null, readonly changes: ReadonlyArray<{ readonly field: string | null, readonly before: unknown, readonly after: unknown }> | null, readonly origin: { readonly ipAddress: string | null, readonly userAgent: string | null, readonly channel: string | null } | null }
    | { readonly id: string, readonly key: string, readonly provider: Provider, readonly displayName: string, readonly organizationId: string, readonly capabilities: { readonly paging: SourcePaging, readonly pageSizeMax: number, readonly totals: boolean, readonly lookupById: boolean, readonly statesOrder: boolean, readonly wholeDayBounds: boolean, readonly windowDaysMax: number | null, readonly filters: ReadonlyArray<{ readonly field: string, readonly evaluatedBy: FilterEvaluation, readonly valuesMax: number }> } }
   | null> };

export type SourcesQueryVariables = Exact<{ [key: string]: never; }>;


export type SourcesQuery = { readonly sources: ReadonlyArray<{ readonly id: string, readonly key: string, readonly provider: Provider, readonly displayName: string, readonly organizationId: string, readonly capabilities: { readonly paging: SourcePaging, readonly pageSizeMax: number, readonly totals: boolean, readonly lookupById: boolean, readonly statesOrder: boolean, readonly wholeDayBounds: boolean, readonly windowDaysMax: number | null, readonly filters: ReadonlyArray<{ readonly field: string, readonly evaluatedBy: FilterEvaluation, readonly valuesMax: number }> } }> };

export type SourceByKeyQueryVariables = Exact<{
  key: string;
}>;


export type SourceByKeyQuery = { readonly source: { readonly id: string, readonly key: string, readonly provider: Provider, readonly displayName: string, readonly organizationId: string, readonly capabilities: { readonly paging: SourcePaging, readonly pageSizeMax: number, readonly totals: boolean, readonly lookupById: boolean, readonly statesOrder: boolean, readonly wholeDayBounds: boolean, readonly windowDaysMax: number | null, readonly filters: ReadonlyArray<{ readonly field: string, readonly evaluatedBy: FilterEvaluation, readonly valuesMax: number }> } } | null };

export const EntryFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EntryFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actionKind"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"rawType"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counterparty"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"origin"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ipAddress"}},{"kind":"Field","name":{"kind":"Name","value":"userAgent"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"}},{"kind":"Field","name":{"kind":"Name","value":"raw"}}]}}]} as unknown as DocumentNode<EntryFieldsFragment, unknown>;
export const SourceFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SourceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"paging"}},{"kind":"Field","name":{"kind":"Name","value":"pageSizeMax"}},{"kind":"Field","name":{"kind":"Name","value":"totals"}},{"kind":"Field","name":{"kind":"Name","value":"lookupById"}},{"kind":"Field","name":{"kind":"Name","value":"statesOrder"}},{"kind":"Field","name":{"kind":"Name","value":"wholeDayBounds"}},{"kind":"Field","name":{"kind":"Name","value":"windowDaysMax"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"evaluatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"valuesMax"}}]}}]}}]}}]} as unknown as DocumentNode<SourceFieldsFragment, unknown>;
export const CoverageFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CoverageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SourceCoverage"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"searchedSince"}},{"kind":"Field","name":{"kind":"Name","value":"searchedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"gap"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resumeCursor"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"scanned"}},{"kind":"Field","name":{"kind":"Name","value":"matched"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remedy"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamCode"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMessage"}},{"kind":"Field","name":{"kind":"Name","value":"traceId"}},{"kind":"Field","name":{"kind":"Name","value":"details"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notices"}}]}}]} as unknown as DocumentNode<CoverageFieldsFragment, unknown>;
export const AuditEntriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AuditEntries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntryFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sources"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"order"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntryOrder"}}},"defaultValue":{"kind":"EnumValue","value":"NEWEST_FIRST"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"onSourceError"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SourceErrorPolicy"}}},"defaultValue":{"kind":"EnumValue","value":"PARTIAL"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"auditEntries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"sources"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sources"}}},{"kind":"Argument","name":{"kind":"Name","value":"order"},"value":{"kind":"Variable","name":{"kind":"Name","value":"order"}}},{"kind":"Argument","name":{"kind":"Name","value":"onSourceError"},"value":{"kind":"Variable","name":{"kind":"Name","value":"onSourceError"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EntryFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"complete"}},{"kind":"Field","name":{"kind":"Name","value":"coverage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CoverageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EntryFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actionKind"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"rawType"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counterparty"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"origin"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ipAddress"}},{"kind":"Field","name":{"kind":"Name","value":"userAgent"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"}},{"kind":"Field","name":{"kind":"Name","value":"raw"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CoverageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SourceCoverage"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"searchedSince"}},{"kind":"Field","name":{"kind":"Name","value":"searchedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"gap"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resumeCursor"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"scanned"}},{"kind":"Field","name":{"kind":"Name","value":"matched"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remedy"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamCode"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMessage"}},{"kind":"Field","name":{"kind":"Name","value":"traceId"}},{"kind":"Field","name":{"kind":"Name","value":"details"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notices"}}]}}]} as unknown as DocumentNode<AuditEntriesQuery, AuditEntriesQueryVariables>;
export const AuditEntryCountDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AuditEntryCount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntryFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sources"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"countLimit"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"auditEntries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"sources"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sources"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"countLimit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"countLimit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"exactness"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]}}]} as unknown as DocumentNode<AuditEntryCountQuery, AuditEntryCountQueryVariables>;
export const AuditEntryCountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AuditEntryCounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntryFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sources"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"interval"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CalendarUnit"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"countLimit"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"auditEntryCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"sources"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sources"}}},{"kind":"Argument","name":{"kind":"Name","value":"interval"},"value":{"kind":"Variable","name":{"kind":"Name","value":"interval"}}},{"kind":"Argument","name":{"kind":"Name","value":"timeZone"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}}},{"kind":"Argument","name":{"kind":"Name","value":"countLimit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"countLimit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"buckets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"count"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"exactness"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"coverage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CoverageFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CoverageFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SourceCoverage"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"searchedSince"}},{"kind":"Field","name":{"kind":"Name","value":"searchedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"gap"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resumeCursor"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"scanned"}},{"kind":"Field","name":{"kind":"Name","value":"matched"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remedy"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamCode"}},{"kind":"Field","name":{"kind":"Name","value":"upstreamMessage"}},{"kind":"Field","name":{"kind":"Name","value":"traceId"}},{"kind":"Field","name":{"kind":"Name","value":"details"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notices"}}]}}]} as unknown as DocumentNode<AuditEntryCountsQuery, AuditEntryCountsQueryVariables>;
export const NodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Node"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"EntryFields"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"SourceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EntryFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actionKind"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"rawType"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counterparty"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"origin"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ipAddress"}},{"kind":"Field","name":{"kind":"Name","value":"userAgent"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"}},{"kind":"Field","name":{"kind":"Name","value":"raw"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SourceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"paging"}},{"kind":"Field","name":{"kind":"Name","value":"pageSizeMax"}},{"kind":"Field","name":{"kind":"Name","value":"totals"}},{"kind":"Field","name":{"kind":"Name","value":"lookupById"}},{"kind":"Field","name":{"kind":"Name","value":"statesOrder"}},{"kind":"Field","name":{"kind":"Name","value":"wholeDayBounds"}},{"kind":"Field","name":{"kind":"Name","value":"windowDaysMax"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"evaluatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"valuesMax"}}]}}]}}]}}]} as unknown as DocumentNode<NodeQuery, NodeQueryVariables>;
export const NodesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Nodes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ids"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ids"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ids"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"EntryFields"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"SourceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EntryFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEntry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"source"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}},{"kind":"Field","name":{"kind":"Name","value":"upstreamId"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actionKind"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"rawType"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counterparty"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"origin"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ipAddress"}},{"kind":"Field","name":{"kind":"Name","value":"userAgent"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"metadata"}},{"kind":"Field","name":{"kind":"Name","value":"raw"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SourceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"paging"}},{"kind":"Field","name":{"kind":"Name","value":"pageSizeMax"}},{"kind":"Field","name":{"kind":"Name","value":"totals"}},{"kind":"Field","name":{"kind":"Name","value":"lookupById"}},{"kind":"Field","name":{"kind":"Name","value":"statesOrder"}},{"kind":"Field","name":{"kind":"Name","value":"wholeDayBounds"}},{"kind":"Field","name":{"kind":"Name","value":"windowDaysMax"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"evaluatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"valuesMax"}}]}}]}}]}}]} as unknown as DocumentNode<NodesQuery, NodesQueryVariables>;
export const SourcesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SourceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SourceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"paging"}},{"kind":"Field","name":{"kind":"Name","value":"pageSizeMax"}},{"kind":"Field","name":{"kind":"Name","value":"totals"}},{"kind":"Field","name":{"kind":"Name","value":"lookupById"}},{"kind":"Field","name":{"kind":"Name","value":"statesOrder"}},{"kind":"Field","name":{"kind":"Name","value":"wholeDayBounds"}},{"kind":"Field","name":{"kind":"Name","value":"windowDaysMax"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"evaluatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"valuesMax"}}]}}]}}]}}]} as unknown as DocumentNode<SourcesQuery, SourcesQueryVariables>;
export const SourceByKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SourceByKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"source"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SourceFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SourceFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"paging"}},{"kind":"Field","name":{"kind":"Name","value":"pageSizeMax"}},{"kind":"Field","name":{"kind":"Name","value":"totals"}},{"kind":"Field","name":{"kind":"Name","value":"lookupById"}},{"kind":"Field","name":{"kind":"Name","value":"statesOrder"}},{"kind":"Field","name":{"kind":"Name","value":"wholeDayBounds"}},{"kind":"Field","name":{"kind":"Name","value":"windowDaysMax"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"evaluatedBy"}},{"kind":"Field","name":{"kind":"Name","value":"valuesMax"}}]}}]}}]}}]} as unknown as DocumentNode<SourceByKeyQuery, SourceByKeyQueryVariables>;