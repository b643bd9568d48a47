import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { KERNEL_LABEL, SKIP_LABEL } from '../../src/contract/keys.ts';
import type { BlockedNode } from '../../src/contract/status.ts';
import { remedyFor } from '../../src/reasons/index.ts';
import {
  createJob,
  createNodes,
  createPod,
  eventually,
  getNode,
  startKubelet,
  stopKubelet,
} from '../control-plane/fixtures.ts';
import { DriverGate } from './driver-gate.ts';
import {
  DRAINING,
  EVENTUALLY,
  hold,
  look,
  NEW,
  NEWER,
  OLD,
  tiedWorkload,
  WORK,
  workloadOn,
} from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

interface Stuck {
  readonly node: string;
  /** In a few words. */
  readonly by: string;
  readonly code: string;
  /** What its reason names. */
  readonly names: RegExp;
  /** The reason of its Event. */
  readonly event: string;
}

// In the order in which they start: those that fail make room, then four take the slots, and one finds none.
const UNOWNED = 'node-0';
const EMPTY_DIR = 'node-1';
const BUDGET = 'node-2';
const JOB = 'node-3';
const FINALIZER = 'node-4';
const INIT = 'node-5';
const QUEUED = 'node-6';
const NOT_READY = 'node-7';
const SKIPPED = 'node-8';
const UNLABELLED = 'node-9';
const NODES = 10;
const SLOTS = 4;

const STUCK: readonly Stuck[] = [
  {
    ...{ node: UNOWNED, by: 'a pod that no controller owns', code: 'drain-refused' },
    ...{ names: /default\/nobodys/, event: 'DriverUpgradeFailed' },
  },
  {
    ...{ node: EMPTY_DIR, by: 'a pod with an emptyDir volume', code: 'drain-refused' },
    ...{ names: /emptyDir.*default\/work-on-node-1/, event: 'DriverUpgradeFailed' },
  },
  {
    ...{ node: BUDGET, by: 'a budget that allows no eviction', code: 'eviction-blocked' },
    ...{
      names: /PodDisruptionBudget hold-node-2, which needs 1 healthy pods and has 1/,
      event: 'EvictionBlocked',
    },
  },
  {
    ...{ node: JOB, by: 'a job that never ends', code: 'jobs-running' },
    ...{ names: /default\/endless-.* \(Job endless\)/, event: 'JobsRunning' },
  },
  {
    ...{ node: FINALIZER, by: 'a pod that does not go', code: 'pods-stuck-terminating' },
    ...{ names: /default\/work-on-node-4.*example\.com\/hold/, event: 'PodsStuckTerminating' },
  },
  {
    ...{ node: INIT, by: 'an init container that does not end', code: 'driver-init-waiting' },
    ...{ names: /init container network-operator-init-container/, event: 'DriverInitWaiting' },
  },
  {
    ...{ node: NOT_READY, by: 'a kubelet that is gone', code: 'node-not-ready' },
    ...{ names: /not Ready since/, event: 'NodeNotReady' },
  },
  {
    ...{ node: SKIPPED, by: 'the skip label', code: 'skipped' },
    ...{ names: /labelled to be skipped/, event: 'Skipped' },
  },
  {
    ...{
      node: UNLABELLED,
      by: 'a label that is missing, so that no driver is for its kernel',
      code: 'no-driver-pool',
    },
    ...{ names: /no label .*kernel-version\.full/, event: 'NoDriverPool' },
  },
];

/** A pod counts as stuck half a minute after its grace period, and machines are slow. */
const LONG = { ...EVENTUALLY, timeout: 150_000 };

