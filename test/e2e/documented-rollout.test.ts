import { beforeAll, expect, it } from 'vitest';
import { STATE_LABEL } from '../../src/contract/keys.ts';
import {
  createDeployment,
  createJob,
  createNodes,
  deploymentReady,
  getNode,
  listPods,
} from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { DOCUMENTED_POLICY } from '../harness/index.ts';
import type { Report } from '../../src/invariants/index.ts';
import { statesPassed, WHOLE_UPGRADE } from './fleet.ts';
import { cordoned, driverPods, driverUids, nodeStates } from './sights.ts';
import { ofedState, recordStatus, type PolicyMoment } from './status-history.ts';
import { describeOnControlPlane } from './suite.ts';

const NEW_VERSION = '23.10-0.2.2.0.1';
const NODES = ['node-0', 'node-1', 'node-2', 'node-3'];
const training = { namespace: 'default', name: 'training' };

/** "Upgrade NVIDIA Mellanox OFED automatically" and "Node upgrade states" of the documentation, from top to bottom. */
describeOnControlPlane('The documented way to upgrade', {}, (cluster) => {
  beforeAll(async () => {
    await createNodes(cluster.api, { count: NODES.length });
    await createDeployment(cluster.api, { ...training, replicas: NODES.length });
    await deploymentReady(cluster.api, training);
  });

  const describeAndGrep = (node: string): Promise<string> =>
    cluster
      .people()
      .shell(`kubectl describe node ${node} | grep nvidia.com/ofed-driver-upgrade-state`)
      .then((line) => line.trim());

  it('"Unknown (empty): node has this state when the node hasn\'t been processed yet"', async () => {
    expect(new Set(Object.values(await nodeStates(cluster)))).toEqual(new Set(['none']));
    // Nothing to grep: that is what grep's failure says.
    await expect(describeAndGrep('node-0')).rejects.toThrow();
  });

  it('the policy applies exactly as it stands there, a namespace on a cluster-scoped object and all', async () => {
    const said = await cluster.controlPlane.kubectlWith({ stdin: DOCUMENTED_POLICY }, 'apply', '-f', '-');
    expect(said).toContain('nicclusterpolicy.mellanox.com/nic-cluster-policy created');
    expect((await cluster.policy()).spec).toMatchObject({
      ofedDriver: {
        image: 'mofed',
        repository: 'mellanox',
        version: '5.6-1.0.3.3',
        upgradePolicy: {
          autoUpgrade: true,
          maxParallelUpgrades: 0,
          safeLoad: false,
          waitForCompletion: { podSelector: 'app=myapp', timeoutSeconds: 300 },
          drain: { enable: true, force: false, podSelector: '', timeoutSeconds: 300, deleteEmptyDir: false },
        },
      },
    });
    await cluster.rollout();
  });

  it('"upgrade-done is set when OFED POD is up to date and running on the node, the node is schedulable"', async () => {
    for (const node of NODES)
      expect(await describeAndGrep(node)).toBe(`nvidia.com/ofed-driver-upgrade-state=upgrade-done`);
    expect(await cordoned(cluster)).toEqual([]);
    for (const pod of (await driverPods(cluster)).values())
      expect(pod.spec.containers[0]?.image).toBe('mellanox/mofed:5.6-1.0.3.3-ubuntu22.04-amd64');
  });

  it('applied once more, it changes nothing', async () => {
    const before = await driverUids(cluster);
    const said = await cluster.controlPlane.kubectlWith({ stdin: DOCUMENTED_POLICY }, 'apply', '-f', '-');
    expect(said).toContain('nicclusterpolicy.mellanox.com/nic-cluster-policy unchanged');
    expect(await driverUids(cluster)).toEqual(before);
  });

  let report: Report;
  let moments: readonly PolicyMoment[];

  it('"Change ofedDriver version in the NicClusterPolicy": every node is upgraded', async () => {
    const before = await driverUids(cluster);
    const history = await recordStatus(cluster.controlPlane);
    report = await cluster.observed(async () => {
      await cluster.setVersion(NEW_VERSION);
      await cluster.rollout();
    });
    moments = await history.stop();
    const pods = await driverPods(cluster);
    expect([...pods.keys()].sort()).toEqual(NODES);
    for (const [node, pod] of pods) {
      expect(pod.spec.containers[0]?.image).toBe(`mellanox/mofed:${NEW_VERSION}-ubuntu22.04-amd64`);
      expect(pod.metadata.uid).not.toBe(before[node]);
    }
  });

  it('each node passes the documented states in their order, and each is written to the label', () => {
    for (const node of NODES) expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
  });

  it('"all PODs which use secondary network need to be removed from the node before driver POD is reloaded": they were evicted', async () => {
    // The observer has seen to it that none was there at the reload; here, that it was the operator who asked them to leave.
    const { evictions } = await cluster.requests();
    expect(evictions).toBeGreaterThanOrEqual(NODES.length);
    await deploymentReady(cluster.api, training);
    expect(await cordoned(cluster)).toEqual([]);
  });

  it('"To check if upgrade is finished, query the status of state-OFED": it is never ready before that', () => {
    const { generation } = moments.at(-1)!;
    const done = Math.max(...NODES.map((node) => report.statistics.transitions.get(node)!.at(-1)!.rv));
    const told = moments.filter(({ status }) => status.observedGeneration === generation);
    const first = told.find(({ status }) => ofedState(status) === 'ready');
    expect(first?.rv).toBeGreaterThan(done);
    // Nor did it only ever say so at the end: it has told of the upgrade while it went on.
    expect(told.filter(({ rv }) => rv < done).map(({ status }) => ofedState(status))).toContain('notReady');
  });

  it('"To track each node\'s upgrade status separately, run kubectl describe": it shows a node that waits for its jobs', async () => {
    const job = { namespace: 'default', name: 'simulation', labels: { app: 'myapp' } };
    await createJob(cluster.api, { ...job, nodeName: 'node-2' });
    const pods = () => listPods(cluster.api, { labelSelector: 'app=myapp' });
    await eventually(async () => (await pods()).some(({ status }) => status.phase === 'Running'));
    await cluster.setVersion('5.6-1.0.3.3');
    await cluster.state('node-2', 'wait-for-jobs-required');
    expect(await describeAndGrep('node-2')).toBe(
      'nvidia.com/ofed-driver-upgrade-state=wait-for-jobs-required',
    );
    // The others do not wait for it: "0 means no limit, all nodes will be upgraded in parallel".
    for (const node of ['node-0', 'node-1', 'node-3']) await cluster.state(node, 'upgrade-done');
    expect(ofedState(await cluster.status())).toBe('notReady');
    expect((await getNode(cluster.api, 'node-2')).spec.unschedulable).toBe(true);

    await cluster.kubectl('delete', 'job', 'simulation');
    await cluster.rollout();
  });

  it('"Unknown (empty): node has this state when the upgrade flow is disabled"', async () => {
    await cluster.setUpgradePolicy({ autoUpgrade: false });
    for (const node of NODES) await cluster.state(node, 'none');
    for (const node of NODES)
      expect((await getNode(cluster.api, node)).metadata.labels).not.toHaveProperty(STATE_LABEL);
  });
});
