import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KERNEL_LABEL, SKIP_LABEL } from '../../src/contract/keys.ts';
import type { PlanReport } from '../../src/kubectl/plan/plan-report.ts';
import { createJob, createNodes, createPod, eventually, stopKubelet } from '../control-plane/fixtures.ts';
import { DriverGate } from './driver-gate.ts';
import { DRAINING, hold, NEW, NEWER, OLD, tiedWorkload, WORK, workloadOn } from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

const PLUGIN = fileURLToPath(new URL('../../dist/kubectl-ofed.mjs', import.meta.url));

const NODES = 50;
const [UNOWNED, EMPTY_DIR, BUDGET, JOB, FINALIZER, NOT_READY, SKIPPED, UNLABELLED] = Array.from(
  { length: 8 },
  (_, index) => `node-${index}`,
) as [string, string, string, string, string, string, string, string];

describeOnControlPlane(
  'A plan, made before the version is changed',
  { controlPlane: { driverLoadMs: 5000, runInitContainers: 'outside' } },
  (cluster) => {
    let gate: DriverGate;
    const upgradePolicy = {
      ...DRAINING,
      maxParallelUpgrades: 10,
      drain: { enable: true, timeoutSeconds: 0 },
      waitForCompletion: { podSelector: 'wait-for=me', timeoutSeconds: 0 },
    };

    beforeAll(async () => {
      gate = new DriverGate(cluster.api);
      await createNodes(cluster.api, { count: NODES });
      await cluster.applyPolicy({ version: OLD, upgradePolicy });
      await cluster.rollout({ timeoutMs: 120_000 });
      // What a rollout takes is known from the one before.
      await cluster.setVersion(NEW);
      await cluster.rollout({ timeoutMs: 120_000 });
    }, 400_000);

    afterAll(() => gate.stop());

    /** The plugin's own answer; the drivers' registry is not one that can be asked. */
    async function plan(...args: readonly string[]): Promise<PlanReport & { readonly status: number }> {
      const env = { ...process.env, KUBECONFIG: cluster.controlPlane.adminKubeconfig };
      const { status, out, err } = await new Promise<{ status: number; out: string; err: string }>(
        (resolve) => {
          const line = [PLUGIN, 'plan', '--no-image-check', '-o', 'json', ...args];
          execFile(process.execPath, line, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
            resolve({ status: typeof error?.code === 'number' ? error.code : 0, out: stdout, err: stderr });
          });
        },
      );
      expect(err).toBe('');
      return { ...(JSON.parse(out) as PlanReport), status };
    }

    it('says that nothing would be done where nothing is to be changed', async () => {
      expect(await plan()).toMatchObject({ status: 0, totals: { nodes: NODES, toUpgrade: 0 } });
    });

    it('tells how long a rollout takes, within a fifth', async () => {
      const { status, totals, endsAfterSeconds = 0 } = await plan('--to', NEWER);
      expect({ status, upgraded: totals.upgraded }).toEqual({ status: 0, upgraded: NODES });
      await cluster.setVersion(NEWER);
      await cluster.rollout({ timeoutMs: 120_000 });
      const { startedAt = '', finishedAt = '' } = (await cluster.status()).upgrade ?? {};
      const took = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      expect(endsAfterSeconds / took).toBeGreaterThan(0.8);
      expect(endsAfterSeconds / took).toBeLessThan(1.2);
    });

    it('predicts what keeps nodes from being upgraded', async () => {
      const { api } = cluster;
      await createPod(api, { namespace: WORK, name: 'nobodys', nodeName: UNOWNED });
      await tiedWorkload(api, [EMPTY_DIR], { emptyDir: true });
      await tiedWorkload(api, [BUDGET, FINALIZER]);
      await hold(api, BUDGET);
      const [held] = await workloadOn(api, FINALIZER);
      const finalizers = JSON.stringify({ metadata: { finalizers: ['example.com/hold'] } });
      const name = held?.metadata.name ?? '';
      await cluster.kubectl('patch', 'pod', '-n', WORK, name, '--type=merge', '-p', finalizers);
      await createJob(api, {
        ...{ namespace: WORK, name: 'endless', labels: { 'wait-for': 'me' } },
        nodeSelector: { 'kubernetes.io/hostname': JOB },
      });
      await eventually(async () => (await workloadOn(api, JOB)).length === 1, { what: 'the job to run' });
      await cluster.kubectl('label', 'node', UNLABELLED, `${KERNEL_LABEL}-`);
      await cluster.kubectl('label', 'node', SKIPPED, `${SKIP_LABEL}=true`);
      await stopKubelet(api, NOT_READY);

      const { status, totals, nodes, evictions } = await plan('--to', OLD).then((report) => ({
        ...report,
        evictions: report.unknown.filter((each) => each.includes('eviction')),
      }));
      const codes = nodes.flatMap(({ name: node, outcome, reasons }) =>
        outcome === 'upgraded' || outcome === 'untouched' ? [] : [[node, reasons[0]?.code] as const],
      );
      expect(Object.fromEntries(codes)).toEqual({
        [UNOWNED]: 'drain-refused',
        [EMPTY_DIR]: 'drain-refused',
        [BUDGET]: 'eviction-blocked',
        [JOB]: 'jobs-running',
        [FINALIZER]: 'pods-stuck-terminating',
        [NOT_READY]: 'node-not-ready',
        [SKIPPED]: 'skipped',
        [UNLABELLED]: 'no-driver-pool',
      });
      expect({ status, upgraded: totals.upgraded, evictions }).toEqual({
        status: 1,
        upgraded: NODES - 8,
        evictions: [],
      });
      expect(await workloadOn(api, BUDGET)).toHaveLength(1);
    });
  },
);
