import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POLICY_NAME, REQUESTED_ANNOTATION, SKIP_LABEL, STATE_LABEL } from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { nodes } from '../operator/resources/nodes.ts';
import { policies } from '../operator/resources/objects.ts';
import { NEW, OLD, TestFleet } from './testing/fleet.ts';

const MINUTE = 60_000;
const PODS = { group: '', plural: 'pods' };
const DEFINITION = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

let fleet: TestFleet;

beforeEach(async () => {
  fleet = new TestFleet();
  for (const name of ['gpu-1', 'gpu-2', 'gpu-3']) fleet.addNode(name);
  fleet.cluster.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'cpu-1' } });
  await fleet.begin();
});

afterEach(async () => {
  await fleet.end();
});

const node = (name: string) => fleet.cluster.api.get(nodes, { name });
const stateOf = (name: string): string | undefined => lookUp(node(name).metadata.labels, STATE_LABEL);
const driver = () =>
  (fleet.cluster.api.get(policies, { name: POLICY_NAME }) as unknown as Policy).spec.ofedDriver;

interface Policy {
  readonly spec: { readonly ofedDriver: { version: string; upgradePolicy: { paused?: boolean } } };
}

/** What all of the objects are, to see that nothing has changed. */
const everything = (): string =>
  JSON.stringify([fleet.cluster.api.list(nodes), fleet.cluster.api.list(policies)]);

describe('kubectl ofed pause', () => {
  it('starts no new node, and has those in progress finish; resume goes on', async () => {
    fleet.protect('gpu-1', 'database');
    await fleet.clock.advance(MINUTE);
    fleet.change({ version: NEW });
    await fleet.clock.advance(MINUTE);
    expect(await fleet.kubectlOfed('pause')).toEqual({
      status: 0,
      out: 'done: pause the rollout: no new node is started, and those in progress finish\n',
      err: '',
    });
    fleet.cluster.remove(
      { group: 'policy', plural: 'poddisruptionbudgets' },
      { name: 'database', namespace: 'default' },
    );
    await fleet.clock.advance(MINUTE);
    expect(['gpu-1', 'gpu-2'].map(stateOf)).toEqual(['upgrade-done', 'upgrade-required']);
    expect((await fleet.kubectlOfed('status')).out).toMatch(
      /^OFED driver .*: paused: no new node is started/,
    );
    expect((await fleet.kubectlOfed('explain gpu-2')).out).toContain('[paused]');
    expect((await fleet.kubectlOfed('resume')).status).toBe(0);
    await fleet.clock.advance(MINUTE);
    expect(['gpu-2', 'gpu-3'].map(stateOf)).toEqual(['upgrade-done', 'upgrade-done']);
  });

  it('does nothing where it is so already, and says that', async () => {
    expect((await fleet.kubectlOfed('resume')).out).toBe('the rollout is not paused\n');
    await fleet.kubectlOfed('pause');
    expect(await fleet.kubectlOfed('pause')).toMatchObject({
      status: 0,
      out: 'the rollout is paused already\n',
    });
  });

  it('only says what it would do, when told to', async () => {
    const before = everything();
    const { status, out } = await fleet.kubectlOfed('pause --dry-run');
    expect(status).toBe(0);
    expect(out).toBe(
      'would pause the rollout: no new node is started, and those in progress finish\n' +
        `  $ kubectl patch nicclusterpolicy nic-cluster-policy --type=merge -p '{"spec":{"ofedDriver":{"upgradePolicy":{"paused":true}}}}'\n`,
    );
    expect(everything()).toBe(before);
  });

  it('is not claimed where the definition of the resource is too old to know of it', async () => {
    const name = 'nicclusterpolicies.mellanox.com';
    const definition = JSON.stringify(fleet.cluster.api.get(DEFINITION, { name })['spec']);
    const [older] = [JSON.parse(definition) as { versions: unknown }];
    stripPaused(older);
    fleet.cluster.change(DEFINITION, { name }, { spec: { versions: older.versions } });
    const { status, err } = await fleet.kubectlOfed('pause');
    expect(status).toBe(1);
    expect(err).toMatch(/^error: .*does not know the field paused, so nothing has been paused: apply/);
  });

  it('has nothing to pause where upgrades are switched off', async () => {
    fleet.change({ upgradePolicy: { autoUpgrade: false } });
    expect(await fleet.kubectlOfed('pause')).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^error: automatic upgrades are switched off/) as string,
    });
  });
});