describeOnControlPlane(
  'A node that is stuck says why, and what it says to do about it helps',
  { controlPlane: { runInitContainers: 'outside' } },
  (cluster) => {
    let gate: DriverGate;
    let kernel = '';

    const blocked = async (node: string): Promise<BlockedNode | undefined> =>
      (await cluster.status()).upgrade?.blocked.find((each) => each.node === node);

    /** The node's annotation, its Event, and its entry in the policy's status name the same cause. */
    async function saysSo({ node, code, names, event }: Omit<Stuck, 'by'>): Promise<void> {
      await vi.waitFor(async () => {
        const { reason } = await look(cluster.api, node);
        expect(reason).toMatch(new RegExp(`^${code}: `));
        expect(reason).toMatch(names);
        const told = (await cluster.kubectl('describe', 'node', node)).split('\nEvents:')[1] ?? '';
        const lines = told.split('\n').filter((line) => line.includes(` ${event} `));
        expect(lines.some((line) => names.test(line))).toBe(true);
        expect(await blocked(node)).toMatchObject({
          code,
          message: expect.stringMatching(names) as unknown,
        });
      }, LONG);
    }

    /** Runs the commands that the policy's status has for a node, as they stand but for the words that are to be filled in. */
    async function follow(node: string, fillIn: (command: string) => string = (same) => same): Promise<void> {
      const commands = (await blocked(node))?.remedy?.commands ?? [];
      expect(commands).not.toEqual([]);
      for (const command of commands) await cluster.people().shell(fillIn(command));
    }

    const freed = (node: string): Promise<void> =>
      cluster.state(node, 'upgrade-done', { timeoutMs: 120_000 });

    beforeAll(async () => {
      const { api } = cluster;
      gate = new DriverGate(api);
      await createNodes(api, { count: NODES });
      const upgradePolicy = {
        ...{ ...DRAINING, drain: { enable: true, timeoutSeconds: 0 } },
        waitForCompletion: { podSelector: 'wait-for=me', timeoutSeconds: 0 },
      };
      await cluster.applyPolicy({
        version: OLD,
        upgradePolicy: { ...upgradePolicy, maxParallelUpgrades: 0 },
      });
      await cluster.rollout({ timeoutMs: 120_000 });

      await createPod(api, { namespace: WORK, name: 'nobodys', nodeName: UNOWNED });
      await tiedWorkload(api, [EMPTY_DIR], { emptyDir: true });
      await tiedWorkload(api, [BUDGET, FINALIZER]);
      await hold(api, BUDGET);
      const [held] = await workloadOn(api, FINALIZER);
      const finalizers = JSON.stringify({ metadata: { finalizers: ['example.com/hold'] } });
      await cluster.kubectl(
        'patch',
        'pod',
        '-n',
        WORK,
        held?.metadata.name ?? '',
        '--type=merge',
        '-p',
        finalizers,
      );
      await createJob(api, {
        ...{ namespace: WORK, name: 'endless', labels: { 'wait-for': 'me' } },
        nodeSelector: { 'kubernetes.io/hostname': JOB },
      });
      await eventually(async () => (await workloadOn(api, JOB)).length === 1, { what: 'the job to run' });
      kernel = (await getNode(api, UNLABELLED)).metadata.labels?.[KERNEL_LABEL] ?? '';
      await cluster.kubectl('label', 'node', UNLABELLED, `${KERNEL_LABEL}-`);
      await cluster.kubectl('label', 'node', SKIPPED, `${SKIP_LABEL}=true`);
      await stopKubelet(api, NOT_READY);
      gate.hold(INIT);
      await cluster.setUpgradePolicy({ ...upgradePolicy, maxParallelUpgrades: SLOTS });
      await cluster.setVersion(NEW);
    }, 400_000);

    afterAll(() => gate.stop());

    it.each(STUCK)('$by: the node, its Event and the policy say so ($code)', saysSo);

    it('a limit that leaves no slot: the node says so, and the policy how many wait', async () => {
      await vi.waitFor(async () => {
        expect(await look(cluster.api, QUEUED)).toMatchObject({
          state: 'upgrade-required',
          reason: expect.stringMatching(/^slot: .*maxParallelUpgrades/) as unknown,
        });
        const { upgrade, conditions } = await cluster.status();
        expect(upgrade).toMatchObject({ inProgress: SLOTS, queued: 1 });
        expect(conditions?.find(({ type }) => type === 'Progressing')?.message).toMatch(
          new RegExp(
            `^${SLOTS} .*as many as maxParallelUpgrades \\(${SLOTS}\\) allows; 1 waiting for their turn`,
          ),
        );
      }, EVENTUALLY);
    });

    it('a limit that leaves no slot: with the command for it, the node is upgraded while the others hold theirs', async () => {
      const { commands } = remedyFor({ code: 'slot', limit: SLOTS }, { node: QUEUED });
      for (const command of commands) await cluster.people().shell(command);
      await freed(QUEUED);
      await vi.waitFor(async () => {
        expect((await cluster.status()).upgrade).toMatchObject({ inProgress: SLOTS, queued: 0 });
      }, EVENTUALLY);
    });

    it.each(STUCK.filter(({ node }) => ![INIT, NOT_READY, UNLABELLED].includes(node)))(
      '$by: the commands in the policy’s status, as they stand, free the node',
      async ({ node }) => {
        await follow(node);
        await freed(node);
      },
    );

    it('an init container that does not end: with its cause taken away, the command frees the node', async () => {
      gate.release(INIT);
      await follow(INIT);
      await freed(INIT);
    });

    it('a label that is missing: with its value filled in, the command frees the node', async () => {
      await follow(UNLABELLED, (command) => command.replace('VALUE', kernel));
      await freed(UNLABELLED);
    });

    it('a kubelet that is gone: no command helps, but that it is back does', async () => {
      expect((await blocked(NOT_READY))?.remedy).toMatchObject({
        look: [`kubectl describe node ${NOT_READY}`],
        commands: [],
      });
      await startKubelet(cluster.api, NOT_READY);
      await freed(NOT_READY);
    });

    it.each([
      [
        'an image that cannot be pulled',
        '24.99-0.1.1.0-missing',
        'driver-image',
        /ImagePullBackOff.*-missing-/,
      ],
      [
        'a driver that crashes',
        '24.99-0.1.1.0-crash',
        'driver-crashing',
        /mofed-container.*CrashLoopBackOff/,
      ],
    ])(
      '%s: the node, its Event and the policy say so, and the command, with a version that works, frees it',
      async (_, broken, code, names) => {
        const node = QUEUED;
        // What was in the way before has come back with its nodes.
        await cluster.kubectl('delete', 'jobs,deployments', '--all', '-n', WORK);
        await cluster.setVersion(broken);
        await saysSo({ node, code, names, event: 'DriverUpgradeFailed' });
        await follow(node, (command) => command.replace('VERSION', broken.includes('missing') ? NEWER : NEW));
        await cluster.rollout({ timeoutMs: 120_000 });
      },
    );
  },
);
