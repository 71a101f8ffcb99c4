/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query AuditEntries($first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter, $sources: [String!], $order: AuditEntryOrder! = NEWEST_FIRST, $onSourceError: SourceErrorPolicy! = PARTIAL) {\n  auditEntries(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n    sources: $sources\n    order: $order\n    onSourceError: $onSourceError\n  ) {\n    edges {\n      cursor\n      node {\n        ...EntryFields\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    totalCount\n    count {\n      value\n      exactness\n    }\n    asOf\n    complete\n    coverage {\n      ...CoverageFields\n    }\n  }\n}": typeof types.AuditEntriesDocument,
    "fragment EntryFields on AuditEntry {\n  id\n  source {\n    id\n    key\n    provider\n  }\n  upstreamId\n  occurredAt\n  action\n  actionKind\n  actor {\n    id\n    type\n    rawType\n    name\n    email\n  }\n  resource {\n    type\n    id\n    name\n  }\n  counterparty {\n    type\n    id\n    name\n  }\n  changes {\n    field\n    before\n    after\n  }\n  reason\n  origin {\n    ipAddress\n    userAgent\n    channel\n  }\n  organizationId\n  summary\n  metadata\n  raw\n}\n\nfragment SourceFields on Source {\n  id\n  key\n  provider\n  displayName\n  organizationId\n  capabilities {\n    paging\n    pageSizeMax\n    totals\n    lookupById\n    statesOrder\n    wholeDayBounds\n    windowDaysMax\n    filters {\n      field\n      evaluatedBy\n      valuesMax\n    }\n  }\n}\n\nfragment CoverageFields on SourceCoverage {\n  source {\n    id\n    key\n  }\n  state\n  searchedSince\n  searchedUntil\n  gap {\n    since\n    until\n  }\n  resumeCursor\n  requests\n  scanned\n  matched\n  error {\n    kind\n    message\n    remedy\n    retryable\n    retryAfter\n    httpStatus\n    upstreamCode\n    upstreamMessage\n    traceId\n    details\n  }\n  notices\n}": typeof types.EntryFieldsFragmentDoc,
    "query Node($id: ID!) {\n  node(id: $id) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}\n\nquery Nodes($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}": typeof types.NodeDocument,
    "query Sources {\n  sources {\n    ...SourceFields\n  }\n}\n\nquery SourceByKey($key: String!) {\n  source(key: $key) {\n    ...SourceFields\n  }\n}": typeof types.SourcesDocument,
};
const documents: Documents = {
    "query AuditEntries($first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter, $sources: [String!], $order: AuditEntryOrder! = NEWEST_FIRST, $onSourceError: SourceErrorPolicy! = PARTIAL) {\n  auditEntries(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n    sources: $sources\n    order: $order\n    onSourceError: $onSourceError\n  ) {\n    edges {\n      cursor\n      node {\n        ...EntryFields\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    totalCount\n    count {\n      value\n      exactness\n    }\n    asOf\n    complete\n    coverage {\n      ...CoverageFields\n    }\n  }\n}": types.AuditEntriesDocument,
    "fragment EntryFields on AuditEntry {\n  id\n  source {\n    id\n    key\n    provider\n  }\n  upstreamId\n  occurredAt\n  action\n  actionKind\n  actor {\n    id\n    type\n    rawType\n    name\n    email\n  }\n  resource {\n    type\n    id\n    name\n  }\n  counterparty {\n    type\n    id\n    name\n  }\n  changes {\n    field\n    before\n    after\n  }\n  reason\n  origin {\n    ipAddress\n    userAgent\n    channel\n  }\n  organizationId\n  summary\n  metadata\n  raw\n}\n\nfragment SourceFields on Source {\n  id\n  key\n  provider\n  displayName\n  organizationId\n  capabilities {\n    paging\n    pageSizeMax\n    totals\n    lookupById\n    statesOrder\n    wholeDayBounds\n    windowDaysMax\n    filters {\n      field\n      evaluatedBy\n      valuesMax\n    }\n  }\n}\n\nfragment CoverageFields on SourceCoverage {\n  source {\n    id\n    key\n  }\n  state\n  searchedSince\n  searchedUntil\n  gap {\n    since\n    until\n  }\n  resumeCursor\n  requests\n  scanned\n  matched\n  error {\n    kind\n    message\n    remedy\n    retryable\n    retryAfter\n    httpStatus\n    upstreamCode\n    upstreamMessage\n    traceId\n    details\n  }\n  notices\n}": types.EntryFieldsFragmentDoc,
    "query Node($id: ID!) {\n  node(id: $id) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}\n\nquery Nodes($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}": types.NodeDocument,
    "query Sources {\n  sources {\n    ...SourceFields\n  }\n}\n\nquery SourceByKey($key: String!) {\n  source(key: $key) {\n    ...SourceFields\n  }\n}": types.SourcesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query AuditEntries($first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter, $sources: [String!], $order: AuditEntryOrder! = NEWEST_FIRST, $onSourceError: SourceErrorPolicy! = PARTIAL) {\n  auditEntries(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n    sources: $sources\n    order: $order\n    onSourceError: $onSourceError\n  ) {\n    edges {\n      cursor\n      node {\n        ...EntryFields\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    totalCount\n    count {\n      value\n      exactness\n    }\n    asOf\n    complete\n    coverage {\n      ...CoverageFields\n    }\n  }\n}"): (typeof documents)["query AuditEntries($first: Int, $after: String, $last: Int, $before: String, $filter: AuditEntryFilter, $sources: [String!], $order: AuditEntryOrder! = NEWEST_FIRST, $onSourceError: SourceErrorPolicy! = PARTIAL) {\n  auditEntries(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n    sources: $sources\n    order: $order\n    onSourceError: $onSourceError\n  ) {\n    edges {\n      cursor\n      node {\n        ...EntryFields\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    totalCount\n    count {\n      value\n      exactness\n    }\n    asOf\n    complete\n    coverage {\n      ...CoverageFields\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment EntryFields on AuditEntry {\n  id\n  source {\n    id\n    key\n    provider\n  }\n  upstreamId\n  occurredAt\n  action\n  actionKind\n  actor {\n    id\n    type\n    rawType\n    name\n    email\n  }\n  resource {\n    type\n    id\n    name\n  }\n  counterparty {\n    type\n    id\n    name\n  }\n  changes {\n    field\n    before\n    after\n  }\n  reason\n  origin {\n    ipAddress\n    userAgent\n    channel\n  }\n  organizationId\n  summary\n  metadata\n  raw\n}\n\nfragment SourceFields on Source {\n  id\n  key\n  provider\n  displayName\n  organizationId\n  capabilities {\n    paging\n    pageSizeMax\n    totals\n    lookupById\n    statesOrder\n    wholeDayBounds\n    windowDaysMax\n    filters {\n      field\n      evaluatedBy\n      valuesMax\n    }\n  }\n}\n\nfragment CoverageFields on SourceCoverage {\n  source {\n    id\n    key\n  }\n  state\n  searchedSince\n  searchedUntil\n  gap {\n    since\n    until\n  }\n  resumeCursor\n  requests\n  scanned\n  matched\n  error {\n    kind\n    message\n    remedy\n    retryable\n    retryAfter\n    httpStatus\n    upstreamCode\n    upstreamMessage\n    traceId\n    details\n  }\n  notices\n}"): (typeof documents)["fragment EntryFields on AuditEntry {\n  id\n  source {\n    id\n    key\n    provider\n  }\n  upstreamId\n  occurredAt\n  action\n  actionKind\n  actor {\n    id\n    type\n    rawType\n    name\n    email\n  }\n  resource {\n    type\n    id\n    name\n  }\n  counterparty {\n    type\n    id\n    name\n  }\n  changes {\n    field\n    before\n    after\n  }\n  reason\n  origin {\n    ipAddress\n    userAgent\n    channel\n  }\n  organizationId\n  summary\n  metadata\n  raw\n}\n\nfragment SourceFields on Source {\n  id\n  key\n  provider\n  displayName\n  organizationId\n  capabilities {\n    paging\n    pageSizeMax\n    totals\n    lookupById\n    statesOrder\n    wholeDayBounds\n    windowDaysMax\n    filters {\n      field\n      evaluatedBy\n      valuesMax\n    }\n  }\n}\n\nfragment CoverageFields on SourceCoverage {\n  source {\n    id\n    key\n  }\n  state\n  searchedSince\n  searchedUntil\n  gap {\n    since\n    until\n  }\n  resumeCursor\n  requests\n  scanned\n  matched\n  error {\n    kind\n    message\n    remedy\n    retryable\n    retryAfter\n    httpStatus\n    upstreamCode\n    upstreamMessage\n    traceId\n    details\n  }\n  notices\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Node($id: ID!) {\n  node(id: $id) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}\n\nquery Nodes($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}"): (typeof documents)["query Node($id: ID!) {\n  node(id: $id) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}\n\nquery Nodes($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    id\n    ...EntryFields\n    ...SourceFields\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Sources {\n  sources {\n    ...SourceFields\n  }\n}\n\nquery SourceByKey($key: String!) {\n  source(key: $key) {\n    ...SourceFields\n  }\n}"): (typeof documents)["query Sources {\n  sources {\n    ...SourceFields\n  }\n}\n\nquery SourceByKey($key: String!) {\n  source(key: $key) {\n    ...SourceFields\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;