import { SAFE_LOAD_ANNOTATION } from '../../contract/keys.ts';
import { isInProgress, type NodeState } from '../../contract/states.ts';
import type { UpgradePolicy } from '../../contract/upgrade-policy.ts';
import type { Action, Decision } from '../actions.ts';
import { decideNode } from '../decide.ts';
import { drainVerdict } from '../drain-rules.ts';
import { Fleet } from '../fleet.ts';
import { decideReleased } from '../release.ts';
import { stateOf, type NodeView } from '../view.ts';
import { aPolicy, NOW, OLD } from './builders.ts';
import { Machine, type Surroundings } from './machine.ts';
import { TRANSITIONS } from './transitions.ts';

export interface Step {
  /** Milliseconds since the world began. */
  readonly at: number;
  readonly node: string;
  readonly what: string;
}

/** More rounds without time passing than any honest sequence of decisions takes. */
const MOST_ROUNDS = 200;
/** More moments at which something happens than any rollout has. */
const MOST_MOMENTS = 5000;

/**
 * A cluster in miniature and the operator's loop around the core, with a time of its own: decide about each node, do what was decided,
 * let what follows happen. It writes down all that happens, and every breach of the promises that the core makes.
 */
export class World implements Surroundings {
  now = NOW;
  policy: UpgradePolicy;
  flow: 'on' | 'off' | 'no-driver' = 'on';
  wanted = OLD;
  /** From when the DaemonSet's status has caught up with its spec. */
  #wantedKnownAt = NOW;
  readonly machines: readonly Machine[];
  readonly history: Step[] = [];
  readonly breaches: string[] = [];
  readonly #broken = new Set<string>();
  readonly #wakeAt = new Map<string, number>();
  #fleet = new Fleet();

  constructor(names: readonly string[], policy = aPolicy()) {
    this.machines = names.map((name) => new Machine(name));
    this.policy = policy;
  }

  // ——— What people do, and what befalls the machines ———

  /** The version in the policy is changed. */
  want(revision: string): void {
    this.wanted = revision;
    this.#wantedKnownAt = this.now + 100;
  }

  /** A driver revision cannot come up, on one machine or on all. */
  break(revision: string, machine = '*'): void {
    this.#broken.add(`${machine}/${revision}`);
  }

  mendAll(): void {
    this.#broken.clear();
  }

  /** The operator's process is replaced by another, which knows nothing. */
  restartOperator(): void {
    this.#fleet = new Fleet();
    this.#wakeAt.clear();
    for (const machine of this.machines) machine.stopReading();
  }

  // ——— Time ———

  /** Lets time pass until nothing happens any more, or until so many milliseconds have passed. */
  run(most = Infinity): void {
    const end = this.now + most;
    for (let moment = 0; moment < MOST_MOMENTS; moment += 1) {
      this.#settle();
      const next = Math.min(this.#nextAt(), end);
      if (next === Infinity) return;
      this.now = next;
      if (next === end) {
        this.#settle();
        return;
      }
    }
    throw new Error(`The rollout does not come to an end: it is ${this.now - NOW} ms later`);
  }

  #settle(): void {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      for (const machine of this.machines) machine.progress(this);
      if (!this.#round()) return;
    }
    throw new Error(`The nodes do not come to rest at ${this.now - NOW} ms`);
  }

  #nextAt(): number {
    const known = this.#wantedKnownAt > this.now ? this.#wantedKnownAt : Infinity;
    const wakes = [...this.#wakeAt.values()].filter((time) => time > this.now);
    return Math.min(known, ...wakes, ...this.machines.map((machine) => machine.nextAt(this.now)));
  }

  // ——— The operator ———

  /** Decides once about every node; whether anything came of it. */
  #round(): boolean {
    // One write is one event: whoever was seen earlier in the round is seen again in the next.
    let acted = false;
    for (const machine of this.machines) this.#fleet.see(machine.name, machine.state);
    for (const machine of this.machines) acted = this.#attend(machine) || acted;
    return (this.flow === 'on' && this.#fleet.grant(this.policy).length > 0) || acted;
  }

