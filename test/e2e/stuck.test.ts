import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { KERNEL_LABEL, SKIP_LABEL } from '../../src/contract/keys.ts';
import type { BlockedNode } from '../../src/contract/status.ts';
import type { NodeStory } from '../../src/dashboard/wire.ts';
import type { NodeReport } from '../../src/kubectl/report/node-report.ts';
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
import { findChromium, launchChromium } from '../dashboard/chromium.ts';
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
import { heldUp, ofed, plan } from './plugin.ts';
import { driverPods, nodeFingerprints } from './sights.ts';
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

const MISSING = '24.99-0.1.1.0-missing';
const CRASHING = '24.99-0.1.1.0-crash';

/** A registry that has every image but one, and where it is. */
async function startRegistry(): Promise<{ readonly registry: Server; readonly host: string }> {
  const registry = createServer(({ url = '' }, response) => {
    response.writeHead(url.includes(MISSING) ? 404 : 200).end();
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  return { registry, host: `127.0.0.1:${(registry.address() as AddressInfo).port}` };
}

/** A pod counts as stuck half a minute after its grace period, and machines are slow. */
const LONG = { ...EVENTUALLY, timeout: 150_000 };

describeOnControlPlane(
  'A node that is stuck says why, and what it says to do about it helps',
  {
    controlPlane: { runInitContainers: 'outside' },
    operator: { args: ['--dashboard-address', '127.0.0.1:0'] },
  },
  (cluster) => {
    let gate: DriverGate;
    let registry: Server;
    /** Undefined: there is none on this machine. */
    let browser: Browser | undefined;
    let page: Page | undefined;
    let kernel = '';

    const blocked = async (node: string): Promise<BlockedNode | undefined> =>
      (await cluster.status()).upgrade?.blocked.find((each) => each.node === node);

    /** Where the operator serves its page. */
    function dashboard(): string {
      const starting = cluster.operator.log().find(({ msg }) => msg === 'starting');
      return `http://127.0.0.1:${(starting?.['dashboard'] as { port: number }).port}`;
    }

    /** The node's annotation, its Event, its entry in the policy's status, the command and the page name the same cause and remedy. */
    async function saysSo(stuck: Omit<Stuck, 'by'>): Promise<void> {
      const { node, code, names, event } = stuck;
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
        await isExplained(stuck, (await blocked(node))?.remedy);
      }, LONG);
    }

    /** `kubectl ofed explain` and the page tell the same of it. */
    async function isExplained(
      { node, code, names }: Pick<Stuck, 'node' | 'code' | 'names'>,
      remedy: unknown,
    ): Promise<void> {
      const { out } = await ofed(cluster, ['explain', node, '-o', 'json']);
      const [explained] = JSON.parse(out) as readonly { readonly node: NodeReport }[];
      const told = { code, message: expect.stringMatching(names) as unknown, remedy };
      expect(explained?.node.reason).toMatchObject(told);
      const story = await fetch(`${dashboard()}/api/nodes/${node}`);
      expect(((await story.json()) as NodeStory).reason).toMatchObject(told);
    }

    /** Whoever clicks on a node reads that. */
    async function shows(node: string, ...texts: readonly (string | RegExp)[]): Promise<void> {
      if (page === undefined) throw new Error('there is no browser');
      await page.getByRole('option', { name: node }).click();
      const story = page.getByRole('region', { name: node });
      for (const text of texts) await story.getByText(text).first().waitFor();
    }

    /** Runs the commands that the policy's status has for a node, as they stand but for the words that are to be filled in. */
    async function follow(node: string, fillIn: (command: string) => string = (same) => same): Promise<void> {
      const commands = (await blocked(node))?.remedy?.commands ?? [];
      expect(commands).not.toEqual([]);
      for (const command of commands) await cluster.people().shell(fillIn(command));
    }

    /** Before the fleet gets a version: has one node get it by hand, with upgrades switched off. */
    async function tryOut(version: string, node: string): Promise<void> {
      await cluster.setUpgradePolicy({ autoUpgrade: false });
      await cluster.setVersion(version);
      const { namespace = '', name = '' } = (await driverPods(cluster)).get(node)?.metadata ?? {};
      await vi.waitFor(async () => {
        expect(await cluster.kubectl('get', 'daemonsets', '-A', '-o', 'yaml')).toContain(version);
      }, EVENTUALLY);
      await cluster.kubectl('delete', 'pod', '-n', namespace, name);
    }

    /** The policy as a file that a person has changed: that version, for everybody. */
    async function policyOf(version: string): Promise<{ readonly stdin: string }> {
      const { apiVersion, kind, metadata, spec } = await cluster.policy();
      const { ofedDriver } = spec as { ofedDriver: { upgradePolicy: object } };
      const upgradePolicy = { ...ofedDriver.upgradePolicy, autoUpgrade: true };
      const driver = { ...ofedDriver, version, upgradePolicy };
      const { name } = metadata;
      return { stdin: stringify({ apiVersion, kind, metadata: { name }, spec: { ofedDriver: driver } }) };
    }

    const freed = (node: string): Promise<void> =>
      cluster.state(node, 'upgrade-done', { timeoutMs: 120_000 });

    beforeAll(async () => {
      const { api } = cluster;
      gate = new DriverGate(api);
      const { host, ...started } = await startRegistry();
      ({ registry } = started);
      await createNodes(api, { count: NODES });
      const upgradePolicy = {
        ...{ ...DRAINING, drain: { enable: true, timeoutSeconds: 0 } },
        waitForCompletion: { podSelector: 'wait-for=me', timeoutSeconds: 0 },
      };
      await cluster.applyPolicy({
        version: OLD,
        upgradePolicy: { ...upgradePolicy, maxParallelUpgrades: SLOTS },
        driver: { repository: `${host}/mellanox` },
      });
      await cluster.rollout({ timeoutMs: 120_000 });
      // What keeps the init container from ending does so already when this one is restarted.
      gate.hold(INIT);
      const driver = (await driverPods(cluster)).get(INIT)?.metadata;
      await cluster.kubectl('delete', 'pod', '-n', driver?.namespace ?? '', driver?.name ?? '');

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
      if (findChromium() !== undefined) {
        browser = await launchChromium();
        page = await browser.newPage();
        await page.goto(dashboard());
      }
    }, 400_000);

    afterAll(async () => {
      await browser?.close();
      registry.close();
      await gate.stop();
    });

    it('is predicted by a plan, before the version is changed, and nothing is changed by it', async () => {
      const codes = STUCK.map(({ node, code }) => [node, code]);
      await vi.waitFor(async () => {
        const predicted = await plan(cluster, ['--to', NEW]);
        expect(heldUp(predicted)).toEqual({ ...Object.fromEntries(codes), [QUEUED]: 'slot' });
        expect(predicted).toMatchObject({ status: 1, images: [{ state: 'present' }] });
        for (const { node, names } of STUCK)
          expect(predicted.nodes.find(({ name }) => name === node)?.reasons[0]?.message).toMatch(names);
      }, LONG);
      // By now the operator has said of the nodes what there is to be said.
      const before = await nodeFingerprints(cluster);
      await plan(cluster, ['--to', NEW]);
      expect(await nodeFingerprints(cluster)).toEqual(before);
      // One driver's init container does not end. A node that nothing is heard of does not make up for it, whether or not the
      // DaemonSet controller has come to see that it wants no pod there.
      expect(await cluster.status()).toMatchObject({
        state: 'notReady',
        reason: expect.stringMatching(/^7 of [89] driver pods are up to date and Ready$/) as unknown,
      });
      await cluster.setVersion(NEW);
    });

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
        const slot = { node: QUEUED, code: 'slot', names: /maxParallelUpgrades/ };
        await isExplained(slot, remedyFor({ code: 'slot', limit: SLOTS }, { node: QUEUED }));
      }, EVENTUALLY);
    });

    it('is shown with its cause and its remedy on the page', async (test) => {
      test.skip(page === undefined, 'there is no chromium: install it, or set CHROMIUM to the path of one');
      for (const { node, names } of STUCK) {
        const { look: looks = [], commands = [] } = (await blocked(node))?.remedy ?? {};
        await shows(node, names, ...looks, ...commands);
      }
      await shows(QUEUED, /as many nodes as maxParallelUpgrades allows/);
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
      ['an image that cannot be pulled', MISSING, 'driver-image', /ImagePullBackOff.*-missing-/],
      ['a driver that crashes', CRASHING, 'driver-crashing', /mofed-container.*CrashLoopBackOff/],
    ])(
      '%s: the node, its Event and the policy say so, and the command, with a version that works, frees it',
      async (_, broken, code, names) => {
        const node = QUEUED;
        // What was in the way before has come back with its nodes.
        await cluster.kubectl('delete', 'jobs,deployments', '--all', '-n', WORK);
        if (broken === CRASHING) await tryOut(broken, UNOWNED);
        const wanted = await policyOf(broken);
        await vi.waitFor(async () => {
          expect(heldUp(await plan(cluster, ['-f', '-'], wanted))[node]).toBe(code);
        }, EVENTUALLY);
        await cluster.applyPolicy(wanted.stdin);
        await saysSo({ node, code, names, event: 'DriverUpgradeFailed' });
        if (page !== undefined) await shows(node, names);
        await follow(node, (command) => command.replace('VERSION', broken.includes('missing') ? NEWER : NEW));
        await cluster.rollout({ timeoutMs: 120_000 });
      },
    );
  },
);
