import { describe, expect, it } from 'vitest';
import { conditionOf } from './conditions.ts';
import { DAEMON_SETS, DEPLOYMENTS, JOBS, POD_DISRUPTION_BUDGETS, PODS } from './resources.ts';
import { isReady } from './pods/pod-facts.ts';
import { budget, daemonSet, deployment, job, SmallCluster } from './testing/small-cluster.ts';
import type { SmallClusterOptions } from './testing/small-cluster.ts';

/** A few things that happen in a cluster, with time in between; and all that came of it. */
async function lively(
  options: SmallClusterOptions,
): Promise<{ cluster: SmallCluster; history: readonly string[] }> {
  const cluster = new SmallCluster({
    behaviourOf: (pod) => ({
      startTime: 700,
      stopTime: 300,
      ...(pod.metadata.name.startsWith('sum') ? { run: { time: 5000, exitCode: 0 } } : {}),
    }),
    ...options,
  });
  const history: string[] = [];
  cluster.api.onChange(({ resource, before, after }) => {
    history.push(`${cluster.clock.monotonic()} ${resource.plural} ${JSON.stringify(after ?? before)}`);
  });
  cluster.create(DAEMON_SETS, daemonSet('driver', { spec: { updateStrategy: { type: 'OnDelete' } } }));
  cluster.create(DEPLOYMENTS, deployment('web', { replicas: 4 }));
  cluster.create(
    JOBS,
    job('sum', { podSpec: { restartPolicy: 'Never' }, spec: { completions: 3, parallelism: 2 } }),
  );
  cluster.create(POD_DISRUPTION_BUDGETS, budget('web', { maxUnavailable: 1 }));
  await cluster.pass(5000);
  cluster.cordon('node-1');
  const [pod] = cluster.pods('web-').filter(({ spec }) => spec?.nodeName === 'node-1');
  cluster.evict(pod!.metadata.name);
  cluster.delete(PODS, cluster.pods('driver-')[0]!.metadata.name);
  await cluster.pass(20_000);
  cluster.machines.setNodeReady('node-2', false);
  await cluster.pass(500_000);
  cluster.machines.setNodeReady('node-2', true);
  cluster.cordon('node-1', false);
  await cluster.pass(60_000);
  return { cluster, history };
}

describe('The same seed', () => {
  it('makes the same history, and another seed another one', async () => {
    const { history } = await lively({ seed: 7 });
    expect((await lively({ seed: 7 })).history).toEqual(history);
    expect((await lively({ seed: 8 })).history).not.toEqual(history);
  });
});

describe('Whatever their writes come to', () => {
  it('controllers, scheduler and kubelets get everything done in the end', async () => {
    let writes = 0;
    const { cluster } = await lively({ refuses: () => (writes += 1) % 3 === 0 });
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1', 'node-2']);
    expect(cluster.pods('web-')).toHaveLength(4);
    expect([...cluster.pods('driver-'), ...cluster.pods('web-')].every(isReady)).toBe(true);
    expect(cluster.status(JOBS, 'sum')).toMatchObject({ succeeded: 3 });
    expect(cluster.status(DEPLOYMENTS, 'web')).toMatchObject({ availableReplicas: 4 });
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({
      numberReady: 3,
      updatedNumberScheduled: 3,
    });
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({ disruptionsAllowed: 1 });
  });
});

describe('A cluster in which nothing happens', () => {
  it('has nothing left to do', async () => {
    const { cluster } = await lively({});
    const { revision } = cluster.api;
    await cluster.pass(3_600_000);
    expect(cluster.api.revision).toBe(revision);
    expect(cluster.clock.nextAt).toBeUndefined();
  });
});

describe('Controllers that are paused', () => {
  it('do nothing, and then everything', async () => {
    const cluster = new SmallCluster();
    cluster.machines.pause();
    cluster.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
    await cluster.pass(60_000);
    expect(cluster.pods()).toEqual([]);
    cluster.machines.resume();
    await cluster.pass(2000);
    expect(cluster.pods().filter(isReady)).toHaveLength(2);
  });
});

describe('Mending', () => {
  it('takes back whatever was broken', async () => {
    const cluster = new SmallCluster();
    cluster.machines.setNodeReady('node-0', false);
    cluster.machines.holdTermination('node-1', true);
    cluster.machines.pause('deployment');
    cluster.create(DEPLOYMENTS, deployment('web', { replicas: 3 }));
    await cluster.pass(100_000);
    cluster.machines.mend();
    await cluster.pass(5000);
    expect(conditionOf(cluster.node('node-0').status?.conditions, 'Ready')?.status).toBe('True');
    expect(cluster.pods('web-').filter(isReady)).toHaveLength(3);
    for (const { metadata } of cluster.pods()) cluster.delete(PODS, metadata.name);
    cluster.delete(DEPLOYMENTS, 'web', 'Background');
    await cluster.pass(5000);
    expect(cluster.pods()).toEqual([]);
  });
});

describe('Machines that are stopped', () => {
  it('leave everything as it is, and no timer behind', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ startTime: 60_000, failure: 'crash-loop' }) });
    cluster.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
    cluster.create(DAEMON_SETS, daemonSet('driver'));
    await cluster.pass(200);
    cluster.machines.stop();
    expect(cluster.clock.nextAt).toBeUndefined();
    const { revision } = cluster.api;
    cluster.cordon('node-0');
    await cluster.pass(60_000);
    expect(cluster.api.revision).toBe(revision + 1);
  });
});
