import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import { eventually, type ControlPlane } from '../control-plane/index.ts';
import { inParallel, listNodes, listPods } from '../control-plane/fixtures.ts';

const POLICIES = '/apis/mellanox.com/v1alpha1/nicclusterpolicies';

/** What tests make in the default namespace, controllers before what they would make again. */
const WORKLOADS = [
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/daemonsets',
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
];

/** Their owner's deletion would remove them as well, but the garbage collector takes half a minute to hear of a new kind of owner. */
const DRIVER_DAEMON_SETS = `/apis/apps/v1/namespaces/${DEFAULT_NAMESPACE}/daemonsets`;

/**
 * Makes a control plane as good as new for the next test: no policy, no driver, no node, no workload. The operator goes on.
 *
 * Pods are removed by force: with their nodes goes whoever would have ended them.
 */
export async function emptyCluster({ api }: ControlPlane): Promise<void> {
  await api.delete(POLICIES);
  await api.delete(DRIVER_DAEMON_SETS, { propagationPolicy: 'Background' });
  await deleteWorkloads(api);
  await inParallel(await listNodes(api), ({ metadata }) => api.delete(`/api/v1/nodes/${metadata.name}`));
  await eventually(
    async () => {
      await inParallel(await listPods(api), async ({ metadata }) => {
        const path = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name}`;
        if ((metadata.finalizers ?? []).length > 0)
          await api.patch(path, 'merge', { metadata: { finalizers: null } }).catch(() => undefined);
        await api.delete(path, { gracePeriodSeconds: 0 }).catch(() => undefined);
      });
      const left = await leftovers(api);
      if (left.length > 0) throw new Error(`${left.slice(0, 3).join(', ')} are still there`);
      return true;
    },
    { what: 'the cluster to be empty', timeoutMs: 60_000, intervalMs: 100 },
  );
}

/** Deletes every workload in the default namespace, without waiting for its pods. */
export async function deleteWorkloads(api: ControlPlane['api']): Promise<void> {
  const paths = [...WORKLOADS, '/api/v1/namespaces/default/pods'];
  await Promise.all(paths.map((path) => api.delete(path, { propagationPolicy: 'Background' })));
}

async function leftovers(api: ControlPlane['api']): Promise<readonly string[]> {
  const paths = [
    ...WORKLOADS,
    POLICIES,
    '/api/v1/pods',
    '/api/v1/nodes',
    DRIVER_DAEMON_SETS,
    `/apis/apps/v1/namespaces/${DEFAULT_NAMESPACE}/controllerrevisions`,
  ];
  const lists = await Promise.all(paths.map(async (path) => (await api.list(path)).items));
  return lists.flat().map(({ metadata }) => metadata.name);
}
