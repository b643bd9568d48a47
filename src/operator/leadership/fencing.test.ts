import { describe, expect, it } from 'vitest';
import { FENCE_ANNOTATION, LEASE_NAME, SKIP_LABEL } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { leases } from '../resources/leases.ts';
import { NAMESPACE } from '../testing/builders.ts';
import { NEW, OLD, SharedFleet, type TestReplica } from './testing/shared-fleet.ts';

const NEWER = '24.04-0.7.0.0.0';

interface Scene {
  readonly fleet: SharedFleet;
  /** The one that leads. */
  readonly a: TestReplica;
  readonly b: TestReplica;
}

/** A fleet that is done, with two operators. */
async function twoOperators(nodes: readonly string[], maxParallelUpgrades = 1): Promise<Scene> {
  const fleet = new SharedFleet({ nodes, maxParallelUpgrades });
  const a = fleet.start('a');
  await fleet.clock.advance(10);
  const b = fleet.start('b');
  await fleet.until(() => fleet.isDone);
  return { fleet, a, b };
}

/** Ends the test: everything is as it should be, and nothing has happened that must not. */
async function endsWell({ fleet }: Scene): Promise<void> {
  await fleet.clock.advance(100);
  await fleet.until(() => fleet.isDone);
  expect(fleet.wrongs).toEqual([]);
  for (const name of fleet.names) expect(fleet.node(name).metadata.annotations).toBeUndefined();
}

const holder = ({ fleet }: Scene): string | undefined =>
  leases.trim(fleet.cluster.api.get(leases, { name: LEASE_NAME, namespace: NAMESPACE })).holder;

/** What it has written, but for the Lease, and Events that tell of what it has done. */
const writes = ({ process }: TestReplica): readonly string[] =>
  process.sent.filter((call) => !/^(get|list)|leases|events/.test(call));

describe('A leader that dies in the middle of a rollout', () => {
  it.each([300, 1100, 2500, 4000])('is followed by another, which goes on (after %i ms)', async (moment) => {
    const scene = await twoOperators(['m', 'n', 'o', 'p', 'q'], 2);
    const { fleet, a, b } = scene;
    fleet.set({ version: NEW });
    await fleet.clock.advance(moment);
    a.process.kill();
    await fleet.until(() => holder(scene) === 'b');
    await endsWell(scene);
    expect(fleet.count('upgrade-done')).toBe(5);
    expect(b.isReady()).toBe(true);
  });

  it('has its place taken at once where it is told to end', async () => {
    const scene = await twoOperators(['m', 'n', 'o'], 2);
    const { fleet, a } = scene;
    fleet.set({ version: NEW });
    await fleet.clock.advance(1100);
    const began = fleet.clock.monotonic();
    a.stop();
    await fleet.until(() => holder(scene) === 'b');
    await a.ended;
    expect(fleet.clock.monotonic() - began).toBeLessThan(500);
    await endsWell(scene);
  });
});

/** One that the others have to let pass: it sorts before them, and is only now no longer to be skipped. */
const FIRST = 'c';

/** The leader has sent off the start of node `n`, and died; the request is still on its way. */
async function lateStart(): Promise<Scene> {
  const scene = await twoOperators([FIRST, 'm', 'n']);
  const { fleet, a } = scene;
  fleet.label(FIRST, SKIP_LABEL, 'true');
  fleet.set({ version: NEW });
  await fleet.until(() => fleet.inProgress === 1);
  a.process.hold((call) => call === 'patch nodes n');
  await fleet.until(() => a.process.heldCalls === 1);
  expect(fleet.stateOf('m')).toBe('upgrade-done');
  a.process.kill();
  fleet.label(FIRST, SKIP_LABEL, null);
  return scene;
}

