import { createApiServer } from '../../cluster/memory/api/api-server.ts';
import type { ApiServer } from '../../cluster/memory/api/types.ts';
import { startMachines, type Machines } from '../../cluster/memory/machines/index.ts';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { renderCrd } from '../../contract/crd.ts';
import { DEFAULT_NAMESPACE, FIELD_MANAGER, KERNEL_LABEL, POLICY_NAME } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { Author } from '../../invariants/index.ts';
import { FaultPlan } from '../faults/fault-plan.ts';
import type { Call } from '../../cluster/intercepted-cluster.ts';
import { LAST_VERSION } from '../generate.ts';
import { expect } from '../incidents/expect.ts';
import { attempt, KUBECTL, People } from '../incidents/people.ts';
import { Judge } from '../judge.ts';
import type { Failure, Figures } from '../outcome.ts';
import { Random } from '../../cluster/memory/random.ts';
import { Replica } from '../replica.ts';
import type { NodePlan, PolicyPlan, Scenario } from '../scenario.ts';
import { Trace } from '../trace.ts';
import { authored } from './authored.ts';
import { behaviour } from './behaviour.ts';
import { DriverTraits } from './driver-traits.ts';
import { budgetObject, nodeLabels, policyObject, WORK_NAMESPACE, workloadObject } from './objects.ts';
import { Sight } from './sight.ts';
import { describeChange } from './story.ts';
import { toleranceOf, troublesEndOf } from './troubles.ts';

const POLICIES = { group: 'mellanox.com', plural: 'nicclusterpolicies' } as const;
const NODES = { group: '', plural: 'nodes' } as const;
const LEASES = { group: 'coordination.k8s.io', plural: 'leases' } as const;
const BUDGETS = { group: 'policy', plural: 'poddisruptionbudgets' } as const;

/** Kinds that are written most often, and of which nobody here reads who wrote what. */
const NOBODY_ASKS: ReadonlySet<string> = new Set([
  ...['pods', 'leases', 'events', 'deployments', 'replicasets', 'statefulsets', 'jobs'],
  ...['poddisruptionbudgets', 'nicclusterpolicies'],
]);

const CRD = renderCrd();

/** More calls than this in one run are a storm, not work. */
const MOST_CALLS = 60_000;

/** A cluster with its fleet, its people and its operators, and the time in which all of it happens. */
export class World {
  readonly scenario: Scenario;
  readonly clock = new VirtualClock();
  readonly trace: Trace;
  /** Whatever is read or written through it is nobody's deed in particular. */
  readonly api: ApiServer;
  readonly people: People;
  readonly sight: Sight;
  readonly traits = new DriverTraits();
  readonly replicas: readonly Replica[];
  readonly machines: Machines;
  /** What is asked for at the moment. */
  policy: PolicyPlan;
  /** Calls other than those that every operator makes when there is nothing to do. */
  busyCalls = 0;
  lastBusyCall = '';
  /** How often each kind of thing has happened. */
  readonly incidents: Record<string, number> = {};
  readonly faults: FaultPlan;
  readonly #judge: Judge;
  readonly #kills: Record<string, number> = {};
  readonly #movesAtEviction: { readonly workload: string; readonly node: string }[] = [];
  #author: Author = 'others';
  #calls = 0;
  #changes = 0;
  #failure: Failure | undefined;
  #mended = false;

