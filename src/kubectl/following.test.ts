import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../cluster/errors.ts';
import { aFleetInTrouble, NEW, TestFleet, type Told } from './testing/fleet.ts';

const MINUTE = 60_000;

let fleet: TestFleet;

beforeEach(async () => {
  fleet = new TestFleet();
  for (const name of ['gpu-1', 'gpu-2']) fleet.addNode(name);
  await fleet.begin();
});

afterEach(async () => {
  await fleet.end();
});

/** Runs a command that waits, and lets time pass meanwhile. */
async function whileTimePasses(told: Promise<Told>, minutes = 5): Promise<Told> {
  await fleet.clock.advance(minutes * MINUTE);
  return await told;
}

describe('kubectl ofed status --wait', () => {
  it('ends when every node has the new driver, and tells of each change in a line', async () => {
    fleet.change({ version: NEW });
    const { status, out, err } = await whileTimePasses(fleet.kubectlOfed('status --wait'));
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^00:01:00Z {2}unseen: /);
    expect(lines.at(-1)).toMatch(/Z {2}finished: 2 of 2 nodes up to date, 0 in progress, 0 waiting$/);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('leaves no watch behind when it has ended', async () => {
    await fleet.end();
    expect((await whileTimePasses(fleet.kubectlOfed('status --wait'))).status).toBe(0);
    expect(fleet.clock.pending).toEqual([]);
    expect(fleet.openWatches).toBe(0);
  });

  it('says no when nodes have failed and nothing else goes on', async () => {
    fleet.withoutImage.add('gpu-1');
    fleet.change({ version: NEW });
    const { status, out } = await whileTimePasses(fleet.kubectlOfed('status --wait'));
    expect(status).toBe(1);
    expect(out).toMatch(/stopped: 1 of 2 nodes up to date, 0 in progress, 0 waiting, 1 failed\n$/);
  });

  it('ends at once where the cluster cannot be reached to begin with', async () => {
    fleet.refuse(new ApiError('connection', 'GET nodes: connect ECONNREFUSED'));
    expect(await whileTimePasses(fleet.kubectlOfed('status --wait'), 1)).toMatchObject({
      status: 3,
      err: 'error: the cluster cannot be reached: GET nodes: connect ECONNREFUSED\n',
    });
  });

  it('says no when the time is over', async () => {
    await fleet.kubectlOfed('pause');
    fleet.change({ version: NEW });
    expect(await whileTimePasses(fleet.kubectlOfed('status --wait --timeout 2m30s'))).toMatchObject({
      status: 1,
      err: 'error: the rollout has not ended in time\n',
    });
  });

  it('draws over what it has shown on a terminal, and never more than fits', async () => {
    fleet.change({ version: NEW });
    const look = { size: () => ({ columns: 60, rows: 6 }) };
    const { out } = await whileTimePasses(fleet.kubectlOfed('status --wait', { look }));
    const [first = '', ...frames] = out.split('\u001B[5A');
    expect(first).toMatch(/^\r\u001B\[J/);
    expect(frames.length).toBeGreaterThan(3);
    for (const frame of frames) expect(frame.split('\n').length - 1).toBeLessThanOrEqual(5);
  });

  it.each(['5 minutes', '5x', ''])('takes no time such as "%s"', async (time) => {
    expect((await fleet.kubectlOfed(['status', '--wait', '--timeout', time])).status).toBe(2);
  });
});

describe('kubectl ofed status', () => {
  const firstLines = async (most: number): Promise<string> =>
    (await fleet.kubectlOfed('status')).out.split('\n').slice(0, most).join('\n');

  it('says that it is finished, and then no more than that', async () => {
    const { out } = await fleet.kubectlOfed('status');
    expect(out).toMatch(/^OFED driver 23\.10-0\.5\.5\.0\.1: finished\n/);
    expect(out).not.toMatch(/FAILED|HELD UP/);
  });

  it('calls it rolling out when drivers come up for the first time', async () => {
    await fleet.end();
    fleet = new TestFleet();
    fleet.addNode('gpu-1');
    fleet.install();
    await fleet.clock.advance(2500);
    const { out } = await fleet.kubectlOfed('status');
    expect(out).toMatch(/: rolling out\n\n.* 0 of 1 nodes up to date/);
  });

  it('says that no operator runs, where one has fallen silent', async () => {
    fleet.freezeOperator();
    fleet.change({ version: NEW });
    await fleet.clock.advance(10 * MINUTE);
    expect(await firstLines(2)).toMatch(
      /: changed; the operator is taking it up\nThe operator does not run: ofed-operator-7d9f5c was last heard of (9m\d+s|10m) ago, and no other has taken over/,
    );
  });

  it('says that no operator runs in the namespace, where none ever has', async () => {
    const { out } = await fleet.kubectlOfed('status -n elsewhere');
    expect(out).toMatch(/\nNo operator runs in this namespace: .* say where with --namespace\.\n/);
  });

  it('says what is wrong with the policy', async () => {
    fleet.change({ repository: 'REPO', certConfig: { name: 'no-such-map' } });
    await fleet.clock.advance(MINUTE);
    expect(await firstLines(2)).toMatch(/no-such-map|repository/);
  });

  it('says that upgrades are switched off', async () => {
    fleet.change({ upgradePolicy: { autoUpgrade: false } });
    await fleet.clock.advance(MINUTE);
    expect(await firstLines(1)).toMatch(/: automatic upgrades are switched off$/);
  });

  it('tells three nodes of a kind of trouble in full, and counts the others', async () => {
    await fleet.end();
    fleet = await aFleetInTrouble();
    for (let number = 1; number <= 10; number += 1)
      fleet.withoutImage.add(`gpu-${String(number).padStart(2, '0')}`);
    fleet.change({ upgradePolicy: { maxParallelUpgrades: 0 } });
    await fleet.clock.advance(2 * MINUTE);
    const { out } = await fleet.kubectlOfed('status');
    const part = out.slice(out.indexOf('FAILED'), out.indexOf('HELD UP'));
    expect(part).toMatch(/^FAILED {2}driver-image: 5 nodes\n {2}gpu-02, /);
    expect(part).toMatch(/\n {2}and gpu-07, gpu-08: kubectl ofed nodes --reason driver-image\n/);
    // The command that helps one helps all.
    expect(part.match(/\$ kubectl patch/g)).toHaveLength(1);
  });
});