describe('The start of a node that arrives after its sender has died', () => {
  it('is reckoned with even if it was the first of a rollout', async () => {
    const scene = await twoOperators([FIRST, 'm']);
    const { fleet, a } = scene;
    fleet.label(FIRST, SKIP_LABEL, 'true');
    a.process.hold((call) => call === 'patch nodes m' && fleet.stateOf('m') === 'upgrade-required');
    fleet.set({ version: NEW });
    await fleet.until(() => a.process.heldCalls === 1);
    a.process.kill();
    fleet.label(FIRST, SKIP_LABEL, null);
    await fleet.until(() => fleet.stateOf(FIRST) === 'pod-restart-required');
    a.process.deliver();
    await endsWell(scene);
  });

  it('is refused once another leads, which may have started another node instead', async () => {
    const scene = await lateStart();
    const { fleet, a } = scene;
    await fleet.until(() => fleet.stateOf(FIRST) === 'pod-restart-required');
    expect(fleet.stateOf('n')).toBe('upgrade-required');
    a.process.deliver();
    await endsWell(scene);
  });

  it('is reckoned with as long as it may succeed', async () => {
    const scene = await lateStart();
    const { fleet, a, b } = scene;
    b.process.hold((call) => call === 'patch nodes n');
    await fleet.until(() => b.process.heldCalls === 1);
    // The new leader has not been told yet that the start is refused from now on: it starts nothing in its place.
    await fleet.clock.advance(5000);
    expect(fleet.stateOf(FIRST)).toBe('upgrade-required');
    a.process.deliver();
    b.process.deliver();
    await fleet.clock.advance(100);
    expect(fleet.inProgress).toBe(1);
    await endsWell(scene);
  });

  it('is refused even in another rollout, when everything looks as it did', async () => {
    const scene = await lateStart();
    const { fleet, a } = scene;
    await fleet.until(() => fleet.isDone);
    fleet.set({ version: NEWER });
    await fleet.until(() => fleet.stateOf('m') === 'drain-required');
    expect(fleet.stateOf('n')).toBe('upgrade-required');
    a.process.deliver();
    await endsWell(scene);
  });
});

describe('The deletion of a driver pod that arrives late', () => {
  /** The leader has asked for it, and the answer has not come. */
  async function lateDeletion(): Promise<Scene> {
    const scene = await twoOperators(['m']);
    const { fleet, a } = scene;
    fleet.set({ version: NEW });
    a.process.hold((call) => call.startsWith('delete pods'));
    await fleet.until(() => a.process.heldCalls === 1);
    return scene;
  }

  /** The version is set back, the node is given back, and there is work on it. */
  async function givenBack({ fleet }: Scene): Promise<string> {
    fleet.set({ version: OLD });
    await fleet.until(() => fleet.isDone && !fleet.isCordoned('m'));
    await fleet.clock.advance(1000);
    return fleet.driverOn('m')!.metadata.name;
  }

  it('is refused where another leads by now, and has given the node back', async () => {
    const scene = await lateDeletion();
    const { fleet, a } = scene;
    fleet.set({ version: OLD });
    await fleet.clock.advance(100);
    a.process.kill();
    const driver = await givenBack(scene);
    a.process.deliver();
    await fleet.clock.advance(5000);
    expect(fleet.driverOn('m')?.metadata.name).toBe(driver);
    await endsWell(scene);
  });

  it('is refused where its sender has never heard of an answer, and has gone on', async () => {
    const scene = await twoOperators(['m']);
    const { fleet, a } = scene;
    fleet.set({ version: NEW });
    a.process.lose((call) => call.startsWith('delete pods'));
    await fleet.until(() => a.process.heldCalls > 0);
    const driver = await givenBack(scene);
    expect(holder(scene)).toBe('a');
    a.process.deliver();
    await fleet.clock.advance(5000);
    expect(fleet.driverOn('m')?.metadata.name).toBe(driver);
    await endsWell(scene);
  });

  it('is made by the one that leads by now, where it is still wanted', async () => {
    const scene = await lateDeletion();
    const { fleet, a } = scene;
    a.process.kill();
    await fleet.until(() => fleet.isDone);
    a.process.deliver();
    await endsWell(scene);
  });
});

describe('A node that was to be handed back', () => {
  it('stays as it is when that arrives in the middle of its next upgrade', async () => {
    const scene = await twoOperators(['m']);
    const { fleet, a } = scene;
    fleet.set({ version: NEW });
    await fleet.until(() => fleet.driverOn('m') === undefined);
    fleet.set({ upgradePolicy: { autoUpgrade: false } });
    await fleet.clock.advance(100);
    a.process.hold((call) => call === 'patch nodes m');
    await fleet.until(() => a.process.heldCalls === 1);
    a.process.kill();
    fleet.set({ upgradePolicy: { autoUpgrade: true } });
    await fleet.until(() => fleet.isDone);
    fleet.set({ version: NEWER });
    await fleet.until(() => fleet.driverOn('m') === undefined);
    a.process.deliver();
    await fleet.clock.advance(50);
    expect(fleet.stateOf('m')).toBe('pod-restart-required');
    expect(fleet.isCordoned('m')).toBe(true);
    await endsWell(scene);
  });
});

