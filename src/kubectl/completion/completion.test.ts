import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestFleet } from '../testing/fleet.ts';

let fleet: TestFleet;

beforeAll(() => {
  fleet = new TestFleet();
  for (const name of ['gpu-1', 'gpu-2', 'cpu-1']) fleet.addNode(name);
});

afterAll(async () => {
  await fleet.end();
});

/** The candidates for the last word of a command line, and how kubectl is to take them. */
const complete = async (...words: readonly string[]): Promise<readonly string[]> =>
  (await fleet.kubectlOfed(['__complete', '--', ...words])).out
    .split('\n')
    .map((line) => line.replace(/\t.*/, ''));

describe('What completes a command line', () => {
  it.each([
    [['st'], ['status']],
    [
      ['explain', 'gpu-'],
      ['gpu-1', 'gpu-2'],
    ],
    [
      ['retry', 'gpu-1', ''],
      ['cpu-1', 'gpu-1', 'gpu-2'],
    ],
    [['nodes', '--reason', 'eviction'], ['eviction-blocked']],
    [['nodes', '--state', 'upgrade-f'], ['upgrade-failed']],
    [
      ['nodes', '-o', ''],
      ['wide', 'name', 'json', 'yaml'],
    ],
    [
      ['status', '--w'],
      ['--watch', '--wait'],
    ],
    [['status', ''], []],
    [['completion', 'z'], ['zsh']],
  ])('offers for %j: %j', async (words, offered) => {
    expect(await complete(...words)).toEqual([...offered, ':4', '']);
  });

  it('offers every command but its own', async () => {
    const offered = await complete('');
    expect(offered).toContain('rollback');
    expect(offered.filter((word) => word.startsWith('_'))).toEqual([]);
  });
});

describe('kubectl ofed completion', () => {
  it.each(['kubectl', 'bash'])('prints a script that the shell takes: %s', async (shell) => {
    const { status, out } = await fleet.kubectlOfed(`completion ${shell}`);
    expect(status).toBe(0);
    expect(() => execFileSync('bash', ['-n'], { input: out })).not.toThrow();
  });

  it('knows the shells that there are', async () => {
    expect((await fleet.kubectlOfed('completion fish')).out).toContain('complete -c kubectl-ofed');
    expect((await fleet.kubectlOfed('completion zsh')).out).toMatch(/^#compdef kubectl-ofed/);
    expect((await fleet.kubectlOfed('completion csh')).status).toBe(2);
  });
});
