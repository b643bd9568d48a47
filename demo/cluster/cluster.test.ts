import { describe, expect, it } from 'vitest';
import { createApiServer } from '../../src/cluster/memory/api/api-server.ts';
import type { ApiServer } from '../../src/cluster/memory/api/types.ts';
import { startMachines } from '../../src/cluster/memory/machines/index.ts';
import { VirtualClock } from '../../src/cluster/memory/virtual-clock.ts';
import { DRIVER_LABEL, REASON_ANNOTATION, STATE_LABEL } from '../../src/contract/keys.ts';
import { Random } from '../../src/cluster/memory/random.ts';
import { behaviourOf, MissingImages } from './behaviour.ts';
import { planFleet } from './fleet-plan.ts';
import { operatorManifests } from '../operator/operator-process.ts';
import { NODES, People } from './people.ts';
import { demoPolicy, imageFor, NEW_VERSION, OLD_VERSION } from './policy.ts';
import { Witness } from './witness.ts';
import * as workloads from './workloads.ts';

const PODS = { group: '', plural: 'pods' } as const;
const MISSING = 'mellanox/mofed:2.0-ubuntu24.04-amd64';
const SECOND = 1000;

/** The demo's cluster on a clock of its own, without an operator. */
async function cluster(count = 12) {
  const clock = new VirtualClock();
  const random = new Random(1);
  const api = createApiServer({ clock, random: () => random.next() });
  const missing = new MissingImages(MISSING);
  const machines = startMachines({ api, random: () => random.next(), behaviourOf: behaviourOf(missing, 1) });
  const people = new People(api);
  const witness = new Witness({ api, policyStatus: () => undefined });
  const plan = planFleet(count);
  people.createNamespace(workloads.NAMESPACE);
  for (const node of plan.nodes) machines.addNode(node);
  people.create(...workloads.deployments(plan), workloads.databaseBudget());
  await clock.advance(60 * SECOND);
  return { clock, api, missing, people, plan, witness };
}

function runDriver(api: ApiServer, node: string, image: string): void {
  const metadata = { name: 'driver', namespace: workloads.NAMESPACE, labels: { [DRIVER_LABEL]: '' } };
  const spec = { nodeName: node, containers: [{ name: 'mofed-container', image }] };
  api.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec } as never, { fieldManager: 'test' });
}

describe("the demo's cluster", () => {
  it('has about two pods on each node, and a database that can spare one pod', async () => {
    const { api, people, plan } = await cluster();
    expect(people.isWorkReady()).toBe(true);
    expect(people.podCount()).toBe(2 * plan.nodes.length);
    const [budget] = api.list({ group: 'policy', plural: 'poddisruptionbudgets' });
    expect(budget?.['status']).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3 });
  });

  it('has a job on each busy node that lasts until after its turn, and then ends well', async () => {
    const { clock, people, plan, witness } = await cluster();
    people.create(...workloads.trainingJobs(plan, 4));
    await clock.advance(10 * SECOND);
    expect(people.jobsRunning()).toBe(4);
    const busy = witness.snapshot().nodes.filter(({ jobs }) => jobs > 0);
    expect(busy.map(({ name }) => name)).toEqual(plan.busy);
    await clock.advance(60 * SECOND);
    expect(people.jobsSucceeded()).toBe(0);
    await clock.advance(300 * SECOND);
    expect(people.jobsSucceeded()).toBe(4);
  });

  it('loads no driver whose image is missing, until it is published', async () => {
    const { api, clock, missing, plan, witness } = await cluster();
    const node = plan.others[0]!;
    runDriver(api, node, MISSING);
    const driver = () => witness.snapshot().nodes.find(({ name }) => name === node)?.driver;
    await clock.advance(60 * SECOND);
    expect(driver()).toBe('loading');
    missing.publish(MISSING);
    await clock.advance(120 * SECOND);
    expect(driver()).toBe('new');
  });
});

describe('the witness', () => {
  it('tells a cordon of a person', async () => {
    const { people, plan, witness } = await cluster();
    people.cordon(plan.held);
    const held = witness.snapshot().nodes.filter((node) => node.held);
    expect(held.map(({ name }) => name)).toEqual([plan.held]);
    expect(people.isCordoned(plan.held)).toBe(true);
    expect(people.isCordoned(plan.busy[0]!)).toBe(false);
  });

  it('calls a driver old from the moment at which another version is asked for, and then begins to count', async () => {
    const { api, clock, people, plan, witness } = await cluster();
    people.install(operatorManifests());
    people.createPolicy(demoPolicy(3));
    const node = plan.busy[0]!;
    const driver = () => witness.snapshot().nodes.find(({ name }) => name === node)?.driver;
    runDriver(api, node, imageFor(OLD_VERSION, '22.04'));
    await clock.advance(120 * SECOND);
    expect(driver()).toBe('new');
    const before = witness.log;
    people.setVersion(NEW_VERSION);
    expect(driver()).toBe('old');
    expect(witness.log).not.toBe(before);
    expect(witness.rollout).toMatchObject({ from: OLD_VERSION, to: NEW_VERSION, parallel: 3 });
  });

  it('tells how long a node waited for which budget', async () => {
    const { api, witness } = await cluster();
    const pods = api.list(PODS, { namespace: workloads.NAMESPACE });
    const database = pods.find(({ metadata }) => metadata.labels?.['app'] === workloads.DATABASE);
    const node = (database!['spec'] as { readonly nodeName: string }).nodeName;
    const write = (state: string, reason: string | null) => {
      const metadata = { labels: { [STATE_LABEL]: state }, annotations: { [REASON_ANNOTATION]: reason } };
      const body = { metadata, spec: { unschedulable: true } };
      api.patch(NODES, { name: node }, { type: 'merge', body }, { fieldManager: 'test' });
    };
    write('wait-for-jobs-required', null);
    write('drain-required', null);
    write('drain-required', 'eviction-blocked: Eviction is refused');
    write('pod-restart-required', null);
    const { waits } = witness.snapshot();
    expect(waits).toMatchObject([{ node, state: 'drain-required', cause: 'for the budget "database"' }]);
  });

  it('judges what happens', async () => {
    const { api, witness } = await cluster();
    const [pod] = api.list(PODS, { namespace: workloads.NAMESPACE });
    api.evict(pod!.metadata);
    expect(witness.snapshot().evicted).toBe(1);
    expect(witness.report().violations.map(({ invariant }) => invariant)).toEqual(['no-needless-eviction']);
  });
});