describe('A leader that stands still until another leads', () => {
  it('writes nothing when it wakes, and stands by', async () => {
    const scene = await twoOperators(['m', 'n', 'o', 'p'], 2);
    const { fleet, a } = scene;
    a.process.hold((call) => call === 'patch nodes m' && fleet.stateOf('m') === 'cordon-required');
    fleet.set({ version: NEW });
    await fleet.until(() => a.process.heldCalls === 1);
    a.process.stop();
    // The answer is the first that it hears when it wakes, and the next write would follow from it.
    a.process.deliver();
    await fleet.until(() => holder(scene) === 'b');
    await fleet.clock.advance(500);
    const before = writes(a).length;
    await a.process.goOn();
    await fleet.clock.advance(1000);
    expect(writes(a)).toHaveLength(before);
    expect(a.log.lines.at(-1)).toMatchObject({ message: 'standing by', fields: { leader: 'b' } });
    expect(a.isReady()).toBe(true);
    await endsWell(scene);
  });

  it('does no harm either if its clock has stood still, too, and it is not told that it was replaced', async () => {
    const scene = await twoOperators(['m', 'n', 'o', 'p'], 2);
    const { fleet, a } = scene;
    fleet.set({ version: NEW });
    await fleet.until(() => fleet.count('drain-required') > 0);
    a.process.stop('stands-still');
    await fleet.until(() => holder(scene) === 'b' && fleet.inProgress > 0);
    a.process.hold((call) => call.endsWith('leases ofed-operator'));
    await a.process.goOn();
    await fleet.until(() => fleet.isDone);
    fleet.set({ version: NEWER });
    await endsWell(scene);
  });

  it('leads again when the other one dies', async () => {
    const scene = await twoOperators(['m', 'n']);
    const { fleet, a, b } = scene;
    a.process.stop();
    await fleet.until(() => holder(scene) === 'b');
    await a.process.goOn();
    await fleet.clock.advance(1000);
    b.process.kill();
    fleet.set({ version: NEW });
    await fleet.until(() => holder(scene) === 'a');
    await endsWell(scene);
  });
});

describe('What it costs', () => {
  const leaseWrites = ({ process }: TestReplica): number =>
    process.sent.filter((call) => call === 'patch leases ofed-operator').length;

  it('is next to nothing for a node that is upgraded: its Lease is renewed anyway', async () => {
    const names = Array.from({ length: 40 }, (_, number) => `n${number}`);
    const scene = await twoOperators(names, 10);
    const { fleet, a } = scene;
    const before = { writes: leaseWrites(a), at: fleet.clock.monotonic() };
    fleet.set({ version: NEW });
    await endsWell(scene);
    const renewals = (fleet.clock.monotonic() - before.at) / 2000;
    expect(leaseWrites(a) - before.writes - renewals).toBeLessThanOrEqual(names.length / 10);
  });

  it('is nothing but the renewals while there is nothing to do', async () => {
    const scene = await twoOperators(['m', 'n']);
    const { fleet, a, b } = scene;
    await fleet.clock.advance(60_000);
    a.process.sent.length = 0;
    b.process.sent.length = 0;
    await fleet.clock.advance(60_000);
    expect(a.process.sent).toEqual(Array.from({ length: 30 }, () => 'patch leases ofed-operator'));
    expect(b.process.sent).toEqual([]);
  });
});

describe('A node in the middle of its upgrade', () => {
  it('bears the mark of its leader, and the next leader’s as soon as there is one', async () => {
    const scene = await twoOperators(['m']);
    const { fleet, a } = scene;
    const mark = (): string => lookUp(fleet.node('m').metadata.annotations, FENCE_ANNOTATION) ?? '';
    fleet.set({ version: NEW });
    await fleet.until(() => fleet.inProgress === 1);
    expect(mark()).toMatch(/^a\/\d+\.\d+$/);
    a.process.kill();
    await fleet.until(() => mark().startsWith('b/'));
    await endsWell(scene);
  });
});

describe('Without a limit', () => {
  it('the next leader reckons with all nodes, once there is one', async () => {
    const scene = await twoOperators(['m', 'n', 'o'], 0);
    const { fleet, a } = scene;
    fleet.set({ version: NEW });
    a.process.hold((call) => call === 'patch nodes o');
    await fleet.until(() => fleet.inProgress === 2);
    a.process.kill();
    await fleet.until(() => holder(scene) === 'b');
    await fleet.clock.advance(3000);
    a.process.deliver();
    await fleet.until(() => fleet.isDone);
    for (const name of fleet.names) expect(fleet.node(name).metadata.annotations).toBeUndefined();
  });
});
