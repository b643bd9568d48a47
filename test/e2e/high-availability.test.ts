import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_NAMESPACE, LEASE_NAME } from '../../src/contract/keys.ts';
import { createNodes, TERMINATES_AFTER_ANNOTATION } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { startOperator, type OperatorProcess } from '../harness/index.ts';
import { DRAINING, NEW, NEWER, OLD, spreadWorkload } from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = 24;
const PARALLEL = 4;

interface Lease {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseTransitions?: number;
  };
}

const METRICS = { args: ['--metrics-address', '127.0.0.1:0'] };

/** A rollout that takes long enough for something to happen in the middle of it. */
describeOnControlPlane('Two operators', { operator: METRICS }, (cluster) => {
  let other: OperatorProcess;
  let versions = 0;

  beforeAll(async () => {
    other = await startOperator(cluster.controlPlane, { ...METRICS, install: false });
    const { api } = cluster;
    await createNodes(api, { count: NODES });
    const upgradePolicy = { ...DRAINING, maxParallelUpgrades: PARALLEL };
    await cluster.applyPolicy({ version: OLD, upgradePolicy });
    await cluster.rollout({ timeoutMs: 120_000 });
    await spreadWorkload(api, { replicas: NODES, annotations: { [TERMINATES_AFTER_ANNOTATION]: '2s' } });
  });

  afterAll(async () => {
    other.resume();
    await other.stop();
  });

  const lease = (): Promise<Lease> =>
    cluster.api.get(`/apis/coordination.k8s.io/v1/namespaces/${DEFAULT_NAMESPACE}/leases/${LEASE_NAME}`);

  /** The one that leads, and the one that stands by. */
  async function roles(): Promise<{ readonly leader: OperatorProcess; readonly standby: OperatorProcess }> {
    const { spec } = await lease();
    const both = [cluster.operator, other] as const;
    const leads = both.findIndex(({ identity }) => identity === spec?.holderIdentity);
    if (leads < 0) throw new Error(`nobody of us leads: ${JSON.stringify(spec)}`);
    return leads === 0 ? { leader: both[0], standby: both[1] } : { leader: both[1], standby: both[0] };
  }

  async function inTheMiddle(): Promise<void> {
    versions += 1;
    await cluster.setVersion(versions % 2 === 1 ? NEW : NEWER);
    await eventually(async () => ((await cluster.status()).upgrade?.done ?? 0) >= 2, {
      what: 'the rollout to be under way',
      timeoutMs: 60_000,
    });
  }

  const lines = (process: OperatorProcess, message: string): number =>
    process.log().filter(({ msg }) => msg === message).length;

  /** Waits until a process has changed the state of some node, as it has not before. */
  async function goesOn(process: OperatorProcess, timeoutMs: number): Promise<void> {
    const before = lines(process, 'node state changed');
    await eventually(() => lines(process, 'node state changed') > before, {
      what: `${process.identity} to go on`,
      timeoutMs,
      intervalMs: 50,
    });
  }

  async function page(process: OperatorProcess, path: string): Promise<string> {
    const { metrics } = process.log().findLast(({ msg }) => msg === 'starting') as unknown as {
      readonly metrics: { readonly host: string; readonly port: number };
    };
    return await (await fetch(`http://${metrics.host}:${metrics.port}${path}`)).text();
  }

  it('agree on who leads; both are ready, and with nothing to do there is no write but the renewal', async () => {
    const { leader, standby } = await roles();
    expect(await page(leader, '/metrics')).toContain('\nofed_operator_leader 1\n');
    expect(await page(standby, '/metrics')).toContain('\nofed_operator_leader 0\n');
    expect([await page(leader, '/readyz'), await page(standby, '/readyz')]).toEqual(['ok\n', 'ok\n']);
    // Whatever was still to be told of the rollout has been by then.
    await sleep(7000);
    const since = Date.now();
    await sleep(10_000);
    const { byVerbAndResource, byVerb } = await cluster.requests(since);
    const { watch = 0, ...calls } = byVerb;
    expect(calls).toEqual({ patch: byVerbAndResource['patch leases'] });
    expect(watch).toBeLessThanOrEqual(1);
  });

  it('go on within 15 seconds when the one that leads is killed in the middle of a rollout', async () => {
    await cluster.observed(async () => {
      await inTheMiddle();
      const { leader, standby } = await roles();
      const killed = Date.now();
      const resumed = goesOn(standby, 15_000);
      await leader.kill();
      await resumed;
      console.log(`the other one went on after ${((Date.now() - killed) / 1000).toFixed(1)} s`);
      await cluster.rollout({ timeoutMs: 180_000 });
      await leader.restart('kill');
    });
  });

  it('go on at once when the one that leads is told to end', async () => {
    await cluster.observed(async () => {
      await inTheMiddle();
      const { leader, standby } = await roles();
      const told = Date.now();
      const resumed = goesOn(standby, 2000);
      const ended = leader.stop();
      await resumed;
      console.log(`the other one went on after ${((Date.now() - told) / 1000).toFixed(1)} s`);
      expect(await ended).toEqual({ code: 0, signal: null });
      await cluster.rollout({ timeoutMs: 180_000 });
      await leader.restart();
    });
  });

  it('are none the worse for one that stands still for 25 seconds and wakes, and that stands by from then on', async () => {
    await cluster.observed(async () => {
      await inTheMiddle();
      const { leader, standby } = await roles();
      leader.pause();
      await goesOn(standby, 15_000);
      await sleep(13_000);
      await cluster.setVersion(OLD);
      await goesOn(standby, 10_000);
      const before = lines(leader, 'node state changed');
      const stoodBy = lines(leader, 'standing by');
      leader.resume();
      await eventually(() => lines(leader, 'standing by') > stoodBy, {
        what: `${leader.identity} to stand by`,
        timeoutMs: 10_000,
      });
      await cluster.rollout({ timeoutMs: 180_000 });
      expect(lines(leader, 'node state changed')).toBe(before);
      expect((await roles()).leader).toBe(standby);
    });
  });

  it('need not wait for each other when one is started again under its name', async () => {
    const { leader, standby } = await roles();
    await standby.stop();
    await leader.kill();
    const resumed = eventually(() => lines(leader, 'started') > 1, {
      what: `${leader.identity} to lead again`,
      timeoutMs: 5000,
    });
    await leader.restart('kill');
    await resumed;
    await standby.restart();
  });
});
