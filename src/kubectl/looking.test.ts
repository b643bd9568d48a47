import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REASON_ANNOTATION } from '../contract/keys.ts';
import { nodes } from '../operator/resources/nodes.ts';
import { aFleetInTrouble, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;

beforeAll(async () => {
  fleet = await aFleetInTrouble();
});

afterAll(async () => {
  await fleet.end();
});

const golden = (name: string): string => `./testing/golden/${name}.txt`;

/** A terminal of this width that can do everything. */
const wide = (columns: number) => ({
  look: { colour: true, unicode: true, size: () => ({ columns, rows: 50 }) },
});

describe('What a command shows of a rollout in trouble', () => {
  it.each([
    ['status', 'status'],
    ['nodes', 'nodes'],
    ['nodes-wide', 'nodes --state failed,drain -o wide'],
    ['explain-done', 'explain gpu-01'],
    ['explain-image', 'explain gpu-02'],
    ['explain-eviction', 'explain gpu-03'],
    ['explain-jobs', 'explain gpu-04'],
    ['explain-turn', 'explain gpu-05'],
    ['explain-not-ready', 'explain node/gpu-10'],
    ['explain-policy', 'explain'],
  ])('is the same in %s.txt', async (name, line) => {
    const { status, out, err } = await fleet.kubectlOfed(line);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    await expect(out).toMatchFileSnapshot(golden(name));
  });

  it('is coloured, drawn and wrapped on a terminal', async () => {
    const { out } = await fleet.kubectlOfed('status', wide(90));
    await expect(out.replaceAll('\u001B', '␛')).toMatchFileSnapshot(golden('status-terminal'));
  });
});

describe('kubectl ofed nodes', () => {
  const names = async (line: string): Promise<readonly string[]> =>
    (await fleet.kubectlOfed(`nodes -o name ${line}`)).out.split('\n').filter((each) => each !== '');

  it('shows those of a state, by the part of its name that people remember, of a reason, or with labels', async () => {
    expect(await names('--state failed')).toEqual(['node/gpu-02']);
    expect(await names('--state wait-for-jobs,done')).toEqual(['node/gpu-04', 'node/gpu-01']);
    expect(await names('--reason skipped,node-not-ready')).toEqual(['node/gpu-09', 'node/gpu-10']);
    expect(await names('-l nvidia.com/ofed-driver-upgrade.skip=true')).toEqual(['node/gpu-09']);
  });

  it('sorts them', async () => {
    expect((await names('--sort-by name'))[0]).toBe('node/gpu-01');
    expect((await names('--sort-by reason'))[0]).toBe('node/gpu-02');
  });

  it('says on the standard error that there is none, so that a pipe gets nothing', async () => {
    expect(await fleet.kubectlOfed('nodes --state cordon')).toEqual({
      status: 0,
      out: '',
      err: 'No nodes found\n',
    });
  });

  it('takes no state and no reason that does not exist, nor a selector that the API server does not take', async () => {
    for (const [line, complaint] of [
      ['--state brok', /^error: .*The states are upgrade-required/],
      ['--reason brok', /^error: .*There is no reason brok\. They are: .*eviction-blocked/],
      ['-l a=b=c', /^error: --selector: /],
    ] as const) {
      const { status, err } = await fleet.kubectlOfed(`nodes ${line}`);
      expect(status).toBe(2);
      expect(err).toMatch(complaint);
    }
  });
});

describe('kubectl ofed explain', () => {
  it('tells of several nodes, and gives data to programs', async () => {
    const { out } = await fleet.kubectlOfed('explain gpu-02 gpu-03 -o json');
    const stories = JSON.parse(out) as { node: { name: string; reason: { code: string } } }[];
    expect(stories.map(({ node }) => [node.name, node.reason.code])).toEqual([
      ['gpu-02', 'driver-image'],
      ['gpu-03', 'eviction-blocked'],
    ]);
  });

  it('knows no node that is not there', async () => {
    expect(await fleet.kubectlOfed('explain gpu-77')).toEqual({
      status: 1,
      out: '',
      err: 'error: there is no node gpu-77\n',
    });
  });

  it('passes on nothing that a terminal would obey', async () => {
    const evil = 'eviction-blocked: \u001B]0;owned\u0007\u001B[2J\rfine';
    fleet.cluster.change(
      nodes,
      { name: 'gpu-04' },
      { metadata: { annotations: { [REASON_ANNOTATION]: evil } } },
    );
    for (const line of ['status', 'nodes', 'explain gpu-04']) {
      expect((await fleet.kubectlOfed(line)).out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    }
  });
});
