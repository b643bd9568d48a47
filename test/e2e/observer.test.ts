import { beforeAll, expect, it } from 'vitest';
import { story, type Invariant, type Report } from '../../src/invariants/index.ts';
import { startObserver } from '../observer/index.ts';
import { createHandCluster, type HandCluster } from '../harness/by-hand-cluster.ts';
import { openView } from '../harness/by-hand-steps.ts';
import { upgradeByHand, type Fault } from '../harness/by-hand.ts';
import { describeOnControlPlane } from './suite.ts';

const PARALLEL = 2;

describeOnControlPlane('An upgrade by hand, observed', { operator: 'none' }, (onControlPlane) => {
  let cluster: HandCluster;

  beforeAll(async () => {
    cluster = await createHandCluster(onControlPlane.controlPlane, { count: 5, parallel: PARALLEL });
  });

  /** Upgrades every node by hand under the observer's eyes; a person has cordoned the last one. */
  async function observed(faults: readonly Fault[]): Promise<Report> {
    const { api, server, ca, adminToken } = onControlPlane.controlPlane;
    const access = { server, ca, token: adminToken };
    await cluster.newVersion([cluster.nodes.at(-1)!]);
    const [observer, view] = [await startObserver(access), await openView(access)];
    try {
      await upgradeByHand({ api, view, nodes: cluster.nodes, parallel: PARALLEL, faults });
      return await observer.finish();
    } finally {
      await view.close();
      await observer.stop();
    }
  }

  it('breaks nothing when it is done right', async () => {
    const report = await observed([]);
    expect(story(report)).toBe('0 violations');
    expect(report.statistics).toMatchObject({ nodesDone: 5, mostInProgress: PARALLEL });
  });

  it.each<[Fault, readonly Invariant[]]>([
    ['skip-drain', ['no-reload-under-load']],
    ['skip-cordon', ['legal-transitions', 'no-reload-under-load']],
    ['exceed-limit', ['within-limits']],
    ['forget-uncordon', ['human-cordon-kept', 'no-node-left-behind']],
    ['uncordon-apart', ['legal-transitions']],
    ['skip-state', ['legal-transitions']],
    ['done-too-early', ['done-means-updated']],
    ['delete-workloads', ['pdb-respected']],
    ['drop-human-cordon', ['human-cordon-kept']],
  ])('is caught at %s', async (fault, broken) => {
    const { violations } = await observed([fault]);
    expect([...new Set(violations.map(({ invariant }) => invariant))].sort()).toEqual(broken);
  });

  it('is seen whole although the API server is killed and started again in between', async () => {
    const { api, server, ca, adminToken } = onControlPlane.controlPlane;
    const access = { server, ca, token: adminToken };
    await cluster.newVersion();
    const observer = await startObserver(access);
    const half = Math.ceil(cluster.nodes.length / 2);
    for (const nodes of [cluster.nodes.slice(0, half), cluster.nodes.slice(half)]) {
      const view = await openView(access);
      await upgradeByHand({ api, view, nodes, parallel: PARALLEL });
      await view.close();
      if (nodes.includes(cluster.nodes[0]!))
        await onControlPlane.controlPlane.restartApiServer({ downMs: 200 });
    }
    const report = await observer.finish();
    expect(story(report)).toBe('0 violations');
    expect(report.statistics.nodesDone).toBe(5);
  });
});