  #attend(machine: Machine): boolean {
    const view = machine.view(this);
    const decision = this.#decide(view);
    this.#note(view, decision);
    for (const action of decision.actions) this.#act(machine, view, action);
    return this.#read(machine, decision) || decision.actions.length > 0;
  }

  #decide(view: NodeView): Decision {
    if (this.flow !== 'on') return decideReleased(view, this.flow === 'off');
    const granted = this.#fleet.isGranted(view.node.name);
    return decideNode(view, { policy: this.policy, now: this.now }, granted);
  }

  #note({ node: { name } }: NodeView, decision: Decision): void {
    this.#fleet.wish(name, decision.wantsSlot);
    const moves = decision.actions.some(
      (action) => action.kind === 'patch-node' && action.change.to !== undefined,
    );
    if (!moves) this.#fleet.withdraw(name);
    this.#wakeAt.set(name, decision.wakeAt ?? Infinity);
  }

  #read(machine: Machine, { workload, actions }: Decision): boolean {
    const before = machine.view(this).workload;
    if (workload === 'fresh') machine.readOnce(this.now);
    else if (workload === 'watched') machine.watch(this.now);
    else if (actions.length === 0) machine.stopReading();
    return workload === 'fresh' || (workload === 'watched' && before === undefined);
  }

  #act(machine: Machine, view: NodeView, action: Action): void {
    switch (action.kind) {
      case 'evict':
        this.#tell(machine, `evict ${action.pod.name}`);
        machine.evict(action.pod, this.now);
        return;
      case 'restart-driver':
        this.#checkReload(machine, 'restart');
        this.#tell(machine, 'restart driver');
        machine.restartDriver(action.pod.uid, this.now);
        return;
      case 'patch-node':
        this.#patch(machine, view, action.change);
    }
  }

  #patch(machine: Machine, view: NodeView, change: Extract<Action, { kind: 'patch-node' }>['change']): void {
    const { to, unschedulable, annotations = {} } = change;
    if (unschedulable === false && machine.isPersonsCordon)
      this.#breach(machine, 'uncordoned a person’s node');
    if (annotations[SAFE_LOAD_ANNOTATION] === null && !view.driver.pods.some(({ ready }) => ready)) {
      this.#checkReload(machine, 'unblock');
    }
    machine.patch(change);
    if (unschedulable !== undefined) this.#tell(machine, unschedulable ? 'cordon' : 'uncordon');
    if (to === undefined) return;
    this.#tell(machine, to);
    this.#checkStep(machine, stateOf(view), to);
    this.#fleet.see(machine.name, machine.state);
  }

  // ——— The promises ———

  /** No driver is reloaded under a running workload: judged by what is really there, not by what was read. */
  #checkReload(machine: Machine, what: string): void {
    const { drain } = this.policy;
    if (!machine.unschedulable) this.#breach(machine, `${what} on a node that is not cordoned`);
    if (drain !== undefined && machine.pods().some((pod) => drainVerdict(pod, drain) !== 'ignore')) {
      this.#breach(machine, `${what} under a running workload`);
    }
  }

  #checkStep(machine: Machine, from: NodeState, to: NodeState): void {
    const released = to === 'none' && (this.flow !== 'on' || !machine.driverBelongsHere);
    if (!released && !TRANSITIONS[from].includes(to)) this.#breach(machine, `went from ${from} to ${to}`);
    const limit = this.policy.maxParallelUpgrades;
    const begins = isInProgress(to) && !isInProgress(from);
    if (begins && limit > 0 && this.inProgress > limit)
      this.#breach(machine, `exceeded the limit of ${limit}`);
  }

  #breach(machine: Machine, what: string): void {
    this.breaches.push(`${this.now - NOW} ms, ${machine.name}: ${what}`);
  }

  #tell(machine: Machine, what: string): void {
    this.history.push({ at: this.now - NOW, node: machine.name, what });
  }

  // ——— What can be seen ———

  get knownWanted(): string | undefined {
    return this.now >= this.#wantedKnownAt ? this.wanted : undefined;
  }

  get safeLoad(): boolean {
    return this.policy.safeLoad;
  }

  isBroken(machine: string, revision: string): boolean {
    return this.#broken.has(`${machine}/${revision}`) || this.#broken.has(`*/${revision}`);
  }

  get inProgress(): number {
    return this.machines.filter(({ state }) => isInProgress(state)).length;
  }

  /** What happened to one node, in order. */
  storyOf(node: string): readonly string[] {
    return this.history.filter((step) => step.node === node).map(({ what }) => what);
  }
}
