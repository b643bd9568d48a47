import { STATE_LABEL } from '../../src/contract/keys.ts';
import { isInProgress } from '../../src/contract/states.ts';
import type { UpgradePolicy } from '../../src/contract/upgrade-policy.ts';
import type { Action, Decision } from '../../src/upgrade/actions.ts';
import { decideNode } from '../../src/upgrade/decide.ts';
import { Fleet } from '../../src/upgrade/fleet.ts';
import { aPolicy, NEW, NOW, OLD } from '../../src/upgrade/testing/builders.ts';
import { Machine, type Surroundings } from '../../src/upgrade/testing/machine.ts';
import { stateOf, type NodeView } from '../../src/upgrade/view.ts';

export interface CoreCost {
  readonly nodes: number;
  /** How often something about a node had changed, so that it was decided upon. */
  readonly decisions: number;
  /** In the core alone, without what stands for the cluster here. */
  readonly coreSeconds: number;
}

/** Longer than anything takes that happens on a machine by itself, in milliseconds. */
const A_WHILE = 30_000;

class Place {
  readonly machine: Machine;
  /** Each node has a time of its own: nodes do not wait for each other's drivers here. */
  now = NOW;

  constructor(name: string) {
    this.machine = new Machine(name);
    this.machine.labels[STATE_LABEL] = 'upgrade-done';
    this.pass(OLD);
    this.machine.host({ name: `pod-on-${name}` });
  }

  pass(wanted: string): void {
    this.machine.progress(this.around(wanted));
    this.now += A_WHILE;
    this.machine.progress(this.around(wanted));
  }

  around(wanted: string): Surroundings {
    return { now: this.now, wanted, knownWanted: wanted, safeLoad: false, isBroken: () => false };
  }
}

/**
 * Rolls a driver out to a whole fleet, with the core making the decisions and nothing else of the operator: each node is decided upon
 * when something about it has changed, and the slots are granted after each decision.
 */
export function rollOutByCore(nodes: number, parallel: number): CoreCost {
  const policy = aPolicy({ maxParallelUpgrades: parallel });
  const names = Array.from({ length: nodes }, (_, index) => `node-${String(index).padStart(6, '0')}`);
  const places = new Map(names.map((name) => [name, new Place(name)]));
  const fleet = new Fleet();
  const changed = new Set(names);
  let decisions = 0;
  let coreMs = 0;
  for (const name of names) fleet.see(name, 'upgrade-done');
  for (const name of changed) {
    changed.delete(name);
    const place = places.get(name)!;
    const view = place.machine.view(place.around(NEW));
    const began = performance.now();
    const decision = decide(fleet, view, policy, place.now);
    const granted = fleet.grant(policy);
    coreMs += performance.now() - began;
    decisions += 1;
    for (const lucky of granted) changed.add(lucky);
    if (happens(place, decision)) changed.add(name);
  }
  const done = [...places.values()].filter(({ machine }) => machine.drivers[0]?.revision === NEW).length;
  if (done < nodes) throw new Error(`only ${done} of ${nodes} nodes were upgraded`);
  return { nodes, decisions, coreSeconds: coreMs / 1000 };
}

/** What the operator has the core do about each piece of news. */
function decide(fleet: Fleet, view: NodeView, policy: UpgradePolicy, now: number): Decision {
  const { name } = view.node;
  fleet.see(name, stateOf(view));
  const decision = decideNode(view, { policy, now }, fleet.isGranted(name));
  fleet.wish(name, decision.wantsSlot);
  return decision;
}

/** Does what was decided, or lets time pass on a node that waits for something. @returns whether anything has changed */
function happens(place: Place, decision: Decision): boolean {
  const { machine } = place;
  const reads = read(place, decision);
  for (const action of decision.actions) act(place, action);
  if (decision.actions.length > 0 || reads) return true;
  if (!isInProgress(machine.state)) return false;
  place.pass(NEW);
  return true;
}

function act({ machine, now }: Place, action: Action): void {
  switch (action.kind) {
    case 'patch-node':
      machine.patch(action.change);
      return;
    case 'evict':
      machine.evict(action.pod, now);
      return;
    case 'restart-driver':
      machine.restartDriver(action.pod.uid, now);
  }
}

/** @returns whether the pods on the node have become known by it */
function read(place: Place, { workload, actions }: Decision): boolean {
  const { machine, now } = place;
  const known = machine.view(place.around(NEW)).workload !== undefined;
  if (workload === 'fresh') machine.readOnce(now);
  else if (workload === 'watched') machine.watch(now);
  else if (actions.length === 0) machine.stopReading();
  return workload === 'fresh' || (workload === 'watched' && !known);
}
