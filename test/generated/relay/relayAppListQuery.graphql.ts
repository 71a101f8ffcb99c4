/**
 * @generated SignedSource<<39a8b8a0e8983f866541e268a9e242be>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
import type { FragmentRefs } from "relay-runtime";
export type ActionKind = "ACTIVATE" | "ATTACH_POLICY" | "CREATE" | "DEACTIVATE" | "DELETE" | "DETACH_POLICY" | "DISABLE" | "ENABLE" | "ENROLL" | "MOVE" | "OTHER" | "READ" | "RESUME" | "SUSPEND" | "UNENROLL" | "UNKNOWN" | "UPDATE" | "%future added value";
export type ActorType = "API_KEY" | "AUTOMATION" | "CANDIDATE" | "PROVIDER_STAFF" | "SYSTEM" | "UNKNOWN" | "USER" | "%future added value";
export type AuditEntryOrder = "NEWEST_FIRST" | "OLDEST_FIRST" | "%future added value";
export type AuditEntryFilter = {
  actionKinds?: ReadonlyArray<ActionKind> | null | undefined;
  actions?: ReadonlyArray<string> | null | undefined;
  actorEmails?: ReadonlyArray<string> | null | undefined;
  actorIds?: ReadonlyArray<string> | null | undefined;
  actorTypes?: ReadonlyArray<ActorType> | null | undefined;
  and?: ReadonlyArray<AuditEntryFilter> | null | undefined;
  counterpartyIds?: ReadonlyArray<string> | null | undefined;
  not?: AuditEntryFilter | null | undefined;
  occurredAt?: DateTimeRange | null | undefined;
  or?: ReadonlyArray<AuditEntryFilter> | null | undefined;
  resourceIds?: ReadonlyArray<string> | null | undefined;
  resourceTypes?: ReadonlyArray<string> | null | undefined;
  search?: string | null | undefined;
};
export type DateTimeRange = {
  since?: string | null | undefined;
  until?: string | null | undefined;
};
export type relayAppListQuery$variables = {
  after?: string | null | undefined;
  before?: string | null | undefined;
  filter?: AuditEntryFilter | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
  order: AuditEntryOrder;
  sources?: ReadonlyArray<string> | null | undefined;
};
export type relayAppListQuery$data = {
  readonly " $fragmentSpreads": FragmentRefs<"relayAppList">;
};
export type relayAppListQuery = {
  response: relayAppListQuery$data;
  variables: relayAppListQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "after"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "before"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "filter"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "first"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "last"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "order"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "sources"
  }
],
v1 = [
  {
    "kind": "Variable",
    "name": "after",
    "variableName": "after"
  },
  {
    "kind": "Variable",
    "name": "before",
    "variableName": "before"
  },
  {
    "kind": "Variable",
    "name": "filter",
    "variableName": "filter"
  },
  {
    "kind": "Variable",
    "name": "first",
    "variableName": "first"
  },
  {
    "kind": "Variable",
    "name": "last",
    "variableName": "last"
  },
  {
    "kind": "Variable",
    "name": "order",
    "variableName": "order"
  },
  {
    "kind": "Variable",
    "name": "sources",
    "variableName": "sources"
  }
],
v2 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v3 = {
  "alias": null,
  "args": null,
  "concreteType": "Source",
  "kind": "LinkedField",
  "name": "source",
  "plural": false,
  "selections": [
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "key",
      "storageKey": null
    },
    (v2/*:: as any*/)
  ],
  "storageKey": null
},
v4 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "name",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "relayAppListQuery",
    "selections": [
      {
        "args": (v1/*:: as any*/),
        "kind": "FragmentSpread",
        "name": "relayAppList"
      }
    ],
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "relayAppListQuery",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "AuditEntryConnection",
        "kind": "LinkedField",
        "name": "auditEntries",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "AuditEntryEdge",
            "kind": "LinkedField",
            "name": "edges",
            "plural": true,
            "selections": [
              {
                "alias": null,
                "args": null,
                "concreteType": "AuditEntry",
                "kind": "LinkedField",
                "name": "node",
                "plural": false,
                "selections": [
                  (v2/*:: as any*/),
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "upstreamId",
                    "storageKey": null
                  },
                  (v3/*:: as any*/),
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "occurredAt",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "summary",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "concreteType": "Actor",
                    "kind": "LinkedField",
                    "name": "actor",
                    "plural": false,
                    "selections": [
                      (v2/*:: as any*/),
                      (v4/*:: as any*/),
                      {
                        "alias": null,
                        "args": null,
                        "kind": "ScalarField",
                        "name": "email",
                        "storageKey": null
                      }
                    ],
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "concreteType": "Resource",
                    "kind": "LinkedField",
                    "name": "resource",
                    "plural": false,
                    "selections": [
                      {
                        "alias": null,
                        "args": null,
                        "kind": "ScalarField",
                        "name": "type",
                        "storageKey": null
                      },
                      (v2/*:: as any*/),
                      (v4/*:: as any*/)
                    ],
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "__typename",
                    "storageKey": null
                  }
                ],
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "cursor",
                "storageKey": null
              }
            ],
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "complete",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": "SourceCoverage",
            "kind": "LinkedField",
            "name": "coverage",
            "plural": true,
            "selections": [
              (v3/*:: as any*/),
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "state",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "concreteType": "UpstreamError",
                "kind": "LinkedField",
                "name": "error",
                "plural": false,
                "selections": [
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "kind",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "remedy",
                    "storageKey": null
                  }
                ],
                "storageKey": null
              }
            ],
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": "PageInfo",
            "kind": "LinkedField",
            "name": "pageInfo",
            "plural": false,
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "endCursor",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "hasNextPage",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "hasPreviousPage",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "startCursor",
                "storageKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      },
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "filters": [
          "filter",
          "sources",
          "order"
        ],
        "handle": "connection",
        "key": "relayAppList_auditEntries",
        "kind": "LinkedHandle",
        "name": "auditEntries"
      }
    ]
  },
  "params": {
    "cacheID": "c04a1b843605a4191a37efd632b75a6a",
    "id": null,
    "metadata": {},
    "name": "relayAppListQuery",
    "operationKind": "query",
    "text": "query relayAppListQuery(\n  $after: String\n  $before: String\n  $filter: AuditEntryFilter\n  $first: Int\n  $last: Int\n  $order: AuditEntryOrder!\n  $sources: [String!]\n) {\n  ...relayAppList_2qJCHq\n}\n\nfragment relayAppEntry on AuditEntry {\n  id\n  occurredAt\n  summary\n  actor {\n    id\n    name\n    email\n  }\n  resource {\n    type\n    id\n    name\n  }\n}\n\nfragment relayAppList_2qJCHq on Query {\n  auditEntries(first: $first, after: $after, last: $last, before: $before, filter: $filter, sources: $sources, order: $order) {\n    edges {\n      node {\n        id\n        upstreamId\n        source {\n          key\n          id\n        }\n        ...relayAppEntry\n        __typename\n      }\n      cursor\n    }\n    complete\n    coverage {\n      source {\n        key\n        id\n      }\n      state\n      error {\n        kind\n        remedy\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      hasPreviousPage\n      startCursor\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "9f1300238bd6e40473c39eb13f69cc9f";

export default node;
