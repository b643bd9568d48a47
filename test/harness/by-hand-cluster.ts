import { DEFAULT_NAMESPACE, NIC_PRESENT_LABEL, POLICY_NAME, STATE_LABEL } from '../../src/contract/keys.ts';
import {
  cordon,
  createDaemonSet,
  createDeployment,
  createNamespace,
  createNodes,
  inParallel,
  isReady,
  listPods,
  setImage,
} from '../control-plane/fixtures.ts';
import { eventually, type AnyObject, type ApiClient, type ControlPlane } from '../control-plane/index.ts';

const DRIVER = { namespace: DEFAULT_NAMESPACE, name: 'mofed' };
const WORK = 'work';

/** A cluster whose driver is upgraded by hand, without any operator. */
export interface HandCluster {
  readonly nodes: readonly string[];
  /**
   * Puts everything back to rest, one workload on each node, and gives the driver DaemonSet a new template.
   *
   * @param cordoned nodes that a person has cordoned
   */
  newVersion(cordoned?: readonly string[]): Promise<void>;
}

/** Fills a control plane with nodes, a driver DaemonSet, a Deployment of one pod for each node, and a policy. */
export async function createHandCluster(
  { api }: ControlPlane,
  { count, parallel }: { readonly count: number; readonly parallel: number },
): Promise<HandCluster> {
  const nodes = await createNodes(api, { count });
  await createNamespace(api, DRIVER.namespace);
  await createNamespace(api, WORK);
  await createDaemonSet(api, {
    ...DRIVER,
    driver: true,
    nodeSelector: { [NIC_PRESENT_LABEL]: 'true' },
    image: 'registry.example/mofed:1',
  });
  await createDeployment(api, { namespace: WORK, name: 'web', replicas: count });
  await createPolicy(api, parallel);
  let version = 1;
  return {
    nodes,
    newVersion: async (cordoned = []) => {
      await inParallel(nodes, (node) => rest(api, node));
      // Made anew, the workloads spread over all nodes again.
      await api.delete(`/api/v1/namespaces/${WORK}/pods`);
      await eventually(() => allReady(api, 2 * count), { what: 'a driver and a workload on each node' });
      for (const node of cordoned) await cordon(api, node);
      version += 1;
      await setImage(api, DRIVER, `registry.example/mofed:${version}`);
      await eventually(async () => (await newestRevision(api)) === version, { what: 'the new revision' });
    },
  };
}

async function rest(api: ApiClient, node: string): Promise<void> {
  const path = `/api/v1/nodes/${node}`;
  await api.patch(path, 'merge', { metadata: { labels: { [STATE_LABEL]: 'upgrade-done' } } });
  await cordon(api, node, false);
}

async function allReady(api: ApiClient, count: number): Promise<boolean> {
  const pods = await listPods(api);
  return (
    pods.length === count && pods.every((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
  );
}

/** The number of the newest revision; how many there are says nothing, for old ones are cleared away. */
async function newestRevision(api: ApiClient): Promise<number> {
  const path = `/apis/apps/v1/namespaces/${DRIVER.namespace}/controllerrevisions`;
  const { items } = await api.list<AnyObject & { readonly revision: number }>(path);
  return Math.max(0, ...items.map(({ revision }) => revision));
}

/** A NicClusterPolicy, and a definition that accepts any: whoever upgrades by hand asks no more of it. */
async function createPolicy(api: ApiClient, maxParallelUpgrades: number): Promise<void> {
  const names = { plural: 'nicclusterpolicies', singular: 'nicclusterpolicy', kind: 'NicClusterPolicy' };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'nicclusterpolicies.mellanox.com' },
    spec: {
      group: 'mellanox.com',
      scope: 'Cluster',
      names,
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
    },
  });
  const upgradePolicy = { autoUpgrade: true, maxParallelUpgrades, drain: { enable: true } };
  const policy = {
    apiVersion: 'mellanox.com/v1alpha1',
    kind: 'NicClusterPolicy',
    metadata: { name: POLICY_NAME },
    spec: { ofedDriver: { version: '1', upgradePolicy } },
  };
  await eventually(() => api.create('/apis/mellanox.com/v1alpha1/nicclusterpolicies', policy));
}
