import { beforeEach, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { createDisruptionBudget, createNodes, createPod } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { NEW, OLD, tiedTo, tiedWorkload, WORK } from './fleet.ts';
import { ofedState, recordStatus, type PolicyMoment } from './status-history.ts';
import { describeOnControlPlane } from './suite.ts';

interface EventObject {
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** What the policy's status, and the events about it and the nodes, tell people; nothing of it may be untrue. */
describeOnControlPlane("The policy's status", {}, (cluster) => {
  beforeEach(async () => {
    await cluster.empty();
  });

  const condition = async (type: string) =>
    (await cluster.status()).conditions?.find((each) => each.type === type);

  const eventsOf = async (kind: string, name: string): Promise<readonly EventObject[]> => {
    const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
    return (await cluster.api.list<EventObject>('/api/v1/namespaces/default/events', { fieldSelector }))
      .items;
  };

  it('is not ready without a node that has a NIC, and says so', async () => {
    await createNodes(cluster.api, { count: 1, nic: false });
    await cluster.applyPolicy({ version: OLD });
    await eventually(async () => /No node has an NVIDIA NIC/.test((await cluster.status()).reason ?? ''));
    expect((await cluster.status()).state).toBe('notReady');
  });

  it('counts the nodes of a fleet as it stands, and is ready when all are done', async () => {
    await createNodes(cluster.api, { count: 3 });
    await cluster.applyPolicy({ version: OLD });
    await cluster.rollout();
    const { upgrade, state, observedGeneration, appliedStates } = await cluster.status();
    expect(upgrade).toMatchObject({
      ...{
        progress: '3/3',
        total: 3,
        done: 3,
        required: 0,
        queued: 0,
        inProgress: 0,
        failed: 0,
        blocked: [],
      },
      byState: { 'upgrade-done': 3 },
      targetVersion: OLD,
    });
    expect(state).toBe('ready');
    expect(observedGeneration).toBe((await cluster.policy()).metadata.generation);
    expect(appliedStates).toMatchObject([{ name: 'state-OFED', state: 'ready' }]);
    for (const type of ['Ready', 'OFEDDriverReady'])
      expect(await condition(type)).toMatchObject({ status: 'True', observedGeneration });
    expect(await condition('Progressing')).toMatchObject({ status: 'False', reason: 'RolloutComplete' });
    expect(await condition('Degraded')).toMatchObject({ status: 'False' });
  });

  it('names the node that is held up, since when and by what, while others wait and are done', async () => {
    const [node = '', ...others] = await createNodes(cluster.api, { count: 3 });
    await cluster.applyPolicy({
      version: OLD,
      upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 1, drain: { timeoutSeconds: 0 } },
    });
    await cluster.rollout();
    await tiedWorkload(cluster.api, [node]);
    const matchLabels = { app: tiedTo(node) };
    await createDisruptionBudget(cluster.api, {
      namespace: WORK,
      name: 'keep',
      matchLabels,
      minAvailable: 1,
    });
    await cluster.setVersion(NEW);
    await cluster.state(node, 'drain-required');
    const { upgrade, state } = await eventually(
      async () => {
        const status = await cluster.status();
        return status.upgrade?.blocked.some(({ code }) => code === 'eviction-blocked') ? status : undefined;
      },
      { what: 'the node to be called blocked' },
    );
    expect(state).toBe('notReady');
    expect(upgrade).toMatchObject({ total: 3, inProgress: 1, failed: 0, targetVersion: NEW });
    expect((upgrade?.done ?? 0) + (upgrade?.required ?? 0)).toBe(others.length);
    expect(upgrade?.blocked).toHaveLength(1);
    const [blocked] = upgrade?.blocked ?? [];
    expect(blocked).toMatchObject({ node, state: 'drain-required' });
    expect(blocked?.message).toMatch(/default\/work-on-node-0.*PodDisruptionBudget keep/);
    const since = Date.parse(blocked?.since ?? '');
    expect(Date.now() - since).toBeLessThan(60_000);
    expect(await condition('Progressing')).toMatchObject({ status: 'True', reason: 'RolloutInProgress' });
    expect(await condition('OFEDDriverReady')).toMatchObject({ status: 'False' });

    await cluster.kubectl('delete', 'pdb', 'keep');
    await cluster.rollout();
    expect((await cluster.status()).upgrade?.blocked).toEqual([]);
  });

  it('is degraded by a failed node, and no longer once the node is done', async () => {
    const [node = ''] = await createNodes(cluster.api, { count: 2 });
    await cluster.applyPolicy({
      version: OLD,
      upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 0, drain: {} },
    });
    await cluster.rollout();
    await createPod(cluster.api, { namespace: WORK, name: 'alone', nodeName: node });
    await cluster.setVersion(NEW);
    await eventually(async () => (await cluster.status()).upgrade?.progress === '1/2');
    await eventually(async () => (await cluster.status()).upgrade?.failed === 1);
    expect(await condition('Degraded')).toMatchObject({ status: 'True', reason: 'NodesFailed' });
    expect(ofedState(await cluster.status())).toBe('notReady');
    expect(await cluster.kubectl('get', 'ncp', '--no-headers')).toMatch(
      new RegExp(`nic-cluster-policy +notReady +${NEW} +1/2 +1 `),
    );
    expect(await cluster.kubectl('describe', 'node', node)).toMatch(/DriverUpgradeFailed.*default\/alone/);

    await cluster.setVersion(OLD);
    await cluster.rollout();
    expect(await condition('Degraded')).toMatchObject({ status: 'False' });
  });

  it('never says ready of a version that is not on every node yet', async () => {
    await createNodes(cluster.api, { count: 3 });
    await cluster.applyPolicy({ version: OLD, upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 0 } });
    await cluster.rollout();
    const history = await recordStatus(cluster.controlPlane);
    const saysReady = ({ status, generation }: PolicyMoment): boolean =>
      status.observedGeneration === generation && (ofedState(status) === 'ready' || status.state === 'ready');
    const ends = new Map<number, number>();
    for (const version of [NEW, OLD, NEW]) {
      const report = await cluster.observed(async () => {
        await cluster.setVersion(version);
        await cluster.rollout();
      });
      const { generation = 0 } = (await cluster.policy()).metadata;
      const last = [...report.statistics.transitions.values()].map((each) => each.at(-1)?.rv ?? 0);
      ends.set(generation, Math.max(...last));
      // The status is written at most once a second: what it says of this version is heard before the next comes.
      await eventually(() =>
        Promise.resolve(history.soFar.some((each) => saysReady(each) && each.generation === generation)),
      );
    }
    const told = (await history.stop()).filter(saysReady);
    for (const { rv, generation } of told) expect(rv).toBeGreaterThan(ends.get(generation) ?? 0);
  });

  it('is written at most once a second', async () => {
    await createNodes(cluster.api, { count: 4 });
    await cluster.applyPolicy({ version: OLD, upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 1 } });
    await cluster.rollout();
    await cluster.setVersion(NEW);
    await cluster.rollout();
    const times = await statusWrites(cluster.controlPlane.auditLog, cluster.operator.user);
    expect(times.length).toBeGreaterThan(3);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // As the API server received them: one may have been under way a little longer than the next.
    expect(Math.min(...gaps)).toBeGreaterThan(800);
  });

  it('goes with events that tell each step of a node, and what becomes of a deleted one, of the policy', async () => {
    const [node = '', other = ''] = await createNodes(cluster.api, { count: 2, prefix: 'told-' });
    await cluster.applyPolicy({
      version: OLD,
      upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 0, drain: { timeoutSeconds: 0 } },
    });
    await cluster.rollout();
    await tiedWorkload(cluster.api, [other]);
    const matchLabels = { app: tiedTo(other) };
    await createDisruptionBudget(cluster.api, {
      namespace: WORK,
      name: 'keep',
      matchLabels,
      minAvailable: 1,
    });
    await cluster.setVersion(NEW);
    await cluster.state(node, 'upgrade-done');
    await eventually(
      async () => {
        const reasons = (await eventsOf('Node', node)).map(({ reason }) => reason);
        for (const reason of [
          'DriverUpgradeRequired',
          'DriverUpgradeStarted',
          'NodeCordoned',
          'NodeDrainStarted',
          'DriverRestart',
          'DriverReady',
          'DriverUpgradeDone',
        ])
          expect(reasons).toContain(reason);
        return true;
      },
      { what: 'the events of a whole upgrade' },
    );
    expect(await cluster.kubectl('describe', 'node', node)).toMatch(/DriverUpgradeDone.*ofed-operator/);

    await cluster.state(other, 'drain-required');
    await cluster.kubectl('delete', 'node', other, '--wait=false');
    await eventually(
      async () =>
        (await eventsOf('NicClusterPolicy', 'nic-cluster-policy')).some(
          ({ reason, message }) => reason === 'NodeDeletedDuringUpgrade' && message.includes(other),
        ),
      { what: 'an event about the deleted node' },
    );
  });
});

/** When a policy's status was written, in milliseconds since 1970, in order. */
async function statusWrites(auditLog: string, user: string): Promise<readonly number[]> {
  const lines = (await readFile(auditLog, 'utf8'))
    .split('\n')
    .filter((line) => line.includes('nicclusterpolicies'));
  return lines
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(
      ({ verb, objectRef, user: by }) =>
        verb === 'patch' && objectRef.subresource === 'status' && by.username === user,
    )
    .map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp))
    .sort((a, b) => a - b);
}

interface AuditLine {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef: { readonly subresource?: string };
}
