import { stringify } from 'yaml';

import { driverStages } from './driver-stages.ts';
import type { DriverOptions } from './driver-stages.ts';
import { nodeStages } from './node-stages.ts';
import { podStages } from './pod-stages.ts';

export type { DriverOptions } from './driver-stages.ts';

/**
 * KWOK's own settings. A node's lease lasts so long that thousands of simulated nodes do not keep the API server busy; a kubelet
 * whose lease somebody else holds is taken for dead, see `stopKubelet`.
 */
export const NODE_LEASE_SECONDS = 3600;

const CONFIGURATION = {
  apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
  kind: 'KwokConfiguration',
  options: {
    podPlayStageParallelism: 32,
    nodePlayStageParallelism: 16,
    nodeLeaseParallelism: 16,
    nodeLeaseDurationSeconds: NODE_LEASE_SECONDS,
  },
};

/** The file that tells KWOK how its nodes and pods behave: a stream of YAML documents. */
export function kwokConfiguration(options: DriverOptions): string {
  return [CONFIGURATION, ...nodeStages(), ...podStages(), ...driverStages(options)]
    .map((document) => stringify(document, { version: '1.1', lineWidth: 0 }))
    .join('---\n');
}
