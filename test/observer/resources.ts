import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import type { Seen } from '../../src/invariants/seen.ts';
import {
  seenBudget,
  seenDaemonSet,
  seenNode,
  seenPod,
  seenPolicy,
  seenRevision,
  type RawObject,
} from '../../src/invariants/trim.ts';

/** A kind of object that is watched. */
export interface Resource {
  readonly path: string;
  readonly labelSelector?: string;
  /** Whether the API server may not know the kind yet. */
  readonly optional?: boolean;
  readonly seen: (raw: RawObject) => Seen;
}

/** All that the invariants speak of. */
export const RESOURCES: readonly Resource[] = [
  { path: '/api/v1/nodes', seen: seenNode },
  { path: '/api/v1/pods', seen: seenPod },
  { path: '/apis/apps/v1/daemonsets', labelSelector: DRIVER_LABEL, seen: seenDaemonSet },
  { path: '/apis/apps/v1/controllerrevisions', labelSelector: DRIVER_LABEL, seen: seenRevision },
  { path: '/apis/policy/v1/poddisruptionbudgets', seen: seenBudget },
  { path: '/apis/mellanox.com/v1alpha1/nicclusterpolicies', optional: true, seen: seenPolicy },
];
