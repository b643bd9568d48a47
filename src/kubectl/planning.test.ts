import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiError } from '../cluster/errors.ts';
import { Random } from '../cluster/memory/random.ts';
import { KERNEL_LABEL, POLICY_NAME, SKIP_LABEL, STATE_LABEL } from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { nodes } from '../operator/resources/nodes.ts';
import { policies } from '../operator/resources/objects.ts';
import { aRawReplicaSet } from '../operator/testing/builders.ts';
import type { PlanReport } from './plan/plan-report.ts';
import { NEW, OLD, TestFleet } from './testing/fleet.ts';

const MINUTE = 60_000;
const PODS = { group: '', plural: 'pods' };
const REPLICA_SETS = { group: 'apps', plural: 'replicasets' };

async function aFleet(names: readonly string[], upgradePolicy: object = {}): Promise<TestFleet> {
  const fleet = new TestFleet();
  for (const name of names) fleet.addNode(name);
  await fleet.begin(upgradePolicy);
  onTestFinished(() => fleet.end());
  return fleet;
}

async function planned(fleet: TestFleet, line = `--to ${NEW}`): Promise<PlanReport & { status: number }> {
  const { status, out, err } = await fleet.kubectlOfed(`plan ${line} -o json`);
  expect(err).toBe('');
  return { ...(JSON.parse(out) as PlanReport), status };
}

/** What each node that would not come through is told to be kept by, and with which words. */
function kept({ nodes: all }: PlanReport): Readonly<Record<string, string>> {
  return Object.fromEntries(
    all.flatMap(({ name, outcome, reasons }) =>
      outcome === 'failed' || outcome === 'stuck'
        ? [[name, `${reasons[0]?.code ?? ''}: ${reasons[0]?.message ?? ''}`]]
        : [],
    ),
  );
}

const everything = (fleet: TestFleet): string =>
  JSON.stringify([nodes, policies, PODS, REPLICA_SETS].map((kind) => fleet.cluster.api.list(kind)));

function work(fleet: TestFleet, node: string, name: string, template: object = {}): void {
  const replicaSet = aRawReplicaSet(name, node);
  const spec = replicaSet['spec'] as { template: { metadata: object; spec: object } };
  const { metadata, spec: pod } = spec.template;
  fleet.cluster.create(REPLICA_SETS, {
    ...replicaSet,
    ...{ spec: { ...spec, template: { metadata, spec: { ...pod, ...template } } } },
  });
}

