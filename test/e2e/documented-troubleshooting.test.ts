import { beforeAll, expect, it } from 'vitest';
import { createDisruptionBudget } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import {
  driverPodOn,
  look,
  runsVersion,
  statesPassed,
  tiedTo,
  tiedWorkload,
  WHOLE_UPGRADE,
  WORK,
} from './fleet.ts';
import { SameFleet } from './same-fleet.ts';
import { cordoned } from './sights.ts';
import { ofedState } from './status-history.ts';
import { describeOnControlPlane } from './suite.ts';

/** "Troubleshooting" of the documentation: what it tells people to do brings a node to its end. Its command lines are as they stand. */
describeOnControlPlane('The documented troubleshooting', {}, (cluster) => {
  const fleet = new SameFleet(cluster);
  let node: string;
  let nodes: readonly string[];

  beforeAll(async () => {
    nodes = await fleet.create(2);
    [node = ''] = nodes;
  });

  const given = (timeoutSeconds: number): Promise<void> =>
    fleet.given({ autoUpgrade: true, maxParallelUpgrades: 1, drain: { enable: true, timeoutSeconds } });

  it('"upgrade-failed is set when upgrade on the node has failed": drained by hand, with its driver pod deleted by the documented line, it finishes', async () => {
    await given(2);
    await tiedWorkload(cluster.api, [node]);
    const matchLabels = { app: tiedTo(node) };
    await createDisruptionBudget(cluster.api, {
      namespace: WORK,
      name: 'keep',
      matchLabels,
      minAvailable: 1,
    });

    const report = await cluster.observed(async (observer) => {
      const admin = cluster.people(observer);
      await fleet.upgrade();
      await cluster.state(node, 'upgrade-failed');
      // "Manual interaction is required at this stage": it says which, and the policy says at how many nodes.
      expect((await look(cluster.api, node)).reason).toMatch(/keep/);
      await eventually(async () => (await cluster.status()).upgrade?.failed === 1);
      expect(ofedState(await cluster.status())).toBe('notReady');

      await cluster.kubectl('delete', 'pdb', 'keep');
      await admin.shell(`kubectl drain ${node} --ignore-daemonsets`);
      // kubectl delete pod -n `kubectl get -A pods --field-selector … -l nvidia.com/ofed-driver --no-headers | awk …`
      await admin.deleteDriverPod(node);
      await cluster.rollout();
    });
    expect(statesPassed(report, node)).toEqual([
      ...WHOLE_UPGRADE.slice(0, 4),
      'upgrade-failed',
      'uncordon-required',
      'upgrade-done',
    ]);
    expect(await cordoned(cluster)).toEqual([]);
    expect((await look(cluster.api, node)).reason).toBeUndefined();
  });

  it.each([
    ['crashes', '24.99-0.1.1.0-crash', /crash|back-off|CrashLoopBackOff/i],
    ['cannot be pulled', '24.99-0.1.1.0-missing', /pull|image/i],
  ])(
    '"New version of MOFED can\'t install": one that %s fails its node, and does so again with the pod deleted; "change the MOFED version to the previous" ends it',
    async (_, broken, complaint) => {
      await given(0);
      const old = fleet.version;
      await cluster.observed(async (observer) => {
        await cluster.setVersion(broken);
        await eventually(
          async () => (await cluster.status()).upgrade?.byState['upgrade-failed'] === nodes.length,
          { what: 'every node to have failed, one after the other' },
        );
        const { reason } = await look(cluster.api, node);
        expect(reason).toMatch(complaint);

        const failed = await driverPodOn(cluster.api, node);
        const done = observer.expectOutsideDeletion(node);
        await cluster
          .people(observer)
          .shell(`kubectl delete -n nvidia-network-operator pod/${failed?.metadata.name ?? ''}`);
        done();
        await eventually(
          async () => {
            const again = await driverPodOn(cluster.api, node);
            return again !== undefined && again.metadata.uid !== failed?.metadata.uid;
          },
          { what: 'another driver pod' },
        );
        expect((await look(cluster.api, node)).state).toBe('upgrade-failed');

        await cluster.setVersion(old);
        await cluster.rollout();
      });
      for (const each of nodes) expect(await runsVersion(cluster.api, each, old)).toBe(true);
      expect(await cordoned(cluster)).toEqual([]);
    },
  );

  it('"or other working version" does as well', async () => {
    await given(0);
    await cluster.observed(async () => {
      await cluster.setVersion('24.99-0.1.1.0-crash');
      await eventually(
        async () => (await cluster.status()).upgrade?.byState['upgrade-failed'] === nodes.length,
      );
      await fleet.upgrade();
      await cluster.rollout();
    });
    for (const each of nodes) expect(await runsVersion(cluster.api, each, fleet.version)).toBe(true);
  });
});
