import { describe, expect, it } from 'vitest';
import { StatusError } from '../../api/status-error.ts';
import { DAEMON_SETS, DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS } from '../resources.ts';
import {
  barePod,
  budget,
  daemonSet,
  deployment,
  replicaSet,
  SmallCluster,
} from '../testing/small-cluster.ts';

async function clusterWithWeb(spec: object, replicas = 4): Promise<SmallCluster> {
  const cluster = new SmallCluster({ behaviourOf: () => ({ startTime: 5000, stopTime: 1000 }) });
  cluster.create(REPLICA_SETS, replicaSet('web', { replicas }));
  cluster.create(POD_DISRUPTION_BUDGETS, budget('web', spec));
  await cluster.pass(10_000);
  return cluster;
}

/** How many of all pods can be evicted right now. */
function evictions(cluster: SmallCluster): number {
  return cluster.pods().filter(({ metadata }) => {
    try {
      cluster.evict(metadata.name);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(StatusError);
      expect((error as StatusError).status.code).toBe(429);
      return false;
    }
  }).length;
}

describe('A disruption budget', () => {
  it.each([
    [{ minAvailable: 3 }, 1],
    [{ maxUnavailable: 2 }, 2],
    [{ minAvailable: '50%' }, 2],
    // Both are rounded up.
    [{ minAvailable: '30%' }, 2],
    [{ maxUnavailable: '30%' }, 2],
    [{ maxUnavailable: 0 }, 0],
    [{ minAvailable: 9 }, 0],
    [{ maxUnavailable: 1, selector: {} }, 1],
  ])('of %j allows exactly so many of four pods to be evicted: %i', async (spec, allowed) => {
    const cluster = await clusterWithWeb(spec);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      expectedPods: 4,
      currentHealthy: 4,
      disruptionsAllowed: allowed,
      observedGeneration: 1,
    });
    expect(evictions(cluster)).toBe(allowed);
  });

  it('allows the next eviction when what was evicted is Ready again elsewhere', async () => {
    const cluster = await clusterWithWeb({ maxUnavailable: 1 });
    expect(evictions(cluster)).toBe(1);
    await cluster.pass(4000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      currentHealthy: 3,
      disruptionsAllowed: 0,
    });
    await cluster.pass(5000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      currentHealthy: 4,
      disruptionsAllowed: 1,
    });
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).not.toHaveProperty('disruptedPods');
    expect(evictions(cluster)).toBe(1);
  });

  it('believes for two minutes that a pod is about to go, and not for longer', async () => {
    const cluster = await clusterWithWeb({ maxUnavailable: 1 });
    const [pod] = cluster.pods();
    const disruptedPods = { [pod!.metadata.name]: new Date(cluster.clock.now()).toISOString() };
    cluster.api.patch(
      POD_DISRUPTION_BUDGETS,
      { namespace: 'work', name: 'web' },
      { type: 'merge', body: { status: { disruptionsAllowed: 0, disruptedPods } } },
      { fieldManager: 'kube-apiserver', subresource: 'status' },
    );
    await cluster.pass(115_000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods,
    });
    await cluster.pass(10_000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      disruptionsAllowed: 1,
      currentHealthy: 4,
    });
  });

  it('counts what a Deployment wants, not what its ReplicaSets want together', async () => {
    const cluster = new SmallCluster();
    cluster.create(DEPLOYMENTS, deployment('web', { replicas: 4 }));
    cluster.create(POD_DISRUPTION_BUDGETS, budget('web', { maxUnavailable: '50%' }));
    await cluster.pass(5000);
    const containers = [{ name: 'main', image: 'example.com/work:2' }];
    cluster.machines.pause('deployment');
    cluster.change(
      DEPLOYMENTS,
      { namespace: 'work', name: 'web' },
      { spec: { template: { spec: { containers } } } },
    );
    await cluster.pass(5000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      expectedPods: 4,
      desiredHealthy: 2,
    });
  });

  it('counts only those that are there, of a plain number, owned or not', async () => {
    const cluster = new SmallCluster();
    for (const name of ['a', 'b']) cluster.create(PODS, barePod(name, { labels: { app: 'web' } }));
    cluster.create(POD_DISRUPTION_BUDGETS, budget('web', { minAvailable: 1 }));
    await cluster.pass(5000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      expectedPods: 2,
      disruptionsAllowed: 1,
    });
    expect(evictions(cluster)).toBe(1);
  });

  it('allows nothing while it cannot know how many pods there should be', async () => {
    const cluster = new SmallCluster();
    cluster.create(DAEMON_SETS, daemonSet('web'));
    cluster.create(POD_DISRUPTION_BUDGETS, budget('web', { maxUnavailable: 1 }));
    await cluster.pass(5000);
    expect(cluster.status(POD_DISRUPTION_BUDGETS, 'web')).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed' }],
    });
  });

  it('is out of date until the controller has looked at it', async () => {
    const cluster = await clusterWithWeb({ maxUnavailable: 2 });
    cluster.machines.pause('disruption');
    cluster.change(
      POD_DISRUPTION_BUDGETS,
      { namespace: 'work', name: 'web' },
      { spec: { maxUnavailable: 1 } },
    );
    expect(evictions(cluster)).toBe(0);
    cluster.machines.resume('disruption');
    await cluster.pass(1000);
    expect(evictions(cluster)).toBe(1);
  });
});