  constructor(scenario: Scenario, traced: boolean) {
    const random = new Random(`${scenario.seed}/world`);
    const chance = random.fork('cluster');
    this.scenario = scenario;
    this.policy = scenario.policy;
    this.trace = new Trace(traced, () => this.clock.monotonic());
    this.api = createApiServer({
      clock: this.clock,
      random: () => chance.next(),
      isAccountKept: ({ plural }) => !NOBODY_ASKS.has(plural),
    });
    this.people = new People(this.api);
    this.sight = new Sight(this.api);
    this.faults = new FaultPlan(scenario.faults, random.fork('faults'), () => this.clock.monotonic());
    const machineChance = random.fork('machines');
    this.machines = startMachines({
      api: this.api,
      random: () => machineChance.next(),
      behaviourOf: (pod) =>
        behaviour(pod, {
          api: this.api,
          clock: this.clock,
          random,
          traits: this.traits,
          kernelOf: (node) => this.kernelOf(node),
          workloads: scenario.workloads,
          driverLoad: scenario.driverLoad,
        }),
    });
    this.#judge = new Judge({
      api: this.api,
      tolerance: toleranceOf(scenario),
      author: () => this.#author,
      onViolation: ({ invariant, what, node, lately }) => {
        this.#failure ??= this.failure(invariant, what, node, lately);
      },
    });
    this.api.onChange((change) => {
      this.#changes += 1;
      this.trace.add(this.#author === 'operator' ? 'operator' : '', () => describeChange(change));
    });
    const operatorApi = authored(this.api, (deed) => this.#as('operator', deed));
    this.replicas = Array.from(
      { length: scenario.replicas },
      (_, index) =>
        new Replica({
          name: `operator-${index}`,
          api: operatorApi,
          clock: this.clock,
          random: random.fork('replicas'),
          faults: this.faults,
          trace: this.trace,
          namespace: DEFAULT_NAMESPACE,
          onCall: (call, moment) => {
            this.#called(call, moment);
          },
          onKill: (moment, call) => {
            const key = `${moment} ${call.verb} ${call.resource}`;
            this.#kills[key] = (this.#kills[key] ?? 0) + 1;
          },
          onCrash: (error) => {
            const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
            this.#failure ??= this.failure('crash', `the operator ended with ${what}`);
          },
        }),
    );
  }

  /** Milliseconds until the last trouble has begun. */
  get troublesEnd(): number {
    return troublesEndOf(this.scenario);
  }

  /** How many calls the operator has made. */
  get calls(): number {
    return this.#calls;
  }

  get flowIsOn(): boolean {
    return this.sight.policy !== undefined && this.policy.autoUpgrade;
  }

  async begin(): Promise<void> {
    const { nodes, workloads, incidents } = this.scenario;
    this.api.create({ group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }, CRD, KUBECTL);
    for (const name of [DEFAULT_NAMESPACE, WORK_NAMESPACE]) {
      this.api.create(
        { group: '', plural: 'namespaces' },
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        KUBECTL,
      );
    }
    for (const node of nodes) this.addNode(node);
    this.writePolicy({});
    for (const workload of workloads) {
      const { group, plural, object } = workloadObject(workload);
      attempt(() => this.api.create({ group, plural }, object, KUBECTL));
      if (workload.maxUnavailable !== undefined) this.setBudget(workload.name, workload.maxUnavailable);
    }
    for (const replica of this.replicas) replica.start();
    for (const incident of incidents) expect(this, incident);
    await this.clock.advance(0);
  }

  /** Lets so many milliseconds pass, or fewer if a promise is broken. */
  async pass(milliseconds: number): Promise<Failure | undefined> {
    await this.clock.advance(milliseconds, () => this.#failure === undefined);
    return this.#failure;
  }

  addNode(plan: NodePlan): void {
    attempt(() => {
      this.machines.addNode({ name: plan.name, labels: nodeLabels(plan) });
      if (plan.cordoned) this.people.cordon(plan.name, true);
    });
  }

  /** Writes what is asked for from now on. */
  writePolicy(change: Partial<PolicyPlan>): void {
    this.policy = { ...this.policy, ...change };
    const existing = this.sight.policy;
    const wanted = policyObject(this.policy);
    attempt(() => {
      if (existing === undefined) this.api.create(POLICIES, wanted, KUBECTL);
      else {
        const { resourceVersion } = existing.metadata;
        this.api.update(
          POLICIES,
          {
            ...existing,
            ...wanted,
            metadata: { ...existing.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
          },
          KUBECTL,
        );
      }
    });
  }

  deletePolicy(): void {
    attempt(() => this.api.delete(POLICIES, { name: POLICY_NAME }));
  }

  /** Only a pod of no controller can be moved. */
  movePod(workload: string, node: string): void {
    const plan = this.scenario.workloads.find(({ name, kind }) => name === workload && kind === 'Pod');
    if (plan === undefined) return;
    const { group, plural, object } = workloadObject({ ...plan, node });
    attempt(() => this.api.delete({ group, plural }, object.metadata, { gracePeriodSeconds: 0 }));
    attempt(() => this.api.create({ group, plural }, object, KUBECTL));
  }

  /** When the operator has sent the next eviction of a workload's pod, and before that arrives, the pod is made anew on another node. */
  movePodAtEviction(workload: string, node: string): void {
    this.#movesAtEviction.push({ workload, node });
  }

  deleteLease(): void {
    attempt(() => this.api.delete(LEASES, { namespace: DEFAULT_NAMESPACE, name: FIELD_MANAGER }));
  }

  setBudget(workload: string, maxUnavailable: number | undefined, name = workload): void {
    attempt(() => {
      if (maxUnavailable === undefined) this.api.delete(BUDGETS, { namespace: WORK_NAMESPACE, name });
      else this.api.create(BUDGETS, budgetObject(workload, maxUnavailable, name), KUBECTL);
    });
  }

  setKernel(node: string, kernel: string): void {
    this.people.label(node, { [KERNEL_LABEL]: kernel });
  }

  kernelOf(node: string): string {
    return lookUp(this.api.find(NODES, { name: node })?.metadata.labels, KERNEL_LABEL) ?? '';
  }

  /** Calls and watches work from now on, and clocks are right. */
  endFaults(): void {
    this.faults.end();
    for (const replica of this.replicas) replica.leaveAlone();
  }

  /** What was broken is mended, what was in the way is taken away, and a version that works everywhere is asked for. */
  mend(): void {
    this.trace.add('', () => '--- everything is mended, and a last version asked for ---');
    this.#mended = true;
    this.traits.clear();
    this.machines.mend();
    for (const plan of this.scenario.nodes) {
      if (this.api.find(NODES, { name: plan.name }) === undefined) this.addNode(plan);
    }
    for (const { metadata } of this.api.list(BUDGETS)) this.setBudget('', undefined, metadata.name);
    const { autoUpgrade, drain, ...rest } = this.policy;
    this.writePolicy({
      ...rest,
      autoUpgrade: true,
      version: LAST_VERSION,
      // Whatever refused to leave may now be made to, and has the time that it takes.
      drain:
        drain === undefined ? undefined : { ...drain, force: true, deleteEmptyDir: true, timeoutSeconds: 0 },
    });
  }

  /** Whether a trouble that would still begin is to be left out: all is over. */
  get isMended(): boolean {
    return this.#mended;
  }

  failure(kind: string, what: string, node?: string, lately: readonly string[] = []): Failure {
    return { kind, what, node, at: this.clock.monotonic() / 1000, lately };
  }

  /** What must be so when all has come to its end. */
  atTheEnd(end: 'finished' | 'off'): Failure | undefined {
    const { violations } = this.#judge.ledger.finish({ end });
    const [found] = violations;
    return found === undefined
      ? undefined
      : this.failure(found.invariant, found.what, found.node, found.lately);
  }

  figures(): Figures {
    return {
      runs: 1,
      changes: this.#changes,
      calls: this.#calls,
      virtualMs: this.clock.monotonic(),
      faults: Object.fromEntries(this.faults.struck),
      incidents: this.incidents,
      transitions: this.#judge.transitions(),
      kills: this.#kills,
    };
  }

  #called({ verb, resource, name }: Call, moment: 'before' | 'after'): void {
    if (moment === 'after') return;
    this.#calls += 1;
    if (this.#calls === MOST_CALLS) this.#failure ??= this.failure('storm', `${MOST_CALLS} calls and no end`);
    if (verb === 'watch' || resource === 'leases') return;
    if (verb === 'evict') this.#evicts(name);
    this.busyCalls += 1;
    this.lastBusyCall = `${verb} ${resource} ${name}`;
  }

  #evicts(pod: string): void {
    const move = this.#movesAtEviction.find(
      ({ workload }) => pod === workload || pod.startsWith(`${workload}-`),
    );
    if (move === undefined || this.#mended) return;
    this.#movesAtEviction.splice(this.#movesAtEviction.indexOf(move), 1);
    this.people.replacePod(pod, move.node);
  }

  #as<R>(author: Author, deed: () => R): R {
    const before = this.#author;
    this.#author = author;
    try {
      return deed();
    } finally {
      this.#author = before;
    }
  }
}
