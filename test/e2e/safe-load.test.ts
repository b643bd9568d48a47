import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DEFAULT_NAMESPACE, INIT_CONFIG_MAP, SAFE_LOAD_ANNOTATION } from '../../src/contract/keys.ts';
import { createDisruptionBudget, createNodes } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import type { UpgradePolicyFields } from '../harness/index.ts';
import type { Report } from '../../src/invariants/index.ts';
import {
  driverDaemonSet,
  driverPodOn,
  look,
  NEW,
  OLD,
  statesPassed,
  tiedTo,
  tiedWorkload,
  WHOLE_UPGRADE,
  WORK,
  workloadOn,
} from './fleet.ts';
import { annotation, driverUids } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

/** "Safe driver loading" of the documentation. The driver pods' init containers are the real program. */
describeOnControlPlane('Safe driver loading', { initContainers: true }, (cluster) => {
  const safe: UpgradePolicyFields = { autoUpgrade: true, safeLoad: true, drain: { enable: true } };
  const unsafe: UpgradePolicyFields = { autoUpgrade: true, safeLoad: false, drain: { enable: true } };

  /** Nodes that just started, on which workloads got scheduled before there is a driver. */
  const busyNodes = async (count: number, prefix: string): Promise<readonly string[]> => {
    const nodes = await createNodes(cluster.api, { count, prefix });
    await tiedWorkload(cluster.api, nodes);
    return nodes;
  };

  const workUids = async (nodes: readonly string[]) =>
    (await Promise.all(nodes.map((node) => workloadOn(cluster.api, node))))
      .flat()
      .map(({ metadata }) => metadata.uid);

  const waiting = (node: string) =>
    eventually(async () => (await annotation(cluster, node, SAFE_LOAD_ANNOTATION)) === 'true', {
      what: `the driver of ${node} to wait for its safe load`,
    });

  const wasCordoned = (report: Report) =>
    [...report.statistics.cordonedSeconds].filter(([, seconds]) => seconds > 0).map(([node]) => node);

  const applied = (upgradePolicy: UpgradePolicyFields, version = OLD) =>
    cluster.applyPolicy({ version, upgradePolicy });

  it('"before the OFED container is loaded, the Node should get Cordoned and Drained", and "un-cordoned when the driver is ready on it"', async () => {
    const nodes = await busyNodes(2, 'safe-');
    const before = await workUids(nodes);
    // The observer sees to it that no driver is told to load on a node with work on it.
    const report = await cluster.observed(async () => {
      await applied({ ...safe, maxParallelUpgrades: 1 });
      await cluster.rollout();
    });
    for (const node of nodes) {
      expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
      expect(await annotation(cluster, node, SAFE_LOAD_ANNOTATION)).toBeUndefined();
      expect((await look(cluster.api, node)).cordoned).toBe(false);
      expect(cluster.initContainers.lastLog(node)).toContain('the annotation was removed');
    }
    // "Safe driver loading is implemented as a part of the upgrade flow": its limit holds for it too.
    expect(report.statistics.mostInProgress).toBe(1);
    expect(wasCordoned(report).sort()).toEqual(nodes);
    const after = await workUids(nodes);
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
  });

  it('"cordon and drain (if enabled) a node before loading the driver on it": without a drain it is cordoned only', async () => {
    await cluster.empty();
    const nodes = await busyNodes(1, 'cordoned-');
    const before = await workUids(nodes);
    const report = await cluster.observed(async () => {
      await applied({ autoUpgrade: true, safeLoad: true });
      await cluster.rollout();
    });
    expect(wasCordoned(report)).toEqual(nodes);
    expect(await workUids(nodes)).toEqual(before);
  });

  it('"the initial deployment can be done with the safe driver loading feature disabled": then nobody is cordoned, and no work has to leave', async () => {
    await cluster.empty();
    const nodes = await busyNodes(2, 'quick-');
    const before = await workUids(nodes);
    const report = await cluster.observed(async () => {
      await applied(unsafe);
      await cluster.rollout();
    });
    expect(wasCordoned(report)).toEqual([]);
    for (const node of nodes) expect(statesPassed(report, node)).toEqual(['upgrade-done']);
    expect(await workUids(nodes)).toEqual(before);
  });

  it('"this feature can be enabled later by updating NicClusterPolicy CR": no driver is restarted for it', async () => {
    const { namespace, name } = await driverDaemonSet(cluster.api);
    const daemonSet = () => cluster.api.get(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`);
    const drivers = await driverUids(cluster);
    const { generation } = (await daemonSet()).metadata;
    await cluster.setUpgradePolicy({ safeLoad: true });
    const path = `/api/v1/namespaces/${DEFAULT_NAMESPACE}/configmaps/${INIT_CONFIG_MAP}`;
    await eventually(
      async () => JSON.stringify((await cluster.api.get(path))['data']).includes(String.raw`\"enable\":true`),
      { what: 'the init containers to be told' },
    );
    await sleep(1500);
    expect(await driverUids(cluster)).toEqual(drivers);
    expect((await daemonSet()).metadata.generation).toBe(generation);
  });

  it('enabled later, it works for the next upgrade', async () => {
    const report = await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await cluster.rollout();
    });
    for (const [node] of Object.entries(await driverUids(cluster))) {
      expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
      expect(cluster.initContainers.lastLog(node)).toContain('the annotation was removed');
    }
  });

  /** The work on a node can no longer be evicted. */
  const unmovable = (node: string): Promise<void> => {
    const matchLabels = { app: tiedTo(node) };
    return createDisruptionBudget(cluster.api, { namespace: WORK, name: node, matchLabels, minAvailable: 1 });
  };

  /** A node whose driver waits, because the work on it cannot leave, and one that waits its turn behind it. */
  const heldUp = async (policy: UpgradePolicyFields): Promise<readonly [string, string]> => {
    await cluster.empty();
    const nodes = await busyNodes(2, 'held-');
    for (const node of nodes) await unmovable(node);
    await applied(policy);
    for (const node of nodes) await waiting(node);
    const state = async (node: string) => (await look(cluster.api, node)).state;
    const inDrain = await eventually(
      async () => {
        for (const node of nodes) if ((await state(node)) === 'drain-required') return node;
        return undefined;
      },
      { what: 'a node to be drained' },
    );
    const other = nodes.find((node) => node !== inDrain) ?? '';
    await cluster.state(other, 'upgrade-required');
    return [inDrain, other];
  };

  const forEver = { drain: { enable: true, timeoutSeconds: 0 } };

  it('switched off while drivers wait, they load', async () => {
    const nodes = await heldUp({ ...safe, ...forEver, maxParallelUpgrades: 1 });
    const before = await workUids(nodes);
    await cluster.setUpgradePolicy({ safeLoad: false });
    await cluster.rollout();
    expect(await workUids(nodes)).toEqual(before);
    for (const node of nodes) {
      expect(await annotation(cluster, node, SAFE_LOAD_ANNOTATION)).toBeUndefined();
      expect((await look(cluster.api, node)).cordoned).toBe(false);
    }
  });

  it('with automatic upgrades switched off altogether while drivers wait, they load, and the nodes are handed back', async () => {
    const nodes = await heldUp({ ...safe, ...forEver, maxParallelUpgrades: 1 });
    await cluster.setUpgradePolicy({ autoUpgrade: false, safeLoad: false });
    for (const node of nodes) {
      await cluster.state(node, 'none');
      await eventually(async () => (await annotation(cluster, node, SAFE_LOAD_ANNOTATION)) === undefined);
      await eventually(async () => !(await look(cluster.api, node)).cordoned);
    }
    await eventually(async () => (await cluster.status()).state === 'ready', {
      what: 'the drivers to be up',
    });
  });

  it('"you may also need to remove the annotation to unblock loading of the driver": by the documented line, on a node that failed', async () => {
    await cluster.empty();
    const [node = ''] = await busyNodes(1, 'failed-');
    await unmovable(node);
    await applied({ ...safe, drain: { enable: true, timeoutSeconds: 1 } });
    await cluster.state(node, 'upgrade-failed');
    const held = 'waiting until the node is safe to load the driver on';
    await cluster.observed(async (observer) => {
      const admin = cluster.people(observer);
      await cluster.kubectl('delete', 'pdb', node);
      await admin.shell(`kubectl drain ${node} --ignore-daemonsets`);
      await admin.deleteDriverPod(node);
      await eventually(() => cluster.initContainers.lastLog(node).split(held).length > 2, {
        what: 'the new driver pod to wait too',
      });
      // kubectl annotate node <node_name> nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load-
      await admin.removeSafeLoad(node);
      await cluster.rollout();
    });
    expect((await look(cluster.api, node)).cordoned).toBe(false);
  });

  it('without its ConfigMap an init container says what is missing, and the driver does not load until it is there', async () => {
    await cluster.empty();
    const [node = ''] = await createNodes(cluster.api, { count: 1, prefix: 'unconfigured-' });
    await applied(unsafe);
    await cluster.rollout();
    await cluster.operator.stop();
    await cluster.kubectl('delete', 'configmap', '-n', DEFAULT_NAMESPACE, INIT_CONFIG_MAP);
    await cluster.people().deleteDriverPod(node);
    await eventually(
      () => {
        expect(cluster.initContainers.lastLog(node)).toMatch(
          /ofed-init-container-config.*not found.*somebody has to mend it/s,
        );
        return true;
      },
      { what: 'the init container to complain' },
    );
    expect((await driverPodOn(cluster.api, node))?.status.phase).toBe('Pending');
    await cluster.operator.restart();
    await cluster.rollout();
  });
});
