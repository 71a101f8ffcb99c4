/**
 * @generated SignedSource<<0f3b31cf2e5eedc8d385c91487e283e7>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ReaderFragment } from 'relay-runtime';
import type { FragmentRefs } from "relay-runtime";
export type relayAppSource$data = {
  readonly displayName: string;
  readonly id: string;
  readonly key: string;
  readonly " $fragmentType": "relayAppSource";
};
export type relayAppSource$key = {
  readonly " $data"?: relayAppSource$data;
  readonly " $fragmentSpreads": FragmentRefs<"relayAppSource">;
};

import relayAppSourceQuery_graphql from './relayAppSourceQuery.graphql';

const node: ReaderFragment = {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": {
    "refetch": {
      "connection": null,
      "fragmentPathInResult": [
        "node"
      ],
      "operation": relayAppSourceQuery_graphql,
      "identifierInfo": {
        "identifierField": "id",
        "identifierQueryVariableName": "id"
      }
    }
  },
  "name": "relayAppSource",
  "selections": [
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "key",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "displayName",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "id",
      "storageKey": null
    }
  ],
  "type": "Source",
  "abstractKey": null
};

(node as any).hash = "434f442eaafe89e10f387460e6738692";

export default node;
