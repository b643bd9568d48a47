import type { ResourceName } from '../../src/cluster/memory/api/types.ts';
import type { ApiObject, StringMap } from '../../src/kubernetes/objects.ts';
import { DRIVER_SECONDS } from './behaviour.ts';
import { ZONE_LABEL, type FleetPlan } from './fleet-plan.ts';

/** An object and where it belongs. */
export interface Manifest {
  readonly resource: ResourceName;
  readonly object: ApiObject;
}

export const NAMESPACE = 'work';
/** A Deployment that can spare one of its pods at a time, and takes a while to start another one. */
export const DATABASE = 'database';
export const DATABASE_REPLICAS = 3;

/** From cordon to uncordon, in seconds of the cluster's time: enough to guess when a node's turn comes. */
const NODE_SECONDS = DRIVER_SECONDS + 20;

/** About two pods a node, none of which minds where it runs. */
export function deployments({ nodes }: FleetPlan): readonly Manifest[] {
  return [
    // Where the upgrade begins, and so the first to be met.
    deployment(DATABASE, DATABASE_REPLICAS, { [ZONE_LABEL]: 'zone-a' }),
    deployment('web', nodes.length),
    deployment('api', nodes.length - DATABASE_REPLICAS),
  ];
}

export function databaseBudget(): Manifest {
  return {
    resource: { group: 'policy', plural: 'poddisruptionbudgets' },
    object: namespaced('policy/v1', 'PodDisruptionBudget', DATABASE, {
      spec: { minAvailable: DATABASE_REPLICAS - 1, selector: { matchLabels: { app: DATABASE } } },
    }),
  };
}

/**
 * A training job on each of the busy nodes that lasts until some time after the node's turn to be upgraded has come.
 *
 * @param parallel how many nodes are upgraded at once; 0: all of them
 */
export function trainingJobs({ nodes, busy }: FleetPlan, parallel: number): readonly Manifest[] {
  return busy.map((node, index) => {
    const place = nodes.findIndex(({ name }) => name === node);
    const turn = parallel === 0 ? 0 : Math.floor(place / parallel);
    const template = {
      metadata: { labels: { app: 'myapp' } },
      spec: {
        nodeSelector: { 'kubernetes.io/hostname': node },
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: 'registry.example/training:1',
            command: ['sleep', String(Math.round(NODE_SECONDS * (turn + 1.5)))],
          },
        ],
      },
    };
    return {
      resource: { group: 'batch', plural: 'jobs' },
      object: namespaced('batch/v1', 'Job', `training-${index + 1}`, { spec: { template } }),
    };
  });
}

function deployment(name: string, replicas: number, nodeSelector: StringMap = {}): Manifest {
  const labels = { app: name };
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { nodeSelector, containers: [{ name: 'main', image: `registry.example/${name}:1` }] },
    },
  };
  return {
    resource: { group: 'apps', plural: 'deployments' },
    object: namespaced('apps/v1', 'Deployment', name, { spec }),
  };
}

function namespaced(apiVersion: string, kind: string, name: string, rest: object): ApiObject {
  return { apiVersion, kind, metadata: { namespace: NAMESPACE, name }, ...rest };
}