describe('kubectl ofed retry', () => {
  it('gets a node that has failed another try, once the cause is gone', async () => {
    fleet.withoutImage.add('gpu-1');
    fleet.change({ version: NEW });
    await fleet.clock.advance(MINUTE);
    expect(stateOf('gpu-1')).toBe('upgrade-failed');
    fleet.withoutImage.clear();
    expect(await fleet.kubectlOfed('retry --failed')).toMatchObject({
      status: 0,
      out: 'done: ask for the upgrade of node gpu-1\n',
    });
    await fleet.clock.advance(MINUTE);
    expect(stateOf('gpu-1')).toBe('upgrade-done');
    expect((await fleet.kubectlOfed('retry --failed')).out).toBe('no node has failed\n');
  });

  it('asks for nothing where the driver is up to date: it would not be restarted', async () => {
    const before = everything();
    expect(await fleet.kubectlOfed('retry gpu-1')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^nothing to do/) as string,
    });
    expect(everything()).toBe(before);
  });

  it('asks before a driver pod is replaced that belongs to no DaemonSet', async () => {
    const [pod] = fleet.cluster.api.list(PODS, { fieldSelector: 'spec.nodeName=gpu-1' });
    fleet.machines.pause('daemonset');
    fleet.cluster.change(PODS, pod!.metadata, { metadata: { ownerReferences: null } });
    const { out, err } = await fleet.kubectlOfed('retry gpu-1', { answer: 'no' });
    expect(out).toBe('nothing has been done\n');
    expect(err).toContain('the node is emptied, as the policy says, and the pod is replaced');
    await fleet.kubectlOfed('retry gpu-1 --yes');
    expect(lookUp(node('gpu-1').metadata.annotations, REQUESTED_ANNOTATION)).toBe('true');
  });

  it('leaves a node alone that is being upgraded', async () => {
    fleet.protect('gpu-1', 'database');
    await fleet.clock.advance(MINUTE);
    fleet.change({ version: NEW });
    await fleet.clock.advance(MINUTE);
    expect(await fleet.kubectlOfed('retry gpu-1 --yes')).toMatchObject({
      status: 1,
      err: 'error: node gpu-1 is being upgraded: it is in drain-required\n',
    });
  });

  it('needs to be told which nodes, each of which must have a driver', async () => {
    expect((await fleet.kubectlOfed('retry')).status).toBe(2);
    expect((await fleet.kubectlOfed('retry gpu-1 --failed')).status).toBe(2);
    expect((await fleet.kubectlOfed('retry gpu-9')).err).toBe('error: there is no node gpu-9\n');
    expect((await fleet.kubectlOfed('retry cpu-1')).err).toMatch(/^error: node cpu-1 has no NVIDIA NIC/);
  });
});

describe('kubectl ofed skip', () => {
  it('keeps upgrades from being started, until that is taken back', async () => {
    await fleet.kubectlOfed('skip gpu-1 node/gpu-2');
    fleet.change({ version: NEW });
    await fleet.clock.advance(MINUTE);
    expect(['gpu-1', 'gpu-2', 'gpu-3'].map(stateOf)).toEqual([
      'upgrade-required',
      'upgrade-required',
      'upgrade-done',
    ]);
    expect((await fleet.kubectlOfed('skip gpu-1')).out).toBe(
      'nothing to do: labelled to be skipped already\n',
    );
    await fleet.kubectlOfed('skip gpu-1 --remove');
    expect(lookUp(node('gpu-1').metadata.labels, SKIP_LABEL)).toBeUndefined();
    await fleet.clock.advance(MINUTE);
    expect(stateOf('gpu-1')).toBe('upgrade-done');
    expect((await fleet.kubectlOfed('status')).out).toMatch(/: finished\n/);
  });

  it('takes the place of a label of another value', async () => {
    fleet.cluster.change(nodes, { name: 'gpu-1' }, { metadata: { labels: { [SKIP_LABEL]: 'no' } } });
    await fleet.kubectlOfed('skip gpu-1');
    expect(lookUp(node('gpu-1').metadata.labels, SKIP_LABEL)).toBe('true');
  });
});

describe('kubectl ofed rollback', () => {
  it('sets the version back to the one before, having asked, and a second one goes forward again', async () => {
    fleet.withoutImage.add('gpu-1');
    fleet.change({ version: NEW });
    await fleet.clock.advance(MINUTE);
    const { status, out, err } = await fleet.kubectlOfed('rollback', { answer: 'yes' });
    expect(status).toBe(0);
    expect(out).toBe(`done: set the driver version back from ${NEW} to ${OLD}\n`);
    expect(err).toContain('get their driver restarted once more');
    expect(driver().version).toBe(OLD);
    await fleet.clock.advance(MINUTE);
    expect(stateOf('gpu-1')).toBe('upgrade-done');
    await fleet.kubectlOfed('rollback --yes');
    expect(driver().version).toBe(NEW);
  });

  it('heeds the answer, and does not go on where there is nobody to ask, unless told to', async () => {
    const before = everything();
    const line = 'rollback --to 5.6-1.0.3.3';
    expect(await fleet.kubectlOfed(line, { answer: '' })).toMatchObject({
      status: 1,
      out: 'nothing has been done\n',
    });
    expect(await fleet.kubectlOfed(line)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^error: this asks .* say --yes/) as string,
    });
    expect(everything()).toBe(before);
  });

  it('knows no earlier version where there was none, and takes one that it is told', async () => {
    expect(await fleet.kubectlOfed('rollback --yes')).toMatchObject({
      status: 1,
      err: 'error: no earlier version is known: the driver DaemonSets have no older revision; name one with --to\n',
    });
    await fleet.kubectlOfed('rollback --yes --to 5.6-1.0.3.3');
    expect(driver().version).toBe('5.6-1.0.3.3');
    expect((await fleet.kubectlOfed('rollback --yes --to latest')).status).toBe(2);
  });
});

/** Takes the field out of a schema, as an older definition has it. */
function stripPaused(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'paused') Reflect.deleteProperty(schema, key);
    else stripPaused(value);
  }
}
