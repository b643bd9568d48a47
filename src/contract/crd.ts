import type { ApiObject } from '../kubernetes/objects.ts';
import { POLICY_SPEC } from './policy-schema.ts';
import { POLICY_STATUS } from './status.ts';
import { structuralSchema } from './structural-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

export interface CustomResourceDefinition extends ApiObject {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Cluster';
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly CustomResourceVersion[];
  };
}

interface CustomResourceVersion {
  readonly name: string;
  readonly served: true;
  readonly storage: true;
  readonly subresources: { readonly status: object };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
}

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly description: string;
  readonly jsonPath: string;
}

const COLUMNS: readonly PrinterColumn[] = [
  { name: 'Status', type: 'string', description: 'State of the policy', jsonPath: '.status.state' },
  {
    name: 'Version',
    type: 'string',
    description: 'Driver version wanted',
    jsonPath: '.status.upgrade.targetVersion',
  },
  {
    name: 'Upgraded',
    type: 'string',
    description: 'Nodes done of all nodes',
    jsonPath: '.status.upgrade.progress',
  },
  {
    name: 'Failed',
    type: 'integer',
    description: 'Nodes that a person must look at',
    jsonPath: '.status.upgrade.failed',
  },
  { name: 'Age', type: 'date', description: 'Time since creation', jsonPath: '.metadata.creationTimestamp' },
];

/**
 * The CustomResourceDefinition of NicClusterPolicy. Its schema is that by which policies are parsed, so that what the API
 * server stores and what the operator understands cannot differ.
 *
 * @see docs/contract.md, "Resource"
 */
export function renderCrd(): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'nicclusterpolicies.mellanox.com' },
    spec: {
      group: 'mellanox.com',
      scope: 'Cluster',
      names: {
        kind: 'NicClusterPolicy',
        listKind: 'NicClusterPolicyList',
        plural: 'nicclusterpolicies',
        singular: 'nicclusterpolicy',
        shortNames: ['ncp'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS,
          schema: { openAPIV3Schema: rootSchema() },
        },
      ],
    },
  };
}

function rootSchema(): StructuralSchema {
  return {
    type: 'object',
    description:
      'How NVIDIA NICs are driven in this cluster. Only the policy named nic-cluster-policy counts.',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: structuralSchema(POLICY_SPEC),
      status: structuralSchema(POLICY_STATUS),
    },
  };
}
