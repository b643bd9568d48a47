import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  budgetOf,
  CRASHING,
  EVENTUALLY,
  hold,
  letGo,
  look,
  NEW,
  OLD,
  tiedWorkload,
  upgradedFleet,
} from './fleet.ts';
import { PLUGIN, type Told } from './plugin.ts';
import { describeOnControlPlane } from './suite.ts';

const DOCUMENTATION = new URL('../../docs/kubectl-ofed.md', import.meta.url);

describeOnControlPlane('The kubectl plugin, called by kubectl', {}, (cluster) => {
  const [first, second, third] = ['node-0', 'node-1', 'node-2'] as const;
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plugin-'));
    symlinkSync(PLUGIN, join(folder, 'kubectl-ofed'));
    await upgradedFleet(cluster, { count: 3 });
    await tiedWorkload(cluster.api, [first]);
    await hold(cluster.api, first);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs `kubectl ofed` as a person does who has the plugin on the PATH. */
  const ofed = (...args: readonly string[]): Promise<Told> => run('ofed', ...args);

  function run(...args: readonly string[]): Promise<Told> {
    const { binaries, adminKubeconfig } = cluster.controlPlane;
    const PATH = [folder, dirname(binaries.kubectl), process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH, KUBECONFIG: adminKubeconfig };
    return new Promise((resolve) => {
      execFile(binaries.kubectl, args, { env }, (error, out, err) => {
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
    });
  }

  it('says that nothing is to be done where that is so', async () => {
    const { status, out, err } = await ofed('status');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(new RegExp(`^OFED driver ${OLD}: finished\n`));
  });

  it('pauses a rollout, tells why the node in progress is stuck, and resumes', async () => {
    await cluster.setVersion(NEW);
    await cluster.state(first, 'drain-required');
    expect(await ofed('pause')).toMatchObject({ status: 0, err: '' });
    await vi.waitFor(async () => {
      expect((await ofed('explain', first)).out).toContain('[eviction-blocked]');
    }, EVENTUALLY);
    const { out } = await ofed('explain', first);
    expect(out).toMatch(
      new RegExp(`refused by PodDisruptionBudget ${budgetOf(first)}, which needs 1 healthy`),
    );
    expect(out).toMatch(/NodeCordoned/);
    await letGo(cluster.api, first);
    await cluster.state(first, 'upgrade-done');
    expect((await ofed('status')).out).toMatch(/: paused: no new node is started\n/);
    expect(await look(cluster.api, second)).toMatchObject({ state: 'upgrade-required', cordoned: false });
    expect(await ofed('resume')).toMatchObject({ status: 0 });
    expect(await ofed('status', '--wait', '--timeout', '2m')).toMatchObject({ status: 0 });
    expect((await ofed('nodes', '--state', 'done', '-o', 'name')).out).toBe(
      `node/${first}\nnode/${second}\nnode/${third}\n`,
    );
  });

  it('says no of a rollout that fails, and gets the nodes back by a rollback', async () => {
    await ofed('skip', second, third);
    await cluster.setVersion(CRASHING);
    expect(await ofed('status', '--wait', '--timeout', '2m')).toMatchObject({ status: 1 });
    expect((await ofed('nodes', '--reason', 'driver-crashing', '-o', 'name')).out).toBe(`node/${first}\n`);
    expect(await ofed('retry', '--failed')).toMatchObject({ status: 0 });
    expect(await ofed('rollback')).toMatchObject({ status: 2 });
    expect((await ofed('rollback', '--yes')).out).toBe(
      `done: set the driver version back from ${CRASHING} to ${NEW}\n`,
    );
    expect(await ofed('status', '--wait', '--timeout', '2m')).toMatchObject({ status: 0 });
    expect(await look(cluster.api, first)).toMatchObject({ state: 'upgrade-done', cordoned: false });
  });

  it('completes the names of nodes by way of kubectl', async () => {
    const { out } = await ofed('completion', 'kubectl');
    writeFileSync(join(folder, 'kubectl_complete-ofed'), out, { mode: 0o755 });
    const offered = await run('__complete', 'ofed', 'explain', 'node-');
    expect(offered.out).toMatch(new RegExp(`^${first}\n${second}\n${third}\n:4\n`));
  });

  it('needs no more rights to look than its documentation names', async () => {
    const [, role = ''] =
      /```yaml\n(apiVersion: rbac[^`]*)```/.exec(readFileSync(DOCUMENTATION, 'utf8')) ?? [];
    await cluster.controlPlane.kubectlWith({ stdin: role }, 'apply', '-f', '-');
    await cluster.kubectl('create', 'serviceaccount', 'viewer');
    const binding = ['--clusterrole=ofed-viewer', '--serviceaccount=default:viewer'];
    await cluster.kubectl('create', 'clusterrolebinding', 'ofed-viewer', ...binding);
    const account = { namespace: 'default', name: 'viewer' };
    const as = ['--kubeconfig', await cluster.controlPlane.kubeconfigFor(account)];
    for (const command of [['status'], ['nodes'], ['explain', first, 'policy'], ['status', '--wait']]) {
      const { status, out, err } = await ofed(...command, ...as);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).not.toMatch(/not known|could not be read/);
    }
    const plan = await ofed('plan', '--no-image-check', '--to', OLD, ...as);
    expect(plan).toMatchObject({ status: 0, err: '' });
    expect(plan.out).toMatch(/whether a webhook refuses an eviction: .*not permitted/);
    expect(plan.out).not.toMatch(/could not be read/);
    expect(await ofed('skip', first, ...as)).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^error: not permitted: [^\n]*\n$/) as string,
    });
  });

  it('says in one line, and by its status, that there is no cluster', async () => {
    const { status, err } = await ofed('status', '--kubeconfig', join(folder, 'none'));
    expect(status).toBe(3);
    expect(err).toMatch(/^error: There is no kubeconfig [^\n]*\n$/);
  });
});