describe('kubectl ofed plan', () => {
  it('tells of a clean fleet in which order its nodes would be upgraded, and changes nothing', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2', 'gpu-3'], { maxParallelUpgrades: 2 });
    const before = everything(fleet);
    const { status, out } = await fleet.kubectlOfed(`plan --to ${NEW}`);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^OFED driver ${NEW}: 3 of 3 nodes would be upgraded within \\d+s\n`));
    expect((await fleet.kubectlOfed(`plan --to ${NEW} -o name`)).out).toBe(
      'node/gpu-1\nnode/gpu-2\nnode/gpu-3\n',
    );
    expect((await planned(fleet)).waves.map((wave) => wave.nodes)).toEqual([['gpu-1', 'gpu-2'], ['gpu-3']]);
    expect(everything(fleet)).toBe(before);
  });

  it('says that nothing would be done where the policy has that version already', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2']);
    const { totals, status } = await planned(fleet, '');
    expect({ totals, status }).toMatchObject({ totals: { nodes: 2, toUpgrade: 0 }, status: 0 });
  });

  it('predicts what keeps each node from being upgraded, and what helps, in the words of the operator', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `gpu-${index}`);
    const fleet = await aFleet(names, {
      maxParallelUpgrades: 3,
      waitForCompletion: { podSelector: 'app=training', timeoutSeconds: 0 },
      drain: { enable: true, timeoutSeconds: 0 },
    });
    fleet.cluster.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'nobodys', namespace: 'default' },
      ...{ spec: { nodeName: 'gpu-0', containers: [{ name: 'main', image: 'example.com/image:1' }] } },
    });
    work(fleet, 'gpu-1', 'scratch', { volumes: [{ name: 'tmp', emptyDir: {} }] });
    fleet.protect('gpu-2', 'database');
    fleet.train('gpu-3', 'training');
    work(fleet, 'gpu-4', 'stays');
    await fleet.clock.advance(MINUTE);
    const [staying] = fleet.cluster.api.list(PODS, { labelSelector: 'app=stays' });
    fleet.cluster.change(PODS, staying!.metadata, { metadata: { finalizers: ['example.com/hold'] } });
    fleet.machines.setNodeReady('gpu-5', false);
    fleet.cluster.change(nodes, { name: 'gpu-6' }, { metadata: { labels: { [SKIP_LABEL]: 'true' } } });
    fleet.cluster.change(nodes, { name: 'gpu-7' }, { metadata: { labels: { [KERNEL_LABEL]: null } } });
    await fleet.clock.advance(2 * MINUTE);

    const plan = await planned(fleet);
    expect(kept(plan)).toEqual({
      'gpu-0': expect.stringMatching(/^drain-refused: .*default\/nobodys/) as string,
      'gpu-1': expect.stringMatching(/^drain-refused: .*emptyDir.*default\/scratch-/) as string,
      'gpu-2': expect.stringMatching(
        /^eviction-blocked: .*PodDisruptionBudget database, which needs 1/,
      ) as string,
      'gpu-3': expect.stringMatching(/^jobs-running: .*\(Job training\)/) as string,
      'gpu-4': expect.stringMatching(
        /^pods-stuck-terminating: .*default\/stays-.*example\.com\/hold/,
      ) as string,
      'gpu-5': expect.stringMatching(/^node-not-ready: .*not Ready since/) as string,
      'gpu-6': expect.stringMatching(/^skipped: /) as string,
      'gpu-7': expect.stringMatching(/^no-driver-pool: .*kernel-version\.full/) as string,
    });
    // Three hold the slots for good, so the others' turn does not come.
    expect(plan.totals).toMatchObject({ upgraded: 0, blocked: 7, waiting: 2, skipped: 1 });
    expect(plan.status).toBe(1);
    const reasons = plan.nodes.flatMap(({ outcome, reasons: [first] }) =>
      outcome === 'waiting' ? [first] : [],
    );
    expect(reasons).toMatchObject(
      Array(2).fill({ code: 'slot', remedy: { commands: [expect.any(String)] } }),
    );
    const budget = plan.blocked.find(({ code }) => code === 'eviction-blocked');
    expect(budget?.examples[0]?.reason.remedy.commands).toEqual([
      expect.stringMatching(/^kubectl patch poddisruptionbudget -n default database /) as string,
    ]);
  });

  it('predicts an image that its registry does not have, and says where it could not be asked', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2']);
    fleet.registry = (image) => ({ state: image.includes(NEW) ? 'missing' : 'present' });
    expect(kept(await planned(fleet))).toEqual({
      'gpu-1': expect.stringMatching(/^driver-image: .*ImagePullBackOff/) as string,
      'gpu-2': expect.stringMatching(/^driver-image: .*ImagePullBackOff/) as string,
    });
    fleet.registry = () => ({ state: 'unknown', why: 'nobody is at home' });
    const { unknown, status } = await planned(fleet);
    expect(unknown[0]).toMatch(new RegExp(`^whether there is an image .*${NEW}.*: nobody is at home$`));
    expect(status).toBe(0);
    fleet.registry = () => ({ state: 'missing' });
    expect((await planned(fleet, `--to ${NEW} --no-image-check`)).status).toBe(0);
  });

  it('predicts that a driver that fails on a node already goes on failing there', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2']);
    fleet.withoutImage.add('gpu-1');
    fleet.change({ version: NEW });
    await fleet.clock.advance(MINUTE);
    expect(Object.keys(kept(await planned(fleet, '')))).toEqual(['gpu-1']);
  });

  it('knows that evicted pods come back elsewhere, so that their budget lets the next ones go', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2', 'gpu-3'], { maxParallelUpgrades: 2 });
    const replicaSet = aRawReplicaSet('web', '');
    const spec = replicaSet['spec'] as { template: { spec: { nodeSelector?: unknown } } };
    delete spec.template.spec.nodeSelector;
    fleet.cluster.create(REPLICA_SETS, { ...replicaSet, ...{ spec: { ...spec, replicas: 3 } } });
    fleet.cluster.create(
      { group: 'policy', plural: 'poddisruptionbudgets' },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web', namespace: 'default' },
        ...{ spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } } },
      },
    );
    await fleet.clock.advance(MINUTE);
    const { status, totals } = await planned(fleet);
    expect({ status, upgraded: totals.upgraded }).toEqual({ status: 0, upgraded: 3 });
  });

  it('tells of what only holds a node up for a while: a job that is not waited for for ever', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2'], {
      waitForCompletion: { podSelector: 'app=training', timeoutSeconds: 900 },
    });
    fleet.train('gpu-1', 'training');
    await fleet.clock.advance(MINUTE);
    const { status, delayed, endsAfterSeconds } = await planned(fleet);
    expect(status).toBe(0);
    expect(delayed).toMatchObject([{ code: 'jobs-running', nodes: ['gpu-1'] }]);
    expect(endsAfterSeconds).toBeGreaterThan(900);
  });

  it('leaves a node cordoned that somebody has cordoned', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2']);
    fleet.cluster.api.patch(
      nodes,
      { name: 'gpu-1' },
      { type: 'merge', body: { spec: { unschedulable: true } } },
      { fieldManager: 'kubectl-cordon' },
    );
    const { out } = await fleet.kubectlOfed(`plan --to ${NEW}`);
    expect(out).toContain('\nCordoned by somebody, and left so: gpu-1\n');
  });

  it('asks for evictions as a dry run, and predicts one that a webhook refuses', async () => {
    const fleet = await aFleet(['gpu-1']);
    work(fleet, 'gpu-1', 'precious');
    await fleet.clock.advance(MINUTE);
    const said = 'admission webhook "keep.example.com" denied the request: it is precious';
    fleet.refuseEvictions(new ApiError('forbidden', said, { said }));
    expect(kept(await planned(fleet))).toEqual({
      'gpu-1': expect.stringMatching(/^eviction-blocked: .*it is precious/) as string,
    });
    const forbidden =
      'pods "x" is forbidden: User "u" cannot create resource "pods/eviction" in API group ""';
    fleet.refuseEvictions(new ApiError('forbidden', forbidden, { said: forbidden }));
    const { status, unknown } = await planned(fleet);
    expect(status).toBe(0);
    expect(unknown.join('\n')).toMatch(/webhook refuses an eviction: .*not permitted/);
  });

  it('does not take a pod for its namesake in another namespace, whose eviction is refused', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2']);
    fleet.cluster.create(
      { group: '', plural: 'namespaces' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'precious' } },
    );
    for (const [node, namespace] of [
      ['gpu-1', 'default'],
      ['gpu-2', 'precious'],
    ] as const) {
      const set = aRawReplicaSet('database', node);
      fleet.cluster.create(REPLICA_SETS, { ...set, metadata: { ...set.metadata, namespace } });
    }
    await fleet.clock.advance(MINUTE);
    const pods = fleet.cluster.api.list(PODS, { labelSelector: 'app=database' });
    expect(pods.map(({ metadata }) => metadata.namespace)).toEqual(['default', 'precious']);
    fleet.refuseEvictions(new ApiError('forbidden', 'no', { said: 'no' }), 'precious');
    expect(Object.keys(kept(await planned(fleet)))).toEqual(['gpu-2']);
  });

  it('takes a policy from a file, and refuses one that the API server would refuse', async () => {
    const fleet = await aFleet(['gpu-1', 'gpu-2']);
    const folder = mkdtempSync(join(tmpdir(), 'plan-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'policy.yaml');
    const policy = (upgradePolicy: object, version: string): void => {
      const ofedDriver = { image: 'mofed', repository: 'example.com', version, upgradePolicy };
      const metadata = { name: POLICY_NAME };
      writeFileSync(
        file,
        JSON.stringify({
          apiVersion: 'mellanox.com/v1alpha1',
          kind: 'NicClusterPolicy',
          metadata,
          spec: { ofedDriver },
        }),
      );
    };
    policy({ autoUpgrade: true, maxParallelUpgrades: 0 }, NEW);
    expect((await planned(fleet, `-f ${file}`)).waves.map((wave) => wave.nodes)).toEqual([
      ['gpu-1', 'gpu-2'],
    ]);
    policy({ autoUpgrade: true, maxParallelUpgrades: -1 }, NEW);
    expect(await fleet.kubectlOfed(`plan -f ${file}`)).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^error: .*maxParallelUpgrades/) as string,
    });
    expect((await fleet.kubectlOfed(`plan -f ${folder}/none`)).err).toMatch(/^error: .*cannot be read/);
  });

  it.each([500])(
    'tells how long a clean rollout of %i nodes takes, within a fifth',
    { timeout: 300_000 },
    async (count) => {
      const chance = new Random('names');
      const times = { driverStart: 150_000, driverStop: 20_000, podStop: 5_000 };
      const fleet = new TestFleet({ random: () => chance.next(), times });
      onTestFinished(() => fleet.end());
      for (let number = 0; number < count; number += 1) fleet.addNode(`gpu-${number}`);
      await fleet.begin({ maxParallelUpgrades: count / 10 });
      await fleet.clock.advance(5 * MINUTE);
      const { endsAfterSeconds = 0, totals } = await planned(fleet);
      expect(totals.upgraded).toBe(count);

      const start = fleet.clock.now();
      fleet.change({ version: NEW });
      const done = (): number =>
        fleet.cluster.api
          .list(nodes)
          .filter(({ metadata }) => lookUp(metadata.labels, STATE_LABEL) === 'upgrade-done').length;
      await fleet.clock.advance(MINUTE);
      while (done() < count) await fleet.clock.advance(10_000);
      const took = (fleet.clock.now() - start) / 1000;
      expect(endsAfterSeconds / took).toBeGreaterThan(0.8);
      expect(endsAfterSeconds / took).toBeLessThan(1.2);
    },
  );

  it('knows no way where there is no policy', async () => {
    const fleet = new TestFleet();
    expect(await fleet.kubectlOfed(`plan --to ${OLD}`)).toMatchObject({ status: 1 });
  });
});
